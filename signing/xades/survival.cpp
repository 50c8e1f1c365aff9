#include "signing/xades/survival.h"

#include <algorithm>
#include <map>

namespace shomei::signing {
namespace {

using State = ReferenceOutcome::State;

struct Standing {
  std::vector<State> references;
  /// Inclusive canonical form of SignatureValue, which time stamps are over and which takes in the namespaces around.
  Bytes value;
  bool operator==(const Standing&) const = default;
};
/// By signature value.
using Outcomes = std::map<Bytes, Standing>;

Result<Outcomes> outcomes_of(ByteView xml, const Limits& limits) {
  SHOMEI_TRY(const OwnedXmlDoc document, parse_xml(xml, limits));
  const IdIndex ids(document.get());
  WorkBudget budget(limits.work);
  ReferenceChecker checker(document.get(), ids, {}, limits, budget, false);
  Outcomes outcomes;
  for (const xmlNode* element : elements(document.get(), ns::kDs, "Signature")) {
    const auto signature = read_signature(element, limits);
    if (!signature) {
      return fail(Code::kSignNotValid, signature.error());
    }
    Standing standing;
    SHOMEI_TRY(standing.value,
               canonical_bytes({.document = document.get(), .apex = only_child(element, ns::kDs, "SignatureValue")}, {},
                               budget));
    for (const ReferenceFacts& reference : signature->references) {
      SHOMEI_TRY(const ReferenceOutcome outcome, checker.check(*signature, reference));
      standing.references.push_back(outcome.state);
    }
    outcomes.emplace(signature->signature_value, std::move(standing));
  }
  return outcomes;
}

}  // namespace

Result<void> signatures_survive(ByteView before, ByteView after, const Limits& limits) {
  SHOMEI_TRY(const Outcomes were, outcomes_of(before, limits));
  SHOMEI_TRY(const Outcomes are, outcomes_of(after, limits));
  for (const auto& [value, standing] : were) {
    if (std::ranges::find(standing.references, State::kChanged) != standing.references.end()) {
      return fail(Code::kSignNotValid, "a part that is signed was changed after signing");
    }
    const auto now = are.find(value);
    if (now == are.end() || now->second != standing) {
      return fail(Code::kSignUnsupported,
                  "a signature that is there already covers the place, and would break; confirm it with --countersign, "
                  "or sign beside the file (--packaging detached)");
    }
  }
  return {};
}

}  // namespace shomei::signing
