#include "server/signatures/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

/// Another attempt with the same file would end in the same way.
bool is_of_the_file(Code code) {
  const std::string_view id = info(code).id;
  return id.starts_with("sign.") || id.starts_with("input.") || id.starts_with("xml.") || id.starts_with("cms.") ||
         id.starts_with("der.") || code == Code::kWorkBudgetSpent;
}

std::string_view waits_for(const signing::Pending& pending) {
  const std::string_view id = info(pending.why.code).id;
  const bool stamp =
      !pending.until && (id.starts_with("net.") || id.starts_with("timestamp.") || pending.level == signing::Level::kT);
  return stamp ? "stamp" : "list";
}

}  // namespace

std::chrono::seconds RetryTimes::after(std::int64_t attempts) const {
  constexpr std::chrono::seconds kFirst{60};
  constexpr std::chrono::seconds kLongest{3'600};
  constexpr double kSpread = 0.2;
  const auto doublings = std::clamp<std::int64_t>(attempts - 1, 0, 16);
  const auto wait = std::min(kFirst * (std::int64_t{1} << doublings), kLongest);
  return std::min(kLongest, std::chrono::duration_cast<std::chrono::seconds>(wait * (1 + (kSpread * random_()))));
}

SignatureWorker::SignatureWorker(const SignatureParts& parts, StampDesk* desk, std::function<double()> random)
    : parts_(parts), desk_(desk), times_(std::move(random)), name_(to_hex(random_bytes(8))) {}

void SignatureWorker::work(const std::stop_token& stop) {
  const auto told = [](const auto& result) {
    if (!result) {
      log::error("signatures: {}", describe(result.error()));
    }
    return result.has_value();
  };
  told(hurry());
  while (!stop.stop_requested()) {
    const Time now = parts_.clock.now();
    auto item = parts_.store.take_signature(name_, now, now + kLease);
    if (!told(item) || !*item) {
      break;
    }
    told(work_off(**std::move(item), stop));
    if (desk_ != nullptr && desk_->came_back()) {
      told(parts_.store.hurry_signatures("stamp", parts_.clock.now()));
    }
  }
  told(forget_old());
}

/// After a list was imported or fetched, here or at another server, it may be the one that was waited for.
Result<void> SignatureWorker::hurry() {
  const std::int64_t generation = parts_.trust.snapshot()->seq;
  if (generation != hurried_) {
    SHOMEI_TRY(parts_.store.hurry_signatures("list", parts_.clock.now()));
    hurried_ = generation;
  }
  return {};
}

Result<void> SignatureWorker::work_off(SignatureRecord item, const std::stop_token& stop) {
  Result<void> done;
  try {
    done = bring_up(item, stop);
  } catch (const std::exception& exception) {
    done = wait(item, {reason_of(make_error(Code::kInternal, exception.what()))}, "");
  }
  if (!done && (done.error().code == Code::kStoreConflict || done.error().code == Code::kStoreNotFound)) {
    // Its owner has taken it away, or another server has taken it over.
    log::info("signature {}: {}", item.id, describe(done.error()));
    return {};
  }
  return done;
}

signing::ExtendRequest SignatureWorker::request_for(SignatureFiles files) const {
  const auto trust = parts_.trust.snapshot();
  signing::ExtendRequest request{.file = std::move(files.file), .detached = std::move(files.detached)};
  request.stamps = desk_;
  request.digest = parts_.digest;
  request.evidence = signature_evidence(*trust);
  request.policy = signature_policy(*trust, parts_.settings);
  return request;
}

Result<void> SignatureWorker::bring_up(SignatureRecord& item, const std::stop_token& stop) {
  SHOMEI_TRY(auto contents, parts_.store.signature_contents(item.id));
  signing::ExtendRequest request = request_for(files_of(item.name, std::move(contents)));
  const std::size_t most = parts_.settings.max_bytes + kMostAdded;
  while (item.state == "pending") {
    request.level =
        static_cast<signing::Level>(static_cast<int>(signing::level_from(item.level).value_or(signing::Level::kB)) + 1);
    auto made = parts_.tools.extend(request);
    if (made && made->bytes.size() > most) {
      made = fail(Code::kInputTooLarge,
                  fmt::format("the file would have {} bytes, the limit is {}", made->bytes.size(), most));
    }
    if (!made && is_of_the_file(made.error().code)) {
      return refuse(item, made.error(), {.file = request.file, .detached = request.detached});
    }
    if (!made) {
      return wait(item, {reason_of(made.error(), signing::name(request.level))}, "");
    }
    const std::string hash = to_hex(sha256(made->bytes));
    if (hash != item.sha256 || made->level > signing::level_from(item.level)) {
      SHOMEI_TRY(accept(item, *made, hash));
    }
    if (item.state == "pending" && made->level < request.level) {
      if (stop.stop_requested()) {
        // Cut off by the end of the server, which is no failure of anybody's.
        --item.attempts;
        item.next_try = parts_.clock.now();
        return parts_.store.put_back_signature(item);
      }
      std::vector<Reason> reasons;
      for (const signing::Pending& pending : made->pending) {
        reasons.push_back(reason_of(pending));
      }
      return wait(item, std::move(reasons), made->pending.empty() ? "" : waits_for(made->pending.front()));
    }
    request.file.content = std::move(made->bytes);
  }
  return {};
}

Result<void> SignatureWorker::change(const SignatureRecord& item, ByteView file, std::string_view outcome) {
  OrderedJson detail = audit_detail(item);
  if (item.state == "refused") {
    detail["reasons"] = OrderedJson::array();
    for (const Reason& reason : reasons_from(item.reasons)) {
      detail["reasons"].push_back(reason.id);
    }
  }
  const Change advance = change::AdvanceSignature{.signature = item, .file = to_bytes(file)};
  SHOMEI_TRY(parts_.store.commit(
      {&advance, 1}, audit_event(parts_.clock, fmt::format("signature.{}", outcome), "server", item.id, detail)));
  parts_.metrics.count(Metrics::Counter::kSignatures, {{"outcome", outcome}});
  return {};
}

Result<void> SignatureWorker::accept(SignatureRecord& item, const signing::Extended& made, const std::string& sha256) {
  SignatureRecord next = item;
  next.level = signing::name(made.level);
  next.state = made.level >= signing::level_from(item.wanted) ? "finished" : "pending";
  next.sha256 = sha256;
  next.bytes = static_cast<std::int64_t>(made.bytes.size());
  next.changed_at = parts_.clock.now();
  next.attempts = 1;
  next.next_try = next.changed_at + kLease;
  next.reasons = "[]";
  SHOMEI_TRY(change(next, made.bytes, next.state == "finished" ? "finished" : "extended"));
  item = std::move(next);
  return {};
}

Result<void> SignatureWorker::refuse(SignatureRecord& item, const Error& why, const SignatureFiles& files) {
  std::vector<Reason> reasons{reason_of(why)};
  if (why.code == Code::kSignNotValid) {
    const auto trust = parts_.trust.snapshot();
    signing::VerifyInputs inputs{.file = files.file, .detached = files.detached};
    inputs.evidence = signature_evidence(*trust);
    inputs.at = parts_.clock.now();
    inputs.policy = signature_policy(*trust, parts_.settings);
    if (const auto report = parts_.tools.verify(inputs)) {
      for (Reason& reason : reasons_of(*report)) {
        reasons.push_back(std::move(reason));
      }
    }
  }
  item.state = "refused";
  item.changed_at = parts_.clock.now();
  item.reasons = to_text(reasons);
  return change(item, {}, "refused");
}

Result<void> SignatureWorker::wait(SignatureRecord& item, std::vector<Reason> reasons, std::string_view waits_for) {
  const Time now = parts_.clock.now();
  const auto until = reasons.empty() ? std::nullopt : reasons.front().until;
  // The list itself wakes it up (hurry); this is for one that came by no generation.
  item.next_try = until && *until > now ? *until + times_.after(1) : now + times_.after(item.attempts);
  item.waits_for = waits_for;
  item.reasons = to_text(reasons);
  return parts_.store.put_back_signature(item);
}

Result<void> SignatureWorker::forget_old() {
  constexpr std::size_t kAtOnce = 100;
  SHOMEI_TRY(const auto old, parts_.store.old_signatures(parts_.clock.now() - parts_.settings.keep, kAtOnce));
  for (const SignatureRecord& one : old) {
    OrderedJson detail = audit_detail(one);
    detail["state"] = one.state;
    const Change remove = change::RemoveSignature{one.id};
    const auto gone =
        parts_.store.commit({&remove, 1}, audit_event(parts_.clock, "signature.expired", "server", one.id, detail));
    if (!gone && gone.error().code != Code::kStoreNotFound) {
      return gone;
    }
    if (gone) {
      parts_.metrics.count(Metrics::Counter::kSignatures, {{"outcome", "expired"}});
    }
  }
  return {};
}

}  // namespace shomei::server
