#include <fcntl.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <array>

#include "contenders.h"

namespace shomei::bench::lowest {
namespace {

using OwnedDoc = Owned<xmlDoc, xmlFreeDoc>;
using OwnedMd = Owned<EVP_MD, EVP_MD_free>;
using Digest = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 256>;

/// One key and one digest, with contexts that are made once.
class Contexts {
 public:
  Contexts()
      : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)),
        digest_(EVP_MD_CTX_new()),
        sign_(EVP_PKEY_CTX_new(key_.native(), nullptr)),
        verify_(EVP_PKEY_CTX_new(key_.native(), nullptr)) {
    need(EVP_PKEY_sign_init(sign_.get()) == 1 && prepared(sign_.get()) && EVP_PKEY_verify_init(verify_.get()) == 1 &&
             prepared(verify_.get()),
         "EVP_PKEY_CTX");
  }
  void begin() { need(EVP_DigestInit_ex(digest_.get(), md_.get(), nullptr) == 1, "EVP_DigestInit_ex"); }
  void update(const void* data, std::size_t size) { EVP_DigestUpdate(digest_.get(), data, size); }
  Digest end() {
    Digest digest{};
    EVP_DigestFinal_ex(digest_.get(), digest.data(), nullptr);
    return digest;
  }
  Signature sign(const Digest& digest) {
    Signature signature{};
    std::size_t size = signature.size();
    need(EVP_PKEY_sign(sign_.get(), signature.data(), &size, digest.data(), digest.size()) == 1, "EVP_PKEY_sign");
    return signature;
  }
  void verify(const Digest& digest, const Signature& signature) {
    need(EVP_PKEY_verify(verify_.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1,
         "EVP_PKEY_verify");
  }

 private:
  static bool prepared(EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1;
  }
  HolderKey key_;
  OwnedMd md_;
  OwnedDigestContext digest_;
  OwnedPkeyContext sign_;
  OwnedPkeyContext verify_;
};

int take(void* context, const char* data, int size) {
  static_cast<Contexts*>(context)->update(data, static_cast<std::size_t>(size));
  return size;
}

int no_close(void*) {
  return 0;
}

Digest digest_of(const std::string& document, Contexts& contexts) {
  const OwnedDoc parsed(xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr,
                                      XML_PARSE_NONET | XML_PARSE_HUGE));
  need(parsed != nullptr, "xmlReadMemory");
  contexts.begin();
  xmlOutputBuffer* out = xmlOutputBufferCreateIO(take, no_close, &contexts, nullptr);
  need(xmlC14NExecute(parsed.get(), nullptr, nullptr, XML_C14N_EXCLUSIVE_1_0, nullptr, 0, out) >= 0, "xmlC14NExecute");
  xmlOutputBufferClose(out);
  return contexts.end();
}

Digest digest_of(const std::filesystem::path& file, Contexts& contexts) {
  static thread_local std::array<char, 256 << 10> piece;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  need(descriptor >= 0, file.string());
  contexts.begin();
  ssize_t got = 0;
  while ((got = ::read(descriptor, piece.data(), piece.size())) > 0) {
    contexts.update(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  need(got == 0, file.string());
  return contexts.end();
}

template <class Source>
Operation sign_from(const Source& source) {
  return [contexts = std::make_shared<Contexts>(), source] { contexts->sign(digest_of(source, *contexts)); };
}

template <class Source>
Operation verify_from(const Source& source) {
  const auto contexts = std::make_shared<Contexts>();
  const Signature signature = contexts->sign(digest_of(source, *contexts));
  return [contexts, source, signature] { contexts->verify(digest_of(source, *contexts), signature); };
}

}  // namespace

Operation sign(const std::string& document) {
  return sign_from(document);
}

Operation verify(const std::string& document) {
  return verify_from(document);
}

Operation file_sign(const std::filesystem::path& content) {
  return sign_from(content);
}

Operation file_verify(const std::filesystem::path& content) {
  return verify_from(content);
}

}  // namespace shomei::bench::lowest
