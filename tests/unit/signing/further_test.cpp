// Several signatures in one file: beside each other, and over one another.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

Document cda() {
  return Document::from_file(sample("referral_cda.xml"));
}
Document fhir() {
  return Document::from_file(sample("referral_fhir.json"));
}

Result<Bytes> try_sign(const std::string& holder, const SignRequest& request) {
  TestKey key = key_of(holder);
  const FixedClock clock(kSigned);
  SHOMEI_TRY(const SignedDocument made, LocalDocumentSigner(xml(), key, clock).sign(request));
  return made.bytes;
}

Bytes parallel_xades(const std::string& holder, Document document) {
  return must(try_sign(
      holder, {.document = std::move(document), .packaging = Packaging::kEnveloped, .relation = Relation::kParallel}));
}

Result<Bytes> countersign(const std::string& holder, const Bytes& file, Format format, const std::string& which = "") {
  return try_sign(holder, {.document = Document::from_bytes("file", file),
                           .format = format,
                           .relation = Relation::kCounter,
                           .countersigned = which});
}

std::vector<SignatureReport> all_judged(const Bytes& file, std::vector<Document> detached = {}) {
  return must(verify(xml(), inputs(file, std::move(detached)))).signatures;
}

void expect_all_pass(const std::vector<SignatureReport>& reports, std::size_t count) {
  EXPECT_EQ(reports.size(), count);
  for (const SignatureReport& report : reports) {
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  }
}

std::string detail(const SignatureReport& report, std::string_view check) {
  for (const Finding& finding : report.findings) {
    if (finding.check == check) {
      return finding.text_en.substr(finding.text_en.rfind(": ") + 2);
    }
  }
  return "none";
}

void expect_refused(const Result<Bytes>& made, Code code, std::string_view words) {
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, code) << describe(made.error());
  EXPECT_NE(describe(made.error()).find(words), std::string::npos) << describe(made.error());
}

TEST(Parallel, EnvelopedSignaturesStandBesideEachOther) {
  Bytes file = parallel_xades("doctor1", cda());
  for (const std::string holder : {"doctor2", "pharmacist"}) {
    file = parallel_xades(holder, Document::from_bytes("referral.xml", file));
  }
  const auto reports = all_judged(file);
  expect_all_pass(reports, 3);
  EXPECT_NE(reports.at(0).signer->name, reports.at(1).signer->name);
  const std::string text(as_text(file));
  EXPECT_NE(text.find("<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><XPath "
                      "xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">//ds:Signature</XPath>"
                      "</ds:Transform>"),
            std::string::npos);
  const std::string changed = replaced(text, "</ClinicalDocument>", "<x/></ClinicalDocument>");
  for (const SignatureReport& report : all_judged(to_bytes(as_bytes(changed)))) {
    EXPECT_EQ(report.sub_indication, SubIndication::kHashFailure);
  }
}

TEST(Parallel, XmlsecAcceptsEachOfThem) {
  const Folder folder;
  folder.write("s.xml", parallel_xades("doctor2", Document::from_bytes("a.xml", parallel_xades("doctor1", cda()))));
  for (const int number : {1, 2}) {
    const Ran ran = run(
        folder.path(),
        fmt::format("TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {} --verification-time '2026-04-01 "
                    "00:20:00' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --node-xpath "
                    "\"(//*[local-name()='Signature'])[{}]\" s.xml",
                    pki("trust/signature/root.cer").string(), number));
    EXPECT_EQ(ran.status, 0) << ran.output;
  }
}

TEST(Parallel, ASignatureThatWouldBreakIsLeftAlone) {
  TestKey key = key_of("doctor1");
  const Bytes first = sign(key, cda(), Format::kXades, Packaging::kEnveloped);
  for (const Relation relation : {Relation::kFirst, Relation::kParallel}) {
    expect_refused(try_sign("doctor2", {.document = Document::from_bytes("a.xml", first),
                                        .packaging = Packaging::kEnveloped,
                                        .relation = relation}),
                   Code::kSignUnsupported, "--countersign");
  }
}

TEST(Parallel, AChangedDocumentGetsNoFurtherSignature) {
  const std::string changed = replaced(std::string(as_text(parallel_xades("doctor1", cda()))), "</ClinicalDocument>",
                                       "<x/></ClinicalDocument>");
  expect_refused(try_sign("doctor2", {.document = Document::from_bytes("a.xml", to_bytes(as_bytes(changed))),
                                      .packaging = Packaging::kEnveloped,
                                      .relation = Relation::kParallel}),
                 Code::kSignNotValid, "changed");
}

