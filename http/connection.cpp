#include "http/connection.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace shomei::http {
namespace {

constexpr std::size_t kPiece = 16 << 10;
constexpr std::size_t kMaxDrained = 64 << 20;

Instant now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Connection::Connection(Accepted accepted, SSL_CTX* tls, const Router& router, const ServerOptions& options)
    : router_(router),
      options_(options),
      limits_{.max_head = options.max_head,
              .max_body = [&router](std::string_view target) { return router.max_body(target); }},
      socket_(std::move(accepted.socket)),
      caller_(std::move(accepted.caller)),
      shaken_(tls == nullptr),
      since_(now()) {
  if (tls != nullptr) {
    ssl_.reset(SSL_new(tls));
    SHOMEI_CHECK(ssl_ != nullptr);
    SSL_set_fd(ssl_.get(), socket_.get());
    SSL_set_accept_state(ssl_.get());
  }
}

Connection::~Connection() {
  if (ssl_ && shaken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
}

std::optional<Instant> Connection::deadline() const {
  if (events_) {
    return std::nullopt;
  }
  return since_ + (shaken_ && buffer_.empty() && !draining_ ? options_.idle_time : options_.request_time);
}

Connection::Step Connection::ssl_step(int result) const {
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_NONE: return Step::kDone;
    case SSL_ERROR_WANT_READ: return Step::kWaitReadable;
    case SSL_ERROR_WANT_WRITE: return Step::kWaitWritable;
    default: return Step::kEnded;
  }
}

Connection::Step Connection::handshake() {
  if (shaken_) {
    return Step::kDone;
  }
  ERR_clear_error();
  const Step step = ssl_step(SSL_do_handshake(ssl_.get()));
  if (step == Step::kDone) {
    shaken_ = true;
    since_ = now();
  }
  return step;
}

Connection::Step Connection::read_some() {
  std::array<char, kPiece> piece;
  ssize_t count = 0;
  Step step = Step::kDone;
  if (ssl_) {
    const std::scoped_lock lock(io_);
    ERR_clear_error();
    count = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
    step = count > 0 ? Step::kDone : ssl_step(static_cast<int>(count));
  } else {
    count = ::recv(descriptor(), piece.data(), piece.size(), 0);
    const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
    step = count > 0 ? Step::kDone : later ? Step::kWaitReadable : Step::kEnded;
  }
  if (step == Step::kDone && draining_) {
    drained_ += static_cast<std::size_t>(count);
    return drained_ > kMaxDrained ? Step::kEnded : step;
  }
  if (step == Step::kDone && !events_) {
    if (buffer_.empty()) {
      since_ = now();
    }
    buffer_.append(piece.data(), static_cast<std::size_t>(count));
  }
  return step;
}

Connection::Next Connection::advance() {
  Step step = handshake();
  while (step == Step::kDone) {
    step = read_some();
    if (step == Step::kDone) {
      if (const auto next = serve_buffered()) {
        return *next;
      }
    }
  }
  switch (step) {
    case Step::kWaitReadable: return Next::kWaitReadable;
    case Step::kWaitWritable: return Next::kWaitWritable;
    default: return Next::kClose;
  }
}

/// Answers the requests that are whole. Says what is next only where that is not reading on.
std::optional<Connection::Next> Connection::serve_buffered() {
  while (!buffer_.empty()) {
    const auto frame = read_frame(buffer_, limits_);
    if (!frame) {
      refuse(frame.error());
      return std::nullopt;
    }
    if (!*frame) {
      return std::nullopt;
    }
    if (buffer_.size() < (*frame)->total()) {
      const auto wanted = await_body(**frame);
      if (!wanted) {
        refuse(wanted.error());
      }
      return std::nullopt;
    }
    const Answer answer = answer_request(router_, **frame, buffer_, caller_);
    buffer_.erase(0, (*frame)->total());
    awaiting_ = false;
    since_ = now();
    if (!send_answer(answer)) {
      return Next::kClose;
    }
    if (answer.events) {
      buffer_.clear();
      return Next::kWaitReadable;
    }
  }
  buffer_.shrink_to_fit();
  return std::nullopt;
}

/// Once for each request whose body is not there yet. A long body is taken only from who may send it.
Result<void> Connection::await_body(const Frame& frame) {
  if (std::exchange(awaiting_, true)) {
    return {};
  }
  if (frame.body_bytes > RouteLimits{}.max_body) {
    SHOMEI_TRY(router_.admit({.method = frame.method,
                              .path = frame.target.substr(0, frame.target.find('?')),
                              .headers = frame.headers,
                              .remote_address = caller_.remote_address,
                              .peer = caller_.peer}));
  }
  if (frame.expects_continue) {
    write_within("HTTP/1.1 100 Continue\r\n\r\n", options_.answer_time);
  }
  return {};
}

void Connection::refuse(const Error& error) {
  send_answer(answer_refused(error));
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(descriptor(), SHUT_WR);
  draining_ = true;
  buffer_.clear();
  since_ = now();
}

bool Connection::send_answer(const Answer& answer) {
  const bool sent = write_within(answer.bytes, options_.answer_time);
  if (!answer.events) {
    return sent && answer.keep_open;
  }
  events_ = answer.events;
  if (sent) {
    events_->connect(shared_from_this());
  }
  return sent && !events_->closed();
}

Connection::Step Connection::write_some(std::string_view& bytes) {
  ssize_t count = 0;
  Step step = Step::kDone;
  if (ssl_) {
    const std::scoped_lock lock(io_);
    ERR_clear_error();
    count = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kPiece)));
    step = count > 0 ? Step::kDone : ssl_step(static_cast<int>(count));
  } else {
    count = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
    step = count >= 0 ? Step::kDone : later ? Step::kWaitWritable : Step::kEnded;
  }
  if (step == Step::kDone) {
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return step;
}

bool Connection::write_within(std::string_view bytes, std::chrono::milliseconds time) {
  const Instant until = now() + time;
  while (!bytes.empty()) {
    const Step step = write_some(bytes);
    if (step == Step::kEnded) {
      return false;
    }
    if (step != Step::kDone) {
      const auto wanted = static_cast<short>(step == Step::kWaitReadable ? POLLIN : POLLOUT);
      pollfd wait{.fd = descriptor(), .events = wanted, .revents = 0};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now()).count();
      if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) == 0) {
        return false;
      }
    }
  }
  return true;
}

bool Connection::write(std::string_view bytes) {
  // A listener that lets its socket fill up is let go: nobody waits for it.
  return write_within(bytes, std::chrono::milliseconds(0));
}

void Connection::shut() {
  ::shutdown(descriptor(), SHUT_RDWR);
}

void Connection::abandon() {
  if (events_) {
    events_->close();
  }
  shut();
}

}  // namespace shomei::http
