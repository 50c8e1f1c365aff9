#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/ocsp_revocation.h"
#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

struct CheckOptions {
  std::string file;
  std::string certificate;
  std::string issuer;
  std::string nonce;
  std::string at;
  std::vector<std::string> crl;
};

/// RFC 8954 2.1.
Result<std::optional<Bytes>> nonce_of(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  auto nonce = from_hex(text);
  if (!nonce || nonce->empty() || nonce->size() > 32) {
    return fail(Code::kUsage, "--nonce: 1 to 32 bytes in hexadecimal, not " + text);
  }
  return *std::move(nonce);
}

/// Of several in the file (a CA with its chain), the one that issued the certificate; else the first.
Result<auth::Certificate> issuer_of(const auth::Certificate& certificate, const std::string& file) {
  SHOMEI_TRY(const auto candidates, auth::load_certificates({file}));
  SHOMEI_CHECK(!candidates.empty());
  const auto found = std::ranges::find_if(
      candidates, [&](const auth::Certificate& candidate) { return auth::is_issued_by(certificate, candidate); });
  return found == candidates.end() ? candidates.front() : *found;
}

Result<ExitStatus> check(const CheckOptions& options, const Context& context) {
  SHOMEI_TRY(const Time at, time_or_now(context, options.at));
  SHOMEI_TRY(auto nonce, nonce_of(options.nonce));
  SHOMEI_TRY(const auto response, auth::load_ocsp(options.file));
  SHOMEI_TRY(const auto certificate, auth::load_certificate(options.certificate));
  SHOMEI_TRY(const auto issuer, issuer_of(certificate, options.issuer));
  SHOMEI_TRY(const auto lists, auth::load_crls(to_paths(options.crl)));
  const auth::AlgorithmRules algorithms = auth::with_sha1_of_its_time(auth::AlgorithmRules::defaults());
  const auth::OcspQuestion question{.subject = &certificate,
                                    .issuer = &issuer,
                                    .at = at,
                                    .algorithms = &algorithms,
                                    .nonce = std::move(nonce),
                                    .signer_state = [&](const auth::Certificate& signer) {
                                      return auth::state_by_lists(signer, issuer, lists, at, algorithms);
                                    }};
  const auth::CrlLookup answer = auth::check_ocsp(response, question);
  return tell(answer, context);
}

}  // namespace

void add_ocsp_commands(const Command& top) {
  const Command group = top.group("ocsp", "Judge OCSP responses");
  const auto options = std::make_shared<CheckOptions>();
  const Command command = group.add(
      "check", "Judge what an OCSP response says of a certificate",
      {"shomei ocsp check answer.ors --cert doctor.cer --issuer auth_ca.cer",
       "shomei ocsp check answer.der --cert doctor.cer --issuer auth_ca.cer --at 2026-04-01T00:00:00Z --json"},
      [options](const Context& context) { return check(*options, context); });
  command.operand("RESPONSE", options->file, "OCSP response: DER, PEM or base64");
  command.required("--cert", options->certificate, "CERT", "The certificate in question");
  command.required("--issuer", options->issuer, "CERT", "The CA certificate that issued it");
  command.option("--at", options->at, "RFC3339", "The time at which the response must be in force (otherwise: now)");
  command.option("--nonce", options->nonce, "HEX", "Nonce of the request, 1 to 32 bytes");
  command.repeated("--crl", options->crl, "DIR", "Revocation lists, for a responder's own certificate");
}

}  // namespace shomei::cli
