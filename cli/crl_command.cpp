#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

struct LookupOptions {
  std::string file;
  std::string serial;
  std::string issuer;
  std::string at;
};

Result<ExitStatus> show(const std::string& file, const Context& context) {
  SHOMEI_TRY(const auto crl, auth::load_crl(file));
  if (context.json) {
    print_json(auth::to_json(crl));
  } else {
    print_text(crl_text(crl, context.language));
  }
  return ExitStatus::kDone;
}

Result<ExitStatus> lookup(const LookupOptions& options, const Context& context) {
  const auto serial = auth::serial_from_hex(options.serial);
  if (!serial) {
    return fail(Code::kUsage, "--serial: not hexadecimal: " + options.serial);
  }
  std::optional<Time> at;
  if (!options.at.empty()) {
    SHOMEI_TRY(at, time_or_now(context, options.at));
  }
  SHOMEI_TRY(const auto crl, auth::load_crl(options.file));
  std::optional<auth::Certificate> issuer;
  if (!options.issuer.empty()) {
    SHOMEI_TRY(issuer, auth::load_certificate(options.issuer));
  }
  auto answer = auth::lookup(crl, *serial, issuer ? &*issuer : nullptr, at);
  const auto next = crl.facts().next_update;
  if (!at && (!next || *next < context.clock->now())) {
    // No time was asked about: what the list says stands, but nobody shall take it for today's answer.
    answer.findings.push_back(
        {0, auth::Check::kCrlStale, auth::Severity::kWarn, next ? to_rfc3339(*next) : std::string()});
  }
  return tell(answer, context);
}

}  // namespace

void add_crl_commands(const Command& top) {
  const Command group = top.group("crl", "Look at revocation lists");
  const auto file = std::make_shared<std::string>();
  group
      .add("show", "Show what a revocation list says of itself", {"shomei crl show auth_ca.crl"},
           [file](const Context& context) { return show(*file, context); })
      .operand("FILE", *file, "Revocation list, DER or PEM");
  const auto options = std::make_shared<LookupOptions>();
  const Command command = group.add("lookup", "Ask a revocation list about a serial number",
                                    {"shomei crl lookup auth_ca.crl --serial 01A2 --issuer auth_ca.cer",
                                     "shomei crl lookup auth_ca.crl --serial 01:a2 --at 2026-04-01T00:00:00Z --json"},
                                    [options](const Context& context) { return lookup(*options, context); });
  command.operand("FILE", options->file, "Revocation list, DER or PEM");
  command.required("--serial", options->serial, "HEX", "Serial number of the certificate in question");
  command.option("--issuer", options->issuer, "CERT", "CA certificate that must have signed the list");
  command.option("--at", options->at, "RFC3339",
                 "The time at which the list must be in force; without it a list out of force is warned of");
}

}  // namespace shomei::cli
