#include "cli/sign_items.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/output.h"

namespace shomei::cli {
namespace {

OrderedJson item_json(const SignItem& item, Language language) {
  OrderedJson pending = OrderedJson::array();
  for (const signing::Level level : item.pending) {
    pending.push_back(signing::name(level));
  }
  const bool made = item.is_made();
  const auto text = [&] {
    return OrderedJson{{"id", info(item.error->code).id}, {"text", message(*item.error, language)}};
  };
  OrderedJson json{{"in", item.in.string()},
                   {"out", made ? OrderedJson(item.out.string()) : OrderedJson()},
                   {"format", item.request.format == signing::Format::kCades ? "cades" : "xades"},
                   {"level", made ? OrderedJson(signing::name(*item.level)) : OrderedJson()},
                   {"pending", std::move(pending)},
                   {"pending_until", item.pending_until ? OrderedJson(to_rfc3339(*item.pending_until)) : OrderedJson()},
                   {"error", item.error ? text() : OrderedJson()}};
  if (item.skipped) {
    json["skipped"] = name(*item.skipped);
  }
  return json;
}

/// "B", "B, LT, LTA pending until 2026-04-05T00:00:00Z".
std::string level_text(const SignItem& item, Language language) {
  const bool ja = language == Language::kJa;
  std::string text(signing::name(*item.level));
  for (const signing::Level level : item.pending) {
    text += fmt::format("{}{}", ja ? "、" : ", ", signing::name(level));
  }
  if (!item.pending.empty()) {
    text += ja ? " は保留中" : " pending";
  }
  if (!item.pending.empty() && item.pending_until) {
    text += fmt::format(fmt::runtime(ja ? "({} 以降に再試行)" : " until {}"), to_rfc3339(*item.pending_until));
  }
  return text;
}

void print_line(const SignItem& item, Language language) {
  print("{} -> {} ({} {})\n", printable(item.in.string()), printable(item.out.string()),
        signing::name(item.request.format), level_text(item, language));
}

}  // namespace

void print_items(std::span<const SignItem> items, const Context& context) {
  constexpr Text kLater{
      "what is pending can be added later: `shomei extend FILE --level LEVEL --out NEW-FILE --tsa URL --trust DIR "
      "--crl DIR`, or leave it to the network's server: "
      "`shomei signature submit FILE --level LEVEL`",
      "保留中のレベルは後から追加できます：`shomei extend FILE --level LEVEL --out NEW-FILE --tsa URL --trust DIR "
      "--crl DIR`、またはサーバーに任せる場合は "
      "`shomei signature submit FILE --level LEVEL`"};
  OrderedJson all = OrderedJson::array();
  for (const SignItem& item : items) {
    if (context.json) {
      all.push_back(item_json(item, context.language));
    } else if (item.skipped) {
      print("{}: skipped ({})\n", printable(item.in.string()), name(*item.skipped));
    } else if (!item.error) {
      print_line(item, context.language);
    }
    if (!item.error && item.pending_why) {
      warn(printable(message(*item.pending_why, context.language)));
    }
  }
  if (context.json) {
    print_json(all);
  }
  if (std::ranges::any_of(items, [](const SignItem& item) { return !item.error && !item.pending.empty(); })) {
    hint(kLater.in(context.language));
  }
}

ExitStatus report_items(std::span<const SignItem> items, Language language) {
  std::vector<ExitStatus> failures;
  std::string last;
  for (const SignItem& item : items) {
    if (!item.error) {
      continue;
    }
    failures.push_back(info(item.error->code).exit);
    if (const std::string now = describe(*item.error); now != last) {
      report(*item.error, language);
      last = now;
    }
  }
  if (failures.empty()) {
    return ExitStatus::kDone;
  }
  const auto tried = std::ranges::count_if(items, [](const SignItem& item) { return !item.skipped; });
  const bool alike = std::ssize(failures) == tried &&
                     std::ranges::all_of(failures, [&](ExitStatus status) { return status == failures.front(); });
  return alike ? failures.front() : ExitStatus::kNegative;
}

}  // namespace shomei::cli
