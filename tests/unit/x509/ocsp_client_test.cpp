#include "auth/x509/ocsp_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/ocsp.h>

#include <functional>

#include "auth/x509/ocsp_request.h"
#include "ocsp_forge.h"

namespace shomei::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using OwnedRequest = Owned<OCSP_REQUEST, OCSP_REQUEST_free>;

OwnedRequest read_by_openssl(ByteView der) {
  const unsigned char* cursor = der.data();
  return OwnedRequest(d2i_OCSP_REQUEST(nullptr, &cursor, static_cast<long>(der.size())));
}

TEST(OcspRequest, is_what_openssl_reads) {
  const OcspWorld world;
  for (const auto algorithm : {DigestAlgorithm::kSha1, DigestAlgorithm::kSha256}) {
    const OcspRequest request{.id = OcspCertId::of(world.leaf, world.ca, algorithm), .nonce = ocsp_nonce()};
    const OwnedRequest read = read_by_openssl(request.der());
    ASSERT_TRUE(read);
    EXPECT_EQ(to_der<i2d_OCSP_REQUEST>(read.get()), request.der());
    ASSERT_EQ(OCSP_request_onereq_count(read.get()), 1);
    const Owned<OCSP_CERTID, OCSP_CERTID_free> wanted(OCSP_cert_to_id(
        algorithm == DigestAlgorithm::kSha1 ? EVP_sha1() : EVP_sha256(), world.leaf.native(), world.ca.native()));
    EXPECT_EQ(OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(read.get(), 0)), wanted.get()), 0);
    EXPECT_GE(OCSP_REQUEST_get_ext_by_NID(read.get(), NID_id_pkix_OCSP_Nonce, -1), 0);
  }
}

TEST(OcspRequest, goes_by_get_where_it_is_short_and_by_post_otherwise) {
  const OcspWorld world;
  OcspRequest request{.id = OcspCertId::of(world.leaf, world.ca, DigestAlgorithm::kSha1)};
  const HttpRequest get = request.to_http("http://ocsp.test/ca/");
  EXPECT_EQ(get.method, "GET");
  EXPECT_TRUE(get.url.starts_with("http://ocsp.test/ca/M")) << get.url;
  EXPECT_EQ(get.url.find_first_of("+=", 20), std::string::npos);
  EXPECT_EQ(get.url.find('/', 20), std::string::npos);
  EXPECT_TRUE(get.body.empty());
  const std::size_t length = get.url.size() - std::string("http://ocsp.test/ca").size();
  const std::string longest = "http://" + std::string(255 - length - 7, 'x');
  EXPECT_EQ(request.to_http(longest).url.size(), 255U);
  EXPECT_EQ(request.to_http(longest).method, "GET");
  EXPECT_EQ(request.to_http(longest + "x").method, "POST");
  request.nonce = ocsp_nonce();
  const HttpRequest post = request.to_http("http://ocsp.test/ca");
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.url, "http://ocsp.test/ca");
  EXPECT_EQ(post.headers.at("content-type"), "application/ocsp-request");
  EXPECT_TRUE(read_by_openssl(as_bytes(post.body)));
}

TEST(OcspRequest, urls_of_a_certificate) {
  const OcspWorld world;
  EXPECT_THAT(ocsp_urls(world.leaf), ElementsAre("http://ocsp.test/ca"));
  EXPECT_THAT(ocsp_urls(world.ca), IsEmpty());
}

TEST(OcspRequest, nonces_differ_and_have_32_bytes) {
  EXPECT_EQ(ocsp_nonce().size(), 32U);
  EXPECT_NE(ocsp_nonce(), ocsp_nonce());
}

TEST(OcspCache, keeps_apart_what_differs_in_any_part_and_lets_go_in_time) {
  const OcspWorld world;
  const OcspResponse response = forge_ocsp(world, {});
  OcspCache cache(3);
  const OcspCertId id = OcspCertId::of(world.leaf, world.ca, DigestAlgorithm::kSha1);
  cache.keep(id, {.response = response, .until = world.at});
  EXPECT_TRUE(cache.find(id, world.at));
  EXPECT_FALSE(cache.find(OcspCertId::of(world.leaf, world.ca, DigestAlgorithm::kSha256), world.at));
  EXPECT_FALSE(cache.find(OcspCertId::of(world.leaf, world.namesake, DigestAlgorithm::kSha1), world.at));
  EXPECT_FALSE(cache.find(OcspCertId::of(world.responder, world.ca, DigestAlgorithm::kSha1), world.at));
  EXPECT_FALSE(cache.find(id, world.at + std::chrono::seconds(1)));
  EXPECT_EQ(cache.size(), 0U);
  for (int i = 0; i < 10; ++i) {
    OcspCertId other = id;
    other.serial = {static_cast<std::uint8_t>(i)};
    cache.keep(other, {.response = response, .until = world.at + std::chrono::seconds(i)});
  }
  EXPECT_EQ(cache.size(), 3U);
  OcspCertId last = id;
  last.serial = {9};
  EXPECT_TRUE(cache.find(last, world.at));
}

