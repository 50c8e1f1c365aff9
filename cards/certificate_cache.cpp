#include "cards/certificate_cache.h"

#include <algorithm>

#include "cards/card_file.h"
#include "cards/hpki_layout.h"

namespace shomei::cards {

std::vector<HpkiApplication> CertificateCache::candidates(ByteView atr, Use use, ByteView aid) const {
  const std::scoped_lock lock(mutex_);
  std::vector<HpkiApplication> found;
  for (const Entry& entry : entries_) {
    const HpkiLayout& layout = entry.application.layout();
    if (std::ranges::equal(entry.atr, atr) && layout.use == use && std::ranges::equal(layout.aid, aid) &&
        layout.identity_bytes <= 256) {
      found.push_back(entry.application);
    }
  }
  return found;
}

Result<std::optional<HpkiApplication>> CertificateCache::recognise(Channel& channel, Use use, ByteView aid) const {
  const auto known = candidates(channel.traits().atr, use, aid);
  if (known.empty()) {
    return std::nullopt;
  }
  const cia::Path& file = known.front().layout().certificate_file;
  std::size_t longest = 0;
  for (const HpkiApplication& each : known) {
    longest = std::max(longest, each.layout().identity_bytes);
  }
  const auto start = read_card_file_start(channel, file, longest);
  if (!start) {
    return start.error().code == Code::kCardStatus ? Result<std::optional<HpkiApplication>>(std::nullopt)
                                                   : std::unexpected(start.error());
  }
  for (const HpkiApplication& each : known) {
    const ByteView identity = ByteView(each.layout().certificate).first(each.layout().identity_bytes);
    if (each.layout().certificate_file == file && start->size() >= identity.size() &&
        std::ranges::equal(ByteView(*start).first(identity.size()), identity)) {
      return each;
    }
  }
  return std::nullopt;
}

void CertificateCache::remember(ByteView atr, const HpkiApplication& application) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) {
    return entry.application.use() == application.use() &&
           std::ranges::equal(entry.application.certificate(), application.certificate());
  });
  entries_.push_front({to_bytes(atr), application});
  if (entries_.size() > most_) {
    entries_.pop_back();
  }
}

}  // namespace shomei::cards
