#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace shomei {
namespace {

TEST(Base64, rfc4648_vectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    ASSERT_TRUE(from_base64(encoded).has_value()) << encoded;
    EXPECT_EQ(as_text(*from_base64(encoded)), plain);
  }
}

TEST(Base64, what_is_not_canonical_is_refused) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zg==Zg==", "Z!==", "Zg==\n", "====", "Z===", "Zm9v "}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
  EXPECT_TRUE(from_base64("Zm\n9v\r\n", Blanks::kSkip).has_value());
}

TEST(Base64url, unpadded_and_canonical) {
  const Bytes bytes{0xfb, 0xff, 0xfe};
  EXPECT_EQ(to_base64url(bytes), "-__-");
  EXPECT_EQ(from_base64url("-__-").value(), bytes);
  for (const char* text : {"-__-=", "+//+", "A", "Zh"}) {
    EXPECT_FALSE(from_base64url(text).has_value()) << text;
  }
}

TEST(Base64, every_length_comes_back) {
  for (std::size_t length = 0; length < 70; ++length) {
    const Bytes bytes = random_bytes(length);
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
  }
}

TEST(Hex, wrong_text_is_named) {
  EXPECT_FALSE(from_hex("abc").has_value());
  EXPECT_EQ(from_hex("00zz").error().detail, "not hexadecimal at character 2");
}

TEST(Digest, nist_vectors) {
  EXPECT_EQ(to_hex(digest(DigestAlgorithm::kSha1, as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  DigestStream stream(DigestAlgorithm::kSha256);
  stream.update(as_bytes("a"));
  stream.update(as_bytes("bc"));
  EXPECT_EQ(stream.finish(), sha256(as_bytes("abc")));
}

TEST(Digest, digest_info_prefix_of_rfc8017) {
  EXPECT_EQ(to_hex(digest_info(DigestAlgorithm::kSha256, Bytes(32))).substr(0, 38),
            "3031300d060960864801650304020105000420");
}

}  // namespace
}  // namespace shomei
