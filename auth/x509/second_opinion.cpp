#include "auth/x509/second_opinion.h"

#include <botan/pkix_types.h>
#include <botan/x509_ext.h>
#include <botan/x509cert.h>
#include <botan/x509path.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

namespace shomei::auth {
namespace {

using Status = Botan::Certificate_Status_Code;
using Parsed = std::shared_ptr<const Botan::X509_Certificate>;
using Unknown = Botan::Cert_Extension::Unknown_Extension;
using ParsedPath = std::vector<Parsed>;

/// What reaches the rows that no extension of itself reaches.
enum Row : std::size_t { kAnchor, kAnchorIsNoCa, kLongValidity, kPss, kNameConstraints, kBasicConstraints };

constexpr auto kAbstentions = std::to_array<Abstention>({
    {"", "RFC 5280 6.1.1 (d)",
     "of the anchor, its name and key count; Botan asks that it is self-signed, in force and within its profile"},
    {"", "RFC 5280 6.1.1 (d)",
     "an anchor without basicConstraints; Botan takes it for no CA, and its path length for zero"},
    {"", "RFC 5280 4.1.2.5", "a validity that reaches beyond the year 3100: Botan cannot read the certificate"},
    {"", "RFC 4055 3.1", "RSASSA-PSS with other parameters than MGF1 with the digest of the signature"},
    {"2.5.29.30", "RFC 5280 4.2.1.10, 6.1.3 (b)",
     "nameConstraints: Botan compares directory names by the attributes that both have, refuses all names of forms "
     "that "
     "it does not know (URI, rfc822Name, IPv6), takes a commonName for a host name, applies them to self-issued CAs "
     "and "
     "stops at 4096 comparisons"},
    {"2.5.29.19", "RFC 5280 4.2.1.9", "basicConstraints with a pathLenConstraint of more than 64 bits"},
    {"2.5.29.36", "RFC 5280 4.2.1.11", "policyConstraints: Botan has no policy tree"},
    {"2.5.29.33", "RFC 5280 4.2.1.5", "policyMappings: Botan has no policy tree"},
    {"2.5.29.54", "RFC 5280 4.2.1.14", "inhibitAnyPolicy: Botan has no policy tree"},
    {"1.3.6.1.5.5.7.48.1.5", "RFC 6960 4.2.2.2.1", "id-pkix-ocsp-nocheck says nothing about the path"},
});

Parsed parse(const Certificate& certificate) {
  const ByteView der = certificate.der();
  return std::make_shared<const Botan::X509_Certificate>(der.data(), der.size());
}

/// Certificates of CAs as Botan reads them, by the SHA-256 of their DER. They come again with every path; end entities
/// do not.
class ParsedAuthorities {
 public:
  Parsed of(const Certificate& certificate) {
    const std::string& key = certificate.facts().sha256;
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = parsed_.find(key); found != parsed_.end()) {
        return found->second;
      }
    }
    Parsed made = parse(certificate);
    const std::scoped_lock lock(mutex_);
    if (parsed_.size() >= kCapacity) {
      parsed_.erase(parsed_.begin());
    }
    parsed_.emplace(key, made);
    return made;
  }

 private:
  static constexpr std::size_t kCapacity = 64;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Parsed> parsed_;
};

/// One path under judgement.
class Opinion {
 public:
  explicit Opinion(const Path& path) : path_(path) {}

  std::vector<Finding> at(Time time);

 private:
  bool is_anchor(std::size_t index) const { return index + 1 == path_.size(); }
  void refuse(std::size_t index, std::string why) {
    findings_.push_back({index, Check::kSecondOpinionRefused, Severity::kFail, std::move(why)});
  }
  void abstain(std::size_t index, const Abstention& row) {
    findings_.push_back(
        {index, Check::kSecondOpinionAbstained, Severity::kInfo, fmt::format("{}; {}", row.reason, row.clause)});
  }
  /// Whether the judgement can go on.
  bool parse_all();
  /// The extension, where Botan does not know it or cannot decode it.
  const Unknown* unknown(std::size_t index, const Botan::OID& oid) const {
    return dynamic_cast<const Unknown*>(parsed_[index]->v3_extensions().get_extension_object(oid));
  }
  void judge_status(std::size_t index, Status status);
  /// The row, if any, by which such a status is no refusal.
  std::optional<Row> excuse(std::size_t index, Status status) const;
  bool knows_constraints_on(std::size_t index) const;
  /// Of any CA below the anchor.
  bool cannot_read_constraints() const;
  void judge_extensions(std::size_t index);

  const Path& path_;
  ParsedPath parsed_{};
  std::vector<Finding> findings_{};
};

bool Opinion::parse_all() {
  static ParsedAuthorities authorities;
  constexpr Time kEnd = std::chrono::sys_days(std::chrono::year(3101) / 1 / 1);
  for (std::size_t i = 0; i < path_.size(); ++i) {
    if (path_[i].facts().not_after >= kEnd) {
      abstain(i, kAbstentions[kLongValidity]);
      return false;
    }
    try {
      parsed_.push_back(i == 0 ? parse(path_[i]) : authorities.of(path_[i]));
    } catch (const std::exception& error) {
      refuse(i, error.what());
      return false;
    }
  }
  return true;
}

