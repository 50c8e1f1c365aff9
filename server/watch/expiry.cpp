#include "server/watch/expiry.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace shomei::server {
namespace {

constexpr std::chrono::hours kDay{24};

Expiring entry_of(std::string kind, const auth::Certificate& certificate, std::string of) {
  const auth::CertificateFacts& facts = certificate.facts();
  return {.kind = std::move(kind),
          .sha256 = facts.sha256,
          .subject = facts.subject,
          .of = std::move(of),
          .not_after = facts.not_after};
}

void add_cas(const TrustSnapshot& trust, std::vector<Expiring>& found) {
  for (const TrustSnapshot::Ca& ca : trust.cas) {
    const char* kind = ca.record.use == "timestamp" ? "tsa" : ca.certificate.facts().self_issued ? "anchor" : "ca";
    found.push_back(entry_of(kind, ca.certificate, ca.record.use));
  }
}

Result<void> add_file(const WatchedFile& watched, std::vector<Expiring>& found) {
  constexpr std::size_t kMaxFile = 1U << 20;
  SHOMEI_TRY(const Bytes content, read_file(watched.file, kMaxFile));
  SHOMEI_TRY(const auto ders, pem_or_der(content, {"CERTIFICATE"}));
  for (const Bytes& der : ders) {
    SHOMEI_TRY(const auth::Certificate certificate, auth::Certificate::parse(der));
    found.push_back(entry_of(watched.kind, certificate, watched.file.filename()));
  }
  return {};
}

/// A renewed card's certificate takes the place of the one before.
Result<void> add_people(Store& store, std::vector<Expiring>& found) {
  constexpr std::size_t kPage = 500;
  std::map<std::pair<std::string, std::string>, Expiring> longest;
  std::string after;
  for (std::size_t count = kPage; count == kPage;) {
    SHOMEI_TRY(const auto used, store.used_certificates(Time{}, after, kPage));
    count = used.size();
    for (const UsedCertificate& one : used) {
      after = one.sha256;
      SHOMEI_TRY(const auth::Certificate certificate, auth::Certificate::parse(one.der));
      Expiring entry = entry_of("person", certificate, one.person);
      if (one.granted > 0) {
        auto& kept = longest.try_emplace({one.person, one.use}, entry).first->second;
        kept = kept.not_after < entry.not_after ? std::move(entry) : kept;
      }
    }
  }
  for (auto& [person, entry] : longest) {
    found.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

std::int64_t days_left(const Expiring& one, Time now) {
  return std::chrono::floor<std::chrono::days>(one.not_after - now).count();
}

std::optional<int> threshold_of(const Expiring& one, Time now) {
  if (one.not_after < now) {
    return 0;
  }
  std::optional<int> reached;
  for (const int days : kExpiryDays) {
    reached = one.not_after - now <= days * kDay ? days : reached;
  }
  return reached;
}

Result<std::vector<Expiring>> expiring(Store& store, const TrustSnapshot& trust, const std::vector<WatchedFile>& files,
                                       Time now, int days) {
  std::vector<Expiring> found;
  add_cas(trust, found);
  SHOMEI_TRY(add_people(store, found));
  for (const WatchedFile& watched : files) {
    SHOMEI_TRY(add_file(watched, found));
  }
  std::erase_if(found, [&](const Expiring& one) { return one.not_after - now > days * kDay; });
  std::ranges::sort(found, {},
                    [](const Expiring& one) { return std::tuple(one.not_after, one.kind, one.sha256, one.of); });
  return found;
}

OrderedJson to_json(const Expiring& one, Time now) {
  return {{"kind", one.kind},
          {"subject", one.subject},
          {"of", one.of},
          {"not_after", to_rfc3339(one.not_after)},
          {"days", days_left(one, now)},
          {"sha256", one.sha256}};
}

}  // namespace shomei::server
