#include "pkcs11/key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/software_key.h"
#include "tests/unit/pkcs11/soft_token.h"

namespace shomei::pkcs11 {
namespace {

using Verdict = PinOutcome::Verdict;
constexpr std::string_view kModuleQuery = "?module-name=softhsm2";

Pin pin_of(std::string text) {
  return *Pin::take(text);
}

class Pkcs11KeyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { token_ = std::make_unique<SoftToken>(); }
  static void TearDownTestSuite() { token_.reset(); }
  static Result<std::unique_ptr<Pkcs11Key>> open(std::string_view path) {
    return Pkcs11Key::open(*Uri::parse(fmt::format("pkcs11:{}{}", path, kModuleQuery)));
  }
  /// OpenSSL's own program judges, with the certificate's key.
  static void expect_openssl_verifies(const Pkcs11Key& key, ByteView message, ByteView signature) {
    const std::string here = token_->folder().string();
    ASSERT_TRUE(write_file(here + "/signer.cer", key.certificate()));
    ASSERT_TRUE(write_file(here + "/message", message));
    ASSERT_TRUE(write_file(here + "/signature", signature));
    run(fmt::format("openssl x509 -inform DER -in {0}/signer.cer -noout -pubkey -out {0}/signer.pub", here));
    run(fmt::format("openssl dgst -sha256 -verify {0}/signer.pub -signature {0}/signature {0}/message", here));
  }

  static std::unique_ptr<SoftToken> token_;
};

std::unique_ptr<SoftToken> Pkcs11KeyTest::token_;

TEST_F(Pkcs11KeyTest, rsa_key_signs_what_openssl_verifies) {
  auto key = open("token=shomei;id=%17");
  ASSERT_TRUE(key) << describe(key.error());
  EXPECT_EQ((*key)->token_label(), "shomei");
  const Bytes expected =
      *read_file(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1/authentication.cer", 1 << 16);
  EXPECT_EQ(to_bytes((*key)->certificate()), expected) << "readable before the PIN";
  const auto outcome = (*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  ASSERT_EQ(outcome->verdict, Verdict::kAccepted);
  const auto signature = (*key)->sign_digest(DigestAlgorithm::kSha256, sha256(as_bytes("referral")));
  ASSERT_TRUE(signature) << describe(signature.error());
  EXPECT_EQ(signature->size(), 256U);
  expect_openssl_verifies(**key, as_bytes("referral"), *signature);
}

TEST_F(Pkcs11KeyTest, ec_key_gives_raw_r_and_s) {
  auto key = open("token=shomei;object=ec");
  ASSERT_TRUE(key) << describe(key.error());
  EXPECT_EQ((*key)->type(), KeyType::kEc);
  ASSERT_TRUE((*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep));
  const auto signature = (*key)->sign_digest(DigestAlgorithm::kSha256, sha256(as_bytes("token")));
  ASSERT_TRUE(signature) << describe(signature.error());
  ASSERT_EQ(signature->size(), 64U);
  expect_openssl_verifies(**key, as_bytes("token"), ecdsa_der(*signature));
}

TEST_F(Pkcs11KeyTest, certificate_label_finds_the_key_with_its_id) {
  auto key = open("token=shomei;object=certificate;type=cert");
  ASSERT_TRUE(key) << describe(key.error());
  ASSERT_TRUE((*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep));
  EXPECT_EQ((*key)->type(), KeyType::kRsa);
}

TEST_F(Pkcs11KeyTest, wrong_pin_is_an_outcome_and_the_right_one_works_after_it) {
  auto key = open("token=shomei;id=%17");
  ASSERT_TRUE(key);
  const auto outcome = (*key)->login(pin_of("11111111"), LastTry::kKeep);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_EQ(outcome->verdict, Verdict::kWrong);
  EXPECT_FALSE((*key)->sign_digest(DigestAlgorithm::kSha256, sha256({})));
  const auto again = (*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict, Verdict::kAccepted);
  EXPECT_TRUE((*key)->sign_digest(DigestAlgorithm::kSha256, sha256({})));
}

TEST_F(Pkcs11KeyTest, final_try_is_kept_unless_it_may_be_spent) {
  auto key = open("token=shomei;id=%17");
  ASSERT_TRUE(key);
  const auto state = (*key)->pin_state();
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->login_required);
  EXPECT_FALSE(state->locked);
}

TEST_F(Pkcs11KeyTest, nothing_signs_without_login_or_after_logout) {
  auto key = open("token=shomei;id=%17");
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->sign_digest(DigestAlgorithm::kSha256, sha256({})).error().code, Code::kPkcs11Failed);
  ASSERT_TRUE((*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep));
  (*key)->logout();
  EXPECT_FALSE((*key)->sign_digest(DigestAlgorithm::kSha256, sha256({})));
}

TEST_F(Pkcs11KeyTest, ambiguous_uri_is_refused) {
  auto key = open("token=shomei");
  ASSERT_TRUE(key);
  EXPECT_TRUE((*key)->certificate().empty());
  const auto outcome = (*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kPkcs11Uri);
}

TEST_F(Pkcs11KeyTest, missing_token_key_and_module_have_their_own_codes) {
  EXPECT_EQ(open("token=other").error().code, Code::kPkcs11NotFound);
  auto key = open("token=shomei;id=%99");
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->login(pin_of(std::string(kUserPin)), LastTry::kKeep).error().code, Code::kPkcs11NotFound);
  const auto opened = [](std::string_view uri) { return Pkcs11Key::open(*Uri::parse(uri)).error().code; };
  EXPECT_EQ(opened("pkcs11:token=a?module-path=/nowhere.so"), Code::kPkcs11Module);
  EXPECT_EQ(opened("pkcs11:token=a?module-name=nowhere"), Code::kPkcs11Module);
  EXPECT_EQ(opened("pkcs11:token=a"), Code::kPkcs11Uri);
  EXPECT_EQ(opened("pkcs11:token=a?module-path=/etc/passwd"), Code::kPkcs11Module);
}

TEST(CkrTest, return_values_become_codes) {
  EXPECT_EQ(code_of(0xA0), Code::kPinWrong);
  EXPECT_EQ(code_of(0xA2), Code::kPinLength);
  EXPECT_EQ(code_of(0xA4), Code::kPinLocked);
  EXPECT_EQ(code_of(0x32), Code::kCardRemoved);
  EXPECT_EQ(code_of(0xB3), Code::kCardRemoved);
  EXPECT_EQ(code_of(0xE0), Code::kCardNotPresent);
  EXPECT_EQ(code_of(0x50), Code::kPinCancelled);
  EXPECT_EQ(code_of(0x05), Code::kPkcs11Failed);
  EXPECT_EQ(code_of(0x80000001), Code::kPkcs11Failed);
}

}  // namespace
}  // namespace shomei::pkcs11
