#include "http/client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <mutex>
#include <optional>

#include "base/file.h"
#include "base/openssl.h"
#include "http/leash.h"
#include "http/tls_identity.h"
#include "http/tunnel.h"

namespace shomei::http {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;

constexpr std::size_t kMaxCertificate = 1 << 20;

Result<void> add_certificates(X509_STORE* store, const std::filesystem::path& file) {
  SHOMEI_TRY(const Bytes content, read_file(file, kMaxCertificate));
  SHOMEI_TRY(const auto ders, pem_or_der(content, {"CERTIFICATE"}));
  for (const Bytes& der : ders) {
    const unsigned char* at = der.data();
    const OwnedX509 certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || X509_STORE_add_cert(store, certificate.get()) != 1) {
      return std::unexpected(openssl_error(file.native(), Code::kInputNotCertificate));
    }
  }
  return {};
}

Result<OwnedStore> load_store(const std::vector<std::filesystem::path>& paths) {
  OwnedStore store(X509_STORE_new());
  for (const auto& path : paths) {
    SHOMEI_TRY(const auto files, list_files(path));
    for (const auto& file : files) {
      SHOMEI_TRY(add_certificates(store.get(), file));
    }
  }
  return store;
}

/// That certificate and key can be used.
Result<void> check_identity(const ClientOptions& options) {
  if (options.certificate.empty() != options.key.empty()) {
    return fail(Code::kConfigInvalid, "client authentication needs both a certificate and its key");
  }
  if (options.certificate.empty()) {
    return {};
  }
  const Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  return use_identity(context.get(), options.certificate, options.key);
}

/// "https://host:port" and the rest.
std::pair<std::string, std::string> split_url(const std::string& given) {
  const std::string url = given.substr(0, given.find('#'));
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  if (path == std::string::npos) {
    return {url, "/"};
  }
  return {url.substr(0, path), url.substr(path)};
}

Error to_error(httplib::Error error, const std::string& where) {
  const std::string detail = fmt::format("{}: {}", where, httplib::to_string(error));
  switch (error) {
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification: return make_error(Code::kNetTls, detail);
    case httplib::Error::ConnectionTimeout: return make_error(Code::kNetTimeout, detail);
    case httplib::Error::Read:
      return make_error(Code::kNetUnreachable, where + ": the connection ended before the answer was whole");
    default: return make_error(Code::kNetUnreachable, detail);
  }
}

void take_head(const httplib::Response& head, HttpResponse& answer) {
  answer.status = head.status;
  for (const auto& [name, value] : head.headers) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.insert_or_assign(lower, value);
  }
}

}  // namespace

/// httplib's client for one origin, with the time of its last use.
class Client::Impl {
 public:
  Impl(ClientOptions options, OwnedStore store, std::optional<ProxyAddress> proxy)
      : options_(std::move(options)), store_(std::move(store)), proxy_(std::move(proxy)), leash_(options_.stop) {}
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  Result<httplib::Client*> client_for(const std::string& origin);
  Result<void> connect_tls(const std::string& origin);
  Result<void> connect_plain(const std::string& origin);
  Result<HttpResponse> run(httplib::Client& client, const HttpRequest& request, const std::string& path);
  Error explain(httplib::Error error, Leash::Pulled pulled, bool silent) const;
  httplib::Request head_of(const HttpRequest& request, const std::string& path) const;
  std::chrono::milliseconds silence() const {
    return options_.silence.count() == 0 ? options_.answer_time : options_.silence;
  }

  const ClientOptions options_;
  const OwnedStore store_;
  const std::optional<ProxyAddress> proxy_;
  std::mutex mutex_;
  Leash leash_;
  std::string origin_;
  std::unique_ptr<Tunnel> tunnel_;
  std::unique_ptr<httplib::Client> client_;
  Instant used_;
};

