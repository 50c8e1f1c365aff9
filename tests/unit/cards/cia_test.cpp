#include "cards/cia.h"

#include <gmock/gmock.h>

#include "base/der.h"
#include "base/file.h"
#include "cards/certificate_look.h"

namespace shomei::cards::cia {
namespace {

using ::testing::ElementsAre;

Bytes hex(std::string_view text) {
  return *from_hex(text);
}

TEST(ObjectDirectory, paths_of_all_three_lengths_and_filler_behind) {
  const auto found =
      parse_object_directory(hex("a00530030401a0"
                                 "a106300404020003"
                                 "a406300404020004"
                                 "a80a30080406"
                                 "3f0050154401"
                                 "0000ffff"));
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_THAT(found->private_keys, ElementsAre(Path{.file = {0xA0}}));
  EXPECT_THAT(found->certificates, ElementsAre(Path{.file = {0x00, 0x04}}));
  EXPECT_THAT(found->auth_objects, ElementsAre(Path{.file = hex("3f0050154401")}));
}

TEST(ObjectDirectory, index_and_length_are_read) {
  const auto found = parse_object_directory(hex("a40c300a04020004020110800120"));
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_THAT(found->certificates, ElementsAre(Path{.file = {0, 4}, .index = 16, .length = 32}));
}

TEST(ObjectDirectory, malformed_names_the_file) {
  for (const char* bad : {"a0", "a00430020400", "a0063004040300", "a00730050403000102", "a0033001", "a0053003020101",
                          "a0800000", "a01630140412000102030405060708090a0b0c0d0e0f1011"}) {
    const auto found = parse_object_directory(hex(bad));
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(found.error().code, Code::kCardFileMalformed) << bad;
    EXPECT_EQ(found.error().detail, "EF.OD") << bad;
  }
}

TEST(ObjectDirectory, too_many_objects_are_refused) {
  Bytes many;
  for (std::size_t i = 0; i <= kMaxObjects; ++i) {
    many.insert(many.end(), {0x05, 0x00});
  }
  EXPECT_EQ(parse_object_directory(many).error().code, Code::kCardFileMalformed);
  many.resize(2 * kMaxObjects);
  EXPECT_TRUE(parse_object_directory(many));
}

// label "  Key ", authId 16, userConsent 1; id 17, nonRepudiation, keyReference 88 as two bytes, algReference {1, 2}
TEST(PrivateKeys, all_that_is_used_is_read) {
  const Bytes common = der::wrap(0x30, {hex("0c0620204b657920"), hex("03020780"), hex("040116"), hex("020101")});
  const Bytes of_key =
      der::wrap(0x30, {hex("040117"), hex("0303060040"), hex("0101ff"), hex("02020088"), hex("a106020101020102")});
  const Bytes of_rsa = der::wrap(0xA1, der::wrap(0x30, {hex("30030401b8"), hex("02020800")}));
  const auto found = parse_private_keys(der::wrap(0x30, {common, of_key, of_rsa}));
  ASSERT_TRUE(found) << describe(found.error());
  ASSERT_EQ(found->size(), 1U);
  const PrivateKey& key = found->front();
  EXPECT_EQ(key.label, "Key");
  EXPECT_EQ(key.auth_id, Bytes{0x16});
  EXPECT_EQ(key.id, Bytes{0x17});
  EXPECT_TRUE(key.user_consent);
  EXPECT_EQ(key.reference, 0x88);
  EXPECT_THAT(key.algorithms, ElementsAre(1U, 2U));
  EXPECT_EQ(key.path, (Path{.file = {0xB8}}));
}

TEST(PrivateKeys, elliptic_curve_keys_are_left_out) {
  const auto found = parse_private_keys(hex("a0020500"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST(Certificates, authority_flag_and_trimmed_label) {
  const auto found =
      parse_certificates(hex("301b"
                             "30060c0420434120"
                             "3006"
                             "040119"
                             "0101ff"
                             "a109300730050403000000"
                             "00"));
  EXPECT_FALSE(found) << "path of three bytes";
  const auto right =
      parse_certificates(hex("301a"
                             "30060c0420434120"
                             "3006"
                             "040119"
                             "0101ff"
                             "a1083006"
                             "300404020019"));
  ASSERT_TRUE(right) << describe(right.error());
  ASSERT_EQ(right->size(), 1U);
  EXPECT_EQ(right->front().label, "CA");
  EXPECT_TRUE(right->front().authority);
  EXPECT_EQ(right->front().path, (Path{.file = {0x00, 0x19}}));
}

TEST(Certificates, one_written_out_in_the_directory_is_left_out) {
  const auto found =
      parse_certificates(hex("300f"
                             "3000"
                             "3003"
                             "040119"
                             "a1063004"
                             "a0020500"));
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_TRUE(found->empty());
}

// JMA: reference 88 as INTEGER 00 88; a card that writes one byte means the same
TEST(Passwords, reference_in_one_byte_or_two) {
  for (const char* reference : {"80020088", "800188"}) {
    const Bytes tail = der::wrap(0x30, {hex("0303"
                                            "06"
                                            "c800"),
                                        hex("0a0102"), hex("020104"), hex("020100"), hex("020110"), hex(reference)});
    const Bytes file = der::wrap(0x30, {hex("30050c0350494e"), hex("3003040108"), der::wrap(0xA1, tail)});
    const auto found = parse_auth_objects(file);
    ASSERT_TRUE(found) << describe(found.error());
    ASSERT_EQ(found->size(), 1U);
    const Password& pin = found->front();
    EXPECT_EQ(pin.label, "PIN");
    EXPECT_EQ(pin.auth_id, Bytes{0x08});
    EXPECT_EQ(pin.reference, 0x88);
    EXPECT_EQ(pin.min_length, 4U);
    EXPECT_EQ(pin.max_length, 16U);
    EXPECT_EQ(pin.pad, std::nullopt);
  }
}

Bytes password(std::string_view flags, std::string_view pad) {
  const Bytes tail = der::wrap(0x30, {hex(flags), hex("0a0102"), hex("020104"), hex("020108"), hex(pad)});
  return der::wrap(0x30, {hex("3000"), hex("3003040108"), der::wrap(0xA1, tail)});
}

TEST(Passwords, padding_needs_its_character) {
  EXPECT_EQ(parse_auth_objects(password("03020204", "0401ff"))->front().pad, 0xFF);
  EXPECT_EQ(parse_auth_objects(password("03020204", "")).error().code, Code::kCardFileMalformed);
  EXPECT_EQ(parse_auth_objects(password("03020248", ""))->front().max_length, 8U) << "storedLength where no maximum is";
}

TEST(Passwords, unblocking_and_security_officer_s_are_left_out) {
  EXPECT_TRUE(parse_auth_objects(password("03020102", ""))->empty());
  EXPECT_TRUE(parse_auth_objects(password("03020001", ""))->empty());
}

TEST(CiaInfo, padding_algorithm_is_rsa_pkcs_that_signs) {
  const auto info = [](std::string_view algorithm) {
    return der::wrap(0x30, {hex("020101"), hex("03020560"), der::wrap(0xA2, hex(algorithm))});
  };
  EXPECT_THAT(*parse_padding_algorithms(info("300c0201050201010500"
                                             "03020640")),
              ElementsAre(5U));
  EXPECT_THAT(*parse_padding_algorithms(info("300c0201050201010500"
                                             "03020780")),
              ElementsAre())
      << "does not sign";
  EXPECT_THAT(*parse_padding_algorithms(info("300c0201050201030500"
                                             "03020640")),
              ElementsAre())
      << "CKM_RSA_X_509";
  EXPECT_THAT(*parse_padding_algorithms(hex("3007020101030205600000")), ElementsAre()) << "says nothing";
  EXPECT_EQ(parse_padding_algorithms(hex("0500")).error().detail, "EF.CIAInfo");
}

TEST(CertificateLook, end_entity_and_ca_are_told_apart) {
  const std::string folder = std::string(SHOMEI_SOURCE_DIR) + "/testcerts/hpki/fixed/";
  const auto look = [&](const std::string& file) { return *look_at_certificate(*read_file(folder + file, 1 << 16)); };
  const CertificateLook signature = look("holders/doctor1/signature.cer");
  EXPECT_FALSE(signature.is_ca);
  EXPECT_TRUE(signature.non_repudiation);
  EXPECT_EQ(signature.modulus_bytes, 256U);
  EXPECT_LE(signature.identity_bytes, 256U);
  EXPECT_FALSE(look("holders/doctor1/authentication.cer").non_repudiation);
  EXPECT_TRUE(look("trust/signature/sign_ca.cer").is_ca);
  EXPECT_EQ(look("tls/server.cer").modulus_bytes == 0, false) << "an RSA certificate";
}

TEST(CertificateLook, identity_ends_with_the_issuer) {
  const Bytes der =
      *read_file(std::string(SHOMEI_SOURCE_DIR) + "/testcerts/hpki/fixed/holders/doctor1/signature.cer", 1 << 16);
  const auto look = *look_at_certificate(der);
  EXPECT_EQ(der[look.identity_bytes], 0x30) << "validity begins";
  EXPECT_EQ(der[look.identity_bytes + 2], 0x17) << "with a UTCTime";
}

TEST(CertificateLook, every_truncation_is_malformed) {
  const Bytes der =
      *read_file(std::string(SHOMEI_SOURCE_DIR) + "/testcerts/hpki/fixed/holders/doctor1/signature.cer", 1 << 16);
  for (std::size_t length = 0; length < der.size(); ++length) {
    const auto look = look_at_certificate(ByteView(der).first(length));
    ASSERT_FALSE(look) << length;
    ASSERT_EQ(look.error().code, Code::kCardFileMalformed);
  }
}

}  // namespace
}  // namespace shomei::cards::cia
