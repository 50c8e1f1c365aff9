#include "server/trust/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/trust/crl_blobs.h"
#include "server/trust/crl_rules.h"

namespace shomei::server {
namespace {

using namespace trust_change;

constexpr std::array<std::string_view, 5> kUses{"authentication", "signature", "staff", "timestamp", "tls"};
constexpr std::size_t kMaxPolicy = 256U << 10;

std::string plain_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ':' || c == ' '; });
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

/// One overload a change.
class Planner {
 public:
  explicit Planner(const PlanBase& base) : base_(base), pool_(base.present), content_(base.present.content) {}

  Result<void> operator()(const AddCa& add);
  Result<void> operator()(const RemoveCa& remove);
  Result<void> operator()(const ImportCrl& import);
  Result<void> operator()(const SetPolicy& set);
  Result<void> operator()(const RollBack& back);

  Result<TrustPlan> finish() {
    plan_.changed = content_ != base_.present.content;
    SHOMEI_TRY(plan_.candidate,
               build_snapshot(base_.store, base_.rules, std::move(content_), base_.present.seq + 1, pool_));
    return std::move(plan_);
  }

 private:
  void name(std::string_view event, std::string subject, const OrderedJson& detail) {
    plan_.event = event;
    plan_.subject = std::move(subject);
    plan_.detail = detail.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  }
  Result<void> replace(const CrlRecord& record, bool again);
  Result<GenerationRecord> target(const RollBack& back) const;
  void set_lists_aside(const std::vector<std::string>& wanted);

  const PlanBase& base_;
  /// What the store may not have yet is added.
  TrustSnapshot pool_;
  TrustContent content_;
  TrustPlan plan_;
};

Result<void> Planner::operator()(const AddCa& add) {
  if (std::ranges::find(kUses, add.use) == kUses.end()) {
    return fail(Code::kUsage, fmt::format("use {} is none of {}", add.use, fmt::join(kUses, ", ")));
  }
  SHOMEI_TRY(auth::Certificate certificate, auth::Certificate::parse(add.der));
  const auth::CertificateFacts& facts = certificate.facts();
  if (facts.sha256 != plain_hex(add.sha256)) {
    return fail(Code::kUsage, fmt::format("the certificate's SHA-256 is {}, not the one given", facts.sha256));
  }
  if (!facts.is_ca) {
    return fail(Code::kKeyUnsuitable, fmt::format("{} is no CA", facts.subject));
  }
  const TrustContent::Pin pin{.use = add.use, .sha256 = facts.sha256};
  if (std::ranges::find(content_.cas, pin) != content_.cas.end()) {
    return fail(Code::kStoreConflict, fmt::format("{} is trusted for {} already", facts.subject, add.use));
  }
  content_.cas.push_back(pin);
  CaRecord record{.use = add.use,
                  .sha256 = facts.sha256,
                  .der = to_bytes(certificate.der()),
                  .added_at = base_.now,
                  .added_by = base_.actor};
  plan_.blobs.emplace_back(change::AddCa{record});
  name("ca.added", facts.subject, {{"use", add.use}, {"sha256", facts.sha256}});
  pool_.cas.push_back({.record = std::move(record), .certificate = std::move(certificate)});
  return {};
}

Result<void> Planner::operator()(const RemoveCa& remove) {
  const TrustContent::Pin pin{.use = remove.use, .sha256 = plain_hex(remove.sha256)};
  const auto found = std::ranges::find_if(pool_.cas, [&](const TrustSnapshot::Ca& ca) {
    return ca.record.use == pin.use && ca.record.sha256 == pin.sha256;
  });
  if (found == pool_.cas.end()) {
    return fail(Code::kStoreNotFound, fmt::format("CA {} for {}", pin.sha256, pin.use));
  }
  std::erase(content_.cas, pin);
  name("ca.removed", found->certificate.facts().subject, {{"use", pin.use}, {"sha256", pin.sha256}});
  return {};
}

/// The list takes the place of the one of its scope, if the rules allow that.
Result<void> Planner::replace(const CrlRecord& record, bool again) {
  for (const TrustContent::SetAside& aside : content_.set_aside) {
    if (aside.scope == record.scope && compare_numbers(aside.number, record.number) == 0 && !again) {
      return fail(Code::kCrlRefused, fmt::format("{}: number {} was set aside by a roll back; only a newer one, or an"
                                                 " import that asks for it again, takes its place",
                                                 record.issuer, record.number));
    }
  }
  for (const TrustSnapshot::List& list : base_.present.lists) {
    if (list.record.scope == record.scope) {
      SHOMEI_TRY(check_succession(record, list.record));
      std::erase(content_.crls, list.record.sha256);
    } else if (list.crl.facts().is_delta && complete_scope_of(list.crl) == record.scope &&
               compare_numbers(list.record.number, record.number) <= 0) {
      // The new complete list has all of that delta.
      std::erase(content_.crls, list.record.sha256);
    }
  }
  content_.crls.push_back(record.sha256);
  std::erase_if(content_.set_aside, [&](const TrustContent::SetAside& aside) {
    return aside.scope == record.scope && compare_numbers(aside.number, record.number) == 0;
  });
  return {};
}

