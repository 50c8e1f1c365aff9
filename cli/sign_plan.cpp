#include "cli/sign_plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "cli/output_file.h"

namespace shomei::cli {
namespace {

namespace fs = std::filesystem;
using signing::Format;
using signing::Packaging;

bool is_xml(const fs::path& path) {
  return path.extension() == ".xml";
}

fs::path output_name(const fs::path& in, Format format, Packaging packaging) {
  const std::string name = in.filename().string();
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
  if (options.inputs.size() == 1 && !options.out.ends_with('/')) {
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

SignItem make_item(const SignOptions& options, const fs::path& in, const std::optional<fs::path>& folder) {
  SignItem item;
  item.in = in;
  item.request.document = signing::Document::from_file(in);
  item.request.format = signing::format_from(options.format).value_or(Format::kXades);
  item.request.packaging = packaging_of(options, item.request.format, in);
  item.request.level = signing::level_from(options.level).value_or(signing::Level::kB);
  item.out = folder ? *folder / output_name(in, item.request.format, item.request.packaging) : fs::path(options.out);
  if (auto readable = check_input(in); !readable) {
    item.error = std::move(readable).error();
  } else if (auto writable = check_output(item.out, options.force); !writable) {
    item.error = std::move(writable).error();
  }
  return item;
}

}  // namespace

Result<std::vector<SignItem>> plan_signing(const SignOptions& options) {
  SHOMEI_TRY(const auto folder, output_folder(options));
  std::vector<SignItem> items;
  std::set<fs::path> outputs;
  for (const std::string& in : options.inputs) {
    items.push_back(make_item(options, in, folder));
    if (!outputs.insert(items.back().out).second) {
      return fail(Code::kUsage, "two documents would be written to " + items.back().out.string());
    }
    if (items.back().request.format == Format::kCades && items.back().request.packaging != Packaging::kDetached) {
      return fail(Code::kSignUnsupported, "cades is detached only");
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
    auto extended = extender.extend(signing::Document::from_bytes(item.out.filename().string(), signature.bytes),
                                    item.request.packaging == Packaging::kDetached ? std::vector{item.request.document}
                                                                                   : std::vector<signing::Document>(),
                                    item.request.level);
    if (!extended) {
      item.error = std::move(extended).error();
      return;
    }
    signature = std::move(*extended);
  }
  put_out(item, signature, options.require_level, options.force);
}

}  // namespace shomei::cli
