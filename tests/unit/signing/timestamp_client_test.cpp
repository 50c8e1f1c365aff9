#include "signing/tsp/timestamp_client.h"

#include <gmock/gmock.h>

#include <fmt/format.h>
#include "signing/tsp/timestamp_query.h"
#include "tests/doubles/test_tsa.h"

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kSha256 = DigestAlgorithm::kSha256;

struct Client : testing::Test {
  FixedClock clock{kSigned};
  TestTsa first{TsaIdentity::of_test_pki(), clock};
  TestTsa second{TsaIdentity::of_test_pki(), clock};
  TsaNet net;
  TimestampClientOptions options{.urls = {"http://first.test/tsa"}};
  std::unique_ptr<TimestampClient> client;
  const Bytes data = sha256(as_bytes("data"));

  void SetUp() override {
    net.add("http://first.test/tsa", first);
    net.add("https://second.test/", second);
  }
  Result<Bytes> stamp(DigestAlgorithm algorithm = kSha256) {
    if (!client) {
      client = must(TimestampClient::create(options, net, clock));
    }
    return client->stamp(algorithm, digest(algorithm, as_bytes("data")));
  }
  TimestampToken stamped(DigestAlgorithm algorithm = kSha256) {
    return must(read_timestamp_token(must(stamp(algorithm))));
  }
  /// What the fault of the only authority makes of the question.
  Error why(TsaFault fault) {
    first.fault = fault;
    client.reset();
    const auto token = stamp();
    EXPECT_FALSE(token) << static_cast<int>(fault);
    return token ? make_error(Code::kInternal) : token.error();
  }
};

