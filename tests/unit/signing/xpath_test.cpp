// XPath transforms: the forms that signatures hold in practice are answered as xmlsec1 (libxml2's engine) signs them,
// every other one is refused.
#include <fmt/format.h>

#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

std::string xpath(const std::string& expression, const std::string& declared = "") {
  return fmt::format(
      "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath{}>{}</ds:XPath>"
      "</ds:Transform>",
      declared.empty() ? "" : " " + declared, expression);
}

std::string filter2(const std::string& filter, const std::string& expression, const std::string& declared = "") {
  return fmt::format(
      "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\">"
      "<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"{}\"{}>{}</f:XPath></ds:Transform>",
      filter, declared.empty() ? "" : " " + declared, expression);
}

/// A document whose only reference to content is to all of it, by `transforms`.
std::string signed_whole(const std::string& transforms) {
  return sign_template("<d><a>1</a><!-- c --><b xml:lang=\"ja\">2</b>" +
                       signature(reference("", "", transforms + kExclusive) + reference("#p", kType)) + "</d>");
}

const std::string kNoSignatures = "not(ancestor-or-self::ds:Signature)";
const std::string kOwn = "here()/ancestor::ds:Signature[1]";

TEST(XPath, WhatIsTheSameAsEnvelopedPasses) {
  const std::string other = "xmlns:q=\"" + std::string(kDs) + "\"";
  for (const std::string& transform :
       {xpath(kNoSignatures), xpath("\n  not ( ancestor-or-self :: ds:Signature )\t"),
        xpath("not(ancestor-or-self::q:Signature)", other),
        xpath("count(ancestor-or-self::ds:Signature | " + kOwn + ") &gt; count(ancestor-or-self::ds:Signature)"),
        filter2("subtract", "//ds:Signature"), filter2("subtract", "/descendant::ds:Signature"),
        filter2("subtract", "/descendant-or-self::q:Signature", other), filter2("subtract", kOwn)}) {
    const std::string text = signed_whole(transform);
    const SignatureReport report = judged_text(text);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << transform << shown(report);
    expect_failed(judged_text(replaced(text, "<a>1</a>", "<a>3</a>")), "reference.digest");
  }
}

/// Two in a row: what one leaves, the other works on.
TEST(XPath, SeveralFilters) {
  EXPECT_EQ(judged_text(signed_whole(kEnveloped + xpath(kNoSignatures))).indication, Indication::kTotalPassed);
  const std::string both = replaced(filter2("subtract", kOwn), "</f:XPath>",
                                    "</f:XPath><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
                                    "Filter=\"subtract\">//ds:Signature</f:XPath>");
  EXPECT_EQ(judged_text(signed_whole(both)).indication, Indication::kTotalPassed);
}

/// The signed bytes are those without signatures, and a second signature beside the first does not break it.
TEST(XPath, ParallelSignatures) {
  const std::string text = signed_whole(xpath(kNoSignatures));
  VerifyInputs given = inputs(to_bytes(as_bytes(text)));
  given.keep_signed_bytes = true;
  const SignatureReport report = judged(given);
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(as_text(report.covers.front().signed_bytes), "<d><a>1</a><b xml:lang=\"ja\">2</b></d>");
  const std::string second =
      "<ds:Signature xmlns:ds=\"" + std::string(kDs) + "\"><ds:Object>forged</ds:Object></ds:Signature>";
  const auto both = must(verify(xml(), inputs(to_bytes(as_bytes(replaced(text, "<a>1</a>", "<a>1</a>" + second))))));
  ASSERT_EQ(both.signatures.size(), 2U);
  EXPECT_EQ(both.signatures.back().indication, Indication::kTotalPassed) << shown(both.signatures.back());
  EXPECT_EQ(both.indication, Indication::kTotalFailed) << "what stands where nobody signs is judged as a signature";
}

TEST(XPath, EverythingElseIsRefused) {
  const std::string text = signed_whole(xpath(kNoSignatures));
  const std::string good = xpath(kNoSignatures);
  for (const std::string& transform :
       {xpath("true()"),
        xpath("1"),
        xpath("not(ancestor-or-self::ds:Object)"),
        xpath("not(self::ds:Signature)"),
        xpath("not(ancestor-or-self::Signature)"),
        xpath("not(ancestor-or-self::ds:Signature) or true()"),
        xpath("not(ancestor-or-self::ds:Sig nature)"),
        xpath("not(ancestor-or-self::z:Signature)"),
        xpath("not(ancestor-or-self::ds:Signature)", "xmlns:ds=\"urn:other\""),
        xpath(""),
        xpath("/d/a"),
        xpath(std::string(5000, ' ') + kNoSignatures),
        xpath(kNoSignatures + "<ds:x/>"),
        xpath(kNoSignatures) + xpath("not(ancestor-or-self::a)"),
        filter2("union", "//ds:Signature"),
        filter2("intersect", "//ds:Signature"),
        filter2("intersect", "/d/a"),
        filter2("subtract", "//a"),
        filter2("subtract", "/d/a"),
        filter2("", "//ds:Signature"),
        std::string("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/>"),
        std::string("<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>")}) {
    SCOPED_TRACE(transform);
    expect_failed(judged_text(replaced(text, good, transform)), "reference.forbidden");
  }
}

