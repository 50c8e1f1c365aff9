#include "agent/verify_work.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"
#include "tests/unit/agent/doubles.h"

namespace shomei::agent {
namespace {

class VerifyWorkTest : public ::testing::Test {
 protected:
  static std::filesystem::path pki(std::string_view part) {
    return std::filesystem::path(SHOMEI_SOURCE_DIR) / "testcerts/hpki/fixed" / part;
  }

  VerifyWorkTest() {
    trust_.anchors = {pki("trust/signature/root.cer")};
    trust_.chain = {pki("trust/signature/sign_ca.cer")};
    trust_.crl = {pki("crl")};
    const auto certificate = read_file(pki("holders/doctor1/signature.cer"), 1 << 16).value();
    const auto key = SoftwareKey::load(pki("holders/doctor1/signature.key.pem"), certificate).value();
    signing::LocalDocumentSigner signer(xml_, *key, clock_);
    const std::string letter = "<letter><!-- not signed --><to>Dr. A</to></letter>";
    signature_ = signer
                     .sign({.document = signing::Document::from_bytes("letter.xml", to_bytes(as_bytes(letter))),
                            .packaging = signing::Packaging::kEnveloped})
                     .value()
                     .bytes;
  }

  Json run(Json body) {
    body["content"] = to_base64(signature_);
    return Json::parse(work_.run(body, Language::kEn).value().dump());
  }

  TrustConfig trust_;
  LimitsConfig limits_;
  const signing::XmlLibrary& xml_ = testing::xml_library();
  FixedClock clock_{*parse_rfc3339("2026-04-01T00:10:00Z")};
  VerifyWork work_{trust_, limits_, xml_, clock_};
  Bytes signature_;
};

TEST_F(VerifyWorkTest, gives_the_bytes_that_were_signed_where_they_are_asked_for) {
  const Json report = run({{"signed_content", true}});
  EXPECT_EQ(report["indication"], "TOTAL-PASSED") << report.dump(1);
  const Json& part = report["signatures"][0]["signed_content"][0];
  EXPECT_EQ(as_text(from_base64(part["content"].get<std::string>()).value()), "<letter><to>Dr. A</to></letter>");
  EXPECT_EQ(part["reference"], "");
  EXPECT_TRUE(part["detached"].is_null());
  EXPECT_FALSE(part["partial"].get<bool>());
  EXPECT_FALSE(run({})["signatures"][0].contains("signed_content"));
}

TEST_F(VerifyWorkTest, gives_nothing_of_what_was_changed) {
  std::string text(as_text(signature_));
  text.replace(text.find("Dr. A"), 5, "Dr. B");
  signature_ = to_bytes(as_bytes(text));
  const Json report = run({{"signed_content", true}});
  EXPECT_EQ(report["indication"], "TOTAL-FAILED") << report.dump(1);
  EXPECT_TRUE(report["signatures"][0]["signed_content"].empty());
}

TEST_F(VerifyWorkTest, asks_for_true_or_false) {
  const auto answer = work_.run({{"content", "PGEvPg=="}, {"signed_content", "yes"}}, Language::kEn);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kJsonMalformed);
}

}  // namespace
}  // namespace shomei::agent
