#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>
#include <future>

#include "raw_socket.h"
#include "served.h"

namespace shomei::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Server, AnswersOverAUnixSocketAndKnowsThePeer) {
  Served served;
  EXPECT_EQ(served.get("/v1/hello").body, R"({"a":1})");
  const Json peer = Json::parse(served.get("/v1/peer").body);
  EXPECT_EQ(peer["uid"], geteuid());
  EXPECT_EQ(peer["pid"], getpid());
  struct stat status{};
  ASSERT_EQ(::stat(served.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Server, RoutesByPatternAndMethod) {
  Served served;
  const auto echo = served.get("/v1/echo/a%20b?x=1&y=%E5%8C%BB", "POST", R"({"k":[1]})");
  EXPECT_EQ(Json::parse(echo.body), Json::parse(R"({"name":"a b","body":{"k":[1]},"query":{"x":"1","y":"医"}})"));
  EXPECT_EQ(served.get("/v1/hello", "POST").status, 405);
  EXPECT_EQ(served.get("/v1/hello/").status, 404);
  EXPECT_EQ(served.get("/v1/echo/", "POST", "{}").status, 404);
  EXPECT_EQ(served.get("/v1/echo/a%2Fb", "POST", "{}").status, 404);
}

TEST(Server, ErrorsAreProblemsAndFaultsTellNothing) {
  Served served;
  const auto fault = served.get("/v1/fault");
  EXPECT_EQ(fault.status, 500);
  EXPECT_EQ(Json::parse(fault.body)["error"]["id"], "internal");
  EXPECT_THAT(fault.body, testing::Not(HasSubstr("secret")));
  const auto closed = served.get("/v1/closed");
  EXPECT_EQ(closed.status, 403);
  EXPECT_EQ(json_answer(closed).error().code, Code::kNotPermitted);
  const auto japanese =
      served.client->send({.method = "GET", .url = "/v1/closed", .headers = {{"Accept-Language", "ja"}}, .body = ""});
  EXPECT_THAT(japanese->body, HasSubstr("権限"));
}

TEST(Server, RefusesWhatComesTwice) {
  Served served;
  EXPECT_EQ(served.get("/v1/echo/a", "POST", R"({"a":1,"a":2})").status, 400);
  EXPECT_EQ(served.get("/v1/echo/a?b=1&b=2", "POST", "{}").status, 400);
  const RawSocket raw(served.path);
  raw.send("GET /v1/hello HTTP/1.1\r\nHost: x\r\nA: 1\r\na: 2\r\n\r\n");
  EXPECT_THAT(raw.read_to_end(), StartsWith("HTTP/1.1 400 "));
}

TEST(Server, RefusesBodiesAndHeadsAboveTheirLimits) {
  Served served;
  EXPECT_EQ(served.get("/v1/echo/a", "POST", "\"" + std::string(998, 'x') + "\"").status, 200);
  EXPECT_EQ(served.get("/v1/echo/a", "POST", "\"" + std::string(999, 'x') + "\"").status, 413);
  EXPECT_EQ(served.get("/v1/hello", "GET", std::string(1000, 'x')).status, 200);
  const RawSocket huge(served.path);
  huge.send("POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n");
  EXPECT_THAT(huge.read_to_end(), StartsWith("HTTP/1.1 413 "));
  const RawSocket head(served.path);
  head.send("GET /v1/hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x'));
  EXPECT_THAT(head.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, ALongBodyIsForItsOwnPathOnly) {
  auto routes = test_routes();
  routes.push_back(
      {"POST", "/v1/big", {.max_body = 10 << 20}, anyone(), [](const Request& request) -> Result<Response> {
         return json_response(request.body.size());
       }});
  Served served(std::move(routes));
  EXPECT_EQ(served.get("/v1/big?x=1", "POST", std::string(5 << 20, 'x')).body, "5242880");
  const RawSocket raw(served.path);
  raw.send("POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5242880\r\n\r\n");
  EXPECT_THAT(raw.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, ALongBodyIsTakenOnlyFromWhoMaySendIt) {
  auto routes = test_routes();
  routes.push_back({"POST",
                    "/v1/big",
                    {.max_body = 10 << 20},
                    AccessRule([](const Request& request) -> Result<void> {
                      return request.header("key") ? Result<void>() : fail(Code::kNotPermitted);
                    }),
                    [](const Request& request) -> Result<Response> { return json_response(request.body.size()); }});
  Served served(std::move(routes));
  const RawSocket raw(served.path);
  raw.send("POST /v1/big HTTP/1.1\r\nHost: x\r\nContent-Length: 5242880\r\n\r\nxxx");
  EXPECT_THAT(raw.read_to_end(), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(served.get("/v1/big", "POST", std::string(5 << 20, 'x')).status, 403);
  EXPECT_EQ(served.get("/v1/hello", "POST", std::string(5 << 20, 'x')).status, 413);
  const auto answer = served.client->send(
      {.method = "POST", .url = "/v1/big", .headers = {{"Key", "1"}}, .body = std::string(5 << 20, 'x')});
  EXPECT_EQ(answer->body, "5242880");
}

TEST(Server, RefusesEveryAmbiguousRequest) {
  Served served;
  for (const std::string head :
       {"GET /v1/hello HTTP/1.1\r\n\r\n", "GET  /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/hello HTTP/2.0\r\nHost: x\r\n\r\n", "GET http://x/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/hello HTTP/1.1\r\nHost: x\r\nA : 1\r\n\r\n", "GET /v1/hello HTTP/1.1\r\nHost: x\r\n A: 1\r\n\r\n",
        "GET /v1/hello HTTP/1.1\nHost: x\n\r\n\r\n", "GET /v1/hello HTTP/1.1\r\nHost: x\r\nA: 1\r2\r\n\r\n",
        "POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
        "POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\n{}", "\r\n\r\n",
        "\x16\x03\x01\r\n\r\n"}) {
    const RawSocket raw(served.path);
    raw.send(head);
    EXPECT_THAT(raw.read_to_end(), StartsWith("HTTP/1.1 400 ")) << head;
  }
}

TEST(Server, AnswersPipelinedAndPiecemealRequestsAndAnnouncedBodies) {
  Served served;
  const RawSocket raw(served.path);
  const std::string get = "GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n";
  raw.send(get + get.substr(0, 10));
  EXPECT_THAT(raw.read_until("}"), StartsWith("HTTP/1.1 200 "));
  raw.send(get.substr(10));
  EXPECT_THAT(raw.read_until("}"), StartsWith("HTTP/1.1 200 "));
  raw.send("POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("{}");
  EXPECT_THAT(raw.read_until("}"), StartsWith("HTTP/1.1 200 "));
  raw.send("GET /v1/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(raw.read_to_end(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SlowSendersHoldNobodyUp) {
  Served served(test_routes(), {.max_workers = 2});
  std::vector<std::unique_ptr<RawSocket>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawSocket>(served.path));
    slow.back()->send("POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n\"");
  }
  EXPECT_EQ(served.get("/v1/hello").status, 200);
}

TEST(Server, EndsRequestsThatTakeTooLong) {
  Served served(test_routes(),
                {.request_time = std::chrono::milliseconds(20), .idle_time = std::chrono::milliseconds(20)});
  const RawSocket half(served.path);
  half.send("GET /v1/he");
  EXPECT_EQ(half.read_to_end(), "");
  const RawSocket idle(served.path);
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST(Server, MakesRoomWhereTheHouseIsFull) {
  Served served(test_routes(), {.max_connections = 3});
  std::vector<std::unique_ptr<RawSocket>> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(std::make_unique<RawSocket>(served.path));
  }
  EXPECT_EQ(served.get("/v1/hello").status, 200);
  EXPECT_EQ(idle.front()->read_to_end(), "");
}

TEST(Server, ReplacesAStaleSocketFileAndRefusesOneInUse) {
  const TempFolder folder;
  const auto path = folder / "s.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::listen(left, 1);
  EXPECT_EQ(Server::start(ListenUnix{path}, test_routes()).error().code, Code::kNetAddressInUse);
  ::close(left);
  auto first = Server::start(ListenUnix{path}, test_routes());
  ASSERT_TRUE(first);
  EXPECT_EQ(Server::start(ListenUnix{path}, test_routes()).error().code, Code::kNetAddressInUse);
  EXPECT_TRUE(RawSocket(path).connected());
  first->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, RefusesAPathThatCannotBe) {
  const TempFolder folder;
  EXPECT_EQ(Server::start(ListenUnix{folder / std::string(200, 'x')}, {}).error().code, Code::kNetBind);
  EXPECT_EQ(Server::start(ListenUnix{folder / "none" / "s"}, {}).error().code, Code::kNetBind);
  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(Server::start(ListenUnix{folder / "file"}, {}));
  EXPECT_TRUE(std::filesystem::exists(folder / "file"));
}

TEST(Server, StopLetsARunningHandlerEnd) {
  std::promise<void> entered;
  std::promise<void> go_on;
  std::vector<Route> routes;
  routes.push_back({"GET", "/v1/wait", {}, anyone(), [&](const Request&) -> Result<Response> {
                      entered.set_value();
                      go_on.get_future().wait();
                      return json_response("done");
                    }});
  Served served(std::move(routes));
  auto answer = std::async(std::launch::async, [&] { return served.get("/v1/wait"); });
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { served.server->stop(); });
  go_on.set_value();
  EXPECT_EQ(answer.get().body, "\"done\"");
  stopped.get();
  EXPECT_EQ(served.client->send({.method = "GET", .url = "/v1/wait"}).error().code, Code::kNetUnreachable);
}

TEST(Server, BlockedHandlersLeaveOthersServed) {
  std::promise<void> go_on;
  const auto wait = go_on.get_future().share();
  auto routes = test_routes();
  routes.push_back({"GET", "/v1/wait", {}, anyone(), [wait](const Request&) -> Result<Response> {
                      wait.wait();
                      return no_content();
                    }});
  Served served(std::move(routes));
  std::vector<std::unique_ptr<RawSocket>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(std::make_unique<RawSocket>(served.path));
    waiting.back()->send("GET /v1/wait HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_EQ(served.get("/v1/hello").status, 200);
  go_on.set_value();
}

}  // namespace
}  // namespace shomei::http
