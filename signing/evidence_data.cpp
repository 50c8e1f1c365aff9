#include "signing/evidence_data.h"

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace shomei::signing {
namespace {

constexpr std::array kLists{&EvidenceData::certificates, &EvidenceData::crls, &EvidenceData::ocsp,
                            &EvidenceData::timestamps};

bool has(const std::vector<Bytes>& list, const Bytes& one) {
  return std::ranges::find(list, one) != list.end();
}

}  // namespace

std::vector<std::string> hashes_of(const EvidenceData& data) {
  std::vector<std::string> hashes;
  for (const auto list : kLists) {
    std::ranges::transform(data.*list, std::back_inserter(hashes),
                           [](const Bytes& one) { return to_hex(sha256(one)); });
  }
  return hashes;
}

void append(EvidenceData& to, EvidenceData from) {
  for (const auto list : kLists) {
    std::ranges::move(from.*list, std::back_inserter(to.*list));
  }
}

void join(EvidenceData& to, const EvidenceData& from) {
  for (const auto list : kLists) {
    std::ranges::copy_if(from.*list, std::back_inserter(to.*list),
                         [&](const Bytes& one) { return !has(to.*list, one); });
  }
}

EvidenceData without(const EvidenceData& data, const EvidenceData& there) {
  EvidenceData rest = data;
  for (const auto list : kLists) {
    std::erase_if(rest.*list, [&](const Bytes& one) { return has(there.*list, one); });
  }
  return rest;
}

}  // namespace shomei::signing
