#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace shomei::signing {

/// Bounds on foreign files; each exceeded one is an Error that names it.
struct Limits {
  std::size_t xml_bytes = 64U << 20;
  std::size_t cms_bytes = 16U << 20;
  int xml_depth = 256;
  int attributes_per_element = 512;
  int namespaces_in_scope = 1024;
  int signatures = 32;
  int references = 64;
  int transforms = 4;
  /// Nodes visited and bytes canonicalised, all signatures of a file together.
  std::uint64_t work = 2'000'000'000;
};

/// What a finding of one check weighs.
enum class Weight : std::uint8_t { kIgnore, kInform, kWarn, kFail };

/// How `verify` judges: data, from a TOML file.
struct Policy {
  /// Which certificates may sign: "hpki" asks the HPKI rules of auth/x509 (purpose signature); "any" is RFC 5280 alone.
  std::string profile = "hpki";
  /// SHA-1 in a reference, a signature or a certificate digest.
  Weight sha1 = Weight::kFail;
  /// A card that was issued for tests.
  Weight test_card = Weight::kWarn;
  Limits limits;

  /// Keys: profile, sha1, test_card, [limits]. Errors: input.*, config.*.
  static Result<Policy> load(const std::filesystem::path& path);
};

}  // namespace shomei::signing
