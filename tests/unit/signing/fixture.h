#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "auth/x509/load.h"
#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"
#include "signing/verify.h"

namespace shomei::signing::test {

/// testcerts/hpki/fixed is made for this moment; tests sign ten minutes later and judge ten minutes after that.
inline const Time kEpoch = *parse_rfc3339("2026-04-01T00:00:00Z");
inline const Time kSigned = kEpoch + std::chrono::minutes(10);
inline const Time kJudged = kEpoch + std::chrono::minutes(20);

inline std::filesystem::path pki(std::string_view part) {
  return std::filesystem::path(SHOMEI_SOURCE_DIR) / "testcerts/hpki/fixed" / part;
}
inline std::filesystem::path sample(std::string_view name) {
  return std::filesystem::path(SHOMEI_SOURCE_DIR) / "tests/samples" / name;
}

const XmlLibrary& xml();

/// A value, or the test ends with the error's words.
template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << describe(result.error());
    std::abort();
  }
  return std::move(*result);
}

/// A software key with certificate and issuing CA, as a card has them.
class TestKey final : public SigningKey {
 public:
  TestKey(const std::filesystem::path& pem, const std::filesystem::path& certificate, std::vector<Bytes> chain);
  KeyType type() const override { return key_->type(); }
  ByteView certificate() const override { return key_->certificate(); }
  std::vector<Bytes> chain() const override { return chain_; }
  Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) override {
    ++uses;
    return key_->sign_digest(algorithm, digest);
  }
  int uses = 0;

 private:
  std::unique_ptr<SoftwareKey> key_;
  std::vector<Bytes> chain_;
};

/// Signature key of a holder of the test PKI ("doctor1").
TestKey key_of(const std::string& holder, const std::string& use = "signature");

Bytes sign(SigningKey& key, const Document& document, Format format, Packaging packaging, Time at = kSigned);

/// Root, signing CA and its first CRLs.
auth::ValidationInputs evidence(const std::string& crl_folder = "crl");

/// Inputs that judge `signature` over `detached` at kJudged by the default policy.
VerifyInputs inputs(Bytes signature, std::vector<Document> detached = {});

/// Verifies; the only signature's report.
SignatureReport judged(const VerifyInputs& given);
bool has_finding(const SignatureReport& report, std::string_view check, Severity severity);
/// For failure messages.
std::string shown(const SignatureReport& report);

/// An empty folder that goes with the object.
class Folder {
 public:
  Folder();
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path write(const std::string& name, ByteView content) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Ran {
  int status = -1;
  std::string output;
};
/// Runs a shell command in `folder`; both outputs in one.
Ran run(const std::filesystem::path& folder, const std::string& command);

/// `text` with the only occurrence of `from` replaced; a test that replaces nothing is a defect.
std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace shomei::signing::test
