#include "auth/x509/ocsp_cache.h"

#include <algorithm>

namespace shomei::auth {

std::optional<OcspCache::Entry> OcspCache::find(const OcspCertId& id, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return std::nullopt;
  }
  if (found->second.until < now) {
    entries_.erase(found);
    return std::nullopt;
  }
  return found->second;
}

void OcspCache::keep(const OcspCertId& id, Entry entry) {
  const std::lock_guard lock(mutex_);
  entries_.insert_or_assign(id, std::move(entry));
  if (entries_.size() > capacity_) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.until; }));
  }
}

std::size_t OcspCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace shomei::auth
