#include "server/trust/rehearsal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

constexpr std::size_t kKept = 8;
constexpr std::size_t kPage = 100;
/// So many of each kind are listed; all are counted.
constexpr std::size_t kListed = 1000;

std::vector<auth::Finding> refusing(const std::vector<auth::Finding>& findings) {
  std::vector<auth::Finding> result;
  std::ranges::copy_if(findings, std::back_inserter(result),
                       [](const auth::Finding& one) { return one.severity == auth::Severity::kFail; });
  return result;
}

OrderedJson to_json(const RehearsedCertificate& row, Language language) {
  return {{"certificate", row.used.sha256},
          {"name", row.name},
          {"name_ja", row.name_ja},
          {"person", row.used.person},
          {"use", row.used.use},
          {"logins", row.used.logins},
          {"last_login", to_rfc3339(row.used.last_login)},
          {"findings", auth::to_json(row.findings, language)}};
}

OrderedJson to_json(const std::vector<RehearsedCertificate>& rows, Language language) {
  OrderedJson list = OrderedJson::array();
  for (const RehearsedCertificate& row : rows) {
    list.push_back(to_json(row, language));
  }
  return list;
}

}  // namespace

Rehearsal* Rehearsals::at(const std::string& id) {
  const auto found = std::ranges::find(kept_, id, &Rehearsal::id);
  return found == kept_.end() ? nullptr : &*found;
}

Result<std::string> Rehearsals::start(const TrustChange& change, const std::string& actor) {
  const auto before = trust_.snapshot();
  SHOMEI_TRY(const TrustPlan plan, trust_.try_out(change, actor));
  SHOMEI_TRY(const std::int64_t total, store_.count_used_certificates(clock_.now() - back_));
  const std::scoped_lock lock(mutex_);
  if (!kept_.empty() && kept_.back().state == "running") {
    return fail(Code::kRehearsalBusy);
  }
  SHOMEI_TRY(store_.commit({}, audit_event(clock_, "trust.rehearsed", actor, plan.subject,
                                           {{"change", plan.event}, {"certificates", total}})));
  const std::string id = to_hex(random_bytes(8));
  kept_.push_back({.id = id,
                   .kind = std::string(kind_of(change)),
                   .subject = plan.subject,
                   .warnings = plan.warnings,
                   .total = static_cast<std::size_t>(total),
                   .generation = before->seq});
  if (kept_.size() > kKept) {
    kept_.pop_front();
  }
  worker_ = std::jthread(
      [this, id, before, after = plan.candidate](const std::stop_token& stop) { run(stop, id, *before, *after); });
  return id;
}

void Rehearsals::run(const std::stop_token& stop, const std::string& id, const TrustSnapshot& before,
                     const TrustSnapshot& after) {
  const auto result = compare_all(stop, id, before, after);
  const std::scoped_lock lock(mutex_);
  Rehearsal& rehearsal = *at(id);
  rehearsal.state = stop.stop_requested() ? "cancelled" : result ? "done" : "failed";
  if (!result) {
    rehearsal.error = result.error();
  }
  changed_.notify_all();
}

Result<void> Rehearsals::compare_all(const std::stop_token& stop, const std::string& id, const TrustSnapshot& before,
                                     const TrustSnapshot& after) {
  const Time since = clock_.now() - back_;
  std::string last;
  for (bool more = true; more && !stop.stop_requested();) {
    SHOMEI_TRY(const auto page, store_.used_certificates(since, last, kPage));
    RehearsalReport report;
    for (const UsedCertificate& used : page) {
      compare(used, before, after, report);
    }
    more = page.size() == kPage;
    last = more ? page.back().sha256 : last;
    const std::scoped_lock lock(mutex_);
    Rehearsal& rehearsal = *at(id);
    rehearsal.done += page.size();
    const auto add = [](std::vector<RehearsedCertificate>& to, std::vector<RehearsedCertificate>& from) {
      for (RehearsedCertificate& row : from) {
        if (to.size() < kListed) {
          to.push_back(std::move(row));
        }
      }
    };
    rehearsal.report.refused += report.newly_refused.size();
    rehearsal.report.accepted += report.newly_accepted.size();
    rehearsal.report.stay_accepted += report.stay_accepted;
    rehearsal.report.stay_refused += report.stay_refused;
    rehearsal.report.unreadable += report.unreadable;
    add(rehearsal.report.newly_refused, report.newly_refused);
    add(rehearsal.report.newly_accepted, report.newly_accepted);
  }
  return {};
}

void Rehearsals::compare(const UsedCertificate& used, const TrustSnapshot& before, const TrustSnapshot& after,
                         RehearsalReport& report) const {
  const auto certificate = auth::Certificate::parse(used.der);
  if (!certificate) {
    ++report.unreadable;
    return;
  }
  const auto now = trust_.judge(before, *certificate).report;
  const auto then = trust_.judge(after, *certificate).report;
  const bool in_now = now.verdict == auth::Verdict::kValid;
  const bool in_then = then.verdict == auth::Verdict::kValid;
  if (in_now == in_then) {
    ++(in_now ? report.stay_accepted : report.stay_refused);
    return;
  }
  RehearsedCertificate row{.used = used,
                           .name = certificate->facts().name,
                           .name_ja = certificate->facts().name_ja,
                           .findings = refusing(in_now ? then.findings : now.findings)};
  row.used.der.clear();
  (in_now ? report.newly_refused : report.newly_accepted).push_back(std::move(row));
}

Result<Rehearsal> Rehearsals::find(const std::string& id, std::chrono::seconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] {
    const Rehearsal* rehearsal = at(id);
    return rehearsal == nullptr || rehearsal->state != "running";
  });
  const Rehearsal* rehearsal = at(id);
  return rehearsal != nullptr ? Result<Rehearsal>(*rehearsal) : fail(Code::kRehearsalUnknown, id);
}

Result<void> Rehearsals::cancel(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  Rehearsal* rehearsal = at(id);
  if (rehearsal == nullptr) {
    return fail(Code::kRehearsalUnknown, id);
  }
  if (rehearsal->state == "running") {
    worker_.request_stop();
  }
  return {};
}

OrderedJson to_json(const Rehearsal& rehearsal, Language language) {
  OrderedJson json = {{"id", rehearsal.id},
                      {"state", rehearsal.state},
                      {"done", rehearsal.done},
                      {"total", rehearsal.total},
                      {"kind", rehearsal.kind},
                      {"subject", rehearsal.subject},
                      {"generation", rehearsal.generation},
                      {"warnings", rehearsal.warnings}};
  if (rehearsal.error) {
    json["error"] = {{"id", info(rehearsal.error->code).id}, {"text", message(*rehearsal.error, language)}};
  }
  if (rehearsal.state == "done") {
    const RehearsalReport& report = rehearsal.report;
    json["report"] = {{"newly_refused_count", report.refused},
                      {"newly_accepted_count", report.accepted},
                      {"stay_accepted_count", report.stay_accepted},
                      {"stay_refused_count", report.stay_refused},
                      {"unreadable_count", report.unreadable},
                      {"newly_refused", to_json(report.newly_refused, language)},
                      {"newly_accepted", to_json(report.newly_accepted, language)}};
  }
  return json;
}

}  // namespace shomei::server
