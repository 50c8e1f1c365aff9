#include "tests/vcard/reader_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <array>
#include <cerrno>

namespace vcard {

bool ReaderLink::connect() {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return false;
  }
  socket_ = std::move(fd);
  buffer_.clear();
  acknowledge_at_once();
  return true;
}

void ReaderLink::close() {
  socket_.reset();
}

// vpcd sends length and payload in two pieces without TCP_NODELAY: with a delayed ACK each APDU takes 44 ms. The option
// does not last, so it is set again after each recv and send.
void ReaderLink::acknowledge_at_once() const {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

std::optional<std::vector<Bytes>> ReaderLink::receive() {
  std::array<std::uint8_t, 65538> chunk;
  const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return std::vector<Bytes>{};
  }
  if (got <= 0) {
    return std::nullopt;
  }
  acknowledge_at_once();
  append(buffer_, View(chunk).first(static_cast<std::size_t>(got)));
  std::vector<Bytes> frames;
  while (buffer_.size() >= 2) {
    const std::size_t size = static_cast<std::size_t>(buffer_[0] << 8U | buffer_[1]);
    if (buffer_.size() < 2 + size) {
      break;
    }
    const auto end = buffer_.begin() + 2 + static_cast<std::ptrdiff_t>(size);
    frames.emplace_back(buffer_.begin() + 2, end);
    buffer_.erase(buffer_.begin(), end);
  }
  return frames;
}

void ReaderLink::send(View payload) {
  Bytes frame{static_cast<std::uint8_t>(payload.size() >> 8U), static_cast<std::uint8_t>(payload.size())};
  append(frame, payload);
  std::size_t sent = 0;
  while (sent < frame.size()) {
    const ssize_t got = ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return;  // the next receive tells that the reader has gone
    }
    sent += static_cast<std::size_t>(got);
  }
  acknowledge_at_once();
}

}  // namespace vcard
