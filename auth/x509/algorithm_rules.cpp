#include "auth/x509/algorithm_rules.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/weak_key.h"
#include "base/openssl.h"
#include "base/toml.h"

namespace shomei::auth {
namespace {

constexpr std::string_view kPss = "1.2.840.113549.1.1.10";

struct AlgorithmName {
  std::string_view name;
  std::string_view algorithm;
};

/// What may be written in the configuration: names of RFC 3279, 4055 and 5758.
constexpr auto kNames = std::to_array<AlgorithmName>({
    {"sha1WithRSAEncryption", "1.2.840.113549.1.1.5"},
    {"sha256WithRSAEncryption", "1.2.840.113549.1.1.11"},
    {"sha384WithRSAEncryption", "1.2.840.113549.1.1.12"},
    {"sha512WithRSAEncryption", "1.2.840.113549.1.1.13"},
    {"rSASSA-PSS-SHA256", "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.1"},
    {"rSASSA-PSS-SHA384", "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.2"},
    {"rSASSA-PSS-SHA512", "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.3"},
    {"ecdsa-with-SHA1", "1.2.840.10045.4.1"},
    {"ecdsa-with-SHA256", "1.2.840.10045.4.3.2"},
    {"ecdsa-with-SHA384", "1.2.840.10045.4.3.3"},
    {"ecdsa-with-SHA512", "1.2.840.10045.4.3.4"},
});

std::string_view shown(std::string_view algorithm) {
  const auto* const row = std::ranges::find(kNames, algorithm, &AlgorithmName::algorithm);
  return row == kNames.end() ? algorithm : row->name;
}

/// 2030: NIST SP 800-57 part 1 rev. 5, table 4, and CRYPTREC LS-0003-2022, table 3, end protection by 112 bits of
/// security (RSA-2048) with that year.
constexpr Time kEndOf112Bits =
    std::chrono::sys_days(std::chrono::year(2030) / 12 / 31) + std::chrono::days(1) - std::chrono::seconds(1);

Result<std::optional<Time>> read_not_after(const TomlTable& row) {
  if (!row.contains("not_after")) {
    return std::nullopt;
  }
  SHOMEI_TRY(const std::string date, row.text("not_after"));
  const auto time = parse_rfc3339(date + "T23:59:59Z");
  if (!time) {
    return fail(Code::kConfigInvalid,
                fmt::format("algorithms: not_after = \"{}\" is not a date like 2030-12-31", date));
  }
  return *time;
}

Result<SignatureRule> read_signature(const TomlTable& row) {
  SignatureRule rule;
  SHOMEI_TRY(const std::string text, row.text("algorithm"));
  const auto* const known = std::ranges::find(kNames, text, &AlgorithmName::name);
  if (known == kNames.end()) {
    return fail(
        Code::kConfigInvalid,
        fmt::format("algorithms.signatures: \"{}\" is no algorithm known here, such as {}", text, kNames[1].name));
  }
  rule.algorithm = known->algorithm;
  SHOMEI_TRY(rule.not_after, read_not_after(row));
  return rule;
}

Result<KeyRule> read_key(const TomlTable& row) {
  KeyRule rule;
  SHOMEI_TRY(const std::string type, row.text("type"));
  if (type != "RSA" && type != "EC") {
    return fail(Code::kConfigInvalid, fmt::format("algorithms.keys: type = \"{}\" is neither RSA nor EC", type));
  }
  rule.type = type == "RSA" ? KeyType::kRsa : KeyType::kEc;
  SHOMEI_TRY(const std::int64_t bits, row.integer("min_bits", 0));
  if (bits < 1 || bits > 16384) {
    return fail(Code::kConfigInvalid, fmt::format("algorithms.keys: min_bits = {} is not within 1 to 16384", bits));
  }
  rule.min_bits = static_cast<int>(bits);
  SHOMEI_TRY(rule.not_after, read_not_after(row));
  return rule;
}

/// Whichever lasts longer; no date is for ever.
bool ends_later(const std::optional<Time>& a, const std::optional<Time>& b) {
  return b && (!a || *a > *b);
}

/// One subject ("RSA key of 2048 bits") and the date of the rule that lets it pass longest; null: none does.
struct Judge {
  Time at;
  std::size_t certificate;
  std::vector<Finding>& findings;

