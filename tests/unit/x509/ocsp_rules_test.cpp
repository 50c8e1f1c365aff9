#include "auth/x509/ocsp_rules.h"

#include <gmock/gmock.h>
#include <openssl/ocsp.h>

#include <nlohmann/json.hpp>

#include "ocsp_forge.h"

namespace shomei::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OcspRuled : public testing::Test {
 protected:
  OcspOpinion judged(const ForgedOcsp& what) { return judge_ocsp(forge_ocsp(world, what), world.question()); }
  OcspOpinion judged(const ForgedOcsp& what, const OcspQuestion& question) {
    return judge_ocsp(forge_ocsp(world, what), question);
  }
  /// The objections, after it was found that the answer does not count.
  std::vector<std::string> refused(const OcspOpinion& opinion) {
    EXPECT_EQ(opinion.state, RevocationState::kUnknown);
    return checks(opinion.findings, Severity::kFail);
  }
  ForgedOcsp by(const Certificate& signer) { return {.signer = &signer, .key = world.responder_key.get()}; }

  OcspWorld world;
};

TEST_F(OcspRuled, the_issuer_itself_answers) {
  for (const bool by_name : {false, true}) {
    for (const bool enclose : {false, true}) {
      const OcspOpinion opinion = judged({.by_name = by_name, .enclose = enclose});
      EXPECT_EQ(opinion.state, RevocationState::kGood);
      EXPECT_THAT(opinion.findings, IsEmpty());
    }
  }
}

TEST_F(OcspRuled, a_delegated_signer_answers) {
  for (const bool by_name : {false, true}) {
    ForgedOcsp what = by(world.responder);
    what.by_name = by_name;
    const OcspOpinion opinion = judged(what);
    EXPECT_EQ(opinion.state, RevocationState::kGood);
    EXPECT_THAT(opinion.findings, IsEmpty());
  }
}

TEST_F(OcspRuled, revoked_with_time_and_reason) {
  const OcspResponse response = forge_ocsp(world, {.singles = {{.state = 1, .revoked_at = -7200, .reason = 6}}});
  std::vector<Finding> findings;
  const RevocationStatus status = ocsp_status({&response, 1}, world.question(), findings);
  EXPECT_EQ(status.state, RevocationState::kRevoked);
  EXPECT_EQ(status.source, "ocsp");
  EXPECT_EQ(status.reason, "certificateHold");
  EXPECT_EQ(to_rfc3339(status.revoked_at.value()), "2026-06-01T10:00:00Z");
  EXPECT_THAT(checks(findings), ElementsAre("revocation.revoked"));
}

TEST_F(OcspRuled, revoked_without_reason_is_unspecified) {
  const OcspOpinion opinion = judged({.singles = {{.state = 1, .revoked_at = -7200}}});
  EXPECT_EQ(opinion.state, RevocationState::kRevoked);
  EXPECT_EQ(opinion.single.reason, "unspecified");
}

TEST_F(OcspRuled, a_revocation_after_the_time_of_validation_does_not_condemn) {
  const OcspOpinion opinion = judged({.singles = {{.state = 1, .revoked_at = 600, .reason = 1}}});
  EXPECT_EQ(opinion.state, RevocationState::kGood);
  EXPECT_THAT(checks(opinion.findings), ElementsAre("revocation.revoked-later"));
}

TEST_F(OcspRuled, a_clock_that_is_ahead_still_condemns) {
  EXPECT_EQ(judged({.singles = {{.state = 1, .revoked_at = 60, .this_update = 120}}, .produced_at = 120}).state,
            RevocationState::kRevoked);
}

TEST_F(OcspRuled, a_later_answer_condemns_but_does_not_acquit) {
  const long day = 86'400;
  const OcspOpinion revoked = judged(
      {.singles = {{.state = 1, .revoked_at = -day, .this_update = day, .next_update = 2 * day}}, .produced_at = day});
  EXPECT_EQ(revoked.state, RevocationState::kRevoked);
  const OcspOpinion good = judged({.singles = {{.this_update = day, .next_update = 2 * day}}, .produced_at = day});
  EXPECT_THAT(refused(good), ElementsAre("ocsp.not-yet-valid"));
}