TEST_F(Client, GetsAStampOverWhatItAskedFor) {
  for (const DigestAlgorithm algorithm : {kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    const TimestampToken token = stamped(algorithm);
    EXPECT_EQ(token.info.imprint_algorithm, algorithm);
    EXPECT_EQ(token.info.imprint, digest(algorithm, as_bytes("data")));
    EXPECT_EQ(token.info.time, kSigned);
    EXPECT_EQ(token.info.policy, first.policy);
  }
}

TEST_F(Client, NoncesAreFreshAndLong) {
  const TimestampQuestion one = timestamp_question(kSha256, data, "");
  const TimestampQuestion other = timestamp_question(kSha256, data, "");
  EXPECT_NE(one.nonce, other.nonce);
  EXPECT_GE(one.nonce.size(), 7U);
}

TEST_F(Client, AsksForAPolicy) {
  options.policy = "1.3.6.1.4.1.32473.99";
  EXPECT_EQ(stamped().info.policy, options.policy);
  options.policy = "1.2.3.4";
  EXPECT_THAT(why(TsaFault::kNone).detail, HasSubstr("rejection, unacceptedPolicy"));
  EXPECT_EQ(why(TsaFault::kNone).code, Code::kTimestampRefused);
}

TEST_F(Client, EachWrongAnswerHasItsReason) {
  options.policy = first.policy;
  const std::vector<std::tuple<TsaFault, Code, std::string>> faults{
      {TsaFault::kAway, Code::kNetUnreachable, "nobody is there"},
      {TsaFault::kTimeout, Code::kNetTimeout, "30000 ms"},
      {TsaFault::kRejects, Code::kTimestampRefused, "rejection, badAlg, \"as the test wishes\""},
      {TsaFault::kWaits, Code::kTimestampRefused, "waiting, badDataFormat, \"as the test wishes\""},
      {TsaFault::kWrongNonce, Code::kTimestampMalformed, "wrong nonce"},
      {TsaFault::kNoNonce, Code::kTimestampMalformed, "no nonce"},
      {TsaFault::kWrongImprint, Code::kTimestampMalformed, "wrong imprint"},
      {TsaFault::kWrongPolicy, Code::kTimestampMalformed, "wrong policy: 1.3.6.1.4.1.32473.99"},
      {TsaFault::kNoCertificate, Code::kTimestampMalformed, "holds no certificate"},
      {TsaFault::kOtherCertificate, Code::kTimestampMalformed, "does not hold the certificate that it names"},
      {TsaFault::kWrongSignature, Code::kTimestampMalformed, "wrong signature"},
      {TsaFault::kNoEss, Code::kTimestampMalformed, "no signing-certificate attribute"},
      {TsaFault::kTwoSigners, Code::kTimestampMalformed, "2 signers"},
      {TsaFault::kNoToken, Code::kTimestampMalformed, "granted without a token"},
      {TsaFault::kGarbage, Code::kTimestampMalformed, "TimeStampResp: "},
      {TsaFault::kTruncated, Code::kTimestampMalformed, "TimeStampResp: "},
      {TsaFault::kTooLong, Code::kNetTooLarge, "1048576 bytes"},
      {TsaFault::kContentType, Code::kTimestampMalformed, "\"text/html\""},
      {TsaFault::kStatus, Code::kNetStatus, "HTTP 500"}};
  for (const auto& [fault, code, text] : faults) {
    const Error error = why(fault);
    EXPECT_EQ(error.code, code) << error.detail;
    EXPECT_THAT(error.detail, AllOf(HasSubstr(text), HasSubstr("http://first.test/tsa: ")));
  }
}

TEST_F(Client, TheNextOneIsAskedWhenOneFails) {
  options.urls = {"http://nobody.test/", "http://first.test/tsa", "https://second.test/"};
  for (const TsaFault fault : {TsaFault::kTimeout, TsaFault::kRejects, TsaFault::kWrongImprint}) {
    first.fault = fault;
    client.reset();
    second.asked = 0;
    EXPECT_TRUE(stamp());
    EXPECT_EQ(second.asked, 1);
  }
}

TEST_F(Client, ThePreferredOneIsAskedFirst) {
  options.urls = {"http://first.test/tsa", "https://second.test/"};
  EXPECT_TRUE(stamp());
  EXPECT_EQ(first.asked, 1);
  EXPECT_EQ(second.asked, 0);
}

TEST_F(Client, WhenAllFailEachIsNamedWithItsReason) {
  options.urls = {"http://nobody.test/", "http://first.test/tsa", "https://second.test/"};
  first.fault = TsaFault::kRejects;
  second.fault = TsaFault::kGarbage;
  const Error error = stamp().error();
  EXPECT_EQ(error.code, Code::kNetUnreachable);
  EXPECT_THAT(error.detail, AllOf(HasSubstr("http://nobody.test/: net.unreachable: nobody is there; "),
                                  HasSubstr("http://first.test/tsa: timestamp.refused: rejection, badAlg"),
                                  HasSubstr("https://second.test/: timestamp.malformed: TimeStampResp")));
}

TEST_F(Client, OneThatHasJustFailedIsLeftAloneForAWhile) {
  options.urls = {"http://first.test/tsa", "https://second.test/"};
  first.fault = TsaFault::kTimeout;
  EXPECT_TRUE(stamp());
  EXPECT_TRUE(stamp());
  EXPECT_EQ(first.asked, 1);
  EXPECT_EQ(second.asked, 2);
  second.fault = TsaFault::kAway;
  EXPECT_THAT(stamp().error().detail, HasSubstr("net.timeout: 30000 ms (not asked again before 2026-04-01T00:10:30Z)"));
  EXPECT_EQ(first.asked, 1);
  clock.advance(options.pause);
  first.fault = TsaFault::kNone;
  EXPECT_TRUE(stamp());
  EXPECT_EQ(first.asked, 2);
}

TEST_F(Client, WhatCannotBeAskedIsRefusedAtOnce) {
  const auto code = [&](TimestampClientOptions wrong) {
    return TimestampClient::create(std::move(wrong), net, clock).error().code;
  };
  EXPECT_EQ(code({}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"ftp://a"}}), Code::kConfigInvalid);
  EXPECT_EQ(code({.urls = {"http://a"}, .policy = "policy"}), Code::kConfigInvalid);
}

TEST_F(Client, StampsAreOverStrongDigestsOnly) {
  EXPECT_EQ(stamp_digest_from("sha384"), DigestAlgorithm::kSha384);
  for (const char* none : {"sha1", "SHA256", "md5", ""}) {
    EXPECT_EQ(stamp_digest_from(none), std::nullopt) << none;
  }
}

