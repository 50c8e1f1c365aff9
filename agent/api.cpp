#include "agent/api.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/card_list.h"
#include "agent/sign_request.h"
#include "cards/identify.h"
#include "http/problem.h"

namespace shomei::agent {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kLongestWait = 30;

Peer peer_of(const Request& request) {
  return find_peer(request.peer ? request.peer->pid : 0);
}

std::string query(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

Response json_response(const OrderedJson& value, int status = 200) {
  return {.status = status,
          .headers = {},
          .body = value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace),
          .events = nullptr};
}

Result<Response> list(const Services& services, const Request&) {
  const Pkcs11Config& tokens = services.config.pkcs11;
  auto cards = list_cards(services.certificates);
  const bool only_tokens = !tokens.authentication.empty() && !tokens.signature.empty();
  if (!cards && !only_tokens) {
    return std::unexpected(std::move(cards).error());
  }
  OrderedJson rows = cards ? std::move(*cards) : OrderedJson::array();
  if (!tokens.authentication.empty()) {
    rows.push_back(token_row(services.keys, cards::Use::kAuthentication));
  }
  if (!tokens.signature.empty()) {
    rows.push_back(token_row(services.keys, cards::Use::kSignature));
  }
  return json_response(rows);
}

Result<Response> certificate(const Services& services, const Request& request) {
  const std::string word = query(request, "use");
  const auto use = word == "signature" ? cards::Use::kSignature : cards::Use::kAuthentication;
  if (word != cards::name(use)) {
    return fail(Code::kInputMalformed, "use: must be authentication or signature");
  }
  SHOMEI_TRY(const auto key, services.keys.open(use, query(request, "reader")));
  OrderedJson json{{"reader", key->reader()},
                   {"use", word},
                   {"certificate", to_base64(key->certificate())},
                   {"chain", OrderedJson::array()}};
  for (const Bytes& ca : key->chain()) {
    json["chain"].push_back(to_base64(ca));
  }
  return json_response(json);
}

Result<Response> events(const Services& services, const Request&) {
  Response response;
  SHOMEI_TRY(response.events, services.events.subscribe());
  return response;
}

Result<Response> login(const Services& services, const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(only_members(body, {"server", "facility", "reader", "spend_last_try", "purpose_of_use", "reason"}));
  LoginRequest wanted;
  wanted.peer = peer_of(request);
  SHOMEI_TRY(wanted.server, text_member(body, "server"));
  SHOMEI_TRY(wanted.wishes.facility, text_member_or(body, "facility", ""));
  SHOMEI_TRY(wanted.wishes.purpose_of_use, text_member_or(body, "purpose_of_use", ""));
  SHOMEI_TRY(wanted.wishes.reason, text_member_or(body, "reason", ""));
  SHOMEI_TRY(wanted.reader, text_member_or(body, "reader", ""));
  SHOMEI_TRY(wanted.spend_last_try, flag_member(body, "spend_last_try"));
  SHOMEI_TRY(const auto answer, services.login.run(wanted, services.stop));
  return json_response(answer);
}

Result<Response> session(const Services& services, const Request&) {
  SHOMEI_TRY(const auto json, services.sessions.describe());
  return json_response(json);
}

Result<Response> end_session(const Services& services, const Request&) {
  SHOMEI_TRY(services.sessions.end("logout"));
  return http::no_content();
}

Result<Response> sign(const Services& services, const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(SignOrder order, parse_sign_request(body, services.config.limits));
  order.peer = peer_of(request);
  order.language = http::language_of(request);
  SHOMEI_TRY(const auto job, services.jobs.add(std::move(order)));
  Response response = json_response(job->to_json(), 202);
  response.headers["Location"] = "/v1/jobs/" + job->id();
  return response;
}

Result<std::int64_t> wait_seconds(const Request& request) {
  const std::string text = query(request, "wait");
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool number = problem == std::errc() && end == text.data() + text.size();
  if (!text.empty() && (!number || seconds < 0 || seconds > kLongestWait)) {
    return fail(Code::kInputMalformed, fmt::format("wait: must be 0 to {} seconds", kLongestWait));
  }
  return seconds;
}

Result<Response> job(const Services& services, const Request& request) {
  SHOMEI_TRY(const std::int64_t seconds, wait_seconds(request));
  SHOMEI_TRY(const auto found, services.jobs.wait(request.path_values.at("id"), std::chrono::seconds(seconds)));
  return json_response(found->to_json());
}

Result<Response> remove_job(const Services& services, const Request& request) {
  SHOMEI_TRY(services.jobs.remove(request.path_values.at("id")));
  return http::no_content();
}

Result<Response> verify(const Services& services, const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(const auto report, services.verify.run(body, http::language_of(request)));
  return json_response(report);
}

using Function = Result<Response> (*)(const Services&, const Request&);

}  // namespace

std::vector<http::Route> routes(const Services& services) {
  const auto row = [&](const char* method, const char* pattern, std::size_t max_body, Function function) {
    return http::Route{method, pattern, {max_body}, http::same_user(), [services, function](const Request& request) {
                         return function(services, request);
                       }};
  };
  constexpr std::size_t kSmall = 16 << 10;
  const std::size_t large = services.config.limits.request_bytes;
  return {row("GET", "/v1/cards", 0, list),
          row("GET", "/v1/cards/certificate", 0, certificate),
          row("GET", "/v1/events", 0, events),
          row("POST", "/v1/login", kSmall, login),
          row("GET", "/v1/session", 0, session),
          row("DELETE", "/v1/session", 0, end_session),
          row("POST", "/v1/sign", large, sign),
          row("GET", "/v1/jobs/{id}", 0, job),
          row("DELETE", "/v1/jobs/{id}", 0, remove_job),
          row("POST", "/v1/verify", large, verify)};
}

}  // namespace shomei::agent