  void say(const std::string& what, const std::optional<Time>* not_after) const {
    if (not_after == nullptr) {
      findings.push_back({certificate, Check::kAlgorithm, Severity::kFail, what});
    } else if (*not_after && at > **not_after) {
      findings.push_back({certificate, Check::kAlgorithm, Severity::kFail,
                          fmt::format("{}: not after {}", what, to_rfc3339(**not_after))});
    } else if (*not_after && at >= **not_after - kSunsetWarning) {
      findings.push_back({certificate, Check::kAlgorithmSunset, Severity::kWarn,
                          fmt::format("{}: not after {}", what, to_rfc3339(**not_after))});
    }
  }
};

void check_key(EVP_PKEY* key, const AlgorithmRules& rules, const Judge& judge) {
  const int id = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  if (id != EVP_PKEY_RSA && id != EVP_PKEY_EC) {
    judge.say(fmt::format("{} key", OBJ_nid2sn(id)), nullptr);
    return;
  }
  const KeyType type = id == EVP_PKEY_RSA ? KeyType::kRsa : KeyType::kEc;
  const std::optional<Time>* longest = nullptr;
  for (const KeyRule& rule : rules.keys) {
    if (rule.type == type && bits >= rule.min_bits && (longest == nullptr || ends_later(rule.not_after, *longest))) {
      longest = &rule.not_after;
    }
  }
  judge.say(fmt::format("{} key of {} bits", type == KeyType::kRsa ? "RSA" : "EC", bits), longest);
}

}  // namespace

AlgorithmRules AlgorithmRules::defaults() {
  AlgorithmRules rules;
  for (const AlgorithmName& row : kNames) {
    if (row.name.find("SHA1") == std::string_view::npos && !row.name.starts_with("sha1")) {
      rules.signatures.push_back({std::string(row.algorithm), std::nullopt});
    }
  }
  rules.keys = {{KeyType::kRsa, 2048, kEndOf112Bits}, {KeyType::kRsa, 3072, std::nullopt}, {KeyType::kEc, 256, {}}};
  return rules;
}

Result<AlgorithmRules> AlgorithmRules::read(const TomlTable& table) {
  AlgorithmRules rules = defaults();
  SHOMEI_TRY(const std::vector<TomlTable> signatures, table.tables("signatures"));
  SHOMEI_TRY(const std::vector<TomlTable> keys, table.tables("keys"));
  if (!signatures.empty()) {
    rules.signatures.clear();
  }
  for (const TomlTable& row : signatures) {
    SHOMEI_TRY(rules.signatures.emplace_back(), read_signature(row));
  }
  if (!keys.empty()) {
    rules.keys.clear();
  }
  for (const TomlTable& row : keys) {
    SHOMEI_TRY(rules.keys.emplace_back(), read_key(row));
  }
  SHOMEI_TRY(const std::vector<std::string> files, table.texts("weak_keys", {}));
  if (!files.empty()) {
    SHOMEI_TRY(KnownKeys known, KnownKeys::load({files.begin(), files.end()}));
    rules.weak_keys = std::make_shared<const KnownKeys>(std::move(known));
  }
  return rules;
}

std::vector<Time> AlgorithmRules::edges() const {
  std::vector<Time> times;
  const auto add = [&](const std::optional<Time>& not_after) {
    if (not_after) {
      times.push_back(*not_after - kSunsetWarning);
      times.push_back(*not_after + std::chrono::seconds(1));
    }
  };
  std::ranges::for_each(signatures, add, &SignatureRule::not_after);
  std::ranges::for_each(keys, add, &KeyRule::not_after);
  return times;
}

std::string signature_algorithm(const X509_ALGOR& identifier) {
  const ASN1_OBJECT* object = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, &identifier);
  std::string oid = oid_text(object);
  if (oid != kPss || type != V_ASN1_SEQUENCE) {
    return oid;
  }
  const auto* sequence = static_cast<const ASN1_STRING*>(value);
  const unsigned char* cursor = ASN1_STRING_get0_data(sequence);
  const Owned<RSA_PSS_PARAMS, RSA_PSS_PARAMS_free> parameters(
      d2i_RSA_PSS_PARAMS(nullptr, &cursor, ASN1_STRING_length(sequence)));
  ERR_clear_error();
  if (!parameters) {
    return oid;
  }
  const ASN1_OBJECT* digest = nullptr;
  if (parameters->hashAlgorithm != nullptr) {
    X509_ALGOR_get0(&digest, nullptr, nullptr, parameters->hashAlgorithm);
  }
  // RFC 4055 3.1: DEFAULT sha1Identifier.
  return oid + "/" + (digest != nullptr ? oid_text(digest) : "1.3.14.3.2.26");
}

std::string signature_algorithm(ByteView identifier) {
  const unsigned char* cursor = identifier.data();
  const Owned<X509_ALGOR, X509_ALGOR_free> decoded(
      d2i_X509_ALGOR(nullptr, &cursor, static_cast<long>(identifier.size())));
  ERR_clear_error();
  return decoded ? signature_algorithm(*decoded) : std::string();
}

std::vector<Finding> check_algorithm(const std::string& algorithm, EVP_PKEY* key, Time at, const AlgorithmRules& rules,
                                     std::size_t certificate) {
  std::vector<Finding> findings;
  const Judge judge{at, certificate, findings};
  if (!algorithm.empty()) {
    const auto rule = std::ranges::find(rules.signatures, algorithm, &SignatureRule::algorithm);
    judge.say(fmt::format("signature {}", shown(algorithm)),
              rule == rules.signatures.end() ? nullptr : &rule->not_after);
  }
  if (key != nullptr) {
    check_key(key, rules, judge);
    ERR_clear_error();
  }
  return findings;
}

std::vector<Finding> check_digest(DigestAlgorithm digest, Time at, const AlgorithmRules& rules) {
  constexpr std::array<std::string_view, 4> kDigests{"SHA1", "SHA256", "SHA384", "SHA512"};
  const std::string_view name = kDigests.at(static_cast<std::size_t>(digest));
  const std::optional<Time>* longest = nullptr;
  for (const SignatureRule& rule : rules.signatures) {
    std::string text(shown(rule.algorithm));
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    if (text.contains(name) && (longest == nullptr || ends_later(rule.not_after, *longest))) {
      longest = &rule.not_after;
    }
  }
  std::vector<Finding> findings;
  Judge{at, 0, findings}.say(fmt::format("digest {}", name), longest);
  return findings;
}

}  // namespace shomei::auth
