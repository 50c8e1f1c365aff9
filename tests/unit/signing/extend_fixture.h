#pragma once

#include "signing/extend.h"
#include "signing/stamp_coverage.h"
#include "signing/tsp/timestamp_client.h"
#include "tests/doubles/test_tsa.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {

/// Signatures of doctor1 made at kSigned, and everything that brings them up: a TSA in the process whose clock stands a
/// minute later, its CA as an anchor, all lists.
class ExtendBench {
 public:
  ExtendBench();
  Extended extend(Bytes file, Level level, std::vector<Document> detached = {});
  Result<Extended> try_extend(Bytes file, Level level, std::vector<Document> detached = {});
  /// Evidence without lists of whose issuer's common name holds `issuer`.
  void drop_lists(std::string_view issuer);

  FixedClock clock{kSigned + std::chrono::minutes(1)};
  TestTsa tsa{TsaIdentity::of_test_pki(), clock};
  std::unique_ptr<TimestampClient> client;
  TimestampSource* source = nullptr;
  auth::ValidationInputs evidence;
  Policy policy;
};

/// One form of a signature, and what stands beside it.
struct Form {
  std::string name;
  Format format;
  Packaging packaging;
};
inline const std::vector<Form> kForms{{"XadesEnveloped", Format::kXades, Packaging::kEnveloped},
                                      {"XadesEnveloping", Format::kXades, Packaging::kEnveloping},
                                      {"XadesDetached", Format::kXades, Packaging::kDetached},
                                      {"CadesDetached", Format::kCades, Packaging::kDetached}};
Document document_of(const Form& form);
Bytes signed_as(const Form& form);
std::vector<Document> detached_of(const Form& form);

/// The levels that are pending.
std::vector<Level> levels(const std::vector<Pending>& pending);

/// Tokens of a signed file, oldest property first, with what coverage says of each. Fails the test where a token's
/// imprint is not what it should be.
struct FoundStamp {
  std::string type;
  Bytes token;
  StampCoverage coverage;
};
std::vector<FoundStamp> checked_stamps(const Bytes& file, const std::vector<Document>& detached);

}  // namespace shomei::signing::test
