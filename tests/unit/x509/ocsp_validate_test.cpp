#include <gmock/gmock.h>

#include "auth/x509/ocsp_client.h"
#include "auth/x509/ocsp_revocation.h"
#include "ocsp_forge.h"

namespace shomei::auth {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

/// Gives what it was told to give.
class Source final : public OcspSource {
 public:
  OcspReply ask(const Certificate&, const Certificate&) override {
    ++asked;
    return reply;
  }
  OcspReply reply;
  int asked = 0;
};

/// Apart from what was said of the path.
std::vector<std::string> of_revocation(const ValidationReport& report, Severity least) {
  std::vector<std::string> names = checks(report.findings, least);
  std::erase_if(names, [](const std::string& name) { return name.starts_with("path."); });
  return names;
}

class OcspValidate : public testing::Test {
 protected:
  ValidationReport validated() {
    ValidationOptions options;
    options.at = world.at;
    inputs.anchors = {world.ca};
    return validate(world.leaf, inputs, options, ProfileSet::defaults());
  }
  Crl list(const std::vector<long>& revoked, const std::string& next_update = "20270101000000Z") {
    return forge_crl({.issuer = "CA", .key = world.ca_key.get(), .next_update = next_update, .revoked = revoked});
  }
  OcspResponse good() { return forge_ocsp(world, {}); }
  OcspResponse revoked() { return forge_ocsp(world, {.singles = {{.state = 1, .revoked_at = -60, .reason = 1}}}); }
  OcspResponse busy() { return OcspResponse::parse(forge_ocsp_status(3)).value(); }

  OcspWorld world;
  ValidationInputs inputs;
};

TEST_F(OcspValidate, an_answer_suffices_without_lists) {
  inputs.ocsp = {good()};
  const ValidationReport report = validated();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  ASSERT_EQ(report.revocation.size(), 1U);
  EXPECT_EQ(report.revocation[0].state, RevocationState::kGood);
  EXPECT_EQ(report.revocation[0].source, "ocsp");
  EXPECT_THAT(checks(report.findings), Not(Contains("revocation.unknown")));
}

TEST_F(OcspValidate, neither_is_indeterminate) {
  EXPECT_EQ(validated().verdict, Verdict::kIndeterminate);
  inputs.ocsp = {busy()};
  const ValidationReport report = validated();
  EXPECT_EQ(report.verdict, Verdict::kIndeterminate);
  EXPECT_THAT(checks(report.findings, Severity::kFail), ElementsAre("revocation.unknown"));
  EXPECT_THAT(checks(report.findings), Contains("ocsp.try-later"));
}

TEST_F(OcspValidate, a_list_suffices_where_the_answer_does_not_count) {
  inputs.crls = {list({})};
  inputs.ocsp = {forge_ocsp(world, {.signer = &world.namesake, .key = world.other_key.get()})};
  const ValidationReport report = validated();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_EQ(report.revocation[0].source, "crl");
  EXPECT_THAT(checks(report.findings), Contains("ocsp.signer"));
}

TEST_F(OcspValidate, revoked_by_either_is_revoked) {
  inputs.crls = {list({4711})};
  inputs.ocsp = {good()};
  ValidationReport report = validated();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.revocation[0].source, "crl");
  inputs.crls = {list({})};
  inputs.ocsp = {revoked()};
  report = validated();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.revocation[0].source, "ocsp");
  EXPECT_EQ(report.revocation[0].reason, "keyCompromise");
  EXPECT_THAT(checks(report.findings, Severity::kFail), ElementsAre("revocation.revoked"));
}

TEST_F(OcspValidate, a_delegated_signer_that_a_list_revokes_does_not_count) {
  const Certificate signer =
      world.delegate({{"extendedKeyUsage", "OCSPSigning"}, {"crlDistributionPoints", "URI:http://crl.test/ca.crl"}});
  inputs.ocsp = {forge_ocsp(world, {.signer = &signer, .key = world.responder_key.get()})};
  EXPECT_THAT(checks(validated().findings), Contains("ocsp.signer-unknown"));
  inputs.crls = {list({99})};
  const ValidationReport report = validated();
  EXPECT_EQ(report.revocation[0].source, "crl");
  EXPECT_THAT(checks(report.findings), Contains("ocsp.signer-revoked"));
  inputs.crls = {list({})};
  EXPECT_THAT(of_revocation(validated(), Severity::kInfo), IsEmpty());
}

TEST_F(OcspValidate, a_source_is_asked_where_nothing_at_hand_decides) {
  Source source;
  source.reply.response = good();
  inputs.ocsp_source = &source;
  EXPECT_EQ(validated().verdict, Verdict::kValid);
  EXPECT_EQ(source.asked, 1);
  inputs.ocsp = {good()};
  EXPECT_EQ(validated().verdict, Verdict::kValid);
  EXPECT_EQ(source.asked, 1);
  inputs.ocsp = {};
  inputs.crls = {list({4711})};
  EXPECT_EQ(validated().verdict, Verdict::kInvalid);
  EXPECT_EQ(source.asked, 1);
}

TEST_F(OcspValidate, a_source_that_fails_leaves_the_lists_unless_it_is_required) {
  Source source;
  source.reply.findings = {{0, Check::kOcspTimeout, Severity::kFail, ""}};
  inputs.ocsp_source = &source;
  inputs.crls = {list({})};
  ValidationReport report = validated();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_THAT(of_revocation(report, Severity::kWarn), ElementsAre("ocsp.timeout"));
  source.reply.required = true;
  report = validated();
  EXPECT_EQ(report.verdict, Verdict::kIndeterminate);
  EXPECT_EQ(report.revocation[0].state, RevocationState::kUnknown);
  EXPECT_THAT(checks(report.findings, Severity::kFail), ElementsAre("ocsp.required"));
  source.reply.response = good();
  EXPECT_EQ(validated().verdict, Verdict::kValid);
}

TEST_F(OcspValidate, what_a_source_gives_is_judged_again) {
  Source source;
  source.reply.response = forge_ocsp(world, {.signer = &world.namesake, .key = world.other_key.get()});
  inputs.ocsp_source = &source;
  EXPECT_EQ(validated().verdict, Verdict::kIndeterminate);
}

}  // namespace
}  // namespace shomei::auth
