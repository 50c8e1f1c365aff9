#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/store/store.h"

namespace shomei::server {

/// A fresh, empty database of one engine; gone with the object.
class FreshDatabase {
 public:
  explicit FreshDatabase(const std::string& engine);
  ~FreshDatabase();
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;
  const StoreOptions& options() const { return options_; }

 private:
  StoreOptions options_;
  std::filesystem::path folder_;
};

/// sqlite3, and postgresql where Debian's server package is there. A private PostgreSQL cluster is started with the
/// first database and stopped at the end of the program.
std::vector<std::string> engines();

}  // namespace shomei::server
