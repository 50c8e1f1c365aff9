#pragma once

#include <string>
#include <vector>

#include "signing/report/report.h"

namespace shomei::signing::test {

/// Reports filled by hand: one of each kind that people meet.
struct ReportSample {
  std::string name;
  VerifyReport report;
};

/// "passed_lta" (renewals over thirty years), "passed_lt", "passed_b", "failed", "indeterminate", "several",
/// "no_signature".
std::vector<ReportSample> report_samples();

/// A report of which every text that can come from a stranger is `text`.
VerifyReport report_with(const std::string& text);

}  // namespace shomei::signing::test
