#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <csignal>

#include "base/file.h"
#include "base/openssl.h"
#include "served.h"
#include "tests/doubles/web_peer.h"

namespace shomei::http {
namespace {

struct Pair {
  OwnedX509 certificate;
  OwnedPkey key;
};

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  ASSERT_TRUE(extension);
  X509_add_ext(certificate, extension.get(), -1);
}

/// A certificate good from 2000 to 2099, self-signed without an issuer.
Pair issue(const char* name, const Pair* issuer) {
  Pair made{.certificate = OwnedX509(X509_new()), .key = OwnedPkey(EVP_EC_gen("P-256"))};
  X509* certificate = made.certificate.get();
  X509* by = issuer == nullptr ? certificate : issuer->certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == nullptr ? 1 : 2);
  ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20000101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20991231000000Z");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(by));
  X509_set_pubkey(certificate, made.key.get());
  add_extension(certificate, by, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(certificate, by, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_sign(certificate, issuer == nullptr ? made.key.get() : issuer->key.get(), EVP_sha256());
  return made;
}

void save(const std::filesystem::path& path, const Pair& pair) {
  ASSERT_TRUE(write_file(path.native() + ".cer", to_der<i2d_X509>(pair.certificate.get())));
  const OwnedBio out(BIO_new_file((path.native() + ".key").c_str(), "w"));
  PEM_write_bio_PrivateKey(out.get(), pair.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

struct Tls : testing::Test {
  TempFolder folder;
  Pair ca = issue("CA", nullptr);
  Pair other_ca = issue("CA", nullptr);
  ListenTls listen{.host = "127.0.0.1", .port = 0, .certificate = folder / "leaf.cer", .key = folder / "leaf.key"};
  void SetUp() override {
    save(folder / "ca", ca);
    save(folder / "other", other_ca);
    save(folder / "leaf", issue("localhost", &ca));
  }
  Result<HttpResponse> get(const std::string& url, const std::string& ca_file, std::size_t max_answer = 4 << 20) {
    auto client = Client::create({.tls_ca = {folder / ca_file}, .max_answer = max_answer});
    return client.value()->send({.method = "GET", .url = url});
  }
};

TEST_F(Tls, ServesAClientThatPinsItsCa) {
  const auto server = Server::start(listen, test_routes()).value();
  EXPECT_THAT(server->address(), testing::StartsWith("https://127.0.0.1:"));
  const auto answer = get(server->address() + "/v1/hello", "ca.cer");
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, R"({"a":1})");
  EXPECT_EQ(answer->headers.at("content-type"), "application/json");
}

TEST_F(Tls, AnotherCaOfTheSameNameIsNotBelieved) {
  const auto server = Server::start(listen, test_routes()).value();
  EXPECT_EQ(get(server->address() + "/v1/hello", "other.cer").error().code, Code::kNetTls);
}

TEST_F(Tls, TheSystemsCasAreNotBelieved) {
  // What OpenSSL takes for the system's CAs: the one that would make this server good.
  ::setenv("SSL_CERT_FILE", (folder / "ca.pem").c_str(), 1);
  const OwnedBio out(BIO_new_file((folder / "ca.pem").c_str(), "w"));
  PEM_write_bio_X509(out.get(), ca.certificate.get());
  BIO_flush(out.get());
  const auto server = Server::start(listen, test_routes()).value();
  EXPECT_EQ(get(server->address() + "/v1/hello", "other.cer").error().code, Code::kNetTls);
  ::unsetenv("SSL_CERT_FILE");
}

TEST_F(Tls, TheHostMustBeTheOneOfTheCertificate) {
  listen.host = "127.0.0.2";
  const auto server = Server::start(listen, test_routes()).value();
  EXPECT_EQ(get(server->address() + "/v1/hello", "ca.cer").error().code, Code::kNetTls);
}

TEST_F(Tls, APortInUseAndBadFilesAreNamed) {
  const auto server = Server::start(listen, test_routes()).value();
  const std::string address = server->address();
  ListenTls second = listen;
  second.port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  EXPECT_EQ(Server::start(second, test_routes()).error().code, Code::kNetAddressInUse);
  second.certificate = folder / "none";
  EXPECT_EQ(Server::start(second, test_routes()).error().code, Code::kInputNotFound);
  second.certificate = folder / "leaf.key";
  EXPECT_EQ(Server::start(second, test_routes()).error().code, Code::kInputNotCertificate);
  second = listen;
  second.key = folder / "ca.key";
  EXPECT_EQ(Server::start(second, test_routes()).error().code, Code::kKeyUnsuitable);
  second = listen;
  second.host = "example.org";
  EXPECT_EQ(Server::start(second, test_routes()).error().code, Code::kNetBind);
}

TEST_F(Tls, AServerThatAsksIsShownWhoIsThere) {
  std::signal(SIGPIPE, SIG_IGN);
  save(folder / "visitor", issue("visitor", &ca));
  const auto pem = [&](const std::string& name, const Pair& pair) {
    const OwnedBio out(BIO_new_file((folder / name).c_str(), "w"));
    PEM_write_bio_X509(out.get(), pair.certificate.get());
    return folder / name;
  };
  const Pair leaf = issue("localhost", &ca);
  save(folder / "peer", leaf);
  WebPeer peer(folder / "", pem("peer.pem", leaf), folder / "peer.key", pem("ca.pem", ca));
  const HttpRequest request{.method = "GET", .url = "https://localhost:" + std::to_string(peer.https) + "/client"};
  ClientOptions options{.tls_ca = {folder / "ca.cer"}};
  EXPECT_FALSE(Client::create(options).value()->send(request));
  options.certificate = folder / "visitor.cer";
  options.key = folder / "visitor.key";
  const auto answer = Client::create(options).value()->send(request);
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, "visitor");
}

TEST_F(Tls, AClientsCertificateAndKeyMustBelongTogether) {
  const auto code = [&](const char* certificate, const char* key) {
    return Client::create(
               {.certificate = certificate[0] == 0 ? "" : folder / certificate, .key = key[0] == 0 ? "" : folder / key})
        .error()
        .code;
  };
  EXPECT_EQ(code("leaf.cer", ""), Code::kConfigInvalid);
  EXPECT_EQ(code("", "leaf.key"), Code::kConfigInvalid);
  EXPECT_EQ(code("none", "leaf.key"), Code::kInputNotFound);
  EXPECT_EQ(code("leaf.key", "leaf.key"), Code::kInputNotCertificate);
  EXPECT_EQ(code("leaf.cer", "ca.key"), Code::kKeyUnsuitable);
  const OwnedBio out(BIO_new_file((folder / "locked.key").c_str(), "w"));
  const Pair other = issue("localhost", &ca);
  PEM_write_bio_PrivateKey(out.get(), other.key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                           const_cast<char*>("word"));
  BIO_flush(out.get());
  EXPECT_EQ(code("leaf.cer", "locked.key"), Code::kKeyUnsuitable);
}

TEST_F(Tls, AClientThatStillWritesGetsItsRefusal) {
  const auto server = Server::start(listen, test_routes()).value();
  const auto client = Client::create({.tls_ca = {folder / "ca.cer"}}).value();
  const auto answer =
      client->send({.method = "POST", .url = server->address() + "/v1/hello", .body = std::string(5 << 20, 'x')});
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->status, 413);
}

TEST_F(Tls, ClientLimitsAndRefusals) {
  const auto server = Server::start(listen, test_routes()).value();
  EXPECT_EQ(get(server->address() + "/v1/hello", "ca.cer", 3).error().code, Code::kNetTooLarge);
  EXPECT_EQ(get("http://127.0.0.1:1/", "ca.cer").error().code, Code::kUsage);
  EXPECT_EQ(get("https://127.0.0.1:1/", "ca.cer").error().code, Code::kNetUnreachable);
  const auto without = Client::create({}).value();
  EXPECT_EQ(without->send({.method = "GET", .url = "https://127.0.0.1:1/"}).error().code, Code::kAnchorMissing);
  EXPECT_EQ(Client::create({.tls_ca = {folder / "leaf.key"}}).error().code, Code::kInputMalformed);
}

}  // namespace
}  // namespace shomei::http
