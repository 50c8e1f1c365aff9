#include "auth/x509/validate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Validate, every_holder_and_service_of_the_test_pki) {
  const ValidationInputs signature = evidence("signature");
  const ValidationInputs authentication = evidence("authentication");
  for (const char* holder : {"doctor1", "doctor2", "pharmacist", "nurse", "clerk", "testcard"}) {
    const std::string folder = std::string("holders/") + holder;
    EXPECT_EQ(judge(folder + "/signature.cer", Purpose::kSignature, signature).verdict, Verdict::kValid) << holder;
    EXPECT_EQ(judge(folder + "/authentication.cer", Purpose::kAuthentication, authentication).verdict, Verdict::kValid)
        << holder;
    // One use's certificate is never good for the other.
    EXPECT_EQ(judge(folder + "/signature.cer", Purpose::kAuthentication, signature).verdict, Verdict::kInvalid);
    EXPECT_EQ(judge(folder + "/authentication.cer", Purpose::kSignature, authentication).verdict, Verdict::kInvalid);
  }
  EXPECT_EQ(judge("holders/staff1/authentication.cer", Purpose::kStaff, evidence("staff")).verdict, Verdict::kValid);
  EXPECT_EQ(judge("tsa/tsa.cer", Purpose::kTimestamp, evidence("timestamp")).verdict, Verdict::kValid);
  EXPECT_EQ(judge("tsa/tsa.cer", Purpose::kTls, evidence("timestamp")).verdict, Verdict::kInvalid);
  EXPECT_EQ(judge("holders/doctor1/signature.cer", Purpose::kTimestamp, signature).verdict, Verdict::kInvalid);
}

TEST(Validate, report_of_a_doctor) {
  const auto report = judge("holders/doctor1/signature.cer", Purpose::kSignature, evidence("signature"));
  const OrderedJson json = to_json(report);
  EXPECT_EQ(json["verdict"], "valid");
  EXPECT_EQ(json["path"].size(), 3U);
  EXPECT_EQ(json["policies"], OrderedJson::array({"1.2.392.100495.1.5.1.1.0.1"}));
  EXPECT_EQ(json["hc_roles"], OrderedJson::array({"Medical Doctor"}));
  ASSERT_EQ(json["revocation"].size(), 2U);
  EXPECT_EQ(json["revocation"][0].dump(),
            R"({"certificate":0,"status":"good","source":"crl","this_update":"2026-04-01T00:00:00Z",)"
            R"("next_update":"2026-04-05T00:00:00Z","revoked_at":null,"reason":null})");
  EXPECT_EQ(json["findings"].size(), 0U);
}

TEST(Validate, revoked_by_the_next_list_but_not_before_its_date) {
  ValidationInputs inputs = evidence("signature");
  const auto next = load_crls({pki("crl_next")}).value();
  inputs.crls.insert(inputs.crls.end(), next.begin(), next.end());
  const auto now = judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs);
  EXPECT_EQ(now.verdict, Verdict::kInvalid);
  EXPECT_EQ(now.revocation.at(0).state, RevocationState::kRevoked);
  EXPECT_EQ(now.revocation.at(0).reason, "keyCompromise");
  EXPECT_EQ(to_rfc3339(now.revocation.at(0).revoked_at.value()), "2026-04-01T00:30:00Z");
  EXPECT_THAT(text(now.findings.at(0), Language::kJa), testing::HasSubstr("失効しています"));
  // At 00:10 the older list is in force and the entry of the newer one lies ahead: told, not condemned.
  const Time before = parse_rfc3339("2026-04-01T00:10:00Z").value();
  const auto then = judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs, before);
  EXPECT_EQ(then.verdict, Verdict::kValid);
  EXPECT_THAT(checks(then.findings), ElementsAre("revocation.revoked-later"));
  // A list from after the time of validation condemns too, if the entry is dated before.
  inputs.crls = next;
  const Time between = parse_rfc3339("2026-04-01T00:40:00Z").value();
  EXPECT_EQ(judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs, between).revocation.at(0).state,
            RevocationState::kRevoked);
}

