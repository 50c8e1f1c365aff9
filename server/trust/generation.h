#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace shomei::server {

/// What a generation of trust says is in force: names of blobs that the store keeps for ever.
struct TrustContent {
  struct Pin {
    /// authentication, signature, staff, timestamp, tls.
    std::string use;
    std::string sha256;
    bool operator==(const Pin&) const = default;
  };
  /// A list that was taken back: its number is not taken again unless somebody asks for it.
  struct SetAside {
    std::string sha256;
    std::string scope;
    std::string number;
    bool operator==(const SetAside&) const = default;
  };
  std::vector<Pin> cas{};
  /// SHA-256 of the lists in force, full and delta.
  std::vector<std::string> crls{};
  /// SHA-256 of the policy; empty: [profile] of the configuration.
  std::string policy{};
  std::vector<SetAside> set_aside{};
  bool operator==(const TrustContent&) const = default;

  /// {"cas": [{"use", "sha256"}], "crls": ["sha256"], "policy": "sha256" | null, "set_aside": [{"sha256", "scope",
  /// "number"}]}
  OrderedJson to_json() const;
  /// Errors: json.malformed.
  static Result<TrustContent> parse(const std::string& text);
};

}  // namespace shomei::server
