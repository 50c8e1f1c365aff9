#include "auth/token/login_proof.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "auth/token/jwa.h"

namespace shomei::auth {
namespace {

constexpr std::string_view kFormat = "web-eid:1.0";
constexpr std::size_t kMaxTextBytes = 1024;

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::kTokenMalformed, std::move(what));
}

Result<Bytes> base64_member(const Json& object, std::string_view name, std::size_t max_bytes) {
  const auto text = text_member(object, name);
  const auto bytes = text ? from_base64(*text) : Result<Bytes>(std::unexpected(text.error()));
  if (!bytes || bytes->empty() || bytes->size() > max_bytes) {
    return malformed(std::string(name));
  }
  return *bytes;
}

}  // namespace

Result<LoginProof> parse_login_proof(const Json& object) {
  if (!object.is_object()) {
    return malformed("not an object");
  }
  if (auto known = only_members(object, {"unverifiedCertificate", "signature", "algorithm", "format", "appVersion"});
      !known) {
    return malformed(known.error().detail);
  }
  const auto format = text_member(object, "format");
  const auto algorithm = text_member(object, "algorithm");
  const auto app_version = text_member_or(object, "appVersion", "");
  if (!format || *format != kFormat) {
    return malformed("format");
  }
  if (!algorithm || algorithm->size() > 16) {
    return malformed("algorithm");
  }
  if (!app_version || app_version->size() > kMaxTextBytes) {
    return malformed("appVersion");
  }
  LoginProof proof{.algorithm = *algorithm, .app_version = *app_version};
  SHOMEI_TRY(proof.certificate, base64_member(object, "unverifiedCertificate", kMaxCertificateBytes));
  SHOMEI_TRY(proof.signature, base64_member(object, "signature", 2048));
  return proof;
}

OrderedJson to_json(const LoginProof& proof) {
  return {{"unverifiedCertificate", to_base64(proof.certificate)},
          {"algorithm", proof.algorithm},
          {"signature", to_base64(proof.signature)},
          {"format", kFormat},
          {"appVersion", proof.app_version}};
}

Bytes proof_digest(DigestAlgorithm algorithm, std::string_view origin, std::string_view nonce) {
  Bytes both = digest(algorithm, as_bytes(origin));
  const Bytes second = digest(algorithm, as_bytes(nonce));
  both.insert(both.end(), second.begin(), second.end());
  return digest(algorithm, both);
}

Result<LoginProof> make_login_proof(SigningKey& key, std::string_view origin, std::string_view nonce,
                                    std::string_view app_version) {
  SHOMEI_TRY(const Certificate certificate, Certificate::parse(key.certificate()));
  SHOMEI_TRY(const PublicKey public_key, certificate.public_key());
  const Jwa algorithm = usual_algorithm(public_key);
  SHOMEI_TRY(Bytes signature, key.sign_digest(algorithm.digest, proof_digest(algorithm.digest, origin, nonce)));
  return LoginProof{.certificate = to_bytes(key.certificate()),
                    .algorithm = std::string(algorithm.name),
                    .signature = std::move(signature),
                    .app_version = std::string(app_version)};
}

Result<ProofReport> check_proof(const LoginProof& proof, std::string_view origin, std::string_view nonce) {
  auto certificate = Certificate::parse(proof.certificate);
  if (!certificate) {
    return fail(certificate.error(), Code::kTokenMalformed, "unverifiedCertificate");
  }
  ProofReport report{.signed_right = false, .certificate = *certificate};
  const auto key = certificate->public_key();
  const auto algorithm = find_algorithm(proof.algorithm);
  if (!key || !algorithm || algorithm->padding == RsaPadding::kPss || !fits(*algorithm, *key)) {
    report.findings.push_back({0, Check::kProofAlgorithm, Severity::kFail, proof.algorithm});
    return report;
  }
  const Bytes digest = proof_digest(algorithm->digest, origin, nonce);
  report.signed_right = verify_digest(*key, algorithm->digest, digest, proof.signature);
  if (!report.signed_right) {
    report.findings.push_back({0, Check::kProofSignature, Severity::kFail, {}});
  }
  return report;
}

}  // namespace shomei::auth
