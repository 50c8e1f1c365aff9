#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/transport.h"
#include "signing/tsp/timestamp_source.h"

namespace shomei::signing {

/// The digests that are stamped, by name: "sha256", "sha384", "sha512".
std::optional<DigestAlgorithm> stamp_digest_from(std::string_view name);

struct TimestampClientOptions {
  /// Time-stamping authorities, http or https, the preferred one first; at least one.
  std::vector<std::string> urls{};
  /// OID of the policy that a stamp must be made under; empty: the authority's own choice.
  std::string policy{};
  /// Bytes of an answer. A token with its certificates has some 5 kB.
  std::size_t max_answer = 256U << 10;
  /// An authority that has just failed is not asked again for so long, that a batch does not wait for it at each
  /// document.
  std::chrono::seconds pause{30};
};

/// Asks authorities over HTTP (RFC 3161 3.4), one after the other until one gives a stamp that answers the question.
/// Time limits and TLS are the transport's. From as many threads as the transport.
class TimestampClient final : public TimestampSource {
 public:
  /// `transport` and `clock` outlive the client. Errors: config.invalid (no URL, one that is neither http nor https, a
  /// policy that is no OID).
  static Result<std::unique_ptr<TimestampClient>> create(TimestampClientOptions options, Transport& transport,
                                                         const Clock& clock);
  /// The same, with a transport of its own.
  static Result<std::unique_ptr<TimestampClient>> create(TimestampClientOptions options,
                                                         std::unique_ptr<Transport> transport, const Clock& clock);
  /// As TimestampSource::stamp. When none answers rightly, one Error names each authority with its reason; its code is
  /// that of the preferred one: net.*, timestamp.refused, timestamp.malformed.
  Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) override;

 private:
  struct Failure {
    Time until;
    Error why;
  };
  TimestampClient(TimestampClientOptions options, Transport& transport, const Clock& clock)
      : options_(std::move(options)), transport_(&transport), clock_(&clock) {}
  Result<Bytes> ask(const std::string& url, DigestAlgorithm algorithm, ByteView digest);
  std::optional<Error> paused(const std::string& url);

  const TimestampClientOptions options_;
  std::unique_ptr<Transport> owned_;
  Transport* transport_;
  const Clock* clock_;
  std::mutex mutex_;
  /// By URL, the last failure of those that are not asked for now.
  std::map<std::string, Failure> failed_;
};

}  // namespace shomei::signing
