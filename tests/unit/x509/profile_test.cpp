#include "auth/x509/profile.h"

#include <gmock/gmock.h>

#include "auth/x509/certificate.h"
#include "base/toml.h"

namespace shomei::auth {
namespace {

Result<ProfileSet> read(std::string_view text) {
  SHOMEI_TRY(const TomlTable table, TomlTable::parse(text, "test.toml"));
  SHOMEI_TRY(ProfileSet set, ProfileSet::read(table));
  SHOMEI_TRY(table.finish());
  return set;
}

TEST(Profile, nothing_written_means_the_defaults) {
  const ProfileSet set = read("").value();
  EXPECT_THAT(set.of(Purpose::kSignature).policies, testing::ElementsAre("1.2.392.100495.1.5.1.1.0.1"));
  EXPECT_THAT(set.of(Purpose::kSignature).key_usages, testing::ElementsAre(key_usage::kNonRepudiation));
  EXPECT_EQ(set.test_card.severity, Severity::kWarn);
  EXPECT_EQ(set.roles.size(), 32U);
  EXPECT_EQ(set.role("Pharmacist")->ja, "薬剤師");
  EXPECT_EQ(set.role("pharmacist"), nullptr);
}

TEST(Profile, every_rule_can_be_written) {
  const ProfileSet set = read(R"(
role_scheme = "1.2.3"
[authentication]
policies = ["1.2.3.4"]
key_usages = ["digitalSignature", "digitalSignature keyEncipherment"]
ca_pins = ["6E:D2:79:6B1B101736D952185787CB36DA9CE80522CC8CB7B5CE728B61BE1B674C"]
pins_required = true
[test_card]
severity = "fail"
serial_number = ["x*"]
[[roles]]
text = "Medical Doctor"
ja = "医師"
)")
                             .value();
  const Profile& profile = set.of(Purpose::kAuthentication);
  EXPECT_THAT(profile.policies, testing::ElementsAre("1.2.3.4"));
  EXPECT_THAT(profile.key_usages, testing::ElementsAre(key_usage::kDigitalSignature,
                                                       key_usage::kDigitalSignature | key_usage::kKeyEncipherment));
  EXPECT_THAT(profile.ca_pins,
              testing::ElementsAre("6ed2796b1b101736d952185787cb36da9ce80522cc8cb7b5ce728b61be1b674c"));
  EXPECT_TRUE(profile.pins_required);
  EXPECT_EQ(set.test_card.severity, Severity::kFail);
  EXPECT_EQ(set.roles.size(), 1U);
  EXPECT_EQ(set.role_scheme, "1.2.3");
}

TEST(Profile, wrong_values_are_named) {
  for (const char* text : {"[signature]\nca_pins = [\"12\"]", "[signature]\nkey_usages = [\"signing\"]",
                           "[test_card]\nseverity = \"never\"", "[[roles]]\nja = \"医師\""}) {
    EXPECT_EQ(read(text).error().code, Code::kConfigInvalid) << text;
  }
  EXPECT_EQ(read("[signature]\npolicy = []").error().code, Code::kConfigUnknownKey);
  EXPECT_EQ(read("[signatur]\npolicies = []").error().code, Code::kConfigUnknownKey);
}

TEST(Purpose, has_the_words_of_the_command_line) {
  EXPECT_EQ(purpose_from("timestamp"), Purpose::kTimestamp);
  EXPECT_EQ(name(Purpose::kStaff), "staff");
  EXPECT_FALSE(purpose_from("Signature"));
}

}  // namespace
}  // namespace shomei::auth
