#include "signing/path_evidence.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/x509/crl_rules.h"
#include "signing/tsp/timestamp_token.h"

namespace shomei::signing {
namespace {

template <class T>
void parse_into(const std::vector<Bytes>& from, std::vector<T>& to) {
  for (const Bytes& der : from) {
    if (auto parsed = T::parse(der)) {
      to.push_back(std::move(*parsed));
    }
  }
}

auth::ValidationInputs with_data(auth::ValidationInputs inputs, const EvidenceData& carried) {
  parse_into(carried.certificates, inputs.chain);
  parse_into(carried.crls, inputs.crls);
  parse_into(carried.ocsp, inputs.ocsp);
  return inputs;
}

/// Every list that is at hand whose issuer signs for certificates of `issuer`.
std::vector<auth::Crl> lists_of(const X509_NAME* issuer, const auth::ValidationInputs& inputs) {
  std::vector<auth::Crl> lists;
  std::ranges::copy_if(inputs.crls, std::back_inserter(lists),
                       [&](const auth::Crl& crl) { return X509_NAME_cmp(crl.issuer_name(), issuer) == 0; });
  if (inputs.store != nullptr) {
    std::ranges::move(inputs.store->lists_of(issuer), std::back_inserter(lists));
  }
  return lists;
}

const X509_NAME* issuer_of(const auth::Certificate& certificate) {
  return X509_get_issuer_name(certificate.native());
}

class Gathering {
 public:
  Gathering(const auth::Certificate& leaf, auth::Purpose purpose, Time at, const EvidencePool& pool)
      : leaf_(leaf), pool_(pool) {
    options_.at = at;
    options_.purpose = purpose;
    options_.freshness = pool.policy->freshness;
  }

  bool is_carried() const { return accepts(pool_.carried); }

  PathEvidence run() {
    auth::ValidationReport report = validate(leaf_, pool_.inputs, options_, pool_.policy->profiles);
    if (report.verdict != auth::Verdict::kValid) {
      found_.missing = Pending{.level = Level::kLT, .until = next_list(report), .why = why(report)};
      return std::move(found_);
    }
    for (const auth::Certificate& certificate : report.path) {
      found_.data.certificates.push_back(to_bytes(certificate.der()));
    }
    for (const auth::RevocationStatus& status : report.revocation) {
      take_deciding(report.path, status);
    }
    if (!suffices()) {
      take_all(report.path);
    }
    return std::move(found_);
  }

 private:
  Error why(const auth::ValidationReport& report) const {
    const auto worst = std::ranges::find(report.findings, auth::Severity::kFail, &auth::Finding::severity);
    const std::string finding =
        worst == report.findings.end() ? "" : fmt::format(": {} {}", info(worst->check).name, worst->detail);
    return make_error(Code::kEvidenceMissing, leaf_.facts().name + finding);
  }

  /// Of the lists that are at hand for certificates whose status is not known: when the newest one is replaced.
  std::optional<Time> next_list(const auth::ValidationReport& report) const {
    std::optional<Time> until;
    for (const auth::RevocationStatus& status : report.revocation) {
      if (status.state != auth::RevocationState::kUnknown) {
        continue;
      }
      for (const auth::Crl& crl : lists_of(issuer_of(report.path[status.certificate]), pool_.inputs)) {
        const auto next = crl.facts().next_update;
        until = next && *next > pool_.now ? std::max(until, next) : until;
      }
    }
    return until;
  }

  void take_deciding(const std::vector<auth::Certificate>& path, const auth::RevocationStatus& status) {
    const auth::Certificate& subject = path[status.certificate];
    if (status.source == "ocsp") {
      for (const auth::OcspResponse& answer : pool_.inputs.ocsp) {
        if (std::ranges::any_of(answer.facts().singles, [&](const auth::OcspSingle& single) {
              return single.this_update == status.this_update && single.id.fits(subject, path[status.certificate + 1]);
            })) {
          found_.data.ocsp.push_back(to_bytes(answer.der()));
        }
      }
      return;
    }
    const auto lists = lists_of(issuer_of(subject), pool_.inputs);
    for (const auth::Crl& crl : lists) {
      if (crl.facts().this_update == status.this_update && crl.facts().next_update == status.next_update &&
          auth::covered_reasons(crl, subject) != 0) {
        take_list(crl, lists);
      }
    }
  }

