#include "auth/x509/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "auth/x509/certificate.h"
#include "base/toml.h"

namespace shomei::auth {
namespace {

constexpr std::array<std::string_view, 6> kPurposes{"any", "signature", "authentication", "timestamp", "staff", "tls"};

/// Certificates of the HPKI's CAs, as published: who issues for what.
constexpr std::string_view kMedisSign = "5f497e73f986c4503eb25eb94851a79193d2edc8f829f32e930a61f0b569e033";
constexpr std::string_view kJmaSign = "5ebddc823cda0c1275f45ac8508ac28609e55bd5daa1d7da8d0d75b1a3c13360";
constexpr std::string_view kMedisAuthentication = "476b64ddd92129cad257906d206fff4e8e32390faf2f64892f6c810cfff54bc3";

/// National licences in the order of the common certificate policy's list, then roles of administrators.
/// "Medical Doctor" and "Pharmacist" are read in certificates; the others' spelling is unconfirmed and may be replaced
/// by configuration.
constexpr std::array<std::array<std::string_view, 2>, 27> kLicences{{
    {"Medical Doctor", "医師"},
    {"Dentist", "歯科医師"},
    {"Pharmacist", "薬剤師"},
    {"Medical Technologist", "臨床検査技師"},
    {"Radiological Technologist", "診療放射線技師"},
    {"General Nurse", "看護師"},
    {"Public Health Nurse", "保健師"},
    {"Midwife", "助産師"},
    {"Physical Therapist", "理学療法士"},
    {"Occupational Therapist", "作業療法士"},
    {"Orthoptist", "視能訓練士"},
    {"Speech Therapist", "言語聴覚士"},
    {"Dental Technician", "歯科技工士"},
    {"National Registered Dietitian", "管理栄養士"},
    {"Certified Social Worker", "社会福祉士"},
    {"Certified Care Worker", "介護福祉士"},
    {"Emergency Medical Technician", "救急救命士"},
    {"Psychiatric Social Worker", "精神保健福祉士"},
    {"Clinical Engineer", "臨床工学技士"},
    {"Massage and Finger Pressure Practitioner", "あん摩マッサージ指圧師"},
    {"Acupuncturist", "はり師"},
    {"Moxibustion Practitioner", "きゅう師"},
    {"Dental Hygienist", "歯科衛生士"},
    {"Prosthetics & Orthotic", "義肢装具士"},
    {"Artificial Limb Fitter", "柔道整復師"},
    {"Clinical Laboratory Technician", "衛生検査技師"},
    {"Certified Public Psychologist", "公認心理師"},
}};
constexpr std::array<std::array<std::string_view, 2>, 5> kAdministrators{{
    {"Director of Hospital", "病院長"},
    {"Director of Clinic", "診療所院長"},
    {"Supervisor of Pharmacy", "管理薬剤師"},
    {"Proprietor of Pharmacy", "薬局開設者"},
    {"Director", "その他の保健医療福祉機関の管理責任者"},
}};

std::string describe_usages(const std::vector<std::uint32_t>& sets) {
  std::string text;
  for (const std::uint32_t set : sets) {
    text += (text.empty() ? "" : ", ") + key_usage::text(set);
  }
  return text;
}

/// Each text is one exact set: "digitalSignature keyEncipherment".
Result<std::vector<std::uint32_t>> read_usages(const TomlTable& table, std::vector<std::uint32_t> fallback) {
  if (!table.contains("key_usages")) {
    return fallback;
  }
  SHOMEI_TRY(const std::vector<std::string> texts, table.texts("key_usages", {}));
  std::vector<std::uint32_t> sets;
  for (const std::string& text : texts) {
    std::uint32_t bits = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin), text.size());
      const auto bit = key_usage::from(std::string_view(text).substr(begin, end - begin));
      if (!bit) {
        return fail(Code::kConfigInvalid,
                    fmt::format("key_usages: \"{}\" is not made of names of RFC 5280 4.2.1.3 such as {}", text,
                                describe_usages({key_usage::kDigitalSignature | key_usage::kNonRepudiation})));
      }
      bits |= *bit;
      begin = end + 1;
    }
    sets.push_back(bits);
  }
  return sets;
}

Result<std::vector<std::string>> read_pins(const TomlTable& table, std::vector<std::string> fallback) {
  SHOMEI_TRY(std::vector<std::string> pins, table.texts("ca_pins", std::move(fallback)));
  for (std::string& pin : pins) {
    std::erase(pin, ':');
    const auto bytes = from_hex(pin);
    if (!bytes || bytes->size() != 32) {
      return fail(Code::kConfigInvalid, fmt::format("ca_pins: \"{}\" is not a SHA-256 in hexadecimal", pin));
    }
    pin = to_hex(*bytes);
  }
  return pins;
}

Result<void> read_profile(const TomlTable& table, Profile& profile) {
  SHOMEI_TRY(profile.policies, table.texts("policies", profile.policies));
  SHOMEI_TRY(profile.key_usages, read_usages(table, profile.key_usages));
  SHOMEI_TRY(profile.ca_pins, read_pins(table, profile.ca_pins));
  SHOMEI_TRY(profile.pins_required, table.boolean("pins_required", profile.pins_required));
  return {};
}