Result<void> Client::Impl::connect_tls(const std::string& origin) {
  if (options_.tls_ca.empty()) {
    return fail(Code::kAnchorMissing, fmt::format("{}: no CA for TLS (tls_ca) is configured", origin));
  }
  std::string first_hop = origin;
  std::string host = origin.substr(8);
  if (proxy_) {
    // The connection goes to the proxy; the name that the certificate must have stays that of the origin.
    const auto port = host.rfind(':');
    const bool has_port = port != std::string::npos && host.find(']', port) == std::string::npos;
    tunnel_ = std::make_unique<Tunnel>(has_port ? host : host + ":443", silence());
    host.resize(has_port ? port : host.size());
    first_hop = fmt::format("https://{}:{}", host, proxy_->port);
  }
  client_ = std::make_unique<httplib::Client>(first_hop);
  if (!client_->is_valid()) {
    return fail(Code::kUsage, fmt::format("{} is no address of a server", origin));
  }
  if (proxy_) {
    SHOMEI_TRY(std::string address, resolve(proxy_->host));
    client_->set_hostname_addr_map({{host, std::move(address)}});
    tunnel_->attach(client_->ssl_context());
  }
  // httplib adds the system's CAs to the context's own store; the verify store is used instead of that one.
  SSL_CTX_set1_verify_cert_store(client_->ssl_context(), store_.get());
  SSL_CTX_set_min_proto_version(client_->ssl_context(), TLS1_2_VERSION);
  client_->enable_server_certificate_verification(true);
  if (!options_.certificate.empty()) {
    SHOMEI_TRY(use_identity(client_->ssl_context(), options_.certificate, options_.key));
  }
  return {};
}

Result<void> Client::Impl::connect_plain(const std::string& origin) {
  if (!options_.plain_http || !origin.starts_with("http://")) {
    return fail(Code::kUsage, fmt::format("{}: https only", origin));
  }
  client_ = std::make_unique<httplib::Client>(origin);
  if (!client_->is_valid()) {
    return fail(Code::kUsage, fmt::format("{} is no address of a server", origin));
  }
  if (proxy_) {
    client_->set_proxy(proxy_->host, proxy_->port);
  }
  return {};
}

Result<httplib::Client*> Client::Impl::client_for(const std::string& origin) {
  // A connection that has been quiet may be about to be closed by the other side, and a POST is not repeated.
  constexpr std::chrono::seconds kReuse{5};
  const Instant now = std::chrono::steady_clock::now();
  if (client_ && origin == origin_ && now - used_ < kReuse) {
    return client_.get();
  }
  client_.reset();
  tunnel_.reset();
  leash_.hold(-1);
  if (!options_.unix_socket.empty()) {
    client_ = std::make_unique<httplib::Client>(options_.unix_socket.native(), 80);
    client_->set_address_family(AF_UNIX);
  } else if (auto connected = origin.starts_with("https://") ? connect_tls(origin) : connect_plain(origin);
             !connected) {
    client_.reset();
    return std::unexpected(std::move(connected).error());
  }
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(options_.unix_socket.empty());
  client_->set_connection_timeout(options_.connect_time);
  client_->set_read_timeout(silence());
  client_->set_write_timeout(silence());
  client_->set_decompress(false);
  client_->set_socket_options([this](int socket) { leash_.hold(socket); });
  origin_ = origin;
  return client_.get();
}

httplib::Request Client::Impl::head_of(const HttpRequest& request, const std::string& path) const {
  httplib::Request out;
  out.method = request.method;
  out.path = path;
  out.headers = {{"User-Agent", "shomei/" SHOMEI_VERSION}, {"Accept-Encoding", "identity"}};
  if (!options_.unix_socket.empty()) {
    out.headers.emplace("Host", "localhost");
  } else if (tunnel_) {
    out.headers.emplace("Host", origin_.substr(8));
  }
  for (const auto& [name, value] : request.headers) {
    out.set_header(name, value);
  }
  out.body = request.body;
  return out;
}

