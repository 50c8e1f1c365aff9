// links: shomei_x509
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "auth/x509/second_opinion.h"
#include "auth/x509/validate.h"
#include "auth/x509/weak_key.h"

using namespace shomei;

namespace {

/// A self-signed certificate of any name and key.
auth::Certificate make_anchor() {
  const OwnedX509 made(X509_new());
  const OwnedPkey key(EVP_EC_gen("P-256"));
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key.get());
  X509_sign(made.get(), key.get(), EVP_sha256());
  return auth::Certificate::parse(to_der<i2d_X509>(made.get())).value();
}

}  // namespace

/// A certificate from a stranger: read, shown, judged as its own anchor for every purpose, asked for weak keys, and
/// given to the second judge below an anchor.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auth::ProfileSet profiles = auth::ProfileSet::defaults();
  const auto certificate = auth::Certificate::parse({data, size});
  if (!certificate) {
    return 0;
  }
  static_cast<void>(to_json(*certificate).dump());
  static_cast<void>(certificate->public_key());
  if (EVP_PKEY* key = X509_get0_pubkey(certificate->native()); key != nullptr) {
    static_cast<void>(auth::weakness(key, nullptr));
  }
  static const auth::Certificate anchor = make_anchor();
  const Time epoch(std::chrono::sys_days(std::chrono::year(2026) / 4 / 1));
  static_cast<void>(auth::second_opinion({*certificate, anchor}, epoch));
  const auth::ValidationInputs inputs{.anchors = {*certificate}, .chain = {*certificate}};
  for (const auth::Purpose purpose : {auth::Purpose::kAny, auth::Purpose::kSignature, auth::Purpose::kTimestamp}) {
    auth::ValidationOptions options;
    options.at = epoch;
    options.purpose = purpose;
    static_cast<void>(to_json(validate(*certificate, inputs, options, profiles)).dump());
  }
  return 0;
}
