#include "http/server.h"

#include "http/reactor.h"

namespace shomei::http {

class Server::Impl {
 public:
  Impl(Listener listener, OwnedSslContext tls, std::vector<Route> routes, const ServerOptions& options)
      : address_(listener.address()), reactor_(std::move(listener), std::move(tls), std::move(routes), options) {}
  std::string address_;
  Reactor reactor_;
};

Result<void> check_tls(const ListenTls& listen) {
  SHOMEI_TRY(tls_context(listen));
  return {};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const Listen& listen, std::vector<Route> routes,
                                              const ServerOptions& options) {
  OwnedSslContext tls;
  if (const auto* where = std::get_if<ListenTls>(&listen)) {
    SHOMEI_TRY(tls, tls_context(*where));
  }
  SHOMEI_TRY(Listener listener, Listener::open(listen));
  auto impl = std::make_unique<Impl>(std::move(listener), std::move(tls), std::move(routes), options);
  SHOMEI_TRY(impl->reactor_.start());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::string Server::address() const {
  return impl_->address_;
}

void Server::stop() {
  impl_->reactor_.stop();
}

}  // namespace shomei::http
