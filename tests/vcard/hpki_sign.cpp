// VERIFY (ISO/IEC 7816-4, 11.6.6), MANAGE SECURITY ENVIRONMENT (11.6.11) and PSO: COMPUTE DIGITAL SIGNATURE (ISO/IEC
// 7816-8, 11.4).

#include "tests/vcard/hpki_chip.h"

#include <algorithm>
#include <array>

namespace vcard {
namespace {

// RFC 8017, 9.2 note 1: DigestInfo up to the digest, and the digest's length is the last byte.
constexpr std::array<std::uint8_t, 19> kSha256{0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                               0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
constexpr std::array<std::uint8_t, 19> kSha384{0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                               0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30};
constexpr std::array<std::uint8_t, 19> kSha512{0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                               0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};

bool is_digest_info(View data) {
  return std::ranges::any_of(std::array<View, 3>{kSha256, kSha384, kSha512}, [&](View prefix) {
    return starts_with(data, prefix) && data.size() == prefix.size() + prefix.back();
  });
}

// EMSA-PKCS1-v1_5: 00 01 FF… 00 DigestInfo, kModulus bytes in all.
Bytes padded(View digest_info) {
  Bytes block(kModulus - digest_info.size(), 0xFF);
  block[0] = 0x00;
  block[1] = 0x01;
  block.back() = 0x00;
  append(block, digest_info);
  return block;
}

bool is_padded(View block) {
  for (const View prefix : std::array<View, 3>{kSha256, kSha384, kSha512}) {
    const View last = block.last(prefix.size() + prefix.back());
    if (is_digest_info(last)) {
      return std::ranges::equal(block, padded(last));
    }
  }
  return false;
}

}  // namespace

bool HpkiChip::names_pin(std::uint8_t p2) const {
  return p2 == shape_.pin_reference || (p2 == 0 && file_ != nullptr && file_->id == shape_.pin);
}

Answer HpkiChip::verify(const Command& command) {
  if (command.p1 != 0) {
    return Status::wrong_p1_p2;
  }
  Application* application = current();
  if (application == nullptr) {
    return Status::no_reference_data;
  }
  if (command.p2 == 0 && file_ != nullptr && file_->id != shape_.pin) {
    return Status::wrong_file_type;
  }
  if (!names_pin(command.p2)) {
    return Status::no_reference_data;
  }
  if (command.data.empty()) {
    if (command.le != 0) {
      return Status::wrong_length;
    }
    if (application->verified) {
      return Status::ok;
    }
    if (application->tries == 0) {
      return shape_.blocked;
    }
    return profile_.hide_tries ? Status::mismatch : tries_left(application->tries);
  }
  if (command.le != 0 || command.data.size() < kMinPin || command.data.size() > kMaxPin) {
    return Status::wrong_length;
  }
  return compare_pin(*application, command.data);
}

Answer HpkiChip::compare_pin(Application& application, View pin) {
  if (application.tries == 0) {
    return shape_.blocked;
  }
  application.verified = to_text(pin) == application.pin;
  if (application.verified) {
    application.tries = application.max_tries;
    return Status::ok;
  }
  --application.tries;
  ++counts_.wrong_pins;
  return profile_.hide_tries ? Status::mismatch : tries_left(application.tries);
}

Answer HpkiChip::manage_security_environment(const Command& command) {
  if (command.p1 != 0x41 || command.p2 != 0xB6) {
    return Status::wrong_p1_p2;
  }
  if (command.le != 0 || command.data.empty()) {
    return Status::wrong_length;
  }
  const Application* application = current();
  if (application == nullptr) {
    return Status::conditions;
  }
  if (!profile_.mse_before_verify && !application->verified) {
    return Status::security_status;
  }
  View data = command.data;
  const Bytes key_file{0x81, 0x02, static_cast<std::uint8_t>(shape_.key >> 8U), static_cast<std::uint8_t>(shape_.key)};
  if (shape_.card_pads && starts_with(data, key_file)) {
    data = data.subspan(key_file.size());  // OpenSC names the file and the key
  }
  const Bytes& want = shape_.mse_data;
  if (data.size() < 2 || data[1] != data.size() - 2) {
    return Status::tlv_length;
  }
  if (data[0] != want[0]) {
    return Status::wrong_data;
  }
  if (data.size() != want.size()) {
    return Status::tlv_length;
  }
  if (!std::ranges::equal(data, want)) {
    return Status::no_reference_data;
  }
  key_set_ = true;
  return Status::ok;
}

std::optional<Bytes> HpkiChip::block_to_sign(View data) const {
  if (shape_.card_pads) {
    return is_digest_info(data) ? std::optional(padded(data)) : std::nullopt;
  }
  return is_padded(data) ? std::optional(Bytes(data.begin(), data.end())) : std::nullopt;
}

Answer HpkiChip::compute_signature(const Command& command) {
  if (command.p1 != 0x9E || command.p2 != 0x9A) {
    return Status::wrong_p1_p2;
  }
  Application* application = current();
  if (application == nullptr || !key_set_) {
    return Status::conditions;
  }
  if (!application->verified) {
    return Status::security_status;
  }
  const std::size_t size = command.data.size();
  const bool right_size = shape_.card_pads ? size == 51 || size == 67 || size == 83 : size == kModulus;
  if (!right_size || command.le < kModulus) {
    return Status::wrong_length;
  }
  const auto block = block_to_sign(command.data);
  if (!block) {
    return Status::wrong_data;
  }
  const auto signature = rsa_private(*application->credential.key, *block);
  if (application->use == Use::signature) {
    application->verified = false;  // userConsent 1
  }
  if (!signature) {
    return Status::broken;
  }
  ++counts_.signatures;
  return {*signature, Status::ok};
}

}  // namespace vcard
