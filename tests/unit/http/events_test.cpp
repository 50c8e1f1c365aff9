#include <gmock/gmock.h>

#include <future>

#include "raw_socket.h"
#include "served.h"

namespace shomei::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// A server with one event route; `streams` gets what the handler made.
struct EventServer {
  std::promise<std::shared_ptr<EventStream>> made;
  Served served;
  EventServer() : served(routes()) {}
  std::vector<Route> routes() {
    std::vector<Route> table;
    table.push_back({"GET", "/v1/events", {}, anyone(), [this](const Request&) -> Result<Response> {
                       auto stream = std::make_shared<EventStream>();
                       stream->send("state", R"({"first":true})");
                       made.set_value(stream);
                       return Response{.status = 200, .events = stream};
                     }});
    return table;
  }
};

constexpr auto kRequest = "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Events, ReachTheClientInOrder) {
  EventServer events;
  const RawSocket raw(events.served.path);
  raw.send(kRequest);
  const auto stream = events.made.get_future().get();
  const std::string head = raw.read_until("\n\n");
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, EndsWith("event: state\ndata: {\"first\":true}\n\n"));
  EXPECT_TRUE(stream->send("card", "{}"));
  EXPECT_EQ(raw.read_until("\n\n"), "event: card\ndata: {}\n\n");
  stream->close();
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_FALSE(stream->send("card", "{}"));
}

TEST(Events, AClientThatDoesNotReadIsLetGo) {
  EventServer events;
  const RawSocket raw(events.served.path);
  raw.send(kRequest);
  const auto stream = events.made.get_future().get();
  raw.read_until("\n\n");
  const std::string data(60'000, 'x');
  int sent = 0;
  while (stream->send("much", data) && sent < 10'000) {
    ++sent;
  }
  EXPECT_LT(sent, 10'000);
  EXPECT_TRUE(stream->closed());
}

TEST(Events, AClientThatLeavesClosesTheStream) {
  EventServer events;
  std::shared_ptr<EventStream> stream;
  {
    const RawSocket raw(events.served.path);
    raw.send(kRequest);
    stream = events.made.get_future().get();
    raw.read_until("\n\n");
  }
  // The server's own thread notices; each send after that fails.
  while (stream->send("ping", "{}")) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(stream->closed());
}

TEST(Events, StopEndsTheStream) {
  EventServer events;
  const RawSocket raw(events.served.path);
  raw.send(kRequest);
  const auto stream = events.made.get_future().get();
  raw.read_until("\n\n");
  events.served.server->stop();
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_TRUE(stream->closed());
}

}  // namespace
}  // namespace shomei::http
