// links: shomei_token
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "auth/token/claims.h"
#include "auth/token/login_proof.h"
#include "auth/token/verify_token.h"

using namespace shomei;

namespace {

constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",)"
    R"("y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]})";

}  // namespace

/// One text as token, key set and login proof.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auth::JwkSet keys = auth::JwkSet::parse(kKeys).value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool signature_only : {false, true}) {
    auth::TokenExpectations expected;
    expected.issuer = "https://login.example";
    expected.signature_only = signature_only;
    if (const auto report = verify_token(text, keys, expected)) {
      static_cast<void>(to_json(*report).dump());
    }
  }
  if (const auto set = auth::JwkSet::parse(text)) {
    static_cast<void>(set->to_json().dump());
  }
  if (const auto json = parse_json(text)) {
    static_cast<void>(auth::parse_access_token(*json));
    if (const auto proof = auth::parse_login_proof(*json)) {
      static_cast<void>(check_proof(*proof, "https://login.example", "bm9uY2U="));
    }
  }
  return 0;
}
