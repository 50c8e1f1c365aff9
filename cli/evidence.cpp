#include "cli/evidence.h"

#include <algorithm>

namespace shomei::cli {
namespace {

/// A file by its name; a folder stands for all files below it, by their paths there, as manifests name them.
Result<void> add_detached(const std::filesystem::path& path, std::vector<signing::Document>& documents) {
  std::error_code problem;
  if (!std::filesystem::is_directory(path, problem)) {
    documents.push_back(signing::Document::from_file(path));
    return {};
  }
  std::vector<signing::Document> below;
  auto at = std::filesystem::recursive_directory_iterator(path, problem);
  for (; !problem && at != std::filesystem::recursive_directory_iterator(); at.increment(problem)) {
    if (at->is_regular_file(problem) && !problem) {
      below.push_back({at->path().lexically_relative(path).generic_string(), at->path()});
    }
  }
  if (problem) {
    return fail(Code::kInputUnreadable, path.string() + ": " + problem.message());
  }
  std::ranges::sort(below, {}, &signing::Document::name);
  std::ranges::move(below, std::back_inserter(documents));
  return {};
}

}  // namespace

void EvidenceOptions::declare(const Command& command) {
  declare_sources(command);
  command.option("--at", at, "RFC3339", "The time to judge at (otherwise: now), e.g. 2026-04-01T00:00:00Z");
}

void EvidenceOptions::declare_sources(const Command& command) {
  command.repeated("--trust", trust, "DIR", "Trusted root certificates: a folder or a file, DER or PEM");
  command.repeated("--chain", chain, "DIR", "Further CA certificates");
  command.repeated("--crl", crl, "DIR", "Revocation lists");
  command.repeated("--ocsp", ocsp, "DIR", "OCSP responses: DER, PEM or base64");
}

auth::EvidencePaths EvidenceOptions::paths() const {
  return {to_paths(trust), to_paths(chain), to_paths(crl), to_paths(ocsp)};
}

Result<auth::ValidationInputs> EvidenceOptions::load() const {
  if (!trust.empty()) {
    return auth::load_inputs(paths());
  }
  auth::ValidationInputs inputs;
  SHOMEI_TRY(inputs.chain, auth::load_certificates(to_paths(chain)));
  SHOMEI_TRY(inputs.crls, auth::load_crls(to_paths(crl)));
  SHOMEI_TRY(inputs.ocsp, auth::load_ocsps(to_paths(ocsp)));
  return inputs;
}

Result<Time> time_or_now(const Context& context, const std::string& at) {
  if (at.empty()) {
    return context.clock->now();
  }
  auto time = parse_rfc3339(at);
  if (!time) {
    return fail(Code::kUsage, "--at: write the time as 2026-04-01T09:00:00+09:00 or …Z, not \"" + at + "\"");
  }
  return time;
}

auth::Paths to_paths(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

Result<std::vector<signing::Document>> detached_documents(const std::vector<std::string>& names) {
  std::vector<signing::Document> documents;
  for (const std::string& name : names) {
    SHOMEI_TRY(add_detached(name, documents));
  }
  return documents;
}

}  // namespace shomei::cli