Result<void> read_test_card(const TomlTable& table, TestCardRule& rule) {
  SHOMEI_TRY(const std::string severity, table.text("severity", name(rule.severity)));
  const auto all = {Severity::kInfo, Severity::kWarn, Severity::kFail};
  const auto* found = std::ranges::find_if(all, [&](Severity one) { return name(one) == severity; });
  if (found == all.end()) {
    return fail(Code::kConfigInvalid, fmt::format("test_card.severity: \"{}\" is none of info, warn, fail", severity));
  }
  rule.severity = *found;
  SHOMEI_TRY(rule.serial_number, table.texts("serial_number", rule.serial_number));
  SHOMEI_TRY(rule.organization, table.texts("organization", rule.organization));
  SHOMEI_TRY(rule.name, table.texts("name", rule.name));
  return {};
}

Result<std::vector<Role>> read_roles(const TomlTable& table, std::vector<Role> fallback) {
  SHOMEI_TRY(const std::vector<TomlTable> rows, table.tables("roles"));
  if (rows.empty()) {
    return fallback;
  }
  std::vector<Role> roles;
  for (const TomlTable& row : rows) {
    Role role;
    SHOMEI_TRY(role.text, row.text("text"));
    SHOMEI_TRY(role.ja, row.text("ja", role.text));
    SHOMEI_TRY(role.administrator, row.boolean("administrator", false));
    roles.push_back(std::move(role));
  }
  return roles;
}

}  // namespace

std::string_view name(Purpose purpose) {
  return kPurposes[static_cast<std::size_t>(purpose)];
}

std::optional<Purpose> purpose_from(std::string_view word) {
  const auto* const found = std::ranges::find(kPurposes, word);
  return found == kPurposes.end() ? std::nullopt : std::optional(static_cast<Purpose>(found - kPurposes.begin()));
}

ProfileSet ProfileSet::defaults() {
  ProfileSet set;
  set.purposes = {
      {Purpose::kAny, {}},
      {Purpose::kSignature,
       {.policies = {"1.2.392.100495.1.5.1.1.0.1"},
        .key_usages = {key_usage::kNonRepudiation},
        .extended_key_usage = {},
        .ca_pins = {std::string(kMedisSign), std::string(kJmaSign)},
        .hpki_rules = true}},
      // No public document confirms the end entity's profile for authentication: OID by analogy with the CA's.
      {Purpose::kAuthentication,
       {.policies = {"1.2.392.100495.1.5.1.2.0.1"},
        .key_usages = {key_usage::kDigitalSignature},
        .extended_key_usage = {},
        .ca_pins = {std::string(kMedisAuthentication)},
        .hpki_rules = true}},
      {Purpose::kTimestamp,
       {.policies = {},
        .key_usages = {key_usage::kDigitalSignature, key_usage::kNonRepudiation,
                       key_usage::kDigitalSignature | key_usage::kNonRepudiation},
        .extended_key_usage = "1.3.6.1.5.5.7.3.8",
        .extended_key_usage_alone = true,
        .ca_pins = {}}},
      {Purpose::kStaff,
       {.policies = {}, .key_usages = {key_usage::kDigitalSignature}, .extended_key_usage = {}, .ca_pins = {}}},
      {Purpose::kTls, {.policies = {}, .key_usages = {}, .extended_key_usage = "1.3.6.1.5.5.7.3.1", .ca_pins = {}}},
  };
  set.role_scheme = "1.2.392.100495.1.6.1.1";
  for (const auto& [text, ja] : kLicences) {
    set.roles.push_back({std::string(text), std::string(ja), false});
  }
  for (const auto& [text, ja] : kAdministrators) {
    set.roles.push_back({std::string(text), std::string(ja), true});
  }
  set.test_card = {Severity::kWarn, {"test*", "t[0-9]*-*"}, {"medis university*"}, {"*jpatest*"}};
  set.algorithms = AlgorithmRules::defaults();
  return set;
}

Result<ProfileSet> ProfileSet::read(const TomlTable& table) {
  ProfileSet set = defaults();
  for (auto& [purpose, profile] : set.purposes) {
    if (purpose != Purpose::kAny) {
      SHOMEI_TRY(const TomlTable rules, table.table(name(purpose)));
      SHOMEI_TRY(read_profile(rules, profile));
    }
  }
  SHOMEI_TRY(const TomlTable test_card, table.table("test_card"));
  SHOMEI_TRY(read_test_card(test_card, set.test_card));
  SHOMEI_TRY(set.roles, read_roles(table, std::move(set.roles)));
  SHOMEI_TRY(set.role_scheme, table.text("role_scheme", set.role_scheme));
  SHOMEI_TRY(const TomlTable algorithms, table.table("algorithms"));
  SHOMEI_TRY(set.algorithms, AlgorithmRules::read(algorithms));
  return set;
}

Result<ProfileSet> ProfileSet::load(const std::filesystem::path& path) {
  SHOMEI_TRY(const TomlTable table, TomlTable::load(path));
  SHOMEI_TRY(ProfileSet set, read(table));
  SHOMEI_TRY(table.finish());
  return set;
}

const Profile& ProfileSet::of(Purpose purpose) const {
  const auto found = purposes.find(purpose);
  SHOMEI_CHECK(found != purposes.end());
  return found->second;
}

const Role* ProfileSet::role(std::string_view text) const {
  const auto found = std::ranges::find(roles, text, &Role::text);
  return found == roles.end() ? nullptr : &*found;
}

}  // namespace shomei::auth
