// Signatures left with the server, over its interface, with real signatures and a time-stamping authority in the
// process.
#include <gmock/gmock.h>

#include <cstdlib>

#include "base/file.h"
#include "network.h"
#include "server/watch/notices.h"
#include "signing/document_signer.h"
#include "signing/tsp/timestamp_client.h"
#include "tests/doubles/test_tsa.h"

namespace shomei::server {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

const Bytes kReferral = to_bytes(as_bytes(R"({"referral": "紹介状"})"));

/// Lists of the test PKI's CAs as they issue them at another time.
class NextLists {
 public:
  explicit NextLists(const std::string& epoch) {
    std::string name = "/tmp/shomei-lists-XXXXXX";
    SHOMEI_CHECK(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const std::string program = SHOMEI_SOURCE_DIR "/testcerts/hpki/generate.py";
    SHOMEI_CHECK(std::system(("/usr/bin/python3 " + program + " --epoch " + epoch + " --out " + name).c_str()) == 0);
  }
  ~NextLists() { std::filesystem::remove_all(folder_); }
  NextLists(const NextLists&) = delete;
  NextLists& operator=(const NextLists&) = delete;
  std::string base64(const std::string& list) const {
    return to_base64(read_file(folder_ / "crl" / (list + ".crl"), 1 << 20).value());
  }

 private:
  std::filesystem::path folder_;
};

/// The network, and a queue of the same store whose authority is in the process.
struct SignatureRoutes : testing::Test {
  explicit SignatureRoutes(bool with_crls = true)
      : network("[signatures]\nmost_of_facility = 3\nmax_bytes = 100000\n", with_crls) {
    const Bytes ca = pki_file("trust/timestamp/tsa_ca.cer");
    local("/v1/admin/cas", {{"use", "timestamp"},
                            {"certificate", to_base64(ca)},
                            {"sha256", auth::Certificate::parse(ca).value().facts().sha256}});
    import("tsa_ca");
    queue = std::make_unique<SignatureQueue>(
        SignatureParts{.store = network.application->store(),
                       .clock = network.clock,
                       .trust = network.application->trust(),
                       .metrics = metrics,
                       .settings = settings,
                       .tools = {.verify = [](const auto& inputs) { return signing::verify(xml_library(), inputs); },
                                 .extend =
                                     [this](const auto& request) {
                                       return signing::extend(xml_library(), request, network.clock);
                                     }}},
        signing::TimestampClient::create({.urls = {"http://tsa.test/"}, .pause = std::chrono::seconds(0)}, tsa,
                                         network.clock)
            .value(),
        notices);
  }
  void local(const std::string& path, const Json& body) {
    const Answer made = network.local("POST", path, body);
    ASSERT_EQ(made.status, 201) << made.body.dump();
  }
  void import(const std::string& list) { local("/v1/admin/crls", {{"crl", base64_of("crl/" + list + ".crl")}}); }
  /// Sessions end with their lease, so each call is from a new one.
  Answer call(const std::string& method, const std::string& path, const Json& body = nullptr,
              const std::string& holder = "doctor1", const Json& login = Json::object()) {
    const std::string token = network.login(holder, login).body["access_token"];
    return network.call(method, "/v1/signatures" + path, body, token);
  }
  Answer foreign(const std::string& method, const std::string& path) {
    return call(method, path, nullptr, "doctor2", {{"facility", "4310002"}});
  }
  Bytes signed_referral() {
    const std::string key = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1/signature.key.pem";
    const auto signer_key = SoftwareKey::load(key, pki_file("holders/doctor1/signature.cer")).value();
    signing::LocalDocumentSigner signer(xml_library(), *signer_key, network.clock);
    return signer
        .sign(
            {.document = signing::Document::from_bytes("referral.json", kReferral), .format = signing::Format::kCades})
        .value()
        .bytes;
  }
  Json request(const Bytes& signature, const std::string& level) {
    return {{"signature", to_base64(signature)},
            {"level", level},
            {"name", "referral.json.p7s"},
            {"detached", {{{"name", "referral.json"}, {"content", to_base64(kReferral)}}}}};
  }
  std::string submit(const Bytes& signature, const std::string& level) {
    const Answer made = call("POST", "", request(signature, level));
    EXPECT_EQ(made.status, 202) << made.body.dump();
    return made.body.value("id", "");
  }
  Json shown(const std::string& id) { return call("GET", "/" + id).body; }
  Bytes file(const std::string& id) {
    return from_base64(call("GET", "/" + id + "/file").body["signature"].get<std::string>()).value();
  }
  /// What somebody far away finds who has the anchors and nothing else.
  signing::SignatureReport judged(const Bytes& bytes) {
    signing::VerifyInputs inputs{.file = signing::Document::from_bytes("x.p7s", bytes),
                                 .detached = {signing::Document::from_bytes("referral.json", kReferral)}};
    for (const char* anchor : {"trust/signature/root.cer", "trust/timestamp/tsa_ca.cer"}) {
      inputs.evidence.anchors.push_back(auth::Certificate::parse(pki_file(anchor)).value());
    }
    inputs.at = network.clock.now();
    return signing::verify(xml_library(), inputs).value().signatures.at(0);
  }

