#include "server/trust/crl_rules.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/digest.h"
#include "base/openssl.h"

namespace shomei::server {
namespace {

/// A list that a CA with a slightly fast clock has just issued.
constexpr std::chrono::minutes kClockDifference{5};

std::string_view significant(std::string_view hex) {
  hex.remove_prefix(std::min(hex.find_first_not_of('0'), hex.size()));
  return hex;
}

}  // namespace

std::string scope_of(const auth::Crl& crl) {
  Bytes all = to_bytes(as_bytes(crl.facts().issuer + "\n" + crl.facts().authority_key + "\n"));
  const ISSUING_DIST_POINT* decoded = crl.distribution_point();
  const Bytes point = decoded == nullptr ? Bytes() : to_der<i2d_ISSUING_DIST_POINT>(decoded);
  all.insert(all.end(), point.begin(), point.end());
  return to_hex(sha256(all)).substr(0, 16);
}

int compare_numbers(const std::string& a, const std::string& b) {
  const std::string_view left = significant(a);
  const std::string_view right = significant(b);
  return left.size() != right.size() ? (left.size() < right.size() ? -1 : 1) : left.compare(right);
}

Result<void> check_form(const auth::Crl& crl, Time now) {
  const auth::CrlFacts& facts = crl.facts();
  const auto refuse = [&](std::string_view why) {
    return fail(Code::kCrlRefused, fmt::format("{}: {}", facts.issuer, why));
  };
  if (facts.is_delta) {
    return refuse("a delta list proves nothing by itself");
  }
  if (facts.scope && (facts.scope->indirect || facts.scope->some_reasons || facts.scope->only_attribute_certificates)) {
    return refuse(
        "its scope (indirect, some reasons only, or attribute certificates) is not one that this server uses");
  }
  if (!facts.unknown_critical.empty()) {
    return refuse("unknown critical extension " + facts.unknown_critical.front());
  }
  if (facts.number.empty()) {
    return refuse("it has no cRLNumber, which RFC 5280 5.2.3 asks of a CA");
  }
  if (facts.this_update > now + kClockDifference) {
    return refuse("thisUpdate " + to_rfc3339(facts.this_update) + " is in the future");
  }
  return {};
}

Result<void> check_signer(const auth::Crl& crl, const std::vector<TrustSnapshot::Ca>& cas) {
  bool named = false;
  for (const TrustSnapshot::Ca& ca : cas) {
    if (ca.certificate.facts().subject == crl.facts().issuer) {
      named = true;
      if (crl.signed_by(ca.certificate)) {
        return {};
      }
    }
  }
  return fail(Code::kCrlRefused, fmt::format("{}: {}", crl.facts().issuer,
                                             named ? "its signature is not that of the CA of this name"
                                                   : "no CA of this name is pinned here"));
}

Result<void> check_succession(const CrlRecord& next, const CrlRecord& in_force) {
  const int order = compare_numbers(next.number, in_force.number);
  if (order < 0 || (order > 0 && next.this_update < in_force.this_update)) {
    return fail(Code::kCrlRefused, fmt::format("{}: number {} of {} is older than number {} of {}, which is in force",
                                               next.issuer, next.number, to_rfc3339(next.this_update), in_force.number,
                                               to_rfc3339(in_force.this_update)));
  }
  if (order == 0) {
    return fail(Code::kCrlRefused,
                fmt::format("{}: number {} was imported before with another content", next.issuer, next.number));
  }
  return {};
}

}  // namespace shomei::server
