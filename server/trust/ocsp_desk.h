#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>

#include "auth/x509/ocsp_client.h"
#include "server/trust/ocsp_settings.h"

namespace shomei::server {

/// Makes the way to one responder; it must give up when the token says so.
using OcspTransport = std::function<Result<std::unique_ptr<Transport>>(std::stop_token stop)>;
/// Over http, through the proxy of the settings, an answer of at most auth::kMaxOcspBytes.
OcspTransport ocsp_over_http(const OcspSettings& settings);

/// Asks responders on threads of its own, one for each CA, so that no login waits longer than it may; an answer that
/// comes too late is there for the next. From any thread.
class OcspDesk {
 public:
  /// Errors: those of `transport`.
  static Result<std::unique_ptr<OcspDesk>> open(const OcspSettings& settings, const Clock& clock,
                                                const auth::AlgorithmRules& algorithms, const OcspTransport& transport);
  ~OcspDesk();

  /// What one login asks; it waits so long in all as the settings say.
  class Turn final : public auth::OcspSource {
   public:
    Turn(OcspDesk& desk, std::chrono::steady_clock::time_point deadline) : desk_(desk), deadline_(deadline) {}
    auth::OcspReply ask(const auth::Certificate& subject, const auth::Certificate& issuer) override;

   private:
    OcspDesk& desk_;
    const std::chrono::steady_clock::time_point deadline_;
  };
  Turn turn() { return {*this, std::chrono::steady_clock::now() + wait_}; }
  const auth::OcspRules& rules() const { return rules_; }

 private:
  class Line;
  OcspDesk(const OcspSettings& settings, const auth::OcspRules& rules);
  Line* line_for(const auth::Certificate& issuer) const;

  const std::chrono::milliseconds wait_;
  const auth::OcspRules rules_;
  /// By the CA's SHA-256; the one for all others has an empty key. Null where a CA is off.
  std::map<std::string, std::unique_ptr<Line>> lines_;
};

}  // namespace shomei::server
