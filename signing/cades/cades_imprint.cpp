#include "signing/cades/cades_imprint.h"

#include <algorithm>
#include <set>

#include "base/der.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

/// ats-hash-index of a token: what an archive time stamp is over, each by its digest.
struct HashIndex {
  std::string type;
  ByteView value;
  DigestAlgorithm algorithm = DigestAlgorithm::kSha256;
  std::multiset<Bytes> certificates, crls, attributes;
};

Result<std::multiset<Bytes>> read_digests(der::Reader& reader) {
  std::multiset<Bytes> digests;
  SHOMEI_TRY(der::Reader list, reader.enter(tag::kSequence));
  while (!list.at_end()) {
    SHOMEI_TRY(const der::Element octets, list.expect(tag::kOctetString));
    digests.insert(to_bytes(octets.value));
  }
  return digests;
}

/// In TS 101 733 hashIndAlgorithm has SHA-256 as default, and it is a SEQUENCE as the lists are.
Result<void> read_algorithm(der::Reader& reader, HashIndex& index) {
  der::Reader ahead = reader;
  SHOMEI_TRY(der::Reader first, ahead.enter(tag::kSequence));
  if (first.peek() == tag::kOid) {
    SHOMEI_TRY(const der::Element oid, first.next());
    SHOMEI_TRY(const std::string text, der::oid_text(oid.value));
    const auto algorithm = digest_from_oid(text);
    if (!algorithm) {
      return fail(Code::kDerMalformed, "hash algorithm " + text);
    }
    index.algorithm = *algorithm;
    reader = ahead;
  }
  return {};
}

Result<HashIndex> read_index(const CmsLayout& token) {
  HashIndex index;
  for (const CmsAttribute& attribute :
       token.signers.size() == 1 ? token.signers.front().unsigned_list : std::vector<CmsAttribute>()) {
    if (attribute.type == cms_oid::kAtsHashIndexV3 || attribute.type == cms_oid::kAtsHashIndexV2 ||
        attribute.type == cms_oid::kAtsHashIndex) {
      if (!index.type.empty() || attribute.values.size() != 1) {
        return fail(Code::kDerMalformed, "more than one index");
      }
      index.type = attribute.type;
      index.value = attribute.values.front();
    }
  }
  if (index.type.empty()) {
    return fail(Code::kDerMalformed, "the token has none");
  }
  der::Reader outer(index.value);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  SHOMEI_TRY(read_algorithm(reader, index));
  SHOMEI_TRY(index.certificates, read_digests(reader));
  SHOMEI_TRY(index.crls, read_digests(reader));
  SHOMEI_TRY(index.attributes, read_digests(reader));
  SHOMEI_TRY(reader.finish());
  return index;
}

Bytes digest_of_parts(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts) {
  DigestStream stream(algorithm);
  for (const ByteView part : parts) {
    stream.update(part);
  }
  return stream.finish();
}

class Imprint {
 public:
  Imprint(const CadesStamp& stamp, DigestAlgorithm algorithm, const Document* content)
      : stamp_(stamp), algorithm_(algorithm), content_(content) {}

  Result<StampCoverage> run() {
    auto layout = read_layout(stamp_.cms);
    if (!layout || stamp_.signer >= layout->signers.size()) {
      return refuse(layout ? "no such signer" : layout.error().detail);
    }
    cms_ = std::move(*layout);
    signer_ = &cms_.signers[stamp_.signer];
    const auto& list = stamp_.is_signed ? signer_->signed_list : signer_->unsigned_list;
    if (stamp_.attribute >= list.size() || stamp_.value >= list[stamp_.attribute].values.size()) {
      return refuse("no such attribute");
    }
    const CmsAttribute& attribute = list[stamp_.attribute];
    if (attribute.type == cms_oid::kSignatureTimeStamp && !stamp_.is_signed) {
      coverage_.signature = true;
      coverage_.digests = {digest(algorithm_, signer_->signature_value)};
      return std::move(coverage_);
    }
    if (attribute.type == cms_oid::kContentTimeStamp && stamp_.is_signed) {
      return content_stamp();
    }
    if (attribute.type == cms_oid::kArchiveTimeStampV3 && !stamp_.is_signed) {
      return archive(attribute.values[stamp_.value]);
    }
    return refuse(attribute.type);
  }

 private:
  StampCoverage refuse(std::string why) {
    coverage_.why = std::move(why);
    return std::move(coverage_);
  }

  Result<std::optional<Bytes>> content_digest() const {
    if (cms_.content) {
      return digest(algorithm_, *cms_.content);
    }
    if (content_ == nullptr) {
      return std::nullopt;
    }
    SHOMEI_TRY(Bytes made, digest_of(algorithm_, *content_));
    return made;
  }

