#include "auth/x509/path_cache.h"

#include <algorithm>

namespace shomei::auth {

PathVerdict bounded(ValidationReport report, const ProfileSet& profiles, Time at) {
  PathVerdict verdict{.report = std::move(report), .from = Time::min(), .until = Time::max()};
  const auto edge = [&](Time time) {
    (time <= at ? verdict.from : verdict.until) =
        time <= at ? std::max(verdict.from, time) : std::min(verdict.until, time);
  };
  for (const Certificate& certificate : verdict.report.path) {
    edge(certificate.facts().not_before);
    // notAfter itself is still within the period (RFC 5280 4.1.2.5).
    edge(certificate.facts().not_after + std::chrono::seconds(1));
  }
  for (const Time time : profiles.algorithms.edges()) {
    edge(time);
  }
  return verdict;
}

PathCache::Key PathCache::key(const std::string& sha256, Purpose purpose) {
  return sha256 + static_cast<char>('0' + static_cast<int>(purpose));
}

std::shared_ptr<const PathVerdict> PathCache::find(const std::string& sha256, Purpose purpose, Time at) const {
  const Key wanted = key(sha256, purpose);
  const std::scoped_lock lock(mutex_);
  const auto found = verdicts_.find(wanted);
  const bool covers = found != verdicts_.end() && found->second->from <= at && at < found->second->until;
  return covers ? found->second : nullptr;
}

void PathCache::keep(const std::string& sha256, Purpose purpose, PathVerdict verdict) {
  auto shared = std::make_shared<const PathVerdict>(std::move(verdict));
  const std::scoped_lock lock(mutex_);
  if (verdicts_.size() >= capacity_) {
    // Any one: the map's order does not depend on who comes often, so no stranger can drive out a chosen entry.
    verdicts_.erase(verdicts_.begin());
  }
  verdicts_.insert_or_assign(key(sha256, purpose), std::move(shared));
}

std::size_t PathCache::size() const {
  const std::scoped_lock lock(mutex_);
  return verdicts_.size();
}

}  // namespace shomei::auth
