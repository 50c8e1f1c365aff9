#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error_code.h"
#include "signing/report/report.h"

namespace shomei::signing {

/// A moment in the life of a signature.
struct LifeEvent {
  enum class Kind : std::uint8_t { kClaimed, kStamp, kProved, kRevoked, kValidation, kSunset } kind = Kind::kClaimed;
  Time at;
  std::string what;
  /// The time-stamping authority; empty for what is no time stamp.
  std::string by = {};
  /// Of a time stamp.
  std::optional<Indication> indication = std::nullopt;
  /// This time stamp is the oldest proof that the signature existed.
  bool proves = false;
};

/// The time during which a certificate, list or answer is valid; without `end` nobody knows.
struct LifeBar {
  Time begin;
  std::optional<Time> end;
};

/// Bars of the same kind and name, oldest first.
struct LifeRow {
  enum class Kind : std::uint8_t { kSigner, kCa, kRoot, kTsa, kOther, kCrl, kOcsp } kind = Kind::kOther;
  std::string name;
  std::vector<LifeBar> bars;
  bool is_revocation() const { return kind == Kind::kCrl || kind == Kind::kOcsp; }
};
Text words(LifeRow::Kind kind);

/// What is known of when: events in order of time, rows in order of kind.
struct Life {
  std::vector<LifeEvent> events;
  std::vector<LifeRow> rows;
};
/// `judged`: the validation time (VerifyReport::at).
Life life_of(const SignatureReport& signature, Time judged, Language language);

/// What an object of `signature` is.
LifeRow::Kind kind_of(const ValidationObject& object, const SignatureReport& signature);

/// The last second for which the newest valid time stamp holds by its authority's certificate; nothing where unknown.
std::optional<Time> end_of_newest_stamp(const SignatureReport& signature);

}  // namespace shomei::signing