TEST_F(Client, StampsOfOtherKeysAndTimes) {
  for (const TsaKey kind : {TsaKey::kRsa3072, TsaKey::kP256, TsaKey::kP384}) {
    const Time time = kEpoch + std::chrono::years(10);
    FixedClock later(time);
    const TsaIdentity identity = TsaIdentity::make("Later TSA", kind, time, time + std::chrono::years(1));
    TestTsa tsa(identity, later);
    tsa.with_ca = true;
    net.add("http://later.test/", tsa);
    options.urls = {"http://later.test/"};
    client.reset();
    const TimestampToken token = stamped();
    EXPECT_EQ(token.info.time, time);
    EXPECT_EQ(token_certificates(token).size(), 2U);
    const auth::Certificate signer = token_signer(token, token_certificates(token)).value();
    EXPECT_EQ(to_bytes(signer.der()), identity.certificate_der());
    const auto verdict = [&](std::optional<Time> revoked_at) {
      const Bytes list = identity.crl(time, time + std::chrono::days(1), revoked_at);
      const auth::ValidationInputs evidence{.anchors = {must(auth::Certificate::parse(identity.ca_der()))},
                                            .chain = {},
                                            .crls = {must(auth::Crl::parse(list))}};
      return auth::validate(signer, evidence, {.at = time, .purpose = auth::Purpose::kTimestamp},
                            auth::ProfileSet::defaults())
          .verdict;
    };
    EXPECT_EQ(verdict(std::nullopt), auth::Verdict::kValid);
    EXPECT_EQ(verdict(time), auth::Verdict::kInvalid);
  }
}

TEST_F(Client, OpensslBelievesIts) {
  const Folder folder;
  for (const bool ess_v1 : {false, true}) {
    first.ess_v1 = ess_v1;
    folder.write("token", must(stamp()));
    folder.write("data", as_bytes("data"));
    const std::string verify = fmt::format(
        "openssl x509 -inform DER -in {} -out ca.pem && openssl ts -verify -data data -in token -token_in -CAfile "
        "ca.pem "
        "-attime {}",
        pki("trust/timestamp/tsa_ca.cer").string(), kJudged.time_since_epoch().count());
    const Ran good = run(folder.path(), verify);
    EXPECT_EQ(good.status, 0) << good.output;
    folder.write("data", as_bytes("other"));
    EXPECT_NE(run(folder.path(), verify).status, 0);
  }
}

TEST_F(Client, OpensslReadsItsQuestion) {
  const Folder folder;
  TimestampQuestion question = timestamp_question(kSha256, data, "1.2.3.4");
  question.nonce = {0x00, 0xFF, 0x01};
  folder.write("query", timestamp_query(question));
  const Ran shown = run(folder.path(), "openssl ts -query -in query -text");
  EXPECT_THAT(shown.output,
              AllOf(HasSubstr("Version: 1"), HasSubstr("Hash Algorithm: sha256"), HasSubstr("Policy OID: 1.2.3.4"),
                    HasSubstr("Nonce: 0xFF01"), HasSubstr("Certificate required: yes"), Not(HasSubstr("rror"))));
}

TEST(TimestampReply, OfOpensslIsRead) {
  // PKIStatus and its texts in the forms that RFC 4210 allows.
  const auto why = [](const Bytes& der) { return timestamp_reply(der).error().detail; };
  EXPECT_THAT(why({0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x05}), HasSubstr("revocationNotification"));
  EXPECT_THAT(why({0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x06}), HasSubstr("unknown PKIStatus 6"));
  EXPECT_THAT(why({0x30, 0x09, 0x30, 0x07, 0x02, 0x01, 0x02, 0x03, 0x02, 0x06, 0x80}), HasSubstr("rejection, badAlg"));
  EXPECT_THAT(why({0x30, 0x0C, 0x30, 0x0A, 0x02, 0x01, 0x02, 0x03, 0x05, 0x06, 0x00, 0x03, 0x00, 0x40}),
              HasSubstr("rejection, timeNotAvailable, unacceptedPolicy, systemFailure"));
  EXPECT_THAT(why({0x30, 0x07, 0x30, 0x05, 0x02, 0x01, 0x02, 0x30, 0x00}), HasSubstr("rejection"));
}

}  // namespace
}  // namespace shomei::signing::test
