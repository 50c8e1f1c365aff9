// Hostile and broken files: each gets its own error, quickly.
#include "signing/xml/xml_canonical.h"
#include "signing/xml/xml_scan.h"
#include "signing/xml/xml_tree.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

Code refusal(const std::string& text) {
  xml();
  const auto report = verify(xml(), inputs(to_bytes(as_bytes(text))));
  EXPECT_FALSE(report) << "was not refused";
  return report ? Code::kCount : report.error().code;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

TEST(Limits, DocumentTypeAndEntities) {
  EXPECT_EQ(refusal("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"), Code::kXmlForbidden);
  EXPECT_EQ(refusal("<?xml version=\"1.0\"?>\n<!DOCTYPE a><a/>"), Code::kXmlForbidden);
  EXPECT_EQ(
      refusal("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><l>&c;</l>"),
      Code::kXmlForbidden);
  EXPECT_EQ(refusal("<a>&unknown;</a>"), Code::kXmlMalformed);
}

TEST(Limits, DepthAttributesNamespaces) {
  EXPECT_EQ(refusal(repeated("<a>", 300) + repeated("</a>", 300)), Code::kXmlForbidden);
  const auto attributes = [](int count) {
    std::string text = "<a";
    for (int i = 0; i < count; ++i) {
      text += " a" + std::to_string(i) + "='x'";
    }
    return text + "/>";
  };
  const auto namespaces = [](int depth, int each) {
    std::string text;
    for (int i = 0; i < depth * each; ++i) {
      text += (i % each == 0 ? "<a xmlns:p" : " xmlns:p") + std::to_string(i) + "='urn:x'" +
              (i % each == each - 1 ? ">" : "");
    }
    return text + repeated("</a>", depth);
  };
  const Limits limits;
  EXPECT_EQ(refusal(attributes(limits.attributes_per_element + 1)), Code::kXmlForbidden);
  EXPECT_TRUE(parse_xml(as_bytes(attributes(limits.attributes_per_element)), limits));
  EXPECT_EQ(refusal(namespaces(2, limits.namespaces_in_scope / 2 + 1)), Code::kXmlForbidden);
  EXPECT_TRUE(parse_xml(as_bytes(namespaces(2, limits.namespaces_in_scope / 2)), limits));
}

TEST(Limits, SizeHasItsOwnError) {
  VerifyInputs given = inputs(to_bytes(as_bytes("<a>" + std::string(3000, 'x') + "</a>")));
  given.policy.limits.xml_bytes = 2048;
  given.policy.limits.cms_bytes = 2048;
  const auto report = verify(xml(), given);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInputTooLarge);
  EXPECT_NE(report.error().detail.find("2048"), std::string::npos) << report.error().detail;
}

TEST(Limits, WorkIsBounded) {
  TestKey key = key_of("doctor1");
  VerifyInputs given =
      inputs(sign(key, Document::from_file(sample("referral_cda.xml")), Format::kXades, Packaging::kEnveloped));
  given.policy.limits.work = 100;
  const auto report = verify(xml(), given);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kWorkBudgetSpent);
}

TEST(Limits, SignaturesAndReferencesAreCounted) {
  const std::string empty = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>";
  EXPECT_EQ(refusal("<a>" + repeated(empty, 33) + "</a>"), Code::kXmlForbidden);
  const VerifyReport report = must(verify(xml(), inputs(to_bytes(as_bytes("<a>" + empty + "</a>")))));
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
  EXPECT_EQ(report.sub_indication, SubIndication::kFormatFailure);
}

TEST(Limits, OtherEncodings) {
  EXPECT_EQ(refusal("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"), Code::kXmlForbidden);
  EXPECT_EQ(refusal("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>"), Code::kXmlForbidden);
  EXPECT_EQ(refusal(std::string("\xFF\xFE<\0a\0/\0>\0", 10)), Code::kXmlForbidden);
  EXPECT_EQ(refusal("<a>\x83\x7E</a>"), Code::kXmlMalformed);
}

TEST(Limits, WhatIsNoSignatureAtAll) {
  EXPECT_EQ(refusal(""), Code::kInputEmpty);
  EXPECT_EQ(refusal(std::string(100, '\0')), Code::kInputMalformed);
  EXPECT_EQ(refusal("hello"), Code::kInputMalformed);
  EXPECT_EQ(refusal("<a>"), Code::kXmlMalformed);
  EXPECT_EQ(refusal("<a/><b/>"), Code::kXmlMalformed);
  EXPECT_EQ(refusal("0\x82\x01"), Code::kCmsMalformed);
  EXPECT_EQ(refusal("-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n"), Code::kCmsMalformed);
  const VerifyReport none = must(verify(xml(), inputs(to_bytes(as_bytes("<a/>")))));
  EXPECT_EQ(none.indication, Indication::kIndeterminate);
  EXPECT_EQ(none.sub_indication, SubIndication::kFormatFailure);
  EXPECT_TRUE(none.signatures.empty());
}

TEST(Scan, FindsTheRootWhateverStandsAroundIt) {
  const std::string text =
      "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><!-- <x> --><?pi <y> ?>\n<p:r a='>' "
      "b=\"</p:r>\"><![CDATA[</p:r>]]><p:r/></p:r >\n<!-- </p:r> -->";
  const XmlOutline outline = must(scan_xml(as_bytes(text), Limits{}));
  EXPECT_EQ(outline.root_name, "p:r");
  EXPECT_TRUE(text.substr(outline.root_begin).starts_with("<p:r a="));
  EXPECT_EQ(text.substr(outline.root_content_end, outline.root_end - outline.root_content_end), "</p:r >");
  EXPECT_FALSE(outline.root_is_empty);
}

/// The subtree's canonical form by the set test equals that of the subtree as a document of its own, exclusively.
TEST(Canonical, SubtreeWithoutASubtree) {
  xml();
  const std::string text =
      "<a xmlns='urn:a' xmlns:u='urn:unused'><!-- c --><b y='2' x='1'><s>gone<t/></s>text<c/></b></a>";
  const OwnedXmlDoc document = must(parse_xml(as_bytes(text), Limits{}));
  const xmlNode* b = children(xmlDocGetRootElement(document.get()), "urn:a", "b").front();
  const xmlNode* s = children(b, "urn:a", "s").front();
  WorkBudget budget(10000);
  const NodeSet nodes{.document = document.get(), .apex = b, .without = s};
  EXPECT_EQ(as_text(must(canonical_bytes(nodes, {.kind = Canonicalization::Kind::kExclusive}, budget))),
            "<b xmlns=\"urn:a\" x=\"1\" y=\"2\">text<c></c></b>");
  EXPECT_EQ(as_text(must(canonical_bytes(nodes, {}, budget))),
            "<b xmlns=\"urn:a\" xmlns:u=\"urn:unused\" x=\"1\" y=\"2\">text<c></c></b>");
  EXPECT_EQ(as_text(must(
                canonical_bytes({.document = document.get()}, {.kind = Canonicalization::Kind::kExclusive}, budget))),
            "<a xmlns=\"urn:a\"><b x=\"1\" y=\"2\"><s>gone<t></t></s>text<c></c></b></a>");
}

}  // namespace
}  // namespace shomei::signing::test
