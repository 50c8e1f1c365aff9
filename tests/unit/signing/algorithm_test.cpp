// Signature algorithms with their parameters, and values that a lax verifier would take.
#include <fmt/format.h>
#include <openssl/rsa.h>

#include "signing/signature_algorithm.h"
#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

const Bytes kDigest = sha256(as_bytes("message"));
constexpr SignatureAlgorithm kPkcs1{KeyType::kRsa, DigestAlgorithm::kSha256};
constexpr SignatureAlgorithm kPss{.key = KeyType::kRsa, .digest = DigestAlgorithm::kSha256, .pss = true};

std::unique_ptr<SoftwareKey> rsa_key() {
  return must(SoftwareKey::load(pki("holders/doctor1/signature.key.pem")));
}

Bytes pss(EVP_PKEY* key, ByteView digest, int salt, const EVP_MD* mask = EVP_sha256()) {
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  std::size_t size = 256;
  Bytes signature(size);
  EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), mask), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt), 1);
  EXPECT_EQ(EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()), 1);
  return signature;
}

/// The private operation on a block of the modulus's length: any padding at all.
Bytes raw_rsa(EVP_PKEY* key, ByteView block) {
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  std::size_t size = 256;
  Bytes signature(size);
  EXPECT_EQ(block.size(), size);
  EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_sign(context.get(), signature.data(), &size, block.data(), block.size()), 1);
  return signature;
}

/// 00 TYPE FF… 00 INFO REST, 256 octets; the padding takes what is left.
Bytes block(ByteView info, std::size_t rest = 0, std::uint8_t type = 1, std::uint8_t fill = 0xFF) {
  Bytes bytes{0, type};
  bytes.resize(256 - 1 - info.size() - rest, fill);
  bytes.push_back(0);
  bytes.insert(bytes.end(), info.begin(), info.end());
  bytes.resize(256, 0x5A);
  return bytes;
}

TEST(Algorithm, PaddingOfPkcs1IsTakenToTheLetter) {
  const auto key = rsa_key();
  const Bytes info = digest_info(DigestAlgorithm::kSha256, kDigest);
  const auto fits = [&](ByteView padded) {
    return signature_fits(key->native(), kPkcs1, kDigest, raw_rsa(key->native(), padded));
  };
  EXPECT_TRUE(fits(block(info)));
  // Bleichenbacher 2006: short padding, the rest behind the DigestInfo.
  EXPECT_FALSE(fits(block(info, 190)));
  EXPECT_FALSE(fits(block(info, 1)));
  EXPECT_FALSE(fits(block(info, 0, 2)));
  EXPECT_FALSE(fits(block(info, 0, 1, 0xFE)));
  EXPECT_FALSE(fits(block(info, 0, 0, 0x00)));
  EXPECT_FALSE(fits(block(kDigest))) << "no DigestInfo";
  // CVE-2014-1568 and CVE-2018-15836: long lengths, and something in the parameters.
  Bytes long_length = info;
  long_length[1] = 0x81;
  long_length.insert(long_length.begin() + 2, static_cast<std::uint8_t>(info.size() - 2));
  EXPECT_FALSE(fits(block(long_length)));
  Bytes parameters = info;
  parameters[1] += 2;
  parameters[3] += 2;
  const auto null = parameters.begin() + 4 + 11;
  ASSERT_EQ(*null, 0x05);
  *(null + 1) = 2;
  parameters.insert(null + 2, {0x41, 0x41});
  EXPECT_FALSE(fits(block(parameters)));
  Bytes trailing = info;
  trailing[1] += 1;
  trailing.push_back(0);
  EXPECT_FALSE(fits(block(trailing)));
  const Bytes other = digest_info(DigestAlgorithm::kSha1, Bytes(kDigest.begin(), kDigest.begin() + 20));
  EXPECT_FALSE(fits(block(other))) << "another digest than the algorithm's";
}

TEST(Algorithm, SaltOfPssIsAsLongAsStated) {
  const auto key = rsa_key();
  SignatureAlgorithm stated = kPss;
  EXPECT_TRUE(signature_fits(key->native(), stated, kDigest, pss(key->native(), kDigest, 32)));
  for (const int salt : {0, 20, 64}) {
    const Bytes signature = pss(key->native(), kDigest, salt);
    stated.salt_length = std::nullopt;
    EXPECT_FALSE(signature_fits(key->native(), stated, kDigest, signature)) << salt;
    stated.salt_length = salt;
    EXPECT_TRUE(signature_fits(key->native(), stated, kDigest, signature)) << salt;
    stated.salt_length = salt + 1;
    EXPECT_FALSE(signature_fits(key->native(), stated, kDigest, signature)) << salt;
  }
  EXPECT_FALSE(signature_fits(key->native(), kPss, kDigest, pss(key->native(), kDigest, 32, EVP_sha1())));
  EXPECT_FALSE(signature_fits(key->native(), kPkcs1, kDigest, pss(key->native(), kDigest, 32)));
}

