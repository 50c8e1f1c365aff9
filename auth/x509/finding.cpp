#include "auth/x509/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::auth {
namespace {

constexpr Verdict kInvalid = Verdict::kInvalid;
constexpr Verdict kIndeterminate = Verdict::kIndeterminate;

constexpr auto kTable = std::to_array<CheckInfo>({
    {Check::kPathNotFound,
     "path.not-found",
     kInvalid,
     {"No path leads to a trust anchor.", "信頼点（トラストアンカー）に至る証明書の経路がありません。"}},
    {Check::kPathWorkBudget,
     "path.work-budget",
     kIndeterminate,
     {"The search for a path was ended: too many candidates.",
      "候補となる証明書が多すぎるため、経路の探索を打ち切りました。"}},
    {Check::kPathSignature,
     "path.signature",
     kInvalid,
     {"The signature of the certificate is not its issuer's.", "証明書の署名が発行者のものではありません。"}},
    {Check::kPathNotYetValid,
     "path.not-yet-valid",
     kInvalid,
     {"The certificate is not valid yet.", "証明書の有効期間がまだ始まっていません。"}},
    {Check::kPathExpired,
     "path.expired",
     kInvalid,
     {"The certificate has expired.", "証明書の有効期限が切れています。"}},
    {Check::kPathBasicConstraints,
     "path.basic-constraints",
     kInvalid,
     {"The issuer is not a CA (basicConstraints).", "発行者が認証局の証明書ではありません（basicConstraints）。"}},
    {Check::kPathLength,
     "path.length",
     kInvalid,
     {"The path is longer than a CA allows.", "経路が、認証局の許す長さを超えています。"}},
    {Check::kPathKeyUsage,
     "path.key-usage",
     kInvalid,
     {"The issuer's key may not sign certificates (keyUsage).",
      "発行者の鍵は証明書への署名を許されていません（keyUsage）。"}},
    {Check::kPathPolicy,
     "path.policy",
     kInvalid,
     {"The certificate policies of the path do not allow it.", "経路の証明書ポリシーが要求を満たしません。"}},
    {Check::kPathNameConstraints,
     "path.name-constraints",
     kInvalid,
     {"A name lies outside what a CA may certify (nameConstraints).",
      "名前が、認証局に許された範囲の外にあります（nameConstraints）。"}},
    {Check::kPathCriticalExtension,
     "path.critical-extension",
     kInvalid,
     {"The certificate has a critical extension that this software does not know.",
      "このソフトウェアが知らないクリティカル拡張があります。"}},
    {Check::kPathMalformed,
     "path.malformed",
     kInvalid,
     {"A field or extension of the certificate is malformed.", "証明書の項目または拡張の形式が正しくありません。"}},
    {Check::kPathProfileDeviation,
     "path.profile-deviation",
     kInvalid,
     {"The certificate deviates from the profile of RFC 5280.", "証明書が RFC 5280 のプロファイルから外れています。"}},
    {Check::kPathOther,
     "path.other",
     kInvalid,
     {"The certificate path was refused.", "証明書の経路が受け入れられませんでした。"}},
    {Check::kAlgorithm,
     "algorithm.refused",
     kInvalid,
     {"The signature algorithm or key is refused by policy.", "署名アルゴリズムまたは鍵が方針により許されません。"}},
    {Check::kRevoked, "revocation.revoked", kInvalid, {"The certificate is revoked.", "証明書は失効しています。"}},
    {Check::kRevokedLater,
     "revocation.revoked-later",
     kInvalid,
     {"The certificate was revoked after the time of validation.", "証明書は検証時点より後に失効しました。"}},
    {Check::kRevocationUnknown,
     "revocation.unknown",
     kIndeterminate,
     {"Nothing usable says whether the certificate is revoked.", "失効しているかどうかを示す有効な情報がありません。"}},
    {Check::kRevocationNotChecked,
     "revocation.not-checked",
     kIndeterminate,
     {"Revocation was not checked, as asked.", "指定により、失効の確認をしていません。"}},
    {Check::kCrlSignature,
     "crl.signature",
     kIndeterminate,
     {"The CRL was not signed by the certificate's issuer.", "CRL の署名が証明書の発行者のものではありません。"}},
    {Check::kCrlSignatureUnchecked,
     "crl.signature-unchecked",
     kIndeterminate,
     {"The CRL's signature was not checked: no issuer was given.",
      "発行者の指定がないため、CRL の署名を確認していません。"}},
    {Check::kCrlScope,
     "crl.scope",
     kIndeterminate,
     {"The CRL does not cover this certificate (issuingDistributionPoint).",
      "CRL の対象範囲にこの証明書が含まれません（issuingDistributionPoint）。"}},
    {Check::kCrlStale,
     "crl.stale",
     kIndeterminate,
     {"The CRL is out of date (nextUpdate).", "CRL の有効期間が過ぎています（nextUpdate）。"}},
    {Check::kCrlNotYetValid,
     "crl.not-yet-valid",
     kIndeterminate,
     {"The CRL was issued after the time of validation.", "CRL は検証時点より後に発行されています。"}},
    {Check::kCrlCriticalExtension,
     "crl.critical-extension",
     kIndeterminate,
     {"The CRL has a critical extension that this software does not know.",
      "CRL に、このソフトウェアが知らないクリティカル拡張があります。"}},
    {Check::kCrlDelta,
     "crl.delta",
     kIndeterminate,
     {"A delta CRL cannot stand for a complete one.", "差分 CRL は完全な CRL の代わりになりません。"}},
    {Check::kCrlIndirect,
     "crl.indirect",
     kIndeterminate,
     {"What an indirect CRL says depends on the issuer of the certificate.",
      "間接 CRL の内容は、証明書の発行者によって変わります。"}},
    {Check::kCrlReasons,
     "crl.reasons",
     kIndeterminate,
     {"The CRLs do not cover all reasons for revocation.", "CRL がすべての失効理由を対象としていません。"}},
    {Check::kProfileCa,
     "profile.ca",
     kInvalid,
     {"The issuing CA does not issue for this purpose.", "この用途の証明書を発行する認証局ではありません。"}},
    {Check::kProfilePolicy,
     "profile.policy",
     kInvalid,
     {"The certificate does not carry the policy of this purpose.",
      "この用途の証明書ポリシーが証明書に記載されていません。"}},
    {Check::kProfileKeyUsage,
     "profile.key-usage",
     kInvalid,
     {"The key usage is not exactly that of this purpose.", "鍵用途（keyUsage）がこの用途のものと一致しません。"}},
    {Check::kProfileExtendedKeyUsage,
     "profile.extended-key-usage",
     kInvalid,
     {"The extended key usage is not that of this purpose.",
      "拡張鍵用途（extKeyUsage）がこの用途のものではありません。"}},
    {Check::kHcRoleMalformed,
     "hcrole.malformed",
     kInvalid,
     {"The healthcare role cannot be read.", "医療資格（hcRole）を読み取れません。"}},
    {Check::kHcRoleUnknown,
     "hcrole.unknown",
     kInvalid,
     {"The healthcare role is not on the list and does not count.",
      "一覧にない医療資格（hcRole）のため、資格として扱いません。"}},
    {Check::kHcRoleScheme,
     "hcrole.scheme",
     kInvalid,
     {"The healthcare role uses another coding scheme and does not count.",
      "医療資格（hcRole）の符号体系が異なるため、資格として扱いません。"}},
    {Check::kHcRoleAbsent,
     "hcrole.absent",
     kInvalid,
     {"The certificate states no healthcare role.", "証明書に医療資格（hcRole）の記載がありません。"}},
    {Check::kHcRoleDirector,
     "hcrole.director",
     kInvalid,
     {"An administrator's role stands without the institution's name (O and OU).",
      "管理者の資格に、機関の名称（O と OU）がありません。"}},
    {Check::kTestCard, "card.test", kInvalid, {"The card was issued for tests.", "試験用に発行されたカードです。"}},
    {Check::kProofAlgorithm,
     "proof.algorithm",
     kInvalid,
     {"The algorithm of the login proof does not fit the key.", "ログイン証明のアルゴリズムが鍵に合いません。"}},
    {Check::kProofSignature,
     "proof.signature",
     kInvalid,
     {"The login proof was not signed by this certificate for this origin and challenge.",
      "ログイン証明の署名が、この証明書・接続先・チャレンジに対するものではありません。"}},
    {Check::kTokenAlgorithm,
     "token.algorithm",
     kInvalid,
     {"The token's algorithm is not allowed.", "トークンのアルゴリズムは許されていません。"}},
    {Check::kTokenType, "token.type", kInvalid, {"The token is of another type.", "トークンの種類が異なります。"}},
    {Check::kTokenKey,
     "token.key",
     kInvalid,
     {"The token names a key that the issuer does not publish.", "トークンの鍵が発行者の公開鍵一覧にありません。"}},
    {Check::kTokenSignature,
     "token.signature",
     kInvalid,
     {"The token's signature is wrong.", "トークンの署名が正しくありません。"}},
    {Check::kTokenCritical,
     "token.critical",
     kInvalid,
     {"The token demands an extension that this software does not know (crit).",
      "このソフトウェアが知らない拡張をトークンが要求しています（crit）。"}},
    {Check::kTokenIssuer,
     "token.issuer",
     kInvalid,
     {"The token is another issuer's.", "トークンの発行者が異なります。"}},
    {Check::kTokenAudience,
     "token.audience",
     kInvalid,
     {"The token is meant for somebody else.", "トークンの宛先が異なります。"}},
    {Check::kTokenExpired, "token.expired", kInvalid, {"The token has expired.", "トークンの有効期限が切れています。"}},
    {Check::kTokenNotYetValid,
     "token.not-yet-valid",
     kInvalid,
     {"The token is not valid yet.", "トークンの有効期間がまだ始まっていません。"}},
    {Check::kTokenClaim,
     "token.claim",
     kInvalid,
     {"A claim of the token is missing or malformed.", "トークンの項目が欠けているか、形式が正しくありません。"}},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].check) != i || kTable[i].name.empty() || kTable[i].text.en.empty() ||
        kTable[i].text.ja.empty()) {
      return false;
    }
  }
  return kTable.size() == static_cast<std::size_t>(Check::kCount);
}
static_assert(in_order(), "kTable must have one row for each Check, in its order");

}  // namespace

std::string_view name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames{"info", "warn", "fail"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kNames{"valid", "indeterminate", "invalid"};
  return kNames[static_cast<std::size_t>(verdict)];
}

const CheckInfo& info(Check check) {
  return kTable[static_cast<std::size_t>(check)];
}

std::span<const CheckInfo> all_checks() {
  return kTable;
}

std::string text(const Finding& finding, Language language) {
  const std::string_view sentence = info(finding.check).text.in(language);
  return finding.detail.empty() ? std::string(sentence) : fmt::format("{} ({})", sentence, finding.detail);
}

Verdict verdict_of(std::span<const Finding> findings) {
  Verdict worst = Verdict::kValid;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kFail) {
      worst = std::max(worst, info(finding.check).consequence);
    }
  }
  return worst;
}

OrderedJson to_json(std::span<const Finding> findings, Language language) {
  OrderedJson list = OrderedJson::array();
  for (const Finding& finding : findings) {
    list.push_back({{"certificate", finding.certificate},
                    {"check", info(finding.check).name},
                    {"severity", name(finding.severity)},
                    {"text", text(finding, language)}});
  }
  return list;
}

}  // namespace shomei::auth
