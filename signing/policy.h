#pragma once

#include <cstdint>
#include <filesystem>

#include "auth/x509/profile.h"
#include "auth/x509/revocation.h"

namespace shomei::signing {

/// Bounds on foreign files; each exceeded one is an Error that names it.
struct Limits {
  std::size_t xml_bytes = 64U << 20;
  std::size_t cms_bytes = 16U << 20;
  int xml_depth = 256;
  /// Declarations of namespaces count. libxml2 looks at each pair of attributes, and for each name at the namespaces in
  /// scope: with these limits a byte costs at most twice what it costs elsewhere (docs/limits.md).
  int attributes_per_element = 128;
  int namespaces_in_scope = 128;
  int signatures = 32;
  int references = 64;
  int transforms = 4;
  /// Nodes visited and bytes canonicalised, all signatures of a file together.
  std::uint64_t work = 2'000'000'000;
};

/// How `verify` judges: data, from a TOML file.
struct Policy {
  /// What the signer's certificate must be made for: `kSignature` asks the HPKI rules of `profiles`, `kAny` RFC 5280
  /// alone.
  auth::Purpose purpose = auth::Purpose::kSignature;
  /// SHA-1 in a reference, a signature or a certificate digest: INDETERMINATE, or a warning where accepted.
  bool accept_sha1 = false;
  /// A signature that names its certificate by a signed KeyInfo and not by a signing-certificate property (allowed by
  /// TS 101 903 7.2.2, no longer by EN 319 132-1).
  bool accept_signed_key_info = false;
  /// Which revocation data counts for the time that a time stamp proves: kLenient or kStrict.
  auth::Freshness freshness = auth::Freshness::kLenient;
  /// Rules of auth/x509: policies, key usage, roles, test cards, algorithms.
  auth::ProfileSet profiles = auth::ProfileSet::defaults();
  Limits limits;

  /// Keys: purpose ("signature" or "any"), freshness ("lenient" or "strict"), accept_sha1, accept_signed_key_info,
  /// [limits] with the names above, and the tables of auth::ProfileSet. Errors: input.*, config.*.
  static Result<Policy> load(const std::filesystem::path& path);
};

}  // namespace shomei::signing
