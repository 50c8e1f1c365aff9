#include "forge.h"

#include <gtest/gtest.h>
#include <openssl/conf.h>
#include <openssl/x509v3.h>

namespace shomei::auth {
namespace {

using OwnedName = Owned<X509_NAME, X509_NAME_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

OwnedName name_of(const std::string& common_name) {
  OwnedName name(X509_NAME_new());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  SHOMEI_CHECK(X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()),
                                          -1, 0) == 1);
  return name;
}

OwnedTime time_of(const std::string& text) {
  OwnedTime time(ASN1_TIME_new());
  SHOMEI_CHECK(ASN1_TIME_set_string_X509(time.get(), text.c_str()) == 1);
  return time;
}

OwnedExtension extension_of(const std::pair<std::string, std::string>& extension, X509V3_CTX* context) {
  const Owned<CONF, NCONF_free> config(NCONF_new(nullptr));
  X509V3_set_nconf(context, config.get());
  OwnedExtension made(X509V3_EXT_nconf(config.get(), context, extension.first.c_str(), extension.second.c_str()));
  if (!made) {
    ADD_FAILURE() << extension.first << ": " << openssl_error(extension.second).detail;
  }
  SHOMEI_CHECK(made);
  return made;
}

}  // namespace

OwnedPkey forge_key() {
  return OwnedPkey(EVP_EC_gen("P-256"));
}

Certificate forge(const Forgery& what) {
  const OwnedX509 made(X509_new());
  X509V3_CTX context;
  X509V3_set_ctx(&context, made.get(), made.get(), nullptr, nullptr, 0);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), what.serial);
  X509_set_subject_name(made.get(), name_of(what.subject).get());
  X509_set_issuer_name(made.get(), name_of(what.issuer).get());
  X509_set1_notBefore(made.get(), time_of("20260101000000Z").get());
  X509_set1_notAfter(made.get(), time_of("20270101000000Z").get());
  X509_set_pubkey(made.get(), what.key);
  auto extensions = what.extensions;
  if (what.ca) {
    extensions.emplace_back("basicConstraints", "critical,CA:TRUE");
    extensions.emplace_back("keyUsage", "critical,keyCertSign,cRLSign");
  }
  for (const auto& extension : extensions) {
    X509_add_ext(made.get(), extension_of(extension, &context).get(), -1);
  }
  SHOMEI_CHECK(X509_sign(made.get(), what.issuer_key, EVP_sha256()) > 0);
  return Certificate::parse(to_der<i2d_X509>(made.get())).value();
}

Bytes forge_crl_der(const ForgedCrl& what) {
  const OwnedX509Crl made(X509_CRL_new());
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, nullptr, nullptr, made.get(), 0);
  X509_CRL_set_version(made.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(made.get(), name_of(what.issuer).get());
  X509_CRL_set1_lastUpdate(made.get(), time_of(what.this_update).get());
  if (!what.next_update.empty()) {
    X509_CRL_set1_nextUpdate(made.get(), time_of(what.next_update).get());
  }
  for (const long serial : what.revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    const OwnedInteger number(ASN1_INTEGER_new());
    ASN1_INTEGER_set(number.get(), serial);
    X509_REVOKED_set_serialNumber(entry, number.get());
    X509_REVOKED_set_revocationDate(entry, time_of("20260102000000Z").get());
    Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
    ASN1_ENUMERATED_set(reason.get(), CRL_REASON_KEY_COMPROMISE);
    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0);
    if (!what.certificate_issuer.empty() && serial == what.revoked.front()) {
      const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
      GENERAL_NAME* name = GENERAL_NAME_new();
      GENERAL_NAME_set0_value(name, GEN_DIRNAME, name_of(what.certificate_issuer).release());
      sk_GENERAL_NAME_push(names.get(), name);
      X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names.get(), 1, 0);
    }
    X509_CRL_add0_revoked(made.get(), entry);
  }
  for (const auto& extension : what.extensions) {
    X509_CRL_add_ext(made.get(), extension_of(extension, &context).get(), -1);
  }
  SHOMEI_CHECK(X509_CRL_sign(made.get(), what.key, EVP_sha256()) > 0);
  return to_der<i2d_X509_CRL>(made.get());
}

Crl forge_crl(const ForgedCrl& what) {
  return Crl::parse(forge_crl_der(what)).value();
}

}  // namespace shomei::auth
