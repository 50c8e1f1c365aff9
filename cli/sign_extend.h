#pragma once

#include "cli/evidence.h"
#include "cli/timestamp_options.h"
#include "signing/document_signer.h"
#include "signing/extend.h"

namespace shomei::cli {

/// Where what stands above level B comes from, for `sign` and `extend`.
struct ExtendOptions {
  TimestampOptions tsa;
  EvidenceOptions evidence;
  std::string policy_file;

  void declare(const Command& command);
};

/// Adds levels to signatures by those options.
class Extender {
 public:
  /// Reads the files that the options name. All outlive the extender. Errors: usage, input.*, config.*, key.unsuitable,
  /// anchor.missing.
  static Result<std::unique_ptr<Extender>> create(const ExtendOptions& options, const signing::XmlLibrary& xml,
                                                  const Context& context);
  /// Errors: as signing::extend.
  Result<signing::SignedDocument> extend(signing::Document file, std::vector<signing::Document> detached,
                                         signing::Level level) const;

 private:
  Extender(const signing::XmlLibrary& xml, const Context& context) : xml_(&xml), clock_(context.clock) {}

  const signing::XmlLibrary* xml_;
  const Clock* clock_;
  std::unique_ptr<signing::TimestampSource> stamps_;
  signing::ExtendRequest like_;
};

}  // namespace shomei::cli
