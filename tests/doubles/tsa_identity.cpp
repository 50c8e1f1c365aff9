#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/der.h"
#include "base/file.h"
#include "base/openssl_digest.h"
#include "base/software_key.h"
#include "tests/doubles/test_tsa.h"

namespace shomei {
namespace {

using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

std::shared_ptr<EVP_PKEY> make_key(TsaKey kind) {
  EVP_PKEY* key = nullptr;
  switch (kind) {
    case TsaKey::kRsa2048: key = EVP_RSA_gen(2048); break;
    case TsaKey::kRsa3072: key = EVP_RSA_gen(3072); break;
    case TsaKey::kRsa4096: key = EVP_RSA_gen(4096); break;
    case TsaKey::kP256: key = EVP_EC_gen("P-256"); break;
    case TsaKey::kP384: key = EVP_EC_gen("P-384"); break;
  }
  SHOMEI_CHECK(key != nullptr);
  return {key, EVP_PKEY_free};
}

DigestAlgorithm digest_for(TsaKey kind) {
  switch (kind) {
    case TsaKey::kRsa4096: return DigestAlgorithm::kSha512;
    case TsaKey::kP384: return DigestAlgorithm::kSha384;
    default: return DigestAlgorithm::kSha256;
  }
}

OwnedTime asn1(Time time) {
  return OwnedTime(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
}

std::shared_ptr<X509> new_certificate(const std::string& name, long serial, Time begin, Time end, EVP_PKEY* key) {
  const std::shared_ptr<X509> made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set1_notBefore(made.get(), asn1(begin).get());
  X509_set1_notAfter(made.get(), asn1(end).get());
  X509_set_pubkey(made.get(), key);
  return made;
}

void issue(X509* subject, X509* issuer, EVP_PKEY* key, DigestAlgorithm digest,
           const std::vector<std::pair<int, const char*>>& extensions) {
  X509_set_issuer_name(subject, X509_get_subject_name(issuer));
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    SHOMEI_CHECK(extension && X509_add_ext(subject, extension.get(), -1) == 1);
  }
  SHOMEI_CHECK(X509_sign(subject, key, native_digest(digest)) > 0);
}

std::shared_ptr<X509> load(const std::string& path) {
  const Bytes der = read_file(path, 1 << 16).value();
  const unsigned char* at = der.data();
  return {d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free};
}

}  // namespace

TsaIdentity TsaIdentity::make(const std::string& name, TsaKey kind, Time begin, Time end) {
  TsaIdentity made{
      .key = make_key(kind), .certificate = {}, .ca = {}, .ca_key = make_key(kind), .digest = digest_for(kind)};
  made.ca = new_certificate(name + " CA", 1, begin, end, made.ca_key.get());
  issue(made.ca.get(), made.ca.get(), made.ca_key.get(), made.digest,
        {{NID_basic_constraints, "critical,CA:TRUE"},
         {NID_key_usage, "critical,keyCertSign,cRLSign"},
         {NID_subject_key_identifier, "hash"}});
  made.certificate = new_certificate(name, 2, begin, end, made.key.get());
  issue(made.certificate.get(), made.ca.get(), made.ca_key.get(), made.digest,
        {{NID_key_usage, "critical,digitalSignature"},
         {NID_ext_key_usage, "critical,timeStamping"},
         {NID_subject_key_identifier, "hash"},
         {NID_authority_key_identifier, "keyid:always"}});
  return made;
}

TsaIdentity TsaIdentity::of_test_pki() {
  const std::string folder = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/";
  const auto key = SoftwareKey::load(folder + "tsa/tsa.key.pem").value();
  EVP_PKEY_up_ref(key->native());
  return {.key = {key->native(), EVP_PKEY_free},
          .certificate = load(folder + "tsa/tsa.cer"),
          .ca = load(folder + "trust/timestamp/tsa_ca.cer"),
          .ca_key = {},
          .digest = DigestAlgorithm::kSha256};
}

Bytes TsaIdentity::ca_der() const {
  return to_der<i2d_X509>(ca.get());
}

Bytes TsaIdentity::certificate_der() const {
  return to_der<i2d_X509>(certificate.get());
}

Bytes TsaIdentity::crl(Time this_update, Time next_update, std::optional<Time> revoked_at) const {
  SHOMEI_CHECK(ca_key != nullptr);
  const OwnedX509Crl made(X509_CRL_new());
  X509_CRL_set_version(made.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(made.get(), X509_get_subject_name(ca.get()));
  X509_CRL_set1_lastUpdate(made.get(), asn1(this_update).get());
  X509_CRL_set1_nextUpdate(made.get(), asn1(next_update).get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, ca.get(), nullptr, nullptr, made.get(), 0);
  const OwnedExtension authority(X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  X509_CRL_add_ext(made.get(), authority.get(), -1);
  const std::string number = std::to_string(this_update.time_since_epoch().count());
  const OwnedExtension crl_number(X509V3_EXT_conf_nid(nullptr, &context, NID_crl_number, number.c_str()));
  X509_CRL_add_ext(made.get(), crl_number.get(), -1);
  if (revoked_at) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
    X509_REVOKED_set_revocationDate(entry, asn1(*revoked_at).get());
    const Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
    ASN1_ENUMERATED_set(reason.get(), CRL_REASON_KEY_COMPROMISE);
    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0);
    X509_CRL_add0_revoked(made.get(), entry);
  }
  SHOMEI_CHECK(X509_CRL_sign(made.get(), ca_key.get(), native_digest(digest)) > 0);
  return to_der<i2d_X509_CRL>(made.get());
}

}  // namespace shomei
