#include "auth/x509/crl.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "auth/x509/revocation.h"
#include "base/file.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

TEST(Crl, says_what_the_manifest_says) {
  const Bytes text = read_file(pki("manifest.json"), 1 << 20).value();
  const Json manifest = parse_json(as_text(text)).value();
  int seen = 0;
  for (const auto& [file, row] : manifest["files"].items()) {
    if (row["kind"] != "crl") {
      continue;
    }
    const Crl crl = load_crl(pki(file)).value();
    EXPECT_EQ(crl.facts().entries, row["revoked"].size()) << file;
    EXPECT_EQ(to_rfc3339(crl.facts().this_update), row["this_update"].get<std::string>()) << file;
    EXPECT_EQ(to_rfc3339(crl.facts().next_update.value()), row["next_update"].get<std::string>()) << file;
    for (const auto& serial : row["revoked"]) {
      EXPECT_TRUE(crl.find(serial_from_hex(serial.get<std::string>()).value())) << file << serial;
    }
    EXPECT_FALSE(crl.find(serial_from_hex("0152").value())) << file;
    ++seen;
  }
  EXPECT_GE(seen, 8);
}

TEST(Crl, scope_of_sarl) {
  const auto scope = load_crl(pki("crl/sarl.crl")).value().facts().scope;
  ASSERT_TRUE(scope);
  EXPECT_TRUE(scope->only_ca_certificates && scope->has_name);
  EXPECT_FALSE(scope->only_user_certificates || scope->indirect || scope->some_reasons);
}

TEST(Crl, index_finds_each_of_many_in_any_order) {
  const OwnedPkey key = forge_key();
  std::mt19937 random(7);
  std::vector<long> serials;
  for (long i = 1; i <= 500; ++i) {
    serials.push_back(i * 131);
  }
  std::ranges::shuffle(serials, random);
  const Crl crl = forge_crl({.issuer = "CA", .key = key.get(), .revoked = serials});
  for (const long serial : serials) {
    const auto entry = crl.find(serial_from_hex(fmt::format("{:x}", serial)).value());
    ASSERT_TRUE(entry) << serial;
    EXPECT_EQ(entry->reason, "keyCompromise");
    EXPECT_FALSE(crl.find(serial_from_hex(fmt::format("{:x}", serial + 1)).value()));
  }
}

TEST(Crl, only_the_key_that_signed_has_signed) {
  const Crl crl = load_crl(pki("crl/sign_ca.crl")).value();
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(crl.signed_by(certificate("trust/signature/sign_ca.cer")));
    EXPECT_FALSE(crl.signed_by(certificate("trust/authentication/auth_ca.cer")));
  }
}

TEST(Crl, each_flipped_byte_is_noticed) {
  const Bytes der = to_bytes(load_crl(pki("crl/sign_ca.crl")).value().der());
  const Certificate issuer = certificate("trust/signature/sign_ca.cer");
  for (std::size_t i = 0; i < der.size(); i += 3) {
    Bytes changed = der;
    changed[i] ^= 0x01;
    const auto crl = Crl::parse(std::move(changed));
    EXPECT_TRUE(!crl || !crl->signed_by(issuer)) << i;
  }
}

TEST(Crl, truncated_or_longer_or_something_else_is_refused) {
  const Bytes der = to_bytes(load_crl(pki("crl/sign_ca.crl")).value().der());
  for (std::size_t length = 0; length < der.size(); length += 5) {
    EXPECT_EQ(Crl::parse(Bytes(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(length))).error().code,
              Code::kInputNotCrl);
  }
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_EQ(Crl::parse(longer).error().code, Code::kInputNotCrl);
  EXPECT_EQ(Crl::parse(Bytes(1000, 0)).error().code, Code::kInputNotCrl);
  EXPECT_EQ(Crl::parse(to_bytes(certificate("trust/signature/sign_ca.cer").der())).error().code, Code::kInputNotCrl);
}

TEST(CrlLookup, answers_by_what_is_proved) {
  const Crl crl = load_crl(pki("crl/sign_ca.crl")).value();
  const Certificate issuer = certificate("trust/signature/sign_ca.cer");
  const Certificate stranger = certificate("trust/authentication/auth_ca.cer");
  const Bytes revoked = serial_from_hex("01:57").value();
  const Bytes good = serial_from_hex("0x152").value();
  EXPECT_EQ(lookup(crl, revoked, &issuer, one_o_clock()).state, RevocationState::kRevoked);
  EXPECT_EQ(lookup(crl, revoked, &issuer, one_o_clock()).reason, "cessationOfOperation");
  EXPECT_EQ(lookup(crl, good, &issuer, one_o_clock()).state, RevocationState::kGood);
  EXPECT_EQ(lookup(crl, good, &stranger, one_o_clock()).state, RevocationState::kUnknown);
  EXPECT_EQ(lookup(crl, revoked, &stranger, one_o_clock()).state, RevocationState::kUnknown);
  // After nextUpdate: who was revoked stays so, nothing is known of the others.
  const Time late = one_o_clock() + std::chrono::days(10);
  EXPECT_EQ(lookup(crl, revoked, &issuer, late).state, RevocationState::kRevoked);
  EXPECT_EQ(lookup(crl, good, &issuer, late).state, RevocationState::kUnknown);
  EXPECT_EQ(lookup(crl, good, &issuer, one_o_clock() - std::chrono::days(10)).state, RevocationState::kUnknown);
  const CrlLookup unchecked = lookup(crl, good, nullptr, std::nullopt);
  EXPECT_EQ(unchecked.state, RevocationState::kGood);
  EXPECT_THAT(checks(unchecked.findings), testing::ElementsAre("crl.signature-unchecked"));
  EXPECT_EQ(to_json(unchecked).dump(),
            R"({"status":"good","revoked_at":null,"reason":null,"findings":[{"check":"crl.signature-unchecked",)"
            R"("severity":"warn","text":"The CRL's signature was not checked: no issuer was given."}]})");
}

TEST(SerialFromHex, takes_what_people_copy) {
  EXPECT_EQ(to_hex(serial_from_hex("0A:0b").value()), "0a0b");
  EXPECT_EQ(to_hex(serial_from_hex("00000151").value()), "0151");
  EXPECT_EQ(to_hex(serial_from_hex("dd").value()), "00dd");
  EXPECT_EQ(to_hex(serial_from_hex("0").value()), "00");
  EXPECT_FALSE(serial_from_hex(""));
  EXPECT_FALSE(serial_from_hex("xyz"));
}

}  // namespace
}  // namespace shomei::auth
