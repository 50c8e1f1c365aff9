#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei::signing {

/// Certificates, CRLs, OCSP responses (OCSPResponse) and time-stamp tokens as they stand in a signature or shall stand
/// there: the DER of each.
struct EvidenceData {
  std::vector<Bytes> certificates = {};
  std::vector<Bytes> crls = {};
  std::vector<Bytes> ocsp = {};
  std::vector<Bytes> timestamps = {};

  bool empty() const { return certificates.empty() && crls.empty() && ocsp.empty() && timestamps.empty(); }
};

/// SHA-256 of each, lower-case hex.
std::vector<std::string> hashes_of(const EvidenceData& data);
void append(EvidenceData& to, EvidenceData from);
/// Adds what is not there yet.
void join(EvidenceData& to, const EvidenceData& from);
/// What of `data` is not in `there`.
EvidenceData without(const EvidenceData& data, const EvidenceData& there);

}  // namespace shomei::signing
