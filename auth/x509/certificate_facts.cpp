#include "auth/x509/certificate_facts.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/der.h"

namespace shomei::auth {
namespace {

using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedPolicies = Owned<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free>;
using OwnedExtendedUsage = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using OwnedPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

std::string utf8(const ASN1_STRING* string) {
  unsigned char* text = nullptr;
  const int length = ASN1_STRING_to_UTF8(&text, string);
  std::string out;
  if (length > 0) {
    out.assign(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  }
  OPENSSL_free(text);
  return out;
}

/// The first attribute of that type.
std::string attribute(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  return index < 0 ? std::string() : utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

Time time_of(const ASN1_TIME* time, std::string_view field, CertificateFacts& facts) {
  const auto* content = reinterpret_cast<const char*>(ASN1_STRING_get0_data(time));
  const auto read = parse_asn1_time(static_cast<std::uint8_t>(ASN1_STRING_type(time)),
                                    {content, static_cast<std::size_t>(ASN1_STRING_length(time))});
  if (!read) {
    facts.malformed.emplace_back(field);
    return {};
  }
  return *read;
}

/// Hands a decoded extension to `take`; one that cannot be decoded is malformed.
template <class T, class Take>
void with_extension(X509* certificate, int nid, CertificateFacts& facts, Take take) {
  int critical = -1;
  const T decoded(static_cast<typename T::pointer>(X509_get_ext_d2i(certificate, nid, &critical, nullptr)));
  if (decoded) {
    take(*decoded, critical == 1);
  } else if (critical >= 0) {
    facts.malformed.emplace_back(OBJ_nid2sn(nid));
  }
}

void read_names(X509* certificate, CertificateFacts& facts) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  facts.subject = name_text(subject);
  facts.issuer = name_text(X509_get_issuer_name(certificate));
  facts.self_issued = X509_NAME_cmp(subject, X509_get_issuer_name(certificate)) == 0;
  facts.name = attribute(subject, NID_commonName);
  facts.serial_number = attribute(subject, NID_serialNumber);
  facts.organization = attribute(subject, NID_organizationName);
  facts.organizational_unit = attribute(subject, NID_organizationalUnitName);
  with_extension<OwnedNames>(certificate, NID_subject_alt_name, facts, [&](GENERAL_NAMES& names, bool) {
    if (const X509_NAME* name = first_directory(&names)) {
      facts.name_ja = attribute(name, NID_commonName);
      facts.organization_ja = attribute(name, NID_organizationName);
    }
  });
}

void read_usages(X509* certificate, CertificateFacts& facts) {
  using OwnedBits = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
  with_extension<OwnedBits>(certificate, NID_key_usage, facts, [&](ASN1_BIT_STRING& bits, bool critical) {
    facts.key_usage_critical = critical;
    facts.key_usage = 0;
    for (int bit = 0; bit <= 8; ++bit) {
      if (ASN1_BIT_STRING_get_bit(&bits, bit) != 0) {
        *facts.key_usage |= 1U << bit;
      }
    }
  });
  with_extension<OwnedExtendedUsage>(certificate, NID_ext_key_usage, facts,
                                     [&](EXTENDED_KEY_USAGE& usages, bool critical) {
                                       facts.extended_key_usage_critical = critical;
                                       for (int i = 0; i < sk_ASN1_OBJECT_num(&usages); ++i) {
                                         facts.extended_key_usage.push_back(oid_text(sk_ASN1_OBJECT_value(&usages, i)));
                                       }
                                     });
  with_extension<OwnedPolicies>(certificate, NID_certificate_policies, facts, [&](CERTIFICATEPOLICIES& policies, bool) {
    for (int i = 0; i < sk_POLICYINFO_num(&policies); ++i) {
      facts.policies.push_back(oid_text(sk_POLICYINFO_value(&policies, i)->policyid));
    }
  });
}

void read_distribution_points(X509* certificate, CertificateFacts& facts) {
  with_extension<OwnedPoints>(certificate, NID_crl_distribution_points, facts, [&](CRL_DIST_POINTS& points, bool) {
    for (int i = 0; i < sk_DIST_POINT_num(&points); ++i) {
      const DIST_POINT_NAME* name = sk_DIST_POINT_value(&points, i)->distpoint;
      const GENERAL_NAMES* names = name != nullptr && name->type == 0 ? name->name.fullname : nullptr;
      for (int k = 0; k < sk_GENERAL_NAME_num(names); ++k) {
        const GENERAL_NAME* uri = sk_GENERAL_NAME_value(names, k);
        if (uri->type == GEN_URI) {
          std::string text = utf8(uri->d.uniformResourceIdentifier);
          if (text.starts_with("http://") || text.starts_with("https://")) {
            facts.crl_urls.push_back(std::move(text));
          }
        }
      }
    }
  });
}

/// RFC 5280 4.2: one DER value, whose end OpenSSL does not look for; where the ASN.1 asks for at least one member, a
/// SEQUENCE is not empty. Extensions of X.509 itself (2.5.29) are looked at.
bool is_one_value(const std::string& oid, X509_EXTENSION* extension) {
  constexpr std::array<std::string_view, 3> kNeverEmpty{"2.5.29.31", "2.5.29.32", "2.5.29.37"};
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  der::Reader reader({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
  const auto element = reader.next();
  return !oid.starts_with("2.5.29.") ||
         (element && reader.at_end() &&
          (!element->value.empty() || std::ranges::find(kNeverEmpty, oid) == kNeverEmpty.end()));
}

/// RFC 5280 4.2: no extension twice; and those that path validation rests on must be readable.
void check_extensions(X509* certificate, CertificateFacts& facts) {
  std::set<std::string> seen;
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    std::string oid = oid_text(X509_EXTENSION_get_object(X509_get_ext(certificate, i)));
    if (!is_one_value(oid, X509_get_ext(certificate, i))) {
      facts.malformed.push_back("extension " + oid);
    }
    if (!seen.insert(oid).second) {
      facts.malformed.push_back("two extensions " + oid);
    }
  }
  if (X509_get_version(certificate) > X509_VERSION_3) {
    facts.malformed.emplace_back("version");
  }
  if (X509_check_purpose(certificate, -1, 0) != 1 || (X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) {
    facts.malformed.emplace_back("extensions");
  }
  facts.is_ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
}

/// X.520 upper bounds as in RFC 5280, appendix A.1.
bool has_long_attribute(const X509_NAME* name) {
  constexpr std::array<std::pair<int, int>, 5> kBounds{{{NID_commonName, 64},
                                                        {NID_organizationName, 64},
                                                        {NID_organizationalUnitName, 64},
                                                        {NID_serialNumber, 64},
                                                        {NID_countryName, 2}}};
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    const std::string value = utf8(X509_NAME_ENTRY_get_data(entry));
    const auto characters = std::ranges::count_if(value, [](char c) { return (c & 0xC0) != 0x80; });
    if (std::ranges::any_of(kBounds, [&](const auto& row) { return row.first == nid && characters > row.second; })) {
      return true;
    }
  }
  return false;
}

void note_deviations(X509* certificate, CertificateFacts& facts) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  if ((ASN1_STRING_type(serial) & V_ASN1_NEG) != 0) {
    facts.deviations.emplace_back("serialNumber is negative");
  }
  if (ASN1_STRING_length(serial) > 20) {
    facts.deviations.emplace_back("serialNumber above 20 octets");
  }
  if (has_long_attribute(X509_get_subject_name(certificate))) {
    facts.deviations.emplace_back("subject attribute above its upper bound");
  }
  if (X509_get_ext_by_NID(certificate, NID_name_constraints, -1) >= 0 && !facts.is_ca) {
    facts.deviations.emplace_back("nameConstraints in a certificate that is no CA");
  }
  for (const int nid : {NID_name_constraints, NID_policy_constraints, NID_inhibit_any_policy}) {
    const int index = X509_get_ext_by_NID(certificate, nid, -1);
    if (index >= 0 && X509_EXTENSION_get_critical(X509_get_ext(certificate, index)) == 0) {
      facts.deviations.push_back(fmt::format("{} not critical", OBJ_nid2sn(nid)));
    }
  }
}

void read_roles(X509* certificate, CertificateFacts& facts) {
  const int index = X509_get_ext_by_NID(certificate, NID_subject_directory_attributes, -1);
  if (index < 0) {
    return;
  }
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(certificate, index));
  auto roles = parse_hc_roles({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
  if (roles) {
    facts.hc_roles = *std::move(roles);
  } else {
    facts.hc_role_error = roles.error().detail;
  }
}

constexpr std::array<std::string_view, 9> kKeyUsageNames{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                         "cRLSign",          "encipherOnly",   "decipherOnly"};

}  // namespace

namespace key_usage {

std::string text(std::uint32_t bits) {
  std::string out;
  for (std::size_t i = 0; i < kKeyUsageNames.size(); ++i) {
    if ((bits >> i & 1U) != 0) {
      out += out.empty() ? "" : " ";
      out += kKeyUsageNames[i];
    }
  }
  return out;
}

std::optional<std::uint32_t> from(std::string_view name) {
  for (std::size_t i = 0; i < kKeyUsageNames.size(); ++i) {
    if (kKeyUsageNames[i] == name) {
      return 1U << i;
    }
  }
  return std::nullopt;
}

}  // namespace key_usage

std::string name_text(const X509_NAME* name) {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  constexpr unsigned long kUtf8 = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, kUtf8) < 0) {
    return {};
  }
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bytes serial_content(const X509* certificate) {
  const Bytes der = to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(certificate));
  // A serial number that fits a certificate's limit of bytes may still need a long-form length.
  std::size_t header = 2;
  if (der.size() > 1 && der[1] > 0x80) {
    header += der[1] & 0x7FU;
  }
  return der.size() < header ? Bytes{} : Bytes(der.begin() + static_cast<std::ptrdiff_t>(header), der.end());
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int length = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  if (length < static_cast<int>(text.size())) {
    return length > 0 ? std::string(text.data()) : std::string();
  }
  std::string longer(static_cast<std::size_t>(length) + 1, '\0');
  OBJ_obj2txt(longer.data(), length + 1, object, 1);
  longer.pop_back();
  return longer;
}

X509_NAME* first_directory(const GENERAL_NAMES* names) {
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DIRNAME) {
      return name->d.directoryName;
    }
  }
  return nullptr;
}

CertificateFacts read_facts(X509* certificate, ByteView der) {
  CertificateFacts facts;
  facts.sha256 = to_hex(shomei::sha256(der));
  facts.serial = to_hex(serial_content(certificate));
  if (const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(certificate)) {
    facts.subject_key = to_hex({ASN1_STRING_get0_data(key), static_cast<std::size_t>(ASN1_STRING_length(key))});
  }
  facts.not_before = time_of(X509_get0_notBefore(certificate), "notBefore", facts);
  facts.not_after = time_of(X509_get0_notAfter(certificate), "notAfter", facts);
  read_names(certificate, facts);
  read_usages(certificate, facts);
  read_distribution_points(certificate, facts);
  check_extensions(certificate, facts);
  note_deviations(certificate, facts);
  read_roles(certificate, facts);
  ERR_clear_error();
  return facts;
}

}  // namespace shomei::auth
