#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auth/x509/crl.h"

namespace shomei::server {

/// Lists in files of the state folder, each DER with its index beside it, so that a long list takes no memory but its
/// index and a restart reads no entries. The store has the same lists; what is missing or damaged here is made again.
class CrlFiles {
 public:
  /// An empty name: no files, lists stay in memory.
  explicit CrlFiles(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  /// The list of that SHA-256, or nothing where its files are not there or not right.
  std::optional<auth::Crl> open(const std::string& sha256) const;
  /// The same list on files that are written now. Errors: output.failed, storage.full, input.*.
  Result<auth::Crl> keep(const auth::Crl& crl) const;
  /// Removes the files of all lists but these.
  void remove_others(const std::vector<std::string>& sha256) const;

 private:
  std::filesystem::path der(const std::string& sha256) const { return folder_ / (sha256 + ".crl"); }
  std::filesystem::path index(const std::string& sha256) const { return folder_ / (sha256 + ".index"); }

  std::filesystem::path folder_;
};

}  // namespace shomei::server
