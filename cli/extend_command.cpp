#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/sign_items.h"

namespace shomei::cli {
namespace {

struct Options {
  std::string file;
  std::string out;
  std::string level;
  std::vector<std::string> detached;
  bool require_level = false;
  bool force = false;
  ExtendOptions sources;
};

Result<ExitStatus> extend(const Options& options, const Context& context) {
  SHOMEI_TRY(check_output(options.out, options.force));
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto extender, Extender::create(options.sources, xml, context));
  SignItem item;
  item.in = options.file;
  item.out = options.out;
  item.request.level = signing::level_from(options.level).value_or(signing::Level::kT);
  SHOMEI_TRY(auto detached, detached_documents(options.detached));
  SHOMEI_TRY(const auto made,
             extender->extend(signing::Document::from_file(options.file), std::move(detached), item.request.level));
  item.request.format = made.bytes.front() == 0x30 ? signing::Format::kCades : signing::Format::kXades;
  put_out(item, made, options.require_level, options.force);
  print_items({&item, 1}, context);
  return report_items({&item, 1}, context.language);
}

}  // namespace

void add_extend_command(const Command& top) {
  const auto options = std::make_shared<Options>();
  const Command command = top.add(
      "extend", "Add time stamps and validation data to signatures",
      {"shomei extend referral.signed.xml --out referral.lt.xml --level LT --tsa http://tsa.example/ --trust anchors/ "
       "--crl crls/",
       "shomei extend referral.json.p7s --detached referral.json --out archive.p7s --level LTA --tsa "
       "http://tsa.example/ --trust anchors/ --crl crls/ --json"},
      [options](const Context& context) { return extend(*options, context); });
  command.operand("FILE", options->file, "Signed document, or signature beside its document");
  command.required("--out", options->out, "F", "Where the extended file goes");
  command.required_choice("--level", options->level, {"T", "LT", "LTA"},
                          "Level wished for; LTA at a file of level LTA renews it");
  command.repeated("--detached", options->detached, "FILE|DIR",
                   "Document that a detached signature is for; a folder: all files of a manifest");
  options->sources.declare(command);
  command.flag("--require-level", options->require_level, "No file rather than one below --level");
  command.flag("--force", options->force, "Replace a file that is there already");
}

}  // namespace shomei::cli
