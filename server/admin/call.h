#pragma once

#include <charconv>
#include <nlohmann/json.hpp>
#include <span>

#include "http/problem.h"
#include "server/admin/routes.h"
#include "server/oidc/authority.h"

namespace shomei::server {

/// A request with what it works on and who acts.
struct Call {
  const AdminParts& parts;
  const http::Request& request;
  std::string actor() const { return actor_of(parts.login, request); }
  Store& store() const { return parts.login.store; }
  Time now() const { return parts.login.clock.now(); }
  const std::string& id() const { return request.path_values.at("id"); }
};

struct Row {
  const char* method;
  const char* pattern;
  Result<http::Response> (*handler)(const Call&);
  std::size_t max_body = 64 << 10;
};

/// CAs, lists, policy, generations, rehearsals.
std::span<const Row> trust_rows();
std::span<const Row> hold_rows();
std::span<const Row> approval_rows();

/// Members keep their order: an audit record's hash covers its detail as it was written.
inline http::Response answer(const OrderedJson& value, int status = 200) {
  return {.status = status, .body = value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
}

template <class Values, class Show>
Result<http::Response> list_of(const char* name, const Values& values, Show show) {
  OrderedJson list = OrderedJson::array();
  for (const auto& value : values) {
    list.push_back(show(value));
  }
  return answer({{name, std::move(list)}});
}

/// The body, with no other members than these. Errors: json.malformed.
Result<Json> body_of(const Call& call, const std::vector<std::string_view>& known);
/// Base64. Errors: json.malformed, input.malformed.
Result<Bytes> binary_member(const Json& body, std::string_view name);
/// Errors: usage.
Result<std::int64_t> number_parameter(const http::Request& request, const std::string& name, std::int64_t fallback,
                                      std::int64_t most);

/// Makes the change now, or where two persons are needed for it makes a proposal of it (202, {"proposal"}).
Result<http::Response> change_trust(const Call& call, const TrustChange& change);
/// Makes the change; what came of it.
Result<http::Response> apply_now(const Call& call, const TrustChange& change, const Authority& authority);
Result<http::Response> release_now(const Call& call, const HoldTarget& target, const Authority& authority);
Result<http::Response> propose(const Call& call, std::string_view kind, const std::string& subject,
                               const Json& content);
/// {"person"}, {"certificate"} or {"issuer", "serial"}. Errors: json.malformed, usage, key.unsuitable,
/// store.not_found (an issuer that no CA here has).
Result<HoldTarget> hold_target(const Call& call, const Json& body);
inline constexpr std::string_view kRelease = "hold.release";

}  // namespace shomei::server