Error Client::Impl::explain(httplib::Error error, Leash::Pulled pulled, bool silent) const {
  const std::string where = origin_.empty() ? options_.unix_socket.native() : origin_;
  if (pulled == Leash::Pulled::kBytes) {
    return make_error(Code::kNetTooLarge, fmt::format("{}: more than {} bytes came in", where, options_.max_answer));
  }
  if (pulled == Leash::Pulled::kStop) {
    return make_error(Code::kNetUnreachable, where + ": stopped");
  }
  if (pulled == Leash::Pulled::kTime || (silent && error == httplib::Error::Read)) {
    return make_error(Code::kNetTimeout, fmt::format("{}: {} ms", where, options_.answer_time.count()));
  }
  if (tunnel_ && !tunnel_->refusal().empty()) {
    return make_error(Code::kNetUnreachable, fmt::format("{}: {}", where, tunnel_->refusal()));
  }
  return to_error(error, where);
}

Result<HttpResponse> Client::Impl::run(httplib::Client& client, const HttpRequest& request, const std::string& path) {
  HttpResponse answer;
  bool too_large = false;
  bool bodiless = false;
  Instant heard = std::chrono::steady_clock::now();
  httplib::Request out = head_of(request, path);
  out.response_handler = [&](const httplib::Response& head) {
    take_head(head, answer);
    heard = std::chrono::steady_clock::now();
    // httplib would wait for the body that a 304 may announce and never has (RFC 9110 15.4.5).
    bodiless = head.status == 304;
    const auto length = head.get_header_value<std::uint64_t>("Content-Length");
    too_large = length > options_.max_answer;
    answer.body.reserve(bodiless || too_large ? 0 : length);
    return !bodiless && !too_large;
  };
  out.content_receiver = [&](const char* data, size_t size, std::uint64_t, std::uint64_t) {
    heard = std::chrono::steady_clock::now();
    too_large = answer.body.size() + size > options_.max_answer;
    answer.body.append(data, too_large ? 0 : size);
    return !too_large;
  };
  const Leash::Exchange exchange(
      leash_, {.until = heard + options_.answer_time, .bytes = (1U << 20) + 2 * std::uint64_t{options_.max_answer}});
  const auto result = client.send(out);
  if (too_large) {
    return fail(Code::kNetTooLarge, fmt::format("{}: the limit is {} bytes", origin_, options_.max_answer));
  }
  if (bodiless) {
    client_.reset();
    return answer;
  }
  if (!result) {
    const bool silent = std::chrono::steady_clock::now() - heard >= silence();
    return std::unexpected(explain(result.error(), exchange.pulled(), silent));
  }
  take_head(*result, answer);
  return answer;
}

Result<HttpResponse> Client::Impl::send(const HttpRequest& request) {
  const std::scoped_lock lock(mutex_);
  const auto [origin, path] = split_url(request.url);
  if (options_.stop.stop_requested()) {
    return fail(Code::kNetUnreachable, origin + ": stopped");
  }
  try {
    SHOMEI_TRY(httplib::Client * client, client_for(origin));
    auto answer = run(*client, request, path);
    used_ = std::chrono::steady_clock::now();
    if (!answer) {
      client_.reset();
    }
    return answer;
  } catch (const std::exception& exception) {
    return fail(Code::kUsage, fmt::format("{}: {}", request.url, exception.what()));
  }
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(ClientOptions options) {
  SHOMEI_TRY(OwnedStore store, load_store(options.tls_ca));
  SHOMEI_TRY(check_identity(options));
  std::optional<ProxyAddress> proxy;
  if (!options.proxy.empty()) {
    SHOMEI_TRY(proxy, parse_proxy(options.proxy));
  }
  return std::unique_ptr<Client>(
      new Client(std::make_unique<Impl>(std::move(options), std::move(store), std::move(proxy))));
}

Result<HttpResponse> Client::send(const HttpRequest& request) {
  return impl_->send(request);
}

}  // namespace shomei::http
