#include <algorithm>

#include "cli/agent_sign.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sign_items.h"

namespace shomei::cli {
namespace {

/// The document has nothing to do with it: no other one would fare better, and a wrong PIN must not be tried again.
bool is_of_the_key(Code code) {
  const std::string_view id = info(code).id;
  return id.starts_with("pin.") || id.starts_with("card.") || id.starts_with("pkcs11.") || code == Code::kKeyUnsuitable;
}

Result<void> sign_all(std::span<SignItem> items, SigningKey& key, const SignOptions& options, const Context& context,
                      const signing::XmlLibrary& xml, const Extender& extender) {
  signing::LocalDocumentSigner signer(xml, key, *context.clock);
  Progress progress("sign", items.size());
  for (SignItem& item : items) {
    progress.step(item.in.filename().string());
    if (item.error) {
      continue;
    }
    auto signature = signer.sign(item.request);
    if (signature) {
      accept_signature(item, *std::move(signature), options, extender);
    } else if (is_of_the_key(signature.error().code)) {
      return std::unexpected(std::move(signature).error());
    } else {
      item.error = std::move(signature).error();
    }
  }
  return {};
}

/// What stopped the whole is every unsigned document's error.
void spread(const Error& error, std::span<SignItem> items) {
  for (SignItem& item : items) {
    if (!item.error && !item.level) {
      item.error = error;
    }
  }
}

Result<ExitStatus> sign(const SignOptions& options, const Context& context) {
  SHOMEI_TRY(auto items, plan_signing(options));
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto extender, Extender::create(options.sources, xml, context));
  if (!std::ranges::all_of(items, [](const SignItem& item) { return item.error.has_value(); })) {
    const auto agent = AgentClient::find(options.key, context);
    const auto done = agent ? sign_by_agent(*agent, items, options, *extender)
                            : with_key(options.key, cards::Use::kSignature, context, [&](SigningKey& key) {
                                return sign_all(items, key, options, context, xml, *extender);
                              });
    if (!done) {
      spread(done.error(), items);
    }
  }
  print_items(items, context);
  return report_items(items, context.language);
}

}  // namespace

void add_sign_command(const Command& top) {
  const auto options = std::make_shared<SignOptions>();
  const Command command = top.add(
      "sign", "Sign documents with the card's signature key",
      {"shomei sign referral.xml --out referral.signed.xml --format xades",
       "shomei sign *.json --out signed/ --format cades --json",
       "shomei sign referral.xml --out signed/ --format xades --level LTA --tsa http://tsa.example/ --trust anchors/ "
       "--crl crls/",
       "shomei sign referral.xml --out signed/ --format xades --key 'pkcs11:token=HPKI;id=%17?module-name=hpki'"},
      [options](const Context& context) { return sign(*options, context); });
  command.operands("IN", options->inputs, "Documents to sign");
  command.required("--out", options->out, "F|DIR", "Where the signature goes: a file, or a folder for several");
  command.required_choice("--format", options->format, {"xades", "cades"}, "Form of the signature");
  command.choice("--packaging", options->packaging, {"enveloped", "enveloping", "detached"},
                 "Where the signature stands (XAdES; otherwise: enveloped for .xml, detached for the rest)");
  command.choice("--level", options->level, {"B", "T", "LT", "LTA"}, "Level wished for (otherwise: B)");
  command.flag("--require-level", options->require_level, "No file rather than one below --level");
  command.flag("--force", options->force, "Replace files that are there already");
  options->sources.declare(command);
  options->key.declare(command);
}

}  // namespace shomei::cli
