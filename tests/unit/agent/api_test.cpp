#include "agent/api.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/sign_work.h"
#include "base/file.h"
#include "tests/unit/agent/doubles.h"
#include "tests/unit/agent/fake_server.h"

namespace shomei::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kServer = "https://net.example";

std::shared_ptr<SoftwareKey> key_of(const std::string& use) {
  const std::string stem = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1/" + use;
  const Bytes certificate = read_file(stem + ".cer", 1 << 20).value();
  return SoftwareKey::load(stem + ".key.pem", certificate).value();
}

// The agent without sockets and readers: routes, flows and tables are the real ones.
class AgentApiTest : public ::testing::Test {
 protected:
  AgentApiTest() {
    desk_.authentication.key = key_of("authentication");
    desk_.signature.key = key_of("signature");
  }

  static Config make_config() {
    Config config;
    config.servers = {{kServer, "/none", "4312345"}};
    config.limits.jobs = 3;
    config.limits.document_bytes = 1000;
    return config;
  }

  http::Response call(const std::string& method, const std::string& target, const Json& body = Json()) {
    http::Request request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (const auto at = target.find('='); at != std::string::npos) {
      const auto question = target.find('?');
      request.query[target.substr(question + 1, at - question - 1)] = target.substr(at + 1);
    }
    request.body = body.is_null() ? "" : body.dump();
    request.peer = http::Peer{uid_, 0, ::getpid()};
    return router_.answer(request);
  }
  Json get(const std::string& target) { return Json::parse(call("GET", target).body); }
  static std::string error_id(const http::Response& response) { return Json::parse(response.body)["error"]["id"]; }

  Json finished(const http::Response& created) {
    return get("/v1/jobs/" + Json::parse(created.body).at("id").get<std::string>() + "?wait=30");
  }
  http::Response login(const std::string& server = kServer) { return call("POST", "/v1/login", {{"server", server}}); }
  static Json referral(const char* name = "referral.json") {
    return {{"name", name}, {"content", to_base64(as_bytes("{\"resourceType\":\"Bundle\"}"))}, {"format", "cades"}};
  }

  uid_t uid_ = ::geteuid();
  const Config config_ = make_config();
  FixedClock clock_{Time(std::chrono::seconds(1'775'001'600))};
  const signing::XmlLibrary& xml_ = testing::xml_library();
  testing::FakeDesk desk_;
  testing::FakePrompt prompt_;
  testing::FakeServer server_;
  EventBus events_{4};
  SessionKeeper sessions_{events_, clock_};
  Presence presence_{events_, [this](const std::string& reader) { sessions_.card_left(reader); }};
  CardWork work_{desk_, prompt_, presence_, 3};
  SignWork sign_{work_, xml_, clock_};
  JobTable jobs_{config_.limits, [this](Job& job) { sign_(job); }, [](const Job&) {}};
  LoginWork login_{config_, work_, presence_, sessions_, server_.transports(), clock_};
  VerifyWork verify_{config_.trust, config_.limits, xml_, clock_};
  cards::CertificateCache certificates_;
  http::Router router_{routes({config_, events_, jobs_, login_, sessions_, verify_, desk_, certificates_, {}})};
};

TEST_F(AgentApiTest, openapi_document_describes_exactly_the_routes) {
  std::ifstream file(SHOMEI_SOURCE_DIR "/agent/openapi.json");
  const Json document = Json::parse(file);
  std::set<std::string> described;
  for (const auto& [path, item] : document.at("paths").items()) {
    for (const char* method : {"get", "put", "post", "delete", "patch", "head", "options"}) {
      if (item.contains(method)) {
        described.insert(std::string(method) + " " + path);
      }
    }
  }
  std::set<std::string> served;
  for (const http::Route& route :
       routes({config_, events_, jobs_, login_, sessions_, verify_, desk_, certificates_, {}})) {
    std::string method = route.method;
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c + 32); });
    served.insert(method + " " + route.pattern);
  }
  EXPECT_EQ(described, served);
}

TEST_F(AgentApiTest, another_user_and_root_are_refused_everywhere) {
  for (const uid_t other : {::geteuid() + 1, ::geteuid() == 0 ? 1000U : 0U}) {
    uid_ = other;
    for (const auto& [method, path] :
         std::vector<std::pair<const char*, const char*>>{{"GET", "/v1/cards"},
                                                          {"GET", "/v1/cards/certificate?use=signature"},
                                                          {"GET", "/v1/events"},
                                                          {"POST", "/v1/login"},
                                                          {"GET", "/v1/session"},
                                                          {"DELETE", "/v1/session"},
                                                          {"POST", "/v1/sign"},
                                                          {"GET", "/v1/jobs/x"},
                                                          {"DELETE", "/v1/jobs/x"},
                                                          {"POST", "/v1/verify"}}) {
      const auto response = call(method, path, std::string(method) == "POST" ? Json::object() : Json());
      EXPECT_EQ(response.status, 403) << method << path;
      EXPECT_EQ(error_id(response), "agent.peer_refused") << method << path;
    }
  }
  EXPECT_THAT(desk_.opened, IsEmpty());
}

