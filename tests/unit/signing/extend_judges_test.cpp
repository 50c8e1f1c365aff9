// Other people's programs judge what was extended.
#include <fmt/format.h>

#include <algorithm>

#include "signing/cades/cms_layout.h"
#include "signing/tsp/timestamp_token.h"
#include "tests/unit/signing/extend_fixture.h"

namespace shomei::signing::test {
namespace {

constexpr std::string_view kAt = "1775002800";  // kJudged

struct ExtendJudges : testing::Test {
  ExtendBench bench;
  Folder folder;

  void pem(const std::filesystem::path& der, const std::string& name) const {
    const Ran ran = run(folder.path(), fmt::format("openssl x509 -inform DER -in {} -out {}", der.string(), name));
    ASSERT_EQ(ran.status, 0) << ran.output;
  }

  /// `openssl ts -verify` over the octets that the token should be over.
  void expect_openssl_accepts(const Bytes& token, ByteView data) const {
    pem(pki("trust/timestamp/tsa_ca.cer"), "tsa_ca.pem");
    folder.write("token", token);
    folder.write("data", data);
    const Ran good = run(folder.path(), fmt::format("openssl ts -verify -data data -in token -token_in -CAfile "
                                                    "tsa_ca.pem -attime {}",
                                                    kAt));
    EXPECT_EQ(good.status, 0) << good.output;
    folder.write("data", as_bytes("something else"));
    const Ran bad = run(folder.path(), fmt::format("openssl ts -verify -data data -in token -token_in -CAfile "
                                                   "tsa_ca.pem -attime {}",
                                                   kAt));
    EXPECT_NE(bad.status, 0) << bad.output;
  }
};

TEST_F(ExtendJudges, OpensslAcceptsTheStampOverTheCadesSignature) {
  const Form& form = kForms[3];
  const Bytes file = bench.extend(signed_as(form), Level::kLTA, detached_of(form)).bytes;
  const CmsLayout layout = must(read_layout(file));
  const auto stamps = checked_stamps(file, detached_of(form));
  const auto stamp = std::ranges::find(stamps, cms_oid::kSignatureTimeStamp, &FoundStamp::type);
  ASSERT_NE(stamp, stamps.end());
  expect_openssl_accepts(stamp->token, layout.signers.front().signature_value);
}

/// 5.5.3, put together once more by hand.
TEST_F(ExtendJudges, OpensslAcceptsTheArchiveStampOfCades) {
  const Form& form = kForms[3];
  const Bytes file = bench.extend(signed_as(form), Level::kLTA, detached_of(form)).bytes;
  const auto stamps = checked_stamps(file, detached_of(form));
  const auto stamp = std::ranges::find(stamps, cms_oid::kArchiveTimeStampV3, &FoundStamp::type);
  ASSERT_NE(stamp, stamps.end());
  const CmsLayout layout = must(read_layout(file));
  const CmsLayout token = must(read_layout(stamp->token));
  const CmsSignerLayout& signer = layout.signers.front();
  ASSERT_EQ(token.signers.front().unsigned_list.size(), 1U);
  Bytes data = *from_hex("06092a864886f70d010701");
  const auto add = [&](ByteView more) { data.insert(data.end(), more.begin(), more.end()); };
  add(sha256(as_bytes("referral")));
  for (const ByteView part :
       {signer.version, signer.sid, signer.digest_algorithm, signer.signed_attributes, signer.signature_algorithm,
        signer.signature, token.signers.front().unsigned_list.front().values.front()}) {
    add(part);
  }
  expect_openssl_accepts(stamp->token, data);
}

TEST_F(ExtendJudges, OpensslAcceptsTheStampOverTheXadesSignature) {
  const Form& form = kForms[2];
  const Bytes file = bench.extend(signed_as(form), Level::kT, detached_of(form)).bytes;
  const std::string text(as_text(file));
  const std::size_t begin = text.find("<ds:SignatureValue");
  const std::string element = text.substr(begin, text.find("</ds:SignatureValue>") + 20 - begin);
  // Exclusive C14N writes the namespace of the prefix that the element uses, before its attributes.
  const std::string canonical = replaced(element, "<ds:SignatureValue Id",
                                         "<ds:SignatureValue xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id");
  expect_openssl_accepts(checked_stamps(file, {}).front().token, as_bytes(canonical));
}

TEST_F(ExtendJudges, OpensslStillAcceptsTheCadesSignature) {
  const Form& form = kForms[3];
  pem(pki("trust/signature/root.cer"), "root.pem");
  folder.write("content", as_bytes("referral"));
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    folder.write("s.p7s", bench.extend(signed_as(form), level, detached_of(form)).bytes);
    const Ran ran =
        run(folder.path(), fmt::format("openssl cms -verify -cades -binary -inform DER -in s.p7s -content content "
                                       "-CAfile root.pem -attime {} -out /dev/null",
                                       kAt));
    EXPECT_EQ(ran.status, 0) << ran.output;
  }
}

TEST_F(ExtendJudges, XmlsecStillAcceptsTheXadesSignatures) {
  folder.write("referral.txt", as_bytes("referral"));
  for (const Form& form : {kForms[0], kForms[1], kForms[2]}) {
    folder.write("s.xml", bench.extend(signed_as(form), Level::kLTA, detached_of(form)).bytes);
    const Ran ran =
        run(folder.path(),
            fmt::format("TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {} --verification-time "
                        "'2026-04-01 00:20:00' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
                        "--id-attr:Id http://www.w3.org/2000/09/xmldsig#:Object s.xml",
                        pki("trust/signature/root.cer").string()));
    EXPECT_EQ(ran.status, 0) << form.name << ran.output;
  }
}

/// The signer's CA answers by OCSP (openssl's clock is the machine's, so the answer is newer than the stamp).
TEST_F(ExtendJudges, AnAnswerOfOpensslsResponderTakesTheListsPlace) {
  pem(pki("trust/signature/sign_ca.cer"), "ca.pem");
  pem(pki("holders/doctor1/signature.cer"), "ee.pem");
  const Ran ran =
      run(folder.path(),
          fmt::format("s=$(openssl x509 -in ee.pem -noout -serial | cut -d= -f2) && printf "
                      "'V\\t300101000000Z\\t\\t%s\\tx\\t/CN=x\\n' $s > "
                      "index && openssl ocsp -index index -CA ca.pem -rsigner ca.pem -rkey {} -issuer ca.pem -cert "
                      "ee.pem -ndays 30 "
                      "-respout answer",
                      (std::filesystem::path(SHOMEI_SOURCE_DIR) / "testcerts/hpki/keys/sign_ca.pem").string()));
  ASSERT_EQ(ran.status, 0) << ran.output;
  const auth::OcspResponse answer = must(auth::OcspResponse::parse(must(read_file(folder.path() / "answer", 1 << 16))));
  bench.drop_lists("SignCA");
  bench.evidence.ocsp.push_back(answer);
  for (const Form& form : kForms) {
    const Extended made = bench.extend(signed_as(form), Level::kLTA, detached_of(form));
    EXPECT_EQ(made.level, Level::kLTA) << form.name;
    const auto stamps = checked_stamps(made.bytes, detached_of(form));
    EXPECT_TRUE(std::ranges::any_of(stamps, [&](const FoundStamp& stamp) {
      return std::ranges::find(stamp.coverage.objects, answer.facts().sha256) != stamp.coverage.objects.end();
    })) << form.name;
    if (form.format == Format::kCades) {
      EXPECT_EQ(to_hex(must(read_layout(made.bytes)).version), "020105");
    }
  }
}

}  // namespace
}  // namespace shomei::signing::test
