#include "raw_socket.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

namespace shomei::http {

RawSocket::RawSocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

RawSocket::~RawSocket() {
  ::close(socket_);
}

void RawSocket::send(const std::string& bytes) const {
  static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

std::string RawSocket::read_until(const std::string& mark) const {
  std::string all;
  std::array<char, 4096> piece{};
  while (!all.contains(mark)) {
    const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
    if (count < 0) {
      return all + "(nothing came for 20 s)";
    }
    if (count == 0) {
      break;
    }
    all.append(piece.data(), static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace shomei::http
