#include "auth/x509/certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <shared_mutex>

#include "auth/x509/certificate_facts.h"
#include "base/der.h"
#include "base/digest.h"

namespace shomei::auth {

namespace {

using OwnedPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

/// RFC 5280 4.2.1.13: nameRelativeToCRLIssuer hangs below cRLIssuer or, where that is absent, the certificate's issuer.
OwnedPoints read_points(const X509* certificate) {
  OwnedPoints points(
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
  for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    X509_NAME* above =
        point->CRLissuer != nullptr ? first_directory(point->CRLissuer) : X509_get_issuer_name(certificate);
    if (point->distpoint != nullptr && above != nullptr) {
      DIST_POINT_set_dpname(point->distpoint, above);
    }
  }
  ERR_clear_error();
  return points;
}

}  // namespace

struct Certificate::Body {
  Bytes der{};
  OwnedX509 native{};
  Bytes serial{};
  OwnedPoints points{};
  CertificateFacts facts{};
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
  body->serial = serial_content(body->native.get());
  body->points = read_points(body->native.get());
  body->facts = read_facts(body->native.get(), body->der);
  return Certificate(std::move(body));
}

Result<Certificate> Certificate::recall(ByteView der) {
  constexpr std::size_t kCapacity = 512;
  static std::shared_mutex mutex;
  static std::map<Bytes, Certificate> known;  // by SHA-256 of the DER
  const Bytes key = sha256(der);
  {
    const std::shared_lock lock(mutex);
    if (const auto found = known.find(key); found != known.end()) {
      return found->second;
    }
  }
  SHOMEI_TRY(Certificate certificate, parse(der));
  const std::scoped_lock lock(mutex);
  if (known.size() >= kCapacity) {
    // Hashes have no order that anybody could count on: any one goes.
    known.erase(known.begin());
  }
  known.emplace(key, certificate);
  return certificate;
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

ByteView Certificate::serial() const {
  return body_->serial;
}

const stack_st_DIST_POINT* Certificate::distribution_points() const {
  return body_->points.get();
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
