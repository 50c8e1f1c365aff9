#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"

/// What takes turns: each builds what it may reuse, then gives an operation to measure, which throws where it does not
/// do its work. An operation runs in one thread at a time; two threads take two.
namespace shomei::bench {

using Operation = std::function<void()>;

inline const std::filesystem::path kPki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed";

inline void need(bool done, const std::string& what) {
  if (!done) {
    throw std::runtime_error(what);
  }
}

template <class T>
T need(Result<T> result) {
  need(result.has_value(), result ? "" : describe(result.error()));
  return std::move(*result);
}

/// A doctor's signature key (RSA-2048) with certificate and issuing CA, as a card has them.
class HolderKey final : public SigningKey {
 public:
  HolderKey()
      : key_(need(SoftwareKey::load(kPki / "holders/doctor1/signature.key.pem",
                                    need(read_file(kPki / "holders/doctor1/signature.cer", 1 << 16))))),
        chain_{need(read_file(kPki / "trust/signature/sign_ca.cer", 1 << 16))} {}
  KeyType type() const override { return key_->type(); }
  ByteView certificate() const override { return key_->certificate(); }
  std::vector<Bytes> chain() const override { return chain_; }
  Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) override {
    return key_->sign_digest(algorithm, digest);
  }
  EVP_PKEY* native() const { return key_->native(); }

 private:
  std::unique_ptr<SoftwareKey> key_;
  std::vector<Bytes> chain_;
};

namespace ours {
const signing::XmlLibrary& xml();
/// An enveloped XAdES-B signature in the document.
std::string signed_xml(const std::string& document);
Operation sign(const std::string& document);
/// Reading, references and signature value of every signature in `document`; its certificates are not judged.
Operation verify(const std::string& document);
/// The whole judgement, path and revocation included.
Operation judge(const std::string& document);
/// What it answers where it refuses ("xml.forbidden", …); empty where it does not.
std::string refusal(const std::string& document);

Bytes cms(const std::filesystem::path& content);
Operation cms_sign(const std::filesystem::path& content);
Operation cms_verify(const std::filesystem::path& content, const Bytes& cms);
}  // namespace ours

/// Parse, exclusive C14N, SHA-256 and one RSA operation; digest and key contexts are reused.
namespace lowest {
Operation sign(const std::string& document);
Operation verify(const std::string& document);
/// SHA-256 of a file and one RSA operation.
Operation file_sign(const std::filesystem::path& content);
Operation file_verify(const std::filesystem::path& content);
}  // namespace lowest

/// libxmlsec1 with the key at hand: nothing is done about certificates.
namespace xmlsec {
/// Enveloped XML-DSig with one reference: what xmlsec1 knows to make.
std::string signed_xml(const std::string& document);
/// Parse, sign, dump.
Operation sign(const std::string& document);
/// For its own signatures and for ours (two references).
Operation verify(const std::string& document);
/// One XPath 1.0 transform "not(ancestor-or-self::ds:Signature)" instead of enveloped-signature.
std::string signed_by_xpath(const std::string& document);
}  // namespace xmlsec

}  // namespace shomei::bench
