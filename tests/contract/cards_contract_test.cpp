#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "cards/card_signing_key.h"
#include "cards/certificate_cache.h"
#include "cards/identify.h"
#include "tests/contract/card_fixture.h"

namespace shomei::cards {
namespace {

using ::testing::ElementsAre;

/// APDUs from the open transaction to a proof, by shape: what the card's layout makes necessary.
struct Cost {
  int cold;
  int warm;
};
Cost cost_of_signature() {
  const std::string_view shape = std::getenv("SHOMEI_CARD_SHAPE");
  if (shape == "jma") {
    return {.cold = 14, .warm = 7};
  }
  return shape == "guideline" ? Cost{.cold = 10, .warm = 6} : Cost{.cold = 17, .warm = 7};
}

class CardsContract : public CardTest, public ::testing::WithParamInterface<Use> {
 protected:
  Bytes certificate_file() const {
    return *read_file(std::filesystem::path(SHOMEI_HOLDERS) / "doctor1" / (name_of(GetParam()) + ".cer"), 1 << 16);
  }
  const Bytes digest_ = sha256(as_bytes("a challenge"));
};

INSTANTIATE_TEST_SUITE_P(Uses, CardsContract, ::testing::Values(Use::kAuthentication, Use::kSignature),
                         [](const auto& use) { return name_of(use.param); });

TEST_P(CardsContract, sign_with_right_pin_verifies_with_certificate) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto application = open_hpki(*channel, GetParam());
  ASSERT_TRUE(application) << describe(application.error());
  EXPECT_EQ(to_bytes(application->certificate()), certificate_file());
  EXPECT_EQ(application->pin_each_signature(), GetParam() == Use::kSignature);
  const auto outcome = application->verify_pin(*channel, typed(pin_of(GetParam())));
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_EQ(outcome->kind, PinOutcome::Kind::kVerified);
  const auto signature = application->sign(*channel, DigestAlgorithm::kSha256, digest_);
  ASSERT_TRUE(signature) << describe(signature.error());
  EXPECT_TRUE(verifies(application->certificate(), digest_, *signature));
}

TEST_P(CardsContract, certificates_end_entity_first_and_chain_kept) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto application = open_hpki(*channel, GetParam()).value();
  const auto certificates = application.certificates(*channel);
  ASSERT_TRUE(certificates) << describe(certificates.error());
  ASSERT_GE(certificates->size(), 2U);
  EXPECT_EQ(certificates->front(), certificate_file());
  const int before = apdus();
  EXPECT_EQ(*application.certificates(*channel), *certificates);
  EXPECT_EQ(apdus(), before);
}

TEST_P(CardsContract, cost_is_what_the_layout_makes_necessary) {
  CertificateCache cache;
  const Pin pin = typed(pin_of(GetParam()));
  const auto prove = [&] {
    auto connection = connect();
    const auto channel = *connection.begin();
    CardSigningKey key(*channel, open_hpki(*channel, GetParam(), &cache).value(), &pin);
    EXPECT_TRUE(verifies(key.certificate(), digest_, *key.sign_digest(DigestAlgorithm::kSha256, digest_)));
  };
  prove();
  EXPECT_EQ(apdus(), cost_of_signature().cold) << card_.send("stats");
  card_.send("reset-stats");
  prove();
  EXPECT_EQ(apdus(), cost_of_signature().warm) << card_.send("stats");
}

TEST_P(CardsContract, ten_signatures_present_the_pin_as_often_as_the_key_wants_it) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const Pin pin = typed(pin_of(GetParam()));
  CardSigningKey key(*channel, open_hpki(*channel, GetParam()).value(), &pin);
  card_.send("reset-stats");
  for (int i = 0; i < 10; ++i) {
    const auto signature = key.sign_digest(DigestAlgorithm::kSha256, digest_);
    ASSERT_TRUE(signature) << describe(signature.error());
    EXPECT_TRUE(verifies(key.certificate(), digest_, *signature));
  }
  const auto stats = card_.send("stats");
  EXPECT_EQ(stats.at("signatures").get<int>(), 10);
  EXPECT_EQ(stats.at("by_ins").at("20").get<int>(), GetParam() == Use::kSignature ? 11 : 2);
  EXPECT_EQ(stats.at("by_ins").at("22").get<int>(), 1);
}