Result<Bytes> further_cades(const std::string& holder, const Bytes& file, const Document& document) {
  return try_sign(holder, {.document = document,
                           .format = Format::kCades,
                           .relation = Relation::kParallel,
                           .signed_file = Document::from_bytes("s.p7s", file)});
}

Bytes first_cades() {
  TestKey key = key_of("doctor1");
  return sign(key, fhir(), Format::kCades, Packaging::kDetached);
}

std::string openssl_verify(const std::string& more = "") {
  return fmt::format(
      "openssl x509 -inform DER -in {} -out root.pem && openssl cms -verify -cades -binary -inform DER -in s.p7s "
      "-content {} -CAfile root.pem -attime 1775002800 -out /dev/null {}",
      pki("trust/signature/root.cer").string(), sample("referral_fhir.json").string(), more);
}

TEST(Parallel, ACmsTakesFurtherSigners) {
  const Folder folder;
  Bytes file = first_cades();
  for (const std::string holder : {"doctor2", "pharmacist"}) {
    file = must(further_cades(holder, file, fhir()));
  }
  expect_all_pass(all_judged(file, {fhir()}), 3);
  folder.write("s.p7s", file);
  const Ran ran = run(folder.path(), openssl_verify());
  EXPECT_EQ(ran.status, 0) << ran.output;
  expect_refused(further_cades("doctor2", file, cda()), Code::kSignNotValid, "signed something else");
  expect_refused(further_cades("doctor2", to_bytes(as_bytes("nothing")), fhir()), Code::kCmsMalformed, "");
}

TEST(CounterSignature, OfXadesConfirmsTheOneInWhichItStands) {
  TestKey key = key_of("doctor1");
  const Bytes first = sign(key, cda(), Format::kXades, Packaging::kEnveloped);
  const Bytes second = must(countersign("doctor2", first, Format::kXades));
  const auto reports = all_judged(second);
  expect_all_pass(reports, 2);
  EXPECT_EQ(detail(reports.at(1), "counter_signature"), reports.at(0).id);
  EXPECT_EQ(detail(reports.at(0), "counter_signature"), "none");
  // A third one over the first, and one over the counter-signature.
  const Bytes third = must(countersign("pharmacist", second, Format::kXades));
  expect_all_pass(all_judged(third), 3);
  const Bytes fourth = must(countersign("pharmacist", third, Format::kXades, reports.at(1).id));
  const auto four = all_judged(fourth);
  expect_all_pass(four, 4);
  EXPECT_EQ(std::ranges::count(four, reports.at(1).id,
                               [](const SignatureReport& report) { return detail(report, "counter_signature"); }),
            1);
}

TEST(CounterSignature, XmlsecAcceptsIt) {
  const Folder folder;
  TestKey key = key_of("doctor1");
  folder.write("s.xml",
               must(countersign("doctor2", sign(key, cda(), Format::kXades, Packaging::kEnveloped), Format::kXades)));
  for (const int number : {1, 2}) {
    const Ran ran = run(
        folder.path(),
        fmt::format("TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {} --verification-time '2026-04-01 "
                    "00:20:00' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id "
                    "http://www.w3.org/2000/09/xmldsig#:SignatureValue --node-xpath "
                    "\"(//*[local-name()='Signature'])[{}]\" s.xml",
                    pki("trust/signature/root.cer").string(), number));
    EXPECT_EQ(ran.status, 0) << ran.output;
  }
}

/// The counter-signature of one file in the place of another's: both are signatures of the same two people.
TEST(CounterSignature, OfAnotherXadesIsForeign) {
  TestKey key = key_of("doctor1");
  const auto confirmed = [&](Time at) {
    return std::string(as_text(
        must(countersign("doctor2", sign(key, cda(), Format::kXades, Packaging::kEnveloped, at), Format::kXades))));
  };
  const auto counter_of = [](const std::string& text) {
    const auto begin = text.find("<xades:CounterSignature");
    const auto end = text.find("</xades:CounterSignature>");
    return text.substr(begin, end - begin);
  };
  const std::string one = confirmed(kSigned);
  const std::string other = confirmed(kSigned - std::chrono::seconds(5));
  const auto reports = all_judged(to_bytes(as_bytes(replaced(one, counter_of(one), counter_of(other)))));
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].indication, Indication::kTotalPassed);
  EXPECT_EQ(reports[1].indication, Indication::kTotalFailed) << shown(reports[1]);
  EXPECT_TRUE(has_finding(reports[1], "counter_signature.foreign", Severity::kFail)) << shown(reports[1]);
}

