#include "signing/cades/cms_rebuild.h"

#include <algorithm>

#include "base/der.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::uint8_t kTag0 = tag::context_constructed(0), kTag1 = tag::context_constructed(1);

std::vector<Bytes> owned(const std::vector<ByteView>& views) {
  std::vector<Bytes> all;
  std::ranges::transform(views, std::back_inserter(all), to_bytes);
  return all;
}

void add(std::vector<Bytes>& to, Bytes one) {
  if (std::ranges::find(to, one) == to.end()) {
    to.push_back(std::move(one));
  }
}

/// OtherRevocationInfoFormat in RevocationInfoChoice.other.
Bytes other_revocation(ByteView ocsp) {
  return der::wrap(kTag1, {der::oid(cms_oid::kOcspResponse), ocsp});
}

Bytes optional_set(std::vector<Bytes> members, std::uint8_t as) {
  return members.empty() ? Bytes() : der::set_of(std::move(members), as);
}

Bytes content_info(ByteView version, const CmsLayout& cms, std::vector<Bytes> certificates, std::vector<Bytes> crls,
                   std::vector<Bytes> signers) {
  const Bytes data = der::wrap(
      tag::kSequence, {version, cms.digest_algorithms, cms.encapsulated, optional_set(std::move(certificates), kTag0),
                       optional_set(std::move(crls), kTag1), der::set_of(std::move(signers))});
  return der::wrap(tag::kSequence, {der::oid(cms_oid::kSignedData), der::wrap(kTag0, data)});
}

std::vector<Bytes> signers_of(const CmsLayout& cms) {
  std::vector<Bytes> all;
  std::ranges::transform(cms.signers, std::back_inserter(all),
                         [](const CmsSignerLayout& signer) { return to_bytes(signer.whole); });
  return all;
}

}  // namespace

Bytes with_unsigned_attribute(const CmsSignerLayout& signer, std::string_view type, ByteView value) {
  std::vector<Bytes> attributes;
  std::ranges::transform(signer.unsigned_list, std::back_inserter(attributes),
                         [](const CmsAttribute& attribute) { return to_bytes(attribute.whole); });
  attributes.push_back(der::wrap(tag::kSequence, {der::oid(type), der::wrap(tag::kSet, value)}));
  return der::wrap(tag::kSequence,
                   {signer.version, signer.sid, signer.digest_algorithm, signer.signed_attributes,
                    signer.signature_algorithm, signer.signature, der::set_of(std::move(attributes), kTag1)});
}

Bytes with_signer(const CmsLayout& cms, std::size_t signer, ByteView replacement) {
  std::vector<Bytes> signers = signers_of(cms);
  signers[signer] = to_bytes(replacement);
  return content_info(cms.version, cms, owned(cms.certificates), owned(cms.crls), std::move(signers));
}

Bytes with_evidence(const CmsLayout& cms, const EvidenceData& data) {
  std::vector<Bytes> certificates = owned(cms.certificates);
  std::ranges::for_each(data.certificates, [&](const Bytes& one) { add(certificates, one); });
  std::vector<Bytes> crls = owned(cms.crls);
  std::ranges::for_each(data.crls, [&](const Bytes& one) { add(crls, one); });
  std::ranges::for_each(data.ocsp, [&](const Bytes& one) { add(crls, other_revocation(one)); });
  const Bytes version = data.ocsp.empty() ? to_bytes(cms.version) : der::unsigned_integer(Bytes{5});
  return content_info(version, cms, std::move(certificates), std::move(crls), signers_of(cms));
}

}  // namespace shomei::signing
