#include "signing/tsp/timestamp_token.h"

#include <gmock/gmock.h>

#include "base/der.h"
#include "tests/unit/signing/openssl_tsa.h"

namespace shomei::signing::test {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;
namespace tag = der::tag;

auth::Certificate certificate(std::string_view part) {
  return must(auth::Certificate::parse(must(read_file(pki(part), 1 << 16))));
}

TEST(TimestampToken, OfOpensslIsReadWhole) {
  const Folder folder;
  const TimestampToken token =
      must(read_timestamp_token(openssl_token(folder, "-sha512 -cert -tspolicy 1.2.3",
                                              "accuracy = secs:1, millisecs:500, microsecs:7\nordering = yes\n"
                                              "tsa_name = yes\nclock_precision_digits = 3")));
  const TstInfo& info = token.info;
  EXPECT_EQ(info.policy, "1.2.3");
  EXPECT_EQ(info.imprint_algorithm, DigestAlgorithm::kSha512);
  EXPECT_EQ(info.imprint_oid, "2.16.840.1.101.3.4.2.3");
  EXPECT_EQ(info.imprint, digest(DigestAlgorithm::kSha512, as_bytes("data")));
  EXPECT_EQ(info.serial, "1f2f");
  EXPECT_GT(info.time, kEpoch - std::chrono::years(1));
  EXPECT_EQ(info.accuracy, microseconds(1'500'007));
  EXPECT_TRUE(info.ordering);
  EXPECT_FALSE(info.nonce.empty());
  EXPECT_THAT(info.tsa, HasSubstr("Shomei Test TSA"));
  EXPECT_EQ(token.signer().digest, DigestAlgorithm::kSha256);
  EXPECT_EQ(token_certificates(token).size(), 1U);
}

TEST(TimestampToken, WhatIsAbsentIsAbsent) {
  const Folder folder;
  const TimestampToken token = must(read_timestamp_token(openssl_token(folder, "-sha256 -no_nonce", "")));
  EXPECT_EQ(token.info.accuracy, std::nullopt);
  EXPECT_FALSE(token.info.ordering);
  EXPECT_TRUE(token.info.nonce.empty());
  EXPECT_EQ(token.info.tsa, "");
  EXPECT_TRUE(token_certificates(token).empty());
}

TEST(TimestampToken, ItsSignerIsTheOneItNames) {
  const Folder folder;
  for (const char* ess : {"ess_cert_id_alg = sha1", "ess_cert_id_alg = sha256"}) {
    const TimestampToken token = must(read_timestamp_token(openssl_token(folder, "-sha256", ess)));
    const std::vector candidates{certificate("trust/timestamp/tsa_ca.cer"), certificate("tsa/tsa.cer")};
    EXPECT_EQ(token_signer(token, candidates), candidates[1]) << ess;
    EXPECT_EQ(token_signer(token, std::span(candidates).first(1)), std::nullopt) << ess;
    EXPECT_TRUE(token_signature_fits(token, candidates[1])) << ess;
    EXPECT_FALSE(token_signature_fits(token, candidates[0])) << ess;
  }
}

TEST(TimestampToken, AChangedByteIsNoticed) {
  const Folder folder;
  const Bytes whole = openssl_token(folder);
  const auth::Certificate signer = certificate("tsa/tsa.cer");
  const auto refused = [&](std::size_t at) {
    Bytes changed = whole;
    changed[at] ^= 0x01;
    const auto token = read_timestamp_token(changed);
    return !token || !token_signature_fits(*token, signer);
  };
  // The content from its policy to its time; the signed attributes; the signature. Between the last two stand an
  // algorithm and its NULL, which nothing signs.
  const auto content = static_cast<std::size_t>(std::ranges::search(whole, der::oid("1.2.3")).begin() - whole.begin());
  for (const auto& [from, to] : {std::pair{content, content + 60},
                                 {whole.size() - 400, whole.size() - 275},
                                 {whole.size() - 260, whole.size()}}) {
    for (std::size_t at = from; at < to; ++at) {
      EXPECT_TRUE(refused(at)) << at;
    }
  }
}

TEST(TimestampToken, OtherCmsIsRefusedWithItsReason) {
  const auto why = [](const Bytes& der) { return read_timestamp_token(der).error(); };
  for (const Bytes& rubbish : {Bytes{}, Bytes{0x30}, Bytes(100, 0x30)}) {
    EXPECT_EQ(why(rubbish).code, Code::kTimestampMalformed);
  }
  TestKey key = key_of("doctor1");
  const Bytes cades = sign(key, Document::from_bytes("d", {'x'}), Format::kCades, Packaging::kDetached);
  EXPECT_THAT(why(cades).detail, HasSubstr("id-ct-TSTInfo"));
  const Folder folder;
  Bytes longer = openssl_token(folder);
  longer.push_back(0);
  EXPECT_THAT(why(longer).detail, HasSubstr("bytes after"));
  EXPECT_EQ(read_timestamp_token(longer, {.cms_bytes = 10}).error().code, Code::kInputTooLarge);
}

/// CMS of the test TSA over any content as a TSTInfo, made by openssl, which asks nothing.
Result<TimestampToken> signed_as_tst(const Folder& folder, const Bytes& content, const std::string& options) {
  folder.write("content", content);
  const Ran ran =
      run(folder.path(),
          fmt::format("openssl x509 -inform DER -in {0}/tsa.cer -out tsa.pem && "
                      "openssl cms -sign -binary -in content -outform DER -out cms -md sha256 -econtent_type "
                      "1.2.840.113549.1.9.16.1.4 -signer tsa.pem -inkey {0}/tsa.key.pem {1}",
                      pki("tsa").string(), options));
  EXPECT_EQ(ran.status, 0) << ran.output;
  return read_timestamp_token(must(read_file(folder.path() / "cms", 1 << 16)));
}

struct Tst {
  Bytes version = der::unsigned_integer(Bytes{1});
  Bytes algorithm = der::algorithm("2.16.840.1.101.3.4.2.1", true);
  Bytes digest = Bytes(32, 7);
  std::string time = "20260401000000Z";
  /// What follows genTime.
  Bytes rest = {};

