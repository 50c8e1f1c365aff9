#include <gmock/gmock.h>

#include "base/toml.h"
#include "server/config.h"
#include "server/trust/crl_rules.h"

namespace shomei::server {
namespace {

const std::string kLeast = "issuer = \"https://server.test:8443\"\n[tls]\ncertificate = \"a.cer\"\nkey = \"a.pem\"\n";

Result<Config> read(const std::string& text) {
  auto table = TomlTable::parse(text, "server.toml");
  return table ? Config::read(*table, "/etc/shomei") : std::unexpected(table.error());
}

TEST(Config, HasSafeDefaults) {
  const auto config = read(kLeast);
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_TRUE(config->production);
  EXPECT_EQ(config->profiles.test_card.severity, auth::Severity::kFail);
  EXPECT_EQ(config->listen.host, "127.0.0.1");
  EXPECT_EQ(config->listen.port, 8443);
  EXPECT_EQ(config->listen.certificate, "/etc/shomei/a.cer");
  EXPECT_EQ(config->admin_socket, "/run/shomei/server.sock");
  EXPECT_EQ(config->store.connection, "/var/lib/shomei/server.db");
  EXPECT_EQ(config->token_key, "/var/lib/shomei/token-key.pem");
  EXPECT_EQ(config->audience, "https://server.test:8443");
  EXPECT_THAT(config->origins, testing::ElementsAre("https://server.test:8443"));
}

TEST(Config, NamesAMisspeltKeyAndTheNearestOne) {
  const auto config = read("isuer = \"x\"\n" + kLeast);
  EXPECT_EQ(config.error().code, Code::kConfigUnknownKey);
  EXPECT_THAT(config.error().detail, testing::HasSubstr("issuer"));
  EXPECT_EQ(read(kLeast + "[session]\nleese = 3\n").error().code, Code::kConfigUnknownKey);
}

TEST(Config, RefusesWrongValues) {
  for (const std::string& text :
       {std::string("listen = \"8443\"\n") + kLeast, "listen = \"127.0.0.1:99999\"\n" + kLeast,
        "origins = [\"http://portal\"]\n" + kLeast, "production = 1\n" + kLeast, kLeast + "[session]\nlease = 0\n",
        kLeast + "[token]\nlifetime = 5\n", kLeast + "[store]\nbackend = \"oracle\"\n",
        kLeast + "[store]\nbackend = \"postgresql\"\n", kLeast + "[networks]\nip-vpn = [\"10.0.0.0/33\"]\n",
        kLeast + "[networks]\nip-vpn = [\"10.0.0.0\"]\n", kLeast + "[networks]\nip-vpn = [\"ten/8\"]\n",
        std::string("issuer = \"http://server.test\"\n[tls]\ncertificate = \"a\"\nkey = \"b\"\n"),
        std::string("issuer = \"https://server.test/\"\n[tls]\ncertificate = \"a\"\nkey = \"b\"\n"),
        std::string("[tls]\ncertificate = \"a\"\nkey = \"b\"\n"), std::string("issuer = \"https://server.test\"\n")}) {
    EXPECT_EQ(read(text).error().code, Code::kConfigInvalid) << text;
  }
}

TEST(Config, SaysWhereStampsComeFromAndHowMuchIsKept) {
  const auto none = read(kLeast);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->timestamp.urls.empty());
  EXPECT_EQ(none->signatures.level, signing::Level::kLT);
  EXPECT_EQ(none->signatures.freshness, auth::Freshness::kStrict);
  const auto config = read(kLeast +
                           "[timestamp]\nurls = [\"http://tsa.test/\"]\ntls_ca = [\"ca\"]\ndigest = \"sha512\"\n"
                           "answer_seconds = 5\n[signatures]\nlevel = \"LTA\"\nfreshness = \"lenient\"\n"
                           "max_bytes = 2048\nmost_of_facility = 7\nmost = 9\nkeep = 2\n");
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_THAT(config->timestamp.urls, testing::ElementsAre("http://tsa.test/"));
  EXPECT_THAT(config->timestamp.tls_ca, testing::ElementsAre("/etc/shomei/ca"));
  EXPECT_EQ(config->timestamp.digest, DigestAlgorithm::kSha512);
  EXPECT_EQ(config->timestamp.answer_time, std::chrono::seconds(5));
  EXPECT_EQ(config->signatures.level, signing::Level::kLTA);
  EXPECT_EQ(config->signatures.freshness, auth::Freshness::kLenient);
  EXPECT_EQ(config->signatures.max_bytes, 2048U);
  EXPECT_EQ(config->signatures.most_of_facility, 7);
  EXPECT_EQ(config->signatures.most, 9);
  EXPECT_EQ(config->signatures.keep, std::chrono::days(2));
  for (const char* wrong :
       {"[timestamp]\ndigest = \"sha1\"\n", "[timestamp]\nanswer_seconds = 0\n", "[signatures]\nlevel = \"B\"\n",
        "[signatures]\nfreshness = \"none\"\n", "[signatures]\nmax_bytes = 99999999\n", "[signatures]\nkeep = 0\n"}) {
    EXPECT_EQ(read(kLeast + wrong).error().code, Code::kConfigInvalid) << wrong;
  }
}

TEST(Networks, KnowsBothFamiliesAndOddPrefixes) {
  Networks networks;
  ASSERT_TRUE(networks.add("ip-vpn", "192.0.2.128/25"));
  ASSERT_TRUE(networks.add("ssl-vpn", "2001:db8::/33"));
  EXPECT_EQ(networks.line_of("192.0.2.129"), "ip-vpn");
  EXPECT_EQ(networks.line_of("192.0.2.127"), "internet");
  EXPECT_EQ(networks.line_of("::ffff:192.0.2.200"), "ip-vpn");
  EXPECT_EQ(networks.line_of("2001:db8:7fff::1"), "ssl-vpn");
  EXPECT_EQ(networks.line_of("2001:db8:8000::1"), "internet");
  EXPECT_EQ(networks.line_of(""), "internet");
  ASSERT_TRUE(networks.add("ip-vpn", "0.0.0.0/0"));
  EXPECT_EQ(networks.line_of("8.8.8.8"), "ip-vpn");
}

TEST(CrlNumbers, AreComparedAsNumbers) {
  EXPECT_LT(compare_numbers("7f", "0080"), 0);
  EXPECT_EQ(compare_numbers("0080", "80"), 0);
  EXPECT_GT(compare_numbers("0100", "ff"), 0);
  EXPECT_LT(compare_numbers("00", "01"), 0);
}

}  // namespace
}  // namespace shomei::server
