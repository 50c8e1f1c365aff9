#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/report_text.h"
#include "signing/verify.h"

namespace shomei::cli {
namespace {

struct VerifyOptions {
  std::string file;
  std::vector<std::string> detached;
  EvidenceOptions evidence;
  std::string policy_file;
};

ExitStatus exit_of(signing::Indication indication) {
  return indication == signing::Indication::kTotalPassed   ? ExitStatus::kDone
         : indication == signing::Indication::kTotalFailed ? ExitStatus::kNegative
                                                           : ExitStatus::kIndeterminate;
}

Result<ExitStatus> verify(const VerifyOptions& options, const Context& context) {
  signing::VerifyInputs inputs;
  SHOMEI_TRY(inputs.at, time_or_now(context, options.evidence.at));
  if (!options.policy_file.empty()) {
    SHOMEI_TRY(inputs.policy, signing::Policy::load(options.policy_file));
  }
  SHOMEI_TRY(inputs.evidence, options.evidence.load());
  inputs.file = signing::Document::from_file(options.file);
  for (const std::string& name : options.detached) {
    inputs.detached.push_back(signing::Document::from_file(name));
  }
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto report, signing::verify(xml, inputs));
  if (context.json) {
    print_json(signing::to_json(report, context.language));
  } else {
    print_text(verify_text(report, context.language));
  }
  return exit_of(report.indication);
}

}  // namespace

void add_verify_command(const Command& top) {
  const auto options = std::make_shared<VerifyOptions>();
  const Command command =
      top.add("verify", "Judge the signatures of a document (XAdES, CAdES)",
              {"shomei verify referral.xml --trust anchors/ --crl crls/ --lang ja",
               "shomei verify referral.json.p7s --detached referral.json --trust anchors/ --crl crls/ --json"},
              [options](const Context& context) { return verify(*options, context); });
  command.operand("FILE", options->file, "Signed document, or signature beside its document");
  command.repeated("--detached", options->detached, "FILE", "Document that a detached signature is for");
  options->evidence.declare(command);
  command.option("--policy-file", options->policy_file, "FILE", "Rules of judgement (TOML)");
}

}  // namespace shomei::cli
