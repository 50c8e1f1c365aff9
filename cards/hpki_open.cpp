#include <algorithm>
#include <array>

#include "base/der.h"
#include "cards/certificate_cache.h"
#include "cards/hpki_layout.h"
#include "cards/identify.h"

namespace shomei::cards {
namespace {

constexpr std::size_t kRegisteredPart = 5, kMaxAid = 16;
using Aid = std::array<std::uint8_t, kMaxAid>;
constexpr Aid kSignatureAid{0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xA0, 0, 0, 0x03, 0x91, 0, 0, 0, 0, 0, 0x01};
constexpr Aid kAuthenticationAid{0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xA0, 0, 0, 0x03, 0x91, 0, 0, 0, 0, 0, 0x02};
constexpr int kMaxApplications = 8;

ByteView aid_of(Use use) {
  return use == Use::kSignature ? ByteView(kSignatureAid) : ByteView(kAuthenticationAid);
}

/// The DF name in `6F { … 84 AID … }` (JAHIS 24-002, C.1); empty if there is none.
Bytes aid_of_fci(ByteView information) {
  der::Reader outer(information);
  auto in = outer.enter(0x6F);
  while (in && !in->at_end()) {
    const auto element = in->next();
    if (!element) {
      break;
    }
    if (element->tag == 0x84) {
      return to_bytes(element->value);
    }
  }
  return {};
}

/// Walks the applications that have the registered part of HPKI's AIDs; their certificates tell what they are for.
Result<HpkiApplication> search(Channel& channel, Use use) {
  const Use other = use == Use::kSignature ? Use::kAuthentication : Use::kSignature;
  for (int count = 0; count < kMaxApplications; ++count) {
    SHOMEI_TRY(auto aid, select_application(channel, aid_of(use).first(kRegisteredPart), count != 0));
    if (!aid) {
      break;
    }
    if (aid->size() <= kRegisteredPart || std::ranges::equal(*aid, aid_of(other))) {
      continue;
    }
    SHOMEI_TRY(auto found, explore_application(channel, use, *std::move(aid)));
    if (found) {
      return *std::move(found);
    }
  }
  return fail(Code::kCardUnknown, std::string(name(use)));
}

}  // namespace

Result<std::optional<Bytes>> select_application(Channel& channel, ByteView aid, bool next) {
  CardSession& session = channel.session();
  session = {.reset_at_end = session.reset_at_end || session.pin_verified};
  SHOMEI_TRY(Response response, channel.transmit({.ins = 0xA4,
                                                  .p1 = 0x04,
                                                  .p2 = next ? std::uint8_t{0x02} : std::uint8_t{0x00},
                                                  .data = aid,
                                                  .expected = 256}));
  const StatusWord status = response.status();
  if (status == sw::kDeactivated) {
    return refused("SELECT application", status);
  }
  if (!status.ok()) {
    return std::nullopt;  // 6A82; other families of cards have other words for it
  }
  session.application = aid.size() == kMaxAid ? to_bytes(aid) : aid_of_fci(std::move(response).data_of_judged());
  return session.application;
}

Result<HpkiApplication> open_hpki(Channel& channel, Use use, CertificateCache* cache) {
  SHOMEI_TRY(auto aid, select_application(channel, aid_of(use)));
  std::optional<HpkiApplication> found;
  if (aid && cache != nullptr) {
    SHOMEI_TRY(found, cache->recognise(channel, use, *aid));
  }
  if (aid && !found) {
    SHOMEI_TRY(found, explore_application(channel, use, *std::move(aid)));
  }
  if (!found) {
    SHOMEI_TRY(found, search(channel, use));
  }
  if (cache != nullptr) {
    cache->remember(channel.traits().atr, *found);
  }
  return *std::move(found);
}

}  // namespace shomei::cards
