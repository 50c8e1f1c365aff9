#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.h"

namespace shomei::http {

/// Who may call a route. Success lets the request in; an Error (not_permitted, session.unknown, …) is the answer. Has
/// no default: a route without a rule does not compile.
class AccessRule {
 public:
  using Check = std::function<Result<void>(const Request&)>;
  explicit AccessRule(Check check);
  Result<void> operator()(const Request& request) const { return check_(request); }

 private:
  Check check_;
};

/// Whoever can connect.
AccessRule anyone();
/// On a Unix socket: a peer that runs as the user of this process. Errors: agent.peer_refused.
AccessRule same_user();
/// On a Unix socket: the user of this process, or root. Errors: not_permitted.
AccessRule owner_and_root();

struct RouteLimits {
  std::size_t max_body = 64 << 10;
};

using Handler = std::function<Result<Response>(const Request&)>;

/// One row of a server's table.
struct Route {
  std::string method;
  /// "/v1/jobs/{id}": a `{name}` stands for one whole, non-empty segment.
  std::string pattern;
  RouteLimits limits{};
  AccessRule access;
  Handler handler;
};

/// Finds the row, asks its access rule, calls its handler and puts every Error into the one shape of a problem
/// (problem.h). The access rule is asked before the handler sees anything.
class Router {
 public:
  /// Asserts that every row has a handler and that no two rows have the same method and pattern.
  explicit Router(std::vector<Route> routes);
  /// 404 for an unknown path, 405 for a known one with another method, 413 for a body above the row's limit.
  Response answer(Request& request) const;
  /// Whether a request whose long body is still to come may send it: asks the access rules of its path, with what the
  /// head says (path not decoded). Errors: those of the rule.
  Result<void> admit(const Request& head) const;
  /// The largest body that the rows of this path take (not decoded, query and all); for an unknown path little.
  std::size_t max_body(std::string_view target) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace shomei::http
