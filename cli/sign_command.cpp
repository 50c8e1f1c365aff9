#include <algorithm>

#include "cli/agent_sign.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sign_folder.h"
#include "cli/sign_items.h"

namespace shomei::cli {
namespace {

/// The document has nothing to do with it: no other one would fare better, and a wrong PIN must not be tried again.
bool is_of_the_key(Code code) {
  const std::string_view id = info(code).id;
  return id.starts_with("pin.") || id.starts_with("card.") || id.starts_with("pkcs11.") || code == Code::kKeyUnsuitable;
}

bool has_folder(const SignOptions& options) {
  return std::ranges::any_of(options.inputs, [](const std::string& in) {
    std::error_code problem;
    return std::filesystem::is_directory(in, problem);
  });
}

Result<void> sign_each(std::span<SignItem> items, signing::DocumentSigner& signer, const SignOptions& options,
                       const Extender& extender) {
  Progress progress("sign", items.size());
  for (SignItem& item : items) {
    progress.step(item.in.filename().string());
    if (!item.is_open()) {
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

/// Each document is written as soon as it is signed: what ends the work in the middle leaves the others whole.
Result<void> sign_all(std::vector<SignItem>& items, SigningKey& key, const SignOptions& options, const Context& context,
                      const signing::XmlLibrary& xml, const Extender& extender) {
  signing::LocalDocumentSigner signer(xml, key, *context.clock);
  SHOMEI_TRY(sign_each(items, signer, options, extender));
  if (!has_folder(options)) {
    return {};
  }
  SHOMEI_TRY(auto manifest, sign_manifest(items, signer, options));
  if (manifest) {
    items.push_back(std::move(*manifest));
  }
  return {};
}

/// What stopped the whole is every unsigned document's error.
void spread(const Error& error, std::span<SignItem> items) {
  for (SignItem& item : items) {
    if (item.is_open()) {
      item.error = error;
    }
  }
}

Result<void> sign_by(std::vector<SignItem>& items, const SignOptions& options, const Context& context,
                     const signing::XmlLibrary& xml, const Extender& extender) {
  const auto agent = AgentClient::find(options.key, context);
  if (!agent) {
    return with_key(options.key, cards::Use::kSignature, context,
                    [&](SigningKey& key) { return sign_all(items, key, options, context, xml, extender); });
  }
  if (options.beyond_the_agent() || has_folder(options)) {
    return fail(Code::kSignUnsupported, "the agent that runs here signs single documents; add --direct");
  }
  return sign_by_agent(*agent, items, options, extender);
}

Result<ExitStatus> sign(const SignOptions& options, const Context& context) {
  SHOMEI_TRY(auto items, plan_signing(options));
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto extender, Extender::create(options.sources, xml, context));
  std::optional<Error> stopped;
  if (std::ranges::any_of(items, &SignItem::is_open)) {
    if (auto done = sign_by(items, options, context, xml, *extender); !done) {
      stopped = std::move(done).error();
    }
  }
  const bool is_told = stopped && std::ranges::any_of(items, &SignItem::is_open);
  if (is_told) {
    spread(*stopped, items);
  }
  print_items(items, context);
  const ExitStatus status = report_items(items, context.language);
  if (stopped && !is_told) {
    // Every document is signed; what failed is the manifest over them.
    report(*stopped, context.language);
    return ExitStatus::kNegative;
  }
  return status;
}

}  // namespace

void add_sign_command(const Command& top) {
  const auto options = std::make_shared<SignOptions>();
  const Command command = top.add(
      "sign", "Sign documents with the card's signature key",
      {"shomei sign referral.xml --out referral.signed.xml --format xades",
       "shomei sign *.json --out signed/ --format cades --json",
       "shomei sign referral.xml --manifest photo.jpg scan.pdf image.dcm --format xades --out referral.signed.xml",
       "shomei sign outbox/ --out signed/ --format cades --recursive",
       "shomei sign referral.signed.xml --countersign --out referral.confirmed.xml",
       "shomei sign prescription.csv --profile eprescription --out prescription.xml",
       "shomei sign referral.xml --out signed/ --format xades --level LTA --tsa http://tsa.example/ --trust anchors/ "
       "--crl crls/",
       "shomei sign referral.xml --out signed/ --format xades --key 'pkcs11:token=HPKI;id=%17?module-name=hpki'"},
      [options](const Context& context) { return sign(*options, context); });
  command.operands("IN", options->inputs, "Documents to sign, or folders of them");
  command.required("--out", options->out, "F|DIR", "Where the signature goes: a file, or a folder for several");
  command.choice("--format", options->format, {"xades", "cades"}, "Form of the signature");
  command.choice("--packaging", options->packaging, {"enveloped", "enveloping", "detached"},
                 "Where the signature stands (XAdES; otherwise: enveloped for .xml, detached for the rest)");
  command.several("--manifest", options->manifest, "FILE", "Files that are signed along with the document (XAdES)");
  command.flag("--parallel", options->parallel, "Make it so that further signatures can stand beside this one");
  command.option("--add-to", options->add_to, "FILE", "CMS file that gets a further signature (--parallel, CAdES)");
  command.flag("--countersign", options->countersign, "Confirm the signature in the file");
  command.option("--signature", options->signature, "ID", "Which one, where the file holds several");
  command.choice("--profile", options->profile, {"referral", "eprescription"},
                 "eprescription: CSV to the XML of the prescription service");
  command.option("--prescription", options->prescription, "FILE", "Signed prescription that is dispensed (CJ records)");
  command.flag("--recursive", options->recursive, "Also the folders below a folder");
  command.choice("--level", options->level, {"B", "T", "LT", "LTA"}, "Level wished for (otherwise: B)");
  command.choice("--digest", options->digest, {"sha256", "sha384", "sha512"},
                 "Digest algorithm (otherwise: sha256, or as strong as the key's curve)");
  command.flag("--require-level", options->require_level, "No file rather than one below --level");
  command.flag("--force", options->force, "Replace files that are there already");
  options->sources.declare(command);
  options->key.declare(command);
}

}  // namespace shomei::cli
