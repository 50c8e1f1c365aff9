#include "agent/config.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace shomei::agent {
namespace {

using ::testing::HasSubstr;

// Runs each test without the caller's variables.
class AgentConfigTest : public ::testing::Test {
 protected:
  AgentConfigTest() {
    for (const char* name : {"SHOMEI_AGENT_SOCKET", "LC_ALL", "LC_MESSAGES", "LANG"}) {
      ::unsetenv(name);
    }
    ::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  }
  Error refused(std::string_view text) { return Config::parse(text, "agent.toml").error(); }
};

TEST_F(AgentConfigTest, defaults_contact_nobody_and_trust_nothing) {
  const Config config = Config::defaults().value();
  EXPECT_EQ(config.socket, "/run/user/7/shomei/agent.sock");
  EXPECT_EQ(config.pinentry, "/usr/bin/pinentry");
  EXPECT_EQ(config.language, Language::kJa);
  EXPECT_TRUE(config.servers.empty() && config.trust.anchors.empty() && config.timestamp.urls.empty());
}

TEST_F(AgentConfigTest, whole_file_is_read) {
  const Config config = Config::parse(R"(
socket = "/tmp/a.sock"
language = "en"
log_level = "debug"
reader = "Gemalto"
dialog_seconds = 30
pin_entries = 1
[pkcs11]
signature = "pkcs11:token=T"
[[server]]
url = "https://Net.Example:8443/"
tls_ca = "/etc/shomei/tls"
facility = "4312345"
[trust]
anchors = ["/a"]
crl = ["/c", "/d"]
[timestamp]
urls = ["https://tsa.example/", "http://second.example/tsa"]
tls_ca = ["/t"]
policy = "1.2.3"
digest = "sha512"
certificate = "/me.pem"
key = "/me.key"
answer_seconds = 5
[limits]
jobs = 2
job_keep_seconds = 5
)",
                                      "agent.toml")
                            .value();
  EXPECT_EQ(config.socket, "/tmp/a.sock");
  EXPECT_EQ(config.servers.at(0).url, "https://net.example:8443");
  EXPECT_EQ(config.trust.crl.size(), 2U);
  EXPECT_EQ(config.timestamp.urls.at(1), "http://second.example/tsa");
  EXPECT_EQ(config.timestamp.tls_ca.at(0), "/t");
  EXPECT_EQ(config.timestamp.policy, "1.2.3");
  EXPECT_EQ(config.timestamp.digest, DigestAlgorithm::kSha512);
  EXPECT_EQ(config.timestamp.certificate, "/me.pem");
  EXPECT_EQ(config.timestamp.key, "/me.key");
  EXPECT_EQ(config.timestamp.answer_time, std::chrono::seconds(5));
  EXPECT_EQ(config.limits.jobs, 2U);
  EXPECT_EQ(config.limits.job_keep, std::chrono::seconds(5));
  EXPECT_EQ(config.pin_entries, 1U);
}

TEST_F(AgentConfigTest, unknown_keys_are_refused_with_the_nearest) {
  EXPECT_EQ(refused("pinentri = \"x\"").code, Code::kConfigUnknownKey);
  EXPECT_THAT(refused("pinentri = \"x\"").detail, HasSubstr("pinentry"));
  EXPECT_EQ(refused("[limits]\njob = 3").code, Code::kConfigUnknownKey);
}

TEST_F(AgentConfigTest, values_out_of_bounds_are_refused) {
  for (const char* text :
       {"language = \"fr\"", "log_level = \"loud\"", "pin_entries = 0", "dialog_seconds = 1", "[limits]\njobs = 0",
        "[timestamp]\ndigest = \"sha1\"", "[timestamp]\nanswer_seconds = 0", "[limits]\nrequest_bytes = -1"}) {
    EXPECT_EQ(refused(text).code, Code::kConfigInvalid) << text;
  }
}

TEST_F(AgentConfigTest, server_needs_an_https_origin_and_stands_once) {
  for (const char* url : {"http://net.example", "https://", "https://net.example/path", "https://a@b", "net.example"}) {
    EXPECT_EQ(refused(std::string("[[server]]\ntls_ca = \"/t\"\nurl = \"") + url + "\"").code, Code::kConfigInvalid)
        << url;
  }
  const std::string one = "[[server]]\ntls_ca = \"/t\"\nurl = \"https://n\"\n";
  EXPECT_EQ(refused(one + one).code, Code::kConfigInvalid);
}

TEST_F(AgentConfigTest, find_server_compares_origins) {
  const Config config = Config::parse("[[server]]\nurl = \"https://net.example\"\ntls_ca = \"/t\"", "f").value();
  EXPECT_NE(config.find_server("https://NET.example:443/"), nullptr);
  for (const char* other : {"https://net.example.evil", "https://net.example:8443", "http://net.example", ""}) {
    EXPECT_EQ(config.find_server(other), nullptr) << other;
  }
}

TEST_F(AgentConfigTest, environment_overrides_the_socket) {
  ::setenv("SHOMEI_AGENT_SOCKET", "/tmp/b.sock", 1);
  EXPECT_EQ(Config::parse("socket = \"/tmp/a.sock\"", "f").value().socket, "/tmp/b.sock");
  ::unsetenv("SHOMEI_AGENT_SOCKET");
}

TEST_F(AgentConfigTest, no_place_for_the_socket_is_an_error) {
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(Config::defaults().error().code, Code::kConfigInvalid);
}

TEST_F(AgentConfigTest, language_follows_the_environment) {
  ::setenv("LANG", "en_US.UTF-8", 1);
  EXPECT_EQ(language_of_environment(), Language::kEn);
  ::setenv("LC_MESSAGES", "ja_JP.UTF-8", 1);
  EXPECT_EQ(language_of_environment(), Language::kJa);
}

}  // namespace
}  // namespace shomei::agent
