#include "auth/x509/path_search.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace shomei::auth {
namespace {

constexpr std::size_t kMaxPathLength = 20;

bool is_name_of_issuer(const Certificate& issuer, const Certificate& subject) {
  return X509_NAME_cmp(X509_get_subject_name(issuer.native()), X509_get_issuer_name(subject.native())) == 0;
}

bool fits_key_identifier(const Certificate& issuer, const Certificate& subject) {
  return X509_check_issued(issuer.native(), subject.native()) == X509_V_OK;
}

bool signed_by(const Certificate& subject, const Certificate& issuer) {
  EVP_PKEY* key = X509_get0_pubkey(issuer.native());
  const bool right = key != nullptr && X509_verify(subject.native(), key) == 1;
  ERR_clear_error();
  return right;
}

}  // namespace

bool PathSearch::is_anchor(const Certificate& certificate) const {
  return std::ranges::find(anchors_, certificate) != anchors_.end();
}

int PathSearch::distance(const Certificate& issuer, const Certificate& subject) const {
  const bool near = is_anchor(issuer) || std::ranges::any_of(anchors_, [&](const Certificate& anchor) {
                      return is_name_of_issuer(anchor, issuer);
                    });
  return (fits_key_identifier(issuer, subject) ? 0 : 2) + (near ? 0 : 1);
}

Result<std::vector<Certificate>> PathSearch::issuers_of(const Path& path) {
  const Certificate& subject = path.back();
  std::vector<Certificate> issuers;
  for (const auto& pool : {anchors_, chain_}) {
    for (const Certificate& candidate : pool) {
      if (is_name_of_issuer(candidate, subject) && std::ranges::find(path, candidate) == path.end() &&
          std::ranges::find(issuers, candidate) == issuers.end()) {
        SHOMEI_TRY(budget_->spend("path search"));
        issuers.push_back(candidate);
      }
    }
  }
  return issuers.size() > 1 ? choose(issuers, subject) : Result<std::vector<Certificate>>(std::move(issuers));
}

Result<std::vector<Certificate>> PathSearch::choose(const std::vector<Certificate>& issuers,
                                                    const Certificate& subject) {
  SHOMEI_TRY(budget_->spend("path search", issuers.size()));
  constexpr int kSignedByAnother = 4;
  std::vector<std::pair<int, std::size_t>> ranks;
  ranks.reserve(issuers.size());
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    ranks.emplace_back(distance(issuers[i], subject) + (signed_by(subject, issuers[i]) ? 0 : kSignedByAnother), i);
  }
  std::ranges::sort(ranks);
  std::vector<Certificate> chosen;
  for (const auto& [rank, index] : ranks) {
    // Where nobody signed, the most promising one shows what is wrong.
    if (rank < kSignedByAnother || chosen.empty()) {
      chosen.push_back(issuers[index]);
    }
  }
  return chosen;
}

Result<bool> PathSearch::extend(Path& path, const std::function<bool(const Path&)>& take) {
  if (is_anchor(path.back())) {
    if (take(path)) {
      return true;
    }
  }
  if (path.size() >= kMaxPathLength) {
    return false;
  }
  SHOMEI_TRY(const std::vector<Certificate> issuers, issuers_of(path));
  if (issuers.empty() && !is_anchor(path.back()) && path.size() > dead_end_.size()) {
    dead_end_ = path;
  }
  for (const Certificate& issuer : issuers) {
    path.push_back(issuer);
    SHOMEI_TRY(const bool taken, extend(path, take));
    path.pop_back();
    if (taken) {
      return true;
    }
  }
  return false;
}

Result<bool> PathSearch::each(const Certificate& leaf, const std::function<bool(const Path&)>& take) {
  Path path{leaf};
  dead_end_ = path;
  return extend(path, take);
}

}  // namespace shomei::auth
