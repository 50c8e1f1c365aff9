#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

std::vector<std::string> folders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scenarios())) {
    if (std::filesystem::exists(entry.path() / "expected.test")) {
      names.push_back(entry.path().filename());
    }
  }
  std::ranges::sort(names);
  return names;
}

Paths there(const std::filesystem::path& folder) {
  return std::filesystem::is_directory(folder) && !std::filesystem::is_empty(folder) ? Paths{folder} : Paths{};
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, is_judged_as_expected) {
  const auto folder = scenarios() / GetParam();
  const Bytes text = read_file(folder / "expected.test", 1 << 16).value();
  const Json expected = parse_json(as_text(text)).value();
  const auto leaf = load_certificate(folder / "leaf.cer");
  const auto inputs =
      load_inputs({.trust = {folder / "trust"}, .chain = there(folder / "chain"), .crl = there(folder / "crl")});
  ASSERT_TRUE(leaf && inputs);
  ValidationOptions options;
  options.at = parse_rfc3339(expected["at"].get<std::string>()).value();
  options.purpose = purpose_from(expected["purpose"].get<std::string>()).value();
  const ValidationReport report = validate(*leaf, *inputs, options, ProfileSet::defaults());
  EXPECT_EQ(name(report.verdict), expected["verdict"].get<std::string>()) << expected["why"] << "\n"
                                                                          << to_json(report).dump(1);
  for (const auto& check : expected.value("checks", std::vector<std::string>{})) {
    EXPECT_THAT(checks(report.findings), testing::Contains(check));
  }
}

INSTANTIATE_TEST_SUITE_P(Testcerts, Scenario, testing::ValuesIn(folders()), [](const auto& parameter) {
  std::string name = parameter.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Scenarios, are_there) {
  EXPECT_GE(folders().size(), 18U);
}

}  // namespace
}  // namespace shomei::auth
