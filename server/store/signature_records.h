#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace shomei::server {

/// A signature that a facility left here to be brought to a higher level.
struct SignatureRecord {
  /// Follows from what was asked for: the same is not taken twice.
  std::string id{};
  std::string facility{};
  /// Who left it.
  std::string person{};
  /// What its owner calls it; may be empty.
  std::string name{};
  /// pending, finished, refused.
  std::string state = "pending";
  /// "T", "LT", "LTA".
  std::string wanted{};
  /// Computed from the file.
  std::string level{};
  /// Of the file: lower-case hexadecimal, and its length.
  std::string sha256{};
  std::int64_t bytes = 0;
  Time submitted_at{};
  /// When state, level or file last changed.
  Time changed_at{};
  /// Since the last progress.
  std::int64_t attempts = 0;
  /// Nobody works on it before then; while somebody does, the time at which others may take it for abandoned.
  Time next_try{};
  /// What the present attempt waits for: "stamp", "list", or empty for anything else.
  std::string waits_for{};
  /// JSON of why it is where it is (server/signatures/reasons.h).
  std::string reasons = "[]";
  /// Who took it last.
  std::string worker{};
};

/// A file that belongs to a signature.
struct SignatureContent {
  std::string name;
  Bytes content;
};

/// Empty: any.
struct SignatureFilter {
  std::string facility{};
  std::string state{};
};

struct SignatureCounts {
  /// By state.
  std::map<std::string, std::int64_t> of_state{};
  /// When the oldest pending one came.
  std::optional<Time> oldest{};
};

namespace change {
/// signature.queue_full where the facility, or all of them together, have so many; store.conflict where it is there
/// already.
struct AddSignature {
  SignatureRecord signature;
  Bytes file;
  std::vector<SignatureContent> detached;
  std::int64_t most_of_facility = 0;
  std::int64_t most = 0;
};
/// What came of the work on it: state, level, hash, length, times, reasons. store.conflict unless `signature.worker` is
/// who took it last.
struct AdvanceSignature {
  SignatureRecord signature;
  /// Empty: it stays as it is.
  Bytes file;
};
/// With its files. store.not_found.
struct RemoveSignature {
  std::string id;
};
}  // namespace change

}  // namespace shomei::server
