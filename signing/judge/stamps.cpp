#include "signing/judge/stamps.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "signing/judge/objects.h"
#include "signing/tsp/timestamp_token.h"

namespace shomei::signing {
namespace {

/// Two authorities' clocks may differ by so much.
constexpr std::chrono::seconds kClockSkew{60};

struct Stamp {
  const TimestampFacts* facts;
  std::string sha256;
  Result<TimestampToken> token;
  Time time() const { return token ? token->info.time : Time::min(); }
};

/// As its own certificate says where the token holds it, else as the token does.
std::string name_of_tsa(const Stamp& stamp) {
  if (!stamp.token) {
    return {};
  }
  const auto signer = token_signer(*stamp.token, token_certificates(*stamp.token));
  return signer && !signer->facts().name.empty() ? signer->facts().name : stamp.token->info.tsa;
}

class StampsJudge {
 public:
  StampsJudge(const CoverageOf& coverage_of, const auth::ValidationInputs& evidence, const VerifyInputs& inputs,
              Judgement& judgement)
      : coverage_of_(coverage_of), evidence_(evidence), inputs_(inputs), judgement_(judgement), proved_(inputs.at) {}

  Result<ProvedTimes> run(const CarriedEvidence& carried) {
    for (const TimestampFacts& facts : carried.timestamps) {
      stamps_.push_back(
          {&facts, to_hex(sha256(facts.token)), read_timestamp_token(facts.token, inputs_.policy.limits)});
    }
    auto& reports = judgement_.report().timestamps;
    for (const Stamp& stamp : stamps_) {
      reports.push_back({.type = stamp.facts->type,
                         .time = stamp.token ? std::optional(stamp.time()) : std::nullopt,
                         .tsa = name_of_tsa(stamp),
                         .sha256 = stamp.sha256});
    }
    std::vector<std::size_t> order(stamps_.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, std::greater(), [&](std::size_t i) { return std::pair(stamps_[i].time(), i); });
    for (const std::size_t i : order) {
      SHOMEI_TRY(judge(stamps_[i], reports[i]));
    }
    return std::move(proved_);
  }

 private:
  void broken(TimestampReport& report, SubIndication sub, Check check, std::string_view why) {
    report.indication = Indication::kTotalFailed;
    report.sub_indication = sub;
    judgement_.decide(Indication::kIndeterminate, SubIndication::kSigConstraintsFailure, check, told(report, why));
  }
  void doubtful(TimestampReport& report, SubIndication sub, Check check, std::string_view why) {
    report.indication = Indication::kIndeterminate;
    report.sub_indication = sub;
    judgement_.note(check, Severity::kWarn, told(report, why));
  }
  static std::string told(const TimestampReport& report, std::string_view why) {
    return fmt::format("{}{}{}{}", report.type, report.time ? " " + to_rfc3339(*report.time) : "",
                       why.empty() ? "" : ", ", why);
  }

  Result<void> judge(const Stamp& stamp, TimestampReport& report) {
    if (!stamp.token) {
      broken(report, SubIndication::kFormatFailure, Check::kTimestampFormat, stamp.token.error().detail);
      return {};
    }
    const auto algorithm = stamp.token->info.imprint_algorithm;
    if (!algorithm) {
      doubtful(report, SubIndication::kCryptoConstraintsFailureNoPoe, Check::kTimestampAlgorithm,
               stamp.token->info.imprint_oid);
      return {};
    }
    SHOMEI_TRY(const StampCoverage coverage, coverage_of_(*stamp.facts, *algorithm));
    if (is_over(stamp, coverage, report) && is_trusted(stamp, *algorithm, report) &&
        is_in_order(stamp, coverage, report)) {
      report.indication = Indication::kTotalPassed;
      report.sub_indication.reset();
      judgement_.note(Check::kTimestampValid, Severity::kInfo, told(report, report.tsa));
      accept(stamp, coverage);
    }
    return {};
  }

  bool is_over(const Stamp& stamp, const StampCoverage& coverage, TimestampReport& report) {
    if (!coverage.why.empty()) {
      broken(report, SubIndication::kHashFailure, Check::kTimestampHashIndex, coverage.why);
      return false;
    }
    if (std::ranges::find(coverage.digests, stamp.token->info.imprint) == coverage.digests.end()) {
      broken(report, SubIndication::kHashFailure, Check::kTimestampImprint, "");
      return false;
    }
    return true;
  }

