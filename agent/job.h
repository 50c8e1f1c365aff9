#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/peer.h"
#include "base/json.h"
#include "signing/document_signer.h"

namespace shomei::agent {

/// One document of a signing job: what was asked and, later, what became of it.
struct JobDocument {
  signing::SignRequest request;
  std::optional<signing::SignedDocument> result;
  std::optional<Error> error;
};

/// What a program asked to be signed: all documents with one PIN entry.
struct SignOrder {
  Peer peer;
  std::string reader;
  bool spend_last_try = false;
  Language language = Language::kEn;
  std::vector<JobDocument> documents;
};

enum class JobState : std::uint8_t { kWaiting, kRunning, kDone, kFailed, kCancelled };
/// "waiting", "running", "done" (at least one document is signed, its fellows may have errors), "failed", "cancelled".
std::string_view name(JobState state);

/// A signing job. The order belongs to the one thread that works on it until `end`; everything else may be asked from
/// any thread.
class Job {
 public:
  Job(std::string id, SignOrder order);

  const std::string& id() const { return id_; }
  JobState state() const;
  bool ended() const;
  /// Bytes of documents and signatures held.
  std::size_t bytes() const;
  std::stop_token stop_token() const { return stop_.get_token(); }

  /// For the worker: the order, to be read and filled.
  SignOrder& order() { return order_; }
  /// False: it was cancelled before.
  bool start();
  /// Fixes the outcome and lets the documents' bytes go. `whole` is what failed the job as a whole.
  void end(std::optional<Error> whole, std::optional<unsigned> tries_left);
  /// Asks the worker to stop; a job that still waits is cancelled here and now (true).
  bool cancel();

  /// The job as `GET /v1/jobs/{id}` gives it; signatures only when it has ended.
  OrderedJson to_json() const;

 private:
  void settle(const std::optional<Error>& whole);

  const std::string id_;
  SignOrder order_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  JobState state_ = JobState::kWaiting;
  std::size_t bytes_ = 0;
  std::optional<Error> error_;
  std::optional<unsigned> tries_left_;
};

/// `{"id", "text", "hint", "detail"?}` of an error, as in the answers of http::problem.
OrderedJson error_json(const Error& error, Language language);

}  // namespace shomei::agent