TEST_F(OcspRuled, unknown_is_unknown) {
  EXPECT_THAT(refused(judged({.singles = {{.state = 2}}})), ElementsAre("ocsp.unknown"));
}

TEST_F(OcspRuled, each_response_status_is_a_finding_of_its_own) {
  const std::vector<std::pair<int, std::string>> kAll{{1, "ocsp.malformed-request"},
                                                      {2, "ocsp.internal-error"},
                                                      {3, "ocsp.try-later"},
                                                      {5, "ocsp.sig-required"},
                                                      {6, "ocsp.unauthorized"}};
  for (const auto& [status, check] : kAll) {
    const auto response = OcspResponse::parse(forge_ocsp_status(status)).value();
    EXPECT_THAT(refused(judge_ocsp(response, world.question())), ElementsAre(check));
  }
}

TEST_F(OcspRuled, the_serial_number_alone_is_not_the_certificate) {
  EXPECT_THAT(refused(judged({.singles = {{.issuer = &world.namesake}}})), ElementsAre("ocsp.cert-id"));
}

TEST_F(OcspRuled, an_answer_about_another_certificate) {
  EXPECT_THAT(refused(judged({.singles = {{.subject = &world.responder}}})), ElementsAre("ocsp.cert-id"));
}

TEST_F(OcspRuled, of_several_the_right_one_counts) {
  const OcspOpinion opinion = judged({.singles = {{.subject = &world.responder},
                                                  {.issuer = &world.namesake},
                                                  {.state = 1, .revoked_at = -7200, .reason = 4},
                                                  {.subject = &world.ca, .issuer = &world.ca}}});
  EXPECT_EQ(opinion.state, RevocationState::kRevoked);
  EXPECT_EQ(opinion.single.reason, "superseded");
}

TEST_F(OcspRuled, of_two_about_the_same_certificate_the_newer_counts_and_else_the_worse) {
  const ForgedSingle good{};
  const ForgedSingle revoked{.state = 1, .revoked_at = -7200};
  ForgedSingle newer = good;
  newer.this_update = -60;
  EXPECT_EQ(judged({.singles = {good, revoked}}).state, RevocationState::kRevoked);
  EXPECT_EQ(judged({.singles = {revoked, good}}).state, RevocationState::kRevoked);
  EXPECT_EQ(judged({.singles = {newer, revoked}, .produced_at = -60}).state, RevocationState::kGood);
}

TEST_F(OcspRuled, unknown_critical_extensions) {
  EXPECT_THAT(refused(judged({.critical = "1.2.3.4"})), ElementsAre("ocsp.critical-extension"));
  EXPECT_THAT(refused(judged({.singles = {{.critical = "1.2.3.4"}}})), ElementsAre("ocsp.critical-extension"));
  // Not of the certificate that is asked about.
  EXPECT_EQ(judged({.singles = {{.subject = &world.responder, .critical = "1.2.3.4"}, {}}}).state,
            RevocationState::kGood);
}

TEST_F(OcspRuled, an_algorithm_that_is_not_on_the_list) {
  EXPECT_THAT(refused(judged({.digest = EVP_sha1()})), ElementsAre("ocsp.algorithm"));
}

TEST_F(OcspRuled, a_wrong_signature) {
  Bytes der = forge_ocsp_der(world, {.enclose = false});
  der.back() ^= 1;
  EXPECT_THAT(refused(judge_ocsp(OcspResponse::parse(der).value(), world.question())), ElementsAre("ocsp.signature"));
}

