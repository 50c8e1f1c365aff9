#include "cards/identify.h"

#include <array>

#include "cards/hpki_layout.h"

namespace shomei::cards {
namespace {

constexpr std::array<std::uint8_t, 5> kPiv{0xA0, 0x00, 0x00, 0x03, 0x08};
constexpr std::array<std::uint8_t, 10> kJpki{0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

}  // namespace

std::string_view name(Family family) {
  switch (family) {
    case Family::kHpki: return "hpki";
    case Family::kPiv: return "piv";
    case Family::kJpki: return "jpki";
    case Family::kUnknown: break;
  }
  return "unknown";
}

std::string_view name(Use use) {
  return use == Use::kSignature ? "signature" : "authentication";
}

Result<CardDescription> identify(Channel& channel, CertificateCache* cache) {
  CardDescription found;
  for (const Use use : {Use::kAuthentication, Use::kSignature}) {
    auto application = open_hpki(channel, use, cache);
    if (application) {
      found.uses.push_back(use);
      found.applications.push_back(*std::move(application));
    } else if (application.error().code != Code::kCardUnknown) {
      return std::unexpected(std::move(application).error());
    }
  }
  if (!found.uses.empty()) {
    found.family = Family::kHpki;
    return found;
  }
  for (const auto& [aid, family] :
       {std::pair(ByteView(kPiv), Family::kPiv), std::pair(ByteView(kJpki), Family::kJpki)}) {
    SHOMEI_TRY(const auto selected, select_application(channel, aid));
    if (selected) {
      found.family = family;
      break;
    }
  }
  return found;
}

}  // namespace shomei::cards
