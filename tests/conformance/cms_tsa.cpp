// CMS of others: the S/MIME examples of RFC 4134, and what OpenSSL's own tests must refuse.
#include <fmt/format.h>

#include <algorithm>

#include "auth/x509/load.h"
#include "base/der.h"
#include "base/file.h"
#include "signing/tsp/timestamp_token.h"
#include "tests/conformance/signatures.h"

namespace shomei::conformance {
namespace {

/// As far as RFC 5652 goes: structure, digest of the content, value. None of these names its certificate by a signed
/// attribute, so none passes, and that they are old enough for SHA-1 is not asked.
bool is_sound_cms(const signing::SignatureReport& signature) {
  return std::ranges::none_of(signature.findings, [](const signing::Finding& finding) {
    const std::string_view check = finding.check;
    const bool of_cms = check == "format" || check.starts_with("reference") || check.starts_with("signature.") ||
                        check == "signing_certificate.not_found";
    return finding.severity == signing::Severity::kFail && of_cms;
  });
}

struct Mail {
  Bytes cms;
  /// The first part of multipart/signed, with CRLF; nothing where the content is inside.
  std::optional<Bytes> content;
};

/// The text after the first empty line.
std::string_view body_of(std::string_view part) {
  const std::size_t at = part.find("\r\n\r\n");
  return at == std::string_view::npos ? "" : part.substr(at + 4);
}

/// Just as much MIME (RFC 8551 3.5) as the two examples have.
Mail read_mail(std::string_view raw) {
  std::string text;
  for (const char c : raw) {
    if (c != '\r') {
      text += c == '\n' ? "\r\n" : std::string(1, c);
    }
  }
  const std::size_t at = text.find("boundary=\"");
  if (at == std::string::npos) {
    return {from_base64(body_of(text), Blanks::kSkip).value_or(Bytes()), {}};
  }
  const std::size_t begin = at + std::string_view("boundary=\"").size();
  const std::string boundary = "\r\n--" + text.substr(begin, text.find('"', begin) - begin);
  std::vector<std::string_view> parts;
  std::string_view rest = text;
  for (std::size_t end = 0; (end = rest.find(boundary)) != std::string_view::npos;) {
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + boundary.size() + 2, rest.size()));
  }
  if (parts.size() != 3) {
    return {};
  }
  return {from_base64(body_of(parts[2]), Blanks::kSkip).value_or(Bytes()), to_bytes(as_bytes(parts[1]))};
}

class Examples {
 public:
  Examples(const std::filesystem::path& folder, auth::ValidationInputs evidence)
      : folder_(folder), evidence_(std::move(evidence)) {}

  CaseResult valid(const std::string& file) const {
    const auto bytes = read_file(folder_ / file, 1 << 20);
    if (!bytes) {
      return {file, Outcome::kOtherwise, describe(bytes.error())};
    }
    Mail mail{*bytes, {}};
    if (file.ends_with(".eml")) {
      mail = read_mail(as_text(*bytes));
    } else if (file == "4.3.bin") {
      mail.content = read_file(folder_ / "ExContent.bin", 1 << 20).value_or(Bytes());
    }
    signing::VerifyInputs inputs{.file = signing::Document::from_bytes(file, mail.cms), .evidence = evidence_};
    inputs.at = *parse_rfc3339("2003-01-01T00:00:00Z");
    inputs.policy.purpose = auth::Purpose::kAny;
    inputs.policy.accept_sha1 = true;
    if (mail.content) {
      inputs.detached.push_back(signing::Document::from_bytes("content", *mail.content));
    }
    const auto report = verify(xml_, inputs);
    const bool sound = report && !report->signatures.empty() && std::ranges::all_of(report->signatures, is_sound_cms);
    return {file, compare(true, sound), shown(report)};
  }

  /// Whatever is wrong: neither read nor sound.
  CaseResult invalid(const std::string& file) const {
    signing::VerifyInputs inputs{.file = signing::Document::from_file(folder_ / file), .evidence = evidence_};
    inputs.at = *parse_rfc3339("2003-01-01T00:00:00Z");
    inputs.policy.accept_sha1 = true;
    const auto report = verify(xml_, inputs);
    const bool sound = report && !report->signatures.empty() && std::ranges::all_of(report->signatures, is_sound_cms);
    return {file, compare(false, sound), shown(report)};
  }

 private:
  signing::XmlLibrary xml_;
  std::filesystem::path folder_;
  auth::ValidationInputs evidence_;
};

/// The token of a file that holds it, or a TimeStampResp (RFC 3161 2.4.2) with it as second member.
Bytes token_in(const Bytes& file) {
  der::Reader reader(file);
  auto response = reader.enter(der::tag::kSequence);
  if (response && response->peek() == der::tag::kSequence && response->next()) {
    const auto token = response->next();
    return token ? to_bytes(token->whole) : Bytes();
  }
  return file;
}

