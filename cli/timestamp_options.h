#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "signing/tsp/timestamp_source.h"

namespace shomei::cli {

/// --tsa and what belongs to it, for the commands that ask for time stamps.
struct TimestampOptions {
  std::vector<std::string> urls;
  std::vector<std::string> tls_ca;
  std::string policy;
  std::string digest;
  std::string certificate;
  std::string key;
  std::optional<int> seconds;

  void declare(const Command& command);
  /// Null without --tsa. Errors: usage; input.*, key.unsuitable and anchor.missing (https without --tsa-ca) for the
  /// files.
  Result<std::unique_ptr<signing::TimestampSource>> make_source(const Context& context) const;
  /// What stamps are over: SHA-256 without --tsa-digest.
  DigestAlgorithm digest_algorithm() const;
};

}  // namespace shomei::cli
