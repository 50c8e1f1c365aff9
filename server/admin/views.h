#pragma once

#include "base/json.h"
#include "server/store/records.h"
#include "server/trust/trust.h"

namespace shomei::server {

/// Records as the API shows them.
OrderedJson to_json(const Facility& facility);
OrderedJson to_json(const Person& person);
OrderedJson to_json(const TrustSnapshot::Ca& ca);
/// With its age in seconds.
OrderedJson to_json(const CrlRecord& crl, bool in_force, Time now);
/// Without what it contains.
OrderedJson to_json(const GenerationRecord& generation);
OrderedJson to_json(const ProposalRecord& proposal);
OrderedJson to_json(const HoldRecords& holds);
OrderedJson to_json(const AuditRecord& record);

}  // namespace shomei::server
