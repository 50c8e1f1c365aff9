#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "server/trust/trust.h"

namespace shomei::server {

/// A certificate that a change would let in or keep out.
struct RehearsedCertificate {
  UsedCertificate used;
  /// commonName, and that in Japanese.
  std::string name;
  std::string name_ja;
  /// What refuses it: after the change, or now.
  std::vector<auth::Finding> findings;
};

struct RehearsalReport {
  std::vector<RehearsedCertificate> newly_refused{};
  std::vector<RehearsedCertificate> newly_accepted{};
  /// Of all, also of those that are not listed.
  std::size_t refused = 0;
  std::size_t accepted = 0;
  std::size_t stay_accepted = 0;
  std::size_t stay_refused = 0;
  /// Certificates that could not be read.
  std::size_t unreadable = 0;
};

struct Rehearsal {
  std::string id;
  std::string kind;
  std::string subject;
  /// Of the change, before anybody was judged.
  std::vector<std::string> warnings{};
  /// running, done, cancelled, failed.
  std::string state = "running";
  std::size_t done = 0;
  std::size_t total = 0;
  /// The generation that it was compared with.
  std::int64_t generation = 0;
  std::optional<Error> error{};
  RehearsalReport report{};
};

/// Tries a change of trust on everybody who has logged in of late: each certificate is judged, as of now, by what is
/// trusted and by what would be. One at a time, in a thread of its own; the last few are kept in memory.
class Rehearsals {
 public:
  /// `back`: how far to look back.
  Rehearsals(Store& store, const Trust& trust, const Clock& clock, std::chrono::seconds back)
      : store_(store), trust_(trust), clock_(clock), back_(back) {}

  /// Checks the change and begins; the id. Errors: those of plan (it would be refused), rehearsal.busy, store.*.
  Result<std::string> start(const TrustChange& change, const std::string& actor);
  /// As it is now, or once it has ended, at most `wait` later. Errors: rehearsal.unknown.
  Result<Rehearsal> find(const std::string& id, std::chrono::seconds wait);
  /// Errors: rehearsal.unknown.
  Result<void> cancel(const std::string& id);

 private:
  void run(const std::stop_token& stop, const std::string& id, const TrustSnapshot& before, const TrustSnapshot& after);
  Result<void> compare_all(const std::stop_token& stop, const std::string& id, const TrustSnapshot& before,
                           const TrustSnapshot& after);
  void compare(const UsedCertificate& used, const TrustSnapshot& before, const TrustSnapshot& after,
               RehearsalReport& report) const;
  Rehearsal* at(const std::string& id);

  Store& store_;
  const Trust& trust_;
  const Clock& clock_;
  const std::chrono::seconds back_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Rehearsal> kept_;
  /// The last member: joined before the others go.
  std::jthread worker_;
};

/// {"id", "state", "done", "total", "kind", "subject", "generation", "warnings", "report"?, "error"?}.
OrderedJson to_json(const Rehearsal& rehearsal, Language language);

}  // namespace shomei::server