TEST_F(OcspRuled, a_namesake_of_the_issuer_with_another_key) {
  ForgedOcsp what{.signer = &world.namesake, .key = world.other_key.get()};
  EXPECT_THAT(refused(judged(what)), ElementsAre("ocsp.signer"));
  what.enclose = false;
  EXPECT_THAT(refused(judged(what)), ElementsAre("ocsp.responder-id"));
  what.by_name = true;
  EXPECT_THAT(refused(judged(what)), ElementsAre("ocsp.signature"));
}

TEST_F(OcspRuled, a_signer_who_is_nowhere) {
  ForgedOcsp what = by(world.responder);
  what.enclose = false;
  EXPECT_THAT(refused(judged(what)), ElementsAre("ocsp.responder-id"));
}

TEST_F(OcspRuled, a_signer_whom_another_key_of_the_same_name_issued) {
  const Certificate stranger = forge({.subject = "Responder",
                                      .issuer = "CA",
                                      .key = world.responder_key.get(),
                                      .issuer_key = world.other_key.get(),
                                      .ca = false,
                                      .extensions = {{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}}});
  EXPECT_THAT(refused(judged(by(stranger))), ElementsAre("ocsp.signer"));
}

TEST_F(OcspRuled, a_signer_of_another_ca) {
  const Certificate stranger = forge({.subject = "Responder",
                                      .issuer = "Another CA",
                                      .key = world.responder_key.get(),
                                      .issuer_key = world.ca_key.get(),
                                      .ca = false,
                                      .extensions = {{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}}});
  EXPECT_THAT(refused(judged(by(stranger))), ElementsAre("ocsp.signer"));
}

TEST_F(OcspRuled, a_signer_without_the_right_usage) {
  for (const auto& extensions : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"noCheck", "ignored"}},
           {{"noCheck", "ignored"}, {"extendedKeyUsage", "serverAuth"}},
           {{"noCheck", "ignored"}, {"extendedKeyUsage", "anyExtendedKeyUsage"}},
           {{"noCheck", "ignored"}, {"extendedKeyUsage", "OCSPSigning"}, {"keyUsage", "critical,keyEncipherment"}}}) {
    const Certificate signer = world.delegate(extensions);
    EXPECT_THAT(refused(judged(by(signer))), ElementsAre("ocsp.signer-usage"));
  }
}

TEST_F(OcspRuled, a_signer_with_a_critical_extension_that_nobody_knows) {
  const Certificate signer =
      world.delegate({{"noCheck", "ignored"}, {"extendedKeyUsage", "OCSPSigning"}, {"1.2.3.4", "critical,ASN1:NULL"}});
  EXPECT_THAT(refused(judged(by(signer))), ElementsAre("ocsp.signer"));
}

TEST_F(OcspRuled, a_signer_out_of_its_time) {
  OcspQuestion question = world.question();
  question.at = parse_rfc3339("2027-01-02T00:00:00Z").value();
  const long late = (question.at - world.at).count();
  ForgedOcsp what = by(world.responder);
  what.singles = {{.this_update = late - 60, .next_update = late + 60, .archive_cutoff = 0}};
  what.produced_at = late - 60;
  EXPECT_THAT(refused(judged(what, question)), ElementsAre("ocsp.signer-validity"));
}

TEST_F(OcspRuled, a_signer_without_nocheck_is_a_question_for_crls) {
  const Certificate silent = world.delegate({{"extendedKeyUsage", "OCSPSigning"}});
  const Certificate naming =
      world.delegate({{"extendedKeyUsage", "OCSPSigning"}, {"crlDistributionPoints", "URI:http://crl.test/ca.crl"}});
  OcspQuestion question = world.question();
  // Nobody to ask: where the CA names no way, a warning, else the answer does not count.
  const OcspOpinion unchecked = judged(by(silent), question);
  EXPECT_EQ(unchecked.state, RevocationState::kGood);
  EXPECT_THAT(checks(unchecked.findings), ElementsAre("ocsp.signer-unchecked"));
  EXPECT_THAT(refused(judged(by(naming), question)), ElementsAre("ocsp.signer-unknown"));
  question.signer_state = [](const Certificate&) { return RevocationState::kRevoked; };
  EXPECT_THAT(refused(judged(by(naming), question)), ElementsAre("ocsp.signer-revoked"));
  question.signer_state = [](const Certificate&) { return RevocationState::kGood; };
  EXPECT_EQ(judged(by(naming), question).state, RevocationState::kGood);
}