/// Answers by a function; counts.
class Responder final : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    ++asked;
    last = request;
    return answer(request);
  }
  std::function<Result<HttpResponse>(const HttpRequest&)> answer;
  int asked = 0;
  HttpRequest last;
};

Result<HttpResponse> with_body(const Bytes& der, int status = 200,
                               const std::string& type = "application/ocsp-response") {
  return HttpResponse{.status = status, .headers = {{"content-type", type}}, .body = std::string(as_text(der))};
}

class OcspClientTest : public testing::Test {
 protected:
  OcspClientTest() { options.algorithms = world.algorithms; }

  /// The nonce of the request that came last.
  Bytes nonce_asked() const {
    const OwnedRequest read = read_by_openssl(as_bytes(responder.last.body));
    const int index = OCSP_REQUEST_get_ext_by_NID(read.get(), NID_id_pkix_OCSP_Nonce, -1);
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(OCSP_REQUEST_get_ext(read.get(), index));
    // OCTET STRING in OCTET STRING: 2 bytes of header.
    const ByteView content(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
    return to_bytes(content.subspan(2));
  }
  OcspClient client() { return {responder, clock, options}; }
  OcspReply ask(OcspClient& client) { return client.ask(world.leaf, world.ca); }
  /// The only objection of an answer that did not count.
  std::string failure(std::function<Result<HttpResponse>(const HttpRequest&)> answer) {
    responder.answer = std::move(answer);
    OcspClient asking = client();
    const OcspReply reply = ask(asking);
    EXPECT_FALSE(reply.response);
    const auto all = checks(reply.findings, Severity::kFail);
    return all.size() == 1 ? all.front() : fmt::format("{} objections", all.size());
  }
  void answer_right() {
    responder.answer = [this](const HttpRequest&) {
      return with_body(forge_ocsp_der(world, {.nonce = nonce_asked()}));
    };
  }

  OcspWorld world;
  FixedClock clock{world.at};
  OcspClientOptions options;
  Responder responder;
};

TEST_F(OcspClientTest, asks_once_and_remembers_while_it_may) {
  answer_right();
  OcspClient asking = client();
  ASSERT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.last.url, "http://ocsp.test/ca");
  EXPECT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.asked, 1);
  clock.advance(std::chrono::seconds(300));
  EXPECT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.asked, 2);
}

TEST_F(OcspClientTest, a_configured_responder_is_asked_instead) {
  answer_right();
  options.url = "http://other.test/";
  OcspClient asking = client();
  ASSERT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.last.url, "http://other.test/");
}

TEST_F(OcspClientTest, no_responder_is_known) {
  OcspClient asking = client();
  const OcspReply reply = asking.ask(world.responder, world.ca);
  EXPECT_THAT(checks(reply.findings), ElementsAre("ocsp.no-responder"));
  EXPECT_EQ(responder.asked, 0);
}

TEST_F(OcspClientTest, each_failure_has_a_name) {
  options.rules.allow_no_nonce = true;
  using Answer = Result<HttpResponse>;
  const auto of = [](Bytes der) { return [der = std::move(der)](const HttpRequest&) { return with_body(der); }; };
  EXPECT_EQ(failure([](const HttpRequest&) -> Answer { return fail(Code::kNetUnreachable); }), "ocsp.unreachable");
  EXPECT_EQ(failure([](const HttpRequest&) -> Answer { return fail(Code::kNetTimeout); }), "ocsp.timeout");
  EXPECT_EQ(failure([](const HttpRequest&) -> Answer { return fail(Code::kNetTooLarge); }), "ocsp.too-large");
  EXPECT_EQ(failure(of(Bytes(kMaxOcspBytes + 1, 0x30))), "ocsp.too-large");
  EXPECT_EQ(failure([&](const HttpRequest&) { return with_body(forge_ocsp_der(world, {}), 503); }), "ocsp.http-status");
  EXPECT_EQ(failure([&](const HttpRequest&) { return with_body(forge_ocsp_der(world, {}), 200, "text/html"); }),
            "ocsp.content-type");
  EXPECT_EQ(failure([&](const HttpRequest&) -> Answer { return HttpResponse{.status = 200}; }), "ocsp.content-type");
  EXPECT_EQ(failure(of({0x30, 0x80})), "ocsp.malformed");
  EXPECT_EQ(failure(of(forge_ocsp_status(1))), "ocsp.malformed-request");
  EXPECT_EQ(failure(of(forge_ocsp_status(2))), "ocsp.internal-error");
  EXPECT_EQ(failure(of(forge_ocsp_status(3))), "ocsp.try-later");
  EXPECT_EQ(failure(of(forge_ocsp_status(5))), "ocsp.sig-required");
  EXPECT_EQ(failure(of(forge_ocsp_status(6))), "ocsp.unauthorized");
  EXPECT_EQ(failure(of(forge_ocsp_der(world, {.nonce = Bytes(32, 1)}))), "ocsp.nonce");
  EXPECT_EQ(failure(of(forge_ocsp_der(world, {.singles = {{.issuer = &world.namesake}}}))), "ocsp.cert-id");
  EXPECT_EQ(failure(of(forge_ocsp_der(world, {.signer = &world.namesake, .key = world.other_key.get()}))),
            "ocsp.signer");
  EXPECT_EQ(failure(of(forge_ocsp_der(world, {.singles = {{.this_update = -7200, .next_update = -3600}}}))),
            "ocsp.stale");
  EXPECT_EQ(failure(of(forge_ocsp_der(world, {.singles = {{.state = 2}}}))), "ocsp.unknown");
}

