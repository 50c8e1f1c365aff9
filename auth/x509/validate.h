#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "auth/x509/ocsp_rules.h"
#include "auth/x509/profile.h"
#include "auth/x509/proofs_of_existence.h"
#include "auth/x509/revocation.h"

namespace shomei::auth {

class OcspSource;
class PathCache;

/// What the judgement rests on.
struct ValidationInputs {
  /// Trusted as they are: never checked for revocation, name and key count (RFC 5280 6.1.1 (d)).
  std::vector<Certificate> anchors{};
  /// CA certificates that a path may use.
  std::vector<Certificate> chain{};
  std::vector<Crl> crls{};
  /// Asked besides `crls`; may be null.
  const CrlStore* store = nullptr;
  /// OCSP answers at hand: carried with a document, stapled to a login.
  std::vector<OcspResponse> ocsp{};
  /// Asked where no answer at hand decides; may be null.
  OcspSource* ocsp_source = nullptr;
  /// Verdicts on paths accepted before under the same anchors, chain, profiles and options; may be null.
  PathCache* paths = nullptr;
};

struct ValidationOptions {
  /// The time at which the certificate must be good.
  Time at{};
  Purpose purpose = Purpose::kAny;
  /// RFC 5280 6.1.1 (c), (e), (f), (g). Empty policies: any.
  std::vector<std::string> policies{};
  bool require_explicit_policy = false;
  bool inhibit_policy_mapping = false;
  bool inhibit_any_policy = false;
  bool check_revocation = true;
  /// How long after nextUpdate a list still counts, with a warning (a site's choice for logins; zero: fail closed).
  std::chrono::seconds crl_grace{0};
  OcspRules ocsp{};
  Freshness freshness = Freshness::kInForce;
  /// Judges in the past (EN 319 102-1 5.6.2): `at` is when the signature is proved to exist, and what protects it need
  /// only have counted since its own proof: the algorithms of certificates, lists and answers, and the certificates of
  /// who signed lists and answers. A CA that was revoked later condemns what is not proved to be older than that. Null:
  /// everything is judged as of `at`.
  const ProofsOfExistence* proofs = nullptr;
  /// Bounds foreign chains: signature checks while paths are searched.
  std::uint64_t work_budget = 512;
};

/// The time as of which an object's algorithms are judged. `object`: a Certificate's or OcspResponse's facts, or a Crl.
template <class Object>
Time judged_since(const ValidationOptions& options, const Object& object) {
  if (options.proofs == nullptr) {
    return options.at;
  }
  if constexpr (requires { object.sha256(); }) {
    return options.proofs->since(object.sha256());
  } else {
    return options.proofs->since(object.sha256);
  }
}

struct ValidationReport {
  Verdict verdict = Verdict::kInvalid;
  /// End entity first, anchor last; the longest attempt where no path was found.
  std::vector<Certificate> path{};
  /// User-constrained policy set of RFC 5280 6.1.6; for purposes with a policy of their own, that of the end entity.
  std::vector<std::string> policies{};
  /// Roles of the end entity that are on the allow-list, as texts.
  std::vector<std::string> hc_roles{};
  /// One for each certificate below the anchor.
  std::vector<RevocationStatus> revocation{};
  std::vector<Finding> findings{};
};

/// RFC 5280 6: every candidate path from `leaf` to an anchor (own search, bounded) is judged by OpenSSL's
/// X509_verify_cert with policy checking and strict mode on and CRLs off, and for algorithms and weak keys; if all that
/// accepted it, by Botan (second_opinion.h); then by our revocation rules (6.3) and the rules of the purpose; the first
/// path without objection wins, else the best one is reported.
/// Deviations from RFC 5280: CAs must have basicConstraints whatever their version; algorithms not in the profile's
/// list are refused; what strict mode asks beyond section 6 (missing SKI, AKI, keyUsage of a CA and the like) is a
/// warning. Revocation: a list counts for a certificate if issuer, AKI, signature, scope (IDP), time and critical
/// extensions are right; a delta only amends a complete list, an indirect list counts where the certificate names its
/// issuer; the lists of another key of the same CA count if that key's certificate is itself valid under the same
/// anchor. No usable list: unknown, the verdict is indeterminate. An entry dated after `at` does not condemn, a finding
/// tells it. OCSP answers count beside lists (ocsp_revocation.h). Not done here: names of TLS servers, hold lists,
/// registration. Usable from several threads.
ValidationReport validate(const Certificate& leaf, const ValidationInputs& inputs, const ValidationOptions& options,
                          const ProfileSet& profiles);

/// The same for DER, which is not even parsed where `inputs.paths` knows its verdict; revocation is looked up each
/// time. Errors: those of Certificate::parse.
Result<ValidationReport> validate(ByteView leaf, const ValidationInputs& inputs, const ValidationOptions& options,
                                  const ProfileSet& profiles);

/// `certificate validate --json` with the findings' texts in `language`.
OrderedJson to_json(const ValidationReport& report, Language language = Language::kEn);

}  // namespace shomei::auth
