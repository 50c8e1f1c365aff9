#include "agent/pinentry.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace shomei::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Runs the harness's scripted pinentry as the real thing is run.
class PinentryTest : public ::testing::Test {
 protected:
  PinentryTest() {
    char name[] = "/tmp/shomei-pinentry-XXXXXX";
    folder_ = ::mkdtemp(name);
    ::setenv("PINENTRY_SCRIPT", (folder_ / "script").c_str(), 1);
  }
  ~PinentryTest() override { std::filesystem::remove_all(folder_); }

  void script(const std::string& lines) { std::ofstream(folder_ / "script") << lines; }
  Json shown() {
    std::ifstream log(folder_ / "script.log");
    std::string line;
    std::getline(log, line);
    return Json::parse(line);
  }
  static PinQuestion question() {
    return {{cards::Use::kSignature, {4711, "ehr"}, "", "", {"紹介状 100%.json"}, "佐藤", "R"},
            14,
            PinQuestion::Before::kWrong};
  }

  std::filesystem::path folder_;
  Pinentry pinentry_{SHOMEI_SOURCE_DIR "/tests/harness/pinentry_script.py", Language::kJa, 20s};
};

TEST_F(PinentryTest, pin_comes_back_and_the_dialog_said_everything) {
  script("pin 24%68\n");
  const auto pin = pinentry_.ask_pin(question(), {}).value();
  ASSERT_TRUE(pin);
  EXPECT_TRUE(pin->reveal([](auto bytes) { return as_text(bytes) == "24%68"; }));
  const Json dialog = shown();
  EXPECT_EQ(dialog["command"], "GETPIN");
  EXPECT_THAT(dialog["desc"].get<std::string>(), HasSubstr("紹介状 100%.json"));
  EXPECT_THAT(dialog["desc"].get<std::string>(), HasSubstr("残り回数: 14"));
  EXPECT_THAT(dialog["error"].get<std::string>(), HasSubstr("PIN が違います"));
  EXPECT_EQ(dialog["prompt"], "署名用 PIN:");
}

TEST_F(PinentryTest, cancel_and_timeout_are_no_errors) {
  for (const char* answer : {"cancel\n", "timeout\n"}) {
    script(answer);
    EXPECT_FALSE(pinentry_.ask_pin(question(), {}).value().has_value()) << answer;
  }
}

TEST_F(PinentryTest, confirmation_is_yes_or_no) {
  script("confirm yes\nconfirm no\n");
  EXPECT_TRUE(pinentry_.confirm(question().matter, Confirmation::kLastTry, {}).value());
  EXPECT_FALSE(pinentry_.confirm(question().matter, Confirmation::kLastTry, {}).value());
}

TEST_F(PinentryTest, program_that_dies_refuses_or_is_not_there_is_no_dialog) {
  script("die\n");
  EXPECT_EQ(pinentry_.ask_pin(question(), {}).error().code, Code::kPinNoDialog);
  script("");
  EXPECT_EQ(pinentry_.ask_pin(question(), {}).error().code, Code::kPinNoDialog);
  for (const char* program : {"/nonexistent/pinentry", "/bin/true", "/bin/cat"}) {
    Pinentry other(program, Language::kEn, 1s);
    const auto pin = other.ask_pin(question(), {});
    EXPECT_FALSE(pin && *pin) << program;
  }
}

TEST_F(PinentryTest, stop_closes_a_dialog_that_nobody_answers) {
  // It greets nobody and waits for ever.
  Pinentry silent("/bin/cat", Language::kEn, 1h);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(silent.ask_pin(question(), stop.get_token()).value().has_value());
}

}  // namespace
}  // namespace shomei::agent
