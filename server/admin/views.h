#pragma once

#include "base/json.h"
#include "server/store/records.h"
#include "server/trust/trust.h"

namespace shomei::server {

/// Records as the API shows them.
OrderedJson to_json(const Facility& facility);
OrderedJson to_json(const Person& person);
OrderedJson to_json(const TrustSnapshot::Ca& ca);
OrderedJson to_json(const CrlRecord& crl, bool in_force);
OrderedJson to_json(const AuditRecord& record);

}  // namespace shomei::server
