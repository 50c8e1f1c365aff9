#pragma once

#include "server/signatures/parts.h"

namespace shomei::server {

/// A signature handed in.
struct Submission {
  std::string facility{};
  std::string person{};
  /// At most 200 bytes; may be empty.
  std::string name{};
  Bytes file{};
  std::vector<SignatureContent> detached{};
  signing::Level level = signing::Level::kLT;
};

/// Signatures that facilities leave here to be brought to a higher level, until they fetch them. From any thread; the
/// work on them is SignatureWorker's.
class Signatures {
 public:
  /// `parts` outlives it.
  explicit Signatures(const SignatureParts& parts);

  /// Keeps it, pending. The same file for the same level again is the record that is there, unless that one was
  /// refused: then it is tried anew. Errors: what signing::verify gives for a file that it cannot read, input.malformed
  /// (no signature in it), usage (it has the level already), input.too_large, signature.queue_full, store.*.
  Result<SignatureRecord> submit(const Submission& submission);
  /// Errors: store.not_found (unknown, or another facility's; an empty `facility` sees all), store.*.
  Result<SignatureRecord> find(const std::string& id, const std::string& facility);
  /// As it is now, pending or not. Errors: as find.
  Result<Bytes> file(const std::string& id, const std::string& facility);
  /// Errors: as find.
  Result<void> remove(const std::string& id, const std::string& facility, const std::string& actor);
  const SignatureSettings& settings() const { return parts_.settings; }
  Store& store() const { return parts_.store; }

 private:
  Result<signing::Level> level_of(const Submission& submission) const;
  void write_gauges(MetricsText& text) const;

  const SignatureParts& parts_;
};

/// For audit records: {"facility", "wanted", "level", "sha256", "bytes"}; names of files stay out of it.
OrderedJson audit_detail(const SignatureRecord& signature);

}  // namespace shomei::server
