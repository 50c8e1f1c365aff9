#include "agent/job.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace shomei::agent {
namespace {

std::size_t held_bytes(const JobDocument& document) {
  const auto* content = std::get_if<Bytes>(&document.request.document.content);
  return (content != nullptr ? content->size() : 0) + (document.result ? document.result->bytes.size() : 0);
}

std::size_t held_bytes(const SignOrder& order) {
  return std::accumulate(order.documents.begin(), order.documents.end(), std::size_t{0},
                         [](std::size_t sum, const JobDocument& document) { return sum + held_bytes(document); });
}

std::string_view word(signing::Format format) {
  return format == signing::Format::kXades ? "xades" : "cades";
}

std::string_view word(signing::Packaging packaging) {
  return packaging == signing::Packaging::kEnveloped    ? "enveloped"
         : packaging == signing::Packaging::kEnveloping ? "enveloping"
                                                        : "detached";
}

OrderedJson document_json(const JobDocument& document, bool ended, Language language) {
  OrderedJson json{{"name", document.request.document.name},
                   {"format", word(document.request.format)},
                   {"packaging", word(document.request.packaging)}};
  if (!ended) {
    return json;
  }
  json["level"] = document.result ? OrderedJson(signing::name(document.result->level)) : OrderedJson();
  json["pending"] = OrderedJson::array();
  if (document.result) {
    for (const signing::Level level : document.result->pending) {
      json["pending"].push_back(signing::name(level));
    }
  }
  const auto* result = document.result ? &*document.result : nullptr;
  json["pending_until"] =
      result != nullptr && result->pending_until ? OrderedJson(to_rfc3339(*result->pending_until)) : OrderedJson();
  json["pending_why"] =
      result != nullptr && result->pending_why ? error_json(*result->pending_why, language) : OrderedJson();
  json["content"] = document.result ? OrderedJson(to_base64(document.result->bytes)) : OrderedJson();
  json["error"] = document.error ? error_json(*document.error, language) : OrderedJson();
  return json;
}

}  // namespace

std::string_view name(JobState state) {
  switch (state) {
    case JobState::kWaiting: return "waiting";
    case JobState::kRunning: return "running";
    case JobState::kDone: return "done";
    case JobState::kFailed: return "failed";
    case JobState::kCancelled: return "cancelled";
  }
  return "failed";
}

OrderedJson error_json(const Error& error, Language language) {
  const CodeInfo& row = info(error.code);
  OrderedJson json{{"id", row.id}, {"text", row.text.in(language)}, {"hint", row.hint.in(language)}};
  if (!error.detail.empty() && row.exit != ExitStatus::kOurFault) {
    json["detail"] = error.detail;
  }
  return json;
}

Job::Job(std::string id, SignOrder order) : id_(std::move(id)), order_(std::move(order)), bytes_(held_bytes(order_)) {}

JobState Job::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

bool Job::ended() const {
  const JobState now = state();
  return now != JobState::kWaiting && now != JobState::kRunning;
}

std::size_t Job::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

bool Job::start() {
  const std::scoped_lock lock(mutex_);
  if (state_ == JobState::kWaiting) {
    state_ = JobState::kRunning;
  }
  return state_ == JobState::kRunning;
}

// Every document has a result or an error in the end; its content is needed no more.
void Job::settle(const std::optional<Error>& whole) {
  for (JobDocument& document : order_.documents) {
    document.request.document.content = Bytes();
    if (!document.result && !document.error) {
      document.error = whole.value_or(make_error(Code::kPinCancelled));
    }
  }
}

void Job::end(std::optional<Error> whole, std::optional<unsigned> tries_left) {
  settle(whole);
  const bool any = std::ranges::any_of(order_.documents, [](const JobDocument& d) { return d.result.has_value(); });
  const std::scoped_lock lock(mutex_);
  error_ = std::move(whole);
  tries_left_ = tries_left;
  bytes_ = held_bytes(order_);
  state_ = any ? JobState::kDone : stop_.stop_requested() ? JobState::kCancelled : JobState::kFailed;
}

bool Job::cancel() {
  stop_.request_stop();
  const std::scoped_lock lock(mutex_);
  if (state_ != JobState::kWaiting) {
    return false;
  }
  error_ = make_error(Code::kPinCancelled);
  settle(error_);
  bytes_ = 0;
  state_ = JobState::kCancelled;
  return true;
}

OrderedJson Job::to_json() const {
  const std::scoped_lock lock(mutex_);
  const bool over = state_ != JobState::kWaiting && state_ != JobState::kRunning;
  OrderedJson json{{"id", id_},
                   {"state", name(state_)},
                   {"asked_by", {{"name", order_.peer.name}, {"pid", order_.peer.pid}}},
                   {"documents", OrderedJson::array()}};
  for (const JobDocument& document : order_.documents) {
    json["documents"].push_back(document_json(document, over, order_.language));
  }
  json["tries_left"] = tries_left_ ? OrderedJson(*tries_left_) : OrderedJson();
  json["error"] = error_ ? error_json(*error_, order_.language) : OrderedJson();
  return json;
}

}  // namespace shomei::agent
