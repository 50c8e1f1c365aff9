#include "auth/x509/revocation.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::auth {

std::string_view name(RevocationState state) {
  constexpr std::array<std::string_view, 3> kNames{"good", "revoked", "unknown"};
  return kNames[static_cast<std::size_t>(state)];
}

std::vector<Crl> CrlPool::lists_of(const X509_NAME* issuer) const {
  std::vector<Crl> found;
  std::ranges::copy_if(lists_, std::back_inserter(found),
                       [&](const Crl& crl) { return X509_NAME_cmp(crl.issuer_name(), issuer) == 0; });
  return found;
}

CrlLookup lookup(const Crl& crl, ByteView serial, const Certificate* issuer, std::optional<Time> at) {
  CrlLookup answer;
  const CrlFacts& facts = crl.facts();
  const auto object = [&](Check check, Severity severity, std::string detail = {}) {
    answer.findings.push_back({0, check, severity, std::move(detail)});
  };
  if (issuer == nullptr) {
    object(Check::kCrlSignatureUnchecked, Severity::kWarn);
  } else if (X509_NAME_cmp(X509_get_subject_name(issuer->native()), crl.issuer_name()) != 0 ||
             (issuer->facts().key_usage.value_or(key_usage::kCrlSign) & key_usage::kCrlSign) == 0 ||
             !crl.signed_by(*issuer)) {
    object(Check::kCrlSignature, Severity::kFail);
    return answer;
  }
  if (!facts.unknown_critical.empty()) {
    object(Check::kCrlCriticalExtension, Severity::kFail, facts.unknown_critical.front());
  }
  if (facts.is_delta) {
    object(Check::kCrlDelta, Severity::kFail);
  }
  if (facts.scope && facts.scope->indirect) {
    object(Check::kCrlIndirect, Severity::kFail);
  }
  if (at && facts.this_update > *at) {
    object(Check::kCrlNotYetValid, Severity::kFail, to_rfc3339(facts.this_update));
  } else if (at && (!facts.next_update || *facts.next_update < *at)) {
    object(Check::kCrlStale, Severity::kFail, facts.next_update ? to_rfc3339(*facts.next_update) : std::string());
  }
  const auto entry = crl.find(serial);
  const bool indirect = facts.scope && facts.scope->indirect;
  if (entry && !indirect && (!at || entry->revoked_at <= *at)) {
    answer.state = RevocationState::kRevoked;
    answer.revoked_at = entry->revoked_at;
    answer.reason = entry->reason;
    return answer;
  }
  if (entry && !indirect) {
    object(Check::kRevokedLater, Severity::kInfo, to_rfc3339(entry->revoked_at));
  }
  if (verdict_of(answer.findings) == Verdict::kValid) {
    answer.state = RevocationState::kGood;
  }
  return answer;
}

Result<Bytes> serial_from_hex(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ':' && c != ' '; });
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.erase(0, 2);
  }
  if (digits.size() % 2 != 0) {
    digits.insert(0, 1, '0');
  }
  SHOMEI_TRY(Bytes number, from_hex(digits));
  if (number.empty()) {
    return fail(Code::kInputMalformed, "empty serial number");
  }
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  number.erase(number.begin(), first == number.end() ? first - 1 : first);
  if ((number.front() & 0x80) != 0) {
    number.insert(number.begin(), 0);
  }
  return number;
}

}  // namespace shomei::auth
