#include "http/tunnel.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <memory>

namespace shomei::http {
namespace {

constexpr std::size_t kMaxHead = 16 << 10;

bool ready(int socket, short events, std::chrono::milliseconds silence) {
  pollfd wait{.fd = socket, .events = events, .revents = 0};
  return ::poll(&wait, 1, static_cast<int>(silence.count())) == 1;
}

/// Byte by byte: what follows the head belongs to TLS.
std::string read_head(int socket, std::chrono::milliseconds silence) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && head.size() < kMaxHead && ready(socket, POLLIN, silence) &&
         ::recv(socket, &byte, 1, MSG_DONTWAIT) == 1) {
    head += byte;
  }
  return head;
}

}  // namespace

Result<ProxyAddress> parse_proxy(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  ProxyAddress proxy;
  const auto colon = url.rfind(':');
  if (url.starts_with(kScheme) && colon > kScheme.size()) {
    proxy.host = url.substr(kScheme.size(), colon - kScheme.size());
    const char* end = url.data() + url.size();
    const auto [last, problem] = std::from_chars(url.data() + colon + 1, end, proxy.port);
    const bool bracketed = proxy.host.starts_with('[') && proxy.host.ends_with(']');
    if (problem == std::errc() && last == end && proxy.port > 0 && proxy.port < 65536 &&
        proxy.host.find_first_of("/@? ") == std::string::npos && (bracketed || !proxy.host.contains(':'))) {
      proxy.host = bracketed ? proxy.host.substr(1, proxy.host.size() - 2) : proxy.host;
      return proxy;
    }
  }
  return fail(Code::kConfigInvalid, fmt::format("proxy: {} is not of the form http://host:port", url));
}

Result<std::string> resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); problem != 0) {
    return fail(Code::kNetUnreachable, fmt::format("{}: {}", host, ::gai_strerror(problem)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return fail(Code::kNetUnreachable, host);
  }
  return std::string(text.data());
}

void Tunnel::attach(SSL_CTX* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_info_callback(context, on_event);
}

void Tunnel::on_event(const SSL* ssl, int where, int /*value*/) {
  // The only event before the first byte of TLS is written.
  if ((where & SSL_CB_HANDSHAKE_START) != 0 && SSL_is_init_finished(ssl) == 0) {
    static_cast<Tunnel*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->ask(SSL_get_fd(ssl));
  }
}

void Tunnel::ask(int socket) {
  const std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", target_);
  refusal_.clear();
  std::string head;
  if (ready(socket, POLLOUT, silence_) &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    head = read_head(socket, silence_);
  }
  const bool whole = head.ends_with("\r\n\r\n") && head.starts_with("HTTP/1.");
  // RFC 9112 4: "HTTP/1.1 SP 3DIGIT".
  if (!whole || head.size() < 12 || head[8] != ' ' || head[9] != '2') {
    refusal_ = fmt::format("the proxy refuses CONNECT {}: {}", target_,
                           whole ? head.substr(0, std::min<std::size_t>(head.find("\r\n"), 100)) : "no answer");
    ::shutdown(socket, SHUT_RDWR);
  }
}

}  // namespace shomei::http
