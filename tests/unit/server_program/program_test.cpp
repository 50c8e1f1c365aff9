#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "http/client.h"
#include "http/problem.h"
#include "process.h"

namespace shomei::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<Json> post_facility(const ServerProcess& server, int number) {
  const auto client = http::Client::create({.unix_socket = server.folder / "s"}).value();
  const Json body = {{"code", std::to_string(number)}, {"name", std::string(250, 'x')}, {"type", "other"}};
  auto answer = client->send({.method = "POST", .url = "/v1/admin/facilities", .body = body.dump()});
  return answer ? http::json_answer(*answer) : std::unexpected(answer.error());
}

std::size_t facilities(const ServerProcess& server) {
  const auto client = http::Client::create({.unix_socket = server.folder / "s"}).value();
  return http::json_answer(client->send({.method = "GET", .url = "/v1/admin/facilities"}).value())
      .value()["facilities"]
      .size();
}

TEST(Program, ServesUntilASignalAndLeavesNoSocket) {
  for (const int number : {SIGTERM, SIGINT}) {
    ServerProcess server;
    const std::string ready = server.start();
    EXPECT_THAT(ready, testing::MatchesRegex("ready https://127\\.0\\.0\\.1:[0-9]+ unix:.*/s"));
    EXPECT_TRUE(post_facility(server, 1));
    server.signal(number);
    EXPECT_EQ(server.wait().status, 0);
    EXPECT_FALSE(std::filesystem::exists(server.folder / "s"));
    EXPECT_THAT(server.start(), StartsWith("ready "));
    EXPECT_EQ(facilities(server), 1U);
  }
}

TEST(Program, WhatIsKilledStartsAgainWithAllThatItSaid) {
  ServerProcess server;
  server.start();
  EXPECT_TRUE(post_facility(server, 1));
  server.signal(SIGKILL);
  server.wait();
  EXPECT_THAT(server.start(), StartsWith("ready "));
  EXPECT_EQ(facilities(server), 1U);
}

TEST(Program, SaysWhatIsInUse) {
  ServerProcess first;
  const std::string ready = first.start();
  const std::string port = ready.substr(ready.find("127.0.0.1:"), ready.rfind(' ') - ready.find("127.0.0.1:"));
  ServerProcess second("");
  const auto config = read_file(second.folder / "server.toml", 10'000).value();
  std::string text(as_text(config));
  text.replace(text.find("127.0.0.1:0"), 11, port);
  ASSERT_TRUE(write_file(second.folder / "server.toml", as_bytes(text)));
  EXPECT_EQ(second.start(), "");
  const Ended ended = second.wait();
  EXPECT_EQ(ended.status, 69);
  EXPECT_THAT(ended.errors, HasSubstr("error[net.address_in_use]"));
  EXPECT_THAT(ended.errors, HasSubstr(port));
  EXPECT_THAT(ended.errors, HasSubstr("hint: "));
}

TEST(Program, SaysWhatIsWrongWithItsConfiguration) {
  ServerProcess misspelt("isuer = \"x\"");
  EXPECT_EQ(misspelt.start(), "");
  Ended ended = misspelt.wait();
  EXPECT_EQ(ended.status, 64);
  EXPECT_THAT(ended.errors, HasSubstr("error[config.unknown_key]"));
  EXPECT_THAT(ended.errors, HasSubstr("issuer"));
  ServerProcess none;
  none.start({"--config", none.folder / "none.toml"});
  EXPECT_EQ(none.wait().status, 65);
  none.start({"--frobnicate"});
  EXPECT_EQ(none.wait().status, 64);
  none.start({"--help"});
  ended = none.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.output, HasSubstr("examples:"));
  none.start({"--config", none.folder / "server.toml", "--check"});
  EXPECT_EQ(none.wait().status, 0);
}

TEST(Program, AFullDiskRefusesTheChangeAndLosesNothing) {
  ServerProcess server;
  const bool really_full = server.make_small();
  server.start();
  int stored = 0;
  Result<Json> result = Json();
  while (result) {
    result = post_facility(server, stored);
    stored += result ? 1 : 0;
    ASSERT_LT(stored, 5000);
  }
  EXPECT_EQ(result.error().code, really_full ? Code::kStoreFull : Code::kStoreFailed);
  EXPECT_EQ(facilities(server), static_cast<std::size_t>(stored));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait().status, 0);
  server.make_room();
  EXPECT_THAT(server.start(), StartsWith("ready "));
  EXPECT_EQ(facilities(server), static_cast<std::size_t>(stored));
  EXPECT_TRUE(post_facility(server, stored));
}

}  // namespace
}  // namespace shomei::server
