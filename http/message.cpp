#include "http/message.h"

#include <mutex>
#include <nlohmann/json.hpp>

namespace shomei::http {

std::optional<std::string> Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Request::bearer() const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto value = header("authorization");
  if (!value || !value->starts_with(kScheme)) {
    return std::nullopt;
  }
  return value->substr(kScheme.size());
}

Result<Json> Request::json() const {
  return parse_json(body, {.max_bytes = body.size() + 1});
}

Response json_response(const Json& value, int status) {
  return {.status = status, .body = value.dump()};
}

Response no_content() {
  return {.status = 204};
}

struct EventStream::State {
  mutable std::mutex mutex;
  std::shared_ptr<Sink> sink;
  std::string waiting;
  bool closed = false;
};

EventStream::EventStream() : state_(std::make_unique<State>()) {}
EventStream::~EventStream() {
  close();
}

bool EventStream::send(std::string_view event, std::string_view data) {
  constexpr std::size_t kMaxWaiting = 64 << 10;
  const std::string text = "event: " + std::string(event) + "\ndata: " + std::string(data) + "\n\n";
  const std::scoped_lock lock(state_->mutex);
  if (state_->closed) {
    return false;
  }
  if (state_->sink) {
    state_->closed = !state_->sink->write(text);
  } else if (state_->waiting.size() + text.size() <= kMaxWaiting) {
    state_->waiting += text;
  } else {
    state_->closed = true;
  }
  return !state_->closed;
}

void EventStream::close() {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
  if (state_->sink) {
    state_->sink->shut();
    state_->sink.reset();
  }
}

bool EventStream::closed() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->closed;
}

void EventStream::connect(std::shared_ptr<Sink> sink) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->closed || !sink->write(state_->waiting)) {
    state_->closed = true;
    sink->shut();
    return;
  }
  state_->waiting.clear();
  state_->sink = std::move(sink);
}

}  // namespace shomei::http
