#include "cli/sign_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "cli/output_file.h"
#include "signing/holds_signature.h"
#include "signing/signature_algorithm.h"

namespace shomei::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "shomei-manifest";

bool is_signature_name(std::string_view name) {
  return name.ends_with(".p7s") || name.ends_with(".xades.xml") || name.ends_with(".signed.xml") ||
         (name.starts_with(kManifest) && name.ends_with(".xml"));
}

std::optional<Skip> skip_of(const SignItem& item, const SignOptions& options) {
  const std::string name = item.in.filename().string();
  if (name.starts_with('.')) {
    return Skip::kHidden;
  }
  if (is_signature_name(name) || signing::holds_signature(item.request.document)) {
    return Skip::kSignature;
  }
  std::error_code problem;
  const auto signed_at = fs::last_write_time(item.out, problem);
  const bool there = !problem && fs::is_regular_file(item.out, problem);
  const auto changed_at = fs::last_write_time(item.in, problem);
  return there && !problem && !options.force && changed_at <= signed_at ? std::optional(Skip::kSigned) : std::nullopt;
}

/// Files below `folder`; nothing of `without`.
template <class Iterator>
Result<std::vector<fs::path>> files_below(const fs::path& folder, const fs::path& without) {
  std::vector<fs::path> files;
  std::error_code problem;
  Iterator at(folder, problem);
  while (!problem && at != Iterator()) {
    if constexpr (std::is_same_v<Iterator, fs::recursive_directory_iterator>) {
      const bool hidden = at->path().filename().string().starts_with('.');
      std::error_code not_there;
      if (at->is_directory(not_there) && (hidden || fs::equivalent(at->path(), without, not_there))) {
        at.disable_recursion_pending();
      }
    }
    if (at->is_regular_file(problem) && !problem) {
      files.push_back(at->path());
    }
    at.increment(problem);
  }
  if (problem) {
    return fail(Code::kInputUnreadable, folder.string() + ": " + problem.message());
  }
  std::ranges::sort(files);
  return files;
}

/// A name of its own: manifests of earlier runs stay.
fs::path manifest_path(const fs::path& folder) {
  fs::path path = folder / fmt::format("{}.xml", kManifest);
  for (int number = 2; fs::exists(path); ++number) {
    path = folder / fmt::format("{}-{}.xml", kManifest, number);
  }
  return path;
}

}  // namespace

Result<std::vector<SignItem>> plan_folder(const SignOptions& options, const fs::path& folder) {
  SHOMEI_TRY(const auto files, options.recursive ? files_below<fs::recursive_directory_iterator>(folder, options.out)
                                                 : files_below<fs::directory_iterator>(folder, options.out));
  std::vector<SignItem> items;
  for (const fs::path& file : files) {
    const fs::path below = file.lexically_relative(folder);
    const fs::path place = (fs::path(options.out) / below).parent_path();
    std::error_code problem;
    if (!fs::create_directories(place, problem) && problem) {
      return fail(Code::kOutputFailed, place.string() + ": " + problem.message());
    }
    SignItem item = make_item(options, file, place);
    item.below = below.generic_string();
    item.skipped = skip_of(item, options);
    if (item.skipped) {
      item.error.reset();
    }
    items.push_back(std::move(item));
  }
  return items;
}

Result<std::optional<SignItem>> sign_manifest(std::span<const SignItem> items, signing::DocumentSigner& signer,
                                              const SignOptions& options) {
  SignItem manifest;
  manifest.in = options.inputs.front();
  manifest.out = manifest_path(options.out);
  manifest.request.manifest_alone = true;
  manifest.request.digest = signing::digest_from_word(options.digest);
  for (const SignItem& item : items) {
    if (item.is_made() && !item.below.empty()) {
      const std::string beside = item.out.lexically_relative(options.out).generic_string();
      manifest.request.manifest.push_back({item.below, item.in});
      manifest.request.manifest.push_back({beside, item.out});
    }
  }
  if (manifest.request.manifest.empty()) {
    return std::nullopt;
  }
  SHOMEI_TRY(const auto made, signer.sign(manifest.request));
  SHOMEI_TRY(write_output(manifest.out, made.bytes, false));
  manifest.level = made.level;
  return manifest;
}

}  // namespace shomei::cli
