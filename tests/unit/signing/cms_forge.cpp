#include "tests/unit/signing/cms_forge.h"

#include <openssl/x509.h>

#include "base/openssl.h"

namespace shomei::signing::test {
namespace {

namespace tag = der::tag;

Bytes doctor() {
  return must(read_file(pki("holders/doctor1/signature.cer"), 1 << 16));
}

/// IssuerAndSerialNumber.
Bytes identifier_of(const Bytes& certificate) {
  const unsigned char* at = certificate.data();
  const OwnedX509 parsed(d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
  return der::wrap(tag::kSequence, {to_der<i2d_X509_NAME>(X509_get_issuer_name(parsed.get())),
                                    to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(parsed.get()))});
}

}  // namespace

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Bytes cms_attribute(std::string_view type, const std::vector<Bytes>& values) {
  return der::wrap(tag::kSequence, {der::oid(type), der::wrap(tag::kSet, joined(values))});
}

Bytes message_digest_attribute(ByteView digest) {
  return cms_attribute(kMessageDigestOid, {der::wrap(tag::kOctetString, digest)});
}

CmsForge::CmsForge()
    : content(to_bytes(as_bytes("referral"))),
      digest_algorithm(der::algorithm(digest_oid(DigestAlgorithm::kSha256), false)),
      signature_algorithm(der::algorithm(kRsaOid, true)),
      certificates({doctor(), must(read_file(pki("trust/signature/sign_ca.cer"), 1 << 16))}),
      identifier(identifier_of(certificates.front())) {
  const Bytes id = der::wrap(tag::kSequence, der::wrap(tag::kOctetString, sha256(certificates.front())));
  attributes = {cms_attribute(kContentTypeOid, {der::oid(kDataOid)}), message_digest_attribute(sha256(content)),
                cms_attribute(kSigningTimeOid, {der::wrap(tag::kUtcTime, as_bytes("260401001000Z"))}),
                cms_attribute(kSigningCertificateV2Oid, {der::wrap(tag::kSequence, der::wrap(tag::kSequence, id))})};
}

Bytes CmsForge::to_be_signed() const {
  return attributes.empty() ? content : der::set_of(attributes);
}

Bytes CmsForge::signer_info() const {
  TestKey key = key_of("doctor1");
  const Bytes value = must(key.sign_digest(digest_of_value, digest(digest_of_value, to_be_signed())));
  const Bytes in_file = encoded_attributes   ? *encoded_attributes
                        : attributes.empty() ? Bytes()
                                             : der::set_of(attributes, tag::context_constructed(0));
  const Bytes unsigned_part =
      unsigned_attributes.empty() ? Bytes() : der::set_of(unsigned_attributes, tag::context_constructed(1));
  return der::wrap(tag::kSequence, {der::unsigned_integer(Bytes{1}), identifier, digest_algorithm, in_file,
                                    signature_algorithm, der::wrap(tag::kOctetString, value), unsigned_part});
}

Bytes CmsForge::around(const std::vector<Bytes>& infos) const {
  const Bytes octets = encoded_content ? *encoded_content : der::wrap(tag::kOctetString, content);
  const Bytes inner = attached || encoded_content ? der::wrap(tag::context_constructed(0), octets) : Bytes();
  const Bytes data =
      der::wrap(tag::kSequence,
                {der::unsigned_integer(Bytes{content_type == kDataOid ? std::uint8_t{1} : std::uint8_t{3}}),
                 der::wrap(tag::kSet, digest_algorithm), der::wrap(tag::kSequence, {der::oid(content_type), inner}),
                 der::wrap(tag::context_constructed(0), joined(certificates)), der::wrap(tag::kSet, joined(infos))});
  return der::wrap(tag::kSequence, {der::oid(kSignedDataOid), der::wrap(tag::context_constructed(0), data)});
}

SignatureReport judged_cms(const CmsForge& forge, const Bytes& cms) {
  const bool inside = forge.attached || forge.encoded_content;
  VerifyInputs given =
      inputs(cms, inside ? std::vector<Document>{} : std::vector<Document>{Document::from_bytes("d", forge.content)});
  given.keep_signed_bytes = true;
  return judged(given);
}

SignatureReport judged_cms(const CmsForge& forge) {
  return judged_cms(forge, forge.cms());
}

}  // namespace shomei::signing::test
