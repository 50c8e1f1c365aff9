#include "auth/x509/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::auth {
std::string_view name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames{"info", "warn", "fail"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kNames{"valid", "indeterminate", "invalid"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string text(const Finding& finding, Language language) {
  const std::string_view sentence = info(finding.check).text.in(language);
  return finding.detail.empty() ? std::string(sentence) : fmt::format("{} ({})", sentence, finding.detail);
}

Verdict verdict_of(std::span<const Finding> findings) {
  Verdict worst = Verdict::kValid;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kFail) {
      worst = std::max(worst, info(finding.check).consequence);
    }
  }
  return worst;
}

OrderedJson to_json(std::span<const Finding> findings, Language language) {
  OrderedJson list = OrderedJson::array();
  for (const Finding& finding : findings) {
    list.push_back({{"certificate", finding.certificate},
                    {"check", info(finding.check).name},
                    {"severity", name(finding.severity)},
                    {"text", text(finding, language)}});
  }
  return list;
}

}  // namespace shomei::auth
