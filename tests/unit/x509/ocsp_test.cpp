#include "auth/x509/ocsp.h"

#include <gmock/gmock.h>

#include "ocsp_forge.h"

namespace shomei::auth {
namespace {

TEST(Ocsp, says_what_openssl_wrote) {
  const OcspWorld world;
  const OcspResponse response = forge_ocsp(
      world,
      {.singles = {{.state = 1, .revoked_at = -7200, .reason = 1, .next_update = std::nullopt}}, .nonce = {1, 2, 3}});
  const OcspFacts& facts = response.facts();
  EXPECT_EQ(facts.status, OcspStatus::kSuccessful);
  EXPECT_EQ(to_rfc3339(facts.produced_at), "2026-06-01T11:00:00Z");
  EXPECT_EQ(facts.signature_algorithm, "1.2.840.10045.4.3.2");
  EXPECT_EQ(facts.nonce, Bytes({1, 2, 3}));
  ASSERT_EQ(facts.singles.size(), 1U);
  const OcspSingle& single = facts.singles.front();
  EXPECT_EQ(single.state, RevocationState::kRevoked);
  EXPECT_EQ(single.reason, "keyCompromise");
  EXPECT_EQ(to_rfc3339(single.revoked_at.value()), "2026-06-01T10:00:00Z");
  EXPECT_FALSE(single.next_update);
  EXPECT_THAT(response.certificates(), testing::ElementsAre(world.ca));
  EXPECT_TRUE(response.names_responder(world.ca));
  EXPECT_FALSE(response.names_responder(world.namesake));
}

TEST(Ocsp, cert_id_is_that_of_openssl_with_each_algorithm) {
  const OcspWorld world;
  for (const auto algorithm :
       {DigestAlgorithm::kSha1, DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    const OcspResponse response = forge_ocsp(world, {.singles = {{.algorithm = algorithm}}});
    const OcspCertId& id = response.facts().singles.front().id;
    EXPECT_EQ(id, OcspCertId::of(world.leaf, world.ca, algorithm));
    EXPECT_TRUE(id.fits(world.leaf, world.ca));
    EXPECT_FALSE(id.fits(world.leaf, world.namesake));
    EXPECT_FALSE(id.fits(world.responder, world.ca));
  }
}

TEST(Ocsp, each_status_is_read) {
  for (const auto& [number, word] : std::vector<std::pair<int, std::string>>{
           {1, "malformedRequest"}, {2, "internalError"}, {3, "tryLater"}, {5, "sigRequired"}, {6, "unauthorized"}}) {
    EXPECT_EQ(name(OcspResponse::parse(forge_ocsp_status(number)).value().facts().status), word);
  }
  EXPECT_EQ(OcspResponse::parse(forge_ocsp_status(0)).error().code, Code::kInputNotOcsp);
  EXPECT_EQ(OcspResponse::parse(forge_ocsp_status(4)).error().code, Code::kInputNotOcsp);
  EXPECT_EQ(OcspResponse::parse(forge_ocsp_status(7)).error().code, Code::kInputNotOcsp);
}

TEST(Ocsp, truncated_or_longer_or_something_else_is_refused) {
  const OcspWorld world;
  const Bytes der = forge_ocsp_der(world, {});
  ASSERT_TRUE(OcspResponse::parse(der));
  for (std::size_t length = 0; length < der.size(); ++length) {
    EXPECT_EQ(OcspResponse::parse(ByteView(der).first(length)).error().code, Code::kInputNotOcsp) << length;
  }
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_EQ(OcspResponse::parse(longer).error().code, Code::kInputNotOcsp);
  EXPECT_THAT(OcspResponse::parse(longer).error().detail, testing::HasSubstr("at byte"));
  EXPECT_EQ(OcspResponse::parse(world.ca.der()).error().code, Code::kInputNotOcsp);
  EXPECT_EQ(OcspResponse::parse(Bytes(kMaxOcspBytes + 1, 0x30)).error().code, Code::kInputTooLarge);
}

TEST(Ocsp, each_flipped_byte_is_noticed) {
  const OcspWorld world;
  const Bytes der = forge_ocsp_der(world, {.enclose = false});
  ASSERT_EQ(judge_ocsp(OcspResponse::parse(der).value(), world.question()).state, RevocationState::kGood);
  for (std::size_t i = 0; i < der.size(); ++i) {
    for (const auto bit : std::initializer_list<std::uint8_t>{0x01, 0x20, 0x80}) {
      Bytes changed = der;
      changed[i] ^= bit;
      const auto response = OcspResponse::parse(changed);
      EXPECT_TRUE(!response || judge_ocsp(*response, world.question()).state == RevocationState::kUnknown) << i;
    }
  }
}

TEST(Ocsp, only_the_key_that_signed_has_signed) {
  const OcspWorld world;
  const OcspResponse response = forge_ocsp(world, {});
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(response.signed_by(world.ca));
    EXPECT_FALSE(response.signed_by(world.namesake));
    EXPECT_FALSE(response.signed_by(world.responder));
  }
}

TEST(Ocsp, rsa_and_pss_signatures_are_judged) {
  const OcspWorld world;
  const OwnedPkey key(EVP_RSA_gen(2048));
  const Certificate signer =
      forge({.subject = "CA", .issuer = "Root", .key = key.get(), .issuer_key = world.other_key.get()});
  for (const bool pss : {false, true}) {
    const OcspResponse response = forge_ocsp(world, {.signer = &signer, .key = key.get(), .pss = pss});
    EXPECT_EQ(response.facts().signature_algorithm,
              pss ? "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.1" : "1.2.840.113549.1.1.11");
    EXPECT_TRUE(response.signed_by(signer));
    EXPECT_FALSE(response.signed_by(world.ca));
  }
}

}  // namespace
}  // namespace shomei::auth
