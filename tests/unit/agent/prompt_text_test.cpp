#include "agent/prompt_text.h"

#include <gmock/gmock.h>

namespace shomei::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Matter signature_of(std::vector<std::string> documents) {
  return {cards::Use::kSignature, {4711, "ehr-writer"}, "", "", std::move(documents), "佐藤 一郎", "Reader 1"};
}

TEST(PromptTextTest, signature_dialog_says_who_what_and_which_pin) {
  const DialogText text = pin_text({signature_of({"紹介状.json"}), 14}, Language::kJa);
  for (const char* part : {"ehr-writer", "4711", "紹介状.json", "署名用 PIN", "残り回数: 14", "佐藤 一郎"}) {
    EXPECT_THAT(text.description, HasSubstr(part));
  }
  EXPECT_THAT(text.description, Not(HasSubstr("認証用")));
  EXPECT_EQ(text.prompt, "署名用 PIN:");
  EXPECT_EQ(text.error, "");
}

TEST(PromptTextTest, login_dialog_names_the_server_and_the_other_pin) {
  const Matter matter{cards::Use::kAuthentication, {1, "shomei"}, "https://net.example", "4312345", {}, "", ""};
  const DialogText text = pin_text({matter, std::nullopt}, Language::kEn);
  for (const char* part : {"https://net.example", "4312345", "認証用"}) {
    EXPECT_THAT(text.description, HasSubstr(part));
  }
  EXPECT_THAT(text.description, Not(HasSubstr("Tries left")));
}

TEST(PromptTextTest, after_a_wrong_pin_the_error_tells_the_tries_left) {
  const DialogText text = pin_text({signature_of({"a"}), 3, PinQuestion::Before::kWrong}, Language::kJa);
  EXPECT_EQ(text.error, "PIN が違います。（残り 3 回）");
}

TEST(PromptTextTest, many_documents_are_counted) {
  const DialogText text = pin_text({signature_of({"1", "2", "3", "4", "5", "6", "7"}), 3}, Language::kEn);
  EXPECT_THAT(text.description, HasSubstr("7 document(s)"));
  EXPECT_THAT(text.description, HasSubstr("and 2 more"));
}

TEST(PromptTextTest, last_try_is_named_as_such) {
  EXPECT_THAT(confirm_text(signature_of({"a"}), Confirmation::kLastTry, Language::kJa).description,
              HasSubstr("残り回数は 1 回"));
  EXPECT_THAT(confirm_text(signature_of({"a"}), Confirmation::kTriesUnknown, Language::kEn).description,
              HasSubstr("does not tell"));
}

TEST(ShownTest, hides_what_could_deceive) {
  EXPECT_EQ(shown("a\nb\x1b[2J", 60), "a\uFFFDb\uFFFD[2J");
  EXPECT_EQ(shown("gpj.\u202Excod", 60), "gpj.\uFFFDxcod");
  EXPECT_EQ(shown("<b>&", 60), "＜b>＆");
  EXPECT_EQ(shown("紹介状です", 3), "紹介状…");
  EXPECT_EQ(shown("紹介状", 3), "紹介状");
}

TEST(ShownTest, replaces_what_is_not_utf8) {
  EXPECT_EQ(shown("\xE7\xB4", 60), "\uFFFD\uFFFD");
  EXPECT_EQ(shown("\xC0\xAF", 60), "\uFFFD\uFFFD");
  EXPECT_EQ(shown("\xED\xA0\x80", 60), "\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace shomei::agent
