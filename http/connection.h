#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "http/listener.h"

namespace shomei::http {

using OwnedSsl = Owned<SSL, SSL_free>;
using Instant = std::chrono::steady_clock::time_point;

/// One client. `advance` is called by one worker at a time, whenever the socket can go on; it never waits for bytes to
/// come in.
class Connection final : public EventStream::Sink, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Accepted accepted, SSL_CTX* tls, const Router& router, const ServerOptions& options);
  ~Connection() override;

  enum class Next : std::uint8_t { kWaitReadable, kWaitWritable, kClose };
  /// Goes on as far as the bytes that are there allow: handshake, requests, answers.
  Next advance();
  /// When it must have come further; nothing for an event stream.
  std::optional<Instant> deadline() const;
  int descriptor() const { return socket_.get(); }
  /// Ends an event stream, wakes a waiting write.
  void abandon();

  bool write(std::string_view bytes) override;
  void shut() override;

 private:
  enum class Step : std::uint8_t { kDone, kWaitReadable, kWaitWritable, kEnded };
  Step handshake();
  Step read_some();
  Step ssl_step(int result) const;
  std::optional<Next> serve_buffered();
  Result<void> await_body(const Frame& frame);
  void refuse(const Error& error);
  bool send_answer(const Answer& answer);
  Step write_some(std::string_view& bytes);
  bool write_within(std::string_view bytes, std::chrono::milliseconds time);

  const Router& router_;
  const ServerOptions& options_;
  FramingLimits limits_;
  Descriptor socket_;
  Caller caller_;
  OwnedSsl ssl_;
  /// An SSL object takes one call at a time; an event stream writes from other threads.
  std::mutex io_;
  bool shaken_ = false;
  /// The head of the request whose body is coming in was looked at.
  bool awaiting_ = false;
  /// Refused: what still comes in is read and thrown away, so that a client that writes before it reads gets the
  /// answer.
  bool draining_ = false;
  std::size_t drained_ = 0;
  std::string buffer_;
  Instant since_;
  std::shared_ptr<EventStream> events_;
};

}  // namespace shomei::http
