#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

/// Cryptographic information application: the files that say where keys, PINs and certificates are (ISO/IEC 7816-15).
/// Input is the content of a file: DER elements one after the other, the end filled with 00 or FF. Errors of all:
/// card.file_malformed naming the file.
namespace shomei::cards::cia {

/// Objects in one file; more means that the file is not what it should be.
inline constexpr std::size_t kMaxObjects = 32;

/// Path (8.2.5). `file` has one byte: SFI x 8; two: file identifier; more: path of file identifiers.
struct Path {
  Bytes file = {};
  std::size_t index = 0;
  std::optional<std::size_t> length = {};
  friend bool operator==(const Path&, const Path&) = default;
};

/// EF.OD (8.3): files of the kinds that are of use here.
struct ObjectDirectory {
  std::vector<Path> private_keys;
  std::vector<Path> certificates;
  std::vector<Path> auth_objects;
};
Result<ObjectDirectory> parse_object_directory(ByteView file);

struct PrivateKey {
  std::string label = {};
  Bytes auth_id = {};
  Bytes id = {};
  /// userConsent is present: the card wants the PIN before each use.
  bool user_consent = false;
  std::optional<std::uint8_t> reference = {};
  std::vector<std::uint32_t> algorithms = {};
  Path path = {};
};
/// EF.PrKD (8.4): RSA keys; others are left out.
Result<std::vector<PrivateKey>> parse_private_keys(ByteView file);

struct Certificate {
  std::string label = {};
  Bytes id = {};
  bool authority = false;
  Path path = {};
};
/// EF.CD (8.7): X.509 certificates in files; others are left out.
Result<std::vector<Certificate>> parse_certificates(ByteView file);

struct Password {
  std::string label = {};
  Bytes auth_id = {};
  std::size_t min_length = 0;
  std::size_t stored_length = 0;
  std::size_t max_length = 0;
  /// P2 of VERIFY.
  std::uint8_t reference = 0;
  /// needs-padding: fill up to stored_length with this.
  std::optional<std::uint8_t> pad = {};
  std::optional<Path> path = {};
};
/// EF.AOD (8.9): passwords that are neither unblocking nor security officer's.
Result<std::vector<Password>> parse_auth_objects(ByteView file);

/// EF.CIAInfo (8.10): references of the algorithms that pad as PKCS #1 v1.5 in the card, i.e. take a DigestInfo
/// (CKM_RSA_PKCS with compute-signature).
Result<std::vector<std::uint32_t>> parse_padding_algorithms(ByteView file);

}  // namespace shomei::cards::cia
