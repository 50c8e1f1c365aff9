#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "base/bytes.h"

namespace shomei {

/// unique_ptr whose deleter is a C function: stays one word wide.
template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const noexcept {
    static_cast<void>(Free(pointer));
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;

using OwnedX509 = Owned<X509, X509_free>;
using OwnedX509Crl = Owned<X509_CRL, X509_CRL_free>;
using OwnedPkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedPkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedBignum = Owned<BIGNUM, BN_free>;

/// Drains OpenSSL's error queue of this thread into one Error. Call right after the call that failed.
Error openssl_error(std::string_view what, Code code = Code::kCryptoFailed, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE());

/// DER of an OpenSSL object by its i2d function, e.g. `to_der<i2d_X509>(x)`. Empty on failure.
template <auto I2d, class T>
Bytes to_der(const T* object) {
  unsigned char* out = nullptr;
  const int length = I2d(const_cast<T*>(object), &out);
  Bytes der;
  if (length > 0) {
    der.assign(out, out + length);
  }
  OPENSSL_free(out);
  return der;
}

}  // namespace shomei
