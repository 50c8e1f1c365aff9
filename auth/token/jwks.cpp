#include "auth/token/jwks.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "auth/token/jwa.h"
#include "base/der.h"

namespace shomei::auth {
namespace {

constexpr std::size_t kMaxKeys = 64;

struct Curve {
  std::string_view name;
  std::string_view oid;
  std::size_t field_bytes;
};
constexpr std::array<Curve, 3> kCurves{
    {{"P-256", "1.2.840.10045.3.1.7", 32}, {"P-384", "1.3.132.0.34", 48}, {"P-521", "1.3.132.0.35", 66}}};

std::unexpected<Error> broken(std::string what) {
  return fail(Code::kTokenMalformed, "JWK: " + std::move(what));
}

Result<Bytes> binary_member(const Json& object, std::string_view name) {
  const auto text = text_member(object, name);
  auto bytes = text ? from_base64url(*text) : Result<Bytes>(std::unexpected(text.error()));
  if (!bytes || bytes->empty() || bytes->size() > 2048) {
    return broken(std::string(name));
  }
  return *std::move(bytes);
}

/// SubjectPublicKeyInfo around an algorithm identifier and the key's own bytes.
Bytes spki(ByteView algorithm, ByteView key) {
  Bytes bits{0};
  bits.insert(bits.end(), key.begin(), key.end());
  return der::wrap(der::tag::kSequence, {algorithm, der::wrap(der::tag::kBitString, bits)});
}

Result<PublicKey> rsa_key(const Json& object) {
  SHOMEI_TRY(const Bytes n, binary_member(object, "n"));
  SHOMEI_TRY(const Bytes e, binary_member(object, "e"));
  const Bytes key = der::wrap(der::tag::kSequence, {der::unsigned_integer(n), der::unsigned_integer(e)});
  return PublicKey::parse(spki(der::algorithm("1.2.840.113549.1.1.1", true), key));
}

Result<PublicKey> ec_key(const Json& object) {
  SHOMEI_TRY(const std::string crv, text_member(object, "crv"));
  SHOMEI_TRY(const Bytes x, binary_member(object, "x"));
  SHOMEI_TRY(const Bytes y, binary_member(object, "y"));
  const auto* const curve = std::ranges::find(kCurves, crv, &Curve::name);
  if (curve == kCurves.end() || x.size() != curve->field_bytes || y.size() != curve->field_bytes) {
    return broken("crv, x, y");
  }
  Bytes point{0x04};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const Bytes algorithm = der::wrap(der::tag::kSequence, {der::oid("1.2.840.10045.2.1"), der::oid(curve->oid)});
  return PublicKey::parse(spki(algorithm, point));
}

Bytes number(const PublicKey& key, const char* parameter) {
  BIGNUM* raw = nullptr;
  EVP_PKEY_get_bn_param(key.native(), parameter, &raw);
  const OwnedBignum value(raw);
  Bytes bytes(value ? static_cast<std::size_t>(BN_num_bytes(value.get())) : 0);
  if (value) {
    BN_bn2bin(value.get(), bytes.data());
  }
  return bytes;
}

/// The members that RFC 7638 3.2 counts, in its (lexicographic) order.
OrderedJson required_members(const PublicKey& key) {
  if (key.type() == KeyType::kRsa) {
    return {{"e", to_base64url(number(key, OSSL_PKEY_PARAM_RSA_E))},
            {"kty", "RSA"},
            {"n", to_base64url(number(key, OSSL_PKEY_PARAM_RSA_N))}};
  }
  const std::size_t width = static_cast<std::size_t>(key.bits() + 7) / 8;
  const auto* const curve = std::ranges::find(kCurves, width, &Curve::field_bytes);
  SHOMEI_CHECK(curve != kCurves.end());
  const auto coordinate = [&](const char* parameter) {
    Bytes bytes = number(key, parameter);
    bytes.insert(bytes.begin(), width - bytes.size(), 0);
    return to_base64url(bytes);
  };
  return {{"crv", curve->name},
          {"kty", "EC"},
          {"x", coordinate(OSSL_PKEY_PARAM_EC_PUB_X)},
          {"y", coordinate(OSSL_PKEY_PARAM_EC_PUB_Y)}};
}

/// Nothing for a key that is not for us.
Result<std::optional<Jwk>> read_key(const Json& object) {
  if (!object.is_object()) {
    return broken("no object");
  }
  SHOMEI_TRY(const std::string kty, text_member(object, "kty"));
  SHOMEI_TRY(const std::string use, text_member_or(object, "use", "sig"));
  if ((kty != "RSA" && kty != "EC") || use != "sig") {
    return std::nullopt;
  }
  SHOMEI_TRY(std::string kid, text_member_or(object, "kid", ""));
  SHOMEI_TRY(std::string alg, text_member_or(object, "alg", ""));
  auto key = kty == "RSA" ? rsa_key(object) : ec_key(object);
  if (!key) {
    return broken(key.error().detail);
  }
  return Jwk{std::move(kid), std::move(alg), *std::move(key)};
}

}  // namespace

std::string thumbprint(const PublicKey& key) {
  return to_base64url(sha256(as_bytes(required_members(key).dump())));
}

Result<JwkSet> JwkSet::parse(std::string_view text) {
  SHOMEI_TRY(const Json json, parse_json(text, {.max_bytes = 256U << 10, .max_depth = 8}));
  const bool single = json.is_object() && json.contains("kty");
  const Json keys = single ? Json::array({json}) : json.is_object() ? json.value("keys", Json()) : Json();
  if (!keys.is_array() || keys.size() > kMaxKeys) {
    return fail(Code::kTokenMalformed, "JWK Set: keys");
  }
  JwkSet set;
  for (const Json& object : keys) {
    auto key = read_key(object);
    if (!key) {
      return fail(key.error(), Code::kTokenMalformed, key.error().detail);
    }
    if (*key && !(*key)->kid.empty() && set.find((*key)->kid) != nullptr) {
      return broken("two keys of kid " + (*key)->kid);
    }
    if (*key) {
      set.keys_.push_back(**std::move(key));
    }
  }
  return set;
}

std::string JwkSet::add(const PublicKey& key) {
  std::string kid = thumbprint(key);
  if (find(kid) == nullptr) {
    keys_.push_back({kid, std::string(usual_algorithm(key).name), key});
  }
  return kid;
}

const Jwk* JwkSet::find(std::string_view kid) const {
  const auto found = std::ranges::find(keys_, kid, &Jwk::kid);
  return found == keys_.end() ? nullptr : &*found;
}

OrderedJson JwkSet::to_json() const {
  OrderedJson keys = OrderedJson::array();
  for (const Jwk& jwk : keys_) {
    OrderedJson object = required_members(jwk.key);
    object["use"] = "sig";
    object["alg"] = jwk.alg;
    object["kid"] = jwk.kid;
    keys.push_back(std::move(object));
  }
  return {{"keys", keys}};
}

}  // namespace shomei::auth