TEST_F(OcspClientTest, an_answer_made_beforehand_counts_only_where_that_is_allowed) {
  EXPECT_EQ(failure([this](const HttpRequest&) { return with_body(forge_ocsp_der(world, {})); }), "ocsp.nonce-absent");
  options.rules.allow_no_nonce = true;
  OcspClient asking = client();
  EXPECT_TRUE(ask(asking).response);
}

TEST_F(OcspClientTest, without_nonce_it_goes_by_get) {
  options.nonce = false;
  responder.answer = [this](const HttpRequest&) { return with_body(forge_ocsp_der(world, {})); };
  OcspClient asking = client();
  EXPECT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.last.method, "GET");
}

TEST_F(OcspClientTest, the_last_good_answer_stands_in_while_it_is_in_force) {
  answer_right();
  OcspClient asking = client();
  ASSERT_TRUE(ask(asking).response);
  responder.answer = [](const HttpRequest&) -> Result<HttpResponse> { return fail(Code::kNetUnreachable); };
  clock.advance(std::chrono::seconds(600));
  const OcspReply reply = ask(asking);
  EXPECT_TRUE(reply.response);
  EXPECT_THAT(checks(reply.findings), ElementsAre("ocsp.unreachable", "ocsp.kept"));
  EXPECT_THAT(checks(reply.findings, Severity::kFail), IsEmpty());
  clock.advance(std::chrono::seconds(3'001));
  EXPECT_FALSE(ask(asking).response);
}

TEST_F(OcspClientTest, an_older_answer_does_not_replace_a_newer_one) {
  options.nonce = false;
  options.reuse = std::chrono::seconds(0);
  const Bytes revoked = forge_ocsp_der(world, {.singles = {{.state = 1, .revoked_at = -60, .this_update = -30}}});
  const Bytes before = forge_ocsp_der(world, {});
  OcspClient asking = client();
  for (const Bytes& der : {revoked, before}) {
    responder.answer = [&](const HttpRequest&) { return with_body(der); };
    const OcspReply reply = ask(asking);
    ASSERT_TRUE(reply.response);
    EXPECT_EQ(judge_ocsp(*reply.response, world.question()).state, RevocationState::kRevoked);
  }
  EXPECT_EQ(responder.asked, 2);
}

TEST_F(OcspClientTest, a_responder_that_failed_is_left_alone_for_a_while) {
  responder.answer = [](const HttpRequest&) -> Result<HttpResponse> { return fail(Code::kNetTimeout); };
  OcspClient asking = client();
  EXPECT_FALSE(ask(asking).response);
  EXPECT_THAT(checks(ask(asking).findings), ElementsAre("ocsp.timeout"));
  EXPECT_EQ(responder.asked, 1);
  clock.advance(std::chrono::seconds(30));
  answer_right();
  EXPECT_TRUE(ask(asking).response);
  EXPECT_EQ(responder.asked, 2);
}

TEST_F(OcspClientTest, revoked_is_an_answer) {
  options.nonce = false;
  responder.answer = [this](const HttpRequest&) {
    return with_body(forge_ocsp_der(world, {.singles = {{.state = 1, .revoked_at = -60}}}));
  };
  OcspClient asking = client();
  EXPECT_TRUE(ask(asking).response);
}

}  // namespace
}  // namespace shomei::auth
