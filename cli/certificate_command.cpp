#include <nlohmann/json.hpp>

#include "base/der.h"
#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

struct ValidateOptions {
  std::string file;
  EvidenceOptions evidence;
  std::string purpose = "any";
  std::vector<std::string> policies;
  bool require_explicit_policy = false;
  bool inhibit_policy_mapping = false;
  bool inhibit_any_policy = false;
  bool no_revocation = false;
  bool partial_chain = false;
};

ExitStatus exit_of(auth::Verdict verdict) {
  return verdict == auth::Verdict::kValid     ? ExitStatus::kDone
         : verdict == auth::Verdict::kInvalid ? ExitStatus::kNegative
                                              : ExitStatus::kIndeterminate;
}

Result<ExitStatus> show(const std::string& file, const Context& context) {
  SHOMEI_TRY(const auto certificate, auth::load_certificate(file));
  if (context.json) {
    print_json(auth::to_json(certificate));
  } else {
    print_text(certificate_text(certificate, context.language));
  }
  return ExitStatus::kDone;
}

/// An OBJECT IDENTIFIER as text, so that a misspelt one is not a policy that nobody has.
Result<void> check_oids(const std::vector<std::string>& oids) {
  for (const std::string& oid : oids) {
    if (!der::oid_content(oid)) {
      return fail(Code::kUsage, "--policy: not an object identifier: " + oid);
    }
  }
  return {};
}

Result<ExitStatus> validate(const ValidateOptions& options, const Context& context) {
  SHOMEI_TRY(const auto at, time_or_now(context, options.evidence.at));
  SHOMEI_TRY(check_oids(options.policies));
  SHOMEI_TRY(const auto certificate, auth::load_certificate(options.file));
  SHOMEI_TRY(const auto inputs, auth::load_inputs(options.evidence.paths(), options.partial_chain));
  auth::ValidationOptions rules;
  rules.at = at;
  rules.purpose = auth::purpose_from(options.purpose).value_or(auth::Purpose::kAny);
  rules.policies = options.policies;
  rules.require_explicit_policy = options.require_explicit_policy;
  rules.inhibit_policy_mapping = options.inhibit_policy_mapping;
  rules.inhibit_any_policy = options.inhibit_any_policy;
  rules.check_revocation = !options.no_revocation;
  const auto report = auth::validate(certificate, inputs, rules, auth::ProfileSet::defaults());
  if (context.json) {
    print_json(auth::to_json(report, context.language));
  } else {
    print_text(validation_text(report, context.language));
  }
  return exit_of(report.verdict);
}

void declare_validate(const Command& group) {
  const auto options = std::make_shared<ValidateOptions>();
  const Command command =
      group.add("validate", "Judge a certificate: path to a trusted root, revocation, rules of its purpose",
                {"shomei certificate validate doctor.cer --trust anchors/ --crl crls/",
                 "shomei certificate validate doctor.cer --trust anchors/ --crl crls/ --purpose signature --at "
                 "2026-04-01T00:00:00Z --json"},
                [options](const Context& context) { return validate(*options, context); });
  command.operand("CERT", options->file, "Certificate, DER or PEM");
  options->evidence.declare(command);
  command.choice("--purpose", options->purpose, {"any", "signature", "authentication", "timestamp", "staff"},
                 "What it is wanted for; any asks RFC 5280 alone");
  command.repeated("--policy", options->policies, "OID", "Acceptable certificate policy (RFC 5280 6.1.1 c)");
  command.flag("--require-explicit-policy", options->require_explicit_policy, "RFC 5280 6.1.1 (f)");
  command.flag("--inhibit-policy-mapping", options->inhibit_policy_mapping, "RFC 5280 6.1.1 (e)");
  command.flag("--inhibit-any-policy", options->inhibit_any_policy, "RFC 5280 6.1.1 (g)");
  command.flag("--no-revocation", options->no_revocation, "Do not ask whether certificates are revoked");
  command.flag("--partial-chain", options->partial_chain,
               "Every certificate of --trust is an anchor, self-issued or not");
}

}  // namespace

void add_certificate_commands(const Command& top) {
  const Command group = top.group("certificate", "Look at certificates and judge them");
  const auto file = std::make_shared<std::string>();
  const Command show_command =
      group.add("show", "Show what a certificate says, without judgement",
                {"shomei certificate show doctor.cer", "shomei certificate show doctor.cer --lang ja"},
                [file](const Context& context) { return show(*file, context); });
  show_command.operand("CERT", *file, "Certificate, DER or PEM");
  declare_validate(group);
}

}  // namespace shomei::cli
