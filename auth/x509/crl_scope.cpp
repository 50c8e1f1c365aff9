#include <openssl/x509v3.h>

#include <algorithm>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/crl_rules.h"

namespace shomei::auth {
namespace {

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

/// The list in question.
struct List {
  X509_NAME* issuer;
  bool indirect;
  bool has_name;
  Names names;
};

/// RFC 5280 6.3.3 (b)(1) and (2)(i) for one distribution point of a certificate that `issuer` issued.
bool is_meant(const List& list, const DIST_POINT& point, X509_NAME* issuer) {
  const bool own = X509_NAME_cmp(list.issuer, issuer) == 0;
  if (point.CRLissuer == nullptr ? !own : !contains(point.CRLissuer, list.issuer) || !(list.indirect || own)) {
    return false;
  }
  const Names names = point.distpoint != nullptr ? names_of(point.distpoint) : Names{point.CRLissuer, nullptr};
  return !list.has_name || overlap(list.names, names);
}

/// Reasons for which one of the certificate's distribution points names the list.
std::uint32_t named_reasons(const List& list, const Certificate& certificate) {
  X509_NAME* issuer = X509_get_issuer_name(certificate.native());
  const bool own = X509_NAME_cmp(list.issuer, issuer) == 0;
  const stack_st_DIST_POINT* points = certificate.distribution_points();
  // Without distribution points, a certificate has its issuer for one (6.3.3, last paragraph); a list without a name
  // is the issuer's for all.
  std::uint32_t reasons =
      own && (!list.has_name || (points == nullptr && contains(list.names.general, issuer))) ? kAllReasons : 0;
  for (int i = 0; i < sk_DIST_POINT_num(points); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points, i);
    reasons |= is_meant(list, *point, issuer) ? bits_of(point->reasons) : 0;
  }
  return reasons;
}

}  // namespace

std::uint32_t covered_reasons(const Crl& crl, const Certificate& certificate) {
  CrlScope scope;
  scope.reasons = kAllReasons;
  scope = crl.facts().scope.value_or(scope);
  const bool ca = certificate.facts().is_ca;
  if (scope.only_attribute_certificates || (scope.only_user_certificates && ca) ||
      (scope.only_ca_certificates && !ca)) {
    return 0;
  }
  const Names names = scope.has_name ? names_of(crl.distribution_point()->distpoint) : Names{};
  return scope.reasons & named_reasons({crl.issuer_name(), scope.indirect, scope.has_name, names}, certificate);
}

std::vector<const X509_NAME*> list_issuers(const Certificate& certificate) {
  std::vector<const X509_NAME*> issuers;
  const auto add = [&](const X509_NAME* name) {
    const auto same = [&](const X509_NAME* known) { return X509_NAME_cmp(known, name) == 0; };
    if (name != nullptr && issuers.size() < 16 && std::ranges::none_of(issuers, same)) {
      issuers.push_back(name);
    }
  };
  add(X509_get_issuer_name(certificate.native()));
  const stack_st_DIST_POINT* points = certificate.distribution_points();
  for (int i = 0; i < sk_DIST_POINT_num(points); ++i) {
    add(first_directory(sk_DIST_POINT_value(points, i)->CRLissuer));
  }
  return issuers;
}

}  // namespace shomei::auth
