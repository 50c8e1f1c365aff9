#include "auth/x509/hc_role.h"

#include <gtest/gtest.h>

#include "base/der.h"

namespace shomei::auth {
namespace {

/// Parts of the extension's value, each replaceable by a test.
struct Parts {
  Bytes attribute = der::oid("1.0.17090.0.1");
  Bytes scheme = der::wrap(0xA0, der::oid("1.2.392.100495.1.6.1.1"));
  Bytes text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes("Medical Doctor")));
  std::uint8_t data_tag = der::tag::kSet;
  std::uint8_t inner_set = der::tag::kSet;

  Bytes build() const {
    const Bytes actor =
        der::wrap(der::tag::kSequence, der::wrap(0xA0, der::wrap(data_tag, {ByteView(scheme), ByteView(text)})));
    const Bytes values = der::wrap(der::tag::kSet, der::wrap(inner_set, actor));
    return der::wrap(der::tag::kSequence, der::wrap(der::tag::kSequence, {ByteView(attribute), ByteView(values)}));
  }
};

TEST(HcRole, of_a_doctor_as_real_certificates_have_it) {
  const Bytes value = Parts().build();
  EXPECT_EQ(to_hex(value),
            "30343032060628818542000131283126302"
            "4a0223120a00c060a2a830886910f01060101a2100c0e4d6564696361"
            "6c20446f63746f72");
  const auto roles = parse_hc_roles(value).value();
  ASSERT_EQ(roles.size(), 1U);
  EXPECT_EQ(roles[0].text, "Medical Doctor");
  EXPECT_EQ(roles[0].scheme, "1.2.392.100495.1.6.1.1");
}

TEST(HcRole, every_other_shape_is_refused) {
  const std::vector<std::pair<const char*, Parts>> cases{
      {"coded data as SEQUENCE", {.data_tag = der::tag::kSequence}},
      {"actors as SEQUENCE, not SET", {.inner_set = der::tag::kSequence}},
      {"text without tag", {.text = der::wrap(der::tag::kUtf8String, as_bytes("Medical Doctor"))}},
      {"text as PrintableString",
       {.text = der::wrap(0xA2, der::wrap(der::tag::kPrintableString, as_bytes("Midwife")))}},
      {"empty text", {.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, ByteView()))}},
      {"broken UTF-8", {.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes("Medical\xC3")))}},
      {"overlong UTF-8", {.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes("\xC0\xAF")))}},
      {"surrogate", {.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes("\xED\xA0\x80")))}},
      {"NUL", {.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes(std::string_view("A\0B", 3))))}},
      {"no scheme", {.scheme = {}}},
      {"scheme not in a tag", {.scheme = der::oid("1.2.392.100495.1.6.1.1")}},
  };
  for (const auto& [what, parts] : cases) {
    const auto roles = parse_hc_roles(parts.build());
    ASSERT_FALSE(roles) << what;
    EXPECT_EQ(roles.error().code, Code::kDerMalformed) << what;
  }
}

TEST(HcRole, every_truncation_and_extension_is_refused) {
  const Bytes value = Parts().build();
  for (std::size_t length = 0; length < value.size(); ++length) {
    EXPECT_FALSE(parse_hc_roles(ByteView(value).first(length))) << length;
  }
  Bytes longer = value;
  longer.push_back(0);
  EXPECT_FALSE(parse_hc_roles(longer));
}

TEST(HcRole, other_attributes_are_no_roles) {
  EXPECT_TRUE(parse_hc_roles(Parts{.attribute = der::oid("1.3.6.1.5.5.7.9.4")}.build()).value().empty());
}

TEST(HcRole, japanese_text_is_kept) {
  const auto roles =
      parse_hc_roles(Parts{.text = der::wrap(0xA2, der::wrap(der::tag::kUtf8String, as_bytes("医師")))}.build());
  EXPECT_EQ(roles.value().at(0).text, "医師");
}

}  // namespace
}  // namespace shomei::auth
