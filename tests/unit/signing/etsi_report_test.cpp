#include "signing/report/etsi_report.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>
#include <set>

#include "tests/unit/signing/fixture.h"
#include "tests/unit/signing/report_samples.h"

namespace shomei::signing::test {
namespace {

/// A report read back, asked with XPath in the prefixes v and ds.
class Parsed {
 public:
  explicit Parsed(const std::string& text)
      : document_(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, XML_PARSE_NONET)) {
    if (document_ != nullptr) {
      context_ = xmlXPathNewContext(document_);
      xmlXPathRegisterNs(context_, BAD_CAST "v", BAD_CAST "http://uri.etsi.org/19102/v1.2.1#");
      xmlXPathRegisterNs(context_, BAD_CAST "ds", BAD_CAST "http://www.w3.org/2000/09/xmldsig#");
    }
  }
  ~Parsed() {
    xmlXPathFreeContext(context_);
    xmlFreeDoc(document_);
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  bool is_well_formed() const { return document_ != nullptr; }
  std::vector<std::string> all(const std::string& path) const {
    std::vector<std::string> texts;
    xmlXPathObject* found = xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(path.c_str()), context_);
    for (int i = 0; found->nodesetval != nullptr && i < found->nodesetval->nodeNr; ++i) {
      xmlChar* text = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
      texts.emplace_back(reinterpret_cast<const char*>(text));
      xmlFree(text);
    }
    xmlXPathFreeObject(found);
    return texts;
  }
  std::string one(const std::string& path) const {
    const auto texts = all(path);
    EXPECT_EQ(texts.size(), 1U) << path;
    return texts.empty() ? "" : texts.front();
  }

