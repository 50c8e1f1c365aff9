#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "base/file.h"
#include "base/toml.h"
#include "network.h"
#include "server/trust/ocsp_desk.h"

namespace shomei::server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

auth::Certificate certificate(const std::string& name) {
  return auth::Certificate::parse(pki_file(name)).value();
}

OwnedPkey ca_key(const std::string& name) {
  const std::string file = SHOMEI_SOURCE_DIR "/testcerts/hpki/keys/" + name + ".pem";
  const Bytes pem = read_file(file, 1 << 20).value();
  const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return OwnedPkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

/// What the CA says of a certificate of its own, made by OpenSSL.
Bytes answer_about(const std::string& subject_file, const std::string& issuer_file, const std::string& key, Time at,
                   int state = V_OCSP_CERTSTATUS_GOOD) {
  const auth::Certificate subject = certificate(subject_file);
  const auth::Certificate issuer = certificate(issuer_file);
  using OwnedTime = Owned<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>;
  const auto time = [&](long offset) {
    return OwnedTime(ASN1_GENERALIZEDTIME_set(nullptr, at.time_since_epoch().count() + offset));
  };
  const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_BASICRESP_new());
  const Owned<OCSP_CERTID, OCSP_CERTID_free> id(OCSP_cert_to_id(EVP_sha1(), subject.native(), issuer.native()));
  const bool revoked = state == V_OCSP_CERTSTATUS_REVOKED;
  OCSP_basic_add1_status(basic.get(), id.get(), state, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                         revoked ? time(-60).get() : nullptr, time(-60).get(), time(3600).get());
  ASN1_GENERALIZEDTIME_set(const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic.get())),
                           at.time_since_epoch().count());
  SHOMEI_CHECK(OCSP_basic_sign(basic.get(), issuer.native(), ca_key(key).get(), EVP_sha256(), nullptr, OCSP_NOTIME) ==
               1);
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return to_der<i2d_OCSP_RESPONSE>(response.get());
}

constexpr const char* kRoot = "trust/authentication/root.cer";
constexpr const char* kCa = "trust/authentication/auth_ca.cer";
constexpr const char* kDoctor = "holders/doctor1/authentication.cer";

/// "ocsp" of a proof: about the doctor and about the CA.
Json stapled(Time at, int state = V_OCSP_CERTSTATUS_GOOD) {
  return {
      {"ocsp",
       {to_base64(answer_about(kDoctor, kCa, "auth_ca", at, state)), to_base64(answer_about(kCa, kRoot, "root", at))}}};
}

TEST(StapledOcsp, stands_for_crls_that_are_not_there) {
  Network network("", false);
  EXPECT_THAT(failures(network.login("doctor1")), Contains("revocation.unknown"));
  const Answer answer = network.login("doctor1", stapled(network.clock.now()));
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST(StapledOcsp, of_a_revoked_card_refuses) {
  Network network;
  const Answer answer = network.login("doctor1", stapled(network.clock.now(), V_OCSP_CERTSTATUS_REVOKED));
  EXPECT_EQ(answer.status, 403) << answer.body;
  EXPECT_THAT(failures(answer), ElementsAre("revocation.revoked"));
  EXPECT_EQ(answer.body["revocation"][0]["source"], "ocsp");
}

TEST(StapledOcsp, that_is_old_or_of_another_card_does_not_help) {
  Network network("", false);
  EXPECT_THAT(failures(network.login("doctor1", stapled(network.clock.now() - std::chrono::hours(3)))),
              Contains("revocation.unknown"));
  EXPECT_THAT(failures(network.login("doctor2", stapled(network.clock.now()))), Contains("revocation.unknown"));
}

TEST(StapledOcsp, that_cannot_be_read_is_a_wrong_request) {
  Network network;
  for (const Json& ocsp : {Json("AAAA"), Json({1}), Json({"?"}), Json({"AAAA"}), Json({"", "", "", "", ""})}) {
    EXPECT_EQ(network.login("doctor1", {{"ocsp", ocsp}}).status, 400) << ocsp;
  }
}

/// A responder that answers when it is let.
class Gate final : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest&) override {
    ++asked;
    opened.wait();
    return HttpResponse{
        .status = 200, .headers = {{"content-type", "application/ocsp-response"}}, .body = std::string(as_text(body))};
  }
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  Bytes body;
  std::atomic<int> asked = 0;
};

class OcspDeskTest : public testing::Test {
 protected:
  std::unique_ptr<OcspDesk> desk(OcspSettings settings) {
    settings.nonce = OcspNonce::kOff;
    return OcspDesk::open(settings, clock, auth::AlgorithmRules::defaults(),
                          [this](const std::stop_token&) -> Result<std::unique_ptr<Transport>> {
                            auto made = std::make_unique<Gate>();
                            made->body = answer_about(kDoctor, kCa, "auth_ca", clock.now());
                            gates.push_back(made.get());
                            return made;
                          })
        .value();
  }
  auth::OcspReply ask(OcspDesk& asked) { return asked.turn().ask(doctor, ca); }

  const auth::Certificate ca = certificate(kCa);
  const auth::Certificate doctor = certificate(kDoctor);
  FixedClock clock{parse_rfc3339("2026-04-01T02:00:00Z").value()};
  std::vector<Gate*> gates;
};

TEST_F(OcspDeskTest, off_asks_nobody) {
  const auto asked = desk({});
  const auth::OcspReply reply = ask(*asked);
  EXPECT_FALSE(reply.response || reply.required);
  EXPECT_THAT(reply.findings, IsEmpty());
  EXPECT_THAT(gates, IsEmpty());
}

