#include "auth/x509/weak_key.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <cmath>
#include <fstream>

#include "auth/x509/fermat.h"
#include "auth/x509/small_primes.h"
#include "base/digest.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

using testing::Optional;

OwnedBignum number(const char* hex = "0") {
  BIGNUM* made = nullptr;
  BN_hex2bn(&made, hex);
  return OwnedBignum(made);
}

/// Numbers of a test: kept with one context.
class WeakKey : public testing::Test {
 protected:
  BN_CTX* context() { return context_.get(); }
  bool is_prime(const BIGNUM* candidate) { return BN_check_prime(candidate, context(), nullptr) == 1; }
  /// The first prime from `start` on, in that step.
  OwnedBignum prime_from(OwnedBignum start, const BIGNUM* step) {
    while (!is_prime(start.get())) {
      BN_add(start.get(), start.get(), step);
    }
    return start;
  }
  OwnedBignum prime_near(int bits, std::uint64_t offset) {
    OwnedBignum start = number("3");
    BN_lshift(start.get(), start.get(), bits - 2);
    BN_add_word(start.get(), offset | 1U);
    return prime_from(std::move(start), number("2").get());
  }
  OwnedBignum product(const BIGNUM* a, const BIGNUM* b) {
    OwnedBignum made = number();
    BN_mul(made.get(), a, b, context());
    return made;
  }
  static std::optional<std::string> judge(const BIGNUM* n, const char* e = "10001", const KnownKeys* known = nullptr) {
    return rsa_weakness(n, number(e).get(), known);
  }

 private:
  Owned<BN_CTX, BN_CTX_free> context_{BN_CTX_new()};
};

TEST_F(WeakKey, keys_of_the_test_pki_are_good) {
  for (const char* file :
       {"holders/doctor1/signature.cer", "trust/signature/root.cer", "trust/signature/sign_ca.cer"}) {
    EXPECT_EQ(weakness(X509_get0_pubkey(certificate(file).native()), nullptr), std::nullopt) << file;
  }
  EXPECT_EQ(weakness(forge_key().get(), nullptr), std::nullopt);
  const OwnedPkey rsa(EVP_RSA_gen(2048U));
  EXPECT_EQ(weakness(rsa.get(), nullptr), std::nullopt);
}

TEST_F(WeakKey, exponents) {
  const OwnedBignum n = product(prime_near(1024, 1).get(), prime_near(1024, 1'000'000'007).get());
  const OwnedBignum far = product(prime_near(1020, 1).get(), prime_near(1028, 1).get());
  EXPECT_THAT(judge(n.get()), testing::Ne(std::nullopt)) << "primes that share their upper half are close";
  EXPECT_EQ(judge(far.get()), std::nullopt);
  EXPECT_EQ(judge(far.get(), "3"), std::nullopt);
  EXPECT_THAT(judge(far.get(), "1"), Optional(std::string("e = 1")));
  EXPECT_THAT(judge(far.get(), "0"), Optional(std::string("e = 0")));
  EXPECT_THAT(judge(far.get(), "2"), Optional(std::string("e = 2")));
  EXPECT_THAT(judge(far.get(), "10000"), Optional(std::string("e = 65536")));
  EXPECT_THAT(judge(far.get(), "-3"), Optional(std::string("e of 2 bits")));
  const std::string long_one = "1" + std::string(63, '0') + "1";
  EXPECT_THAT(judge(far.get(), long_one.c_str()), Optional(std::string("e of 257 bits")));
  EXPECT_EQ(judge(far.get(), ("F" + std::string(62, '0') + "1").c_str()), std::nullopt) << "256 bits";
}

TEST_F(WeakKey, small_factors) {
  const OwnedBignum big = prime_near(2040, 99);
  for (const unsigned factor : {2U, 3U, 167U, 173U, 743U, 751U}) {
    const OwnedBignum n(BN_dup(big.get()));
    BN_mul_word(n.get(), factor);
    EXPECT_THAT(judge(n.get()), Optional(fmt::format("factor {}", factor)));
  }
  const OwnedBignum n(BN_dup(big.get()));
  BN_mul_word(n.get(), 757);
  EXPECT_EQ(judge(n.get()), std::nullopt) << "the bound is 752";
}

TEST_F(WeakKey, residues_are_those_of_division) {
  const OwnedBignum n = product(prime_near(1500, 5).get(), prime_near(700, 7).get());
  const Residues residues = residues_of(n.get());
  for (std::size_t i = 0; i < residues.size(); ++i) {
    EXPECT_EQ(residues[i], BN_mod_word(n.get(), kSmallPrimes[i]));
  }
  EXPECT_EQ(kSmallPrimes.back(), 751);
}

TEST_F(WeakKey, close_primes_are_found_within_the_steps_and_not_beyond) {
  const OwnedBignum p = prime_near(1024, 12345);
  // (a - b)(a + b) with a at `steps` steps above the root: b^2 is about 2 * steps * root.
  const auto partner = [&](unsigned steps) {
    OwnedBignum b = number("1");
    BN_lshift(b.get(), b.get(), 513);  // b = 2^513: the root lies b^2 / 2a, about 2/3 of one, away
    BN_mul_word(b.get(), steps);
    BN_add(b.get(), b.get(), p.get());
    if (BN_is_odd(b.get()) == 0) {
      BN_add_word(b.get(), 1);
    }
    return prime_from(std::move(b), number("2").get());
  };
  EXPECT_THAT(judge(product(p.get(), partner(1).get()).get()), Optional(std::string("Fermat, CVE-2022-26320")));
  EXPECT_THAT(judge(product(p.get(), partner(12).get()).get()), Optional(std::string("Fermat, CVE-2022-26320")));
  EXPECT_EQ(judge(product(p.get(), partner(13).get()).get()), std::nullopt);
  EXPECT_THAT(judge(product(p.get(), p.get()).get()), Optional(std::string("Fermat, CVE-2022-26320"))) << "a square";
}

TEST_F(WeakKey, every_step_of_fermats_method_counts) {
  // Small enough to compare with the definition: n = p * q is found at step a - ceil(sqrt(n)).
  for (const auto& [p, q] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1'000'003, 1'000'003},
                                                                                 {1'000'003, 1'000'033},
                                                                                 {1'000'003, 1'020'007},
                                                                                 {1'000'003, 1'030'019},
                                                                                 {1'000'003, 1'060'021},
                                                                                 {999'983, 2'000'003}}) {
    std::uint64_t root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(p * q)));
    root += root * root < p * q ? 1 : 0;
    const bool close = (p + q) % 2 == 0 && (p + q) / 2 - root <= kFermatSteps;
    const OwnedBignum n = number();
    BN_set_word(n.get(), p * q);
    EXPECT_EQ(has_close_factors(n.get()), close) << p << " * " << q;
  }
}

