#pragma once

#include <span>

#include "cli/sign_plan.h"

namespace shomei::cli {

/// The files of `folder` in the order of their names, with all folders below it where --recursive says so; each goes to
/// the same place below OUT. Left out: hidden files, signatures (by their name, or XML and CMS that hold one), what is
/// signed already and not newer than its signature, and OUT itself. Errors: input.unreadable, output.failed.
Result<std::vector<SignItem>> plan_folder(const SignOptions& options, const std::filesystem::path& folder);

/// XAdES over a ds:Manifest with every document that was signed just now and its signature: proves what one PIN was
/// spent on. Goes to OUT/shomei-manifest.xml, or -2, -3, … where earlier runs left theirs; nothing is made where
/// nothing was signed. Errors: output.failed, input.* (a document that went away), and what the key gives.
Result<std::optional<SignItem>> sign_manifest(std::span<const SignItem> items, signing::DocumentSigner& signer,
                                              const SignOptions& options);

}  // namespace shomei::cli
