#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace shomei::http {
class EventStream;
}

namespace shomei::agent {

/// Hands each event to everybody who listens. A listener who has gone or does not read is dropped by its stream, so
/// memory stays bounded. From any thread.
class EventBus {
 public:
  explicit EventBus(std::size_t most_streams) : most_(most_streams) {}
  /// Errors: agent.too_many.
  Result<std::shared_ptr<http::EventStream>> subscribe();
  /// `name` as in the table of docs/integrate.md ("card-inserted", …); `data` goes out as JSON on one line.
  void publish(std::string_view name, const Json& data);

 private:
  void drop_closed();
  std::size_t most_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<http::EventStream>> streams_;
};

}  // namespace shomei::agent
