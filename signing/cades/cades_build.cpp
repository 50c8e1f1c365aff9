#include "signing/cades/cades_build.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/der.h"
#include "signing/cades/cades_write.h"
#include "signing/cades/cms_facts.h"
#include "signing/shown.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::string_view kData = "1.2.840.113549.1.7.1";

/// A CMS file that gets something more.
struct ExistingFile {
  Bytes bytes;
  CmsFacts facts;
  CmsLayout layout;
};

Result<ExistingFile> read_existing(const Document& file) {
  ExistingFile existing;
  SHOMEI_TRY(existing.bytes, whole(file, Limits{}.cms_bytes));
  SHOMEI_TRY(existing.facts, read_cms(existing.bytes, Limits{}));
  SHOMEI_TRY(existing.layout, read_layout(existing.bytes));
  for (const CmsSignerLayout& signer : existing.layout.signers) {
    for (const CmsAttribute& attribute : signer.unsigned_list) {
      // Those are over the whole SignedData (TS 101 733 6.4.1).
      if (attribute.type == cms_oid::kArchiveTimeStampV1 || attribute.type == cms_oid::kArchiveTimeStampV2) {
        return fail(Code::kSignUnsupported, "an archive time stamp of version 1 or 2 covers the file as it is");
      }
    }
  }
  return existing;
}

/// The signers before must have signed the same: otherwise the file would say two things under one name.
Result<void> check_content(const ExistingFile& file, const Document& content) {
  if (file.facts.content) {
    SHOMEI_TRY(const Bytes given, digest_of(DigestAlgorithm::kSha256, content));
    if (given != sha256(*file.facts.content)) {
      return fail(Code::kSignNotValid, content.name + ": not the content of the signature file");
    }
  }
  for (const CmsSigner& signer : file.facts.signers) {
    if (!signer.digest || !signer.malformed.empty()) {
      return fail(Code::kSignNotValid, signer.id + ": " + signer.malformed);
    }
    SHOMEI_TRY(const Bytes digest, digest_of(*signer.digest, content));
    if (signer.has_signed_attributes && digest != signer.message_digest) {
      return fail(Code::kSignNotValid, fmt::format("{}: {} signed something else", content.name, signer.id));
    }
  }
  return {};
}

Result<std::size_t> choose_signer(const CmsLayout& layout, const std::string& id) {
  if (id.empty() && layout.signers.size() == 1) {
    return 0;
  }
  std::string ids;
  for (std::size_t i = 0; i < layout.signers.size(); ++i) {
    const std::string own = fmt::format("signer-{}", i + 1);
    if (own == id) {
      return i;
    }
    ids += " " + own;
  }
  return fail(Code::kSignUnsupported, "say which signature is confirmed, with --signature:" + ids);
}

Prepared prepared(SignerInfoText text, std::function<Bytes(ByteView)> assemble) {
  return {.algorithm = {}, .digest = std::move(text.digest), .certificate = {}, .assemble = std::move(assemble)};
}

/// A SignerInfo's own bytes, ready for one more unsigned attribute.
class CmsSignerBytes {
 public:
  explicit CmsSignerBytes(const CmsSignerLayout& signer) {
    for (const ByteView field : {signer.version, signer.sid, signer.digest_algorithm, signer.signed_attributes,
                                 signer.signature_algorithm, signer.signature}) {
      fields_.insert(fields_.end(), field.begin(), field.end());
    }
    std::ranges::transform(signer.unsigned_list, std::back_inserter(attributes_),
                           [](const CmsAttribute& one) { return to_bytes(one.whole); });
  }
  Bytes with_attribute(Bytes attribute) const {
    std::vector<Bytes> attributes = attributes_;
    attributes.push_back(std::move(attribute));
    return der::wrap(tag::kSequence, {fields_, der::set_of(std::move(attributes), tag::context_constructed(1))});
  }

 private:
  Bytes fields_;
  std::vector<Bytes> attributes_;
};

Result<Prepared> prepare_counter(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  if (!request.manifest.empty() || request.shown) {
    return fail(Code::kSignUnsupported, "a counter-signature is over a signature and nothing else");
  }
  SHOMEI_TRY(const ExistingFile existing, read_existing(request.document));
  SHOMEI_TRY(const std::size_t number, choose_signer(existing.layout, request.countersigned));
  const CmsSignerLayout& signer = existing.layout.signers[number];
  // RFC 5652 11.4: over the octets of the value, and without content-type.
  SignerInfoText text =
      signer_info_text(digest(certificate.algorithm.digest, signer.signature_value), {}, {}, certificate, now);
  SignedDataParts parts = SignedDataParts::of(existing.layout);
  parts.add_certificates(certificate);
  // The views end here: what `assemble` needs of the signer is taken along.
  const auto with_counter = [fields = CmsSignerBytes(signer)](ByteView counter) {
    return fields.with_attribute(cms_attribute(kCounterSignatureOid, counter));
  };
  return prepared(text, [text, parts, number, with_counter](ByteView value) {
    SignedDataParts all = parts;
    all.signers[number] = with_counter(text.with(value));
    return all.der();
  });
}

/// Over the document, with what was shown of it.
Result<SignerInfoText> text_over(const SignRequest& request, ByteView content_type,
                                 const SignerCertificate& certificate, Time now) {
  const DigestAlgorithm algorithm = certificate.algorithm.digest;
  SHOMEI_TRY(const Bytes content_digest, digest_of(algorithm, request.document));
  std::vector<Bytes> attributes;
  if (request.shown) {
    SHOMEI_TRY(check_shown(*request.shown, request.document));
    attributes.push_back(cms_attribute(kShownOid, shown_attribute(*request.shown, {algorithm, content_digest})));
  }
  return signer_info_text(content_digest, content_type, std::move(attributes), certificate, now);
}

Result<Prepared> prepare_further(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  SHOMEI_TRY(const ExistingFile existing, read_existing(*request.signed_file));
  SHOMEI_TRY(check_content(existing, request.document));
  SHOMEI_TRY(SignerInfoText text, text_over(request, existing.layout.content_type, certificate, now));
  SignedDataParts parts = SignedDataParts::of(existing.layout);
  parts.add_certificates(certificate);
  parts.add_digest(certificate.algorithm.digest);
  return prepared(text, [text, parts](ByteView value) {
    SignedDataParts all = parts;
    all.signers.push_back(text.with(value));
    return all.der();
  });
}

Result<Prepared> prepare_first(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  const Bytes type = der::oid(kData);
  SHOMEI_TRY(SignerInfoText text, text_over(request, type, certificate, now));
  SignedDataParts parts{.version = der::unsigned_integer(Bytes{1}),
                        .digest_algorithms = {},
                        .encapsulated = der::wrap(tag::kSequence, type),
                        .certificates = {},
                        .crls = {},
                        .signers = {}};
  parts.add_certificates(certificate);
  parts.add_digest(certificate.algorithm.digest);
  return prepared(text, [text, parts](ByteView value) {
    SignedDataParts all = parts;
    all.signers.push_back(text.with(value));
    return all.der();
  });
}

}  // namespace

Result<Prepared> prepare_cades(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  if (request.relation == Relation::kCounter) {
    return prepare_counter(request, certificate, now);
  }
  if (request.packaging != Packaging::kDetached) {
    return fail(Code::kSignUnsupported, "CAdES is made detached only");
  }
  if (!request.manifest.empty()) {
    return fail(Code::kSignUnsupported, "CAdES has no manifest; sign the files with --format xades, or each by itself");
  }
  return request.signed_file ? prepare_further(request, certificate, now) : prepare_first(request, certificate, now);
}

}  // namespace shomei::signing