TEST_P(CardsContract, wrong_pin_says_what_is_left_and_keeps_the_last_try) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto application = open_hpki(*channel, GetParam()).value();
  card_.send("tries " + name_of(GetParam()) + " 3");
  EXPECT_EQ(*application.pin_status(*channel), (PinStatus{PinStatus::State::kTriesLeft, std::uint8_t{3}}));
  const Pin wrong = typed("999999");
  EXPECT_EQ(*application.verify_pin(*channel, wrong), (PinOutcome{PinOutcome::Kind::kWrong, std::uint8_t{2}}));
  EXPECT_EQ(*application.verify_pin(*channel, wrong), (PinOutcome{PinOutcome::Kind::kWrong, std::uint8_t{1}}));
  EXPECT_EQ(*application.verify_pin(*channel, wrong), (PinOutcome{PinOutcome::Kind::kLastTryKept, std::uint8_t{1}}));
  EXPECT_EQ(card_.send("stats").at("wrong_pins").get<int>(), 2);
  EXPECT_EQ(*application.verify_pin(*channel, wrong, LeastTries::kMaySpendLast),
            (PinOutcome{PinOutcome::Kind::kLocked, std::uint8_t{0}}));
  EXPECT_EQ(application.pin_status(*channel)->state, PinStatus::State::kLocked);
  EXPECT_EQ(application.verify_pin(*channel, typed(pin_of(GetParam())), LeastTries::kMaySpendLast)->kind,
            PinOutcome::Kind::kLocked);
}

TEST_P(CardsContract, pin_of_the_other_application_is_not_touched) {
  const Use other = GetParam() == Use::kSignature ? Use::kAuthentication : Use::kSignature;
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto application = open_hpki(*channel, GetParam()).value();
  EXPECT_EQ(application.verify_pin(*channel, typed("000000"))->kind, PinOutcome::Kind::kWrong);
  EXPECT_EQ(card_.send("state").at("tries").at(name_of(other)).get<int>(), 15);
}

TEST_P(CardsContract, verified_pin_does_not_outlive_the_transaction) {
  auto connection = connect();
  const auto application = open_hpki(**connection.begin(), GetParam()).value();
  {
    const auto channel = *connection.begin();
    ASSERT_EQ(application.verify_pin(*channel, typed(pin_of(GetParam())))->kind, PinOutcome::Kind::kVerified);
  }
  auto second = connect();
  const auto channel = *second.begin();
  EXPECT_EQ(application.pin_status(*channel)->state, PinStatus::State::kTriesLeft);
  EXPECT_EQ(application.sign(*channel, DigestAlgorithm::kSha256, digest_).error().code, Code::kCardStatus);
}

// Run by variants_test.py on a card that hides its counter.
TEST_P(CardsContract, DISABLED_hidden_counter_wants_a_confirmation) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto application = open_hpki(*channel, GetParam()).value();
  EXPECT_EQ(application.pin_status(*channel)->state, PinStatus::State::kUnknown);
  EXPECT_EQ(application.verify_pin(*channel, typed("999999"))->kind, PinOutcome::Kind::kTriesUnknown);
  EXPECT_EQ(card_.send("stats").at("wrong_pins").get<int>(), 0);
  EXPECT_EQ(*application.verify_pin(*channel, typed("999999"), LeastTries::kMaySpendLast),
            (PinOutcome{PinOutcome::Kind::kWrong, std::nullopt}));
  EXPECT_EQ(application.verify_pin(*channel, typed(pin_of(GetParam())), LeastTries::kMaySpendLast)->kind,
            PinOutcome::Kind::kVerified);
}

class CardsIdentity : public CardTest {};

TEST_F(CardsIdentity, identify_names_both_applications) {
  auto connection = connect();
  const auto channel = *connection.begin();
  const auto found = identify(*channel);
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->family, Family::kHpki);
  EXPECT_THAT(found->uses, ElementsAre(Use::kAuthentication, Use::kSignature));
}

TEST_F(CardsIdentity, cache_never_shows_the_certificate_of_another_card) {
  CertificateCache cache;
  const auto read = [&](Use use) {
    auto connection = connect();
    const auto channel = *connection.begin();
    return to_bytes(open_hpki(*channel, use, &cache).value().certificate());
  };
  const Bytes first = read(Use::kAuthentication);
  card_.send("eject");
  card_.send("hold doctor2");
  card_.send("insert");
  const Bytes second = read(Use::kAuthentication);
  EXPECT_EQ(second, *read_file(std::filesystem::path(SHOMEI_HOLDERS) / "doctor2" / "authentication.cer", 1 << 16));
  card_.send("eject");
  card_.send("hold doctor1");
  card_.send("insert");
  EXPECT_EQ(read(Use::kAuthentication), first);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace shomei::cards
