#pragma once

#include "auth/x509/path_search.h"
#include "auth/x509/validate.h"

namespace shomei::auth {

struct PathOpinion {
  std::vector<Finding> findings;
  /// User-constrained policy set.
  std::vector<std::string> policies;
};

/// What OpenSSL says of exactly this path (no other is searched), by RFC 5280 6.1 with strict mode, without CRLs; and
/// whether each certificate below the anchor is well-formed, and all use algorithms on the list and no weak keys.
PathOpinion check_path(const Path& path, const ValidationOptions& options, const AlgorithmRules& algorithms);

}  // namespace shomei::auth