  Network network;
  Metrics metrics;
  SignatureSettings settings{.freshness = auth::Freshness::kLenient, .max_bytes = 100'000, .most_of_facility = 3};
  Notices notices{network.application->store(), network.clock, false};
  TestTsa tsa{TsaIdentity::of_test_pki(), network.clock};
  std::unique_ptr<SignatureQueue> queue;
};

struct SignatureRoutesWithoutLists : SignatureRoutes {
  SignatureRoutesWithoutLists() : SignatureRoutes(false) {}
};

TEST_F(SignatureRoutes, AStampComesWhenTheAuthorityIsBack) {
  tsa.fault = TsaFault::kAway;
  const Bytes signature = signed_referral();
  const Answer made = call("POST", "", request(signature, "T"));
  ASSERT_EQ(made.status, 202) << made.body.dump();
  EXPECT_EQ(made.body["level"], "B");
  EXPECT_EQ(made.body["pending"], Json({"T"}));
  const std::string id = made.body["id"];
  queue->work();
  EXPECT_EQ(shown(id)["state"], "pending");
  EXPECT_EQ(shown(id)["reasons"][0]["id"], "net.unreachable");
  EXPECT_EQ(file(id), signature);
  tsa.fault = TsaFault::kNone;
  network.clock.advance(minutes(2));
  queue->work();
  EXPECT_EQ(shown(id)["state"], "finished") << shown(id).dump();
  EXPECT_EQ(shown(id)["level"], "T");
  EXPECT_EQ(judged(file(id)).level, signing::Level::kT);
  EXPECT_EQ(network.last_audit("signature.finished")["subject"], id);
  EXPECT_EQ(call("DELETE", "/" + id).status, 204);
  EXPECT_EQ(call("GET", "/" + id).status, 404);
}

TEST_F(SignatureRoutes, AllLevelsAreReached) {
  const std::string id = submit(signed_referral(), "LTA");
  queue->work();
  EXPECT_EQ(shown(id)["state"], "finished") << shown(id).dump();
  EXPECT_EQ(judged(file(id)).level, signing::Level::kLTA);
  EXPECT_EQ(tsa.asked, 2);
}

TEST_F(SignatureRoutesWithoutLists, TheProofComesWithTheList) {
  for (const char* list : {"auth_ca", "sarl", "rarl"}) {
    import(list);
  }
  const std::string id = submit(signed_referral(), "LT");
  queue->work();
  EXPECT_EQ(shown(id)["state"], "pending");
  EXPECT_EQ(shown(id)["level"], "T");
  EXPECT_EQ(shown(id)["pending"], Json({"LT"}));
  network.clock.advance(std::chrono::seconds(1));
  import("sign_ca");
  queue->work();
  EXPECT_EQ(shown(id)["state"], "finished") << shown(id).dump();
  EXPECT_EQ(judged(file(id)).level, signing::Level::kLT);
  EXPECT_EQ(tsa.asked, 1);
}

/// Strictly, a list of two hours before the stamp proves nothing: the certificate may have been revoked since.
TEST_F(SignatureRoutes, OnlyAListAfterTheStampProves) {
  settings.freshness = auth::Freshness::kStrict;
  const std::string id = submit(signed_referral(), "LT");
  queue->work();
  EXPECT_EQ(shown(id)["level"], "T") << shown(id).dump();
  EXPECT_EQ(shown(id)["pending"], Json({"LT"}));
  EXPECT_EQ(shown(id)["pending_until"], "2026-04-05T00:00:00Z");
  const NextLists next("2026-04-01T02:30:00Z");
  network.clock.advance(minutes(60));
  queue->work();
  EXPECT_EQ(shown(id)["attempts"], 1);
  for (const char* list : {"sign_ca", "sarl", "tsa_ca"}) {
    local("/v1/admin/crls", {{"crl", next.base64(list)}});
  }
  queue->work();
  EXPECT_EQ(shown(id)["state"], "finished") << shown(id).dump();
  EXPECT_EQ(judged(file(id)).level, signing::Level::kLT);
  EXPECT_EQ(tsa.asked, 1);
}

TEST_F(SignatureRoutes, WhatWasChangedIsRefusedAndGivenBackAsItWas) {
  Bytes signature = signed_referral();
  signature.back() ^= 1;
  const std::string id = submit(signature, "LT");
  queue->work();
  EXPECT_EQ(shown(id)["state"], "refused");
  EXPECT_EQ(shown(id)["reasons"][0]["id"], "sign.not_valid");
  EXPECT_GT(shown(id)["reasons"].size(), 1U);
  EXPECT_EQ(file(id), signature);
  EXPECT_EQ(tsa.asked, 0);
}

TEST_F(SignatureRoutes, EachSeesItsFacilityAndAdministratorsSeeThatThereIsSomething) {
  const std::string id = submit(signed_referral(), "LT");
  EXPECT_EQ(call("GET", "").body["signatures"].size(), 1U);
  EXPECT_EQ(foreign("GET", "").body["signatures"].size(), 0U);
  EXPECT_EQ(foreign("GET", "/" + id).status, 404);
  EXPECT_EQ(foreign("GET", "/" + id + "/file").status, 404);
  EXPECT_EQ(foreign("DELETE", "/" + id).status, 404);
  EXPECT_EQ(call("GET", "?state=pending", nullptr, "admin").body["signatures"][0]["facility"], "4310001");
  EXPECT_EQ(call("GET", "?state=refused", nullptr, "admin").body["signatures"].size(), 0U);
  EXPECT_EQ(call("GET", "?state=x").status, 400);
  EXPECT_EQ(call("GET", "/" + id + "/file", nullptr, "admin").status, 404);
  EXPECT_EQ(network.local("GET", "/v1/signatures?state=pending").body["signatures"].size(), 1U);
  EXPECT_EQ(network.call("GET", "/v1/signatures").status, 401);
  EXPECT_EQ(network.call("GET", "/v1/signatures/" + id + "/file", nullptr, "x").status, 401);
  EXPECT_EQ(network.last_audit("signature.submitted")["actor"], "sato");
  EXPECT_THAT(network.last_audit("signature.submitted").dump(), testing::Not(HasSubstr("referral")));
}

TEST_F(SignatureRoutes, RefusesWhatItCannotKeep) {
  Json large = request(signed_referral(), "LT");
  large["detached"][0]["content"] = to_base64(Bytes(100'001, 7));
  EXPECT_EQ(call("POST", "", large).status, 413);
  large["detached"][0]["content"] = to_base64(Bytes(400'000, 7));
  EXPECT_EQ(call("POST", "", large).status, 413);
  Json other = request(to_bytes(as_bytes("no signature")), "LT");
  EXPECT_EQ(call("POST", "", other).status, 400);
  other = request(signed_referral(), "B");
  EXPECT_EQ(call("POST", "", other).status, 400);
  other = request(signed_referral(), "LT");
  other["detached"] = Json::object();
  EXPECT_EQ(call("POST", "", other).status, 400);
  for (int i = 0; i < 3; ++i) {
    submit(signed_referral(), "LT");
    network.clock.advance(std::chrono::seconds(1));
  }
  const Answer full = call("POST", "", request(signed_referral(), "LT"));
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.body["error"]["id"], "signature.queue_full");
}

}  // namespace
}  // namespace shomei::server
