#pragma once

#include <vector>

#include "cards/hpki_application.h"

namespace shomei::cards {

enum class Family : std::uint8_t { kHpki, kPiv, kJpki, kUnknown };

/// "hpki", "piv", "jpki", "unknown".
std::string_view name(Family family);
/// "authentication", "signature".
std::string_view name(Use use);

struct CardDescription {
  Family family = Family::kUnknown;
  /// Applications of an HPKI card; empty for other families.
  std::vector<Use> uses;
  /// The same applications, opened, in the same order.
  std::vector<HpkiApplication> applications;
};

/// Finds out what a card is by selecting applications, never by ATR. Errors: those of Channel::transmit, and what
/// open_hpki has for a malformed application.
Result<CardDescription> identify(Channel& channel, CertificateCache* cache = nullptr);

}  // namespace shomei::cards
