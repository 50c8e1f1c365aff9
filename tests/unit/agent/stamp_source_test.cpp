#include "agent/stamp_source.h"

#include <gtest/gtest.h>

namespace shomei::agent {
namespace {

const SystemClock kClock;

TEST(AgentStampSource, is_made_of_what_is_configured) {
  EXPECT_EQ(make_stamp_source({}, kClock).value(), nullptr);
  EXPECT_NE(make_stamp_source({.urls = {"http://tsa.example"}}, kClock).value(), nullptr);
}

TEST(AgentStampSource, says_at_the_start_what_could_never_work) {
  const auto code = [](const TimestampConfig& config) { return make_stamp_source(config, kClock).error().code; };
  EXPECT_EQ(code({.urls = {"https://tsa.example"}}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"tsa.example"}}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"http://tsa.example"}, .policy = "any"}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"http://tsa.example"}, .key = "/none"}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"http://tsa.example"}, .certificate = "/none", .key = "/none"}), Code::kInputNotFound);
  EXPECT_EQ(code({.urls = {"https://tsa.example"}, .tls_ca = {"/none"}}), Code::kInputNotFound);
}

}  // namespace
}  // namespace shomei::agent
