#include <fmt/format.h>

#include <array>

#include "signing/judgement.h"

namespace shomei::signing {
namespace {

struct Row {
  Check check;
  std::string_view id;
  Text text;
};

constexpr auto kRows = std::to_array<Row>({
    {Check::kStructure,
     "format",
     {"The signature's structure is not as the standard says", "署名の構造が規格に合いません"}},
    {Check::kNoSignature, "format.no_signature", {"The file holds no signature", "署名が含まれていません"}},
    {Check::kReferenceAmbiguous,
     "reference.ambiguous",
     {"Several elements carry the identifier that was signed, so what was signed is not certain",
      "署名対象の識別子を持つ要素が複数あり、署名対象を特定できません"}},
    {Check::kReferenceNotFound,
     "reference.not_found",
     {"A part that was signed is not here; give it with --detached if it is a file of its own",
      "署名対象が見つかりません。別ファイルの場合は --detached で指定してください"}},
    {Check::kReferenceForbidden,
     "reference.forbidden",
     {"A reference asks for a transformation or an address that is refused",
      "許可しない変換または参照先が指定されています"}},
    {Check::kReferenceAlgorithm,
     "reference.algorithm",
     {"A reference uses a digest algorithm that is not known", "未対応のダイジェスト方式が使われています"}},
    {Check::kReferenceChanged,
     "reference.digest",
     {"This part was changed after signing", "署名後にこの部分が変更されています"}},
    {Check::kReferenceIntact, "reference.digest", {"This part is as it was signed", "この部分は署名時のままです"}},
    {Check::kManifestNotChecked,
     "manifest.not_checked",
     {"The manifest is as it was signed; the files that it lists are not checked",
      "マニフェスト自体は署名時のままですが、記載されたファイルは検証していません"}},
    {Check::kDetachedNotCovered,
     "detached.not_covered",
     {"The signature does not cover this file, which was given as signed content",
      "署名対象として指定されたこのファイルは、署名の対象に含まれていません"}},
    {Check::kCoversNothing,
     "covers.nothing",
     {"The signature covers no content", "署名が文書の内容を対象にしていません"}},
    {Check::kCoversPart, "covers", {"What is signed", "署名対象"}},
    {Check::kSignedPropertiesUnsigned,
     "signed_properties",
     {"The signed properties are absent, or the signature does not cover exactly these",
      "署名プロパティがないか、署名の対象と一致しません"}},
    {Check::kSigningCertificateAbsent,
     "signing_certificate.absent",
     {"The signature does not say which certificate it was made with, so another could be put in its place",
      "署名証明書を示す署名属性がないため、証明書の差し替えを防げません"}},
    {Check::kSigningCertificateNotFound,
     "signing_certificate.not_found",
     {"The certificate that the signature names is not in the file nor among those given",
      "署名が示す証明書が、ファイルにも指定された証明書にもありません"}},
    {Check::kSigningCertificateKeyInfo,
     "signing_certificate.key_info",
     {"The signing certificate is named by a signed KeyInfo only, which the policy accepts",
      "署名証明書は署名対象の KeyInfo だけで示されています（方針により許可）"}},
    {Check::kIssuerSerialDiffers,
     "signing_certificate.issuer_serial",
     {"Issuer and serial number written beside the certificate's digest are not those of the certificate",
      "証明書ダイジェストに添えられた発行者とシリアル番号が証明書と一致しません"}},
    {Check::kSigningTimeAbsent,
     "signing_time.absent",
     {"The signer did not say when the signature was made", "署名日時の記載がありません"}},
    {Check::kSignatureAlgorithm,
     "signature.algorithm",
     {"The signature algorithm is not known or does not fit the key", "署名方式が未対応か、鍵に合いません"}},
    {Check::kSignatureValue,
     "signature.value",
     {"The signature value does not fit what was signed: signature or signed data were changed",
      "署名値が一致しません。署名または署名対象の情報が変更されています"}},
    {Check::kWeakAlgorithm,
     "algorithm.weak",
     {"An algorithm or key is weaker than the policy asks for", "方針の求める強度に満たない方式または鍵です"}},
    {Check::kPathValid,
     "certificate.path",
     {"The certificate is valid up to a trusted CA", "証明書は信頼する認証局まで有効です"}},
    {Check::kPathInvalid,
     "certificate.path",
     {"The signer's certificate is not acceptable", "署名者の証明書を受け入れられません"}},
    {Check::kPathUnknown,
     "certificate.path",
     {"It cannot be decided whether the signer's certificate was valid",
      "署名者の証明書が有効だったかどうかを判断できません"}},
    {Check::kRevokedWithoutProofOfTime,
     "revocation.no_proof_of_time",
     {"The certificate was revoked after the time at which the signer claims to have signed. A time stamp from before "
      "the "
      "revocation would have settled it; ask the signer for a time-stamped copy or a new signature",
      "署名者の主張する署名日時より後に証明書が失効しています。失効前のタイムスタンプがあれば有効と確認できました。"
      "タイムスタンプ付きの文書か、再署名を依頼してください"}},
    {Check::kRevokedBeforeClaim,
     "revocation.before_signing",
     {"The certificate had been revoked before the time at which the signer claims to have signed",
      "署名者の主張する署名日時より前に証明書が失効しています"}},
    {Check::kTimestampNotChecked,
     "timestamp.not_checked",
     {"A time stamp is present; it was not checked and does not count",
      "タイムスタンプがありますが、検証していないため判断には使っていません"}},
    {Check::kPrescriptionLayout,
     "eprescription.layout",
     {"In an electronic prescription the signature must cover the document that stands beside it",
      "電子処方箋では、署名と並ぶ文書要素が署名対象でなければなりません"}},
    {Check::kEmbeddedUnreadable,
     "embedded.unreadable",
     {"A certificate, CRL or time stamp in the file cannot be read and does not count",
      "ファイル内の証明書・失効リスト・タイムスタンプに読み取れないものがあり、判断には使っていません"}},
});

consteval bool complete() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].check != static_cast<Check>(i) || kRows[i].text.en.empty() || kRows[i].text.ja.empty()) {
      return false;
    }
  }
  return kRows.size() == static_cast<std::size_t>(Check::kCount);
}
static_assert(complete(), "every Check needs a row, in its order, with both texts");

std::string with_detail(std::string_view text, std::string_view detail, std::string_view separator) {
  return detail.empty() ? std::string(text) : fmt::format("{}{}{}", text, separator, detail);
}

}  // namespace

Finding make_finding(Check check, Severity severity, std::string_view detail) {
  const Row& row = kRows.at(static_cast<std::size_t>(check));
  return {std::string(row.id), severity, with_detail(row.text.en, detail, ": "),
          with_detail(row.text.ja, detail, "：")};
}

}  // namespace shomei::signing
