// Data to be signed apart from the key, and digests as strong as the key.
#include "signing/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

SignRequest request_for(Format format) {
  return {.document = Document::from_file(sample("referral_fhir.json")), .format = format};
}

/// As a remote service would: it sees a digest and an algorithm, nothing else.
Bytes value_elsewhere(const Prepared& prepared, const std::string& holder) {
  TestKey key = key_of(holder);
  return must(key.sign_digest(prepared.algorithm.digest, prepared.digest));
}

TEST(Prepare, AValueMadeElsewhereMakesASignature) {
  TestKey key = key_of("doctor1");
  for (const Format format : {Format::kXades, Format::kCades}) {
    const SignRequest request = request_for(format);
    const Prepared prepared =
        must(prepare(xml(), request, must(signer_certificate(key.certificate(), key.chain())), kSigned));
    EXPECT_EQ(prepared.digest.size(), 32U);
    const SignedDocument made = must(finish(prepared, value_elsewhere(prepared, "doctor1")));
    EXPECT_EQ(key.uses, 0);
    const SignatureReport report = judged(inputs(made.bytes, {request.document}));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_EQ(report.claimed_signing_time, kSigned);
  }
}

TEST(Prepare, AValueOfAnotherKeyOrOfAnotherDigestIsRefused) {
  TestKey key = key_of("doctor1");
  const auto certificate = must(signer_certificate(key));
  const Prepared first = must(prepare(xml(), request_for(Format::kCades), certificate, kSigned));
  const Prepared second =
      must(prepare(xml(), request_for(Format::kCades), certificate, kSigned + std::chrono::seconds(1)));
  for (const Bytes& value : {value_elsewhere(first, "doctor2"), value_elsewhere(second, "doctor1"), Bytes{}}) {
    const auto made = finish(first, value);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kCryptoFailed);
  }
}

/// A certificate of that curve which is its own anchor.
TestKey ec_key(const Folder& folder, const std::string& curve) {
  const Ran ran =
      run(folder.path(), fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:{0} -nodes -keyout "
                                     "{0}.pem -subj '/CN={0}' -addext keyUsage=critical,nonRepudiation -days 36500 "
                                     "-outform DER -out {0}.cer",
                                     curve));
  EXPECT_EQ(ran.status, 0) << ran.output;
  return {folder.path() / (curve + ".pem"), folder.path() / (curve + ".cer"), {}};
}

TEST(Digest, IsAsStrongAsTheCurveAndOtherProgramsAgree) {
  const Folder folder;
  const Document document = Document::from_bytes("d.txt", to_bytes(as_bytes("content")));
  folder.write("d.txt", as_bytes("content"));
  for (const auto& [curve, word] : {std::pair("P-256", "sha256"), {"P-384", "sha384"}, {"P-521", "sha512"}}) {
    TestKey key = ec_key(folder, curve);
    folder.write("s.p7s", sign(key, document, Format::kCades, Packaging::kDetached));
    const Bytes made = sign(key, document, Format::kXades, Packaging::kDetached);
    folder.write("s.xml", made);
    EXPECT_NE(as_text(made).find(fmt::format("xmldsig-more#ecdsa-{}\"", word)), std::string::npos) << as_text(made);
    const Ran cms = run(folder.path(),
                        "openssl cms -verify -binary -inform DER -in s.p7s -content d.txt -noverify -out "
                        "/dev/null && openssl cms -cmsout -print -inform DER -in s.p7s");
    EXPECT_EQ(cms.status, 0) << cms.output;
    std::string upper = word;
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    EXPECT_NE(cms.output.find("ecdsa-with-" + upper), std::string::npos) << cms.output;
    const Ran judge = run(folder.path(), fmt::format("xmlsec1 --verify --pubkey-cert-der {}.cer --enabled-key-data "
                                                     "key-name,ec --id-attr:Id "
                                                     "http://uri.etsi.org/01903/v1.3.2#:SignedProperties s.xml",
                                                     curve));
    EXPECT_EQ(judge.status, 0) << judge.output;
  }
}

TEST(Digest, IsTheOneAskedFor) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    for (const Format format : {Format::kXades, Format::kCades}) {
      SignRequest request = request_for(format);
      request.digest = algorithm;
      const Bytes made = must(LocalDocumentSigner(xml(), key, clock).sign(request)).bytes;
      const SignatureReport report = judged(inputs(made, {request.document}));
      EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
      if (format == Format::kXades) {
        EXPECT_EQ(as_text(made).find("xmlenc#sha256"), std::string::npos) << "a digest weaker than asked for";
      }
    }
  }
}

}  // namespace
}  // namespace shomei::signing::test
