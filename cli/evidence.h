#pragma once

#include <string>
#include <vector>

#include "auth/x509/load.h"
#include "cli/command.h"
#include "signing/document.h"

namespace shomei::cli {

/// --trust, --chain, --crl, --ocsp and --at, for the commands that judge.
struct EvidenceOptions {
  std::vector<std::string> trust;
  std::vector<std::string> chain;
  std::vector<std::string> crl;
  std::vector<std::string> ocsp;
  std::string at;

  void declare(const Command& command);
  /// The same without --at.
  void declare_sources(const Command& command);
  auth::EvidencePaths paths() const;
  /// What they name; without --trust there is nothing to trust, which is not an error. Errors: input.*.
  Result<auth::ValidationInputs> load() const;
};

/// RFC 3339, or now where it is empty. Errors: usage.
Result<Time> time_or_now(const Context& context, const std::string& at);
auth::Paths to_paths(const std::vector<std::string>& names);

/// What --detached names: a file by its name; a folder stands for all files below it, by their paths there, as
/// manifests name them. Errors: input.unreadable (the folder).
Result<std::vector<signing::Document>> detached_documents(const std::vector<std::string>& names);

}  // namespace shomei::cli
