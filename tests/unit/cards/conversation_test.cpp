// Whole conversations with the three shapes of card, played back: every command counts.
#include <gmock/gmock.h>

#include "cards/card_signing_key.h"
#include "cards/certificate_cache.h"
#include "cards/identify.h"
#include "tests/doubles/fault_channel.h"
#include "tests/doubles/scripted_card.h"

namespace shomei::cards {
namespace {

using ::shomei::testing::Exchange;
using ::shomei::testing::FaultChannel;
using ::shomei::testing::load_conversation;
using ::shomei::testing::ScriptedCard;
using ::shomei::testing::traits;

struct Case {
  std::string shape;
  Use use;
};

std::vector<Exchange> conversation(const Case& which) {
  return load_conversation(std::string(SHOMEI_SOURCE_DIR) + "/tests/unit/cards/conversations/" + which.shape + "_" +
                           std::string(name(which.use)) + ".txt");
}

Pin typed(std::string text) {
  return *Pin::take(text);
}

const Bytes kDigest = sha256(as_bytes("a challenge"));

Result<Bytes> sign(Channel& channel, Use use, CertificateCache* cache = nullptr) {
  const Pin pin = typed("1234");  // recorded conversations do not show the PIN
  SHOMEI_TRY(HpkiApplication application, open_hpki(channel, use, cache));
  CardSigningKey key(channel, std::move(application), &pin);
  return key.sign_digest(DigestAlgorithm::kSha256, kDigest);
}

class Conversation : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Cards, Conversation,
                         ::testing::Values(Case{"jma", Use::kSignature}, Case{"jma", Use::kAuthentication},
                                           Case{"guideline", Use::kSignature}, Case{"guideline", Use::kAuthentication},
                                           Case{"opensc", Use::kSignature}, Case{"opensc", Use::kAuthentication}),
                         [](const auto& which) {
                           return which.param.shape + "_" + std::string(name(which.param.use));
                         });

TEST_P(Conversation, is_held_command_by_command) {
  ScriptedCard card(conversation(GetParam()));
  const auto signature = sign(card, GetParam().use);
  ASSERT_TRUE(signature) << describe(signature.error());
  EXPECT_EQ(signature->size(), 256U);
}

TEST_P(Conversation, broken_off_at_any_command_gives_the_fault_s_own_error) {
  const auto script = conversation(GetParam());
  const Code codes[] = {Code::kCardRemoved, Code::kCardBusy, Code::kCardNoService, Code::kCardNoProgress,
                        Code::kInternal};
  for (const Code code : codes) {
    for (int nth = 1; nth <= static_cast<int>(script.size()); ++nth) {
      ScriptedCard card(script);
      card.abandon();
      FaultChannel faulty(card, traits(), nth, code);
      const auto result = sign(faulty, GetParam().use);
      ASSERT_FALSE(result) << nth;
      EXPECT_EQ(result.error().code, code) << nth << ": " << describe(result.error());
      EXPECT_EQ(faulty.count(), nth) << "went on after the fault";
      EXPECT_FALSE(faulty.session().pin_verified);
    }
  }
}

// A status word of no meaning in place of any answer is refused or overcome, never taken for data.
TEST_P(Conversation, foreign_status_word_at_any_command_is_an_error_or_overcome) {
  const auto script = conversation(GetParam());
  int refused_count = 0;
  for (std::size_t nth = 0; nth < script.size(); ++nth) {
    auto changed = script;
    changed[nth].answer = "6f00";
    changed.resize(nth + 1);
    changed.push_back({"**", "!"});
    ScriptedCard card(changed);
    card.abandon();
    const auto result = sign(card, GetParam().use);
    ASSERT_FALSE(result) << nth;
    refused_count += result.error().code == Code::kCardStatus ? 1 : 0;
  }
  EXPECT_GE(refused_count, static_cast<int>(script.size()) - 4);
}

TEST_P(Conversation, truncated_answer_is_never_accepted) {
  const auto script = conversation(GetParam());
  for (std::size_t nth = 0; nth < script.size(); ++nth) {
    if (script[nth].answer.size() <= 40 || script[nth].command.starts_with("00A404")) {
      continue;
    }
    auto changed = script;
    changed[nth].answer = changed[nth].answer.substr(0, 20) + "9000";
    changed.resize(nth + 1);
    changed.push_back({"**", "6b00"});  // asked for the rest: there is none
    changed.push_back({"**", "!"});
    ScriptedCard card(changed);
    card.abandon();
    EXPECT_FALSE(sign(card, GetParam().use)) << nth;
  }
}

TEST_P(Conversation, known_card_is_recognised_by_the_start_of_its_certificate) {
  CertificateCache cache;
  {
    ScriptedCard card(conversation(GetParam()));
    ASSERT_TRUE(sign(card, GetParam().use, &cache));
  }
  const auto script = conversation(GetParam());
  std::vector<Exchange> warm{script.front()};
  const auto certificate =
      std::ranges::find_if(script, [](const Exchange& each) { return each.answer.starts_with("3082"); });
  ASSERT_NE(certificate, script.end());
  const bool selects = GetParam().shape != "guideline";
  if (selects) {
    warm.push_back(*(certificate - 1));
  }
  warm.push_back({certificate->command.substr(0, 8) + "**", certificate->answer.substr(0, 512) + "9000"});
  warm.insert(warm.end(), script.end() - 4, script.end());
  ScriptedCard card(warm);
  EXPECT_TRUE(sign(card, GetParam().use, &cache));
}

TEST_P(Conversation, card_that_begins_otherwise_is_read_anew) {
  CertificateCache cache;
  const auto script = conversation(GetParam());
  {
    ScriptedCard card(script);
    ASSERT_TRUE(sign(card, GetParam().use, &cache));
  }
  auto cold = script;
  const bool selects = GetParam().shape != "guideline";
  const std::vector<Exchange> look = selects
                                         ? std::vector<Exchange>{{"00a4020c**", "9000"}, {"00b00000**", "308205009000"}}
                                         : std::vector<Exchange>{{"00b09800**", "308205009000"}};
  cold.insert(cold.begin() + 1, look.begin(), look.end());
  ScriptedCard card(cold);
  EXPECT_TRUE(sign(card, GetParam().use, &cache));
}

const std::string kFullAid = "00a4040010e828bd080fa0000003910000000000";

TEST(OpenHpki, partial_aid_finds_an_application_with_another_name) {
  const auto script = conversation({"jma", Use::kSignature});
  std::vector<Exchange> found{{kFullAid + "0100", "6a82"}, {"00a4040005e828bd080f00", "6f0a8408e828bd080f0102039000"}};
  found.insert(found.end(), script.begin() + 1, script.end() - 4);
  ScriptedCard card(found);
  const auto application = open_hpki(card, Use::kSignature);
  ASSERT_TRUE(application) << describe(application.error());
  EXPECT_EQ(to_hex(application->aid()), "e828bd080f010203");
}

TEST(OpenHpki, partial_aid_skips_an_application_for_another_use) {
  const auto script = conversation({"jma", Use::kAuthentication});
  std::vector<Exchange> found{{kFullAid + "0100", "6a82"}, {"00a4040005e828bd080f00", "6f0a8408e828bd080f0102039000"}};
  const auto certificate =
      std::ranges::find_if(script, [](const Exchange& each) { return each.answer.starts_with("3082"); });
  found.insert(found.end(), script.begin() + 1, certificate + 1);
  found.push_back({"00a4040205e828bd080f00", "6a82"});
  ScriptedCard card(found);
  EXPECT_EQ(open_hpki(card, Use::kSignature).error().code, Code::kCardUnknown);
}

TEST(OpenHpki, application_with_a_certificate_for_another_use_is_refused) {
  const auto script = conversation({"jma", Use::kSignature});
  std::vector<Exchange> swapped{{kFullAid + "0200", "9000"}};
  const auto certificate =
      std::ranges::find_if(script, [](const Exchange& each) { return each.answer.starts_with("3082"); });
  swapped.insert(swapped.end(), script.begin() + 1, certificate + 1);
  swapped.push_back({"00a4040005e828bd080f00", "6a82"});
  ScriptedCard card(swapped);
  EXPECT_EQ(open_hpki(card, Use::kAuthentication).error().code, Code::kCardUnknown);
}

TEST(OpenHpki, endless_list_of_applications_ends) {
  std::vector<Exchange> endless{{kFullAid + "0100", "6a82"}};
  for (int i = 0; i < 8; ++i) {
    endless.push_back({i == 0 ? "00a4040005e828bd080f00" : "00a4040205e828bd080f00",
                       "6f0784"
                       "05e828bd080f9000"});
  }
  ScriptedCard card(endless);
  EXPECT_EQ(open_hpki(card, Use::kSignature).error().code, Code::kCardUnknown);
}

TEST(OpenHpki, deactivated_application_is_refused_openly) {
  ScriptedCard card(std::vector<Exchange>{{kFullAid + "0100", "6283"}});
  EXPECT_EQ(open_hpki(card, Use::kSignature).error().code, Code::kCardStatus);
}

TEST(Identify, cards_of_other_families_are_named) {
  const std::vector<Exchange> no_hpki{{kFullAid + "0200", "6a82"},
                                      {"00a4040005e828bd080f00", "6a82"},
                                      {kFullAid + "0100", "6a82"},
                                      {"00a4040005e828bd080f00", "6a82"}};
  auto piv = no_hpki;
  piv.push_back({"00a4040005a00000030800", "61119000"});
  ScriptedCard piv_card(piv);
  EXPECT_EQ(identify(piv_card)->family, Family::kPiv);
  auto jpki = no_hpki;
  jpki.push_back({"00a4040005a00000030800", "6a82"});
  jpki.push_back(
      {"00a404000ad392f0002601000000010"
       "0",
       "9000"});
  ScriptedCard jpki_card(jpki);
  EXPECT_EQ(identify(jpki_card)->family, Family::kJpki);
}

}  // namespace
}  // namespace shomei::cards
