#include "pkcs11/uri.h"

#include <gtest/gtest.h>

namespace shomei::pkcs11 {
namespace {

TEST(UriTest, all_supported_attributes_are_read) {
  const auto uri = Uri::parse(
      "pkcs11:token=HPKI%20Application;manufacturer=M;model=ISO%207816-15%3A2016;serial=0A;slot-description=R%201;slot-"
      "id=3;"
      "object=Private%20key%20of%20HPKI;id=%17%00;type=private?module-path=/opt/hpki.so&module-name=hpki");
  ASSERT_TRUE(uri) << describe(uri.error());
  EXPECT_EQ(uri->token, "HPKI Application");
  EXPECT_EQ(uri->model, "ISO 7816-15:2016");
  EXPECT_EQ(uri->slot_description, "R 1");
  EXPECT_EQ(uri->slot_id, 3U);
  EXPECT_EQ(uri->object, "Private key of HPKI");
  EXPECT_EQ(uri->id, (Bytes{0x17, 0x00}));
  EXPECT_EQ(uri->module_path, "/opt/hpki.so");
  EXPECT_EQ(uri->module_name, "hpki");
}

TEST(UriTest, empty_uri_matches_everything) {
  const auto uri = Uri::parse("pkcs11:");
  ASSERT_TRUE(uri);
  EXPECT_FALSE(uri->token || uri->id || uri->slot_id);
}

class RefusedUriTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RefusedUriTest, is_refused_naming_the_reason) {
  const auto uri = Uri::parse(GetParam().first);
  ASSERT_FALSE(uri);
  EXPECT_EQ(uri.error().code, Code::kPkcs11Uri);
  EXPECT_NE(uri.error().detail.find(GetParam().second), std::string::npos) << uri.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Uri, RefusedUriTest,
    testing::Values(std::pair{"token=a", "begin"}, std::pair{"pkcs11:token", "without a name"},
                    std::pair{"pkcs11:token=a;token=b", "twice"}, std::pair{"pkcs11:token=%4", "percent"},
                    std::pair{"pkcs11:token=%zz", "percent"}, std::pair{"pkcs11:token=%00", "control"},
                    std::pair{"pkcs11:colour=red", "not supported"}, std::pair{"pkcs11:slot-id=1x", "slot-id"},
                    std::pair{"pkcs11:type=data", "type"}, std::pair{"pkcs11:?pin-value=1234", "never"},
                    std::pair{"pkcs11:?pin-source=/tmp/pin", "never"},
                    std::pair{"pkcs11:?module-path=a.so", "absolute"}, std::pair{"pkcs11:?module-name=../a", "folder"},
                    std::pair{"pkcs11:?colour=red", "not supported"}));

TEST(UriTest, a_refused_pin_is_not_repeated_in_the_error) {
  const auto uri = Uri::parse("pkcs11:token=a?pin-value=48151623");
  ASSERT_FALSE(uri);
  EXPECT_EQ(describe(uri.error()).find("48151623"), std::string::npos);
}

}  // namespace
}  // namespace shomei::pkcs11
