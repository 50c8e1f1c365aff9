#include "signing/report/report.h"

#include <array>
#include <nlohmann/json.hpp>

namespace shomei::signing {
namespace {

constexpr std::array<std::string_view, 3> kIndications = {"TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"};
constexpr std::array<std::string_view, 3> kSeverities = {"info", "warn", "fail"};
constexpr auto kSubIndications = std::to_array<std::string_view>({
    "FORMAT_FAILURE",
    "HASH_FAILURE",
    "SIG_CRYPTO_FAILURE",
    "REVOKED",
    "EXPIRED",
    "NOT_YET_VALID",
    "SIG_CONSTRAINTS_FAILURE",
    "CHAIN_CONSTRAINTS_FAILURE",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE",
    "NO_SIGNING_CERTIFICATE_FOUND",
    "NO_CERTIFICATE_CHAIN_FOUND",
    "REVOKED_NO_POE",
    "REVOKED_CA_NO_POE",
    "OUT_OF_BOUNDS_NO_POE",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "NO_POE",
    "TRY_LATER",
    "SIGNED_DATA_NOT_FOUND",
    "GENERIC",
});
static_assert(kSubIndications.size() == static_cast<std::size_t>(SubIndication::kGeneric) + 1);

template <class T, class Convert>
OrderedJson nullable(const std::optional<T>& value, Convert convert) {
  return value ? OrderedJson(convert(*value)) : OrderedJson(nullptr);
}

OrderedJson names(const std::vector<Level>& levels) {
  OrderedJson json = OrderedJson::array();
  for (const Level level : levels) {
    json.push_back(name(level));
  }
  return json;
}

OrderedJson signer_json(const Signer& signer) {
  return {{"name", signer.name},
          {"name_ja", signer.name_ja},
          {"serial_number", signer.serial_number},
          {"organization", signer.organization},
          {"hc_roles", signer.hc_roles},
          {"certificate_sha256", signer.certificate_sha256}};
}

OrderedJson signature_json(const SignatureReport& signature, Language language) {
  OrderedJson timestamps = OrderedJson::array();
  for (const TimestampReport& stamp : signature.timestamps) {
    timestamps.push_back({{"type", stamp.type},
                          {"time", nullable(stamp.time, to_rfc3339)},
                          {"tsa", stamp.tsa},
                          {"indication", name(stamp.indication)}});
  }
  OrderedJson covers = OrderedJson::array();
  for (const CoveredPart& part : signature.covers) {
    covers.push_back(part.reference);
  }
  OrderedJson findings = OrderedJson::array();
  for (const Finding& finding : signature.findings) {
    findings.push_back({{"check", finding.check},
                        {"severity", name(finding.severity)},
                        {"text", language == Language::kJa ? finding.text_ja : finding.text_en}});
  }
  return {{"id", signature.id},
          {"format", name(signature.format)},
          {"level", name(signature.level)},
          {"pending", names(signature.pending)},
          {"profile", signature.profile},
          {"indication", name(signature.indication)},
          {"sub_indication", nullable(signature.sub_indication, [](SubIndication sub) { return name(sub); })},
          {"signer", nullable(signature.signer, signer_json)},
          {"claimed_signing_time", nullable(signature.claimed_signing_time, to_rfc3339)},
          {"best_signature_time", nullable(signature.best_signature_time, to_rfc3339)},
          {"timestamps", std::move(timestamps)},
          {"covers", std::move(covers)},
          {"findings", std::move(findings)}};
}

}  // namespace

std::string_view name(Indication indication) {
  return kIndications.at(static_cast<std::size_t>(indication));
}

std::string_view name(SubIndication sub_indication) {
  return kSubIndications.at(static_cast<std::size_t>(sub_indication));
}

std::string_view name(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

OrderedJson to_json(const VerifyReport& report, Language language) {
  OrderedJson signatures = OrderedJson::array();
  for (const SignatureReport& signature : report.signatures) {
    signatures.push_back(signature_json(signature, language));
  }
  return {{"indication", name(report.indication)},
          {"sub_indication", nullable(report.sub_indication, [](SubIndication sub) { return name(sub); })},
          {"signatures", std::move(signatures)}};
}

}  // namespace shomei::signing
