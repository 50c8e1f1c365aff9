#include "forge.h"

#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/digest.h"

namespace shomei::server {
namespace {

using OwnedCrl = Owned<X509_CRL, X509_CRL_free>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

OwnedInteger integer(long value) {
  OwnedInteger made(ASN1_INTEGER_new());
  ASN1_INTEGER_set(made.get(), value);
  return made;
}

OwnedTime asn1(Time time) {
  return OwnedTime(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
}

OwnedExtension extension(X509* issuer, X509_CRL* crl, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, nullptr, nullptr, crl, 0);
  X509V3_set_ctx_nodb(&context);
  OwnedExtension made(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  SHOMEI_CHECK(made != nullptr);
  return made;
}

void add_number(X509_CRL* crl, const ListPlan& plan) {
  OwnedInteger number = integer(plan.number);
  if (plan.long_number != 0) {
    const Bytes octets(static_cast<std::size_t>(plan.long_number), 0x7F);
    ASN1_STRING_set(number.get(), octets.data(), plan.long_number);
  }
  X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0);
  if (plan.base) {
    X509_CRL_add1_ext_i2d(crl, NID_delta_crl, integer(*plan.base).get(), 1, 0);
  }
}

void add_entries(X509_CRL* crl, const ListPlan& plan) {
  for (const ListPlan::Entry& entry : plan.entries) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(revoked, integer(entry.serial).get());
    X509_REVOKED_set_revocationDate(revoked, asn1(plan.this_update).get());
    if (entry.reason >= 0) {
      const Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
      ASN1_ENUMERATED_set(reason.get(), entry.reason);
      X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason.get(), 0, 0);
    }
    X509_CRL_add0_revoked(crl, revoked);
  }
}

void add_unknown(X509_CRL* crl) {
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> name(OBJ_txt2obj("1.2.3.4.5", 1));
  ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>("\x05\x00"), 2);
  const OwnedExtension made(X509_EXTENSION_create_by_OBJ(nullptr, name.get(), 1, value.get()));
  X509_CRL_add_ext(crl, made.get(), -1);
}

}  // namespace

Forge::Forge(const std::string& name, const std::string& point) : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
  X509* made = certificate_.get();
  X509_set_version(made, 2);
  X509_set_serialNumber(made, integer(1).get());
  X509_set1_notBefore(made, asn1(kNow - std::chrono::hours(24 * 365)).get());
  X509_set1_notAfter(made, asn1(kNow + std::chrono::hours(24 * 20)).get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  X509_set_pubkey(made, key_.get());
  const auto add = [&](int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
    const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    SHOMEI_CHECK(extension != nullptr);
    X509_add_ext(made, extension.get(), -1);
  };
  add(NID_basic_constraints, "critical,CA:TRUE");
  add(NID_key_usage, "critical,keyCertSign,cRLSign");
  add(NID_subject_key_identifier, "hash");
  if (!point.empty()) {
    add(NID_crl_distribution_points, "URI:" + point);
  }
  X509_sign(made, key_.get(), EVP_sha256());
}

Bytes Forge::certificate() const {
  return to_der<i2d_X509>(certificate_.get());
}

Bytes Forge::list(const ListPlan& plan) const {
  const OwnedCrl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(certificate_.get()));
  X509_CRL_set1_lastUpdate(crl.get(), asn1(plan.this_update).get());
  if (plan.next_update) {
    X509_CRL_set1_nextUpdate(crl.get(), asn1(*plan.next_update).get());
  }
  add_number(crl.get(), plan);
  add_entries(crl.get(), plan);
  const auto add = [&](int nid, const std::string& value) {
    const OwnedExtension made = extension(certificate_.get(), crl.get(), nid, value);
    X509_CRL_add_ext(crl.get(), made.get(), -1);
  };
  add(NID_authority_key_identifier, "keyid:always");
  if (!plan.scope.empty()) {
    add(NID_issuing_distribution_point, "critical," + plan.scope);
  }
  if (!plan.freshest.empty()) {
    add(NID_freshest_crl, "URI:" + plan.freshest);
  }
  if (plan.unknown) {
    add_unknown(crl.get());
  }
  X509_CRL_sort(crl.get());
  X509_CRL_sign(crl.get(), key_.get(), EVP_sha256());
  return to_der<i2d_X509_CRL>(crl.get());
}

std::string pem_of(const Bytes& list) {
  return "-----BEGIN X509 CRL-----\n" + to_base64(list) + "\n-----END X509 CRL-----\n";
}

TrustBench::TrustBench(const std::string& point) : ca("CA", point) {
  std::string name = "/tmp/shomei-supply-XXXXXX";
  SHOMEI_CHECK(::mkdtemp(name.data()) != nullptr);
  folder = name;
  store = open_store({.backend = "sqlite3", .connection = folder / "db"}).value();
  trust = Trust::load(*store, clock, {}).value();
  pin(ca);
}

TrustBench::~TrustBench() {
  trust.reset();
  store.reset();
  std::filesystem::remove_all(folder);
}

void TrustBench::pin(const Forge& forge) const {
  const Bytes der = forge.certificate();
  const auto pinned = trust->apply(trust_change::AddCa{.use = "signature", .der = der, .sha256 = to_hex(sha256(der))},
                                   {.actor = "test"});
  SHOMEI_CHECK(pinned.has_value());
}

std::vector<std::string> TrustBench::in_force() const {
  std::vector<std::string> numbers;
  for (const TrustSnapshot::List& list : trust->snapshot()->lists) {
    numbers.push_back(list.record.number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace shomei::server
