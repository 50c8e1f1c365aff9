#include "tests/vcard/shape.h"

#include <array>

namespace vcard {
namespace {

using Aid = std::array<std::uint8_t, 16>;
constexpr Aid kSignatureAid{0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xA0, 0, 0, 0x03, 0x91, 0, 0, 0, 0, 0, 0x01};
constexpr Aid kAuthenticationAid{0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xA0, 0, 0, 0x03, 0x91, 0, 0, 0, 0, 0, 0x02};

const Shape kJma{.name = ShapeName::jma,
                 .key_directory = 0x0002,
                 .certificate_directory = 0x0004,
                 .pin_directory = 0x0001,
                 .certificate = 0x0016,
                 .first_ca = 0x0017,
                 .key = 0x000C,
                 .pin = 0x0008,
                 .has_dir = false,
                 .one_byte_paths = false,
                 .has_filler = true,
                 .ca_first = true,
                 .pin_reference = 0x88,
                 .auth_id = 0x08,
                 .key_id = 0x0C,
                 .mse_data = {0x84, 0x02, 0x00, 0x0C},
                 .card_pads = false,
                 .keeps_status = false,
                 .blocked = Status::method_blocked,
                 .issuer_data = "SHOMEI"};

const Shape kGuideline{.name = ShapeName::guideline,
                       .key_directory = 0x0014,
                       .certificate_directory = 0x0015,
                       .pin_directory = 0x0013,
                       .certificate = 0x0018,
                       .first_ca = 0x0019,
                       .key = 0x0017,
                       .pin = 0x0016,
                       .has_dir = false,
                       .one_byte_paths = true,
                       .has_filler = false,
                       .ca_first = false,
                       .pin_reference = 0x96,
                       .auth_id = 0x16,
                       .key_id = 0x17,
                       .mse_data = {0x81, 0x02, 0x00, 0x17},
                       .card_pads = false,
                       .keeps_status = false,
                       .blocked = Status::reference_data_unusable,
                       .issuer_data = "SHOMEI"};

const Shape kOpensc{.name = ShapeName::opensc,
                    .key_directory = 0x4402,
                    .certificate_directory = 0x4403,
                    .pin_directory = 0x4401,
                    .certificate = 0x4331,
                    .first_ca = 0x4332,
                    .key = 0x4301,
                    .pin = 0x4300,
                    .has_dir = true,
                    .one_byte_paths = false,
                    .has_filler = false,
                    .ca_first = false,
                    .pin_reference = 0x81,
                    .auth_id = 0x01,
                    .key_id = 0x45,
                    .mse_data = {0x84, 0x01, 0x01},
                    .card_pads = true,
                    .keeps_status = true,
                    .blocked = Status::method_blocked,
                    .issuer_data = "SHOMEI OS"};

}  // namespace

const Shape& shape_of(ShapeName name) {
  switch (name) {
    case ShapeName::jma: return kJma;
    case ShapeName::guideline: return kGuideline;
    case ShapeName::opensc: return kOpensc;
  }
  return kJma;
}

View aid_of(Use use) {
  return use == Use::signature ? kSignatureAid : kAuthenticationAid;
}

// ISO/IEC 7816-3: TS, T0, TD1 (T=1), TD2 (T=1), TA3 (IFSC), TB3, historical bytes, TCK.
// ISO/IEC 7816-4, 12.1.1: category 80, card capabilities 73 (DF by full and partial name, SFI; chaining, extended
// length), issuer's data 5x.
Bytes default_atr(const Shape& shape, bool extended_length) {
  const std::uint8_t selection = shape.has_dir ? 0xC0 : 0xC4;  // bit 3: short identifiers
  Bytes history{0x80, 0x73, selection, 0x01, static_cast<std::uint8_t>(extended_length ? 0xC0 : 0x80)};
  history.push_back(static_cast<std::uint8_t>(0x50U | shape.issuer_data.size()));
  history.insert(history.end(), shape.issuer_data.begin(), shape.issuer_data.end());
  Bytes atr{0x3B, static_cast<std::uint8_t>(0x80U | history.size()), 0x81, 0x31, 0xFE, 0x45};
  append(atr, history);
  std::uint8_t check = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) {
    check ^= atr[i];
  }
  atr.push_back(check);
  return atr;
}

}  // namespace vcard
