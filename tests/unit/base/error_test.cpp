#include "base/error.h"

#include <gtest/gtest.h>

#include <set>

#include "base/log.h"
#include "base/result.h"

namespace shomei {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return fail(Code::kInputMalformed, "odd");
  }
  return number / 2;
}

Result<int> quarter(int number) {
  SHOMEI_TRY(const int once, half(number));
  SHOMEI_TRY(half(once));
  return half(once);
}

TEST(Error, ids_are_unique_and_lower_case) {
  std::set<std::string_view> seen;
  for (const CodeInfo& row : all_codes()) {
    EXPECT_TRUE(seen.insert(row.id).second) << row.id;
    EXPECT_EQ(row.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._"), std::string_view::npos) << row.id;
  }
}

TEST(Error, try_passes_value_and_error_on) {
  EXPECT_EQ(quarter(8).value(), 2);
  ASSERT_FALSE(quarter(6).has_value());
  EXPECT_EQ(quarter(6).error().code, Code::kInputMalformed);
}

TEST(Error, describe_names_every_cause) {
  const Error error = caused_by(make_error(Code::kNetTls, "inner"), Code::kLoginRefused, "outer");
  const std::string line = describe(error);
  EXPECT_NE(line.find("login.refused: outer"), std::string::npos) << line;
  EXPECT_NE(line.find("net.tls: inner"), std::string::npos) << line;
}

TEST(Error, message_speaks_both_languages) {
  const Error error = make_error(Code::kCardBusy, "reader 1");
  EXPECT_EQ(message(error, Language::kEn), "Another program is using the card. (reader 1)");
  EXPECT_EQ(message(error, Language::kJa), "他のプログラムがカードを使用中です。（reader 1）");
}

TEST(LogTest, foreign_text_stays_on_its_line) {
  ::testing::internal::CaptureStderr();
  log::error("name {}", "a\nb\x1b[2J");
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(written.find("name a\\x0ab\\x1b[2J\n"), std::string::npos) << written;
}

}  // namespace
}  // namespace shomei
