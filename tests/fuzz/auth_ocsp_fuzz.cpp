// links: shomei_x509
#include <cstddef>
#include <cstdint>

#include "auth/x509/ocsp_rules.h"

using namespace shomei;

/// An OCSP answer from a stranger: read, and judged for certificates that it encloses itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto response = auth::OcspResponse::parse({data, size});
  if (!response) {
    return 0;
  }
  const auth::AlgorithmRules algorithms = auth::AlgorithmRules::defaults();
  const auto enclosed = response->certificates();
  for (std::size_t i = 0; i < enclosed.size() && i < 3; ++i) {
    const auth::OcspQuestion question{.subject = &enclosed[0],
                                      .issuer = &enclosed[i],
                                      .at = response->facts().produced_at,
                                      .algorithms = &algorithms,
                                      .nonce = Bytes(32, 7)};
    static_cast<void>(judge_ocsp(*response, question));
    static_cast<void>(check_ocsp(*response, question));
    std::vector<auth::Finding> findings;
    static_cast<void>(ocsp_status({&*response, 1}, question, findings));
  }
  return 0;
}
