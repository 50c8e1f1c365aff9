#include "auth/x509/ocsp_revocation.h"

#include <algorithm>

#include "auth/x509/ocsp_client.h"

namespace shomei::auth {
namespace {

void append(std::vector<Finding>&& some, std::vector<Finding>& findings) {
  std::ranges::move(some, std::back_inserter(findings));
}

/// What the lists say of a delegated responder, whose issuer is that of the certificate in question.
RevocationState state_of_signer(const Certificate& signer, const RevocationQuestion& lists) {
  Path path{signer};
  const auto above = std::span(*lists.path).subspan(lists.index + 1);
  path.insert(path.end(), above.begin(), above.end());
  RevocationQuestion question = lists;
  question.path = &path;
  question.index = 0;
  std::vector<Finding> unheard;
  return judge_revocation(question, unheard).state;
}

/// By the answers at hand, else by that of the source.
struct Answered {
  RevocationStatus status{};
  std::vector<Finding> findings{};
  bool required = false;
};
Answered ask(const OcspQuestion& question, const OcspEvidence& ocsp) {
  Answered answered;
  answered.status = ocsp_status(ocsp.answers, question, answered.findings);
  if (answered.status.state != RevocationState::kUnknown || ocsp.source == nullptr) {
    return answered;
  }
  OcspReply reply = ocsp.source->ask(*question.subject, *question.issuer);
  answered.required = reply.required;
  if (reply.response) {
    std::vector<OcspResponse> all(ocsp.answers.begin(), ocsp.answers.end());
    all.push_back(*std::move(reply.response));
    answered.findings.clear();
    answered.status = ocsp_status(all, question, answered.findings);
  }
  for (Finding& finding : reply.findings) {
    finding.certificate = question.index;
    finding.severity = std::min(finding.severity, Severity::kWarn);
  }
  append(std::move(reply.findings), answered.findings);
  return answered;
}

/// Of two that say good: an answer in force is better than a list in its grace, else the newer counts.
bool is_better(const RevocationStatus& answer, const RevocationStatus& list, Time at) {
  return list.state == RevocationState::kUnknown || (list.next_update && *list.next_update < at) ||
         answer.this_update > list.this_update;
}

}  // namespace

RevocationStatus judge_revocation(const RevocationQuestion& lists, const OcspEvidence& ocsp,
                                  std::vector<Finding>& findings) {
  std::vector<Finding> of_lists;
  RevocationStatus status = judge_revocation(lists, of_lists);
  if (status.state == RevocationState::kRevoked || (ocsp.answers.empty() && ocsp.source == nullptr)) {
    append(std::move(of_lists), findings);
    return status;
  }
  const Path& path = *lists.path;
  Answered answered = ask({.subject = &path[lists.index],
                           .issuer = &path[lists.index + 1],
                           .at = lists.options->at,
                           .algorithms = lists.algorithms,
                           .rules = ocsp.rules,
                           .signer_state = [&](const Certificate& signer) { return state_of_signer(signer, lists); },
                           .index = lists.index,
                           .freshness = lists.options->freshness,
                           .proofs = lists.options->proofs,
                           .issuer_revoked_at = lists.issuer_revoked_at},
                          ocsp);
  if (answered.status.state == RevocationState::kRevoked) {
    append(std::move(answered.findings), findings);
    return answered.status;
  }
  const auto is_unknown = [](const Finding& finding) { return finding.check == Check::kRevocationUnknown; };
  std::erase_if(answered.findings, is_unknown);
  if (answered.status.state == RevocationState::kGood) {
    std::erase_if(of_lists, is_unknown);
    status = is_better(answered.status, status, lists.options->at) ? answered.status : status;
  } else if (answered.required && status.state == RevocationState::kGood) {
    status = {.certificate = lists.index};
    answered.findings.push_back({lists.index, Check::kOcspRequired, Severity::kFail, {}});
  }
  append(std::move(of_lists), findings);
  append(std::move(answered.findings), findings);
  return status;
}

RevocationState state_by_lists(const Certificate& signer, const Certificate& issuer, std::span<const Crl> lists,
                               Time at, const AlgorithmRules& algorithms) {
  const Path path{signer, issuer};
  ValidationOptions options;
  options.at = at;
  std::vector<Finding> unheard;
  const RevocationQuestion question{
      .path = &path, .index = 0, .lists = lists, .options = &options, .algorithms = &algorithms};
  return judge_revocation(question, unheard).state;
}

}  // namespace shomei::auth
