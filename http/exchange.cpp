#include "http/exchange.h"

#include <fmt/format.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "http/problem.h"

namespace shomei::http {
namespace {

/// A request in memory on one side, the answer in memory on the other.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string_view input, std::string& output) : input_(input), output_(output) {}
  bool is_readable() const override { return !input_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const size_t count = input_.copy(to, size);
    input_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view input_;
  std::string& output_;
};

/// httplib's reading of the request line and writing of the answer, without its sockets, threads, body reading,
/// content encodings and ranges: the request is handed over in pre-routing.
class Exchange final : public httplib::Server {
 public:
  using Take = std::function<Response(const httplib::Request&)>;
  explicit Exchange(const Take& take) {
    set_keep_alive_max_count(1000);
    set_pre_routing_handler([&take](const httplib::Request& request, httplib::Response& out) {
      const Response response = take(request);
      out.status = response.status;
      for (const auto& [name, value] : response.headers) {
        out.set_header(name, value);
      }
      if (!response.headers.contains("Cache-Control")) {
        out.set_header("Cache-Control", "no-store");
      }
      out.set_header("X-Content-Type-Options", "nosniff");
      if (!response.body.empty()) {
        const auto type = response.headers.find("Content-Type");
        out.set_content(response.body, type == response.headers.end() ? "application/json" : type->second);
      }
      return HandlerResponse::Handled;
    });
  }
  bool run(httplib::Stream& stream, bool& close) {
    return process_request(stream, false, close, [](httplib::Request& request) {
      request.headers.clear();
      request.ranges.clear();
    });
  }
};

constexpr std::string_view kEventHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Content-Type-Options: "
    "nosniff\r\n"
    "Connection: close\r\n\r\n";

Result<Request> to_request(const httplib::Request& from, const Frame& frame, std::string_view bytes,
                           const Caller& caller) {
  Request request{.method = from.method,
                  .path = from.path,
                  .path_values = {},
                  .query = {},
                  .headers = frame.headers,
                  .body = std::string(bytes.substr(frame.head_bytes, frame.body_bytes)),
                  .remote_address = caller.remote_address,
                  .peer = caller.peer};
  for (const auto& [name, value] : from.params) {
    if (!request.query.emplace(name, value).second) {
      return fail(Code::kInputMalformed, fmt::format("query parameter {} comes twice", name));
    }
  }
  return request;
}

}  // namespace

Answer answer_request(const Router& router, const Frame& frame, std::string_view bytes, const Caller& caller) {
  Answer answer;
  const Exchange::Take take = [&](const httplib::Request& from) {
    auto request = to_request(from, frame, bytes, caller);
    if (!request) {
      return problem(request.error(), Language::kEn);
    }
    Response response = router.answer(*request);
    answer.events = response.events;
    return response;
  };
  bool close = false;
  // process_request reads the head only; the body is already here.
  MemoryStream stream(bytes.substr(0, frame.head_bytes), answer.bytes);
  const bool good = Exchange(take).run(stream, close);
  answer.keep_open = good && !close && !answer.events;
  if (answer.events) {
    answer.bytes = kEventHead;
  }
  return answer;
}

Answer answer_refused(const Error& error) {
  const Response response = problem(error, Language::kEn);
  return {.bytes = fmt::format("HTTP/1.1 {} Refused\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
                               "Connection: close\r\n\r\n{}",
                               response.status, response.body.size(), response.body),
          .keep_open = false};
}

}  // namespace shomei::http