  Bytes der() const {
    const Bytes imprint = der::wrap(tag::kSequence, {algorithm, der::wrap(tag::kOctetString, digest)});
    return der::wrap(tag::kSequence, {version, der::oid("1.2.3"), imprint, der::unsigned_integer(Bytes{9}),
                                      der::wrap(tag::kGeneralizedTime, as_bytes(time)), rest});
  }
};

TEST(TimestampToken, SignedDataThatIsNoTimestampIsRefused) {
  const Folder folder;
  EXPECT_TRUE(signed_as_tst(folder, Tst().der(), "-nodetach -cades"));
  EXPECT_THAT(signed_as_tst(folder, Tst().der(), "-nodetach").error().detail, HasSubstr("no signing-certificate"));
  EXPECT_THAT(signed_as_tst(folder, Tst().der(), "-cades").error().detail, HasSubstr("no content"));
  EXPECT_THAT(signed_as_tst(folder, Tst().der(), "-nodetach -noattr").error().detail,
              HasSubstr("no signing-certificate"));
  EXPECT_THAT(
      signed_as_tst(folder, Tst().der(),
                    fmt::format("-nodetach -cades -nocerts -signer tsa.pem -inkey {}/tsa.key.pem", pki("tsa").string()))
          .error()
          .detail,
      HasSubstr("2 signers"));
  EXPECT_THAT(signed_as_tst(folder, {0x30, 0x00}, "-nodetach -cades").error().detail, HasSubstr("TSTInfo"));
}

TEST(TstInfo, TimesAreReadWithTheirFractionDropped) {
  const auto time = [](const std::string& text) { return read_tst_info(Tst{.time = text}.der()); };
  for (const char* good : {"20260401000000Z", "20260401000000.1Z", "20260401000000.123456Z", "20260401000000.500Z"}) {
    EXPECT_EQ(must(time(good)).time, kEpoch) << good;
  }
  for (const char* bad : {"20260401000000", "20260401000000.Z", "20260401000000.5", "20260401000000.5xZ", ".", "",
                          "202604010000Z", "20260401000000+0900", "20261301000000Z", "20260401000000,5Z"}) {
    EXPECT_EQ(time(bad).error().code, Code::kTimestampMalformed) << bad;
  }
}

TEST(TstInfo, OptionalFieldsAreReadInTheirPlacesOnly) {
  const auto with = [](Bytes rest) { return read_tst_info(Tst{.rest = std::move(rest)}.der()); };
  EXPECT_EQ(must(with({0x30, 0x00})).accuracy, microseconds(0));
  EXPECT_EQ(must(with({0x30, 0x03, 0x81, 0x01, 0x05})).accuracy, microseconds(5));
  EXPECT_EQ(must(with({0x30, 0x07, 0x80, 0x02, 0x03, 0xE7, 0x81, 0x01, 0x05})).accuracy, microseconds(999'005));
  EXPECT_FALSE(must(with({0x01, 0x01, 0x00})).ordering);
  EXPECT_TRUE(must(with({0x01, 0x01, 0xFF})).ordering);
  EXPECT_EQ(must(with({0x02, 0x01, 0x2A})).nonce, Bytes{0x2A});
  EXPECT_EQ(must(with({0xA0, 0x05, 0x82, 0x03, 'a', '.', 'b'})).tsa, "DNS:a.b");
  // An extension 1.2.3 that is not critical.
  EXPECT_TRUE(with({0xA1, 0x08, 0x30, 0x06, 0x06, 0x02, 0x2A, 0x03, 0x04, 0x00}));

  const std::vector<Bytes> wrong{
      {0x30, 0x04, 0x80, 0x02, 0x03, 0xE8},                                         // 1000 milliseconds
      {0x30, 0x03, 0x80, 0x01, 0x00},                                               // none
      {0x30, 0x03, 0x02, 0x01, 0xFF},                                               // a negative number of seconds
      {0x01, 0x01, 0x01},                                                           // no DER BOOLEAN
      {0x02, 0x01, 0x2A, 0x01, 0x01, 0xFF},                                         // ordering after nonce
      {0xA0, 0x02, 0x05, 0x00},                                                     // tsa is no GeneralName
      {0xA1, 0x0B, 0x30, 0x09, 0x06, 0x02, 0x2A, 0x03, 0x01, 0x01, 0xFF, 0x04, 0},  // critical extension
      {0x04, 0x00}};                                                                // unknown field
  for (const Bytes& rest : wrong) {
    EXPECT_EQ(with(rest).error().code, Code::kTimestampMalformed) << to_hex(rest);
  }
}

TEST(TstInfo, VersionAndImprintMustBeRight) {
  EXPECT_THAT(read_tst_info(Tst{.version = der::unsigned_integer(Bytes{2})}.der()).error().detail,
              HasSubstr("version"));
  EXPECT_THAT(read_tst_info(Tst{.digest = Bytes(31)}.der()).error().detail, HasSubstr("length"));
  EXPECT_TRUE(read_tst_info(Tst{.algorithm = der::algorithm("2.16.840.1.101.3.4.2.1", false)}.der()));
  // An algorithm that is not ours (SHA3-256) is read; whoever needs it sees that.
  const TstInfo foreign = must(read_tst_info(Tst{.algorithm = der::algorithm("2.16.840.1.101.3.4.2.8", true)}.der()));
  EXPECT_EQ(foreign.imprint_algorithm, std::nullopt);
  EXPECT_EQ(foreign.imprint_oid, "2.16.840.1.101.3.4.2.8");
  Bytes behind = Tst().der();
  behind.push_back(0);
  EXPECT_FALSE(read_tst_info(behind));
}

}  // namespace
}  // namespace shomei::signing::test
