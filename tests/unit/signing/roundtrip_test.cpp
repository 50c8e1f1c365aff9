#include <nlohmann/json.hpp>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

struct Form {
  std::string file;
  Format format;
  Packaging packaging;
  std::string covers;
};

class Roundtrip : public testing::TestWithParam<Form> {};

TEST_P(Roundtrip, PassesWithItsSigner) {
  const Form& form = GetParam();
  TestKey key = key_of("doctor1");
  const Document document = Document::from_file(sample(form.file));
  VerifyInputs given = inputs(sign(key, document, form.format, form.packaging));
  if (form.packaging == Packaging::kDetached) {
    given.detached = {document};
  }
  given.keep_signed_bytes = true;
  const SignatureReport report = judged(given);
  EXPECT_EQ(key.uses, 1);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.sub_indication, std::nullopt);
  EXPECT_EQ(report.level, Level::kB);
  EXPECT_EQ(report.format, form.format);
  EXPECT_EQ(report.claimed_signing_time, kSigned);
  ASSERT_TRUE(report.signer);
  EXPECT_EQ(report.signer->name, "Hanako Sato");
  EXPECT_EQ(report.signer->hc_roles, std::vector<std::string>{"Medical Doctor"});
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_TRUE(report.covers.front().reference.starts_with(form.covers)) << report.covers.front().reference;
  EXPECT_FALSE(report.covers.front().signed_bytes.empty());
  if (form.packaging == Packaging::kDetached) {
    EXPECT_EQ(report.covers.front().signed_bytes, must(whole(document, 1 << 20)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Roundtrip,
    testing::Values(Form{"referral_fhir.json", Format::kCades, Packaging::kDetached, "referral_fhir.json"},
                    Form{"referral_fhir.json", Format::kXades, Packaging::kDetached, "referral_fhir.json"},
                    Form{"referral_cda.xml", Format::kXades, Packaging::kEnveloped, ""},
                    Form{"referral_cda.xml", Format::kXades, Packaging::kEnveloping, "#shomei-"},
                    Form{"referral_fhir.json", Format::kXades, Packaging::kEnveloping, "#shomei-"}));

TEST(Signer, EnvelopedLeavesTheDocumentsBytesAsTheyAre) {
  TestKey key = key_of("doctor1");
  const Document document = Document::from_file(sample("referral_cda.xml"));
  const std::string original(as_text(must(whole(document, 1 << 20))));
  std::string made(as_text(sign(key, document, Format::kXades, Packaging::kEnveloped)));
  const auto begin = made.find("<ds:Signature ");
  const auto end = made.find("</ds:Signature>") + std::string_view("</ds:Signature>").size();
  ASSERT_NE(begin, std::string::npos);
  EXPECT_TRUE(made.substr(end).starts_with("</ClinicalDocument>")) << made.substr(end);
  made.erase(begin, end - begin);
  EXPECT_EQ(made, original);
}

TEST(Signer, EnvelopesAnEmptyRoot) {
  TestKey key = key_of("doctor1");
  for (const std::string text : {"<a/>", "<p:a xmlns:p='urn:x' b=\"/>\" /><!-- </p:a> -->\n", "<a></a>"}) {
    const Bytes made =
        sign(key, Document::from_bytes("a.xml", to_bytes(as_bytes(text))), Format::kXades, Packaging::kEnveloped);
    const SignatureReport report = judged(inputs(made));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << as_text(made) << shown(report);
  }
}

TEST(Signer, NamesAnyFile) {
  TestKey key = key_of("doctor1");
  for (const std::string name : {"紹介状 1.json", "a&b<c>\".json", "100%.txt", "%41.txt"}) {
    const Document document = Document::from_bytes(name, to_bytes(as_bytes("x")));
    const Document other = Document::from_bytes("other", to_bytes(as_bytes("y")));
    const SignatureReport report =
        judged(inputs(sign(key, document, Format::kXades, Packaging::kDetached), {other, document}));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << name << shown(report);
  }
}

TEST(Signer, SaysWhichLevelsAreStillPending) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  LocalDocumentSigner signer(xml(), key, clock);
  for (const Format format : {Format::kXades, Format::kCades}) {
    const SignedDocument made = must(signer.sign({.document = Document::from_file(sample("referral_fhir.json")),
                                                  .format = format,
                                                  .packaging = Packaging::kDetached,
                                                  .level = Level::kLT}));
    EXPECT_EQ(made.level, Level::kB);
    EXPECT_EQ(made.pending, (std::vector{Level::kT, Level::kLT}));
  }
}

TEST(Report, IsTheJsonOfTheDesign) {
  TestKey key = key_of("doctor1");
  const Document document = Document::from_file(sample("referral_fhir.json"));
  VerifyInputs given = inputs(sign(key, document, Format::kCades, Packaging::kDetached), {document});
  const OrderedJson json = to_json(must(verify(xml(), given)), Language::kJa);
  const auto names = [](const OrderedJson& object) {
    std::vector<std::string> all;
    for (const auto& [name, value] : object.items()) {
      all.push_back(name);
    }
    return all;
  };
  EXPECT_EQ(names(json), (std::vector<std::string>{"indication", "sub_indication", "signatures"}));
  const OrderedJson& signature = json.at("signatures").at(0);
  EXPECT_EQ(names(signature), (std::vector<std::string>{"id", "format", "level", "pending", "profile", "indication",
                                                        "sub_indication", "signer", "claimed_signing_time",
                                                        "best_signature_time", "timestamps", "covers", "findings"}));
  EXPECT_EQ(names(signature.at("signer")), (std::vector<std::string>{"name", "name_ja", "serial_number", "organization",
                                                                     "hc_roles", "certificate_sha256"}));
  EXPECT_EQ(signature.at("signer").at("name_ja"), "佐藤　花子");
  EXPECT_EQ(signature.at("claimed_signing_time"), "2026-04-01T00:10:00Z");
  EXPECT_EQ(signature.at("covers"), OrderedJson::array({"referral_fhir.json"}));
  EXPECT_EQ(signature.at("best_signature_time"), nullptr);
  EXPECT_TRUE(signature.at("findings").at(0).at("text").get<std::string>().starts_with("この部分は署名時のままです"));
}

}  // namespace
}  // namespace shomei::signing::test
