#include "agent/events.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "http/message.h"

namespace shomei::agent {

Result<std::shared_ptr<http::EventStream>> EventBus::subscribe() {
  const std::scoped_lock lock(mutex_);
  drop_closed();
  if (streams_.size() >= most_) {
    return fail(Code::kAgentTooMany, fmt::format("{} event streams are open", streams_.size()));
  }
  streams_.push_back(std::make_shared<http::EventStream>());
  return streams_.back();
}

void EventBus::publish(std::string_view name, const Json& data) {
  const std::string line = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::scoped_lock lock(mutex_);
  for (const auto& stream : streams_) {
    stream->send(name, line);
  }
  drop_closed();
}

void EventBus::drop_closed() {
  std::erase_if(streams_, [](const auto& stream) { return stream->closed(); });
}

}  // namespace shomei::agent
