#include "auth/x509/hc_role.h"

#include <algorithm>

#include "base/der.h"

namespace shomei::auth {
namespace {

using der::tag::context;
using der::tag::context_constructed;

constexpr std::string_view kHcRoleAttribute = "1.0.17090.0.1";
constexpr std::size_t kMaxRoles = 64;
constexpr std::size_t kMaxTextBytes = 256;

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF; control characters are no role either.
bool is_plain_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0x20 || lead == 0x7F || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || text.size() - i <= more) {
      return false;
    }
    std::uint32_t code = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      if ((next & 0xC0) != 0x80) {
        return false;
      }
      code = code << 6 | (next & 0x3FU);
    }
    if ((more == 2 && code < 0x800) || (more == 3 && (code < 0x10000 || code > 0x10FFFF)) ||
        (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

Result<HcRole> read_coded_data(der::Reader& outer) {
  SHOMEI_TRY(der::Reader data, outer.enter(der::tag::kSet));
  SHOMEI_TRY(der::Reader scheme, data.enter(context_constructed(0)));
  SHOMEI_TRY(const der::Element scheme_oid, scheme.expect(der::tag::kOid));
  SHOMEI_TRY(scheme.finish());
  // codeDataValue, not used in Japan: as number, implicitly or explicitly tagged.
  SHOMEI_TRY(data.optional(context(1)));
  SHOMEI_TRY(data.optional(context_constructed(1)));
  SHOMEI_TRY(der::Reader free_text, data.enter(context_constructed(2)));
  SHOMEI_TRY(const der::Element text, free_text.expect(der::tag::kUtf8String));
  SHOMEI_TRY(free_text.finish());
  SHOMEI_TRY(data.finish());
  SHOMEI_TRY(outer.finish());
  if (text.value.empty() || text.value.size() > kMaxTextBytes || !is_plain_utf8(as_text(text.value))) {
    return fail(Code::kDerMalformed, "the role's text is empty, too long or not plain UTF-8");
  }
  SHOMEI_TRY(std::string oid, der::oid_text(scheme_oid.value));
  return HcRole{std::move(oid), std::string(as_text(text.value))};
}

Result<void> read_actors(der::Reader& values, std::vector<HcRole>& roles) {
  SHOMEI_TRY(der::Reader actors, values.enter(der::tag::kSet));
  while (!actors.at_end()) {
    SHOMEI_TRY(der::Reader actor, actors.enter(der::tag::kSequence));
    if (actor.peek() == context_constructed(0)) {
      SHOMEI_TRY(der::Reader coded, actor.enter(context_constructed(0)));
      SHOMEI_TRY(HcRole role, read_coded_data(coded));
      roles.push_back(std::move(role));
    }
    SHOMEI_TRY(actor.optional(context_constructed(1)));
    SHOMEI_TRY(actor.finish());
    if (roles.size() > kMaxRoles) {
      return fail(Code::kDerMalformed, "too many roles");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<HcRole>> parse_hc_roles(ByteView subject_directory_attributes) {
  std::vector<HcRole> roles;
  der::Reader outermost(subject_directory_attributes);
  SHOMEI_TRY(der::Reader attributes, outermost.enter(der::tag::kSequence));
  SHOMEI_TRY(outermost.finish());
  bool seen = false;
  while (!attributes.at_end()) {
    SHOMEI_TRY(der::Reader attribute, attributes.enter(der::tag::kSequence));
    SHOMEI_TRY(const der::Element type, attribute.expect(der::tag::kOid));
    SHOMEI_TRY(der::Reader values, attribute.enter(der::tag::kSet));
    SHOMEI_TRY(attribute.finish());
    SHOMEI_TRY(const std::string oid, der::oid_text(type.value));
    if (oid != kHcRoleAttribute) {
      continue;
    }
    if (std::exchange(seen, true)) {
      return fail(Code::kDerMalformed, "two hcRole attributes");
    }
    // X.501 8.2: an attribute has one value or more.
    do {
      SHOMEI_TRY(read_actors(values, roles));
    } while (!values.at_end());
  }
  return roles;
}

}  // namespace shomei::auth
