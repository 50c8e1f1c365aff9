#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error_code.h"
#include "signing/report/report.h"

namespace shomei::cli {

/// A report that `verify --report` asks for.
struct ReportFile {
  std::filesystem::path path;
  /// TS 119 102-2; otherwise a page for people.
  bool is_xml = false;
};

/// What --report names for one file: F.html or F.xml. Found out before anything is verified: another ending, or two
/// reports in one file (usage); a file that may not be written there (output.failed, see check_output).
Result<std::vector<ReportFile>> plan_reports(const std::vector<std::string>& names, bool force);

/// The same for several files: one folder, made where it ends in "/", that takes NAME.html of each (in the order of
/// `files`); nothing where `names` is empty. Errors: usage (no folder, several folders, two files of one name),
/// output.failed.
Result<std::vector<ReportFile>> plan_pages(const std::vector<std::string>& names, const std::vector<std::string>& files,
                                           bool force);

/// Whole or not at all. Errors: output.failed, storage.full.
Result<void> write_report(const ReportFile& file, const signing::VerifyReport& report, Language language, bool force);

}  // namespace shomei::cli
