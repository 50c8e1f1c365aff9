#pragma once

#include <string>

#include "auth/x509/load.h"

namespace shomei::auth {

/// A file of the committed test PKI, relative to its folder.
inline std::filesystem::path pki(const std::string& name) {
  return std::filesystem::path(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed") / name;
}
inline std::filesystem::path scenarios() {
  return SHOMEI_SOURCE_DIR "/testcerts/scenarios";
}
inline Certificate certificate(const std::string& name) {
  return load_certificate(pki(name)).value();
}
/// One hour after the PKI's epoch.
inline Time one_o_clock() {
  return parse_rfc3339("2026-04-01T01:00:00Z").value();
}

/// What judges a signature or login of a holder: the purpose's trust folder and all CRLs.
inline ValidationInputs evidence(const std::string& purpose, const std::string& crls = "crl") {
  return load_inputs({.trust = {pki("trust/" + purpose)}, .chain = {}, .crl = {pki(crls)}}).value();
}

inline ValidationReport judge(const std::string& leaf, Purpose purpose, const ValidationInputs& inputs,
                              Time at = one_o_clock(), const ProfileSet& profiles = ProfileSet::defaults()) {
  ValidationOptions options;
  options.at = at;
  options.purpose = purpose;
  return validate(certificate(leaf), inputs, options, profiles);
}

/// The names of a report's checks of that severity or above.
inline std::vector<std::string> checks(const std::vector<Finding>& findings, Severity least = Severity::kInfo) {
  std::vector<std::string> names;
  for (const Finding& finding : findings) {
    if (finding.severity >= least) {
      names.emplace_back(info(finding.check).name);
    }
  }
  return names;
}

}  // namespace shomei::auth