TEST_F(AgentApiTest, login_signs_the_servers_origin_with_the_authentication_key_alone) {
  prompt_.pins = {"1234"};
  const auto response = login();
  ASSERT_EQ(response.status, 200) << response.body;
  const Json answer = Json::parse(response.body);
  EXPECT_EQ(answer["session_id"], "s1");
  EXPECT_EQ(answer["claims"]["name"], "Doctor");
  EXPECT_THAT(desk_.opened, ElementsAre(cards::Use::kAuthentication));
  EXPECT_EQ(prompt_.asked.at(0).matter.server, kServer);
  EXPECT_EQ(prompt_.asked.at(0).matter.facility, "4312345");
  EXPECT_THAT(prompt_.asked.at(0).matter.holder, Not(IsEmpty()));
  EXPECT_EQ(get("/v1/session")["session_id"], "s1");
}

TEST_F(AgentApiTest, unknown_server_is_refused_before_any_network_call) {
  prompt_.pins = {"1234"};
  for (const char* other :
       {"https://evil.example", "https://net.example.evil", "http://net.example", "https://net.example@evil"}) {
    EXPECT_EQ(error_id(login(other)), "not_permitted") << other;
  }
  EXPECT_THAT(server_.calls(), IsEmpty());
  EXPECT_THAT(desk_.opened, IsEmpty());
  EXPECT_THAT(prompt_.asked, IsEmpty());
}

TEST_F(AgentApiTest, login_that_the_server_refuses_says_why) {
  prompt_.pins = {"1234"};
  server_.refuse("The certificate is revoked (2026-04-01T00:30:00Z keyCompromise)");
  const auto response = login();
  EXPECT_EQ(error_id(response), "login.refused");
  EXPECT_THAT(response.body, HasSubstr("2026-04-01T00:30:00Z"));
  EXPECT_EQ(call("GET", "/v1/session").status, 401);
}

TEST_F(AgentApiTest, logout_ends_the_session_at_the_server) {
  prompt_.pins = {"1234"};
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(call("DELETE", "/v1/session").status, 204);
  EXPECT_THAT(server_.end_reasons(), ElementsAre("logout"));
  EXPECT_EQ(call("DELETE", "/v1/session").status, 401);
}

TEST_F(AgentApiTest, pulled_card_ends_the_session_at_the_server) {
  prompt_.pins = {"1234"};
  ASSERT_EQ(login().status, 200);
  presence_.handle({cards::CardEvent::Kind::kRemoved, "Another reader"});
  EXPECT_EQ(call("GET", "/v1/session").status, 200);
  presence_.handle({cards::CardEvent::Kind::kRemoved, "Reader 1"});
  static_cast<void>(sessions_.end("logout"));
  EXPECT_THAT(server_.end_reasons(), ElementsAre("card-removed"));
}

TEST_F(AgentApiTest, card_swapped_in_one_look_ends_the_session_too) {
  prompt_.pins = {"1234"};
  ASSERT_EQ(login().status, 200);
  presence_.handle({cards::CardEvent::Kind::kChanged, "Reader 1"});
  static_cast<void>(sessions_.end("logout"));
  EXPECT_THAT(server_.end_reasons(), ElementsAre("card-removed"));
}

TEST_F(AgentApiTest, card_pulled_during_the_dialog_closes_it) {
  prompt_.on_ask = [this](std::stop_token stop) {
    presence_.handle({cards::CardEvent::Kind::kRemoved, "Reader 1"});
    EXPECT_TRUE(stop.stop_requested());
  };
  prompt_.pins = {"1234"};
  EXPECT_EQ(error_id(login()), "card.removed");
  EXPECT_THAT(desk_.authentication.shown, IsEmpty());
}

TEST_F(AgentApiTest, second_login_replaces_the_session) {
  prompt_.pins = {"1234", "1234"};
  ASSERT_EQ(login().status, 200);
  ASSERT_EQ(login().status, 200);
  EXPECT_THAT(server_.end_reasons(), ElementsAre("logout"));
}

TEST_F(AgentApiTest, session_that_the_server_ended_is_gone) {
  server_.end_sessions();
  prompt_.pins = {"1234"};
  ASSERT_EQ(login().status, 200);
  static_cast<void>(sessions_.end("logout"));
  EXPECT_THAT(server_.end_reasons(), IsEmpty());
  EXPECT_EQ(call("GET", "/v1/session").status, 401);
}

TEST_F(AgentApiTest, session_ends_here_when_the_server_cannot_be_told) {
  prompt_.pins = {"1234"};
  ASSERT_EQ(login().status, 200);
  server_.disappear();
  EXPECT_EQ(call("DELETE", "/v1/session").status, 204);
  EXPECT_EQ(call("GET", "/v1/session").status, 401);
}

