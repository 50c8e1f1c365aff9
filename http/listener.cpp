#include "http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "http/tls_identity.h"

namespace shomei::http {
namespace {

constexpr int kBacklog = 511;

std::unexpected<Error> system_failure(Code code, const std::string& what, const char* file = __builtin_FILE(),
                                      int line = __builtin_LINE()) {
  return fail(code, fmt::format("{}: {}", what, std::strerror(errno)), file, line);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<SocketAddress> tcp_address(const ListenTls& where) {
  const std::string host = where.host == "localhost" ? "127.0.0.1" : where.host;
  SocketAddress address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    address.length = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    address.length = sizeof v6;
  } else {
    return fail(Code::kNetBind, fmt::format("{} is not a numeric address", where.host));
  }
  return address;
}

Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return fail(Code::kNetBind,
                fmt::format("{}: a socket's path has at most {} bytes", path.native(), sizeof address.sun_path - 1));
  }
  path.native().copy(address.sun_path, path.native().size());
  return address;
}

/// The lock beside a socket file, held by whoever listens on it.
Result<Descriptor> take_lock(const std::filesystem::path& path) {
  const std::string name = path.native() + ".lock";
  Descriptor lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.get() < 0) {
    return system_failure(Code::kNetBind, name);
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::kNetAddressInUse, path.native());
  }
  return lock;
}

/// What is no socket is not ours to remove, and a socket that somebody serves neither.
Result<void> remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return {};
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int connected = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected == 0 || errno != ECONNREFUSED) {
    return fail(Code::kNetAddressInUse, path.native());
  }
  ::unlink(path.c_str());
  return {};
}

std::string text_of(const sockaddr_storage& storage, std::uint16_t& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    port = ntohs(v6.sin6_port);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    port = ntohs(v4.sin_port);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

Listener::~Listener() {
  if (lock_.get() >= 0) {
    ::unlink(file_.c_str());
  }
}

Result<Listener> Listener::open(const Listen& where) {
  const auto* tls = std::get_if<ListenTls>(&where);
  return tls != nullptr ? open_tcp(*tls) : open_unix(std::get<ListenUnix>(where));
}

Result<Listener> Listener::open_tcp(const ListenTls& where) {
  SHOMEI_TRY(SocketAddress address, tcp_address(where));
  const std::string name = fmt::format("{}:{}", where.host, where.port);
  Listener listener;
  listener.socket_ = Descriptor(::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.descriptor(), address.get(), address.length) != 0 ||
      ::listen(listener.descriptor(), kBacklog) != 0) {
    return system_failure(errno == EADDRINUSE ? Code::kNetAddressInUse : Code::kNetBind, name);
  }
  socklen_t length = sizeof address.storage;
  ::getsockname(listener.descriptor(), address.get(), &length);
  std::uint16_t port = 0;
  text_of(address.storage, port);
  const bool v6 = where.host.contains(':');
  listener.address_ = fmt::format("https://{}{}{}:{}", v6 ? "[" : "", where.host, v6 ? "]" : "", port);
  return listener;
}

Result<Listener> Listener::open_unix(const ListenUnix& where) {
  SHOMEI_TRY(const sockaddr_un address, unix_address(where.path));
  Listener listener;
  SHOMEI_TRY(Descriptor lock, take_lock(where.path));
  listener.socket_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  SHOMEI_TRY(remove_stale(where.path, address));
  // fchmod before bind sets the mode of the file to come (unix(7) leaves it to the umask otherwise).
  ::fchmod(listener.descriptor(), 0600);
  if (::bind(listener.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return system_failure(errno == EADDRINUSE ? Code::kNetAddressInUse : Code::kNetBind, where.path.native());
  }
  listener.lock_ = std::move(lock);
  listener.file_ = where.path;
  if (::chmod(where.path.c_str(), 0600) != 0 || ::listen(listener.descriptor(), kBacklog) != 0) {
    return system_failure(Code::kNetBind, where.path.native());
  }
  listener.address_ = "unix:" + where.path.native();
  return listener;
}

std::optional<Accepted> Listener::accept() const {
  SocketAddress from;
  from.length = sizeof from.storage;
  Descriptor socket(::accept4(descriptor(), from.get(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) {
    return std::nullopt;
  }
  Caller caller;
  if (from.storage.ss_family == AF_UNIX) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
      caller.peer = Peer{.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
    }
  } else {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::uint16_t port = 0;
    caller.remote_address = text_of(from.storage, port);
  }
  return Accepted{.socket = std::move(socket), .caller = std::move(caller)};
}

Result<OwnedSslContext> tls_context(const ListenTls& where) {
  OwnedSslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) {
    return std::unexpected(openssl_error("TLS context"));
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SHOMEI_TRY(use_identity(context.get(), where.certificate, where.key));
  return context;
}

}  // namespace shomei::http
