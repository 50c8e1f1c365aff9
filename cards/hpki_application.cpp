#include "cards/hpki_application.h"

#include <fmt/format.h>

#include <algorithm>

#include "cards/card_file.h"
#include "cards/certificate_look.h"
#include "cards/hpki_layout.h"

namespace shomei::cards {

Use HpkiApplication::use() const {
  return layout_->use;
}
ByteView HpkiApplication::aid() const {
  return layout_->aid;
}
ByteView HpkiApplication::certificate() const {
  return layout_->certificate;
}
std::size_t HpkiApplication::min_pin_length() const {
  return layout_->pin.min_length;
}
std::size_t HpkiApplication::max_pin_length() const {
  return std::min(layout_->pin.max_length, Pin::kMaxLength);
}
bool HpkiApplication::pin_each_signature() const {
  return layout_->key.user_consent;
}

std::vector<Bytes> HpkiApplication::known_ca_certificates() const {
  const std::scoped_lock lock(layout_->learned.mutex);
  return layout_->learned.ca_certificates;
}

Result<std::vector<Bytes>> HpkiApplication::certificates(Channel& channel) const {
  std::vector<Bytes> ca = known_ca_certificates();
  if (ca.empty() && !layout_->ca_files.empty()) {
    SHOMEI_TRY(select(channel));
    for (const cia::Path& file : layout_->ca_files) {
      SHOMEI_TRY(Bytes certificate, read_card_file(channel, file, Extent::kOneElement));
      SHOMEI_TRY(const CertificateLook look, look_at_certificate(certificate));
      if (look.is_ca) {
        ca.push_back(std::move(certificate));
      }
    }
    const std::scoped_lock lock(layout_->learned.mutex);
    layout_->learned.ca_certificates = ca;
  }
  ca.insert(ca.begin(), layout_->certificate);
  return ca;
}

Result<void> HpkiApplication::select(Channel& channel) const {
  if (channel.session().application == layout_->aid) {
    return {};
  }
  SHOMEI_TRY(const auto selected, select_application(channel, layout_->aid));
  if (selected != layout_->aid) {
    return fail(Code::kCardUnknown, fmt::format("application {} is gone", to_hex(layout_->aid)));
  }
  return {};
}

// MSE SET DST. The guideline names the key's file with tag 81 (JAHIS 24-002, C.5); JMA cards want 84. Whichever comes
// first, a wrong one costs nothing but a command.
Result<StatusWord> HpkiApplication::set_key(Channel& channel) const {
  SHOMEI_TRY(select(channel));
  const auto send = [&](ByteView data) -> Result<StatusWord> {
    SHOMEI_TRY(const Response response, channel.transmit({.ins = 0x22, .p1 = 0x41, .p2 = 0xB6, .data = data}));
    channel.session().key_set = response.status().ok();
    return response.status();
  };
  const cia::PrivateKey& key = layout_->key;
  if (key.reference) {
    return send(std::array<std::uint8_t, 3>{static_cast<std::uint8_t>(KeyTag::kReference), 1, *key.reference});
  }
  const Bytes& file = key.path.file;
  const auto high = file.size() == 1 ? std::uint8_t{0} : file[file.size() - 2];
  const auto low = file.size() == 1 ? static_cast<std::uint8_t>(file[0] >> 3) : file.back();
  const KeyTag first = layout_->learned.tag;
  const KeyTag second = first == KeyTag::kFile ? KeyTag::kReference : KeyTag::kFile;
  SHOMEI_TRY(const StatusWord status,
             send(std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(first), 2, high, low}));
  if (status != sw::kWrongData && status != sw::kReferenceNotFound) {
    return status;
  }
  SHOMEI_TRY(const StatusWord other,
             send(std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(second), 2, high, low}));
  if (other.ok()) {
    layout_->learned.tag = second;
  }
  return other;
}

Result<Bytes> HpkiApplication::sign(Channel& channel, DigestAlgorithm algorithm, ByteView digest) const {
  SHOMEI_CHECK(digest.size() == digest_size(algorithm));
  const Bytes info = digest_info(algorithm, digest);
  const std::size_t modulus = layout_->modulus_bytes;
  Bytes block = info;
  if (!layout_->card_pads) {  // 00 01 FF … FF 00 DigestInfo (RFC 8017, 9.2)
    block.assign(modulus - info.size(), 0xFF);
    block.front() = 0x00;
    block[1] = 0x01;
    block.back() = 0x00;
    block.insert(block.end(), info.begin(), info.end());
  }
  SHOMEI_TRY(select(channel));
  for (bool again : {channel.session().key_set, false}) {
    if (!channel.session().key_set) {
      SHOMEI_TRY(const StatusWord status, set_key(channel));
      if (!status.ok()) {
        return refused("MSE SET", status);
      }
    }
    SHOMEI_TRY(Response response, channel.transmit({.ins = 0x2A,
                                                    .p1 = 0x9E,
                                                    .p2 = 0x9A,
                                                    .data = block,
                                                    .expected = block.size() > 255 || modulus > 256 ? kAll : 256}));
    if (again && response.status() == sw::kConditions) {
      channel.session().key_set = false;  // the card forgets its security environment: once more
      continue;
    }
    if (response.status().ok() && layout_->key.user_consent) {
      channel.session().pin_verified = false;
    }
    SHOMEI_TRY(Bytes signature, std::move(response).data("PSO: COMPUTE DIGITAL SIGNATURE"));
    if (signature.size() != modulus) {
      return fail(Code::kCryptoFailed,
                  fmt::format("signature of {} bytes from a key of {}", signature.size(), modulus));
    }
    return signature;
  }
  return fail(Code::kInternal);
}

}  // namespace shomei::cards
