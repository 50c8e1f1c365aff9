#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/report_file.h"
#include "signing/verify.h"

namespace shomei::cli {

struct VerifyBatch {
  std::vector<std::string> files;
  /// Of each file, or empty.
  std::vector<ReportFile> pages;
  bool force = false;
  /// Everything but the file. Of the detached documents a file gets those after which it is named (NAME of NAME.p7s
  /// and NAME.xades.xml); where none is, all.
  signing::VerifyInputs common;
};

/// Verifies the files on all cores and prints them in their order: a line each, or one JSON array. A file that cannot
/// be read is told on stderr and stops no other. The status: of errors alone their own where all are alike, 1 where
/// some failed; otherwise that of the worst verdict.
Result<ExitStatus> verify_batch(const signing::XmlLibrary& xml, const VerifyBatch& batch, const Context& context);

/// 0, 1 and 2 for the verdict.
ExitStatus exit_of(signing::Indication indication);

}  // namespace shomei::cli
