#pragma once

#include "tests/vcard/apdu.h"
#include "tests/vcard/profile.h"

namespace vcard {

using FileId = std::uint16_t;

// What differs between the cards that the field has, as data.
struct Shape {
  ShapeName name;
  // files
  FileId key_directory, certificate_directory, pin_directory;  // EF.PrKD, EF.CD, EF.AOD
  FileId certificate, first_ca, key, pin;
  bool has_dir;         // EF.DIR under the MF, and SELECT by path and with FCI
  bool one_byte_paths;  // efidOrPath holds SFI x 8, and every file has an SFI
  bool has_filler;      // files are longer than their content
  bool ca_first;        // order in EF.CD
  // references
  std::uint8_t pin_reference, auth_id, key_id;
  Bytes mse_data;  // what MSE SET DST must carry
  // behaviour
  bool card_pads;                // PSO:CDS takes a DigestInfo
  bool keeps_status;             // selecting the same application again keeps its security status
  Status blocked;                // VERIFY against a blocked PIN
  std::string_view issuer_data;  // historical bytes, tag 5
};

const Shape& shape_of(ShapeName name);
inline constexpr FileId kObjectDirectory = 0x5031, kCiaInfo = 0x5032;  // fixed by ISO/IEC 7816-15
inline constexpr std::uint8_t kObjectDirectorySfi = 0x11, kCiaInfoSfi = 0x12;

View aid_of(Use use);
Bytes default_atr(const Shape& shape, bool extended_length);

}  // namespace vcard
