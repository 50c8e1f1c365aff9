#pragma once

#include <string>

#include "base/error_code.h"
#include "signing/report/report.h"

namespace shomei::signing {

/// "The signature is valid", "署名は有効です".
Text verdict_words(Indication indication);

/// Why the verdict is as it is, and what whoever received the document can do now, for people who know documents and no
/// certificates.
struct Explanation {
  Text why;
  Text next;
  /// The command that does it; mostly empty.
  std::string_view command = {};
};
Explanation explain(const SignatureReport& signature);
/// Of a file in which no signature was found.
Explanation explain_no_signature();

/// "Signature time stamp", "署名タイムスタンプ"; the name as it stands for one that is not known.
std::string stamp_words(std::string_view type, Language language);
/// True for the time stamps that renew an archive.
bool is_archive_stamp(std::string_view type);
/// What the level is good for.
Text level_words(Level level);
/// "医師 (Medical Doctor)" in both languages; the text alone where it is in no list.
std::string role_words(std::string_view role);
/// "山田 太郎 (Taro Yamada)", the one that there is, or "".
std::string both_names(const Signer& signer);
/// "RSA, SHA-256" of an identifier of a signature algorithm (URI or OID); the identifier where it is not known.
std::string algorithm_words(std::string_view identifier);
std::string_view digest_words(DigestAlgorithm algorithm);
Text freshness_words(auth::Freshness freshness);

/// "2026年4月1日 09:00:00", by Japan's clock; "2026-04-01 00:00:00 UTC" in English.
std::string time_words(Time time, Language language);
/// The day alone, in the same zone.
std::string day_words(Time time, Language language);
/// What is added to UTC for that language: Japan's nine hours, or none.
std::chrono::hours zone_of(Language language);

}  // namespace shomei::signing