TEST_F(OcspRuled, times_with_skew) {
  const auto good = [&](long this_update, std::optional<long> next_update) {
    return judged({.singles = {{.this_update = this_update, .next_update = next_update}}, .produced_at = this_update});
  };
  EXPECT_EQ(good(300, 3600).state, RevocationState::kGood);
  EXPECT_THAT(refused(good(301, 3600)), ElementsAre("ocsp.not-yet-valid"));
  EXPECT_EQ(good(-7200, -300).state, RevocationState::kGood);
  EXPECT_THAT(refused(good(-7200, -301)), ElementsAre("ocsp.stale"));
  EXPECT_THAT(refused(good(-60, -120)), ElementsAre("ocsp.stale"));
  EXPECT_EQ(good(-86'700, std::nullopt).state, RevocationState::kGood);
  EXPECT_THAT(refused(good(-86'701, std::nullopt)), ElementsAre("ocsp.too-old"));
  EXPECT_THAT(refused(judged({.produced_at = 301})), ElementsAre("ocsp.not-yet-valid"));
}

TEST_F(OcspRuled, without_an_age_limit_answers_without_next_update_never_count) {
  OcspQuestion question = world.question();
  question.rules.max_age = std::chrono::seconds(0);
  EXPECT_THAT(
      refused(judged({.singles = {{.this_update = 0, .next_update = std::nullopt}}, .produced_at = 0}, question)),
      ElementsAre("ocsp.too-old"));
}

TEST_F(OcspRuled, nonce) {
  OcspQuestion question = world.question();
  question.nonce = Bytes(32, 7);
  EXPECT_EQ(judged({.nonce = Bytes(32, 7)}, question).state, RevocationState::kGood);
  EXPECT_THAT(refused(judged({.nonce = Bytes(32, 8)}, question)), ElementsAre("ocsp.nonce"));
  EXPECT_THAT(refused(judged({}, question)), ElementsAre("ocsp.nonce-absent"));
  question.rules.allow_no_nonce = true;
  EXPECT_THAT(refused(judged({.nonce = Bytes(32, 8)}, question)), ElementsAre("ocsp.nonce"));
  const OcspOpinion beforehand = judged({}, question);
  EXPECT_EQ(beforehand.state, RevocationState::kGood);
  EXPECT_THAT(checks(beforehand.findings), ElementsAre("ocsp.nonce-absent"));
  // Nobody asked for one.
  EXPECT_EQ(judged({.nonce = Bytes(32, 8)}).state, RevocationState::kGood);
}

TEST_F(OcspRuled, an_expired_certificate_may_be_forgotten) {
  OcspQuestion question = world.question();
  question.at = parse_rfc3339("2027-02-01T00:00:00Z").value();
  const long late = (question.at - world.at).count();
  const long end = (world.leaf.facts().not_after - world.at).count();
  ForgedSingle single{.this_update = late - 60, .next_update = late + 60};
  EXPECT_THAT(refused(judged({.singles = {single}, .produced_at = late}, question)), ElementsAre("ocsp.archive"));
  single.archive_cutoff = end;
  EXPECT_EQ(judged({.singles = {single}, .produced_at = late}, question).state, RevocationState::kGood);
  single.archive_cutoff = end + 1;
  EXPECT_THAT(refused(judged({.singles = {single}, .produced_at = late}, question)), ElementsAre("ocsp.archive"));
}

TEST_F(OcspRuled, revoked_stays_revoked_out_of_force_unless_a_newer_answer_says_good) {
  const OcspResponse old = forge_ocsp(
      world,
      {.singles = {{.state = 1, .revoked_at = -90'000, .reason = 6, .this_update = -90'000, .next_update = -80'000}},
       .produced_at = -90'000});
  const OcspResponse fresh = forge_ocsp(world, {});
  const OcspResponse busy = OcspResponse::parse(forge_ocsp_status(3)).value();
  std::vector<Finding> findings;
  EXPECT_EQ(ocsp_status(std::vector{busy, old}, world.question(), findings).state, RevocationState::kRevoked);
  EXPECT_THAT(checks(findings), ElementsAre("revocation.revoked"));
  findings.clear();
  EXPECT_EQ(ocsp_status(std::vector{old, busy, fresh}, world.question(), findings).state, RevocationState::kGood);
  EXPECT_THAT(checks(findings, Severity::kWarn), IsEmpty());
  findings.clear();
  EXPECT_EQ(ocsp_status(std::vector{busy}, world.question(), findings).state, RevocationState::kUnknown);
  EXPECT_THAT(checks(findings), ElementsAre("ocsp.try-later", "revocation.unknown"));
  EXPECT_EQ(findings.front().severity, Severity::kWarn);
}

TEST_F(OcspRuled, check_wants_the_issuer_of_the_certificate) {
  const OcspResponse response = forge_ocsp(world, {});
  EXPECT_EQ(check_ocsp(response, world.question()).state, RevocationState::kGood);
  OcspQuestion question = world.question();
  question.issuer = &world.namesake;
  const CrlLookup answer = check_ocsp(response, question);
  EXPECT_EQ(answer.state, RevocationState::kUnknown);
  EXPECT_THAT(checks(answer.findings), ElementsAre("ocsp.issuer"));
}

/// OCSP_basic_verify with the CA as the only thing trusted, at the same time.
bool openssl_accepts(const OcspWorld& world, ByteView der) {
  const unsigned char* cursor = der.data();
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      d2i_OCSP_RESPONSE(nullptr, &cursor, static_cast<long>(der.size())));
  const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_response_get1_basic(response.get()));
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), world.ca.native());
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), world.at.time_since_epoch().count());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  const Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }> others(sk_X509_new_null());
  sk_X509_push(others.get(), world.ca.native());
  if (OCSP_basic_verify(basic.get(), others.get(), store.get(), OCSP_PARTIAL_CHAIN) != 1) {
    return false;
  }
  const Owned<OCSP_CERTID, OCSP_CERTID_free> id(OCSP_cert_to_id(EVP_sha1(), world.leaf.native(), world.ca.native()));
  int state = -1;
  return OCSP_resp_find_status(basic.get(), id.get(), &state, nullptr, nullptr, nullptr, nullptr) == 1;
}

TEST_F(OcspRuled, openssl_judges_signers_alike) {
  const Certificate useless = world.delegate({{"extendedKeyUsage", "serverAuth"}, {"noCheck", "ignored"}});
  const Certificate stranger = forge({.subject = "Responder",
                                      .issuer = "CA",
                                      .key = world.responder_key.get(),
                                      .issuer_key = world.other_key.get(),
                                      .ca = false,
                                      .extensions = {{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}}});
  std::vector<ForgedOcsp> all{
      {},
      {.by_name = true},
      {.singles = {{.issuer = &world.namesake}}},
      {.singles = {{.subject = &world.responder}}},
      {.signer = &world.namesake, .key = world.other_key.get()},
      {.signer = &world.namesake, .key = world.other_key.get(), .by_name = true, .enclose = false},
      by(world.responder),
      by(useless),
      by(stranger)};
  all.push_back(by(world.responder));
  all.back().enclose = false;
  int accepted = 0;
  for (const ForgedOcsp& what : all) {
    const Bytes der = forge_ocsp_der(world, what);
    const bool ours = judge_ocsp(OcspResponse::parse(der).value(), world.question()).genuine;
    EXPECT_EQ(ours, openssl_accepts(world, der)) << &what - all.data();
    accepted += ours ? 1 : 0;
  }
  EXPECT_EQ(accepted, 3);
}

}  // namespace
}  // namespace shomei::auth
