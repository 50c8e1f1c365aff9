#include "base/ber.h"

#include <gtest/gtest.h>

namespace shomei {
namespace {

Bytes hex(std::string_view text) {
  return *from_hex(text);
}

std::string converted(std::string_view ber) {
  const auto made = der::from_ber(hex(ber));
  return made ? to_hex(*made) : "error";
}

TEST(BerTest, WhatIsDerStaysAsItIs) {
  EXPECT_EQ(converted("30060201050401aa"), "30060201050401aa");
}

TEST(BerTest, LengthsBecomeDefiniteAndShort) {
  EXPECT_EQ(converted("3080020105a08004030102030000a18000000000"), "300c020105a0050403010203a100");
  EXPECT_EQ(converted("3083000003020105"), "3003020105");
}

TEST(BerTest, OctetStringsComeInOnePiece) {
  EXPECT_EQ(converted("24800402aabb240404020cdd0401ee0000"), "0405aabb0cddee");
  EXPECT_EQ(converted("2403020105"), "error");
}

TEST(BerTest, WhatHasNoEndOrNoSpaceIsRefused) {
  for (const std::string_view ber : {"", "30", "3080", "30800201050000ff", "0480aa0000", "3003020305", "30840000",
                                     "1f0100", "30890000000000000000ff00"}) {
    EXPECT_EQ(converted(ber), "error") << ber;
  }
  std::string deep;
  for (int i = 0; i < 40; ++i) {
    deep += "3080";
  }
  EXPECT_EQ(converted(deep), "error");
}

}  // namespace
}  // namespace shomei
