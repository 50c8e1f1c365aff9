#include "tests/unit/signing/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace shomei::signing::test {

const XmlLibrary& xml() {
  static const XmlLibrary library;
  return library;
}

TestKey::TestKey(const std::filesystem::path& pem, const std::filesystem::path& certificate, std::vector<Bytes> chain)
    : key_(must(SoftwareKey::load(pem, must(read_file(certificate, 1 << 16))))), chain_(std::move(chain)) {}

TestKey key_of(const std::string& holder, const std::string& use) {
  const auto folder = pki("holders/" + holder);
  return {folder / (use + ".key.pem"),
          folder / (use + ".cer"),
          {must(read_file(pki("trust/signature/sign_ca.cer"), 1 << 16)),
           must(read_file(pki("trust/signature/root.cer"), 1 << 16))}};
}

Bytes sign(SigningKey& key, const Document& document, Format format, Packaging packaging, Time at) {
  const FixedClock clock(at);
  LocalDocumentSigner signer(xml(), key, clock);
  SignRequest request{.document = document, .format = format, .packaging = packaging};
  const SignedDocument made = must(signer.sign(request));
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_TRUE(made.pending.empty());
  return made.bytes;
}

auth::ValidationInputs evidence(const std::string& crl_folder) {
  auth::EvidencePaths paths{
      .trust = {pki("trust/signature")}, .chain = {}, .crl = {pki("crl/sarl.crl"), pki("crl/rarl.crl")}};
  paths.crl.push_back(pki(crl_folder + "/sign_ca.crl"));
  return must(auth::load_inputs(paths));
}

VerifyInputs inputs(Bytes signature, std::vector<Document> detached) {
  return {.file = Document::from_bytes("signature", std::move(signature)),
          .detached = std::move(detached),
          .evidence = evidence(),
          .at = kJudged};
}

SignatureReport judged(const VerifyInputs& given) {
  const VerifyReport report = must(verify(xml(), given));
  EXPECT_EQ(report.signatures.size(), 1U);
  if (report.signatures.size() != 1) {
    return {};
  }
  EXPECT_EQ(report.indication, report.signatures.front().indication);
  return report.signatures.front();
}

bool has_finding(const SignatureReport& report, std::string_view check, Severity severity) {
  return std::ranges::any_of(
      report.findings, [&](const Finding& finding) { return finding.check == check && finding.severity == severity; });
}

std::string shown(const SignatureReport& report) {
  return to_json(VerifyReport{
                     .indication = report.indication, .sub_indication = report.sub_indication, .signatures = {report}})
      .dump(1);
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "shomei-signing-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

std::filesystem::path Folder::write(const std::string& name, ByteView content) const {
  EXPECT_TRUE(write_file(path_ / name, content));
  return path_ / name;
}

Ran run(const std::filesystem::path& folder, const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen(("cd '" + folder.string() + "' && " + command + " 2>&1").c_str(), "r");
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) {
    ran.output.append(piece.data(), got);
  }
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace shomei::signing::test
