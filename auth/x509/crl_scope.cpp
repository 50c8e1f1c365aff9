#include <openssl/x509v3.h>

#include "auth/x509/crl_rules.h"

namespace shomei::auth {
namespace {

using OwnedPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

/// A distribution point's names: general names, or one directory name made whole from a relative one.
struct Names {
  const GENERAL_NAMES* general = nullptr;
  X509_NAME* directory = nullptr;
};

Names names_of(const DIST_POINT_NAME* name) {
  if (name == nullptr) {
    return {};
  }
  return name->type == 0 ? Names{name->name.fullname, nullptr} : Names{nullptr, name->dpname};
}

bool contains(const GENERAL_NAMES* names, X509_NAME* directory) {
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, directory) == 0) {
      return true;
    }
  }
  return false;
}

/// RFC 5280 6.3.3 (b)(2)(i): one name in common.
bool overlap(const Names& a, const Names& b) {
  if (a.directory != nullptr && b.directory != nullptr) {
    return X509_NAME_cmp(a.directory, b.directory) == 0;
  }
  if (a.directory != nullptr || b.directory != nullptr) {
    return contains(a.directory != nullptr ? b.general : a.general, a.directory != nullptr ? a.directory : b.directory);
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(a.general); ++i) {
    for (int k = 0; k < sk_GENERAL_NAME_num(b.general); ++k) {
      if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a.general, i), sk_GENERAL_NAME_value(b.general, k)) == 0) {
        return true;
      }
    }
  }
  return false;
}

std::uint32_t bits_of(const ASN1_BIT_STRING* flags) {
  std::uint32_t bits = 0;
  for (int bit = 1; bit <= 8; ++bit) {
    bits |= flags == nullptr || ASN1_BIT_STRING_get_bit(flags, bit) != 0 ? 1U << bit : 0U;
  }
  return bits;
}

/// Reasons for which one of the certificate's distribution points names the list.
std::uint32_t named_reasons(const Names& list, const Certificate& certificate) {
  X509_NAME* issuer = X509_get_issuer_name(certificate.native());
  const OwnedPoints points(static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(certificate.native(), NID_crl_distribution_points, nullptr, nullptr)));
  // A certificate without distribution points has its issuer for one (6.3.3, last paragraph).
  std::uint32_t reasons = !points && contains(list.general, issuer) ? kAllReasons : 0;
  for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    if (point->CRLissuer != nullptr && !contains(point->CRLissuer, issuer)) {
      continue;  // that point's lists come from somebody else
    }
    if (point->distpoint != nullptr && DIST_POINT_set_dpname(point->distpoint, issuer) != 1) {
      continue;
    }
    const Names names = point->distpoint != nullptr ? names_of(point->distpoint) : Names{point->CRLissuer, nullptr};
    reasons |= overlap(list, names) ? bits_of(point->reasons) : 0;
  }
  return reasons;
}

}  // namespace

std::uint32_t covered_reasons(const Crl& crl, const Certificate& certificate) {
  const auto& scope = crl.facts().scope;
  if (!scope) {
    return kAllReasons;
  }
  const bool ca = certificate.facts().is_ca;
  if (scope->only_attribute_certificates || (scope->only_user_certificates && ca) ||
      (scope->only_ca_certificates && !ca)) {
    return 0;
  }
  return scope->reasons &
         (scope->has_name ? named_reasons(names_of(crl.distribution_point()->distpoint), certificate) : kAllReasons);
}

}  // namespace shomei::auth