TEST(CounterSignature, SaysWhichWhereThereAreSeveral) {
  const Bytes two = parallel_xades("doctor2", Document::from_bytes("a.xml", parallel_xades("doctor1", cda())));
  const auto reports = all_judged(two);
  expect_refused(countersign("pharmacist", two, Format::kXades), Code::kSignUnsupported, reports.at(1).id);
  expect_refused(countersign("pharmacist", two, Format::kXades, "none"), Code::kSignUnsupported, "none");
  const auto three = all_judged(must(countersign("pharmacist", two, Format::kXades, reports.at(1).id)));
  expect_all_pass(three, 3);
  EXPECT_EQ(detail(three.at(2), "counter_signature"), reports.at(1).id);
  expect_refused(countersign("pharmacist", must(read_file(sample("referral_cda.xml"), 1 << 20)), Format::kXades),
                 Code::kSignUnsupported, "no signature");
}

TEST(CounterSignature, OfCmsIsListedAfterTheOneThatItConfirms) {
  const Folder folder;
  const Bytes two = must(further_cades("doctor2", first_cades(), fhir()));
  const Bytes file = must(countersign("pharmacist", two, Format::kCades, "signer-2"));
  const auto reports = all_judged(file, {fhir()});
  expect_all_pass(reports, 3);
  EXPECT_EQ(reports.at(2).id, "signer-2/counter-1");
  EXPECT_EQ(detail(reports.at(2), "counter_signature"), "signer-2");
  EXPECT_EQ(reports.at(2).claimed_signing_time, kSigned);
  expect_refused(countersign("pharmacist", two, Format::kCades), Code::kSignUnsupported, "signer-1 signer-2");
  const auto more = all_judged(must(countersign("doctor1", file, Format::kCades, "signer-2")), {fhir()});
  expect_all_pass(more, 4);
  folder.write("s.p7s", file);
  const Ran ran = run(folder.path(), openssl_verify("&& openssl cms -cmsout -print -inform DER -in s.p7s"));
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_NE(ran.output.find("countersignature"), std::string::npos) << ran.output;
}

TEST(CounterSignature, OfAnotherCmsIsForeign) {
  TestKey key = key_of("doctor1");
  const auto confirmed = [&](Time at) {
    return must(countersign("doctor2", sign(key, fhir(), Format::kCades, Packaging::kDetached, at), Format::kCades));
  };
  // Same lengths, so the SignerInfo at the end can be exchanged for another file's.
  const Bytes one = confirmed(kSigned);
  const Bytes other = confirmed(kSigned - std::chrono::seconds(5));
  ASSERT_EQ(one.size(), other.size());
  const auto oid = to_bytes(as_bytes("\x2A\x86\x48\x86\xF7\x0D\x01\x09\x06"));
  const auto begin = std::ranges::search(one, oid).begin() - one.begin();
  Bytes mixed(one.begin(), one.begin() + begin);
  mixed.insert(mixed.end(), other.begin() + begin, other.end());
  const auto reports = all_judged(mixed, {fhir()});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].indication, Indication::kTotalPassed) << shown(reports[0]);
  EXPECT_EQ(reports[1].sub_indication, SubIndication::kHashFailure) << shown(reports[1]);
  EXPECT_TRUE(has_finding(reports[1], "counter_signature.foreign", Severity::kFail));
}

TEST(CounterSignature, ItsValueAndItsCertificateCount) {
  const Bytes good = must(countersign("doctor2", first_cades(), Format::kCades));
  Bytes bad = good;
  bad.back() ^= 1;  // The counter-signature's value ends the file.
  const auto reports = all_judged(bad, {fhir()});
  EXPECT_EQ(reports.at(1).sub_indication, SubIndication::kSigCryptoFailure) << shown(reports.at(1));
  const auto revoked = all_judged(must(countersign("revoked", first_cades(), Format::kCades)), {fhir()});
  EXPECT_EQ(revoked.at(0).indication, Indication::kTotalPassed);
  EXPECT_NE(revoked.at(1).indication, Indication::kTotalPassed) << shown(revoked.at(1));
}

}  // namespace
}  // namespace shomei::signing::test