TEST(Algorithm, EcdsaValuesOutOfRange) {
  const auto key = must(SoftwareKey::generate_p256());
  constexpr SignatureAlgorithm kEcdsa{KeyType::kEc, DigestAlgorithm::kSha256};
  const Bytes good = must(key->sign_digest(DigestAlgorithm::kSha256, kDigest));
  const auto fits = [&](const Bytes& signature) { return signature_fits(key->native(), kEcdsa, kDigest, signature); };
  ASSERT_TRUE(fits(good));
  EXPECT_FALSE(fits(Bytes(64, 0))) << "r = s = 0 (CVE-2022-21449)";
  EXPECT_FALSE(fits(Bytes(64, 0xFF))) << "above the order";
  Bytes half = good;
  std::ranges::fill(half.begin() + 32, half.end(), 0);
  EXPECT_FALSE(fits(half)) << "s = 0";
  half = good;
  std::ranges::fill(half.begin(), half.begin() + 32, 0);
  EXPECT_FALSE(fits(half)) << "r = 0";
  EXPECT_FALSE(fits(Bytes(good.begin(), good.end() - 1)));
  Bytes longer = good;
  longer.insert(longer.begin(), 0);
  EXPECT_FALSE(fits(longer));
  longer.insert(longer.begin() + 33, 0);
  EXPECT_FALSE(fits(longer)) << "zeros before both";
  EXPECT_FALSE(fits(ecdsa_der(good))) << "DER where r || s is asked for (XML-DSig 1.1, 6.4.3)";
  EXPECT_FALSE(fits({}));
  EXPECT_FALSE(signature_fits(key->native(), kPkcs1, kDigest, good)) << "a key of another type";
}

const std::string kMethod = "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>";

std::string method(const std::string& identifier, const std::string& children) {
  return fmt::format(
      "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2007/05/xmldsig-more#{}\">{}</ds:SignatureMethod>", identifier,
      children);
}

std::string parameters(const std::string& children) {
  return method("rsa-pss", "<q:RSAPSSParams xmlns:q=\"http://www.w3.org/2007/05/xmldsig-more#\">" + children +
                               "</q:RSAPSSParams>");
}

/// A good signature with another SignatureMethod, signed anew by PSS with that salt.
SignatureReport with_method(const std::string& method, int salt) {
  static const std::string good = sign_template(prescription(kGood));
  const std::string text = replaced(good, kMethod, method);
  const auto key = rsa_key();
  return judged_text(signed_anew(text, [&](ByteView digest) { return pss(key->native(), digest, salt); }));
}

const std::string kDigestMethod = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
const std::string kMask = "<q:MaskGenerationFunction Algorithm=\"http://www.w3.org/2007/05/xmldsig-more#MGF1\">" +
                          kDigestMethod + "</q:MaskGenerationFunction>";

TEST(Algorithm, PssInXml) {
  for (const auto& [text, salt] : std::vector<std::pair<std::string, int>>{
           {method("sha256-rsa-MGF1", ""), 32},
           {method("rsa-pss", ""), 32},
           {parameters(""), 32},
           {parameters(kDigestMethod + kMask), 32},
           {parameters(kDigestMethod + "<q:SaltLength>64</q:SaltLength><q:TrailerField>1</q:TrailerField>"), 64},
           {parameters("<q:SaltLength>20</q:SaltLength>"), 20}}) {
    const SignatureReport report = with_method(text, salt);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << text << shown(report);
  }
}

TEST(Algorithm, ParametersThatAreRefused) {
  const std::string sha512 = replaced(kDigestMethod, "2001/04/xmlenc#sha256", "2001/04/xmlenc#sha512");
  for (const auto& [text, salt] : std::vector<std::pair<std::string, int>>{
           {parameters("<q:SaltLength>0</q:SaltLength>"), 0},
           {parameters("<q:SaltLength>65</q:SaltLength>"), 65},
           {parameters("<q:SaltLength>-1</q:SaltLength>"), 32},
           {parameters("<q:SaltLength>32 </q:SaltLength>"), 32},
           {parameters("<q:SaltLength>32</q:SaltLength><q:SaltLength>32</q:SaltLength>"), 32},
           {parameters("<q:TrailerField>2</q:TrailerField>"), 32},
           {parameters("<q:Other/>"), 32},
           {parameters(replaced(kMask, kDigestMethod, sha512)), 32},
           {parameters(replaced(kMask, kDigestMethod, "")), 32},
           {parameters(replaced(kMask, "#MGF1", "#MGF2")), 32},
           {parameters(replaced(kDigestMethod, "xmlenc#sha256", "xmlenc#ripemd160")), 32},
           {method("rsa-pss", kDigestMethod), 32},
           {method("sha256-rsa-MGF1", "<ds:HMACOutputLength>1</ds:HMACOutputLength>"), 32}}) {
    const SignatureReport report = with_method(text, salt);
    EXPECT_EQ(report.indication, Indication::kIndeterminate) << text << shown(report);
    EXPECT_TRUE(has_finding(report, "signature.algorithm", Severity::kFail)) << text << shown(report);
  }
  EXPECT_EQ(with_method(parameters(""), 20).sub_indication, SubIndication::kSigCryptoFailure);
}

/// HMAC's key would be the attacker's: a public key taken for a secret.
TEST(Algorithm, HmacIsNoSignature) {
  const std::string text =
      replaced(sign_template(prescription(kGood)), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
               "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
  EXPECT_TRUE(has_finding(judged_text(text), "signature.algorithm", Severity::kFail));
  EXPECT_EQ(judged_text(text).indication, Indication::kIndeterminate);
}

}  // namespace
}  // namespace shomei::signing::test
