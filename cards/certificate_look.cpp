#include "cards/certificate_look.h"

#include <array>

#include "base/der.h"

namespace shomei::cards {
namespace {

using der::Element;
using der::Reader;
namespace tag = der::tag;

constexpr std::array<std::uint8_t, 9> kRsaEncryption{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
constexpr std::array<std::uint8_t, 3> kKeyUsage{0x55, 0x1D, 0x0F}, kBasicConstraints{0x55, 0x1D, 0x13};

// SubjectPublicKeyInfo around RSAPublicKey (RFC 8017, A.1.1).
Result<std::size_t> modulus_bytes(Reader info) {
  SHOMEI_TRY(Reader algorithm, info.enter(tag::kSequence));
  SHOMEI_TRY(const Element oid, algorithm.expect(tag::kOid));
  if (!std::ranges::equal(oid.value, kRsaEncryption)) {
    return 0;
  }
  SHOMEI_TRY(const Element bits, info.expect(tag::kBitString));
  if (bits.value.empty()) {
    return fail(Code::kDerMalformed, "empty public key");
  }
  Reader key(bits.value.subspan(1));
  SHOMEI_TRY(Reader numbers, key.enter(tag::kSequence));
  SHOMEI_TRY(const Element modulus, numbers.expect(tag::kInteger));
  return modulus.value.size() - (!modulus.value.empty() && modulus.value[0] == 0 ? 1 : 0);
}

Result<void> extension(Reader in, CertificateLook& look) {
  SHOMEI_TRY(const Element oid, in.expect(tag::kOid));
  SHOMEI_TRY(in.optional(tag::kBoolean));
  SHOMEI_TRY(const Element value, in.expect(tag::kOctetString));
  Reader content(value.value);
  if (std::ranges::equal(oid.value, kBasicConstraints)) {
    SHOMEI_TRY(Reader constraints, content.enter(tag::kSequence));
    SHOMEI_TRY(const auto ca, constraints.optional(tag::kBoolean));
    look.is_ca = ca && ca->value.size() == 1 && ca->value[0] != 0;
  } else if (std::ranges::equal(oid.value, kKeyUsage)) {
    SHOMEI_TRY(const Element usage, content.expect(tag::kBitString));
    look.non_repudiation = usage.value.size() > 1 && (usage.value[1] & 0x40) != 0;
  }
  return {};
}

Result<CertificateLook> look(ByteView der) {
  CertificateLook found;
  Reader reader(der);
  SHOMEI_TRY(Reader certificate, reader.enter(tag::kSequence));
  SHOMEI_TRY(reader.finish());
  SHOMEI_TRY(Reader tbs, certificate.enter(tag::kSequence));
  SHOMEI_TRY(tbs.optional(tag::context_constructed(0)));  // version
  SHOMEI_TRY(tbs.expect(tag::kInteger));                  // serialNumber
  SHOMEI_TRY(tbs.expect(tag::kSequence));                 // signature
  SHOMEI_TRY(const Element issuer, tbs.expect(tag::kSequence));
  found.identity_bytes = static_cast<std::size_t>(issuer.whole.data() + issuer.whole.size() - der.data());
  SHOMEI_TRY(tbs.expect(tag::kSequence));  // validity
  SHOMEI_TRY(tbs.expect(tag::kSequence));  // subject
  SHOMEI_TRY(Reader key, tbs.enter(tag::kSequence));
  SHOMEI_TRY(found.modulus_bytes, modulus_bytes(key));
  while (!tbs.at_end() && tbs.peek() != tag::context_constructed(3)) {
    SHOMEI_TRY(tbs.next());  // unique identifiers
  }
  if (tbs.at_end()) {
    return found;
  }
  SHOMEI_TRY(Reader wrapper, tbs.enter(tag::context_constructed(3)));
  SHOMEI_TRY(Reader extensions, wrapper.enter(tag::kSequence));
  while (!extensions.at_end()) {
    SHOMEI_TRY(Reader one, extensions.enter(tag::kSequence));
    SHOMEI_TRY(extension(one, found));
  }
  return found;
}

}  // namespace

Result<CertificateLook> look_at_certificate(ByteView der) {
  auto found = look(der);
  if (!found) {
    return fail(std::move(found).error(), Code::kCardFileMalformed, "certificate");
  }
  return found;
}

}  // namespace shomei::cards
