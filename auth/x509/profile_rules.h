#pragma once

#include "auth/x509/path_search.h"
#include "auth/x509/validate.h"

namespace shomei::auth {

/// The rules of the purpose on a path: CA, policy, key usages, roles, test card. Adds findings, roles and the end
/// entity's policy to the report.
void check_profile(const Path& path, Purpose purpose, const ProfileSet& profiles, ValidationReport& report);

}  // namespace shomei::auth
