#pragma once

#include "server/store/database.h"

namespace shomei::server {

/// Brings the schema to the newest version, one transaction a step. Errors: store.newer_schema, store.*.
Result<void> migrate(Database& database);

/// The newest version that this software knows.
std::int64_t newest_schema();

}  // namespace shomei::server
