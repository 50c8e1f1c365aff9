#include "auth/x509/crl_rules.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "auth/x509/certificate_facts.h"

namespace shomei::auth {
namespace {

constexpr std::string_view kRemoved = "removeFromCRL";

/// What is known of one list with regard to the certificate.
struct Judged {
  const Crl* crl;
  std::uint32_t reasons = 0;
  bool in_force = false;
};

std::string label(const Crl& crl) {
  return fmt::format("CRL {} of {}", crl.facts().number, to_rfc3339(crl.facts().this_update));
}

bool key_identifier_fits(const Crl& crl, const Certificate& signer) {
  const std::string& key = signer.facts().subject_key;
  return crl.facts().authority_key.empty() || key.empty() || key == crl.facts().authority_key;
}

/// RFC 5280 6.3.3 (f): keyUsage, if there, has cRLSign.
bool may_sign_lists(const Certificate& signer) {
  const auto usage = signer.facts().key_usage;
  return !usage || (*usage & key_usage::kCrlSign) != 0;
}

bool signed_as_it_must(const Crl& crl, const RevocationQuestion& question) {
  const auto fits = [&](const Certificate& signer) {
    return may_sign_lists(signer) && key_identifier_fits(crl, signer) && crl.signed_by(signer);
  };
  if (verdict_of(check_algorithm(crl.facts().signature_algorithm, nullptr, question.options->at,
                                 *question.algorithms)) != Verdict::kValid) {
    return false;
  }
  // CAs above the certificate are judged with the path; among them may be its issuer with an earlier key.
  const auto above = std::span(*question.path).subspan(question.index + 1);
  const auto is_namesake = [&](const Certificate& signer) {
    return X509_NAME_cmp(X509_get_subject_name(signer.native()), crl.issuer_name()) == 0;
  };
  if (std::ranges::any_of(above, [&](const Certificate& signer) { return is_namesake(signer) && fits(signer); })) {
    return true;
  }
  // An indirect list may be the only one that a certificate names for its own revocation, though its key signs it:
  // the CA chose so.
  const Certificate& subject = (*question.path)[question.index];
  if (crl.facts().scope && crl.facts().scope->indirect && is_namesake(subject) && fits(subject)) {
    return true;
  }
  return std::ranges::any_of(question.other_signers, [&](const Certificate& signer) {
    return is_namesake(signer) && fits(signer) && question.trust_signer(signer);
  });
}

/// The first thing that keeps a list from counting at all, in the order of cost.
std::optional<Check> objection(const Crl& crl, const RevocationQuestion& question, std::uint32_t reasons) {
  const CrlFacts& facts = crl.facts();
  if (!facts.unknown_critical.empty()) {
    return Check::kCrlCriticalExtension;
  }
  if (reasons == 0) {
    return Check::kCrlScope;
  }
  if (!signed_as_it_must(crl, question)) {
    return Check::kCrlSignature;
  }
  return std::nullopt;
}

/// Lists that count, newest first; `notes` tells why the others do not.
std::vector<Judged> sift(const RevocationQuestion& question, std::vector<Finding>& notes) {
  const Certificate& certificate = (*question.path)[question.index];
  const ValidationOptions& options = *question.options;
  std::vector<Judged> usable;
  const auto note = [&](Check check, const Crl& crl) {
    notes.push_back({question.index, check, Severity::kWarn, label(crl)});
  };
  for (const Crl& crl : question.lists) {
    const std::uint32_t reasons = covered_reasons(crl, certificate);
    if (const auto why = objection(crl, question, reasons)) {
      note(*why, crl);
      continue;
    }
    const CrlFacts& facts = crl.facts();
    const bool begun = facts.this_update <= options.at;
    const bool fresh = facts.next_update && options.at <= *facts.next_update;
    const bool in_grace = facts.next_update && !fresh && options.at <= *facts.next_update + options.crl_grace;
    if (!begun) {
      note(Check::kCrlNotYetValid, crl);
    } else if (!fresh) {
      note(Check::kCrlStale, crl);
    }
    usable.push_back({&crl, reasons, begun && (fresh || in_grace)});
  }
  for (Judged& list : usable) {
    const auto exposes = [&](const Judged& other) {
      return other.crl->facts().this_update <= options.at && other.crl->exposes_roll_back_of(*list.crl);
    };
    if (std::ranges::any_of(usable, exposes)) {
      note(Check::kCrlNumber, *list.crl);
      list.in_force = false;
    }
  }
  std::ranges::sort(usable, std::greater(),
                    [](const Judged& list) { return std::pair(list.crl->facts().this_update, list.crl); });
  return usable;
}

/// The entry of the newest delta of the list, or of the list itself. Only lists in force amend and are amended.
std::optional<CrlEntry> entry_of(const Judged& list, std::span<const Judged> lists, ByteView serial,
                                 const X509_NAME* issuer) {
  for (const Judged& delta : lists) {
    if (delta.in_force && delta.crl->amends(*list.crl)) {
      const auto entry = delta.crl->find(serial, issuer);
      if (entry && entry->reason == kRemoved) {
        return std::nullopt;
      }
      if (entry) {
        return entry;
      }
    }
  }
  return list.crl->find(serial, issuer);
}

/// Fills the status from an entry; false where the entry is dated after the time of validation.
bool condemn(const Judged& list, const CrlEntry& entry, const RevocationQuestion& question, RevocationStatus& status,
             std::vector<Finding>& findings) {
  const std::string detail = fmt::format("{}, {}", to_rfc3339(entry.revoked_at), entry.reason);
  if (entry.revoked_at > question.options->at) {
    findings.push_back({question.index, Check::kRevokedLater, Severity::kInfo, detail});
    return false;
  }
  const CrlFacts& facts = list.crl->facts();
  status = {question.index,    RevocationState::kRevoked, "crl",       facts.this_update,
            facts.next_update, entry.revoked_at,          entry.reason};
  findings.push_back({question.index, Check::kRevoked, Severity::kFail, detail});
  return true;
}

}  // namespace

RevocationStatus judge_revocation(const RevocationQuestion& question, std::vector<Finding>& findings) {
  RevocationStatus status{.certificate = question.index};
  std::vector<Finding> notes;
  const std::vector<Judged> lists = sift(question, notes);
  const ByteView serial = (*question.path)[question.index].serial();
  const X509_NAME* issuer = X509_get_issuer_name((*question.path)[question.index].native());
  std::uint32_t covered = 0;
  const Judged* newest = nullptr;
  for (const Judged& list : lists) {
    if (list.in_force && !list.crl->facts().is_delta && (list.reasons & ~covered) != 0) {
      covered |= list.reasons;
      newest = newest == nullptr ? &list : newest;
      const auto entry = entry_of(list, lists, serial, issuer);
      if (entry && condemn(list, *entry, question, status, findings)) {
        return status;
      }
    }
  }
  if (covered == kAllReasons) {
    const CrlFacts& facts = newest->crl->facts();
    status = {question.index, RevocationState::kGood, "crl", facts.this_update, facts.next_update, {}, {}};
    if (facts.next_update < question.options->at) {
      findings.push_back({question.index, Check::kCrlStale, Severity::kWarn, label(*newest->crl)});
    }
  }
  // What a list out of force says against the certificate stands: once revoked, it stays revoked.
  for (const Judged& list : lists) {
    const bool later = list.crl->facts().this_update > question.options->at;
    if (!list.in_force && (later || covered != kAllReasons)) {
      const auto entry = list.crl->find(serial, issuer);
      if (entry && entry->reason != kRemoved && condemn(list, *entry, question, status, findings)) {
        return status;
      }
    }
  }
  if (covered != kAllReasons) {
    findings.push_back({question.index, Check::kRevocationUnknown, Severity::kFail,
                        question.lists.empty() ? "no CRL of the issuer" : ""});
    if (covered != 0) {
      notes.push_back({question.index, Check::kCrlReasons, Severity::kWarn, ""});
    }
    findings.insert(findings.end(), notes.begin(), notes.end());
  }
  return status;
}

}  // namespace shomei::auth