  /// The TSA's signature, algorithms and path as of when the stamp is proved to exist.
  bool is_trusted(const Stamp& stamp, DigestAlgorithm imprint, TimestampReport& report) {
    const TimestampToken& token = *stamp.token;
    std::vector<auth::Certificate> candidates = token_certificates(token);
    candidates.insert(candidates.end(), evidence_.chain.begin(), evidence_.chain.end());
    candidates.insert(candidates.end(), evidence_.anchors.begin(), evidence_.anchors.end());
    const auto signer = token_signer(token, candidates);
    if (!signer) {
      doubtful(report, SubIndication::kNoSigningCertificateFound, Check::kTimestampCertificate, "");
      return false;
    }
    report.tsa = signer->facts().name.empty() ? signer->facts().subject : signer->facts().name;
    if (!token_signature_fits(token, *signer)) {
      broken(report, SubIndication::kSigCryptoFailure, Check::kTimestampSignature, report.tsa);
      return false;
    }
    const Time since = proved_.proofs.since(stamp.sha256);
    if (!has_sound_algorithms(token, imprint, since, report)) {
      return false;
    }
    return has_path(*signer, since, report);
  }

  bool has_sound_algorithms(const TimestampToken& token, DigestAlgorithm imprint, Time since, TimestampReport& report) {
    const auth::AlgorithmRules& rules = inputs_.policy.profiles.algorithms;
    const bool is_sha1 = imprint == DigestAlgorithm::kSha1 || token.signer().digest == DigestAlgorithm::kSha1;
    if (is_sha1 && inputs_.policy.accept_sha1) {
      judgement_.note(Check::kWeakAlgorithm, Severity::kWarn, told(report, "SHA-1"));
      return true;
    }
    auto objections = auth::check_digest(imprint, since, rules);
    std::ranges::move(auth::check_algorithm(token.signer().algorithm, nullptr, since, rules),
                      std::back_inserter(objections));
    if (auth::verdict_of(objections) == auth::Verdict::kValid) {
      return true;
    }
    doubtful(report, SubIndication::kCryptoConstraintsFailureNoPoe, Check::kTimestampAlgorithm,
             objections.front().detail);
    return false;
  }

  bool has_path(const auth::Certificate& signer, Time since, TimestampReport& report) {
    auth::ValidationOptions options;
    options.at = since;
    options.purpose = auth::Purpose::kTimestamp;
    options.proofs = &proved_.proofs;
    // What is judged as of now has no proof that could be older or newer than a list.
    options.freshness = since < inputs_.at ? inputs_.policy.freshness : auth::Freshness::kInForce;
    const auth::ValidationReport path = auth::validate(signer, evidence_, options, inputs_.policy.profiles);
    note_objects(path, evidence_, judgement_.report());
    if (path.verdict != auth::Verdict::kValid) {
      doubtful(report, sub_indication_of(path), Check::kTimestampCertificate, report.tsa);
      copy_findings(path, "timestamp.", Severity::kWarn, judgement_);
      return false;
    }
    if (*report.time < signer.facts().not_before) {
      doubtful(report, SubIndication::kNotYetValid, Check::kTimestampCertificate, report.tsa);
      return false;
    }
    return true;
  }

  /// What is covered existed before, so no stamp inside may be newer.
  bool is_in_order(const Stamp& stamp, const StampCoverage& coverage, TimestampReport& report) {
    const bool newer_inside = std::ranges::any_of(stamps_, [&](const Stamp& other) {
      return &other != &stamp && other.token && other.time() > stamp.time() + kClockSkew &&
             std::ranges::find(coverage.objects, other.sha256) != coverage.objects.end();
    });
    if (newer_inside) {
      doubtful(report, SubIndication::kSigConstraintsFailure, Check::kTimestampOrder, "");
    }
    return !newer_inside;
  }

  void accept(const Stamp& stamp, const StampCoverage& coverage) {
    const Time time = stamp.time();
    const auto oldest = [&](std::optional<Time>& known) { known = known ? std::min(*known, time) : time; };
    if (coverage.signature) {
      oldest(proved_.signature);
    } else {
      proved_.content = proved_.content ? std::max(*proved_.content, time) : time;
    }
    if (coverage.signature && coverage.signed_data) {
      oldest(proved_.signed_data);
    }
    for (const std::string& object : coverage.objects) {
      proved_.proofs.add(object, time);
    }
  }

  const CoverageOf& coverage_of_;
  const auth::ValidationInputs& evidence_;
  const VerifyInputs& inputs_;
  Judgement& judgement_;
  ProvedTimes proved_;
  std::vector<Stamp> stamps_;
};

}  // namespace

Result<ProvedTimes> judge_timestamps(const CarriedEvidence& carried, const CoverageOf& coverage_of,
                                     const auth::ValidationInputs& evidence, const VerifyInputs& inputs,
                                     Judgement& judgement) {
  return StampsJudge(coverage_of, evidence, inputs, judgement).run(carried);
}

}  // namespace shomei::signing
