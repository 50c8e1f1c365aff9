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
  /// It may acquit: in force at the time of validation or, where later lists count, issued after it.
  bool counts = false;
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

/// Judging in the past: the signer's certificate, unless it is the anchor, and its key still counted when the list is
/// proved to exist, and the CA was not revoked by then.
bool was_trusted_then(const Certificate& signer, const RevocationQuestion& question, Time known_since) {
  if (question.options->proofs == nullptr) {
    return true;
  }
  const bool is_anchor = signer == question.path->back();
  return (is_anchor || known_since <= signer.facts().not_after) &&
         (!question.issuer_revoked_at || known_since < *question.issuer_revoked_at) &&
         verdict_of(check_algorithm("", X509_get0_pubkey(signer.native()), known_since, *question.algorithms)) ==
             Verdict::kValid;
}

bool signed_as_it_must(const Crl& crl, const RevocationQuestion& question) {
  const Time known_since = judged_since(*question.options, crl);
  const auto fits = [&](const Certificate& signer) {
    return may_sign_lists(signer) && key_identifier_fits(crl, signer) && crl.signed_by(signer) &&
           was_trusted_then(signer, question, known_since);
  };
  if (verdict_of(check_algorithm(crl.facts().signature_algorithm, nullptr, known_since, *question.algorithms)) !=
      Verdict::kValid) {
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

/// Issued at the time of validation or later, where such lists count, by a CA that need not have forgotten the
/// certificate (RFC 5280 5: entries may go once the certificate has expired).
bool came_later(const Crl& crl, const Certificate& certificate, const ValidationOptions& options) {
  const CrlFacts& facts = crl.facts();
  const Time now = options.proofs != nullptr ? options.proofs->now() : Time::max();
  return options.freshness != Freshness::kInForce && options.at <= facts.this_update && facts.this_update <= now &&
         facts.this_update <= certificate.facts().not_after;
}

/// In force at the time of validation, or in the site's grace after it.
bool may_acquit(const CrlFacts& facts, const ValidationOptions& options) {
  return options.freshness != Freshness::kStrict && facts.this_update <= options.at && facts.next_update &&
         options.at <= *facts.next_update + options.crl_grace;
}

/// What its dates say against a list; in grace it is told as stale as well.
std::optional<Check> untimeliness(const CrlFacts& facts, const ValidationOptions& options) {
  if (facts.this_update > options.at) {
    return Check::kCrlNotYetValid;
  }
  if (!facts.next_update || *facts.next_update < options.at) {
    return Check::kCrlStale;
  }
  return options.freshness == Freshness::kStrict ? std::optional(Check::kRevocationTooOld) : std::nullopt;
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
    const bool is_later = came_later(crl, certificate, options);
    const std::optional<Check> untimely = is_later ? std::nullopt : untimeliness(crl.facts(), options);
    if (untimely) {
      note(*untimely, crl);
    }
    usable.push_back({&crl, reasons, is_later || may_acquit(crl.facts(), options)});
  }
  for (Judged& list : usable) {
    const auto exposes = [&](const Judged& other) {
      return other.crl->facts().this_update <= options.at && other.crl->exposes_roll_back_of(*list.crl);
    };
    if (std::ranges::any_of(usable, exposes)) {
      note(Check::kCrlNumber, *list.crl);
      list.counts = false;
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
    if (delta.counts && delta.crl->amends(*list.crl)) {
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

RevocationStatus decided_by(const Judged& list, const RevocationQuestion& question, RevocationState state) {
  const CrlFacts& facts = list.crl->facts();
  return {.certificate = question.index,
          .state = state,
          .source = "crl",
          .this_update = facts.this_update,
          .next_update = facts.next_update,
          .sha256 = question.options->proofs != nullptr ? list.crl->sha256() : std::string()};
}

/// Fills the status from an entry; false where the entry is dated after the time of validation.
bool condemn(const Judged& list, const CrlEntry& entry, const RevocationQuestion& question, RevocationStatus& status,
             std::vector<Finding>& findings) {
  const std::string detail = fmt::format("{}, {}", to_rfc3339(entry.revoked_at), entry.reason);
  if (entry.revoked_at > question.options->at) {
    findings.push_back({question.index, Check::kRevokedLater, Severity::kInfo, detail});
    status.revoked_later = std::min(status.revoked_later.value_or(Time::max()), entry.revoked_at);
    return false;
  }
  status = decided_by(list, question, RevocationState::kRevoked);
  status.revoked_at = entry.revoked_at;
  status.reason = entry.reason;
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
    if (list.counts && !list.crl->facts().is_delta && (list.reasons & ~covered) != 0) {
      covered |= list.reasons;
      newest = newest == nullptr ? &list : newest;
      const auto entry = entry_of(list, lists, serial, issuer);
      if (entry && condemn(list, *entry, question, status, findings)) {
        return status;
      }
    }
  }
  if (covered == kAllReasons) {
    const auto later = status.revoked_later;
    status = decided_by(*newest, question, RevocationState::kGood);
    status.revoked_later = later;
    if (status.next_update < question.options->at) {
      findings.push_back({question.index, Check::kCrlStale, Severity::kWarn, label(*newest->crl)});
    }
  }
  // What a list out of force says against the certificate stands: once revoked, it stays revoked.
  for (const Judged& list : lists) {
    const bool later = list.crl->facts().this_update > question.options->at;
    if (!list.counts && (later || covered != kAllReasons)) {
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
