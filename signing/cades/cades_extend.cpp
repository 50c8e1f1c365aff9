#include "signing/cades/cades_extend.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/cades/cades_imprint.h"
#include "signing/cades/cms_facts.h"
#include "signing/cades/cms_rebuild.h"
#include "signing/path_evidence.h"

namespace shomei::signing {
namespace {

bool has(const CmsLayout& cms, std::initializer_list<std::string_view> types) {
  return std::ranges::any_of(cms.signers, [&](const CmsSignerLayout& signer) {
    return std::ranges::any_of(signer.unsigned_list, [&](const CmsAttribute& attribute) {
      return std::ranges::find(types, attribute.type) != types.end();
    });
  });
}

/// What would break time stamps that are there.
Result<void> check_form(const CmsLayout& cms, Level level) {
  if (cms.was_ber && has(cms, {cms_oid::kArchiveTimeStampV1, cms_oid::kArchiveTimeStampV2, cms_oid::kArchiveTimeStampV3,
                               cms_oid::kLongTermValidation})) {
    return fail(Code::kSignUnsupported, "an archive time stamp is over parts in BER");
  }
  if (level > Level::kT &&
      has(cms, {cms_oid::kArchiveTimeStampV1, cms_oid::kArchiveTimeStampV2, cms_oid::kLongTermValidation})) {
    return fail(Code::kSignUnsupported, "an archive time stamp of an older form is over all certificates and lists");
  }
  return {};
}

/// Time stamps of a signer: content, signature and archive.
std::vector<std::pair<std::string, ByteView>> stamps_of(const CmsSignerLayout& signer) {
  std::vector<std::pair<std::string, ByteView>> stamps;
  for (const auto* list : {&signer.signed_list, &signer.unsigned_list}) {
    for (const CmsAttribute& attribute : *list) {
      if (attribute.type == cms_oid::kContentTimeStamp || attribute.type == cms_oid::kSignatureTimeStamp ||
          attribute.type == cms_oid::kArchiveTimeStampV3) {
        for (const ByteView value : attribute.values) {
          stamps.emplace_back(attribute.type, value);
        }
      }
    }
  }
  return stamps;
}

/// Brings one signer of a file up, step by step; the file is whole after each step.
class Extension {
 public:
  Extension(Bytes cms, Bytes signature_value, const ExtendRequest& request, Time now)
      : bytes_(std::move(cms)), signature_value_(std::move(signature_value)), request_(request), now_(now) {}

  Result<void> run() {
    SHOMEI_TRY(read());
    if (level_ >= request_.level && request_.level != Level::kLTA) {
      return {};
    }
    if (level_ < Level::kT) {
      SHOMEI_TRY(stamp_signature());
    }
    if (!pending_ && request_.level >= Level::kLT) {
      SHOMEI_TRY(add_evidence(false));
    }
    if (!pending_ && request_.level == Level::kLTA) {
      SHOMEI_TRY(add_evidence(true));
    }
    if (!pending_ && request_.level == Level::kLTA) {
      SHOMEI_TRY(stamp_archive());
    }
    return {};
  }

  Bytes bytes() && { return std::move(bytes_); }
  const std::optional<Pending>& pending() const { return pending_; }
  Level level() const { return level_; }

 private:
  /// The signer is known by its signature: a set has another order after each change.
  Result<void> read() {
    SHOMEI_TRY(cms_, read_layout(bytes_));
    const auto found = std::ranges::find_if(cms_.signers, [&](const CmsSignerLayout& signer) {
      return std::ranges::equal(signer.signature_value, signature_value_);
    });
    SHOMEI_CHECK(found != cms_.signers.end());
    number_ = static_cast<std::size_t>(found - cms_.signers.begin());
    SHOMEI_TRY(const CmsFacts facts, read_cms(bytes_, request_.policy.limits));
    facts_ = facts.signers.at(number_);
    level_ = level_of(facts_.carried);
    return {};
  }

  Result<void> change_to(Bytes changed) {
    bytes_ = std::move(changed);
    return read();
  }

  const CmsSignerLayout& signer() const { return cms_.signers[number_]; }

  Result<std::optional<Bytes>> stamp(ByteView imprint) {
    if (request_.stamps == nullptr) {
      pending_ = Pending{.why = make_error(Code::kTimestampNoSource)};
      return std::nullopt;
    }
    auto token = request_.stamps->stamp(request_.digest, imprint);
    if (!token) {
      pending_ = Pending{.why = token.error()};
      return std::nullopt;
    }
    return std::move(*token);
  }

  Result<void> stamp_signature() {
    SHOMEI_TRY(const auto token, stamp(digest(request_.digest, signature_value_)));
    return token ? add_attribute(cms_oid::kSignatureTimeStamp, *token) : Result<void>();
  }

  Result<void> add_attribute(std::string_view type, ByteView value) {
    return change_to(with_signer(cms_, number_, with_unsigned_attribute(signer(), type, value)));
  }