TEST_F(OcspDeskTest, asks_the_responder_of_the_ca) {
  const auto asked = desk({.issuers = {{.ca = ca.facts().sha256, .mode = OcspMode::kRequire, .url = "http://o.test/"}},
                           .wait = std::chrono::minutes(10)});
  ASSERT_EQ(gates.size(), 1U);
  gates[0]->open.set_value();
  const auth::OcspReply reply = ask(*asked);
  EXPECT_TRUE(reply.response && reply.required);
  EXPECT_TRUE(ask(*asked).response);
  EXPECT_EQ(gates[0]->asked, 1);
  // Another CA has no row.
  EXPECT_FALSE(asked->turn().ask(ca, certificate(kRoot)).required);
}

TEST_F(OcspDeskTest, a_login_does_not_wait_longer_than_it_may_and_the_late_answer_serves_the_next) {
  const auto asked = desk({.mode = OcspMode::kPrefer,
                           .issuers = {{.ca = ca.facts().sha256, .url = "http://o.test/"}},
                           .wait = std::chrono::milliseconds(1)});
  auth::OcspReply reply = ask(*asked);
  EXPECT_FALSE(reply.response || reply.required);
  ASSERT_EQ(reply.findings.size(), 1U);
  EXPECT_EQ(reply.findings[0].check, auth::Check::kOcspTimeout);
  gates[0]->open.set_value();
  while (!reply.response) {
    reply = ask(*asked);
  }
  EXPECT_EQ(gates[0]->asked, 1);
}

/// One HTTP exchange on loopback: keeps the request, gives the answer.
class OneAnswer {
 public:
  explicit OneAnswer(const Bytes& body) : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    SHOMEI_CHECK(::bind(listening_, generic, size) == 0 && ::listen(listening_, 1) == 0 &&
                 ::getsockname(listening_, generic, &size) == 0);
    url = fmt::format("http://127.0.0.1:{}/responder", ntohs(address.sin_port));
    thread_ = std::thread([this, answer = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"
                                                      "Content-Length: {}\r\n\r\n{}",
                                                      body.size(), as_text(body))] { serve(answer); });
  }
  ~OneAnswer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  std::string url;
  std::string request;

 private:
  void serve(const std::string& answer) {
    const int peer = ::accept(listening_, nullptr, nullptr);
    std::array<char, 4096> some{};
    // The whole request fits: its body is what d2i_OCSP_REQUEST takes.
    while (peer >= 0 && !is_whole()) {
      const ssize_t got = ::recv(peer, some.data(), some.size(), 0);
      if (got <= 0) {
        break;
      }
      request.append(some.data(), static_cast<std::size_t>(got));
    }
    ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(peer);
  }
  bool is_whole() const {
    const auto end = request.find("\r\n\r\n");
    const auto body = as_bytes(request).subspan(end == std::string::npos ? request.size() : end + 4);
    const unsigned char* cursor = body.data();
    const Owned<OCSP_REQUEST, OCSP_REQUEST_free> read(
        d2i_OCSP_REQUEST(nullptr, &cursor, static_cast<long>(body.size())));
    return read != nullptr;
  }

  const int listening_;
  std::thread thread_;
};

TEST_F(OcspDeskTest, asks_over_http) {
  OneAnswer responder(answer_about(kDoctor, kCa, "auth_ca", clock.now()));
  const OcspSettings settings{.issuers = {{.ca = ca.facts().sha256, .url = responder.url}},
                              .wait = std::chrono::seconds(60)};
  const auto asked =
      OcspDesk::open(settings, clock, auth::AlgorithmRules::defaults(), ocsp_over_http(settings)).value();
  const auth::OcspReply reply = ask(*asked);
  EXPECT_TRUE(reply.response) << (reply.findings.empty() ? "" : auth::text(reply.findings[0], Language::kEn));
  EXPECT_TRUE(responder.request.starts_with("POST /responder HTTP/1.1\r\n")) << responder.request;
  EXPECT_THAT(responder.request, testing::HasSubstr("application/ocsp-request"));
}

Result<OcspSettings> settings_of(const std::string& text) {
  return OcspSettings::read(TomlTable::parse(text, "test").value());
}

TEST(OcspSettings, are_read) {
  const OcspSettings settings = settings_of(
                                    "mode = \"prefer\"\nnonce = \"require\"\nmax_age = 60\nskew = 5\nwait = 700\n"
                                    "[[issuers]]\nca = \"" +
                                    std::string(64, 'A') + "\"\nmode = \"require\"\nurl = \"http://o.test/\"\n")
                                    .value();
  EXPECT_EQ(settings.mode, OcspMode::kPrefer);
  EXPECT_EQ(settings.nonce, OcspNonce::kRequire);
  EXPECT_EQ(settings.max_age, std::chrono::seconds(60));
  EXPECT_EQ(settings.wait, std::chrono::milliseconds(700));
  ASSERT_EQ(settings.issuers.size(), 1U);
  EXPECT_EQ(settings.issuers[0].ca, std::string(64, 'a'));
  EXPECT_EQ(settings.issuers[0].mode, OcspMode::kRequire);
  EXPECT_EQ(settings_of("").value().mode, OcspMode::kOff);
}

TEST(OcspSettings, what_is_wrong_is_named) {
  for (const std::string text : {"mode = \"maybe\"", "nonce = \"yes\"", "wait = -1", "skew = 100000",
                                 "[[issuers]]\nca = \"12\"", "[[issuers]]\nca = \"00\"\nurl = \"https://o.test/\""}) {
    EXPECT_EQ(settings_of(text).error().code, Code::kConfigInvalid) << text;
  }
}

}  // namespace
}  // namespace shomei::server
