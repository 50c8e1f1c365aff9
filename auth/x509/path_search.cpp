#include "auth/x509/path_search.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ranges>

namespace shomei::auth {
namespace {

const X509_NAME* subject_of(const Certificate* certificate) {
  return X509_get_subject_name(certificate->native());
}

const ASN1_OCTET_STRING* key_of(const Certificate* certificate) {
  return X509_get0_subject_key_id(certificate->native());
}

/// Absent ones first.
int compare_keys(const ASN1_OCTET_STRING* a, const ASN1_OCTET_STRING* b) {
  if (a == nullptr || b == nullptr) {
    return (a != nullptr ? 1 : 0) - (b != nullptr ? 1 : 0);
  }
  return ASN1_OCTET_STRING_cmp(a, b);
}

struct ByName {
  bool operator()(const Certificate* a, const X509_NAME* name) const { return X509_NAME_cmp(subject_of(a), name) < 0; }
  bool operator()(const X509_NAME* name, const Certificate* a) const { return X509_NAME_cmp(name, subject_of(a)) < 0; }
};

struct ByKey {
  bool operator()(const Certificate* a, const ASN1_OCTET_STRING* key) const { return compare_keys(key_of(a), key) < 0; }
  bool operator()(const ASN1_OCTET_STRING* key, const Certificate* a) const { return compare_keys(key, key_of(a)) < 0; }
};

IssuerIndex::Entries between(const Certificate* const* begin, const Certificate* const* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

IssuerIndex::IssuerIndex(std::span<const Certificate> certificates) {
  sorted_.reserve(certificates.size());
  for (const Certificate& certificate : certificates) {
    sorted_.push_back(&certificate);
  }
  // Equals stay in their order, which is that of their addresses.
  std::ranges::sort(sorted_, [](const Certificate* a, const Certificate* b) {
    const int names = X509_NAME_cmp(subject_of(a), subject_of(b));
    const int keys = names != 0 ? 0 : compare_keys(key_of(a), key_of(b));
    return names != 0 ? names < 0 : keys != 0 ? keys < 0 : std::less()(a, b);
  });
}

IssuerIndex::Entries IssuerIndex::of_name(const X509_NAME* name) const {
  const auto [begin, end] = std::equal_range(sorted_.data(), sorted_.data() + sorted_.size(), name, ByName{});
  return between(begin, end);
}

IssuerIndex::Entries IssuerIndex::with_key(Entries namesakes, const ASN1_OCTET_STRING* key_identifier) {
  const auto* const first = namesakes.data();
  const auto [begin, end] = std::equal_range(first, first + namesakes.size(), key_identifier, ByKey{});
  return between(begin, end);
}

bool IssuerIndex::contains(const Certificate& certificate) const {
  return std::ranges::any_of(with_key(of_name(subject_of(&certificate)), key_of(&certificate)),
                             [&](const Certificate* entry) { return *entry == certificate; });
}

bool PathSearch::signed_by(const Certificate& subject, const Certificate& issuer) {
  ++signature_checks_;
  EVP_PKEY* key = X509_get0_pubkey(issuer.native());
  const bool right = key != nullptr && X509_verify(subject.native(), key) == 1;
  ERR_clear_error();
  return right;
}

PathSearch::Namesakes PathSearch::namesakes_of_issuer(const Certificate& subject) const {
  Namesakes found;
  const ASN1_OCTET_STRING* wanted = X509_get0_authority_key_id(subject.native());
  std::vector<IssuerIndex::Entries> others;
  for (const IssuerIndex* pool : {anchors_, chain_}) {
    const IssuerIndex::Entries all = pool->of_name(X509_get_issuer_name(subject.native()));
    const IssuerIndex::Entries fitting = wanted != nullptr ? IssuerIndex::with_key(all, wanted) : all;
    found.count += all.size();
    found.groups.push_back(fitting);
    others.push_back(between(all.data(), fitting.data()));
    others.push_back(between(fitting.data() + fitting.size(), all.data() + all.size()));
  }
  std::ranges::move(others, std::back_inserter(found.groups));
  return found;
}

/// Within a group: first those that X509_check_issued finds no fault with, then those next to an anchor.
Result<std::vector<const Certificate*>> PathSearch::rank(IssuerIndex::Entries group, const Path& path) {
  SHOMEI_TRY(budget_->spend("path search", group.size()));
  std::vector<std::pair<int, const Certificate*>> ranks;
  for (const Certificate* candidate : group) {
    if (std::ranges::find(path, *candidate) == path.end()) {
      const bool fits = X509_check_issued(candidate->native(), path.back().native()) == X509_V_OK;
      const bool near = !anchors_->of_name(X509_get_issuer_name(candidate->native())).empty();
      ranks.emplace_back((fits ? 0 : 2) + (near ? 0 : 1), candidate);
    }
  }
  std::ranges::sort(ranks);
  std::vector<const Certificate*> ranked;
  std::ranges::copy(ranks | std::views::values, std::back_inserter(ranked));
  return ranked;
}

Result<bool> PathSearch::step(Path& path, const Certificate& issuer, const std::function<bool(const Path&)>& take) {
  path.push_back(issuer);
  SHOMEI_TRY(const bool taken, extend(path, take));
  path.pop_back();
  return taken;
}

Result<bool> PathSearch::extend(Path& path, const std::function<bool(const Path&)>& take) {
  const bool at_anchor = anchors_->contains(path.back());
  if (at_anchor && take(path)) {
    return true;
  }
  if (path.size() >= kMaxPathLength) {
    return false;
  }
  const Namesakes namesakes = namesakes_of_issuer(path.back());
  const Certificate* most_promising = nullptr;
  bool stepped = false;
  std::vector<const Certificate*> tried;
  for (const IssuerIndex::Entries group : namesakes.groups) {
    SHOMEI_TRY(const std::vector<const Certificate*> ranked, rank(group, path));
    for (const Certificate* issuer : ranked) {
      // The same certificate may lie in both pools.
      if (std::ranges::any_of(tried, [&](const Certificate* one) { return *one == *issuer; })) {
        continue;
      }
      tried.push_back(issuer);
      most_promising = most_promising == nullptr ? issuer : most_promising;
      if (namesakes.count > 1) {
        SHOMEI_TRY(budget_->spend("path search"));
      }
      if (namesakes.count == 1 || signed_by(path.back(), *issuer)) {
        stepped = true;
        SHOMEI_TRY(const bool taken, step(path, *issuer, take));
        if (taken) {
          return true;
        }
      }
    }
  }
  if (!stepped && most_promising != nullptr) {
    // Nobody signed: the most promising one shows what is wrong.
    return step(path, *most_promising, take);
  }
  if (most_promising == nullptr && !at_anchor && path.size() > dead_end_.size()) {
    dead_end_ = path;
  }
  return false;
}

Result<bool> PathSearch::each(const Certificate& leaf, const std::function<bool(const Path&)>& take) {
  Path path{leaf};
  dead_end_ = path;
  return extend(path, take);
}

}  // namespace shomei::auth
