#pragma once

#include <variant>

#include "auth/token/login_proof.h"
#include "base/json.h"
#include "server/metrics/metrics.h"
#include "server/oidc/challenges.h"
#include "server/oidc/networks.h"
#include "server/oidc/token_issuer.h"
#include "server/register/register.h"
#include "server/sessions/sessions.h"
#include "server/trust/ocsp_desk.h"
#include "server/trust/trust.h"

namespace shomei::server {

/// What came with `POST /v1/login/proof`.
struct ProofRequest {
  std::string challenge_id;
  auth::LoginProof proof;
  std::string facility;
  std::string purpose_of_use;
  std::string reason;
  std::string remote_address;
  /// Stapled: about the certificate and the CAs above it.
  std::vector<auth::OcspResponse> ocsp{};
};

/// One reason for a refusal, or a remark.
struct LoginFinding {
  std::string check;
  auth::Severity severity = auth::Severity::kFail;
  std::string en;
  std::string ja;
};

struct LoginGranted {
  Tokens tokens;
  std::string session_id;
  std::chrono::seconds expires_in{};
  std::chrono::seconds lease{};
};

/// An expected outcome, not an error of the server.
struct LoginRefused {
  /// login.challenge_unknown, login.proof_invalid or login.refused.
  Code code = Code::kLoginRefused;
  std::vector<LoginFinding> findings{};
  std::optional<auth::ValidationReport> report{};
};

using LoginOutcome = std::variant<LoginGranted, LoginRefused>;

/// Everything that a login rests on.
struct LoginParts {
  Store& store;
  const Clock& clock;
  Challenges& challenges;
  const Trust& trust;
  Sessions& sessions;
  TokenIssuer& issuer;
  const std::vector<std::string>& origins;
  const Networks& networks;
  /// May be null.
  Metrics* metrics = nullptr;
  /// Null: no responder is asked.
  OcspDesk* ocsp = nullptr;
};

/// Checks a proof: the challenge, the signature for one of the origins, then the certificate (path to the pinned CA of
/// its use, CRL, policy, key usage, hcRole, test cards), then the hold list and the register (person, facility). What
/// comes later is not told to who fails earlier. Granted or refused, the audit log has it, and once the signature was
/// right the evidence of logins, in the same commit. Errors: store.*, crypto.failed.
Result<LoginOutcome> prove_login(const LoginParts& parts, const ProofRequest& request);

}  // namespace shomei::server