/// Extensions that Botan does not know or cannot decode; critical ones raise UNKNOWN_CRITICAL_EXTENSION.
void Opinion::judge_extensions(std::size_t index) {
  for (const Botan::OID& oid : parsed_[index]->v3_extensions().get_extension_oids()) {
    const Unknown* extension = unknown(index, oid);
    if (extension == nullptr) {
      continue;
    }
    const std::string text = oid.to_string();
    const auto* const row = std::ranges::find(kAbstentions, text, &Abstention::extension);
    if (row != kAbstentions.end()) {
      abstain(index, *row);
    } else if (extension->is_critical_extension()) {
      refuse(index, fmt::format("unknown critical extension {}", text));
    }
  }
}

/// Host names and IPv4 addresses of a subjectAltName, few enough: there Botan's answer counts.
bool Opinion::knows_constraints_on(std::size_t index) const {
  constexpr std::size_t kMaxComparisons = 4096;
  const Botan::X509_Certificate& certificate = *parsed_[index];
  const std::size_t names =
      certificate.subject_dn().dn_info().size() + certificate.subject_alt_name().get_attributes().size();
  const bool is_self_issued_ca = index > 0 && path_[index].facts().self_issued;
  if (is_self_issued_ca || !certificate.subject_alt_name().has_items()) {
    return false;
  }
  return std::all_of(parsed_.begin() + static_cast<std::ptrdiff_t>(index) + 1, parsed_.end(), [&](const Parsed& ca) {
    const auto is_known = [](const Botan::GeneralSubtree& subtree) {
      return subtree.base().type() == "DNS" || subtree.base().type() == "IP";
    };
    const Botan::NameConstraints& constraints = ca->name_constraints();
    return std::ranges::all_of(constraints.permitted(), is_known) &&
           std::ranges::all_of(constraints.excluded(), is_known) &&
           names * (constraints.permitted().size() + constraints.excluded().size()) < kMaxComparisons;
  });
}

bool Opinion::cannot_read_constraints() const {
  for (std::size_t i = 1; !is_anchor(i); ++i) {
    if (unknown(i, Botan::Cert_Extension::Basic_Constraints::static_oid()) != nullptr) {
      return true;
    }
  }
  return false;
}

std::optional<Row> Opinion::excuse(std::size_t index, Status status) const {
  const bool by_anchor = is_anchor(index + 1);
  switch (status) {
    case Status::CERT_CHAIN_TOO_LONG:
    case Status::CA_CERT_NOT_FOR_CERT_ISSUER:
      if (!parsed_.back()->is_CA_cert() && (by_anchor || status == Status::CERT_CHAIN_TOO_LONG)) {
        return kAnchorIsNoCa;
      }
      return cannot_read_constraints() ? std::optional(kBasicConstraints) : std::nullopt;
    case Status::SIGNATURE_ALGO_BAD_PARAMS:
      return parsed_[index]->signature_algorithm().get_oid().to_string() == "1.2.840.113549.1.1.10"
                 ? std::optional(kPss)
                 : std::nullopt;
    case Status::NAME_CONSTRAINT_ERROR:
      return knows_constraints_on(index) ? std::nullopt : std::optional(kNameConstraints);
    default: return std::nullopt;
  }
}

void Opinion::judge_status(std::size_t index, Status status) {
  if (status < Status::FIRST_ERROR_STATUS || status == Status::UNKNOWN_CRITICAL_EXTENSION) {
    return;  // remarks; and what judge_extensions tells apart
  }
  if (const auto row = excuse(index, status)) {
    abstain(index, kAbstentions[*row]);
  } else {
    refuse(index, Botan::to_string(status));
  }
}

std::vector<Finding> Opinion::at(Time time) {
  if (!parse_all()) {
    return std::move(findings_);
  }
  const auto statuses = Botan::PKIX::check_chain(parsed_, time, "", Botan::Usage_Type::UNSPECIFIED, 0, {});
  for (std::size_t i = 0; i + 1 < parsed_.size(); ++i) {
    judge_extensions(i);
    for (const Status status : statuses.at(i)) {
      judge_status(i, status);
    }
  }
  if (!statuses.back().empty()) {
    abstain(parsed_.size() - 1, kAbstentions[kAnchor]);
  }
  return std::move(findings_);
}

}  // namespace

std::span<const Abstention> abstentions() {
  return kAbstentions;
}

std::vector<Finding> second_opinion(const Path& path, Time at) {
  if (path.size() < 2) {
    return {};
  }
  try {
    return Opinion(path).at(at);
  } catch (const std::exception& error) {
    return {{0, Check::kSecondOpinionRefused, Severity::kFail, error.what()}};
  }
}

}  // namespace shomei::auth
