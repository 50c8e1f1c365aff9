#include "signing/report/report_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "auth/x509/profile.h"
#include "signing/signature_algorithm.h"

namespace shomei::signing {
namespace {

constexpr Text kAskAgain{"Do not rely on the document. Ask the sender to send it again, or to sign it anew.",
                         "この文書に頼らず、送り元に再送または再署名を依頼してください。"};
constexpr Text kAskStamped{
    "Ask the signer for a copy with a time stamp from the days of the signature, or for a new signature.",
    "署名当時のタイムスタンプが付いた文書か、再署名を署名者に依頼してください。"};
constexpr Text kAskAdministrator{
    "Hand this report to the administrator of your network; do not rely on the signature until it is settled.",
    "この報告書をネットワークの管理者に渡し、解決するまでこの署名を根拠にしないでください。"};
constexpr Text kWeak{
    "An algorithm or a key is too weak by today's rules, and nothing proves that the signature is older.",
    "現在の基準では方式または鍵の強度が足りず、それ以前の署名であることも証明されていません。"};

/// In the order of SubIndication.
constexpr auto kExplanations = std::to_array<Explanation>({
    {{"The signature is damaged, or not built as the standards ask.",
      "署名が壊れているか、規格どおりに作られていません。"},
     kAskAgain},
    {{"The document was changed after it was signed.", "署名された後に、文書の内容が変更されています。"},
     {"Do not rely on the content. Ask the sender for the document as it was signed.",
      "内容を信頼せず、署名されたままの文書を送り元に依頼してください。"}},
    {{"The signature does not fit the signer's certificate: the signature or what it protects was changed.",
      "署名が署名者の証明書と一致しません。署名、または署名が保護する情報が変更されています。"},
     kAskAgain},
    {{"The signer's certificate had been revoked when the signature was made.",
      "署名の時点で、署名者の証明書は失効していました。"},
     {"Do not rely on the signature. Ask the signer to sign again with a valid card.",
      "この署名を根拠にせず、有効なカードでの再署名を依頼してください。"}},
    {{"The signature was made after the signer's certificate had ended.",
      "署名者の証明書の有効期間が終わった後の署名です。"},
     {"Ask the signer to sign again with a valid card.", "有効なカードでの再署名を依頼してください。"}},
    {{"The signature was made before the signer's certificate became valid.",
      "署名者の証明書の有効期間が始まる前の署名です。"},
     {"Do not rely on the signature. Ask the signer what happened.",
      "この署名を根拠にせず、署名者に事情を確かめてください。"}},
    {{"The signature does not keep the rules for this kind of document.",
      "この種類の文書に求められる署名の規則を満たしていません。"},
     kAskAgain},
    {{"The certificate is not of a kind with which these documents may be signed.",
      "この文書への署名に使える種類の証明書ではありません。"},
     {"Ask the signer which card was used; documents are signed with the card's signature key.",
      "どのカードで署名したかを署名者に確かめてください。文書への署名には署名用の鍵を使います。"}},
    {{"The signer's certificate could not be followed up to a trusted certification authority.",
      "署名者の証明書から信頼する認証局までをたどれませんでした。"},
     kAskAdministrator},
    {kWeak, kAskStamped},
    {{"The certificate with which the signature was made cannot be found.", "署名に使われた証明書が見つかりません。"},
     {"Ask the sender for the signer's certificate, or for a signature that holds it.",
      "署名者の証明書か、証明書を含む署名を送り元に依頼してください。"}},
    {{"The certificate was issued by nobody that is trusted here.",
      "証明書の発行元が、信頼する認証局に含まれていません。"},
     {"Check which certification authorities are trusted (--trust). If the signer should have an HPKI card, hand this "
      "report to the administrator.",
      "信頼する認証局の指定（--trust）を確かめてください。HPKI "
      "カードでの署名のはずであれば、この報告書を管理者に渡してください。"}},
    {{"The certificate was revoked, and no time stamp proves that the signature is older than that.",
      "証明書が失効しており、それより前の署名であることを示すタイムスタンプがありません。"},
     kAskStamped},
    {{"A certification authority was revoked, and no time stamp proves that the signature is older than that.",
      "認証局の証明書が失効しており、それより前の署名であることを示すタイムスタンプがありません。"},
     kAskAdministrator},
    {{"A certificate is outside of its time of validity, and no time stamp proves that the signature was made within "
      "it.",
      "証明書が有効期間外で、有効期間内の署名であることを示すタイムスタンプがありません。"},
     kAskStamped},
    {kWeak, kAskStamped},
    {{"Nothing proves that the signature existed in time.",
      "署名が必要な時期に存在したことを証明するものがありません。"},
     kAskStamped},
    {{"The revocation data at hand does not settle whether the certificate was valid.",
      "手元の失効情報だけでは、証明書が有効だったかどうかを確認できません。"},
     {"Get the newest revocation lists (--crl) and verify again; mostly the next list, within a day or some, is "
      "enough.",
      "最新の失効リスト（--crl）を入手して再度検証してください。多くの場合、数日以内に出る次のリストで確認できます。"}},
    {{"What was signed is not all here.", "署名された文書がすべて揃っていません。"},
     {"Give the signed documents with --detached and verify again.",
      "署名された文書を --detached で指定して、再度検証してください。"}},
    {{"Something that is needed for a verdict could not be checked.", "判定に必要な項目を確認できませんでした。"},
     kAskAdministrator},
});
static_assert(kExplanations.size() == static_cast<std::size_t>(SubIndication::kGeneric) + 1);

constexpr Text kGoodWhy{"The document is as it was signed, and the signer's certificate was valid.",
                        "文書は署名されたときのままで、署名者の証明書は有効でした。"};

Explanation good(Level level) {
  constexpr std::string_view kExtend = "shomei extend FILE --level LTA --out NEW-FILE --tsa URL --trust DIR --crl DIR";
  switch (level) {
    case Level::kB:
      return {kGoodWhy,
              {"You can rely on it today. To be able to prove it later, add a time stamp soon.",
               "現時点で信頼できます。後日も証明できるよう、早めにタイムスタンプを付けてください。"},
              kExtend};
    case Level::kT:
      return {kGoodWhy,
              {"You can rely on it. To be able to prove it after the certificates have ended, add the revocation data.",
               "信頼できます。証明書の有効期間が終わった後も証明できるよう、失効情報を加えてください。"},
              kExtend};
    case Level::kLT:
      return {
          kGoodWhy,
          {"You can rely on it, and everything for later checks is inside. For an archive, add an archive time stamp.",
           "信頼できます。後日の検証に必要な情報も揃っています。長期保管する場合は、アーカイブタイムスタンプを付けてく"
           "ださい。"},
          kExtend};
    case Level::kLTA: break;
  }
  return {kGoodWhy,
          {"You can rely on it. Keep the file as it is, and renew its archive time stamp before the newest one ends.",
           "信頼できます。ファイルはそのまま保管し、最新のタイムスタンプの期限までに更新してください。"},
          kExtend};
}

struct StampRow {
  std::string_view type;
  Text text;
  bool archive;
};
constexpr Text kArchive{"Archive time stamp", "アーカイブタイムスタンプ"};
constexpr Text kContent{"Content time stamp", "コンテンツタイムスタンプ"};
constexpr Text kSignature{"Signature time stamp", "署名タイムスタンプ"};
constexpr Text kReferences{"Time stamp over signature and references", "署名と参照情報のタイムスタンプ"};
constexpr auto kStamps = std::to_array<StampRow>({
    {"SignatureTimeStamp", kSignature, false},
    {"signature-time-stamp", kSignature, false},
    {"ArchiveTimeStamp", kArchive, true},
    {"archive-time-stamp", kArchive, true},
    {"archive-time-stamp-v2", kArchive, true},
    {"archive-time-stamp-v3", kArchive, true},
    {"AllDataObjectsTimeStamp", kContent, false},
    {"IndividualDataObjectsTimeStamp", kContent, false},
    {"content-time-stamp", kContent, false},
    {"SigAndRefsTimeStamp", kReferences, false},
    {"SigAndRefsTimeStampV2", kReferences, false},
    {"RefsOnlyTimeStamp", kReferences, false},
    {"RefsOnlyTimeStampV2", kReferences, false},
    {"CAdES-C-time-stamp", kReferences, false},
    {"time-stamped-certs-crls-references", kReferences, false},
});

const StampRow* stamp_row(std::string_view type) {
  const auto row = std::ranges::find(kStamps, type, &StampRow::type);
  return row == kStamps.end() ? nullptr : &*row;
}

struct AlgorithmRow {
  std::string_view oid;
  std::string_view words;
};
constexpr auto kAlgorithms = std::to_array<AlgorithmRow>({
    {"1.2.840.113549.1.1.1", "RSA (PKCS #1 v1.5)"},
    {"1.2.840.113549.1.1.10", "RSA-PSS"},
    {"1.2.840.113549.1.1.5", "RSA (PKCS #1 v1.5), SHA-1"},
    {"1.2.840.113549.1.1.11", "RSA (PKCS #1 v1.5), SHA-256"},
    {"1.2.840.113549.1.1.12", "RSA (PKCS #1 v1.5), SHA-384"},
    {"1.2.840.113549.1.1.13", "RSA (PKCS #1 v1.5), SHA-512"},
    {"1.2.840.10045.4.3.2", "ECDSA, SHA-256"},
    {"1.2.840.10045.4.3.3", "ECDSA, SHA-384"},
    {"1.2.840.10045.4.3.4", "ECDSA, SHA-512"},
});

std::chrono::year_month_day date_of(Time time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

Text verdict_words(Indication indication) {
  switch (indication) {
    case Indication::kTotalPassed: return {"The signature is valid", "署名は有効です"};
    case Indication::kTotalFailed: return {"The signature is not valid", "署名は無効です"};
    case Indication::kIndeterminate: break;
  }
  return {"It cannot be decided whether the signature is valid", "判定できません"};
}

Explanation explain(const SignatureReport& signature) {
  if (signature.indication == Indication::kTotalPassed) {
    return good(signature.level);
  }
  return kExplanations.at(static_cast<std::size_t>(signature.sub_indication.value_or(SubIndication::kGeneric)));
}

Explanation explain_no_signature() {
  return {{"The file holds no signature.", "ファイルに署名が含まれていません。"},
          {"Check whether this is the signed file; a detached signature is a file of its own beside the document.",
           "署名付きのファイルかどうかを確かめてください。分離署名の場合、署名は文書とは別のファイルです。"}};
}

std::string stamp_words(std::string_view type, Language language) {
  const StampRow* row = stamp_row(type);
  return std::string(row != nullptr ? row->text.in(language) : type);
}

bool is_archive_stamp(std::string_view type) {
  const StampRow* row = stamp_row(type);
  return row != nullptr && row->archive;
}

Text level_words(Level level) {
  switch (level) {
    case Level::kB: return {"the signature alone, without a proof of its time", "署名のみ（時刻の証明なし）"};
    case Level::kT:
      return {"with a time stamp that proves when it existed", "署名の存在時刻を証明するタイムスタンプ付き"};
    case Level::kLT:
      return {"with a time stamp and all certificates and revocation data",
              "タイムスタンプと検証情報（証明書・失効情報）付き"};
    case Level::kLTA: break;
  }
  return {"for archives: protected by an archive time stamp that can be renewed",
          "長期保管用（更新できるアーカイブタイムスタンプ付き）"};
}

std::string role_words(std::string_view role) {
  static const auth::ProfileSet profiles = auth::ProfileSet::defaults();
  const auth::Role* row = profiles.role(role);
  return row != nullptr ? fmt::format("{} ({})", row->ja, role) : std::string(role);
}

std::string both_names(const Signer& signer) {
  const bool both = !signer.name_ja.empty() && !signer.name.empty() && signer.name_ja != signer.name;
  return both                     ? fmt::format("{} ({})", signer.name_ja, signer.name)
         : signer.name_ja.empty() ? signer.name
                                  : signer.name_ja;
}

std::string algorithm_words(std::string_view identifier) {
  if (const auto algorithm = signature_algorithm_from_uri(identifier)) {
    const std::string_view key = algorithm->key == KeyType::kEc ? "ECDSA"
                                 : algorithm->pss               ? "RSA-PSS"
                                                                : "RSA (PKCS #1 v1.5)";
    return fmt::format("{}, {}", key, digest_words(algorithm->digest));
  }
  const auto row = std::ranges::find(kAlgorithms, identifier, &AlgorithmRow::oid);
  return std::string(row != kAlgorithms.end() ? row->words : identifier);
}

std::string_view digest_words(DigestAlgorithm algorithm) {
  constexpr std::array<std::string_view, 4> kNames = {"SHA-1", "SHA-256", "SHA-384", "SHA-512"};
  return kNames.at(static_cast<std::size_t>(algorithm));
}

Text freshness_words(auth::Freshness freshness) {
  switch (freshness) {
    case auth::Freshness::kLenient:
      return {"in force at the proved time, or issued later (lenient)",
              "証明された時刻に有効だったもの、またはその後に発行されたもの（緩やか）"};
    case auth::Freshness::kStrict:
      return {"issued at the proved time or later (strict)", "証明された時刻以後に発行されたものだけ（厳格）"};
    case auth::Freshness::kInForce: break;
  }
  return {"in force at the time of validation", "検証時刻に有効なもの"};
}

std::chrono::hours zone_of(Language language) {
  return std::chrono::hours(language == Language::kJa ? 9 : 0);
}

std::string time_words(Time time, Language language) {
  const Time local = time + zone_of(language);
  const std::chrono::hh_mm_ss clock(local - std::chrono::floor<std::chrono::days>(local));
  const std::string hours =
      fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  return fmt::format("{} {}{}", day_words(time, language), hours, language == Language::kJa ? "" : " UTC");
}

std::string day_words(Time time, Language language) {
  const auto date = date_of(time + zone_of(language));
  const auto pattern = language == Language::kJa ? "{}年{}月{}日" : "{}-{:02}-{:02}";
  return fmt::format(fmt::runtime(pattern), static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace shomei::signing
