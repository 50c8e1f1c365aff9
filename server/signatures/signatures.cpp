#include "server/signatures/signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

constexpr std::size_t kLongestName = 200;

/// Each part with its length before it, so that no two requests have the same bytes.
std::string id_of(const Submission& submission) {
  DigestStream stream(DigestAlgorithm::kSha256);
  const auto add = [&](ByteView part) {
    stream.update(as_bytes(fmt::format("{}:", part.size())));
    stream.update(part);
  };
  add(as_bytes(submission.facility));
  add(as_bytes(signing::name(submission.level)));
  add(submission.file);
  for (const SignatureContent& detached : submission.detached) {
    add(as_bytes(detached.name));
    add(detached.content);
  }
  return to_hex(stream.finish()).substr(0, 32);
}

Result<void> check_size(const Submission& submission, std::size_t most) {
  std::size_t bytes = submission.file.size();
  for (const SignatureContent& detached : submission.detached) {
    bytes += detached.content.size();
  }
  if (bytes > most) {
    return fail(Code::kInputTooLarge, fmt::format("{} bytes, the limit is {}", bytes, most));
  }
  return submission.name.size() <= kLongestName
             ? Result<void>()
             : fail(Code::kInputTooLarge, fmt::format("name: at most {} bytes", kLongestName));
}

}  // namespace

OrderedJson audit_detail(const SignatureRecord& signature) {
  return {{"facility", signature.facility},
          {"wanted", signature.wanted},
          {"level", signature.level},
          {"sha256", signature.sha256},
          {"bytes", signature.bytes}};
}

Signatures::Signatures(const SignatureParts& parts) : parts_(parts) {
  parts_.metrics.add_collector([this](MetricsText& text) { write_gauges(text); });
}

Result<signing::Level> Signatures::level_of(const Submission& submission) const {
  const auto trust = parts_.trust.snapshot();
  std::vector<SignatureContent> contents{{.name = submission.name, .content = submission.file}};
  contents.insert(contents.end(), submission.detached.begin(), submission.detached.end());
  SignatureFiles files = files_of(submission.name, std::move(contents));
  signing::VerifyInputs inputs{.file = std::move(files.file), .detached = std::move(files.detached)};
  inputs.evidence = signature_evidence(*trust);
  inputs.at = parts_.clock.now();
  inputs.policy = signature_policy(*trust, parts_.settings);
  SHOMEI_TRY(const signing::VerifyReport report, parts_.tools.verify(inputs));
  const auto lowest = std::ranges::min_element(report.signatures, {}, &signing::SignatureReport::level);
  if (lowest == report.signatures.end()) {
    return fail(Code::kInputMalformed, "there is no signature in it");
  }
  return lowest->level;
}

Result<SignatureRecord> Signatures::submit(const Submission& submission) {
  SHOMEI_TRY(check_size(submission, parts_.settings.max_bytes));
  const std::string id = id_of(submission);
  SHOMEI_TRY(const auto present, parts_.store.find_signature(id));
  if (present && present->state != "refused") {
    return *present;
  }
  SHOMEI_TRY(const signing::Level level, level_of(submission));
  if (level >= submission.level) {
    return fail(Code::kUsage, fmt::format("the file has level {} already", signing::name(level)));
  }
  const Time now = parts_.clock.now();
  const SignatureRecord record{.id = id,
                               .facility = submission.facility,
                               .person = submission.person,
                               .name = submission.name,
                               .wanted = std::string(signing::name(submission.level)),
                               .level = std::string(signing::name(level)),
                               .sha256 = to_hex(sha256(submission.file)),
                               .bytes = static_cast<std::int64_t>(submission.file.size()),
                               .submitted_at = now,
                               .changed_at = now,
                               .next_try = now};
  std::vector<Change> changes;
  if (present) {
    changes.emplace_back(change::RemoveSignature{id});
  }
  changes.emplace_back(change::AddSignature{.signature = record,
                                            .file = submission.file,
                                            .detached = submission.detached,
                                            .most_of_facility = parts_.settings.most_of_facility,
                                            .most = parts_.settings.most});
  const auto added = parts_.store.commit(
      changes, audit_event(parts_.clock, "signature.submitted", submission.person, id, audit_detail(record)));
  if (!added && added.error().code == Code::kStoreConflict) {
    // The same came twice at once.
    return find(id, submission.facility);
  }
  SHOMEI_TRY(added);
  parts_.metrics.count(Metrics::Counter::kSignatures, {{"outcome", "submitted"}});
  return record;
}

Result<SignatureRecord> Signatures::find(const std::string& id, const std::string& facility) {
  SHOMEI_TRY(auto found, parts_.store.find_signature(id));
  const bool visible = found && (facility.empty() || found->facility == facility);
  return visible ? Result<SignatureRecord>(*std::move(found)) : fail(Code::kStoreNotFound, "signature " + id);
}

Result<Bytes> Signatures::file(const std::string& id, const std::string& facility) {
  SHOMEI_TRY(find(id, facility));
  SHOMEI_TRY(auto contents, parts_.store.signature_contents(id));
  return std::move(contents.front().content);
}

Result<void> Signatures::remove(const std::string& id, const std::string& facility, const std::string& actor) {
  SHOMEI_TRY(const SignatureRecord found, find(id, facility));
  OrderedJson detail = audit_detail(found);
  detail["state"] = found.state;
  const Change change = change::RemoveSignature{id};
  SHOMEI_TRY(parts_.store.commit({&change, 1}, audit_event(parts_.clock, "signature.removed", actor, id, detail)));
  parts_.metrics.count(Metrics::Counter::kSignatures, {{"outcome", "removed"}});
  return {};
}

void Signatures::write_gauges(MetricsText& text) const {
  const auto counts = parts_.store.count_signatures();
  text.family("shomei_signatures", "gauge", "Signatures kept, by state.");
  if (counts) {
    for (const auto& [state, count] : counts->of_state) {
      text.sample(Labels{{"state", state}}, static_cast<double>(count));
    }
  }
  text.family("shomei_signatures_oldest_pending_seconds", "gauge", "Since the oldest pending signature came.");
  if (counts) {
    const auto age = counts->oldest ? parts_.clock.now() - *counts->oldest : std::chrono::seconds(0);
    text.sample(Labels{}, static_cast<double>(age.count()));
  }
}

}  // namespace shomei::server
