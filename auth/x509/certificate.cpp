#include "auth/x509/certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/certificate_facts.h"
#include "base/der.h"

namespace shomei::auth {

struct Certificate::Body {
  Bytes der;
  OwnedX509 native;
  CertificateFacts facts;
};

Result<Certificate> Certificate::parse(ByteView der) {
  if (der.size() > kMaxCertificateBytes) {
    return fail(Code::kInputTooLarge,
                fmt::format("certificate of {} bytes; at most {}", der.size(), kMaxCertificateBytes));
  }
  // OpenSSL forgives indefinite lengths and bytes behind the end; DER does not.
  der::Reader reader(der);
  if (auto outer = reader.expect(der::tag::kSequence); !outer) {
    return fail(outer.error(), Code::kInputNotCertificate, outer.error().detail);
  }
  if (auto end = reader.finish(); !end) {
    return fail(end.error(), Code::kInputNotCertificate, end.error().detail);
  }
  auto body = std::make_shared<Body>();
  body->der = to_bytes(der);
  const unsigned char* cursor = der.data();
  body->native.reset(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  if (!body->native || cursor != der.data() + der.size()) {
    return std::unexpected(openssl_error("X.509", Code::kInputNotCertificate));
  }
  body->facts = read_facts(body->native.get(), body->der);
  return Certificate(std::move(body));
}

ByteView Certificate::der() const {
  return body_->der;
}

const CertificateFacts& Certificate::facts() const {
  return body_->facts;
}

Result<PublicKey> Certificate::public_key() const {
  return PublicKey::from(X509_get0_pubkey(body_->native.get()));
}

X509* Certificate::native() const {
  return body_->native.get();
}

bool operator==(const Certificate& a, const Certificate& b) {
  return a.body_ == b.body_ || std::ranges::equal(a.der(), b.der());
}

OrderedJson to_json(const Certificate& certificate) {
  const CertificateFacts& facts = certificate.facts();
  OrderedJson roles = OrderedJson::array();
  for (const HcRole& role : facts.hc_roles) {
    roles.push_back({{"scheme", role.scheme}, {"text", role.text}});
  }
  return {{"subject", facts.subject},
          {"issuer", facts.issuer},
          {"name", facts.name},
          {"name_ja", facts.name_ja},
          {"serial_number", facts.serial_number},
          {"organization", facts.organization},
          {"organization_ja", facts.organization_ja},
          {"serial", facts.serial},
          {"not_before", to_rfc3339(facts.not_before)},
          {"not_after", to_rfc3339(facts.not_after)},
          {"ca", facts.is_ca},
          {"key_usage", facts.key_usage ? OrderedJson(key_usage::text(*facts.key_usage)) : OrderedJson(nullptr)},
          {"extended_key_usage", facts.extended_key_usage},
          {"policies", facts.policies},
          {"hc_roles", roles},
          {"hc_role_error", facts.hc_role_error ? OrderedJson(*facts.hc_role_error) : OrderedJson(nullptr)},
          {"crl_urls", facts.crl_urls},
          {"malformed", facts.malformed},
          {"deviations", facts.deviations},
          {"sha256", facts.sha256}};
}

}  // namespace shomei::auth
