#include "auth/x509/fields.h"

namespace shomei::auth {

namespace tag = der::tag;

Result<Extension> read_extension(der::Reader& list) {
  SHOMEI_TRY(der::Reader fields, list.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, fields.expect(tag::kOid));
  SHOMEI_TRY(const auto critical, fields.optional(tag::kBoolean));
  SHOMEI_TRY(const der::Element value, fields.expect(tag::kOctetString));
  SHOMEI_TRY(fields.finish());
  SHOMEI_TRY(std::string text, der::oid_text(oid.value));
  return Extension{std::move(text), critical && critical->value.size() == 1 && critical->value[0] != 0, value.value};
}

Result<Time> read_time(der::Reader& fields) {
  const bool generalized = fields.peek() == tag::kGeneralizedTime;
  SHOMEI_TRY(const der::Element time, fields.expect(generalized ? tag::kGeneralizedTime : tag::kUtcTime));
  return parse_asn1_time(time.tag, as_text(time.value));
}

bool is_shortest_integer(ByteView content) {
  return content.size() == 1 || (content.size() > 1 && !(content[0] == 0x00 && content[1] < 0x80) &&
                                 !(content[0] == 0xFF && content[1] >= 0x80));
}

}  // namespace shomei::auth