TEST(Validate, stale_lists_are_no_evidence_of_good_but_of_revoked) {
  const ValidationInputs inputs = evidence("signature");
  const Time late = one_o_clock() + std::chrono::hours(100);
  const auto good = judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs, late);
  EXPECT_EQ(good.verdict, Verdict::kIndeterminate);
  EXPECT_THAT(checks(good.findings), Contains("crl.stale"));
  const auto revoked = judge("holders/revoked/signature.cer", Purpose::kSignature, inputs, late);
  EXPECT_EQ(revoked.revocation.at(0).state, RevocationState::kRevoked);
  EXPECT_EQ(revoked.verdict, Verdict::kInvalid);
  ValidationOptions options;
  options.at = late;
  options.crl_grace = std::chrono::hours(6);
  const auto lenient = validate(certificate("holders/doctor1/signature.cer"), inputs, options, ProfileSet::defaults());
  EXPECT_EQ(lenient.verdict, Verdict::kValid);
  EXPECT_THAT(checks(lenient.findings, Severity::kWarn), ElementsAre("crl.stale", "crl.stale"));
}

TEST(Validate, absent_evidence_is_indeterminate_and_not_asking_is_told) {
  ValidationInputs inputs = evidence("signature");
  inputs.crls.clear();
  const auto absent = judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs);
  EXPECT_EQ(absent.verdict, Verdict::kIndeterminate);
  EXPECT_EQ(absent.revocation.at(0).state, RevocationState::kUnknown);
  ValidationOptions options;
  options.at = one_o_clock();
  options.check_revocation = false;
  const auto unasked = validate(certificate("holders/doctor1/signature.cer"), inputs, options, ProfileSet::defaults());
  EXPECT_EQ(unasked.verdict, Verdict::kValid);
  EXPECT_THAT(checks(unasked.findings), ElementsAre("revocation.not-checked"));
  EXPECT_THAT(unasked.revocation, IsEmpty());
}

TEST(Validate, test_card_rule_is_policy) {
  ProfileSet profiles = ProfileSet::defaults();
  const std::string card = "holders/testcard/signature.cer";
  const auto warned = judge(card, Purpose::kSignature, evidence("signature"), one_o_clock(), profiles);
  EXPECT_EQ(warned.verdict, Verdict::kValid);
  EXPECT_THAT(checks(warned.findings), ElementsAre("card.test"));
  profiles.test_card.severity = Severity::kFail;
  EXPECT_EQ(judge(card, Purpose::kSignature, evidence("signature"), one_o_clock(), profiles).verdict,
            Verdict::kInvalid);
  EXPECT_EQ(judge("holders/doctor1/signature.cer", Purpose::kSignature, evidence("signature"), one_o_clock(), profiles)
                .verdict,
            Verdict::kValid);
}

TEST(Validate, pinned_cas) {
  ProfileSet profiles = ProfileSet::defaults();
  const std::string ca = certificate("trust/signature/sign_ca.cer").facts().sha256;
  const auto verdict = [&] {
    return judge("holders/doctor1/signature.cer", Purpose::kSignature, evidence("signature"), one_o_clock(), profiles)
        .verdict;
  };
  profiles.purposes[Purpose::kSignature].pins_required = true;
  EXPECT_EQ(verdict(), Verdict::kInvalid);
  profiles.purposes[Purpose::kSignature].ca_pins = {ca};
  EXPECT_EQ(verdict(), Verdict::kValid);
  profiles.purposes[Purpose::kSignature] = ProfileSet::defaults().of(Purpose::kSignature);
  profiles.purposes[Purpose::kAuthentication].ca_pins = {ca};
  EXPECT_EQ(verdict(), Verdict::kInvalid);
}

TEST(Validate, roles_are_an_allow_list) {
  ProfileSet profiles = ProfileSet::defaults();
  std::erase_if(profiles.roles, [](const Role& role) { return role.text == "General Nurse"; });
  const auto report =
      judge("holders/nurse/signature.cer", Purpose::kSignature, evidence("signature"), one_o_clock(), profiles);
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_THAT(report.hc_roles, IsEmpty());
  EXPECT_THAT(checks(report.findings), ElementsAre("hcrole.unknown"));
  EXPECT_EQ(profiles.role("Medical Doctor")->ja, "医師");
}

