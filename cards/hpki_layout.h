#pragma once

#include <atomic>
#include <mutex>

#include "cards/cia.h"
#include "cards/hpki_application.h"

namespace shomei::cards {

/// How the card wants the key named in MSE SET.
enum class KeyTag : std::uint8_t { kFile = 0x81, kReference = 0x84 };

/// What using the card teaches; shared by all copies of an application.
struct HpkiLearned {
  /// The tag to begin with.
  std::atomic<KeyTag> tag;
  /// MSE before VERIFY was refused with 6982.
  std::atomic<bool> verify_first = false;
  std::mutex mutex;
  /// Guarded by `mutex`; empty until read.
  std::vector<Bytes> ca_certificates;
};

/// What the files of an HPKI application say.
struct HpkiLayout {
  Use use;
  Bytes aid;
  cia::Password pin;
  cia::PrivateKey key;
  /// PSO:CDS takes a DigestInfo; otherwise the whole padded block.
  bool card_pads = false;
  cia::Path certificate_file;
  std::vector<cia::Path> ca_files;
  Bytes certificate;
  std::size_t modulus_bytes = 0;
  /// Length of the part of `certificate` that tells it from all others.
  std::size_t identity_bytes = 0;
  mutable HpkiLearned learned;
};

/// SELECT by AID or the beginning of one; `next` asks for the next application that matches. The selected AID, or
/// nothing if there is none. Errors: card.status (deactivated), those of Channel::transmit.
Result<std::optional<Bytes>> select_application(Channel& channel, ByteView aid, bool next = false);

/// Reads the files of the selected application. Nothing if its certificate is for another use.
/// Errors: card.file_malformed, key.unsuitable, card.status, those of Channel::transmit.
Result<std::optional<HpkiApplication>> explore_application(Channel& channel, Use use, Bytes aid);

}  // namespace shomei::cards
