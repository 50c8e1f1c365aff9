#include "cli/report_file.h"

#include <set>

#include "cli/output_file.h"
#include "signing/report/etsi_report.h"
#include "signing/report/html_report.h"

namespace shomei::cli {
namespace {

namespace fs = std::filesystem;

Result<void> check_all(const std::vector<ReportFile>& files, bool force) {
  std::set<fs::path> paths;
  for (const ReportFile& file : files) {
    if (!paths.insert(file.path.lexically_normal()).second) {
      return fail(Code::kUsage, "two reports would be written to " + file.path.string());
    }
  }
  for (const ReportFile& file : files) {
    SHOMEI_TRY(check_output(file.path, force));
  }
  return {};
}

}  // namespace

Result<std::vector<ReportFile>> plan_reports(const std::vector<std::string>& names, bool force) {
  std::vector<ReportFile> files;
  for (const std::string& name : names) {
    const fs::path path(name);
    const bool is_xml = path.extension() == ".xml";
    if (!is_xml && path.extension() != ".html") {
      return fail(Code::kUsage, "--report " + name + ": a report is an .html or an .xml file");
    }
    files.push_back({path, is_xml});
  }
  SHOMEI_TRY(check_all(files, force));
  return files;
}

Result<std::vector<ReportFile>> plan_pages(const std::vector<std::string>& names, const std::vector<std::string>& files,
                                           bool force) {
  std::vector<ReportFile> pages;
  if (names.empty()) {
    return pages;
  }
  std::error_code problem;
  const std::string& folder = names.front();
  if (names.size() > 1 || (!folder.ends_with('/') && !fs::is_directory(folder, problem))) {
    return fail(Code::kUsage, "--report " + names.back() + ": reports on several files go into one folder (DIR/)");
  }
  if (!fs::create_directories(folder, problem) && problem) {
    return fail(Code::kOutputFailed, folder + ": " + problem.message());
  }
  for (const std::string& file : files) {
    pages.push_back({fs::path(folder) / (fs::path(file).filename().string() + ".html")});
  }
  SHOMEI_TRY(check_all(pages, force));
  return pages;
}

Result<void> write_report(const ReportFile& file, const signing::VerifyReport& report, Language language, bool force) {
  const std::string text =
      file.is_xml ? signing::etsi_report(report, language) : signing::html_report(report, language);
  return write_output(file.path, as_bytes(text), force);
}

}  // namespace shomei::cli
