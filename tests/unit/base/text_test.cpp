#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/toml.h"
#include "base/work_budget.h"

namespace shomei {
namespace {

TEST(Json, duplicate_names_are_refused_at_every_depth) {
  EXPECT_TRUE(parse_json(R"({"a":1,"b":{"a":2}})").has_value());
  EXPECT_EQ(parse_json(R"({"a":1,"a":2})").error().detail, "member \"a\" appears twice");
  EXPECT_FALSE(parse_json(R"([{"x":{"k":1,"k":1}}])").has_value());
}

TEST(Json, limits_and_syntax) {
  EXPECT_EQ(parse_json("[1]", {.max_bytes = 2}).error().code, Code::kInputTooLarge);
  EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')).has_value());
  for (const char* text : {"", "{", "{'a':1}", "{\"a\":1,}", "// c\n1", "\"\xff\"", "1 2", "NaN"}) {
    EXPECT_FALSE(parse_json(text).has_value()) << text;
  }
}

TEST(Json, members_are_named_in_errors) {
  const Json object = parse_json(R"({"name":"x","count":3})").value();
  EXPECT_EQ(text_member(object, "name").value(), "x");
  EXPECT_EQ(text_member(object, "count").error().detail, "member \"count\" is not a text");
  EXPECT_EQ(number_member(object, "other").error().detail, "member \"other\" is missing");
  EXPECT_EQ(only_members(object, {"name"}).error().detail, "member \"count\" is not known here");
  EXPECT_FALSE(text_member(parse_json("[]").value(), "name").has_value());
}

TEST(Clock, rfc3339_there_and_back) {
  EXPECT_EQ(to_rfc3339(parse_rfc3339("2026-04-01T09:00:00+09:00").value()), "2026-04-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(parse_rfc3339("2024-02-29T23:59:59.999Z").value()), "2024-02-29T23:59:59Z");
  for (const char* text :
       {"", "2026-04-01", "2026-02-30T00:00:00Z", "2026-04-01T24:00:00Z", "2026-04-01T00:00:00",
        "2026-04-01T00:00:00Zx", "2026-4-01T00:00:00Z", "2026-04-01T00:00:00.Z", "1969-12-31T23:59:59Z"}) {
    EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
  }
}

TEST(Clock, asn1_times_of_rfc5280) {
  EXPECT_EQ(to_rfc3339(parse_asn1_time(0x17, "491231235959Z").value()), "2049-12-31T23:59:59Z");
  EXPECT_EQ(to_rfc3339(parse_asn1_time(0x17, "500101000000Z").value()), "1950-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(parse_asn1_time(0x18, "20500101000000Z").value()), "2050-01-01T00:00:00Z");
  EXPECT_FALSE(parse_asn1_time(0x17, "4912312359Z").has_value());
  EXPECT_FALSE(parse_asn1_time(0x18, "20500101000000.5Z").has_value());
}

TEST(Toml, unknown_key_names_the_nearest) {
  const auto table = TomlTable::parse("lissten = \"x\"\n", "server.toml").value();
  EXPECT_EQ(table.text("listen", "y").value(), "y");
  const auto done = table.finish();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::kConfigUnknownKey);
  EXPECT_EQ(done.error().detail, "server.toml: \"lissten\"; did you mean \"listen\"?");
}

TEST(Toml, unknown_key_of_a_sub_table_is_found) {
  const auto root = TomlTable::parse("[tls]\ncert = \"a\"\nkee = \"b\"\n[[facility]]\ncode = \"1\"\n", "f").value();
  const auto tls = root.table("tls").value();
  EXPECT_EQ(tls.text("cert").value(), "a");
  EXPECT_EQ(root.tables("facility").value().at(0).text("code").value(), "1");
  EXPECT_EQ(root.finish().error().detail, "f: tls.\"kee\"; did you mean \"cert\"?");
}

TEST(Toml, wrong_types_and_syntax_are_named) {
  const auto root = TomlTable::parse("port = \"x\"\n", "f").value();
  EXPECT_EQ(root.integer("port", 1).error().detail, "f: port: must be a whole number");
  EXPECT_EQ(root.text("name").error().detail, "f: name: is missing");
  EXPECT_EQ(TomlTable::parse("a = \n", "f").error().code, Code::kConfigInvalid);
}

TEST(Toml, malformed_brackets_are_refused_not_asserted) {
  for (const char* text : {"a = \"x\"\n[[[b]]\nc = \n", "[[[b]]]\n", "[[=]]\n", "[ ]\n", "[\n", "= 1\n"}) {
    EXPECT_EQ(TomlTable::parse(text, "f").error().code, Code::kConfigInvalid) << text;
  }
}

TEST(Toml, characters_above_ascii_only_in_strings_and_comments) {
  const auto table = TomlTable::parse("name = \"城東 \\\" 病院\" # 注\nother = '''二\n行'''\n", "f");
  ASSERT_TRUE(table.has_value()) << describe(table.error());
  EXPECT_EQ(table->text("name").value(), "城東 \" 病院");
  EXPECT_EQ(TomlTable::parse("a = 0uu[\xcf\xab[ca", "f").error().code, Code::kConfigInvalid);
}

TEST(WorkBudget, ends_the_job_and_says_what) {
  WorkBudget budget(3);
  EXPECT_TRUE(budget.spend("paths", 2).has_value());
  EXPECT_TRUE(budget.spend("paths").has_value());
  EXPECT_EQ(budget.spend("paths").error().detail, "paths: more than 3 steps");
}

TEST(Printable, only_whole_characters_of_utf8) {
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("é"), 2U);
  EXPECT_EQ(utf8_length("山"), 3U);
  EXPECT_EQ(utf8_length("\xF0\xA0\xAE\xB7"), 4U);
  for (const char* text : {"", "\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                           "\xF4\x90\x80\x80", "\xE5\xB1", "\xFF"}) {
    EXPECT_EQ(utf8_length(text), 0U) << text;
  }
}

TEST(Printable, what_could_mislead_is_replaced) {
  EXPECT_EQ(printable("山田 a\x1B[m\n\xE2\x80\xAE\xD8\x9C\xEF\xBB\xBF\xFF"), "山田 a?[m?????");
  EXPECT_EQ(printable("\xEF\xBF\xBF", "#"), "#");
}

TEST(Printable, widths) {
  EXPECT_EQ(columns("山a"), 3U);
  EXPECT_EQ(shortened("山田太郎", 8), "山田太郎");
  EXPECT_EQ(shortened("山田太郎", 7), "山田太…");
  EXPECT_EQ(shortened("abcdef", 3), "ab…");
}

}  // namespace
}  // namespace shomei