/// Left out of the element that a profile wants signed, a signature could hold anything.
TEST(XPath, AFilteredElementIsNotTheWholeElement) {
  const std::string text = sign_template(prescription(reference("#doc", "", xpath(kNoSignatures) + kExclusive) +
                                                      reference("#k") + reference("#p", kType)));
  expect_failed(judged_text(text), "eprescription.layout");
  const std::string properties_filtered =
      sign_template(prescription(reference("#doc") + reference("#p", kType, xpath(kNoSignatures))));
  expect_failed(judged_text(properties_filtered), "reference.forbidden");
}

const Document kSongs = Document::from_bytes(
    "songs.xml",
    to_bytes(as_bytes("<?xml version=\"1.0\"?>\n<c xmlns:t=\"urn:t\"><t:s n=\"1\">a</t:s><t:s n=\" 2.0 \">b"
                      "</t:s><s n=\"x\">c</s><s n=\"x\">d</s></c>")));

std::string signed_songs(const std::string& transforms) {
  return sign_template(signature(reference("songs.xml", "", transforms) + reference("#p", kType)), {kSongs});
}

/// XPath 1.0: the path is true at every node or at none, so all of the document is signed.
TEST(XPath, AnAbsolutePathAsACondition) {
  const std::string text = signed_songs(xpath("/c/t:s", "xmlns:t=\"urn:t\""));
  const SignatureReport report = judged_text(text, {kSongs});
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  Bytes changed = must(whole(kSongs, 1 << 10));
  changed[changed.size() - 9] ^= 1;
  expect_failed(judged_text(text, {Document::from_bytes("songs.xml", changed)}), "reference.digest");
  expect_failed(judged_text(replaced(text, "/c/t:s", "/c/t:z"), {kSongs}), "reference.forbidden");
}

/// XPath Filter 2: one element of the document is signed; the document itself is not covered by that.
TEST(XPath, OneElementOfADocument) {
  for (const std::string path : {"/c/t:s[@n = 2]", "/c/t:s[@n='1']", "/c"}) {
    const std::string text = signed_songs(filter2("intersect", path, "xmlns:t=\"urn:t\""));
    VerifyInputs given = inputs(to_bytes(as_bytes(text)), {kSongs});
    given.keep_signed_bytes = true;
    const SignatureReport report = judged(given);
    EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
    EXPECT_EQ(report.sub_indication, SubIndication::kSignedDataNotFound) << shown(report);
    EXPECT_TRUE(has_finding(report, "reference.partial", Severity::kWarn)) << shown(report);
    ASSERT_EQ(report.covers.size(), 1U) << shown(report);
    EXPECT_TRUE(report.covers.front().partial);
    EXPECT_FALSE(report.covers.front().signed_bytes.empty());
  }
  const std::string text = signed_songs(filter2("intersect", "/c/t:s[@n = 2]", "xmlns:t=\"urn:t\""));
  for (const std::string path : {"/c/s", "/c/s[@n='x']", "/c/t:s[@n=7]", "//t:s", "/c/t:s[1]", "/c/*", "/c/t:s/@n"}) {
    expect_failed(judged_text(replaced(text, "/c/t:s[@n = 2]", path), {kSongs}), "reference.forbidden");
  }
}

TEST(XPath, SignaturesInADocumentBesideTheFileAreNotOverlooked) {
  const Document with_signature = Document::from_bytes(
      "songs.xml", to_bytes(as_bytes("<c><a/><ds:Signature xmlns:ds=\"" + std::string(kDs) + "\"/></c>")));
  const std::string text = sign_template(
      signature(reference("songs.xml", "", xpath(kNoSignatures)) + reference("#p", kType)), {with_signature});
  const SignatureReport report = judged_text(text, {with_signature});
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_TRUE(has_finding(report, "reference.partial", Severity::kWarn)) << shown(report);
  expect_failed(judged_text(replaced(signed_songs(kExclusive), kExclusive, kEnveloped), {kSongs}),
                "reference.forbidden");
}

}  // namespace
}  // namespace shomei::signing::test