TEST_F(WeakKey, roca) {
  // Primes of the weak generator: k * M + (65537^a mod M), M the product of the first 126 primes for 2048 bits.
  const OwnedBignum m = number("1");
  for (std::size_t i = 0; i < 126; ++i) {
    BN_mul_word(m.get(), kSmallPrimes[i]);
  }
  const auto weak_prime = [&](std::uint64_t exponent, std::uint64_t k) {
    const OwnedBignum a = number();
    BN_set_word(a.get(), exponent);
    const OwnedBignum power = number();
    BN_mod_exp(power.get(), number("10001").get(), a.get(), m.get(), context());
    OwnedBignum start(BN_dup(m.get()));
    BN_mul_word(start.get(), k);
    BN_add(start.get(), start.get(), power.get());
    return prime_from(std::move(start), m.get());
  };
  const OwnedBignum p = weak_prime(0x123456789ABCDEF, 0x1D9D0000000000);
  const OwnedBignum q = weak_prime(0xFEDCBA987654321, 0x1B9D0000000000);
  const OwnedBignum n = product(p.get(), q.get());
  EXPECT_GE(BN_num_bits(n.get()), 2000);
  EXPECT_THAT(judge(n.get()), Optional(std::string("ROCA, CVE-2017-15361")));
  // One weak prime alone leaves no such trace, and no attack.
  EXPECT_EQ(judge(product(p.get(), prime_near(1020, 3).get()).get()), std::nullopt);
  // A power of 65537 modulo each prime, but not with one exponent: what a weaker test would take for weak.
  const OwnedBignum changed(BN_dup(n.get()));
  const OwnedBignum step(BN_dup(m.get()));
  BN_div_word(step.get(), 11);  // 65537 = 10 modulo 11 has order 2: the other power of it is 1
  while (BN_mod_word(changed.get(), 11) != (BN_mod_word(n.get(), 11) == 1 ? 10 : 1)) {
    BN_add(changed.get(), changed.get(), step.get());
  }
  EXPECT_NE(judge(changed.get()), std::optional<std::string>("ROCA, CVE-2017-15361"));
}

TEST_F(WeakKey, absurd_moduli_are_refused_unseen) {
  const OwnedBignum n = number("1");
  BN_lshift(n.get(), n.get(), 500'000);
  BN_add_word(n.get(), 1);
  EXPECT_THAT(judge(n.get()), Optional(std::string("modulus of 500001 bits")));
  EXPECT_NE(judge(number("-5").get()), std::nullopt);
}

TEST_F(WeakKey, published_keys_are_known_by_their_fingerprint) {
  const Certificate doctor = certificate("holders/doctor1/signature.cer");
  BIGNUM* modulus = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(X509_get0_pubkey(doctor.native()), OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
  const OwnedBignum n(modulus);
  const Owned<char, [](char* text) { OPENSSL_free(text); }> hex(BN_bn2hex(modulus));
  const std::string print =
      to_hex(digest(DigestAlgorithm::kSha1, as_bytes(fmt::format("Modulus={}\n", hex.get())))).substr(20);
  const auto folder = std::filesystem::path(testing::TempDir());
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return folder / name;
  };
  const auto list = write("weak-keys-1", "# a comment\n00000000000000000001\n" + print + "\nffffffffffffffffffff\n");
  const KnownKeys known = KnownKeys::load({list, write("weak-keys-2", "0123456789abcdef0123")}).value();
  EXPECT_EQ(known.size(), 4U);
  EXPECT_THAT(weakness(X509_get0_pubkey(doctor.native()), &known), Optional(std::string("published, CVE-2008-0166")));
  EXPECT_EQ(weakness(X509_get0_pubkey(certificate("holders/nurse/signature.cer").native()), &known), std::nullopt);
  for (const char* wrong : {"0123\n", "0123456789abcdef01234\n", "0123456789abcdef012g\n"}) {
    const auto error = KnownKeys::load({write("weak-keys-3", wrong)});
    ASSERT_FALSE(error.has_value()) << wrong;
    EXPECT_EQ(error.error().code, Code::kInputMalformed);
  }
  EXPECT_FALSE(KnownKeys::load({folder / "no-such-file"}).has_value());

  ProfileSet profiles = ProfileSet::defaults();
  profiles.algorithms.weak_keys = std::make_shared<const KnownKeys>(known);
  const auto report =
      auth::judge("holders/doctor1/signature.cer", Purpose::kSignature, evidence("signature"), one_o_clock(), profiles);
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_THAT(checks(report.findings, Severity::kFail), testing::ElementsAre("key.weak"));
}

}  // namespace
}  // namespace shomei::auth
