#include "signing/tsp/timestamp_facts.h"

#include <openssl/err.h>
#include <openssl/ts.h>

#include "auth/x509/certificate.h"
#include "base/openssl.h"

namespace shomei::signing {
namespace {

/// genTime may have a fraction (RFC 3161 2.4.2), which is dropped.
std::optional<Time> time_of(const ASN1_GENERALIZEDTIME* time) {
  if (time == nullptr) {
    return std::nullopt;
  }
  std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                   static_cast<std::size_t>(ASN1_STRING_length(time)));
  if (const auto point = text.find('.'); point != std::string::npos) {
    text = text.substr(0, point) + "Z";
  }
  const auto parsed = parse_asn1_time(V_ASN1_GENERALIZEDTIME, text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string name_of_tsa(PKCS7* token) {
  const STACK_OF(PKCS7_SIGNER_INFO)* infos = PKCS7_get_signer_info(token);
  if (sk_PKCS7_SIGNER_INFO_num(infos) != 1) {
    return {};
  }
  const X509* certificate = PKCS7_cert_from_signer_info(token, sk_PKCS7_SIGNER_INFO_value(infos, 0));
  if (certificate == nullptr) {
    return {};
  }
  const auto parsed = auth::Certificate::parse(to_der<i2d_X509>(certificate));
  return parsed ? parsed->facts().name : std::string();
}

}  // namespace

TimestampClaim read_timestamp(ByteView token) {
  const unsigned char* at = token.data();
  const Owned<PKCS7, PKCS7_free> parsed(d2i_PKCS7(nullptr, &at, static_cast<long>(token.size())));
  TimestampClaim claim;
  if (parsed && PKCS7_type_is_signed(parsed.get())) {
    const Owned<TS_TST_INFO, TS_TST_INFO_free> info(PKCS7_to_TS_TST_INFO(parsed.get()));
    claim.time = info ? time_of(TS_TST_INFO_get_time(info.get())) : std::nullopt;
    claim.tsa = name_of_tsa(parsed.get());
  }
  ERR_clear_error();
  return claim;
}

}  // namespace shomei::signing
