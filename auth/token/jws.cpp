#include "auth/token/jws.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/token/jwa.h"

namespace shomei::auth {
namespace {

Result<Bytes> part(std::string_view text, std::string_view what) {
  auto bytes = from_base64url(text);
  if (!bytes) {
    return fail(bytes.error(), Code::kTokenMalformed, std::string(what));
  }
  return *std::move(bytes);
}

Result<void> read_header(Jws& jws) {
  const auto header = parse_json(jws.header, {.max_bytes = 16U << 10, .max_depth = 8});
  if (!header || !header->is_object()) {
    return fail(Code::kTokenMalformed, header ? "header is no object" : header.error().detail);
  }
  for (const auto& [name, text] : {std::pair{"alg", &jws.alg}, {"kid", &jws.kid}, {"typ", &jws.typ}}) {
    const auto member = text_member_or(*header, name, "");
    if (!member) {
      return fail(member.error(), Code::kTokenMalformed, name);
    }
    *text = *member;
  }
  jws.has_crit = header->contains("crit");
  return jws.alg.empty() ? fail(Code::kTokenMalformed, "alg") : Result<void>{};
}

}  // namespace

Result<Jws> parse_jws(std::string_view compact) {
  if (compact.size() > kMaxTokenBytes) {
    return fail(Code::kInputTooLarge, fmt::format("token of {} bytes; at most {}", compact.size(), kMaxTokenBytes));
  }
  const std::size_t first = compact.find('.');
  const std::size_t second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos) {
    return fail(Code::kTokenMalformed, "not three parts");
  }
  Jws jws;
  SHOMEI_TRY(const Bytes header, part(compact.substr(0, first), "header"));
  SHOMEI_TRY(jws.payload, part(compact.substr(first + 1, second - first - 1), "payload"));
  SHOMEI_TRY(jws.signature, part(compact.substr(second + 1), "signature"));
  jws.header = as_text(header);
  jws.signing_input = compact.substr(0, second);
  SHOMEI_TRY(read_header(jws));
  return jws;
}

Result<std::string> sign_jws(SigningKey& key, std::string_view kid, std::string_view typ, std::string_view payload) {
  if (key.type() != KeyType::kEc) {
    return fail(Code::kKeyUnsuitable, "ES256 needs a P-256 key");
  }
  const OrderedJson header{{"alg", "ES256"}, {"typ", typ}, {"kid", kid}};
  std::string token = to_base64url(as_bytes(header.dump())) + '.' + to_base64url(as_bytes(payload));
  SHOMEI_TRY(const Bytes signature, key.sign_digest(DigestAlgorithm::kSha256, sha256(as_bytes(token))));
  if (signature.size() != 64) {
    return fail(Code::kKeyUnsuitable, "ES256 needs a P-256 key");
  }
  return token + '.' + to_base64url(signature);
}

bool verify_jws(const Jws& jws, const PublicKey& key) {
  const auto algorithm = find_algorithm(jws.alg);
  return algorithm && fits(*algorithm, key) &&
         verify_digest(key, algorithm->digest, digest(algorithm->digest, as_bytes(jws.signing_input)), jws.signature,
                       EcdsaForm::kRaw, algorithm->padding);
}

}  // namespace shomei::auth
