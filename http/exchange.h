#pragma once

#include "http/framing.h"
#include "http/route.h"

namespace shomei::http {

/// Who is asking, as the connection knows it.
struct Caller {
  std::string remote_address{};
  std::optional<Peer> peer{};
};

struct Answer {
  /// All bytes to send; for an event stream the head only.
  std::string bytes{};
  bool keep_open = false;
  std::shared_ptr<EventStream> events{};
};

/// Answers the whole request at the beginning of `bytes`, as `frame` (of read_frame) delimits it.
Answer answer_request(const Router& router, const Frame& frame, std::string_view bytes, const Caller& caller);

/// The answer to bytes that are no request, or to a head that is not let in: a problem, and the connection ends.
Answer answer_refused(const Error& error);

}  // namespace shomei::http
