#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/openssl.h"
#include "pkcs11/key.h"

namespace shomei::pkcs11 {
namespace {

using Verdict = PinOutcome::Verdict;
constexpr std::string_view kAuthentication =
    "pkcs11:token=HPKI%20Authentication%20%28Auth%29;id=%45?module-name=opensc-pkcs11";
constexpr std::string_view kSignature = "pkcs11:token=HPKI%20Signature%20%28Sign%29;id=%45?module-name=opensc-pkcs11";

Pin pin_of(std::string text) {
  return *Pin::take(text);
}

/// One line to the virtual card's control socket, and its answer.
std::string card(const std::string& line) {
  const int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::ranges::copy(std::string_view(std::getenv("SHOMEI_VCARD_CONTROL")), address.sun_path);
  EXPECT_EQ(connect(control, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const std::string sent = line + "\n";
  EXPECT_EQ(write(control, sent.data(), sent.size()), static_cast<ssize_t>(sent.size()));
  std::string answer;
  for (char byte = 0; read(control, &byte, 1) == 1 && byte != '\n';) {
    answer += byte;
  }
  close(control);
  EXPECT_NE(answer.find("true"), std::string::npos) << line << ": " << answer;
  return answer;
}

bool verifies(const Pkcs11Key& key, ByteView digest, ByteView signature) {
  const unsigned char* der = key.certificate().data();
  const OwnedX509 certificate(d2i_X509(nullptr, &der, static_cast<long>(key.certificate().size())));
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(X509_get0_pubkey(certificate.get()), nullptr));
  return EVP_PKEY_verify_init(context.get()) == 1 && EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

/// Real pcscd, OpenSC's module and a card that comes from the factory before each test.
class CardTest : public testing::Test {
 protected:
  void SetUp() override {
    card("tries authentication 15");
    card("tries signature 15");
  }
  static std::unique_ptr<Pkcs11Key> open(std::string_view uri) {
    auto key = Pkcs11Key::open(*Uri::parse(uri));
    EXPECT_TRUE(key) << describe(key.error());
    return key ? std::move(*key) : nullptr;
  }
};

TEST_F(CardTest, authentication_key_signs_and_brings_its_chain) {
  const auto key = open(kAuthentication);
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->certificate().empty());
  EXPECT_EQ(key->chain().size(), 2U);
  ASSERT_EQ(key->login(pin_of("1357"), LastTry::kKeep)->verdict, Verdict::kAccepted);
  const Bytes digest = sha256(as_bytes("nonce"));
  const auto signature = key->sign_digest(DigestAlgorithm::kSha256, digest);
  ASSERT_TRUE(signature) << describe(signature.error());
  EXPECT_TRUE(verifies(*key, digest, *signature));
}

TEST_F(CardTest, signature_key_that_asks_for_the_pin_each_time_signs_twice) {
  const auto key = open(kSignature);
  ASSERT_TRUE(key);
  ASSERT_EQ(key->login(pin_of("2468"), LastTry::kKeep)->verdict, Verdict::kAccepted);
  for (const std::string_view text : {"first", "second"}) {
    const Bytes digest = sha256(as_bytes(text));
    const auto signature = key->sign_digest(DigestAlgorithm::kSha256, digest);
    ASSERT_TRUE(signature) << describe(signature.error());
    EXPECT_TRUE(verifies(*key, digest, *signature));
  }
}

TEST_F(CardTest, last_try_is_spent_only_when_allowed) {
  const auto key = open(kAuthentication);
  ASSERT_TRUE(key);
  card("tries authentication 2");
  const auto wrong = key->login(pin_of("0000"), LastTry::kKeep);
  ASSERT_TRUE(wrong) << describe(wrong.error());
  EXPECT_EQ(wrong->verdict, Verdict::kWrong);
  EXPECT_EQ(wrong->tries_left, 1U);
  EXPECT_EQ(key->login(pin_of("0000"), LastTry::kKeep)->verdict, Verdict::kLastTryKept);
  EXPECT_NE(card("tries authentication").find("1"), std::string::npos) << "the card was asked all the same";
  EXPECT_EQ(key->login(pin_of("1357"), LastTry::kSpend)->verdict, Verdict::kAccepted);
}

TEST_F(CardTest, locked_pin_is_told_and_not_tried) {
  const auto key = open(kAuthentication);
  ASSERT_TRUE(key);
  card("tries authentication 1");
  EXPECT_EQ(key->login(pin_of("0000"), LastTry::kSpend)->verdict, Verdict::kLocked);
  EXPECT_EQ(key->login(pin_of("1357"), LastTry::kSpend)->verdict, Verdict::kLocked);
}

TEST_F(CardTest, pulled_card_is_removed_and_works_again_when_back) {
  const auto key = open(kAuthentication);
  ASSERT_TRUE(key);
  ASSERT_EQ(key->login(pin_of("1357"), LastTry::kKeep)->verdict, Verdict::kAccepted);
  card("eject");
  const auto gone = key->sign_digest(DigestAlgorithm::kSha256, sha256({}));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kCardRemoved) << describe(gone.error());
  EXPECT_EQ(key->login(pin_of("1357"), LastTry::kKeep).error().code, Code::kCardNotPresent);
  card("insert");
  ASSERT_EQ(key->login(pin_of("1357"), LastTry::kKeep)->verdict, Verdict::kAccepted);
  EXPECT_TRUE(key->sign_digest(DigestAlgorithm::kSha256, sha256({})));
}

}  // namespace
}  // namespace shomei::pkcs11

/// Without a card, the program starts itself again with one.
int main(int argc, char** argv) {
  if (std::getenv("SHOMEI_VCARD_CONTROL") == nullptr) {
    setenv("SHOMEI_BIN_DIR", SHOMEI_BINARY_DIR "/bin", 1);
    execlp("python3", "python3", SHOMEI_SOURCE_DIR "/tests/harness/with_card.py", "--shape", "opensc", "--holder",
           SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1", "--", argv[0], nullptr);
    return 70;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
