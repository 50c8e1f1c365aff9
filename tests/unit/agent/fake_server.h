#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "agent/server_link.h"
#include "auth/token/login_proof.h"

namespace shomei::agent::testing {

/// A login server in memory: checks proofs as the real one does, counts what came in.
class FakeServer {
 public:
  TransportMaker transports() {
    return [this](const ServerConfig& server, std::chrono::milliseconds) -> Result<std::unique_ptr<Transport>> {
      return std::make_unique<Line>(*this, server.url);
    };
  }
  std::vector<std::string> calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  std::vector<std::string> end_reasons() {
    const std::scoped_lock lock(mutex_);
    return end_reasons_;
  }
  /// From now on every renewal says that the session has ended.
  void end_sessions() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  void refuse(std::string reason) { refusal_ = std::move(reason); }
  void disappear() {
    const std::scoped_lock lock(mutex_);
    gone_ = true;
  }

  static constexpr const char* kNonce = "NONCENONCENONCENONCENONCENONCENONCENONCENON=";

 private:
  struct Line final : Transport {
    Line(FakeServer& to, std::string at) : server(to), origin(std::move(at)) {}
    Result<HttpResponse> send(const HttpRequest& request) override { return server.answer(request, origin); }
    FakeServer& server;
    std::string origin;
  };

  static HttpResponse json(const nlohmann::json& body, int status = 200) { return {status, {}, body.dump()}; }
  static HttpResponse problem(const char* id, const std::string& detail, int status) {
    return json({{"error", {{"id", id}, {"text", ""}, {"hint", ""}, {"detail", detail}}}}, status);
  }

  Result<HttpResponse> answer(const HttpRequest& request, const std::string& origin) {
    const std::scoped_lock lock(mutex_);
    const std::string call = request.method + " " + request.url.substr(origin.size());
    calls_.push_back(call);
    if (gone_) {
      return fail(Code::kNetUnreachable);
    }
    const auto body = nlohmann::json::parse(request.body);
    if (call == "POST /v1/login/challenge") {
      return json({{"challenge_id", "c1"}, {"nonce", kNonce}, {"expires_in", 300}});
    }
    if (call == "POST /v1/login/proof") {
      return prove(body, origin);
    }
    EXPECT_EQ(request.headers.at("authorization").substr(0, 7), "Bearer ");
    EXPECT_EQ(body.at("session_id"), "s1");
    if (call == "POST /v1/session/lease") {
      return ended_ ? problem("session.ended", "", 401)
                    : json({{"expires_in", 15}, {"access_token", token()}, {"token_expires_in", 600}});
    }
    end_reasons_.push_back(body.at("reason"));
    return HttpResponse{204, {}, ""};
  }

  Result<HttpResponse> prove(const nlohmann::json& body, const std::string& origin) {
    SHOMEI_TRY(const auto proof, auth::parse_login_proof(body.at("auth_token")));
    SHOMEI_TRY(const auto report, auth::check_proof(proof, origin, kNonce));
    if (!report.signed_right || body.at("challenge_id") != "c1") {
      return problem("login.proof_invalid", "", 403);
    }
    if (!refusal_.empty()) {
      return problem("login.refused", refusal_, 403);
    }
    return json({{"access_token", token()},
                 {"id_token", token()},
                 {"token_type", "Bearer"},
                 {"expires_in", 600},
                 {"session_id", "s1"},
                 {"lease", 15}});
  }

  static std::string token() {
    return to_base64url(as_bytes(R"({"alg":"ES256","typ":"at+jwt"})")) + "." +
           to_base64url(as_bytes(R"({"sub":"p1","name":"Doctor"})")) + "." + to_base64url(Bytes(64, 1));
  }

  std::mutex mutex_;
  std::vector<std::string> calls_;
  std::vector<std::string> end_reasons_;
  std::string refusal_;
  bool ended_ = false;
  bool gone_ = false;
};

}  // namespace shomei::agent::testing
