#include "signing/tsp/timestamp_token.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>

namespace shomei::signing {

Result<TimestampToken> read_timestamp_token(ByteView der, const Limits& limits) {
  auto cms = read_cms(der, limits);
  if (!cms) {
    const Code code = cms.error().code == Code::kInputTooLarge ? Code::kInputTooLarge : Code::kTimestampMalformed;
    const std::string detail = "token: " + cms.error().detail;
    return fail(std::move(cms).error(), code, detail);
  }
  if (OBJ_obj2nid(CMS_get0_eContentType(cms->cms.get())) != NID_id_smime_ct_TSTInfo) {
    return fail(Code::kTimestampMalformed, "the token's content is not of the type id-ct-TSTInfo");
  }
  if (!cms->content) {
    return fail(Code::kTimestampMalformed, "the token has no content");
  }
  if (cms->signers.size() != 1) {
    return fail(Code::kTimestampMalformed, fmt::format("the token has {} signers, not one", cms->signers.size()));
  }
  const CmsSigner& signer = cms->signers.front();
  if (!signer.malformed.empty()) {
    return fail(Code::kTimestampMalformed, "the token's " + signer.malformed);
  }
  if (!signer.has_signing_certificate) {
    return fail(Code::kTimestampMalformed, "the token has no signing-certificate attribute");
  }
  SHOMEI_TRY(TstInfo info, read_tst_info(*cms->content));
  return TimestampToken{std::move(info), *std::move(cms)};
}

std::vector<auth::Certificate> token_certificates(const TimestampToken& token) {
  std::vector<auth::Certificate> all;
  for (const Bytes& der : token.cms.certificates) {
    if (auto certificate = auth::Certificate::parse(der)) {
      all.push_back(*std::move(certificate));
    }
  }
  return all;
}

std::optional<auth::Certificate> token_signer(const TimestampToken& token,
                                              std::span<const auth::Certificate> candidates) {
  const auto named = [&](const auth::Certificate& candidate) {
    return CMS_SignerInfo_cert_cmp(token.signer().native, candidate.native()) == 0 &&
           std::ranges::any_of(token.signer().certificate_ids, [&](const CertificateId& id) {
             return id.algorithm && digest(*id.algorithm, candidate.der()) == id.digest;
           });
  };
  const auto found = std::ranges::find_if(candidates, named);
  return found == candidates.end() ? std::nullopt : std::optional(*found);
}

bool token_signature_fits(const TimestampToken& token, const auth::Certificate& signer) {
  const CmsSigner& info = token.signer();
  if (!info.digest || digest(*info.digest, *token.cms.content) != info.message_digest) {
    return false;
  }
  CMS_SignerInfo_set1_signer_cert(info.native, signer.native());
  const bool fits = CMS_SignerInfo_verify(info.native) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace shomei::signing
