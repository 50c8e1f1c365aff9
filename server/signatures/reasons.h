#pragma once

#include "base/json.h"
#include "server/store/signature_records.h"
#include "signing/extend.h"
#include "signing/report/report.h"

namespace shomei::server {

/// Why a level is not reached yet, or why a signature was refused.
struct Reason {
  /// Empty for a refusal.
  std::string level{};
  /// Of an error, or of a check of the verification.
  std::string id{};
  /// Particulars of an error; the texts of a check's finding, which stand for themselves.
  std::string detail{};
  std::string en{};
  std::string ja{};
  std::optional<Time> until{};
};

Reason reason_of(const signing::Pending& pending);
Reason reason_of(const Error& error, std::string_view level = "");
/// The findings that failed.
std::vector<Reason> reasons_of(const signing::VerifyReport& report);

/// As the store keeps them.
std::string to_text(const std::vector<Reason>& reasons);
/// Empty where it is not what to_text wrote.
std::vector<Reason> reasons_from(const std::string& text);

/// As the API shows it: {"id", "name", "facility", "state", "wanted", "level", "pending", "pending_until", "reasons":
/// [{"level"?, "id", "text", "until"?}], "attempts", "next_try", "submitted_at", "submitted_by", "changed_at",
/// "kept_until", "bytes", "sha256"}.
OrderedJson to_json(const SignatureRecord& signature, std::chrono::days keep, Language language);

}  // namespace shomei::server
