#include "auth/x509/signed_bytes.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace shomei::auth {
namespace {

using OwnedAny = Owned<ASN1_TYPE, ASN1_TYPE_free>;
using OwnedAlgorithm = Owned<X509_ALGOR, X509_ALGOR_free>;
using OwnedBits = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;

template <class T, auto D2i>
T decoded(ByteView der) {
  const unsigned char* cursor = der.data();
  return T(D2i(nullptr, &cursor, static_cast<long>(der.size())));
}

/// OpenSSL reads the parameters. ANY is written back as it was read, in a copy.
bool verify_with_parameters(ByteView to_be_signed, const X509_ALGOR& algorithm, const ASN1_BIT_STRING& signature,
                            EVP_PKEY* key) {
  const auto data = decoded<OwnedAny, d2i_ASN1_TYPE>(to_be_signed);
  return data && ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), &algorithm, &signature, data.get(), key) == 1;
}

bool verify_plainly(ByteView to_be_signed, int algorithm, const ASN1_BIT_STRING& signature, EVP_PKEY* key) {
  int digest = NID_undef;
  int key_type = NID_undef;
  if (OBJ_find_sigid_algs(algorithm, &digest, &key_type) != 1 || digest == NID_undef ||
      EVP_PKEY_get_base_id(key) != key_type) {
    return false;
  }
  const OwnedDigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_get_digestbynid(digest), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), ASN1_STRING_get0_data(&signature),
                          static_cast<std::size_t>(ASN1_STRING_length(&signature)), to_be_signed.data(),
                          to_be_signed.size()) == 1;
}

}  // namespace

bool is_signed(ByteView to_be_signed, ByteView algorithm, ByteView signature, EVP_PKEY* key) {
  const auto identifier = decoded<OwnedAlgorithm, d2i_X509_ALGOR>(algorithm);
  const auto bits = decoded<OwnedBits, d2i_ASN1_BIT_STRING>(signature);
  bool right = false;
  // X.690 8.6.2: a signature is whole octets, no bit of the last one is unused.
  if (key != nullptr && identifier && bits && (bits->flags & 0x07) == 0) {
    const int nid = OBJ_obj2nid(identifier->algorithm);
    right = nid == NID_rsassaPss ? verify_with_parameters(to_be_signed, *identifier, *bits, key)
                                 : verify_plainly(to_be_signed, nid, *bits, key);
  }
  ERR_clear_error();
  return right;
}

}  // namespace shomei::auth
