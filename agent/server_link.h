#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/config.h"
#include "base/json.h"
#include "base/transport.h"

namespace shomei::agent {

/// How the agent talks to one configured server. `answer_time`: the longest silence.
using TransportMaker = std::function<Result<std::unique_ptr<Transport>>(const ServerConfig& server,
                                                                        std::chrono::milliseconds answer_time)>;

/// What the server wants signed.
struct Challenge {
  std::string id;
  /// Base64 text; signed as text.
  std::string nonce;
};

struct LoginWishes {
  std::string facility;
  /// Empty: ordinary treatment.
  std::string purpose_of_use;
  std::string reason;
};

/// What a login gave. `expires_in`: seconds that the access token is good for from when it was given.
struct Grant {
  std::string access_token;
  std::string id_token;
  std::int64_t expires_in = 0;
  std::string session_id;
};

/// What a renewal gave.
struct Lease {
  std::chrono::seconds holds{0};
  /// A new access token, when the old one is near its end; empty otherwise.
  std::string access_token;
  std::int64_t token_expires_in = 0;
};

/// The server's plain API (docs/server.md) as the agent uses it. Errors of all: net.*, and what the server says
/// (login.refused, session.ended, …) in its own code.
class ServerLink {
 public:
  ServerLink(std::string origin, std::unique_ptr<Transport> transport)
      : origin_(std::move(origin)), transport_(std::move(transport)) {}

  Result<Challenge> challenge();
  /// `proof`: the Web eID token.
  Result<Grant> prove(const Challenge& challenge, const OrderedJson& proof, const LoginWishes& wishes);
  Result<Lease> renew(const Grant& grant);
  /// `reason`: logout or card-removed.
  Result<void> end(const Grant& grant, std::string_view reason);

 private:
  Result<Json> call(const char* method, const char* path, const OrderedJson& body, const std::string& token = {});
  std::string origin_;
  std::unique_ptr<Transport> transport_;
};

/// The claims of a token as they stand there, unverified: for showing whom a session belongs to. Errors:
/// token.malformed.
Result<Json> claims_of(const std::string& token);

}  // namespace shomei::agent
