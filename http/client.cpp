#include "http/client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <mutex>

#include "base/file.h"
#include "base/openssl.h"

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

/// "https://host:port" and the rest.
std::pair<std::string, std::string> split_url(const std::string& url) {
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
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::Read: return make_error(Code::kNetTimeout, detail);
    default: return make_error(Code::kNetUnreachable, detail);
  }
}

}  // namespace

/// httplib's client for one origin, with the time of its last use.
class Client::Impl {
 public:
  Impl(ClientOptions options, OwnedStore store) : options_(std::move(options)), store_(std::move(store)) {}
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  Result<httplib::Client*> client_for(const std::string& origin);
  Result<HttpResponse> run(httplib::Client& client, const HttpRequest& request, const std::string& path) const;

  const ClientOptions options_;
  const OwnedStore store_;
  std::mutex mutex_;
  std::string origin_;
  std::unique_ptr<httplib::Client> client_;
  Instant used_;
};

Result<httplib::Client*> Client::Impl::client_for(const std::string& origin) {
  // A connection that has been quiet may be about to be closed by the other side, and a POST is not repeated.
  constexpr std::chrono::seconds kReuse{5};
  const Instant now = std::chrono::steady_clock::now();
  if (client_ && origin == origin_ && now - used_ < kReuse) {
    return client_.get();
  }
  client_.reset();
  if (!options_.unix_socket.empty()) {
    client_ = std::make_unique<httplib::Client>(options_.unix_socket.native(), 80);
    client_->set_address_family(AF_UNIX);
  } else if (!origin.starts_with("https://")) {
    return fail(Code::kUsage, fmt::format("{}: https only", origin));
  } else if (options_.tls_ca.empty()) {
    return fail(Code::kAnchorMissing, fmt::format("{}: no CA for TLS (tls_ca) is configured", origin));
  } else {
    client_ = std::make_unique<httplib::Client>(origin);
    if (!client_->is_valid()) {
      client_.reset();
      return fail(Code::kUsage, fmt::format("{} is no address of a server", origin));
    }
    // httplib adds the system's CAs to the context's own store; the verify store is used instead of that one.
    SSL_CTX_set1_verify_cert_store(client_->ssl_context(), store_.get());
    SSL_CTX_set_min_proto_version(client_->ssl_context(), TLS1_2_VERSION);
    client_->enable_server_certificate_verification(true);
  }
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(options_.unix_socket.empty());
  client_->set_connection_timeout(options_.connect_time);
  client_->set_read_timeout(options_.answer_time);
  client_->set_write_timeout(options_.answer_time);
  client_->set_decompress(false);
  origin_ = origin;
  return client_.get();
}

Result<HttpResponse> Client::Impl::run(httplib::Client& client, const HttpRequest& request,
                                       const std::string& path) const {
  const Instant until = std::chrono::steady_clock::now() + options_.answer_time;
  HttpResponse answer;
  bool too_large = false;
  httplib::Request out;
  out.method = request.method;
  out.path = path;
  out.headers = {{"User-Agent", "shomei/" SHOMEI_VERSION}, {"Accept-Encoding", "identity"}};
  if (!options_.unix_socket.empty()) {
    out.headers.emplace("Host", "localhost");
  }
  for (const auto& [name, value] : request.headers) {
    out.set_header(name, value);
  }
  out.body = request.body;
  out.content_receiver = [&](const char* data, size_t size, std::uint64_t, std::uint64_t) {
    too_large = answer.body.size() + size > options_.max_answer;
    answer.body.append(data, too_large ? 0 : size);
    return !too_large && std::chrono::steady_clock::now() < until;
  };
  const auto result = client.send(out);
  if (too_large) {
    return fail(Code::kNetTooLarge, fmt::format("{}: the limit is {} bytes", origin_, options_.max_answer));
  }
  if (!result) {
    const bool late = std::chrono::steady_clock::now() >= until;
    Error error = to_error(result.error(), origin_.empty() ? options_.unix_socket.native() : origin_);
    if (result.error() == httplib::Error::Canceled || (result.error() == httplib::Error::Read && !late)) {
      error.code = late ? Code::kNetTimeout : Code::kNetUnreachable;
    }
    return std::unexpected(std::move(error));
  }
  answer.status = result->status;
  for (const auto& [name, value] : result->headers) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.insert_or_assign(lower, value);
  }
  return answer;
}

Result<HttpResponse> Client::Impl::send(const HttpRequest& request) {
  const std::scoped_lock lock(mutex_);
  const auto [origin, path] = split_url(request.url);
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
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(std::move(options), std::move(store))));
}

Result<HttpResponse> Client::send(const HttpRequest& request) {
  return impl_->send(request);
}

}  // namespace shomei::http
