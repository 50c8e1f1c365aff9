#include "cli/sign_extend.h"

#include <algorithm>

namespace shomei::cli {

void ExtendOptions::declare(const Command& command) {
  tsa.declare(command);
  evidence.declare_sources(command);
  command.option("--policy-file", policy_file, "FILE", "Rules of judgement (TOML)");
}

Result<std::unique_ptr<Extender>> Extender::create(const ExtendOptions& options, const signing::XmlLibrary& xml,
                                                   const Context& context) {
  std::unique_ptr<Extender> made(new Extender(xml, context));
  SHOMEI_TRY(made->stamps_, options.tsa.make_source(context));
  made->like_.stamps = made->stamps_.get();
  made->like_.digest = options.tsa.digest_algorithm();
  SHOMEI_TRY(made->like_.evidence, options.evidence.load());
  if (!options.policy_file.empty()) {
    SHOMEI_TRY(made->like_.policy, signing::Policy::load(options.policy_file));
  }
  return made;
}

Result<signing::SignedDocument> Extender::extend(signing::Document file, std::vector<signing::Document> detached,
                                                 signing::Level level) const {
  signing::ExtendRequest request = like_;
  request.file = std::move(file);
  request.detached = std::move(detached);
  request.level = level;
  SHOMEI_TRY(signing::Extended made, signing::extend(*xml_, request, *clock_));
  signing::SignedDocument document{.bytes = std::move(made.bytes), .level = made.level};
  for (const signing::Pending& pending : made.pending) {
    document.pending.push_back(pending.level);
    document.pending_until = std::max(document.pending_until, pending.until);
    document.pending_why = document.pending_why ? document.pending_why : pending.why;
  }
  return document;
}

}  // namespace shomei::cli
