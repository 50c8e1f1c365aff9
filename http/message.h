#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace shomei::http {

class EventStream;

/// Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED).
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

/// One request, whole and unambiguous: a header, query parameter or JSON member that comes twice was refused before.
struct Request {
  std::string method{};
  /// Percent-decoded, without the query.
  std::string path{};
  /// What stood at the `{name}` places of the route's pattern.
  std::map<std::string, std::string> path_values{};
  std::map<std::string, std::string> query{};
  /// Names in lower case.
  std::map<std::string, std::string> headers{};
  std::string body{};
  /// "192.0.2.1" or "2001:db8::1"; empty on a Unix socket.
  std::string remote_address{};
  /// Set on a Unix socket only.
  std::optional<Peer> peer{};

  /// Value of a header by its lower-case name, or nothing.
  std::optional<std::string> header(const std::string& name) const;
  /// The token of `Authorization: Bearer …` (RFC 6750 2.1), or nothing.
  std::optional<std::string> bearer() const;
  /// The body as JSON. Errors: json.malformed, input.too_large.
  Result<Json> json() const;
};

struct Response {
  int status = 200;
  /// Content-Type is application/json unless set here.
  std::map<std::string, std::string> headers{};
  std::string body{};
  /// When set, the answer is `text/event-stream`, and what is sent to the stream from now on goes to this client; the
  /// body is not used.
  std::shared_ptr<EventStream> events{};
};

Response json_response(const Json& value, int status = 200);
/// 204 without a body.
Response no_content();

/// Server-sent events to one client. Share it: the handler returns it in the Response and keeps a copy to send by.
/// Costs neither a thread nor a wake-up while nothing is sent.
class EventStream {
 public:
  EventStream();
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Sends `event: name` and `data: json` (one line). Before the response has gone out, keeps it for then. False when
  /// the client has gone, or does not read (its socket is full): then the stream is closed. From any thread.
  bool send(std::string_view event, std::string_view data);
  void close();
  bool closed() const;

  /// For the server: where the bytes go (returns false when they cannot be taken).
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual bool write(std::string_view bytes) = 0;
    virtual void shut() = 0;
  };
  void connect(std::shared_ptr<Sink> sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shomei::http