TEST(Validate, intermediates_are_no_anchors_unless_asked) {
  ValidationInputs inputs = evidence("signature");
  std::swap(inputs.anchors, inputs.chain);  // the CA alone is trusted
  EXPECT_EQ(judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs).verdict, Verdict::kValid);
  inputs.anchors.clear();
  const auto report = judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs);
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_THAT(checks(report.findings), Contains("path.not-found"));
}

/// A made-up hierarchy: root and leaf, CAs between them as the test wants.
struct Forest {
  OwnedPkey root_key = forge_key();
  OwnedPkey ca_key = forge_key();
  OwnedPkey leaf_key = forge_key();
  Certificate root = forge({.subject = "Root", .issuer = "Root", .key = root_key.get(), .issuer_key = root_key.get()});
  Certificate ca =
      forge({.subject = "CA", .issuer = "Root", .key = ca_key.get(), .issuer_key = root_key.get(), .serial = 2});
  Certificate leaf = forge(
      {.subject = "Leaf", .issuer = "CA", .key = leaf_key.get(), .issuer_key = ca_key.get(), .serial = 3, .ca = false});
  ValidationOptions options;
  ProfileSet profiles = ProfileSet::defaults();

  Forest() { options.at = parse_rfc3339("2026-06-01T00:00:00Z").value(); }
  Crl list(const char* issuer, EVP_PKEY* key, std::vector<std::pair<std::string, std::string>> extensions = {},
           std::vector<long> revoked = {}) const {
    return forge_crl(
        {.issuer = issuer, .key = key, .revoked = std::move(revoked), .extensions = std::move(extensions)});
  }
  ValidationReport judge_with(std::vector<Crl> of_ca, std::vector<Certificate> chain) const {
    ValidationInputs inputs{.anchors = {root}, .chain = std::move(chain), .crls = std::move(of_ca)};
    inputs.crls.push_back(list("Root", root_key.get()));
    return validate(leaf, inputs, options, profiles);
  }
};

TEST(ValidateForged, genuine_issuer_is_found_among_look_alikes) {
  const Forest forest;
  std::vector<Certificate> chain;
  for (long i = 0; i < 40; ++i) {
    const OwnedPkey key = forge_key();
    chain.push_back(
        forge({.subject = "CA", .issuer = "Root", .key = key.get(), .issuer_key = key.get(), .serial = 100 + i}));
  }
  chain.insert(chain.begin() + 20, forest.ca);
  EXPECT_EQ(forest.judge_with({forest.list("CA", forest.ca_key.get())}, chain).verdict, Verdict::kValid);
}

TEST(ValidateForged, cycles_and_floods_end_by_count) {
  Forest forest;
  std::vector<Certificate> chain;
  // Every CA is issued by every other one, all with the same two names and keys, none by the root.
  for (long i = 0; i < 60; ++i) {
    const bool even = i % 2 == 0;
    chain.push_back(forge({.subject = even ? "CA" : "CB",
                           .issuer = even ? "CB" : "CA",
                           .key = forest.ca_key.get(),
                           .issuer_key = forest.ca_key.get(),
                           .serial = i}));
  }
  const auto report = forest.judge_with({}, chain);
  EXPECT_EQ(report.verdict, Verdict::kIndeterminate);
  EXPECT_THAT(checks(report.findings), Contains("path.work-budget"));
  chain.push_back(forest.ca);
  EXPECT_EQ(forest.judge_with({forest.list("CA", forest.ca_key.get())}, chain).verdict, Verdict::kValid);
}

struct CrlCase {
  const char* what;
  std::vector<std::pair<std::string, std::string>> extensions;
  const char* check;
};

