#include "server/trust/crl_sources.h"

#include <openssl/x509v3.h>

#include <algorithm>

#include "base/der.h"
#include "base/openssl.h"

namespace shomei::server {
namespace {

using OwnedPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

void add_urls(const CRL_DIST_POINTS* points, std::vector<std::string>& urls) {
  for (int i = 0; i < sk_DIST_POINT_num(points); ++i) {
    const DIST_POINT_NAME* name = sk_DIST_POINT_value(points, i)->distpoint;
    const GENERAL_NAMES* names = name != nullptr && name->type == 0 ? name->name.fullname : nullptr;
    for (int k = 0; k < sk_GENERAL_NAME_num(names); ++k) {
      const GENERAL_NAME* one = sk_GENERAL_NAME_value(names, k);
      if (one->type == GEN_URI) {
        const ASN1_IA5STRING* uri = one->d.uniformResourceIdentifier;
        urls.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                          static_cast<std::size_t>(ASN1_STRING_length(uri)));
      }
    }
  }
  std::erase_if(urls, [](const std::string& url) { return !is_fetchable(url); });
}

/// extnValue of the extension in crlExtensions (RFC 5280 5.1), reached by passing over everything before.
Result<ByteView> list_extension(ByteView crl, std::string_view oid) {
  der::Reader whole(crl);
  SHOMEI_TRY(der::Reader list, whole.enter(der::tag::kSequence));
  SHOMEI_TRY(der::Reader body, list.enter(der::tag::kSequence));
  while (!body.at_end() && body.peek() != der::tag::context_constructed(0)) {
    SHOMEI_TRY(body.next());
  }
  SHOMEI_TRY(der::Reader tagged, body.enter(der::tag::context_constructed(0)));
  SHOMEI_TRY(der::Reader extensions, tagged.enter(der::tag::kSequence));
  while (!extensions.at_end()) {
    SHOMEI_TRY(der::Reader extension, extensions.enter(der::tag::kSequence));
    SHOMEI_TRY(const der::Element id, extension.expect(der::tag::kOid));
    SHOMEI_TRY(extension.optional(der::tag::kBoolean));
    SHOMEI_TRY(const der::Element value, extension.expect(der::tag::kOctetString));
    SHOMEI_TRY(const std::string name, der::oid_text(id.value));
    if (name == oid) {
      return value.value;
    }
  }
  return ByteView();
}

}  // namespace

bool is_fetchable(std::string_view url) {
  constexpr std::size_t kLongest = 2000;
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  const bool http = url.starts_with("http://");
  if ((!http && !url.starts_with("https://")) || url.size() > kLongest || !std::ranges::all_of(url, printable)) {
    return false;
  }
  url.remove_prefix(http ? 7 : 8);
  const std::string_view host = url.substr(0, url.find_first_of("/?"));
  return !host.empty() && host.front() != ':' && host.find_first_of("@\\") == std::string_view::npos &&
         !url.contains('#');
}

std::vector<std::string> list_urls(const auth::Certificate& certificate) {
  std::vector<std::string> urls;
  for (const int extension : {NID_crl_distribution_points, NID_freshest_crl}) {
    const OwnedPoints points(
        static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate.native(), extension, nullptr, nullptr)));
    add_urls(points.get(), urls);
  }
  return urls;
}

std::vector<std::string> freshest_urls(ByteView crl_der) {
  std::vector<std::string> urls;
  const auto value = list_extension(crl_der, "2.5.29.46");
  if (value && !value->empty()) {
    const unsigned char* at = value->data();
    const OwnedPoints points(d2i_CRL_DIST_POINTS(nullptr, &at, static_cast<long>(value->size())));
    add_urls(points.get(), urls);
  }
  return urls;
}

bool is_delta_list(ByteView crl_der) {
  const auto value = list_extension(crl_der, "2.5.29.27");
  return value && !value->empty();
}

Result<std::vector<std::string>> collect_urls(Store& store, const TrustSnapshot& trust,
                                              const std::vector<std::string>& configured, Time since) {
  constexpr std::size_t kPage = 500;
  std::vector<std::string> urls = configured;
  const auto add = [&](const std::vector<std::string>& further) {
    for (const std::string& url : further) {
      if (urls.size() < kMaxSources && std::ranges::find(urls, url) == urls.end()) {
        urls.push_back(url);
      }
    }
  };
  for (const TrustSnapshot::Ca& ca : trust.cas) {
    add(list_urls(ca.certificate));
  }
  for (const TrustSnapshot::List& list : trust.lists) {
    add(freshest_urls(list.crl.der()));
  }
  std::string after;
  for (std::size_t count = kPage; count == kPage;) {
    SHOMEI_TRY(const auto used, store.used_certificates(since, after, kPage));
    count = used.size();
    for (const UsedCertificate& one : used) {
      after = one.sha256;
      if (const auto certificate = auth::Certificate::parse(one.der); certificate && one.granted > 0) {
        add(list_urls(*certificate));
      }
    }
  }
  return urls;
}

}  // namespace shomei::server
