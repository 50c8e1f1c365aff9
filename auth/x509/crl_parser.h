#pragma once

#include <utility>
#include <vector>

#include "auth/x509/crl.h"
#include "auth/x509/crl_index.h"
#include "base/der.h"

namespace shomei::auth {

/// A CRL taken apart, its entries left alone; views into its DER.
struct CrlParts {
  ByteView to_be_signed{};
  /// AlgorithmIdentifier and BIT STRING, whole.
  ByteView algorithm{};
  ByteView signature{};
  ByteView issuer{};
  /// Value of issuingDistributionPoint, empty where it is absent.
  ByteView distribution_point{};
  /// Content of revokedCertificates, and a reader of it; empty where it is absent.
  ByteView entries{};
  der::Reader entries_reader{ByteView()};
  CrlFacts facts{};
};

/// What all entries together say beside their serial numbers. Offsets are those of CrlParts::entries.
struct CrlEntries {
  std::size_t count = 0;
  /// OIDs.
  std::vector<std::string> unknown_critical{};
  /// Indirect lists (RFC 5280 5.3.3): from the entry at `first` on, certificates of issuer number `second`; numbers
  /// begin with 1, 0 is the list's own issuer.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> changes{};
  /// Offset and size of each issuer's GeneralNames, no two of them equal.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> issuers{};

  /// Number of the issuer whose certificate the entry at this offset speaks of.
  std::uint32_t issuer_of(std::uint32_t offset) const;
};

inline constexpr std::size_t kMaxCertificateIssuers = 4096;

/// Errors: der.malformed with the byte offset.
Result<CrlParts> take_apart(ByteView der);

/// Reads every entry once and puts it into the index. Errors: der.malformed with the byte offset.
Result<CrlEntries> read_entries(const CrlParts& parts, CrlIndex& index);

/// Serial number (content octets) of the entry that begins at this offset of `entries`; empty where there is none.
ByteView entry_serial(ByteView entries, std::uint32_t offset);
/// The entry itself, which `read_entries` has read.
CrlEntry entry_at(ByteView entries, std::uint32_t offset);

}  // namespace shomei::auth
