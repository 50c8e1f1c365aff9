#include "server/trust/crl_rules.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

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

/// RFC 5280 5.2.3: not negative, at most 20 octets.
bool is_number(std::string_view hex) {
  return !hex.empty() && hex.size() <= 40 && hex.front() < '8';
}

/// An entry extension reasonCode (2.5.29.21) of value removeFromCRL (8), critical or not: in DER these very bytes.
bool has_removals(ByteView der) {
  constexpr auto kPlain = std::to_array<std::uint8_t>({0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01, 0x08});
  constexpr auto kCritical =
      std::to_array<std::uint8_t>({0x06, 0x03, 0x55, 0x1D, 0x15, 0x01, 0x01, 0xFF, 0x04, 0x03, 0x0A, 0x01, 0x08});
  const auto contains = [&](const auto& pattern) {
    return ::memmem(der.data(), der.size(), pattern.data(), pattern.size()) != nullptr;
  };
  return contains(kPlain) || contains(kCritical);
}

}  // namespace

std::string scope_of(const auth::Crl& crl) {
  const std::string complete = complete_scope_of(crl);
  return crl.facts().is_delta ? complete + "-delta" : complete;
}

std::string complete_scope_of(const auth::Crl& crl) {
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
  if (facts.scope && facts.scope->only_attribute_certificates) {
    return refuse("it is for attribute certificates, which this server does not use");
  }
  if (!facts.unknown_critical.empty()) {
    return refuse("unknown critical extension " + facts.unknown_critical.front());
  }
  if (!is_number(facts.number)) {
    return refuse("it has no cRLNumber of at most 20 octets, which RFC 5280 5.2.3 asks of a CA");
  }
  if (facts.is_delta && (!is_number(facts.base_number) || compare_numbers(facts.base_number, facts.number) >= 0)) {
    return refuse("its BaseCRLNumber is not below its cRLNumber (RFC 5280 5.2.4)");
  }
  if (facts.this_update > now + kClockDifference) {
    return refuse("thisUpdate " + to_rfc3339(facts.this_update) + " is in the future");
  }
  if (!facts.next_update || *facts.next_update <= facts.this_update) {
    return refuse("it has no nextUpdate after its thisUpdate (RFC 5280 5.1.2.5): it would never be in force");
  }
  if (!facts.is_delta && has_removals(crl.der())) {
    return refuse("removeFromCRL stands in a list that is no delta (RFC 5280 5.3.1)");
  }
  return {};
}

Result<void> check_signer(const auth::Crl& crl, const std::vector<TrustSnapshot::Ca>& cas) {
  bool named = false;
  for (const TrustSnapshot::Ca& ca : cas) {
    const auth::CertificateFacts& facts = ca.certificate.facts();
    if (X509_NAME_cmp(X509_get_subject_name(ca.certificate.native()), crl.issuer_name()) == 0) {
      named = true;
      // RFC 5280 6.3.3 (f).
      const bool may = !facts.key_usage || (*facts.key_usage & auth::key_usage::kCrlSign) != 0;
      if (may && crl.signed_by(ca.certificate)) {
        return {};
      }
    }
  }
  return fail(Code::kCrlRefused, fmt::format("{}: {}", crl.facts().issuer,
                                             named ? "its signature is not that of the CA of this name"
                                                   : "no CA of this name is pinned here"));
}

DeltaFit fit_of(const auth::Crl& delta, const std::vector<TrustSnapshot::List>& lists) {
  const std::string scope = complete_scope_of(delta);
  const auto base = std::ranges::find_if(lists, [&](const auto& list) { return list.record.scope == scope; });
  if (base == lists.end()) {
    return DeltaFit::kNoBase;
  }
  if (compare_numbers(delta.facts().base_number, base->record.number) > 0) {
    return DeltaFit::kGap;
  }
  return delta.amends(base->crl) ? DeltaFit::kAmends : DeltaFit::kOlder;
}

Result<void> check_delta(const auth::Crl& crl, const std::vector<TrustSnapshot::List>& lists) {
  const auth::CrlFacts& facts = crl.facts();
  const DeltaFit fit = facts.is_delta ? fit_of(crl, lists) : DeltaFit::kAmends;
  switch (fit) {
    case DeltaFit::kAmends: return {};
    case DeltaFit::kNoBase:
      return fail(Code::kCrlRefused, facts.issuer + ": a delta list, and no complete list of its scope is in force");
    case DeltaFit::kGap:
      return fail(Code::kCrlRefused, fmt::format("{}: a gap: the delta list starts from number {}, later than the"
                                                 " complete list in force; fetch the complete list",
                                                 facts.issuer, facts.base_number));
    case DeltaFit::kOlder: break;
  }
  return fail(Code::kCrlRefused, fmt::format("{}: the complete list in force is not older than delta list {}",
                                             facts.issuer, facts.number));
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
