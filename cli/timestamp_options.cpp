#include "cli/timestamp_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/client.h"
#include "signing/tsp/timestamp_client.h"

namespace shomei::cli {
namespace {

constexpr int kMostSeconds = 600;

Result<void> check(const TimestampOptions& options) {
  if (options.certificate.empty() != options.key.empty()) {
    return fail(Code::kUsage, "--tsa-certificate and --tsa-key belong together");
  }
  if (options.seconds && (*options.seconds < 1 || *options.seconds > kMostSeconds)) {
    return fail(Code::kUsage, fmt::format("--tsa-time: between 1 and {} seconds", kMostSeconds));
  }
  const bool https = std::ranges::any_of(options.urls, [](const auto& url) { return url.starts_with("https://"); });
  if (https && options.tls_ca.empty()) {
    // At the authority it would only make the stamp late, again and again.
    return fail(Code::kAnchorMissing, "--tsa https://… needs --tsa-ca: the CAs of its TLS certificate");
  }
  return {};
}

http::ClientOptions transport_of(const TimestampOptions& options) {
  http::ClientOptions transport;
  transport.tls_ca.assign(options.tls_ca.begin(), options.tls_ca.end());
  transport.certificate = options.certificate;
  transport.key = options.key;
  // A token is signed in itself.
  transport.plain_http = true;
  transport.max_answer = signing::TimestampClientOptions{}.max_answer;
  if (options.seconds) {
    transport.answer_time = std::chrono::seconds(*options.seconds);
    transport.connect_time = std::min(transport.connect_time, transport.answer_time);
  }
  return transport;
}

}  // namespace

void TimestampOptions::declare(const Command& command) {
  command.repeated("--tsa", urls, "URL", "Time-stamping authority (RFC 3161); the next one is asked when one fails");
  command.repeated("--tsa-ca", tls_ca, "DIR", "CAs behind the TLS certificate of --tsa https://…: a folder or a file");
  command.option("--tsa-policy", policy, "OID", "Policy that time stamps must be made under (otherwise: any)");
  command.choice("--tsa-digest", digest, {"sha256", "sha384", "sha512"}, "Digest that is stamped (otherwise: sha256)");
  command.option("--tsa-certificate", certificate, "FILE", "Certificate to show to the authority (PEM)");
  command.option("--tsa-key", key, "FILE", "Private key of --tsa-certificate (PEM)");
  command.option("--tsa-time", seconds, "SECONDS", "How long an authority may take (otherwise: 30)");
}

Result<std::unique_ptr<signing::TimestampSource>> TimestampOptions::make_source(const Context& context) const {
  if (urls.empty()) {
    return nullptr;
  }
  SHOMEI_TRY(check(*this));
  SHOMEI_TRY(auto transport, http::Client::create(transport_of(*this)));
  auto source =
      signing::TimestampClient::create({.urls = urls, .policy = policy}, std::move(transport), *context.clock);
  if (!source && source.error().code == Code::kConfigInvalid) {
    const std::string detail = source.error().detail;
    return fail(std::move(source).error(), Code::kUsage, detail);
  }
  return source;
}

DigestAlgorithm TimestampOptions::digest_algorithm() const {
  return signing::stamp_digest_from(digest).value_or(DigestAlgorithm::kSha256);
}

}  // namespace shomei::cli
