#pragma once

#include <soci/soci.h>

#include <mutex>
#include <string>

#include "base/result.h"
#include "server/store/store.h"

namespace shomei::server {

enum class Engine : std::uint8_t { kSqlite, kPostgresql };

/// One connection, one statement at a time.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const StoreOptions& options);

  Engine engine() const { return engine_; }
  /// Runs `work(soci::session&)`, which returns a Result, and turns what SOCI throws into Errors.
  template <class Work>
  auto read(Work&& work) -> decltype(work(std::declval<soci::session&>())) {
    const std::scoped_lock lock(mutex_);
    try {
      return work(session_);
    } catch (const std::exception& exception) {
      return std::unexpected(translate(exception));
    }
  }
  /// The same in a transaction that is committed when the work succeeds and rolled back when not.
  template <class Work>
  Result<void> write(Work&& work) {
    const std::scoped_lock lock(mutex_);
    try {
      session_ << begin();
      Result<void> result = work(session_);
      session_ << (result ? "COMMIT" : "ROLLBACK");
      return result;
    } catch (const std::exception& exception) {
      Error error = translate(exception);
      roll_back();
      return std::unexpected(std::move(error));
    }
  }

 private:
  explicit Database(Engine engine) : engine_(engine) {}
  const char* begin() const;
  Error translate(const std::exception& exception);
  void roll_back() noexcept;

  const Engine engine_;
  std::mutex mutex_;
  soci::session session_;
};

}  // namespace shomei::server
