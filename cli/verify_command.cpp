#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/report_file.h"
#include "cli/report_text.h"
#include "cli/verify_batch.h"
#include "signing/verify.h"

namespace shomei::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> files;
  std::vector<std::string> detached;
  std::string shown;
  EvidenceOptions evidence;
  std::string policy_file;
  std::vector<std::string> reports;
  bool force = false;
};

Result<signing::VerifyInputs> common_inputs(const VerifyOptions& options, const Context& context) {
  signing::VerifyInputs inputs;
  SHOMEI_TRY(inputs.at, time_or_now(context, options.evidence.at));
  if (!options.policy_file.empty()) {
    SHOMEI_TRY(inputs.policy, signing::Policy::load(options.policy_file));
  }
  SHOMEI_TRY(inputs.evidence, options.evidence.load());
  SHOMEI_TRY(inputs.detached, detached_documents(options.detached));
  if (!options.shown.empty()) {
    inputs.shown = signing::Document::from_file(options.shown);
  }
  return inputs;
}

Result<ExitStatus> verify_one(const VerifyOptions& options, signing::VerifyInputs inputs, const Context& context) {
  SHOMEI_TRY(const auto reports, plan_reports(options.reports, options.force));
  inputs.file = signing::Document::from_file(options.files.front());
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto report, signing::verify(xml, inputs));
  for (const ReportFile& file : reports) {
    SHOMEI_TRY(write_report(file, report, context.language, options.force));
  }
  if (context.json) {
    print_json(signing::to_json(report, context.language));
  } else {
    print_text(verify_text(report, context.language));
  }
  return exit_of(report.indication);
}

Result<ExitStatus> verify(const VerifyOptions& options, const Context& context) {
  SHOMEI_TRY(auto inputs, common_inputs(options, context));
  if (options.files.size() == 1) {
    return verify_one(options, std::move(inputs), context);
  }
  VerifyBatch batch{.files = options.files, .pages = {}, .force = options.force, .common = std::move(inputs)};
  SHOMEI_TRY(batch.pages, plan_pages(options.reports, options.files, options.force));
  const signing::XmlLibrary xml;
  return verify_batch(xml, batch, context);
}

}  // namespace

void add_verify_command(const Command& top) {
  const auto options = std::make_shared<VerifyOptions>();
  const Command command = top.add(
      "verify", "Judge the signatures of a document (XAdES, CAdES)",
      {"shomei verify referral.xml --trust anchors/ --crl crls/ --lang ja",
       "shomei verify referral.json.p7s --detached referral.json --trust anchors/ --crl crls/ --json",
       "shomei verify referral.xml --trust anchors/ --crl crls/ --report referral.html --report referral.etsi.xml",
       "shomei verify archive/*.xml --trust anchors/ --crl crls/ --report reports/"},
      [options](const Context& context) { return verify(*options, context); });
  command.operands("FILE", options->files, "Signed documents, or signatures beside their documents");
  command.repeated("--detached", options->detached, "FILE|DIR",
                   "Document that a detached signature is for; a folder: all files of a manifest");
  command.option("--shown", options->shown, "FILE", "Text that is said to have been shown to the signer");
  options->evidence.declare(command);
  command.option("--policy-file", options->policy_file, "FILE", "Rules of judgement (TOML)");
  command.repeated("--report", options->reports, "F.html|F.xml|DIR/",
                   "Write a report: a page for people, XML of ETSI TS 119 102-2, or a page for each of several files");
  command.flag("--force", options->force, "Replace reports that are there already");
}

}  // namespace shomei::cli