TEST_F(AgentApiTest, documents_are_signed_with_one_pin_and_the_signature_key_alone) {
  prompt_.pins = {"1234"};
  const Json job = finished(call("POST", "/v1/sign", {{"documents", {referral("a.json"), referral("b.json")}}}));
  EXPECT_EQ(job["state"], "done") << job.dump();
  for (const Json& document : job["documents"]) {
    EXPECT_EQ(document["level"], "B");
    EXPECT_TRUE(document["error"].is_null());
    EXPECT_FALSE(document["content"].get<std::string>().empty());
  }
  EXPECT_THAT(desk_.opened, ElementsAre(cards::Use::kSignature));
  EXPECT_THAT(prompt_.asked.at(0).matter.documents, ElementsAre("a.json", "b.json"));
  EXPECT_EQ(prompt_.asked.at(0).matter.peer.pid, ::getpid());
}

TEST_F(AgentApiTest, broken_document_does_not_stop_its_fellows) {
  prompt_.pins = {"1234"};
  Json broken = referral("broken.xml");
  broken["format"] = "xades";
  broken["packaging"] = "enveloped";
  const Json job = finished(call("POST", "/v1/sign", {{"documents", {broken, referral()}}}));
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["documents"][0]["error"]["id"], "xml.malformed") << job.dump();
  EXPECT_TRUE(job["documents"][1]["error"].is_null());
}

TEST_F(AgentApiTest, wrong_pin_fails_the_job_and_tells_the_tries_left) {
  prompt_.pins = {"9999"};
  const Json job = finished(call("POST", "/v1/sign", {{"documents", {referral()}}}));
  EXPECT_EQ(job["state"], "failed");
  EXPECT_EQ(job["error"]["id"], "pin.wrong");
  EXPECT_EQ(job["tries_left"], 2);
  EXPECT_EQ(job["documents"][0]["error"]["id"], "pin.wrong");
}

TEST_F(AgentApiTest, sign_requests_that_are_not_right_are_refused_before_any_dialog) {
  const auto with = [](const char* key, Json value) {
    Json document = referral();
    document[key] = std::move(value);
    return Json{{"documents", {document}}};
  };
  const std::vector<std::pair<Json, std::string>> cases{
      {Json::array(), "json.malformed"},
      {Json::object(), "json.malformed"},
      {{{"documents", Json::array()}}, "json.malformed"},
      {{{"documents", {referral()}}, {"pin", "1234"}}, "json.malformed"},
      {with("pin", "1234"), "json.malformed"},
      {with("name", "../../etc/passwd"), "input.malformed"},
      {with("name", "a\nb"), "input.malformed"},
      {with("name", ""), "input.malformed"},
      {with("name", 7), "json.malformed"},
      {with("content", "%%%"), "input.malformed"},
      {with("content", ""), "input.empty"},
      {with("content", to_base64(Bytes(1001))), "input.too_large"},
      {with("format", "pades"), "input.malformed"},
      {with("level", "Z"), "input.malformed"},
      {with("packaging", "enveloped"), "sign.unsupported"},
      {{{"documents", {referral()}}, {"spend_last_try", "yes"}}, "json.malformed"},
  };
  for (const auto& [body, id] : cases) {
    EXPECT_EQ(error_id(call("POST", "/v1/sign", body)), id) << body.dump();
  }
  EXPECT_THAT(prompt_.asked, IsEmpty());
}

TEST_F(AgentApiTest, unknown_jobs_and_broken_waits_are_refused) {
  EXPECT_EQ(error_id(call("GET", "/v1/jobs/nothing")), "agent.job_unknown");
  EXPECT_EQ(error_id(call("DELETE", "/v1/jobs/nothing")), "agent.job_unknown");
  EXPECT_EQ(error_id(call("GET", "/v1/jobs/nothing?wait=31")), "input.malformed");
  EXPECT_EQ(error_id(call("GET", "/v1/jobs/nothing?wait=x")), "input.malformed");
}

TEST_F(AgentApiTest, certificate_is_given_without_a_dialog) {
  const Json answer = get("/v1/cards/certificate?use=signature");
  EXPECT_EQ(from_base64(answer["certificate"].get<std::string>()).value(),
            to_bytes(desk_.signature.key->certificate()));
  EXPECT_EQ(error_id(call("GET", "/v1/cards/certificate?use=both")), "input.malformed");
  EXPECT_THAT(prompt_.asked, IsEmpty());
}

TEST_F(AgentApiTest, verify_without_trust_is_an_error_and_not_a_verdict) {
  const auto response = call("POST", "/v1/verify", {{"content", to_base64(as_bytes("<a/>"))}});
  EXPECT_EQ(error_id(response), "anchor.missing");
}

TEST_F(AgentApiTest, event_streams_are_bounded) {
  std::vector<http::Response> streams;
  for (int i = 0; i < 4; ++i) {
    streams.push_back(call("GET", "/v1/events"));
    EXPECT_NE(streams.back().events, nullptr);
  }
  EXPECT_EQ(error_id(call("GET", "/v1/events")), "agent.too_many");
  streams.front().events->close();
  EXPECT_NE(call("GET", "/v1/events").events, nullptr);
}

}  // namespace
}  // namespace shomei::agent
