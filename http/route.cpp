#include "http/route.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "http/problem.h"

namespace shomei::http {
namespace {

/// The text up to the next '/', which is taken off with it.
std::string_view take_segment(std::string_view& path) {
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(path.size(), segment.size() + 1));
  return segment;
}

/// The values of the pattern's `{name}` places, if the path fits.
std::optional<std::map<std::string, std::string>> match(std::string_view pattern, std::string_view path) {
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) {
    return std::nullopt;
  }
  std::map<std::string, std::string> values;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (wanted.starts_with('{') && !found.empty()) {
      values.emplace(wanted.substr(1, wanted.size() - 2), found);
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  return values;
}

Result<Response> call(const Route& route, const Request& request) {
  SHOMEI_TRY(route.access(request));
  try {
    return route.handler(request);
  } catch (const std::exception& exception) {
    return fail(Code::kInternal, fmt::format("{} {} threw: {}", route.method, route.pattern, exception.what()));
  }
}

Response plain_problem(int status, std::string detail, Language language) {
  Response response = problem(make_error(Code::kInputMalformed, std::move(detail)), language);
  response.status = status;
  return response;
}

}  // namespace

AccessRule::AccessRule(Check check) : check_(std::move(check)) {
  SHOMEI_CHECK(check_ != nullptr);
}

AccessRule anyone() {
  return AccessRule([](const Request&) { return Result<void>(); });
}

AccessRule same_user() {
  return AccessRule([](const Request& request) -> Result<void> {
    if (!request.peer || request.peer->uid != geteuid()) {
      return fail(Code::kAgentPeerRefused);
    }
    return {};
  });
}

AccessRule owner_and_root() {
  return AccessRule([](const Request& request) -> Result<void> {
    if (!request.peer || (request.peer->uid != geteuid() && request.peer->uid != 0)) {
      return fail(Code::kNotPermitted, "only the owner of the socket and root may ask for this");
    }
    return {};
  });
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    SHOMEI_CHECK(route.handler != nullptr && route.pattern.starts_with('/'));
    SHOMEI_CHECK(std::ranges::count_if(routes_, [&](const Route& other) {
                   return other.method == route.method && other.pattern == route.pattern;
                 }) == 1);
  }
}

Response Router::answer(Request& request) const {
  const Language language = language_of(request);
  bool path_known = false;
  for (const Route& route : routes_) {
    auto values = match(route.pattern, request.path);
    path_known = path_known || values.has_value();
    if (!values || route.method != request.method) {
      continue;
    }
    if (request.body.size() > route.limits.max_body) {
      return problem(make_error(Code::kInputTooLarge, fmt::format("the limit is {} bytes", route.limits.max_body)),
                     language);
    }
    request.path_values = *std::move(values);
    auto response = call(route, request);
    if (response) {
      return *std::move(response);
    }
    log::info("{} {}: {}", route.method, route.pattern, describe(response.error()));
    return problem(response.error(), language);
  }
  return path_known ? plain_problem(405, "the path does not take this method", language)
                    : plain_problem(404, "there is no such path", language);
}

Result<void> Router::admit(const Request& head) const {
  for (const Route& route : routes_) {
    if (route.method == head.method && match(route.pattern, head.path)) {
      return route.access(head);
    }
  }
  return {};
}

std::size_t Router::max_body(std::string_view target) const {
  std::size_t most = RouteLimits{}.max_body;
  for (const Route& route : routes_) {
    if (match(route.pattern, target.substr(0, target.find('?')))) {
      most = std::max(most, route.limits.max_body);
    }
  }
  return most;
}

}  // namespace shomei::http
