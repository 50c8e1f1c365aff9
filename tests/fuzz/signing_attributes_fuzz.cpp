// links: shomei_signing PkgConfig::XML2
// Signed and unsigned attributes of a CMS signer: the input is the content of both SETs, cut at its first byte's place.
#include "base/der.h"
#include "signing/cades/cms_facts.h"

using namespace shomei;

namespace {

Bytes around(ByteView signed_part, ByteView unsigned_part) {
  namespace tag = der::tag;
  const Bytes name = der::wrap(tag::kSequence, {der::wrap(tag::kSequence, {}), der::unsigned_integer(Bytes{1})});
  const Bytes sha256 = der::algorithm(digest_oid(DigestAlgorithm::kSha256), false);
  const Bytes info =
      der::wrap(tag::kSequence,
                {der::unsigned_integer(Bytes{1}), name, sha256, der::wrap(tag::context_constructed(0), signed_part),
                 der::algorithm("1.2.840.113549.1.1.1", true), der::wrap(tag::kOctetString, {}),
                 der::wrap(tag::context_constructed(1), unsigned_part)});
  const Bytes data = der::wrap(
      tag::kSequence, {der::unsigned_integer(Bytes{1}), der::wrap(tag::kSet, sha256),
                       der::wrap(tag::kSequence, der::oid("1.2.840.113549.1.7.1")), der::wrap(tag::kSet, info)});
  return der::wrap(tag::kSequence, {der::oid("1.2.840.113549.1.7.2"), der::wrap(tag::context_constructed(0), data)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const ByteView attributes(data + 1, size - 1);
  const std::size_t cut = attributes.size() * data[0] / 255;
  const auto facts = signing::read_cms(around(attributes.first(cut), attributes.subspan(cut)), {});
  if (facts && !facts->signers.empty()) {
    const signing::CmsSigner& signer = facts->signers.front();
    // Nothing is taken from attributes that are not as RFC 5652 says.
    SHOMEI_CHECK(!signer.malformed.empty() || !signer.has_signed_attributes || signer.digest);
    SHOMEI_CHECK(signer.certificate_ids.empty() || signer.has_signing_certificate || !signer.malformed.empty());
  }
  return 0;
}