Result<void> Planner::operator()(const ImportCrl& import) {
  SHOMEI_TRY(auth::Crl crl, auth::Crl::parse(import.der));
  CrlRecord record = record_of(crl, base_.now, base_.actor);
  name("crl.imported", record.issuer,
       {{"sha256", record.sha256},
        {"number", record.number},
        {"this_update", to_rfc3339(record.this_update)},
        {"entries", record.entries}});
  SHOMEI_TRY(check_form(crl, base_.now));
  SHOMEI_TRY(check_signer(crl, base_.present.cas));
  SHOMEI_TRY(check_delta(crl, base_.present.lists));
  if (record.next_update && *record.next_update < base_.now) {
    plan_.warnings.push_back("nextUpdate " + to_rfc3339(*record.next_update) + " has passed");
  }
  const auto known = std::ranges::find_if(
      base_.present.lists, [&](const TrustSnapshot::List& list) { return list.record.sha256 == record.sha256; });
  if (known != base_.present.lists.end()) {
    record = known->record;
  } else {
    SHOMEI_TRY(replace(record, import.again));
    plan_.blobs.emplace_back(change::AddCrl{record});
    SHOMEI_TRY(crl, base_.rules.files.keep(crl));
  }
  record.der.clear();
  plan_.list = TrustSnapshot::List{.record = std::move(record), .crl = std::move(crl)};
  pool_.lists.push_back(*plan_.list);
  return {};
}

Result<void> Planner::operator()(const SetPolicy& set) {
  if (set.text.size() > kMaxPolicy) {
    return fail(Code::kInputTooLarge, fmt::format("a policy has at most {} bytes", kMaxPolicy));
  }
  content_.policy = set.text.empty() ? "" : to_hex(sha256(as_bytes(set.text)));
  name("policy.set", set.text.empty() ? "configuration" : content_.policy, {{"sha256", content_.policy}});
  if (!set.text.empty()) {
    const PolicyRecord policy{
        .sha256 = content_.policy, .text = set.text, .added_at = base_.now, .added_by = base_.actor};
    plan_.blobs.emplace_back(change::AddPolicy{policy});
    pool_.policy = policy;
  }
  return {};
}

Result<GenerationRecord> Planner::target(const RollBack& back) const {
  SHOMEI_TRY(auto found, base_.store.find_generation(back.to));
  if (!found || back.to >= base_.present.seq) {
    return fail(Code::kStoreNotFound, fmt::format("a generation {} before the present {}", back.to, base_.present.seq));
  }
  return *std::move(found);
}

/// The lists in force that are not wanted any more.
void Planner::set_lists_aside(const std::vector<std::string>& wanted) {
  for (const TrustSnapshot::List& list : base_.present.lists) {
    if (!contains(wanted, list.record.sha256)) {
      content_.set_aside.push_back(
          {.sha256 = list.record.sha256, .scope = list.record.scope, .number = list.record.number});
      plan_.warnings.push_back(fmt::format("CRL number {} of {} is taken out of force and set aside",
                                           list.record.number, list.record.issuer));
    }
  }
  std::erase_if(content_.set_aside,
                [&](const TrustContent::SetAside& aside) { return contains(wanted, aside.sha256); });
}

Result<void> Planner::operator()(const RollBack& back) {
  SHOMEI_TRY(const GenerationRecord generation, target(back));
  SHOMEI_TRY(TrustContent old, TrustContent::parse(generation.content));
  const auto part = [&](std::string_view one) { return back.only.empty() || back.only == one; };
  if (part("cas")) {
    content_.cas = std::move(old.cas);
  }
  if (part("crls")) {
    set_lists_aside(old.crls);
    content_.crls = std::move(old.crls);
  }
  if (part("policy")) {
    content_.policy = std::move(old.policy);
  }
  name("trust.rolled_back", fmt::format("{}", generation.seq),
       {{"to", generation.seq}, {"from", base_.present.seq}, {"only", back.only}});
  return {};
}

}  // namespace

Result<TrustPlan> plan(const PlanBase& base, const TrustChange& change) {
  TrustChange fixed = change;
  if (auto* back = std::get_if<RollBack>(&fixed); back != nullptr && back->to == 0) {
    back->to = base.present.seq - 1;
  }
  Planner planner(base);
  SHOMEI_TRY(std::visit(planner, fixed));
  SHOMEI_TRY(TrustPlan made, planner.finish());
  made.change = std::move(fixed);
  return made;
}

}  // namespace shomei::server