TEST(ValidateForged, lists_that_prove_nothing) {
  const Forest forest;
  const std::vector<CrlCase> cases{
      {"only CA certificates", {{"issuingDistributionPoint", "critical,onlyCA:TRUE"}}, "crl.scope"},
      {"only attribute certificates", {{"issuingDistributionPoint", "critical,onlyAA:TRUE"}}, "crl.scope"},
      {"another distribution point",
       {{"issuingDistributionPoint", "critical,fullname:URI:http://x.example/y"}},
       "crl.scope"},
      {"some reasons", {{"issuingDistributionPoint", "critical,onlysomereasons:keyCompromise"}}, "crl.reasons"},
      {"delta without base", {{"2.5.29.27", "critical,DER:020101"}, {"2.5.29.20", "DER:020102"}}, "revocation.unknown"},
      {"unknown critical extension", {{"1.2.3.4", "critical,DER:0500"}}, "crl.critical-extension"},
      {"key identifier of another key", {}, "crl.signature"},
  };
  for (const CrlCase& one : cases) {
    EVP_PKEY* key = std::string(one.check) == "crl.signature" ? forest.root_key.get() : forest.ca_key.get();
    const auto report = forest.judge_with({forest.list("CA", key, one.extensions, {3})}, {forest.ca});
    EXPECT_NE(report.verdict, Verdict::kValid) << one.what;
    if (std::string(one.what) == "some reasons") {
      EXPECT_EQ(report.revocation.at(0).state, RevocationState::kRevoked) << one.what;
    } else {
      EXPECT_EQ(report.verdict, Verdict::kIndeterminate) << one.what << to_json(report).dump(1);
      EXPECT_THAT(checks(report.findings), Contains(one.check)) << one.what;
    }
  }
  const auto some = forest.judge_with({forest.list("CA", forest.ca_key.get(), cases[3].extensions)}, {forest.ca});
  EXPECT_EQ(some.verdict, Verdict::kIndeterminate);
  EXPECT_THAT(checks(some.findings), Contains("crl.reasons"));
  EXPECT_EQ(forest.judge_with({forest.list("CA", forest.ca_key.get())}, {forest.ca}).verdict, Verdict::kValid);
  EXPECT_EQ(forest.judge_with({forest.list("CA", forest.ca_key.get(), {}, {3})}, {forest.ca}).verdict,
            Verdict::kInvalid);
}

TEST(ValidateForged, a_delta_amends_its_base_and_nothing_else) {
  const Forest forest;
  EVP_PKEY* key = forest.ca_key.get();
  const Crl base = forest.list("CA", key, {{"2.5.29.20", "DER:020105"}});
  const auto delta = [&](const char* number, const char* of) {
    return forest.list(
        "CA", key,
        {{"2.5.29.20", std::string("DER:02010") + number}, {"2.5.29.27", std::string("critical,DER:02010") + of}}, {3});
  };
  EXPECT_EQ(forest.judge_with({base, delta("6", "5")}, {forest.ca}).verdict, Verdict::kInvalid);
  EXPECT_EQ(forest.judge_with({base, delta("6", "6")}, {forest.ca}).verdict, Verdict::kValid) << "gap in the numbers";
  EXPECT_EQ(forest.judge_with({base, delta("5", "4")}, {forest.ca}).verdict, Verdict::kValid) << "older than the base";
  EXPECT_EQ(forest.judge_with({delta("6", "5")}, {forest.ca}).verdict, Verdict::kIndeterminate) << "no base";
}

TEST(ValidateForged, a_list_by_another_key_of_the_ca_needs_a_good_certificate) {
  const Forest forest;
  const OwnedPkey list_key = forge_key();
  const Certificate signer = forge({.subject = "CA",
                                    .issuer = "Root",
                                    .key = list_key.get(),
                                    .issuer_key = forest.root_key.get(),
                                    .serial = 9,
                                    .ca = false,
                                    .extensions = {{"keyUsage", "critical,cRLSign"}}});
  const Certificate imposter = forge({.subject = "CA",
                                      .issuer = "Root",
                                      .key = list_key.get(),
                                      .issuer_key = list_key.get(),
                                      .serial = 9,
                                      .ca = false,
                                      .extensions = {{"keyUsage", "critical,cRLSign"}}});
  const Certificate no_lists = forge({.subject = "CA",
                                      .issuer = "Root",
                                      .key = list_key.get(),
                                      .issuer_key = forest.root_key.get(),
                                      .serial = 9,
                                      .ca = false,
                                      .extensions = {{"keyUsage", "critical,digitalSignature"}}});
  const Crl list = forest.list("CA", list_key.get());
  EXPECT_EQ(forest.judge_with({list}, {forest.ca, signer}).verdict, Verdict::kValid);
  EXPECT_EQ(forest.judge_with({list}, {forest.ca, imposter}).verdict, Verdict::kIndeterminate);
  EXPECT_EQ(forest.judge_with({list}, {forest.ca, no_lists}).verdict, Verdict::kIndeterminate);
  EXPECT_EQ(forest.judge_with({list}, {forest.ca}).verdict, Verdict::kIndeterminate);
}

