#include "ocsp_forge.h"

#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/openssl_digest.h"

namespace shomei::auth {
namespace {

using OwnedTime = Owned<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>;
using OwnedBasic = Owned<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OwnedResponse = Owned<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OwnedId = Owned<OCSP_CERTID, OCSP_CERTID_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

OwnedTime time_at(const OcspWorld& world, long offset) {
  return OwnedTime(ASN1_GENERALIZEDTIME_set(nullptr, world.at.time_since_epoch().count() + offset));
}

OwnedTime time_at(const OcspWorld& world, std::optional<long> offset) {
  return offset ? time_at(world, *offset) : OwnedTime();
}

OwnedExtension critical_extension(const std::string& oid) {
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(oid.c_str(), 1));
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>("\5\0"), 2);
  return OwnedExtension(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, value.get()));
}

void add_single(const OcspWorld& world, OCSP_BASICRESP* basic, const ForgedSingle& what) {
  const Certificate& subject = what.subject != nullptr ? *what.subject : world.leaf;
  const Certificate& issuer = what.issuer != nullptr ? *what.issuer : world.ca;
  const OwnedId id(OCSP_cert_to_id(native_digest(what.algorithm), subject.native(), issuer.native()));
  OCSP_SINGLERESP* single =
      OCSP_basic_add1_status(basic, id.get(), what.state, what.reason, time_at(world, what.revoked_at).get(),
                             time_at(world, what.this_update).get(), time_at(world, what.next_update).get());
  SHOMEI_CHECK(single != nullptr);
  if (!what.critical.empty()) {
    OCSP_SINGLERESP_add_ext(single, critical_extension(what.critical).get(), -1);
  }
  if (what.archive_cutoff) {
    OCSP_SINGLERESP_add1_ext_i2d(single, NID_id_pkix_OCSP_archiveCutoff, time_at(world, *what.archive_cutoff).get(), 0,
                                 0);
  }
}

}  // namespace

OcspWorld::OcspWorld()
    : ca(forge({.subject = "CA", .issuer = "Root", .key = ca_key.get(), .issuer_key = other_key.get(), .serial = 10})),
      namesake(forge(
          {.subject = "CA", .issuer = "Root", .key = other_key.get(), .issuer_key = other_key.get(), .serial = 11})),
      leaf(forge({.subject = "Leaf",
                  .issuer = "CA",
                  .key = other_key.get(),
                  .issuer_key = ca_key.get(),
                  .serial = 4711,
                  .ca = false,
                  .extensions = {{"authorityInfoAccess", "OCSP;URI:http://ocsp.test/ca"}}})),
      responder(delegate(
          {{"keyUsage", "critical,digitalSignature"}, {"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}})) {}

Certificate OcspWorld::delegate(const std::vector<std::pair<std::string, std::string>>& extensions) const {
  return forge({.subject = "Responder",
                .issuer = "CA",
                .key = responder_key.get(),
                .issuer_key = ca_key.get(),
                .serial = 99,
                .ca = false,
                .extensions = extensions});
}

Bytes forge_ocsp_der(const OcspWorld& world, const ForgedOcsp& what) {
  const OwnedBasic basic(OCSP_BASICRESP_new());
  for (const ForgedSingle& single : what.singles) {
    add_single(world, basic.get(), single);
  }
  if (!what.nonce.empty()) {
    Bytes nonce = what.nonce;
    OCSP_basic_add1_nonce(basic.get(), nonce.data(), static_cast<int>(nonce.size()));
  }
  if (!what.critical.empty()) {
    OCSP_BASICRESP_add_ext(basic.get(), critical_extension(what.critical).get(), -1);
  }
  auto* produced = const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic.get()));
  ASN1_GENERALIZEDTIME_set(produced, world.at.time_since_epoch().count() + what.produced_at);
  const Certificate& signer = what.signer != nullptr ? *what.signer : world.ca;
  EVP_PKEY* key = what.key != nullptr ? what.key : world.ca_key.get();
  const unsigned long flags = OCSP_NOTIME | (what.by_name ? 0U : OCSP_RESPID_KEY) | (what.enclose ? 0U : OCSP_NOCERTS);
  const OwnedDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  SHOMEI_CHECK(EVP_DigestSignInit(context.get(), &parameters, what.digest, nullptr, key) == 1);
  if (what.pss) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  SHOMEI_CHECK(OCSP_basic_sign_ctx(basic.get(), signer.native(), context.get(), nullptr, flags) == 1);
  const OwnedResponse response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return to_der<i2d_OCSP_RESPONSE>(response.get());
}

OcspResponse forge_ocsp(const OcspWorld& world, const ForgedOcsp& what) {
  auto response = OcspResponse::parse(forge_ocsp_der(world, what));
  if (!response) {
    ADD_FAILURE() << describe(response.error());
  }
  return response.value();
}

Bytes forge_ocsp_status(int status) {
  const OwnedResponse response(OCSP_response_create(status, nullptr));
  return to_der<i2d_OCSP_RESPONSE>(response.get());
}

}  // namespace shomei::auth