 private:
  xmlDoc* document_;
  xmlXPathContext* context_ = nullptr;
};

const VerifyReport& sample_named(std::string_view name) {
  static const std::vector<ReportSample> samples = report_samples();
  return std::ranges::find(samples, name, &ReportSample::name)->report;
}

TEST(EtsiReport, gives_each_signature_its_status_and_each_finding_its_constraint) {
  for (const ReportSample& sample : report_samples()) {
    const Parsed parsed(etsi_report(sample.report, Language::kEn));
    ASSERT_TRUE(parsed.is_well_formed()) << sample.name;
    const auto statuses =
        parsed.all("/v:ValidationReport/v:SignatureValidationReport/v:SignatureValidationStatus/v:MainIndication");
    ASSERT_EQ(statuses.size(), std::max<std::size_t>(sample.report.signatures.size(), 1)) << sample.name;
    std::size_t findings = 0;
    for (std::size_t i = 0; i < sample.report.signatures.size(); ++i) {
      const SignatureReport& signature = sample.report.signatures[i];
      const std::string_view wanted = signature.indication == Indication::kTotalPassed   ? "total-passed"
                                      : signature.indication == Indication::kTotalFailed ? "total-failed"
                                                                                         : "indeterminate";
      EXPECT_EQ(statuses[i], "urn:etsi:019102:mainindication:" + std::string(wanted)) << sample.name;
      findings += signature.findings.size();
    }
    EXPECT_EQ(parsed.all("//v:ValidationConstraint").size(), findings) << sample.name;
  }
}

TEST(EtsiReport, references_lead_to_objects_of_the_report) {
  for (const ReportSample& sample : report_samples()) {
    const Parsed parsed(etsi_report(sample.report, Language::kEn));
    std::set<std::string> ids;
    for (const std::string& id : parsed.all("//@id")) {
      EXPECT_TRUE(ids.insert(id).second) << id;
    }
    const auto references = parsed.all("//@VOReference");
    EXPECT_EQ(references.empty(), sample.report.signatures.empty());
    for (const std::string& reference : references) {
      EXPECT_TRUE(ids.contains(reference)) << sample.name << reference;
    }
  }
}

TEST(EtsiReport, of_an_archived_signature) {
  const VerifyReport& report = sample_named("passed_lta");
  const SignatureReport& signature = report.signatures.front();
  const Parsed parsed(etsi_report(report, Language::kJa));
  EXPECT_EQ(parsed.one("//v:ValidationTimeInfo/v:ValidationTime"), to_rfc3339(report.at));
  EXPECT_EQ(parsed.one("//v:BestSignatureTime/v:POETime"), to_rfc3339(*signature.best_signature_time));
  EXPECT_EQ(parsed.one("//v:BestSignatureTime/v:TypeOfProof"), "urn:etsi:019102:poetype:validation");
  EXPECT_EQ(parsed.all("//v:BestSignatureTime/v:POEObject").size(), 1U);
  EXPECT_EQ(parsed.one("//v:SignatureIdentifier/ds:SignatureValue"), to_base64(signature.signature_value));
  EXPECT_EQ(parsed.one("//v:SignatureIdentifier//ds:DigestValue"), to_base64(signature.signed_digest));
  EXPECT_EQ(parsed.one("//v:SignatureValidationProcessID"), "urn:etsi:019102:validationprocess:LTA");
  EXPECT_EQ(parsed.one("//v:SigningTime/v:Time"), to_rfc3339(kSigned));
  EXPECT_EQ(parsed.all("//v:SignatureTimeStamp").size(), 1U);
  EXPECT_EQ(parsed.all("//v:ArchiveTimeStamp").size(), 10U);
  EXPECT_EQ(parsed.one("//v:SignersDocument//ds:DigestValue"), to_base64(signature.covers.front().digest));
  EXPECT_EQ(parsed.all("//v:CertificateChain/v:SigningCertificate").size(), 1U);
  EXPECT_EQ(parsed.all("//v:CertificateChain/v:IntermediateCertificate").size(), 1U);
  EXPECT_EQ(parsed.all("//v:CertificateChain/v:TrustAnchor").size(), 1U);
  EXPECT_EQ(parsed.one("//v:CryptoInformation/v:NotAfter"), "2030-12-31T23:59:59Z");
  EXPECT_EQ(parsed.all("//v:ValidationObject[v:ObjectType='urn:etsi:019102:validationObject:timestamp']").size(), 11U);
  EXPECT_EQ(parsed.all("//v:ValidationObject[v:POE]").size(), 3U);
  EXPECT_EQ(parsed.one("//v:SignerInformation/v:Signer"), "佐藤 花子 (Hanako Sato)");
}

TEST(EtsiReport, says_when_and_why_a_certificate_was_revoked) {
  const VerifyReport& report = sample_named("indeterminate");
  const Parsed parsed(etsi_report(report, Language::kEn));
  EXPECT_EQ(parsed.one("//v:SignatureValidationStatus/v:SubIndication"),
            "urn:etsi:019102:subindication:REVOKED_NO_POE");
  EXPECT_EQ(parsed.one("//v:RevocationTime"), to_rfc3339(*report.signatures.front().revoked_at));
  EXPECT_EQ(parsed.one("//v:RevocationReason"), "urn:etsi:019102:revocationReason:keyCompromise");
}

TEST(EtsiReport, shared_objects_stand_once_with_their_oldest_proof) {
  VerifyReport report = sample_named("several");
  report.signatures[1].objects[0].known_since = kSigned;
  const Parsed parsed(etsi_report(report, Language::kEn));
  const std::string der = to_base64(report.signatures.front().objects.front().der);
  EXPECT_EQ(parsed.all("//v:ValidationObject[.//v:base64='" + der + "']").size(), 1U);
  EXPECT_EQ(parsed.one("//v:ValidationObject[.//v:base64='" + der + "']/v:POE/v:POETime"), to_rfc3339(kSigned));
}

TEST(EtsiReport, hostile_texts_stay_texts) {
  const std::size_t elements = Parsed(etsi_report(report_with("x"), Language::kEn)).all("//*").size();
  for (const std::string& text : {std::string("</Signer><MainIndication>"), std::string("<!ENTITY a 'b'>&a;]]>"),
                                  std::string("a\0\x01\xFF\xED\xA0\x80\xEF\xBF\xBE", 10), std::string(10'000, 'n')}) {
    const Parsed parsed(etsi_report(report_with(text), Language::kJa));
    ASSERT_TRUE(parsed.is_well_formed()) << text.substr(0, 30);
    EXPECT_EQ(parsed.all("//*").size(), elements) << text.substr(0, 30);
  }
}

TEST(EtsiReport, of_a_real_signature) {
  TestKey key = key_of("doctor1");
  const Document referral = Document::from_file(sample("referral_fhir.json"));
  const VerifyReport report =
      must(verify(xml(), inputs(sign(key, referral, Format::kCades, Packaging::kDetached), {referral})));
  const Parsed parsed(etsi_report(report, Language::kEn));
  EXPECT_EQ(parsed.one("//v:SignatureValidationStatus/v:MainIndication"),
            "urn:etsi:019102:mainindication:total-passed");
  EXPECT_EQ(parsed.one("//v:ValidationTime"), to_rfc3339(kJudged));
}

}  // namespace
}  // namespace shomei::signing::test
