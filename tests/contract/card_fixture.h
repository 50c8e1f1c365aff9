#pragma once

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <string>

#include "base/openssl.h"
#include "cards/connection.h"
#include "cards/hpki_application.h"
#include "cards/readers.h"
#include "tests/doubles/vcard_control.h"

namespace shomei::cards {

inline Pin typed(std::string text) {
  return *Pin::take(text);
}

inline std::string pin_of(Use use) {
  return use == Use::kSignature ? "2468" : "1357";
}

inline std::string name_of(Use use) {
  return use == Use::kSignature ? "signature" : "authentication";
}

/// Whether the signature over a SHA-256 digest is by the certificate's key, as OpenSSL sees it.
inline bool verifies(ByteView certificate, ByteView digest, ByteView signature) {
  const unsigned char* at = certificate.data();
  const OwnedX509 x509(d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(X509_get0_pubkey(x509.get()), nullptr));
  EVP_PKEY_verify_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256());
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

/// A card in the reader, its PIN counters full and no fault switched on.
class CardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    card_.send("hang off");
    card_.send("die off");
    card_.send("tries signature 15");
    card_.send("tries authentication 15");
    if (!card_.send("state").at("inserted").get<bool>()) {
      card_.send("insert");
    }
    card_.send("reset-stats");
  }

  /// The reader with the card; `insert` answers before pcscd has told its clients.
  static std::string reader() {
    const auto readers = Readers::open();
    auto states = readers.value().states();
    while (std::ranges::none_of(states.value(), &ReaderState::card_present)) {
      states = readers->wait(*states).value().value();
    }
    return choose_reader(*states).value();
  }
  static CardConnection connect(CardLimits limits = {}) {
    auto connection = CardConnection::open(reader(), limits);
    EXPECT_TRUE(connection) << describe(connection.error());
    return std::move(connection).value();
  }
  int apdus() { return card_.send("stats").at("apdus").get<int>(); }

  testing::VcardControl card_;
};

}  // namespace shomei::cards
