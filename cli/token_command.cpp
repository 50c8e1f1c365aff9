#include <nlohmann/json.hpp>

#include "auth/token/jws.h"
#include "auth/token/verify_token.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

constexpr std::size_t kMaxJwksBytes = 1U << 20;

struct TokenOptions {
  std::string token;
  std::string issuer;
  std::string jwks;
  std::string audience;
  std::string at;
  std::vector<std::string> tls_ca;
  bool signature_only = false;
};

/// OpenID Connect Discovery 1.0, section 4: the document must name the issuer that was asked.
Result<std::string> fetch_jwks(const std::string& issuer, const std::vector<std::string>& tls_ca) {
  SHOMEI_TRY(const auto base, server_base(issuer));
  SHOMEI_TRY(const auto client, https_client(tls_ca));
  SHOMEI_TRY(const auto discovery, call(*client, {"GET", base + "/.well-known/openid-configuration", Json(), {}}));
  SHOMEI_TRY(const auto named, text_member(discovery, "issuer"));
  if (named != issuer) {
    return fail(Code::kNetMalformed, "the server calls itself " + named);
  }
  SHOMEI_TRY(const auto address, text_member(discovery, "jwks_uri"));
  SHOMEI_TRY(const auto keys, call(*client, {"GET", address, Json(), {}}));
  return keys.dump();
}

Result<std::string> jwks_text(const TokenOptions& options) {
  if (options.jwks.empty()) {
    return fetch_jwks(options.issuer, options.tls_ca);
  }
  SHOMEI_TRY(const auto bytes, read_file(options.jwks, kMaxJwksBytes));
  return std::string(as_text(bytes));
}

/// The token itself, or the file that holds it.
Result<std::string> token_text(const std::string& argument) {
  std::string text = argument;
  std::error_code none;
  if (argument == "-" || std::filesystem::exists(argument, none)) {
    SHOMEI_TRY(const auto bytes, read_file(argument == "-" ? "/dev/stdin" : argument, auth::kMaxTokenBytes));
    text = as_text(bytes);
  }
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

std::string token_report_text(const auth::TokenReport& report, Language language) {
  const bool valid = report.verdict == auth::Verdict::kValid;
  const Text heading = valid ? Text{"VALID", "有効（VALID）"} : Text{"INVALID", "無効（INVALID）"};
  std::string all = std::string(heading.in(language)) + "\n";
  const auto claims = parse_json(report.claims);
  if (claims && claims->is_object()) {
    for (const auto& [name, value] : claims->items()) {
      all += line({name, name}, value.is_string() ? value.get<std::string>() : value.dump(), language);
    }
  }
  return all + findings_text(report.findings, language);
}

Result<ExitStatus> verify(const TokenOptions& options, const Context& context) {
  if (options.issuer.empty() && options.jwks.empty()) {
    return fail(Code::kUsage, "give --issuer URL or --jwks FILE");
  }
  SHOMEI_TRY(const auto token, token_text(options.token));
  auth::TokenExpectations expected;
  SHOMEI_TRY(expected.now, time_or_now(context, options.at));
  expected.issuer = options.issuer;
  expected.audience = options.audience;
  expected.signature_only = options.signature_only;
  SHOMEI_TRY(const auto text, jwks_text(options));
  SHOMEI_TRY(const auto keys, auth::JwkSet::parse(text));
  SHOMEI_TRY(const auto report, auth::verify_token(token, keys, expected));
  if (context.json) {
    print_json(auth::to_json(report, context.language));
  } else {
    print_text(token_report_text(report, context.language));
  }
  return report.verdict == auth::Verdict::kValid ? ExitStatus::kDone : ExitStatus::kNegative;
}

}  // namespace

void add_token_commands(const Command& top) {
  const Command group = top.group("token", "Look at access tokens");
  const auto options = std::make_shared<TokenOptions>();
  const Command command =
      group.add("verify", "Judge an access token as a gateway does, from the issuer's public keys",
                {"shomei token verify token.txt --issuer https://network.example --tls-ca tls_ca.cer",
                 "shomei token verify - --jwks keys.json --json < token.txt"},
                [options](const Context& context) { return verify(*options, context); });
  command.operand("TOKEN", options->token, "The token, the name of a file that holds it, or - for standard input");
  command.option("--issuer", options->issuer, "URL",
                 "The server that must have issued it; its keys are fetched unless --jwks gives them");
  command.option("--jwks", options->jwks, "FILE", "The issuer's public keys (JWK Set)");
  command.option("--audience", options->audience, "TEXT", "Whom the token must be for");
  command.option("--at", options->at, "RFC3339", "The time to judge at (otherwise: now)");
  command.repeated("--tls-ca", options->tls_ca, "FILE", "CA that may stand behind the server's TLS certificate");
  command.flag("--signature-only", options->signature_only, "Judge the signature and nothing else");
}

}  // namespace shomei::cli
