#include "auth/x509/ocsp_request.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/der.h"

namespace shomei::auth {
namespace {

namespace tag = der::tag;

constexpr std::size_t kMaxGetUrl = 255;
constexpr std::size_t kMaxNonce = 32;

/// Characters of base64 that mean something else in a URL.
std::string url_encoded(const std::string& base64) {
  std::string encoded;
  for (const char c : base64) {
    encoded += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  }
  return encoded;
}

/// requestExtensions.
Bytes extensions_of(const Bytes& nonce) {
  SHOMEI_CHECK(!nonce.empty() && nonce.size() <= kMaxNonce);
  const Bytes value = der::wrap(tag::kOctetString, nonce);
  const Bytes extension =
      der::wrap(tag::kSequence, {der::oid("1.3.6.1.5.5.7.48.1.2"), der::wrap(tag::kOctetString, value)});
  return der::wrap(tag::context_constructed(2), der::wrap(tag::kSequence, extension));
}

}  // namespace

Bytes OcspRequest::der() const {
  SHOMEI_CHECK(id.algorithm);
  const Bytes certificate =
      der::wrap(tag::kSequence,
                {der::algorithm(digest_oid(*id.algorithm), true), der::wrap(tag::kOctetString, id.issuer_name_hash),
                 der::wrap(tag::kOctetString, id.issuer_key_hash), der::wrap(tag::kInteger, id.serial)});
  const Bytes list = der::wrap(tag::kSequence, der::wrap(tag::kSequence, certificate));
  return der::wrap(tag::kSequence, der::wrap(tag::kSequence, {list, nonce ? extensions_of(*nonce) : Bytes{}}));
}

HttpRequest OcspRequest::to_http(const std::string& url) const {
  const Bytes request = der();
  const std::string get = url + (url.ends_with('/') ? "" : "/") + url_encoded(to_base64(request));
  if (!nonce && get.size() <= kMaxGetUrl) {
    return {.method = "GET", .url = get, .headers = {{"accept", "application/ocsp-response"}}};
  }
  return {.method = "POST",
          .url = url,
          .headers = {{"accept", "application/ocsp-response"}, {"content-type", "application/ocsp-request"}},
          .body = std::string(as_text(request))};
}

Bytes ocsp_nonce() {
  return random_bytes(kMaxNonce);
}

std::vector<std::string> ocsp_urls(const Certificate& certificate) {
  using OwnedTexts = Owned<STACK_OF(OPENSSL_STRING), X509_email_free>;
  const OwnedTexts texts(X509_get1_ocsp(certificate.native()));
  std::vector<std::string> urls;
  for (int i = 0; i < sk_OPENSSL_STRING_num(texts.get()); ++i) {
    std::string url = sk_OPENSSL_STRING_value(texts.get(), i);
    if (url.starts_with("http://") || url.starts_with("https://")) {
      urls.push_back(std::move(url));
    }
  }
  ERR_clear_error();
  return urls;
}

}  // namespace shomei::auth