  Result<StampCoverage> content_stamp() {
    SHOMEI_TRY(auto made, content_digest());
    if (!made) {
      return refuse("the signed content is not there");
    }
    coverage_.signed_data = true;
    coverage_.digests = {std::move(*made)};
    return std::move(coverage_);
  }

  Result<StampCoverage> archive(ByteView token_der) {
    const auto token = read_layout(token_der);
    auto index = token ? read_index(*token) : Result<HashIndex>(std::unexpected(token.error()));
    if (!index) {
      return refuse("ats-hash-index: " + index.error().detail);
    }
    if (index->algorithm == DigestAlgorithm::kSha1 && algorithm_ != DigestAlgorithm::kSha1) {
      return refuse("ats-hash-index by SHA-1");
    }
    strike_out(*index);
    if (!index->certificates.empty() || !index->crls.empty() || !index->attributes.empty()) {
      return refuse("ats-hash-index lists what is not there");
    }
    SHOMEI_TRY(const auto made, content_digest());
    if (!made) {
      return refuse("the signed content is not there");
    }
    coverage_.signature = coverage_.signed_data = true;
    coverage_.digests = {archive_imprint(algorithm_, cms_.content_type, *made, *signer_, index->value)};
    return std::move(coverage_);
  }

  /// What the file has is struck out of the index and noted as covered.
  void strike_out(HashIndex& index) {
    for (const ByteView certificate : cms_.certificates) {
      if (index.certificates.erase(digest(index.algorithm, certificate)) > 0) {
        coverage_.objects.push_back(to_hex(sha256(certificate)));
      }
    }
    for (const ByteView info : cms_.crls) {
      if (index.crls.erase(digest(index.algorithm, info)) > 0) {
        coverage_.objects.push_back(to_hex(sha256(ocsp_in(info).value_or(to_bytes(info)))));
      }
    }
    for (const CmsAttribute& attribute : signer_->unsigned_list) {
      // TS 101 733 and index v2 take an Attribute whole, v3 its type with each value by itself.
      const bool whole = index.type != cms_oid::kAtsHashIndexV3 &&
                         index.attributes.erase(digest(index.algorithm, attribute.whole)) > 0;
      for (const ByteView value : attribute.values) {
        if (whole || (index.type == cms_oid::kAtsHashIndexV3 &&
                      index.attributes.erase(digest_of_parts(index.algorithm, {attribute.type_tlv, value})) > 0)) {
          std::ranges::move(hashes_of(evidence_in(attribute.type, value)), std::back_inserter(coverage_.objects));
        }
      }
    }
  }

  const CadesStamp& stamp_;
  DigestAlgorithm algorithm_;
  const Document* content_;
  CmsLayout cms_;
  const CmsSignerLayout* signer_ = nullptr;
  StampCoverage coverage_;
};

Bytes sequence_of(const std::vector<Bytes>& members) {
  Bytes all;
  for (const Bytes& member : members) {
    all.insert(all.end(), member.begin(), member.end());
  }
  return der::wrap(tag::kSequence, all);
}

Bytes digest_list(DigestAlgorithm algorithm, const std::vector<ByteView>& parts) {
  std::vector<Bytes> digests;
  std::ranges::transform(parts, std::back_inserter(digests),
                         [&](ByteView part) { return der::wrap(tag::kOctetString, digest(algorithm, part)); });
  return sequence_of(digests);
}

}  // namespace

Result<StampCoverage> cades_coverage(const CadesStamp& stamp, DigestAlgorithm algorithm, const Document* content) {
  return Imprint(stamp, algorithm, content).run();
}

Bytes archive_imprint(DigestAlgorithm algorithm, ByteView content_type, ByteView content_digest,
                      const CmsSignerLayout& signer, ByteView hash_index) {
  return digest_of_parts(algorithm,
                         {content_type, content_digest, signer.version, signer.sid, signer.digest_algorithm,
                          signer.signed_attributes, signer.signature_algorithm, signer.signature, hash_index});
}

Bytes ats_hash_index_v3(DigestAlgorithm algorithm, const CmsLayout& cms, const CmsSignerLayout& signer) {
  std::vector<Bytes> attributes;
  for (const CmsAttribute& attribute : signer.unsigned_list) {
    for (const ByteView value : attribute.values) {
      attributes.push_back(der::wrap(tag::kOctetString, digest_of_parts(algorithm, {attribute.type_tlv, value})));
    }
  }
  return der::wrap(tag::kSequence,
                   {der::algorithm(digest_oid(algorithm), false), digest_list(algorithm, cms.certificates),
                    digest_list(algorithm, cms.crls), sequence_of(attributes)});
}

}  // namespace shomei::signing
