#include "cli/sign_plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "cli/output_file.h"
#include "cli/sign_folder.h"
#include "signing/policy.h"
#include "signing/signature_algorithm.h"

namespace shomei::cli {
namespace {

namespace fs = std::filesystem;
using signing::Format;
using signing::Packaging;

/// What OUT and the options make of a file.
Format format_of(const SignOptions& options, const signing::Document& document) {
  if (const auto wished = signing::format_from(options.format)) {
    return *wished;
  }
  // A counter-signature is in the form of what it confirms; a prescription has one form.
  const auto bytes =
      options.countersign ? signing::whole(document, signing::Limits{}.xml_bytes) : Result<Bytes>(Bytes{});
  return bytes && !bytes->empty() && bytes->front() == 0x30 ? Format::kCades : Format::kXades;
}

bool is_xml(const fs::path& path) {
  return path.extension() == ".xml";
}

fs::path output_name(const SignOptions& options, const fs::path& in, Format format, Packaging packaging) {
  const std::string name = in.filename().string();
  if (options.countersign) {
    return name;
  }
  if (options.profile == "eprescription") {
    return name + ".signed.xml";
  }
  if (format == Format::kCades) {
    return name + ".p7s";
  }
  return name + (packaging == Packaging::kDetached ? ".xades.xml" : ".signed.xml");
}

Packaging packaging_of(const SignOptions& options, Format format, const fs::path& in) {
  const auto wished = signing::packaging_from(options.packaging);
  return wished ? *wished : format == Format::kXades && is_xml(in) ? Packaging::kEnveloped : Packaging::kDetached;
}

/// OUT as a folder, made where it ends in "/" or several documents go there; nothing where it is a file.
Result<std::optional<fs::path>> output_folder(const SignOptions& options) {
  std::error_code problem;
  if (fs::is_directory(options.out, problem)) {
    return fs::path(options.out);
  }
  const bool one = options.inputs.size() == 1 && !fs::is_directory(options.inputs.front(), problem);
  if (one && !options.out.ends_with('/')) {
    return std::optional<fs::path>();
  }
  if (!fs::create_directories(options.out, problem) && problem) {
    return fail(Code::kOutputFailed, options.out + ": " + problem.message());
  }
  return fs::path(options.out);
}

Result<void> check_input(const fs::path& path) {
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (!fs::exists(status)) {
    return fail(Code::kInputNotFound, path.string());
  }
  if (fs::is_directory(status)) {
    return fail(Code::kInputUnreadable, path.string() + ": is a folder");
  }
  if (::access(path.c_str(), R_OK) != 0) {
    return fail(Code::kInputUnreadable, path.string() + ": " + std::strerror(errno));
  }
  if (fs::is_regular_file(status) && fs::file_size(path, problem) == 0) {
    return fail(Code::kInputEmpty, path.string());
  }
  return {};
}

signing::SignRequest make_request(const SignOptions& options, const fs::path& in) {
  signing::SignRequest request{.document = signing::Document::from_file(in)};
  request.format = format_of(options, request.document);
  request.packaging = packaging_of(options, request.format, in);
  request.level = signing::level_from(options.level).value_or(signing::Level::kB);
  request.digest = signing::digest_from_word(options.digest);
  request.relation = options.countersign ? signing::Relation::kCounter
                     : options.parallel  ? signing::Relation::kParallel
                                         : signing::Relation::kFirst;
  request.countersigned = options.signature;
  request.profile =
      options.profile == "eprescription" ? signing::SignProfile::kEprescription : signing::SignProfile::kReferral;
  for (const std::string& file : options.manifest) {
    request.manifest.push_back(signing::Document::from_file(file));
  }
  if (!options.prescription.empty()) {
    request.prescription = signing::Document::from_file(options.prescription);
  }
  if (!options.add_to.empty()) {
    request.signed_file = signing::Document::from_file(options.add_to);
  }
  return request;
}

/// What does not go together, said before a card is asked.
Result<void> check_options(const SignOptions& options) {
  const bool cades = options.format == "cades";
  if (options.format.empty() && !options.countersign && options.profile != "eprescription") {
    return fail(Code::kUsage, "--format is required");
  }
  if (options.countersign && options.parallel) {
    return fail(Code::kUsage, "--countersign confirms a signature, --parallel stands beside it: one of them");
  }
  if (!options.signature.empty() && !options.countersign) {
    return fail(Code::kUsage, "--signature names the signature that --countersign confirms");
  }
  if (!options.add_to.empty() && !(options.parallel && cades)) {
    return fail(Code::kUsage, "--add-to is for --parallel with --format cades");
  }
  if (!options.prescription.empty() && options.profile != "eprescription") {
    return fail(Code::kUsage, "--prescription is for --profile eprescription");
  }
  if (cades && !options.packaging.empty() && options.packaging != "detached") {
    return fail(Code::kSignUnsupported, "cades is detached only");
  }
  if (cades && (!options.manifest.empty() || options.profile == "eprescription")) {
    return fail(Code::kSignUnsupported,
                options.manifest.empty() ? "an electronic prescription is xades"
                                         : "cades has no manifest; use --format xades, or sign the files one by one");
  }
  return {};
}

}  // namespace

namespace {

/// The signature file does not hold what it is over.
bool is_beside(const signing::SignRequest& request) {
  return request.packaging == Packaging::kDetached && request.relation != signing::Relation::kCounter &&
         request.profile == signing::SignProfile::kReferral;
}

}  // namespace

std::string_view name(Skip reason) {
  switch (reason) {
    case Skip::kHidden: return "hidden";
    case Skip::kSignature: return "signature";
    case Skip::kSigned: return "signed";
  }
  SHOMEI_CHECK(false);
  return {};
}

bool SignOptions::beyond_the_agent() const {
  return !manifest.empty() || !prescription.empty() || !add_to.empty();
}

SignItem make_item(const SignOptions& options, const fs::path& in, const std::optional<fs::path>& folder) {
  SignItem item;
  item.in = in;
  auto readable = check_input(in);
  for (const std::string& more : options.manifest) {
    readable = readable ? check_input(more) : readable;
  }
  if (!readable) {
    item.error = std::move(readable).error();
    item.request.document = signing::Document::from_file(in);
    return item;
  }
  item.request = make_request(options, in);
  item.out =
      folder ? *folder / output_name(options, in, item.request.format, item.request.packaging) : fs::path(options.out);
  if (auto writable = check_output(item.out, options.force); !writable) {
    item.error = std::move(writable).error();
  }
  return item;
}

Result<std::vector<SignItem>> plan_signing(const SignOptions& options) {
  SHOMEI_TRY(check_options(options));
  SHOMEI_TRY(const auto folder, output_folder(options));
  std::vector<SignItem> items;
  for (const std::string& in : options.inputs) {
    std::error_code problem;
    if (fs::is_directory(in, problem)) {
      SHOMEI_TRY(auto below, plan_folder(options, in));
      std::ranges::move(below, std::back_inserter(items));
    } else {
      items.push_back(make_item(options, in, folder));
    }
  }
  std::set<fs::path> outputs;
  for (const SignItem& item : items) {
    if (!item.skipped && !item.out.empty() && !outputs.insert(item.out).second) {
      return fail(Code::kUsage, "two documents would be written to " + item.out.string());
    }
  }
  return items;
}

void put_out(SignItem& item, const signing::SignedDocument& signature, bool require_level, bool force) {
  item.level = signature.level;
  item.pending = signature.pending;
  item.pending_until = signature.pending_until;
  item.pending_why = signature.pending_why;
  if (require_level && !signature.pending.empty()) {
    const auto why = [&] { return signature.pending_why.value_or(make_error(Code::kTimestampNoSource)); };
    const bool away = info(why().code).exit == ExitStatus::kUnavailable;
    item.level.reset();
    item.error =
        caused_by(why(), away ? why().code : Code::kEvidenceMissing,
                  fmt::format("{}: level {} was not reached, and is required{}", item.in.string(),
                              signing::name(item.request.level), why().detail.empty() ? "" : ": " + why().detail));
    return;
  }
  if (auto written = write_output(item.out, signature.bytes, force); !written) {
    item.error = std::move(written).error();
  }
}

void accept_signature(SignItem& item, signing::SignedDocument signature, const SignOptions& options,
                      const Extender& extender) {
  if (!signature.pending.empty()) {
    auto extended =
        extender.extend(signing::Document::from_bytes(item.out.filename().string(), signature.bytes),
                        is_beside(item.request) ? std::vector{item.request.document} : std::vector<signing::Document>(),
                        item.request.level);
    // What the card has signed is kept, whatever keeps the levels above away. The agent may have tried before; its
    // reason stands where our sources brought it no further.
    if (!extended) {
      signature.pending_why = std::move(extended).error();
    } else if (extended->level > signature.level || !signature.pending_why) {
      signature = std::move(*extended);
    }
  }
  put_out(item, signature, options.require_level, options.force);
}

}  // namespace shomei::cli