/// Read, signed by a certificate that leads to the anchor at `at` for all that is at hand (no list is), and over
/// `imprint` where that is known.
CaseResult stamp(std::string id, const std::filesystem::path& file, const auth::ValidationInputs& evidence,
                 std::string_view at, const Bytes& imprint) {
  const auto bytes = read_file(file, 1 << 20);
  const auto token = signing::read_timestamp_token(token_in(bytes.value_or(Bytes())));
  if (!token) {
    return {std::move(id), Outcome::kFalseReject, describe(token.error())};
  }
  const auto signer = token_signer(*token, token_certificates(*token));
  if (!signer || !token_signature_fits(*token, *signer) || (!imprint.empty() && token->info.imprint != imprint)) {
    return {std::move(id), Outcome::kFalseReject, "signer, value or imprint"};
  }
  auth::ValidationInputs inputs = evidence;
  std::ranges::copy(token_certificates(*token), std::back_inserter(inputs.chain));
  auth::ValidationOptions options;
  options.at = *parse_rfc3339(at);
  options.purpose = auth::Purpose::kTimestamp;
  const auto path = auth::validate(*signer, inputs, options, auth::ProfileSet::defaults());
  const bool refused = !evidence.anchors.empty() && path.verdict == auth::Verdict::kInvalid;
  std::string detail(name(path.verdict));
  for (const auth::Finding& finding : path.findings) {
    detail += fmt::format("; {} {}", info(finding.check).name, finding.detail);
  }
  return {std::move(id), compare(true, !refused), detail};
}

void run_stamps(const std::filesystem::path& folder, std::vector<CaseResult>& results) {
  const auto tsa = folder / "openssl_tsa";
  const auto evidence = auth::load_inputs(
      {.trust = {tsa / "user-trust-ca.pem"}, .chain = {tsa / "sectigo-time-stamping-ca.pem"}, .crl = {}});
  if (!evidence) {
    results.push_back({"openssl_tsa", Outcome::kOtherwise, describe(evidence.error())});
    return;
  }
  results.push_back(stamp("openssl_tsa/sectigo-all-zero.tsr", tsa / "sectigo-all-zero.tsr", *evidence,
                          "2021-06-01T00:00:00Z", Bytes(32, 0)));
  // Its anchor is not in the suite.
  results.push_back(stamp("dss_d-trust.tsr", folder / "dss_d-trust.tsr", {}, "2021-06-01T00:00:00Z", {}));
}

/// "rfc4134/…" before the names, so that both folders can be told apart.
CaseResult in(std::string_view folder, CaseResult result) {
  result.id = fmt::format("{}/{}", folder, result.id);
  return result;
}

}  // namespace

std::vector<CaseResult> run_cms_tsa(const std::filesystem::path& folder) {
  std::vector<CaseResult> results;
  auth::EvidencePaths paths{.trust = {folder / "rfc4134/CarlRSASelf.cer"}, .chain = {}, .crl = {}};
  for (const char* name : {"CarlDSSSelf", "AliceDSSSignByCarlNoInherit", "AliceRSASignByCarl", "BobRSASignByCarl",
                           "DianeDSSSignByCarlInherit", "DianeRSASignByCarl"}) {
    paths.chain.push_back(folder / "rfc4134" / (std::string(name) + ".cer"));
  }
  auto evidence = auth::load_inputs(paths);
  if (!evidence) {
    return {{"certificates", Outcome::kOtherwise, describe(evidence.error())}};
  }
  {
    const Examples examples(folder / "rfc4134", *evidence);
    for (const char* file : {"4.1.bin", "4.2.bin", "4.3.bin", "4.4.bin", "4.5.bin", "4.6.bin", "4.7.bin", "4.8.eml",
                             "4.9.eml", "4.10.bin"}) {
      results.push_back(in("rfc4134", examples.valid(file)));
    }
    // Nobody signed: certificates only, data, encryption, a digest.
    for (const char* file : {"4.11.bin", "3.1.bin", "3.2.bin", "5.1.bin", "5.2.bin", "6.0.bin", "7.1.bin", "7.2.bin"}) {
      results.push_back(in("rfc4134", examples.invalid(file)));
    }
  }
  const Examples examples(folder / "openssl_cms", *evidence);
  for (const char* file :
       {"bad_signtime_attr.cms", "no_ct_attr.cms", "no_md_attr.cms", "ct_multiple_attr.cms", "pkcs7-md4.pem",
        "authenticated_attrs.pem", "authenveloped_attrs.pem", "bad_authenveloped_attrs.pem",
        "ciphertext_from_1_1_1.cms", "dh-malformed.der", "ecdh-malformed.der", "rsa-malformed.der"}) {
    results.push_back(in("openssl_cms", examples.invalid(file)));
  }
  run_stamps(folder, results);
  return results;
}

}  // namespace shomei::conformance
