#pragma once

#include <map>
#include <mutex>

#include "auth/x509/ocsp.h"

namespace shomei::auth {

/// Answers by the whole CertID: hash algorithm, hashes of the issuer's name and key, serial number. Bounded; from any
/// thread.
class OcspCache {
 public:
  struct Entry {
    OcspResponse response;
    Time this_update{};
    Time fetched_at{};
    /// In force until then.
    Time until{};
  };

  explicit OcspCache(std::size_t capacity = 4096) : capacity_(capacity) {}

  /// Nothing where none is kept that is in force at `now`.
  std::optional<Entry> find(const OcspCertId& id, Time now);
  /// Replaces what was known of the certificate. A full cache lets go of the entry that ends first.
  void keep(const OcspCertId& id, Entry entry);
  std::size_t size() const;

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<OcspCertId, Entry> entries_;
};

}  // namespace shomei::auth
