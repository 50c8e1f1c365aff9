#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace shomei {
class TomlTable;
}

namespace shomei::server {

/// Off: no responder is asked. Prefer: an answer counts beside CRLs, which suffice where there is none. Require:
/// without a good answer nobody gets in.
enum class OcspMode : std::uint8_t { kOff, kPrefer, kRequire };

/// Offer: asked with a nonce, answered with or without (RFC 5019).
enum class OcspNonce : std::uint8_t { kOff, kOffer, kRequire };

/// [ocsp] of the configuration.
struct OcspSettings {
  struct Issuer {
    /// SHA-256 of the CA's certificate, lower-case hexadecimal.
    std::string ca{};
    OcspMode mode = OcspMode::kPrefer;
    /// Of its responder; empty: what certificates name.
    std::string url{};
  };
  /// For CAs without a row of their own.
  OcspMode mode = OcspMode::kOff;
  std::vector<Issuer> issuers{};
  OcspNonce nonce = OcspNonce::kOffer;
  std::chrono::seconds skew{300};
  std::chrono::seconds max_age{86'400};
  /// Longest time that one login waits for answers, all together.
  std::chrono::milliseconds wait{2'000};
  /// As in http::ClientOptions.
  std::string proxy{};

  /// mode, nonce, skew, max_age, wait (milliseconds), proxy; [[ocsp.issuers]] ca, mode, url. Errors: config.invalid.
  static Result<OcspSettings> read(const TomlTable& table);
};

}  // namespace shomei::server
