#include "tests/vcard/control_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace vcard {
namespace {

constexpr std::size_t kMaxLine = 8192;
constexpr std::size_t kMaxClients = 32;

}  // namespace

Expected<ControlSocket> ControlSocket::listen(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return std::unexpected("control socket path is empty or too long");
  }
  std::ranges::copy(path, address.sun_path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct stat found{};
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
    ::unlink(path.c_str());  // left behind by a card that was killed
  }
  const mode_t old = ::umask(0177);
  const bool bound = fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::umask(old);
  if (!bound || ::listen(fd.get(), 8) != 0) {
    return std::unexpected("cannot listen on " + path + ": " + std::strerror(errno));
  }
  return ControlSocket(path, std::move(fd));
}

ControlSocket::~ControlSocket() {
  if (listener_) {
    ::unlink(path_.c_str());
  }
}

void ControlSocket::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listener_.get(), POLLIN, 0});
  for (const auto& [id, client] : clients_) {
    polled.push_back({client.fd.get(), POLLIN, 0});
  }
}

bool ControlSocket::read_from(Client& client) {
  std::array<char, 4096> chunk;
  const ssize_t got = ::recv(client.fd.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return true;
  }
  if (got <= 0) {
    return false;
  }
  client.buffer.append(chunk.data(), static_cast<std::size_t>(got));
  return client.buffer.size() <= kMaxLine;
}

std::vector<ControlSocket::Line> ControlSocket::receive(const std::vector<pollfd>& polled) {
  const auto ready = [&](int fd) {
    return std::ranges::any_of(polled, [&](const pollfd& p) { return p.fd == fd && p.revents != 0; });
  };
  std::vector<Line> lines;
  for (auto it = clients_.begin(); it != clients_.end();) {
    Client& client = it->second;
    if (ready(client.fd.get()) && !read_from(client)) {
      it = clients_.erase(it);
      continue;
    }
    for (std::size_t end = client.buffer.find('\n'); end != std::string::npos; end = client.buffer.find('\n')) {
      lines.push_back({it->first, client.buffer.substr(0, end)});
      client.buffer.erase(0, end + 1);
    }
    ++it;
  }
  if (ready(listener_.get())) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (fd && clients_.size() < kMaxClients) {
      clients_.emplace(next_++, Client{std::move(fd), {}});
    }
  }
  return lines;
}

void ControlSocket::reply(unsigned client, std::string_view line) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) {
    return;  // it did not wait for the answer
  }
  const std::string text = std::string(line) + "\n";
  ::send(found->second.fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace vcard
