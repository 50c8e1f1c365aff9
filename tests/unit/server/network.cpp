#include "network.h"

#include <unistd.h>

#include <cstdlib>

#include "auth/token/login_proof.h"
#include "base/file.h"
#include "base/toml.h"

namespace shomei::server {
namespace {

const std::string kPki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/";
constexpr std::string_view kStart = "2026-04-01T02:00:00Z";

std::string new_folder() {
  std::string name = "/tmp/shomei-server-XXXXXX";
  SHOMEI_CHECK(::mkdtemp(name.data()) != nullptr);
  return name;
}

}  // namespace

const signing::XmlLibrary& xml_library() {
  static const signing::XmlLibrary library;
  return library;
}

Bytes pki_file(const std::string& name) {
  return read_file(kPki + name, 1 << 20).value();
}

std::string base64_of(const std::string& name) {
  return to_base64(pki_file(name));
}

std::vector<std::string> failures(const Answer& answer) {
  std::vector<std::string> checks;
  for (const Json& finding : answer.body.value("findings", Json::array())) {
    if (finding["severity"] == "fail") {
      checks.push_back(finding["check"]);
    }
  }
  return checks;
}

Network::Network(const std::string& further, bool with_crls)
    : clock(parse_rfc3339(kStart).value()), folder_(new_folder()) {
  config_ = "issuer = \"https://server.test\"\nstate = \"state\"\nadmin_socket = \"s\"\n" + further +
            "\n[tls]\ncertificate = \"x\"\nkey = \"x\"\n"
            "[networks]\nip-vpn = [\"10.0.0.0/8\"]\nssl-vpn = [\"172.16.0.0/12\"]\n";
  restart();
  fill(with_crls);
}

Network::~Network() {
  public_.reset();
  local_.reset();
  application.reset();
  std::filesystem::remove_all(folder_);
}

std::unique_ptr<Application> Network::second() const {
  return Application::create(Config::read(TomlTable::parse(config_, "test").value(), folder_).value(), clock,
                             xml_library())
      .value();
}

void Network::restart(const std::string& further) {
  public_.reset();
  local_.reset();
  application.reset();
  config_ += further;
  const auto config = Config::read(TomlTable::parse(config_, "test").value(), folder_);
  SHOMEI_CHECK(config.has_value());
  application = Application::create(*config, clock, xml_library()).value();
  public_ = std::make_unique<http::Router>(application->public_routes());
  local_ = std::make_unique<http::Router>(application->local_routes());
}

void Network::fill(bool with_crls) {
  const auto add = [&](const std::string& path, const Json& body) {
    const Answer made = local("POST", path, body);
    SHOMEI_CHECK(made.status == 201);
  };
  for (const auto& [use, file] :
       std::vector<std::pair<std::string, std::string>>{{"authentication", "trust/authentication/root.cer"},
                                                        {"authentication", "trust/authentication/auth_ca.cer"},
                                                        {"signature", "trust/signature/root.cer"},
                                                        {"signature", "trust/signature/sign_ca.cer"},
                                                        {"staff", "trust/staff/staff_ca.cer"}}) {
    const auto certificate = auth::Certificate::parse(pki_file(file)).value();
    add("/v1/admin/cas", {{"use", use}, {"certificate", base64_of(file)}, {"sha256", certificate.facts().sha256}});
  }
  for (const char* list : {"auth_ca", "sarl", "rarl", "staff_ca", "sign_ca"}) {
    if (with_crls) {
      add("/v1/admin/crls", {{"crl", base64_of(std::string("crl/") + list + ".crl")}});
    }
  }
  add("/v1/admin/facilities", {{"code", "4310001"}, {"name", "城東クリニック"}, {"type", "clinic"}});
  add("/v1/admin/facilities", {{"code", "4310002"}, {"name", "中央病院"}, {"type", "hospital"}});
  add("/v1/admin/persons", {{"id", "sato"}, {"name", "佐藤　花子"}, {"facilities", {"4310001"}}});
  add("/v1/admin/persons", {{"id", "both"}, {"name", "鈴木　一郎"}, {"facilities", {"4310001", "4310002"}}});
  add("/v1/admin/persons", {{"id", "staff"}, {"name", "職員"}, {"facilities", {"4310001"}}});
  add("/v1/admin/persons",
      {{"id", "kobayashi"}, {"name", "小林　直子"}, {"facilities", {"4310002"}}, {"roles", {"administrator"}}});
  link("sato", "doctor1");
  link("both", "doctor2");
  link("staff", "staff1");
  link("kobayashi", "admin");
}

void Network::link(const std::string& person, const std::string& holder) {
  const Answer linked = local("POST", "/v1/admin/persons/" + person + "/cards",
                              {{"certificate", base64_of("holders/" + holder + "/authentication.cer")}});
  SHOMEI_CHECK(linked.status == 201);
}

Answer Network::answer(const http::Router& router, http::Request request, const Json& body) {
  if (!body.is_null()) {
    request.body = body.dump();
  }
  if (const auto query = request.path.find('?'); query != std::string::npos) {
    const auto equals = request.path.find('=', query);
    request.query = {{request.path.substr(query + 1, equals - query - 1), request.path.substr(equals + 1)}};
    if (request.query.contains("after")) {
      request.query["limit"] = "1000";
    }
    request.path.resize(query);
  }
  const http::Response response = router.answer(request);
  return {.status = response.status, .body = response.body.empty() ? Json() : Json::parse(response.body)};
}

Answer Network::call(const std::string& method, const std::string& path, const Json& body, const std::string& bearer) {
  http::Request request{.method = method, .path = path, .remote_address = remote_address};
  if (!bearer.empty()) {
    request.headers["authorization"] = "Bearer " + bearer;
  }
  return answer(*public_, std::move(request), body);
}

Answer Network::local(const std::string& method, const std::string& path, const Json& body) {
  http::Request request{
      .method = method, .path = path, .peer = http::Peer{.uid = ::geteuid(), .gid = ::getegid(), .pid = ::getpid()}};
  return answer(*local_, std::move(request), body);
}

Json Network::proof(const std::string& holder, const std::string& origin, const std::string& use) {
  const std::string path = "holders/" + holder + "/" + use;
  const Bytes certificate = pki_file(path + ".cer");
  const auto key = SoftwareKey::load(kPki + path + ".key.pem", certificate).value();
  const Answer challenge = call("POST", "/v1/login/challenge");
  const auto token = auth::make_login_proof(*key, origin, challenge.body["nonce"].get<std::string>(), "test").value();
  return {{"challenge_id", challenge.body["challenge_id"]}, {"auth_token", Json(auth::to_json(token))}};
}

Answer Network::login(const std::string& holder, const Json& further) {
  Json body = proof(holder);
  body.update(further);
  return call("POST", "/v1/login/proof", body);
}

Json Network::last_audit(const std::string& event) {
  Json found;
  const Answer audit = local("GET", "/v1/admin/audit?after=0");
  for (const Json& record : audit.body["records"]) {
    if (record["event"] == event) {
      found = record;
    }
  }
  return found;
}

}  // namespace shomei::server
