#include "signing/report/life.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "auth/x509/certificate.h"
#include "signing/report/report_words.h"

namespace shomei::signing {
namespace {

constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";  // RFC 3161 2.3

std::string stamp_title(const SignatureReport& signature, std::size_t index, Language language) {
  const TimestampReport& stamp = signature.timestamps[index];
  const auto same = [&](const TimestampReport& other) { return other.type == stamp.type; };
  const auto total = std::ranges::count_if(signature.timestamps, same);
  const auto before = std::count_if(signature.timestamps.begin(),
                                    signature.timestamps.begin() + static_cast<std::ptrdiff_t>(index), same);
  const std::string title = stamp_words(stamp.type, language);
  return total > 1 ? fmt::format("{} {}", title, before + 1) : title;
}

void add_stamps(const SignatureReport& signature, Language language, std::vector<LifeEvent>& events) {
  bool proved = false;
  for (std::size_t i = 0; i < signature.timestamps.size(); ++i) {
    const TimestampReport& stamp = signature.timestamps[i];
    if (!stamp.time) {
      continue;
    }
    const bool proves =
        !proved && stamp.indication == Indication::kTotalPassed && stamp.time == signature.best_signature_time;
    proved |= proves;
    events.push_back({.kind = LifeEvent::Kind::kStamp,
                      .at = *stamp.time,
                      .what = stamp_title(signature, i, language),
                      .by = stamp.tsa,
                      .indication = stamp.indication,
                      .proves = proves});
  }
}

std::vector<LifeEvent> events_of(const SignatureReport& signature, Time judged, Language language) {
  std::vector<LifeEvent> events;
  const auto add = [&](LifeEvent::Kind kind, const std::optional<Time>& at, Text what) {
    if (at && *at != Time{}) {
      events.push_back({.kind = kind, .at = *at, .what = std::string(what.in(language))});
    }
  };
  add(LifeEvent::Kind::kClaimed, signature.claimed_signing_time,
      {"Signing time, as the signer claims", "署名日時（署名者の申告）"});
  add_stamps(signature, language, events);
  const bool shown = signature.best_signature_time == judged ||
                     std::ranges::any_of(events, [](const LifeEvent& event) { return event.proves; });
  if (!shown) {
    add(LifeEvent::Kind::kProved, signature.best_signature_time,
        {"The signature is proved to have existed", "署名の存在が証明された時刻"});
  }
  add(LifeEvent::Kind::kRevoked, signature.revoked_at,
      {"The signer's certificate was revoked", "署名者の証明書の失効"});
  add(LifeEvent::Kind::kValidation, judged, {"This verification", "この検証"});
  add(LifeEvent::Kind::kSunset, signature.algorithm_not_after,
      {"End of the signature algorithm or key by today's rules", "署名の方式・鍵の安全期間の終わり（現在の基準）"});
  std::ranges::stable_sort(events, {}, &LifeEvent::at);
  return events;
}

std::optional<Time> end_of(const std::vector<ValidationObject>& objects, std::string_view tsa, Time at) {
  std::optional<Time> end;
  for (const ValidationObject& object : objects) {
    const bool holds = object.kind == ValidationObject::Kind::kCertificate && object.name == tsa && object.begin &&
                       object.end && *object.begin <= at && at <= *object.end;
    if (holds) {
      end = std::max(end.value_or(*object.end), *object.end);
    }
  }
  return end;
}

}  // namespace

Text words(LifeRow::Kind kind) {
  switch (kind) {
    case LifeRow::Kind::kSigner: return {"Signer's certificate", "署名者の証明書"};
    case LifeRow::Kind::kCa: return {"Certification authority", "認証局の証明書"};
    case LifeRow::Kind::kRoot: return {"Root authority", "ルート認証局の証明書"};
    case LifeRow::Kind::kTsa: return {"Time-stamping authority", "タイムスタンプ局の証明書"};
    case LifeRow::Kind::kCrl: return {"Revocation list (CRL)", "失効リスト（CRL）"};
    case LifeRow::Kind::kOcsp: return {"Revocation answer (OCSP)", "失効の回答（OCSP）"};
    case LifeRow::Kind::kOther: break;
  }
  return {"Certificate", "証明書"};
}

LifeRow::Kind kind_of(const ValidationObject& object, const SignatureReport& signature) {
  if (object.kind == ValidationObject::Kind::kCrl) {
    return LifeRow::Kind::kCrl;
  }
  if (object.kind == ValidationObject::Kind::kOcsp) {
    return LifeRow::Kind::kOcsp;
  }
  if (signature.signer && signature.signer->certificate_sha256 == object.sha256) {
    return LifeRow::Kind::kSigner;
  }
  const auto certificate = auth::Certificate::parse(object.der);
  if (!certificate) {
    const bool stamped =
        std::ranges::find(signature.timestamps, object.name, &TimestampReport::tsa) != signature.timestamps.end();
    return stamped ? LifeRow::Kind::kTsa : LifeRow::Kind::kOther;
  }
  const auth::CertificateFacts& facts = certificate->facts();
  const bool stamps = std::ranges::find(facts.extended_key_usage, kTimeStamping) != facts.extended_key_usage.end();
  return stamps              ? LifeRow::Kind::kTsa
         : !facts.is_ca      ? LifeRow::Kind::kOther
         : facts.self_issued ? LifeRow::Kind::kRoot
                             : LifeRow::Kind::kCa;
}

Life life_of(const SignatureReport& signature, Time judged, Language language) {
  Life life{events_of(signature, judged, language), {}};
  std::map<std::pair<LifeRow::Kind, std::string>, std::vector<LifeBar>> rows;
  for (const ValidationObject& object : signature.objects) {
    const bool bar = object.kind != ValidationObject::Kind::kTimestamp && object.begin &&
                     (!object.end || *object.begin <= *object.end);
    if (bar) {
      rows[{kind_of(object, signature), object.name}].push_back({*object.begin, object.end});
    }
  }
  for (auto& [key, bars] : rows) {
    std::ranges::sort(bars, {}, &LifeBar::begin);
    life.rows.push_back({key.first, key.second, std::move(bars)});
  }
  std::ranges::stable_sort(life.rows, {},
                           [](const LifeRow& row) { return std::pair(row.kind, row.bars.front().begin); });
  return life;
}

std::optional<Time> end_of_newest_stamp(const SignatureReport& signature) {
  const TimestampReport* newest = nullptr;
  for (const TimestampReport& stamp : signature.timestamps) {
    const bool later = stamp.time && (newest == nullptr || *newest->time <= *stamp.time);
    newest = later && stamp.indication == Indication::kTotalPassed ? &stamp : newest;
  }
  return newest == nullptr ? std::nullopt : end_of(signature.objects, newest->tsa, *newest->time);
}

}  // namespace shomei::signing
