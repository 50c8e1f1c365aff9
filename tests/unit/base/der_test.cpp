#include "base/der.h"

#include <gtest/gtest.h>

namespace shomei::der {
namespace {

Result<Element> read_one(const char* hex) {
  const Bytes bytes = from_hex(hex).value();
  Reader reader(bytes);
  auto element = reader.next();
  if (!element) {
    return element;
  }
  element->value = {};
  element->whole = {};
  return element;
}

TEST(DerReader, lengths_must_be_definite_minimal_and_inside) {
  for (const char* hex : {"30", "3080", "308100", "30817f", "30820080", "3003020100ff0000" /* fine */, "0485ffffffffff",
                          "040201", "1f0100"}) {
    const bool fine = std::string_view(hex) == "3003020100ff0000";
    EXPECT_EQ(read_one(hex).has_value(), fine) << hex;
  }
}

TEST(DerReader, offset_counts_from_the_outermost_input) {
  const Bytes bytes = from_hex("30053003020500").value();
  Reader outer(bytes);
  Reader middle = outer.enter(tag::kSequence).value();
  Reader inner = middle.enter(tag::kSequence).value();
  EXPECT_EQ(inner.next().error().detail, "element longer than its container at byte 4");
}

TEST(DerReader, depth_is_bounded) {
  Bytes nested;
  for (int i = 0; i < 40; ++i) {
    nested = wrap(tag::kSequence, nested);
  }
  Reader reader(nested);
  int depth = 0;
  while (true) {
    auto inner = reader.enter(tag::kSequence);
    if (!inner) {
      EXPECT_NE(inner.error().detail.find("nested too deep"), std::string::npos);
      break;
    }
    reader = *inner;
    ++depth;
  }
  EXPECT_EQ(depth, 32);
}

TEST(DerOid, text_and_content_agree) {
  for (const char* text : {"1.2.840.113549.1.1.11", "2.5.29.9", "1.0.17090.0.1", "1.2.392.100495.1.6.1.1", "2.999.3",
                           "0.2.440.200185.1.1.1.1"}) {
    EXPECT_EQ(oid_text(oid_content(text).value()).value(), text);
  }
  EXPECT_EQ(to_hex(oid("1.2.392.100495.1.6.1.1")), "060a2a830886910f01060101");
}

TEST(DerOid, malformed_is_refused) {
  for (const char* text : {"", "1", "1.", "1.40.1", "3.1", "1.2.x", "1..2", "-1.2"}) {
    EXPECT_FALSE(oid_content(text).has_value()) << text;
  }
  for (const char* hex : {"", "80", "2a80", "2a8001", "2affffffffffffffffff7f"}) {
    EXPECT_FALSE(oid_text(from_hex(hex).value()).has_value()) << hex;
  }
}

TEST(DerWriter, long_lengths_and_integers) {
  EXPECT_EQ(to_hex(ByteView(wrap(tag::kOctetString, Bytes(128))).first(3)), "048180");
  EXPECT_EQ(to_hex(ByteView(wrap(tag::kOctetString, Bytes(256))).first(4)), "04820100");
  EXPECT_EQ(to_hex(unsigned_integer(from_hex("0080").value())), "02020080");
  EXPECT_EQ(to_hex(unsigned_integer({})), "020100");
  EXPECT_EQ(small_integer(from_hex("0088").value()).value(), 0x88U);
  EXPECT_FALSE(small_integer(from_hex("0008").value()).has_value());
  EXPECT_FALSE(small_integer(from_hex("ff").value()).has_value());
}

TEST(DerWriter, set_of_is_sorted) {
  EXPECT_EQ(to_hex(set_of({from_hex("020102").value(), from_hex("020101").value()})), "3106020101020102");
}

}  // namespace
}  // namespace shomei::der