  /// 5.5.3: the index goes into the token when its imprint has been over it.
  Result<void> stamp_archive() {
    SHOMEI_TRY(const Bytes content, content_digest());
    const Bytes index = ats_hash_index_v3(request_.digest, cms_, signer());
    SHOMEI_TRY(const auto token, stamp(archive_imprint(request_.digest, cms_.content_type, content, signer(), index)));
    if (!token) {
      return {};
    }
    SHOMEI_TRY(const CmsLayout layout, read_layout(*token));
    if (layout.signers.size() != 1) {
      return fail(Code::kTimestampMalformed, "a token of several signers");
    }
    return add_attribute(
        cms_oid::kArchiveTimeStampV3,
        with_signer(layout, 0, with_unsigned_attribute(layout.signers.front(), cms_oid::kAtsHashIndexV3, index)));
  }

  /// Of several documents beside the file the one that was signed.
  Result<Bytes> content_digest() const {
    if (cms_.content) {
      return digest(request_.digest, *cms_.content);
    }
    for (const Document& document : request_.detached) {
      SHOMEI_TRY(const Bytes signed_digest, digest_of(facts_.digest.value_or(DigestAlgorithm::kSha256), document));
      if (signed_digest == facts_.message_digest) {
        return digest_of(request_.digest, document);
      }
    }
    return fail(Code::kSignUnsupported, "an archive time stamp is over the signed document, which was not given");
  }

  /// 6.3 for level LT, or what an archive time stamp is going to be over: nothing is written unless all of it is there.
  Result<void> add_evidence(bool archiving) {
    pool_ = pool_of(request_, evidence_in(cms_), now_);
    EvidenceData needed;
    SHOMEI_TRY(needed, signer_evidence());
    const auto stamps = stamps_of(signer());
    if (stamps.size() > kMaxStamps) {
      return fail(Code::kSignUnsupported, fmt::format("more than {} time stamps", kMaxStamps));
    }
    for (const auto& [type, token] : stamps) {
      const PathEvidence found = tsa_evidence(token, archived_since(type, token), archiving, pool_);
      miss(found.missing);
      join(needed, found.data);
    }
    return pending_ || needed.empty() ? Result<void>() : change_to(with_evidence(cms_, needed));
  }

  /// Time of the first archive time stamp that was made later. Sets have no order; by times, two archive time stamps of
  /// one second are over each other, which comes to the same.
  std::optional<Time> archived_since(std::string_view type, ByteView token) const {
    std::optional<Time> since;
    const auto own = time_of_token(token);
    for (const auto& [other_type, other] : stamps_of(signer())) {
      const auto time = other_type == cms_oid::kArchiveTimeStampV3 ? time_of_token(other) : std::nullopt;
      const bool is_later = own && time && (*time > *own || (*time == *own && type != cms_oid::kArchiveTimeStampV3));
      since = is_later ? std::min(since.value_or(*time), *time) : since;
    }
    return since;
  }

  /// Of several lists that are awaited the last one counts.
  void miss(const std::optional<Pending>& missing) {
    if (missing && pending_) {
      pending_->until = std::max(pending_->until, missing->until);
    } else if (missing) {
      pending_ = missing;
    }
  }

  std::optional<auth::Certificate> signing_certificate() const {
    const auto& ids = facts_.certificate_ids;
    const auto found = std::ranges::find_if(pool_.inputs.chain, [&](const auth::Certificate& one) {
      return !ids.empty() && ids.front().algorithm && digest(*ids.front().algorithm, one.der()) == ids.front().digest;
    });
    return found == pool_.inputs.chain.end() ? std::nullopt : std::optional(*found);
  }

  Result<EvidenceData> signer_evidence() {
    std::optional<Time> at;
    for (const auto& [type, token] : stamps_of(signer())) {
      const auto time = time_of_token(token);
      if (type == cms_oid::kSignatureTimeStamp && time) {
        at = std::min(at.value_or(*time), *time);
      }
    }
    const auto certificate = signing_certificate();
    if (!at || !certificate) {
      return fail(Code::kSignUnsupported,
                  at ? "the signing certificate is not there" : "no signature-time-stamp that can be read");
    }
    PathEvidence found = path_evidence(*certificate, request_.policy.purpose, *at, pool_, level_ >= Level::kLT);
    miss(found.missing);
    return std::move(found.data);
  }

  Bytes bytes_;
  Bytes signature_value_;
  const ExtendRequest& request_;
  Time now_;
  CmsLayout cms_;
  std::size_t number_ = 0;
  CmsSigner facts_;
  Level level_ = Level::kB;
  EvidencePool pool_;
  std::optional<Pending> pending_;
};

}  // namespace

Result<Extended> extend_cades(ByteView cms, const ExtendRequest& request, Time now) {
  auto layout = read_layout(cms);
  if (!layout) {
    return fail(Code::kSignUnsupported, layout.error().detail);
  }
  SHOMEI_TRY(check_form(*layout, request.level));
  Extended extended{.bytes = to_bytes(cms), .level = Level::kLTA};
  for (const CmsSignerLayout& signer : layout->signers) {
    Extension extension(std::move(extended.bytes), to_bytes(signer.signature_value), request, now);
    SHOMEI_TRY(extension.run());
    extended.level = std::min(extended.level, extension.level());
    if (extension.pending()) {
      merge(extended.pending, pending_levels(extension.level(), request.level, *extension.pending()));
    }
    extended.bytes = std::move(extension).bytes();
  }
  return extended;
}

}  // namespace shomei::signing
