#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include "cards/hpki_application.h"

namespace shomei::cards {

/// Applications read before, in memory, so that a card that comes back is not read again. Nothing on an HPKI card but
/// the certificate itself tells one doctor's card from another's (EF.OD and EF.CD are alike on all cards of an issuer,
/// EF.CIAInfo carries no serial number in HPKI's example), so a hit is proven by reading the certificate's first bytes,
/// up to the end of issuer: serial number and issuer name identify a certificate (RFC 5280, 4.1.2.2). The ATR merely
/// says which entries are worth the look. For several threads.
class CertificateCache {
 public:
  explicit CertificateCache(std::size_t most = 16) : most_(most) {}

  /// The application that is on the card and selected, if it was read before. Errors: those of Channel::transmit.
  Result<std::optional<HpkiApplication>> recognise(Channel& channel, Use use, ByteView aid) const;
  void remember(ByteView atr, const HpkiApplication& application);

 private:
  struct Entry {
    Bytes atr;
    HpkiApplication application;
  };
  std::vector<HpkiApplication> candidates(ByteView atr, Use use, ByteView aid) const;
  std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
};

}  // namespace shomei::cards
