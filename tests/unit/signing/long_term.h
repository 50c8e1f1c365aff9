#pragma once

#include "signing/extend.h"
#include "tests/doubles/test_tsa.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {

/// An authority of the tests, and what a verifier needs of it at some time.
struct Authority {
  Authority(const std::string& name, TsaKey kind, std::string_view begin, std::string_view end);
  /// Its CA joins the anchors, its list as of `at` (four days) the lists.
  void trust(auth::ValidationInputs& evidence, Time at, std::optional<Time> revoked_at = std::nullopt) const;
  TsaIdentity identity;
};

/// Stamps at the time of the clock that it is given, without the way through HTTP.
class DirectStamps final : public TimestampSource {
 public:
  DirectStamps(const Authority& authority, const Clock& clock) : tsa_(authority.identity, clock) {}
  Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) override { return tsa_.token(algorithm, digest); }

 private:
  TestTsa tsa_;
};

Time at(std::string_view rfc3339);

struct Extension {
  Level level = Level::kLTA;
  const Authority* authority = nullptr;
  Time time{};
  auth::ValidationInputs evidence{};
  std::vector<Document> detached{};
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  Policy policy{};
};
Extended extended(const Bytes& file, const Extension& with);

}  // namespace shomei::signing::test