TEST(ValidateForged, an_indirect_list_speaks_of_the_issuers_that_it_names) {
  Forest forest;
  const OwnedPkey list_key = forge_key();
  const Certificate signer = forge({.subject = "Lists",
                                    .issuer = "Root",
                                    .key = list_key.get(),
                                    .issuer_key = forest.root_key.get(),
                                    .serial = 9,
                                    .ca = false,
                                    .extensions = {{"keyUsage", "critical,cRLSign"}}});
  const auto verdict = [&](const char* certificate_issuer, bool indirect) {
    std::vector<std::pair<std::string, std::string>> extensions;
    if (indirect) {
      extensions.emplace_back("issuingDistributionPoint", "critical,indirectCRL:TRUE");
    }
    const Crl list = forge_crl({.issuer = "Lists",
                                .key = list_key.get(),
                                .revoked = {3},
                                .certificate_issuer = certificate_issuer,
                                .extensions = extensions});
    return forest.judge_with({list}, {forest.ca, signer}).verdict;
  };
  EXPECT_EQ(verdict("CA", true), Verdict::kIndeterminate) << "the certificate names no such issuer of lists";
  // cRLDistributionPoints: cRLIssuer [2] with the directoryName CN=Lists.
  forest.leaf = forge({.subject = "Leaf",
                       .issuer = "CA",
                       .key = forest.leaf_key.get(),
                       .issuer_key = forest.ca_key.get(),
                       .serial = 3,
                       .ca = false,
                       .extensions = {{"2.5.29.31", "DER:30183016A214A4123010310E300C06035504030C054C69737473"}}});
  EXPECT_EQ(verdict("CA", true), Verdict::kInvalid);
  EXPECT_EQ(verdict("Other", true), Verdict::kValid);
  EXPECT_EQ(verdict("", true), Verdict::kValid) << "an entry of a certificate that the list's issuer issued";
  EXPECT_EQ(verdict("", false), Verdict::kIndeterminate);
  EXPECT_EQ(verdict("CA", false), Verdict::kIndeterminate);
}

TEST(ValidateForged, weak_signature_algorithms_are_refused_by_name) {
  Forest forest;
  std::erase_if(forest.profiles.algorithms.signatures,
                [](const SignatureRule& rule) { return rule.algorithm == "1.2.840.10045.4.3.2"; });
  const auto report = forest.judge_with({forest.list("CA", forest.ca_key.get())}, {forest.ca});
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_THAT(checks(report.findings), Contains("algorithm.refused"));
}

TEST(ValidateForged, explicit_policy_without_wishes_means_any) {
  Forest forest;
  const auto with_policy = [&](const char* policy) {
    forest.leaf = forge({.subject = "Leaf",
                         .issuer = "CA",
                         .key = forest.leaf_key.get(),
                         .issuer_key = forest.ca_key.get(),
                         .serial = 3,
                         .ca = false,
                         .extensions = {{"certificatePolicies", policy}}});
    const Certificate ca = forge(
        {.subject = "CA",
         .issuer = "Root",
         .key = forest.ca_key.get(),
         .issuer_key = forest.root_key.get(),
         .serial = 2,
         .extensions = {{"certificatePolicies", "1.2.3"}, {"policyConstraints", "critical,requireExplicitPolicy:0"}}});
    return forest.judge_with({forest.list("CA", forest.ca_key.get())}, {ca});
  };
  const auto good = with_policy("1.2.3");
  EXPECT_EQ(good.verdict, Verdict::kValid);
  EXPECT_THAT(good.policies, ElementsAre("1.2.3"));
  EXPECT_THAT(checks(with_policy("1.2.4").findings, Severity::kFail), ElementsAre("path.policy"));
}

TEST(CheckTable, names_are_unique) {
  std::vector<std::string_view> names;
  for (const CheckInfo& row : all_checks()) {
    EXPECT_THAT(names, testing::Not(Contains(row.name)));
    names.push_back(row.name);
  }
}

}  // namespace
}  // namespace shomei::auth
