#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "auth/x509/validate.h"

namespace shomei::auth {

/// A path that was accepted, with all that was said of it apart from revocation.
struct PathVerdict {
  ValidationReport report{};
  /// What the verdict rests on does not change within [from, until): validity of each certificate, dates of algorithms.
  Time from{};
  Time until{};
};

/// The moments around `at` between which a verdict on the path stays the same.
PathVerdict bounded(ValidationReport report, const ProfileSet& profiles, Time at);

/// Verdicts of one trust: a cache serves one set of anchors, chain, profiles and options (`at` and `purpose` aside) and
/// is thrown away with it. Bounded; from any thread.
class PathCache {
 public:
  explicit PathCache(std::size_t capacity = 8192) : capacity_(capacity) {}

  /// `sha256`: of the end entity's DER, lower-case hexadecimal. Nothing where no verdict covers `at`.
  std::shared_ptr<const PathVerdict> find(const std::string& sha256, Purpose purpose, Time at) const;
  void keep(const std::string& sha256, Purpose purpose, PathVerdict verdict);
  std::size_t size() const;

 private:
  using Key = std::string;
  static Key key(const std::string& sha256, Purpose purpose);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Key, std::shared_ptr<const PathVerdict>> verdicts_;
};

}  // namespace shomei::auth
