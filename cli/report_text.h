#pragma once

#include <optional>
#include <span>
#include <string>

#include "auth/x509/validate.h"
#include "base/clock.h"
#include "cli/context.h"
#include "signing/report/report.h"

namespace shomei::cli {

/// Reports as people read them, one language at a time, every foreign text made `printable`.
std::string certificate_text(const auth::Certificate& certificate, Language language);
std::string validation_text(const auth::ValidationReport& report, Language language);
std::string crl_text(const auth::Crl& crl, Language language);
/// Prints what a list or an answer says of a certificate, as text or JSON. Good 0, revoked 1, unknown 2.
ExitStatus tell(const auth::CrlLookup& answer, const Context& context);
std::string findings_text(std::span<const auth::Finding> findings, Language language);
std::string verify_text(const signing::VerifyReport& report, Language language);
/// One line: the file, its verdict, who signed at which level.
std::string verify_line(std::string_view file, const signing::VerifyReport& report, Language language);

/// "Medical Doctor (医師)", roles joined.
std::string roles_text(std::span<const std::string> roles, Language language);
/// "2026-04-01 09:00:00 +0900 (JST)" in Japanese, "2026-04-01T00:00:00Z" in English; "-" for none.
std::string time_text(std::optional<Time> time, Language language);
/// "Label      value" lines; nothing for an empty value.
std::string line(Text label, std::string_view value, Language language);

}  // namespace shomei::cli