  /// A delta needs the list that it amends.
  void take_list(const auth::Crl& crl, std::span<const auth::Crl> others) {
    join(found_.data, {.crls = {to_bytes(crl.der())}});
    for (const auth::Crl& other : others) {
      if (other.amends(crl) || crl.amends(other)) {
        join(found_.data, {.crls = {to_bytes(other.der())}});
      }
    }
  }

  /// Whether the same verdict comes out of what was taken alone.
  bool suffices() const { return accepts(with_data({.anchors = pool_.inputs.anchors}, found_.data)); }

  bool accepts(const auth::ValidationInputs& inputs) const {
    return validate(leaf_, inputs, options_, pool_.policy->profiles).verdict == auth::Verdict::kValid;
  }

  /// Lists signed with another key of a CA, answers of responders that lists speak of: everything of these issuers.
  void take_all(const std::vector<auth::Certificate>& path) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      for (const auth::Crl& crl : lists_of(issuer_of(path[i]), pool_.inputs)) {
        join(found_.data, {.crls = {to_bytes(crl.der())}});
      }
    }
    for (const auth::Certificate& other : pool_.inputs.chain) {
      if (std::ranges::any_of(path, [&](const auth::Certificate& one) {
            return X509_NAME_cmp(issuer_of(one), X509_get_subject_name(other.native())) == 0;
          })) {
        join(found_.data, {.certificates = {to_bytes(other.der())}});
      }
    }
  }

  const auth::Certificate& leaf_;
  const EvidencePool& pool_;
  auth::ValidationOptions options_;
  PathEvidence found_;
};

}  // namespace

EvidencePool pool_of(const ExtendRequest& request, const EvidenceData& carried, Time now) {
  return {.inputs = with_data(request.evidence, carried),
          .carried = with_data({.anchors = request.evidence.anchors}, carried),
          .policy = &request.policy,
          .now = now};
}

PathEvidence path_evidence(const auth::Certificate& leaf, auth::Purpose purpose, Time at, const EvidencePool& pool,
                           bool carried_counts) {
  Gathering gathering(leaf, purpose, at, pool);
  return carried_counts && gathering.is_carried() ? PathEvidence() : gathering.run();
}

PathEvidence tsa_evidence(ByteView token, std::optional<Time> since, bool archiving, const EvidencePool& pool) {
  const auto parsed = read_timestamp_token(token);
  if (!parsed) {
    return {.missing = Pending{.level = Level::kLT, .why = parsed.error()}};
  }
  std::vector<auth::Certificate> candidates = token_certificates(*parsed);
  candidates.insert(candidates.end(), pool.inputs.chain.begin(), pool.inputs.chain.end());
  const auto signer = token_signer(*parsed, candidates);
  if (!signer) {
    return {.missing =
                Pending{.level = Level::kLT, .why = make_error(Code::kEvidenceMissing, "certificate of the TSA")}};
  }
  const bool as_of_now = archiving && pool.policy->freshness != auth::Freshness::kStrict;
  const Time own = as_of_now ? std::max(pool.now, parsed->info.time) : parsed->info.time;
  return path_evidence(*signer, auth::Purpose::kTimestamp, since.value_or(own), pool, true);
}

std::optional<Time> time_of_token(ByteView token) {
  const auto parsed = read_timestamp_token(token);
  return parsed ? std::optional(parsed->info.time) : std::nullopt;
}

std::vector<Pending> pending_levels(Level reached, Level wished, const Pending& why) {
  std::vector<Pending> levels;
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    if ((reached < level || level == wished) && level <= wished) {
      levels.push_back({level, why.until, why.why});
    }
  }
  return levels;
}

void merge(std::vector<Pending>& to, std::vector<Pending> more) {
  for (Pending& one : more) {
    const auto known = std::ranges::find(to, one.level, &Pending::level);
    if (known == to.end()) {
      to.push_back(std::move(one));
    } else {
      known->until = std::max(known->until, one.until);
    }
  }
  std::ranges::sort(to, {}, &Pending::level);
}

}  // namespace shomei::signing
