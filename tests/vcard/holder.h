#pragma once

#include "tests/vcard/profile.h"

#include <openssl/evp.h>
#include <memory>

namespace vcard {

inline constexpr std::size_t kModulus = 256;  // RSA-2048, as every HPKI card has

// One application's certificates and its key.
struct Credential {
  Bytes certificate;      // DER
  std::vector<Bytes> ca;  // DER, root first, issuing CA last
  std::shared_ptr<EVP_PKEY> key;
};

using Holder = PerUse<std::optional<Credential>>;

// Reads FOLDER/{signature,authentication}.{cer,key.pem}; at least one of the two must be there, and key and certificate
// must match.
Expected<Holder> load_holder(const std::string& folder, const std::vector<std::string>& ca_files);

// The plain RSA private operation on one block of kModulus bytes; nothing when the block is not below the modulus.
std::optional<Bytes> rsa_private(EVP_PKEY& key, View block);

Bytes sha256(View data);

}  // namespace vcard
