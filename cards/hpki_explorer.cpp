#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cards/card_file.h"
#include "cards/certificate_look.h"
#include "cards/hpki_layout.h"

namespace shomei::cards {
namespace {

constexpr std::size_t kMinModulus = 128, kMaxModulus = 512;

/// The two files whose places ISO/IEC 7816-15 fixes (8.1).
struct FixedFile {
  std::uint8_t short_identifier;
  std::array<std::uint8_t, 2> identifier;
};
constexpr FixedFile kObjectDirectory{0x11, {0x50, 0x31}}, kCiaInfo{0x12, {0x50, 0x32}};

class Explorer {
 public:
  Explorer(Channel& channel, Use use, Bytes aid)
      : channel_(channel),
        layout_(std::make_shared<HpkiLayout>()),
        short_identifiers_work_(channel.traits().short_identifiers) {
    layout_->use = use;
    layout_->aid = std::move(aid);
  }

  Result<std::optional<HpkiApplication>> explore() {
    SHOMEI_TRY(const Bytes directory, fixed_file(kObjectDirectory));
    SHOMEI_TRY(const cia::ObjectDirectory files, cia::parse_object_directory(directory));
    SHOMEI_TRY(find_key_and_certificate(files));
    SHOMEI_TRY(const bool right_use, read_certificate());
    if (!right_use) {
      return std::nullopt;
    }
    SHOMEI_TRY(find_pin(files));
    SHOMEI_TRY(find_padding());
    layout_->learned.tag = layout_->key.path.file.size() == 1 ? KeyTag::kFile : KeyTag::kReference;
    return HpkiApplication(layout_);
  }

 private:
  Result<Bytes> fixed_file(const FixedFile& file) {
    if (short_identifiers_work_) {
      const cia::Path path{.file = {static_cast<std::uint8_t>(file.short_identifier << 3)}};
      auto content = read_card_file(channel_, path, Extent::kAllElements);
      if (content || content.error().code != Code::kCardStatus) {
        return content;
      }
      short_identifiers_work_ = false;
    }
    return read_card_file(channel_, {.file = to_bytes(file.identifier)}, Extent::kAllElements);
  }

  template <class Object>
  Result<std::vector<Object>> objects(const std::vector<cia::Path>& files,
                                      Result<std::vector<Object>> (*parse)(ByteView)) {
    std::vector<Object> all;
    for (const cia::Path& file : files) {
      SHOMEI_TRY(const Bytes content, read_card_file(channel_, file, Extent::kAllElements));
      SHOMEI_TRY(auto some, parse(content));
      all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    return all;
  }

  // The key is the one that a certificate belongs to: the same iD (ISO/IEC 7816-15, 8.2.13).
  Result<void> find_key_and_certificate(const cia::ObjectDirectory& files) {
    SHOMEI_TRY(auto keys, objects(files.private_keys, cia::parse_private_keys));
    SHOMEI_TRY(auto certificates, objects(files.certificates, cia::parse_certificates));
    for (cia::PrivateKey& key : keys) {
      const auto own = std::ranges::find_if(
          certificates, [&](const cia::Certificate& each) { return !each.authority && each.id == key.id; });
      if (own != certificates.end()) {
        layout_->certificate_file = own->path;
        layout_->key = std::move(key);
        certificates.erase(own);
        std::ranges::transform(certificates, std::back_inserter(layout_->ca_files), &cia::Certificate::path);
        return {};
      }
    }
    return fail(Code::kCardFileMalformed, fmt::format("{} keys, none with a certificate", keys.size()));
  }

  /// Whether the certificate is for the wanted use.
  Result<bool> read_certificate() {
    SHOMEI_TRY(layout_->certificate, read_card_file(channel_, layout_->certificate_file, Extent::kOneElement));
    SHOMEI_TRY(const CertificateLook look, look_at_certificate(layout_->certificate));
    if (look.is_ca) {
      return fail(Code::kCardFileMalformed, "the key's certificate is a CA certificate");
    }
    if (look.modulus_bytes < kMinModulus || look.modulus_bytes > kMaxModulus) {
      return fail(Code::kKeyUnsuitable, fmt::format("RSA modulus of {} bytes", look.modulus_bytes));
    }
    layout_->modulus_bytes = look.modulus_bytes;
    layout_->identity_bytes = look.identity_bytes;
    return look.non_repudiation == (layout_->use == Use::kSignature);
  }

  Result<void> find_pin(const cia::ObjectDirectory& files) {
    SHOMEI_TRY(auto pins, objects(files.auth_objects, cia::parse_auth_objects));
    const auto own = std::ranges::find(pins, layout_->key.auth_id, &cia::Password::auth_id);
    if (own == pins.end()) {
      return fail(Code::kCardFileMalformed, "EF.AOD has no PIN for the key");
    }
    if (own->max_length < own->min_length || (own->pad && own->stored_length > Pin::kMaxLength)) {
      return fail(Code::kCardFileMalformed, "lengths of the PIN in EF.AOD");
    }
    layout_->pin = std::move(*own);
    return {};
  }

  // A key that names no algorithm is promised nothing: the card does the bare RSA operation (JAHIS 24-002, C.6).
  Result<void> find_padding() {
    if (layout_->key.algorithms.empty()) {
      return {};
    }
    SHOMEI_TRY(const Bytes info, fixed_file(kCiaInfo));
    SHOMEI_TRY(const auto padding, cia::parse_padding_algorithms(info));
    layout_->card_pads = std::ranges::find_first_of(layout_->key.algorithms, padding) != layout_->key.algorithms.end();
    return {};
  }

  Channel& channel_;
  std::shared_ptr<HpkiLayout> layout_;
  bool short_identifiers_work_;
};

}  // namespace

Result<std::optional<HpkiApplication>> explore_application(Channel& channel, Use use, Bytes aid) {
  return Explorer(channel, use, std::move(aid)).explore();
}

}  // namespace shomei::cards
