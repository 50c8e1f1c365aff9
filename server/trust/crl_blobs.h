#pragma once

#include "server/trust/crl_files.h"
#include "server/trust/snapshot.h"

namespace shomei::server {

/// What the store keeps of a list.
CrlRecord record_of(const auth::Crl& crl, Time now, const std::string& actor);

/// A list of the store, ready for use, from its files where they are right. The record comes without its DER. Errors:
/// store.*, input.*.
Result<TrustSnapshot::List> load_crl(Store& store, const CrlFiles& files, const std::string& sha256);

}  // namespace shomei::server
