#include "server/admin/supply_routes.h"

#include "server/admin/call.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

/// Within the time that `shomei admin` waits for an answer.
constexpr std::chrono::seconds kPatience{20};

OrderedJson time_or_null(const std::optional<Time>& time) {
  return time ? OrderedJson(to_rfc3339(*time)) : OrderedJson();
}

OrderedJson to_json(const FetchQueue::Entry& entry) {
  const CrlSourceRecord& source = entry.source;
  return {{"url", source.url},
          {"state", entry.running         ? "running"
                    : source.failures > 0 ? "failing"
                    : source.last_success ? "good"
                                          : "new"},
          {"last_try", time_or_null(source.last_try)},
          {"last_success", time_or_null(source.last_success)},
          {"last_error", source.last_error},
          {"failures", source.failures},
          {"next_try", to_rfc3339(source.next_try)},
          {"sha256", source.sha256},
          {"etag", source.etag},
          {"last_modified", source.last_modified}};
}

Response entries_answer(const std::vector<FetchQueue::Entry>& entries, bool with_outcome) {
  OrderedJson list = OrderedJson::array();
  for (const FetchQueue::Entry& entry : entries) {
    list.push_back(to_json(entry));
    if (with_outcome) {
      list.back()["outcome"] = entry.running || entry.wanted ? "running" : entry.outcome;
      list.back()["detail"] = entry.detail;
    }
  }
  return answer({{"sources", std::move(list)}});
}

Result<Response> list_sources(Supply& supply) {
  SHOMEI_TRY(supply.fetcher().refresh());
  return entries_answer(supply.fetcher().entries(), false);
}

Result<Response> fetch(const LoginParts& login, Supply& supply, const Request& request) {
  std::string url;
  if (!request.body.empty()) {
    SHOMEI_TRY(const Json body, request.json());
    SHOMEI_TRY(only_members(body, {"url"}));
    SHOMEI_TRY(url, text_member_or(body, "url", ""));
  }
  SHOMEI_TRY(const auto entries, supply.fetcher().fetch_now(url, kPatience));
  SHOMEI_TRY(login.store.commit({}, audit_event(login.clock, "crl.fetch_asked", actor_of(login, request),
                                                url.empty() ? "all" : url, OrderedJson::object())));
  return entries_answer(entries, true);
}

Result<Response> list_expiring(Supply& supply, const Request& request) {
  SHOMEI_TRY(const std::int64_t days, number_parameter(request, "days", kExpiryDays.front(), 36'500));
  const SupplyParts& parts = supply.parts();
  const Time now = parts.clock.now();
  const auto trust = parts.trust.snapshot();
  SHOMEI_TRY(const auto found, expiring(parts.store, *trust, parts.watched, now, static_cast<int>(days)));
  OrderedJson certificates = OrderedJson::array();
  for (const Expiring& one : found) {
    certificates.push_back(to_json(one, now));
  }
  OrderedJson lists = OrderedJson::array();
  for (const TrustSnapshot::List& list : trust->lists) {
    const Level level = supply.freshness().level(list.record, now);
    if (level != Level::kGood) {
      lists.push_back({{"kind", "crl"},
                       {"issuer", list.record.issuer},
                       {"number", list.record.number},
                       {"level", name(level)},
                       {"this_update", to_rfc3339(list.record.this_update)},
                       {"next_update", time_or_null(list.record.next_update)},
                       {"sha256", list.record.sha256}});
    }
  }
  return answer({{"certificates", std::move(certificates)}, {"crls", std::move(lists)}});
}

Result<Response> list_notices(Supply& supply, const Request& request) {
  SHOMEI_TRY(const std::int64_t limit, number_parameter(request, "limit", 100, 1000));
  SHOMEI_TRY(const auto notices, supply.parts().store.notices(static_cast<std::size_t>(limit)));
  return list_of("notices", notices, [](const NoticeRecord& notice) {
    OrderedJson json = OrderedJson::parse(notice.body);
    json["sent_at"] = time_or_null(notice.sent_at);
    json["attempts"] = notice.attempts;
    return json;
  });
}

Response text_answer(const Metrics& metrics) {
  return {
      .status = 200, .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, .body = metrics.text()};
}

}  // namespace

std::vector<http::Route> supply_routes(const LoginParts& login, Supply& supply, const http::AccessRule& access) {
  return {
      {"GET", "/v1/admin/crl-sources", {}, access, [&](const Request&) { return list_sources(supply); }},
      {"POST",
       "/v1/admin/crl-sources/fetch",
       {},
       access,
       [&](const Request& request) { return fetch(login, supply, request); }},
      {"GET", "/v1/admin/expiring", {}, access, [&](const Request& request) { return list_expiring(supply, request); }},
      {"GET", "/v1/admin/notices", {}, access, [&](const Request& request) { return list_notices(supply, request); }},
      {"GET",
       "/v1/admin/metrics",
       {},
       access,
       [&](const Request&) -> Result<Response> { return text_answer(supply.parts().metrics); }},
  };
}

http::Route metrics_route(const Metrics& metrics, const http::AccessRule& access) {
  return {"GET", "/metrics", {}, access, [&](const Request&) -> Result<Response> { return text_answer(metrics); }};
}

}  // namespace shomei::server
