#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "server/metrics/metrics.h"
#include "server/store/store.h"

namespace shomei::server {

/// What administrators should hear of.
struct Notice {
  /// Object and threshold: each is told once.
  std::string key{};
  /// "crl.level", "crl.fetch", "expiry", "timestamp.away".
  std::string kind{};
  log::Level level = log::Level::kWarn;
  std::string en{};
  std::string ja{};
  /// Particulars.
  OrderedJson object = OrderedJson::object();
};

/// Tells each notice once, also over restarts and from several servers on one store: a line in the log, and for the
/// webhook, where there is one, a record that waits for it. From any thread.
class Notices {
 public:
  Notices(Store& store, const Clock& clock, bool webhook) : store_(store), clock_(clock), webhook_(webhook) {}
  /// Never fails for the caller: what cannot be recorded is logged.
  void tell(const Notice& notice);
  /// Called after each new one. Set it before others use this.
  void on_new(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  Store& store_;
  const Clock& clock_;
  const bool webhook_;
  std::function<void()> wake_;
};

}  // namespace shomei::server
