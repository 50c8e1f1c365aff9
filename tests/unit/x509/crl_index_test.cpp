#include "auth/x509/crl_index.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/x509.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "auth/x509/crl_parser.h"
#include "base/der.h"
#include "base/file.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

namespace tag = der::tag;

std::filesystem::path in_folder(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

Bytes entry(ByteView serial, ByteView time, ByteView extensions = {}) {
  return der::wrap(tag::kSequence, {der::wrap(tag::kInteger, serial), time, extensions});
}

Bytes utc(std::string_view text) {
  return der::wrap(tag::kUtcTime, as_bytes(text));
}

/// The list of the test PKI's CA with other entries; its signature is wrong, which is not asked here.
Bytes list_with(const std::vector<Bytes>& entries) {
  Bytes all;
  for (const Bytes& one : entries) {
    all.insert(all.end(), one.begin(), one.end());
  }
  const Bytes algorithm = der::algorithm("1.2.840.113549.1.1.11", true);
  const Bytes name = der::wrap(tag::kSequence, Bytes());
  const Bytes list = der::wrap(tag::kSequence, {der::unsigned_integer(Bytes{1}), algorithm, name, utc("260401000000Z"),
                                                utc("260405000000Z"), der::wrap(tag::kSequence, all)});
  return der::wrap(tag::kSequence, {list, algorithm, der::wrap(tag::kBitString, Bytes(9, 0))});
}

Bytes reason(std::uint8_t code) {
  const Bytes value{0x0A, 0x01, code};
  return der::wrap(tag::kSequence,
                   der::wrap(tag::kSequence, {der::oid("2.5.29.21"), der::wrap(tag::kOctetString, value)}));
}

class Counting {
 public:
  CrlIndex::Same same() {
    return [this](std::uint32_t a, std::uint32_t b) {
      ++compared;
      return serials.at(a) == serials.at(b);
    };
  }
  std::vector<Bytes> serials;
  std::size_t compared = 0;
};

TEST(CrlIndex, equal_numbers_cost_one_comparison_each_and_one_slot_together) {
  Counting counting;
  CrlIndex index;
  constexpr std::uint32_t kCount = 100'000;
  counting.serials.assign(kCount, Bytes{1, 2, 3});
  for (std::uint32_t i = 0; i < kCount; ++i) {
    index.add(i, counting.serials[i], 0);
  }
  index.build(counting.same());
  EXPECT_EQ(counting.compared, kCount - 1);
  std::vector<std::uint32_t> candidates;
  index.each_candidate(Bytes{1, 2, 3}, 0, [&](std::uint32_t offset) {
    candidates.push_back(offset);
    return false;
  });
  EXPECT_THAT(candidates, testing::ElementsAre(0U));
}

TEST(CrlIndex, numbers_in_a_row_seldom_need_a_comparison) {
  Counting counting;
  CrlIndex index;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    counting.serials.push_back(
        der::unsigned_integer(Bytes{static_cast<std::uint8_t>(i >> 24U), static_cast<std::uint8_t>(i >> 16U),
                                    static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}));
    index.add(i, counting.serials.back(), 0);
  }
  index.build(counting.same());
  // Two numbers share 32 bits of hash and a neighbourhood about once in 2^32 / 4 tries.
  EXPECT_LE(counting.compared, 2U);
  EXPECT_EQ(index.memory_bytes(), 200'000U * 16);
}

TEST(CrlIndex, the_issuer_is_part_of_the_key) {
  CrlIndex index;
  index.add(7, Bytes{1}, 1);
  index.build([](std::uint32_t, std::uint32_t) { return false; });
  const auto any = [](std::uint32_t) { return true; };
  EXPECT_TRUE(index.each_candidate(Bytes{1}, 1, any));
  EXPECT_FALSE(index.each_candidate(Bytes{1}, 0, any));
  EXPECT_FALSE(CrlIndex().each_candidate(Bytes{1}, 0, any));
}

TEST(CrlEntries, unusual_forms_are_read_like_the_usual_one) {
  const std::string_view generalized = "20500101000000Z";
  const Bytes late = der::wrap(tag::kGeneralizedTime, as_bytes(generalized));
  const Bytes long_serial(200, 0x11);
  const Crl crl = Crl::parse(list_with({entry(Bytes{1}, utc("260228235959Z"), reason(1)),
                                        entry(Bytes{2}, utc("260131000000Z")), entry(Bytes{3}, utc("240229000000Z")),
                                        entry(Bytes{4}, late, reason(5)), entry(long_serial, utc("260101000000Z")),
                                        entry(Bytes{6}, utc("491231235959Z"), reason(99))}))
                      .value();
  EXPECT_EQ(crl.facts().entries, 6U);
  EXPECT_EQ(crl.find(Bytes{1})->reason, "keyCompromise");
  EXPECT_EQ(to_rfc3339(crl.find(Bytes{2})->revoked_at), "2026-01-31T00:00:00Z");
  EXPECT_EQ(to_rfc3339(crl.find(Bytes{3})->revoked_at), "2024-02-29T00:00:00Z");
  EXPECT_EQ(to_rfc3339(crl.find(Bytes{4})->revoked_at), "2050-01-01T00:00:00Z");
  EXPECT_TRUE(crl.find(long_serial));
  EXPECT_EQ(crl.find(Bytes{6})->reason, "unspecified");
  EXPECT_EQ(to_rfc3339(crl.find(Bytes{6})->revoked_at), "2049-12-31T23:59:59Z");
  EXPECT_FALSE(crl.find(Bytes{7}));
}

TEST(CrlEntries, wrong_dates_are_refused_with_their_place) {
  for (const char* text : {"260229000000Z", "261301000000Z", "260100000000Z", "260101240000Z", "260101006000Z",
                           "26010100000:Z", "2601010000000", "2601010000/0Z"}) {
    const auto crl = Crl::parse(list_with({entry(Bytes{1}, utc("260101000000Z")), entry(Bytes{2}, utc(text))}));
    ASSERT_FALSE(crl) << text;
    EXPECT_EQ(crl.error().code, Code::kInputNotCrl);
  }
}

TEST(CrlEntries, of_two_entries_for_one_certificate_the_first_counts) {
  const Crl crl = Crl::parse(list_with({entry(Bytes{1}, utc("260101000000Z"), reason(1)),
                                        entry(Bytes{1}, utc("260201000000Z"), reason(5))}))
                      .value();
  EXPECT_EQ(crl.find(Bytes{1})->reason, "keyCompromise");
  EXPECT_EQ(crl.facts().entries, 2U);
}

TEST(Crl, too_large_is_told_before_anything_is_read) {
  const auto path = in_folder("two_gigabytes.crl");
  std::ofstream(path).put('0');
  std::filesystem::resize_file(path, std::uintmax_t{2} << 30U);
  EXPECT_EQ(load_crl(path).error().code, Code::kInputTooLarge);
  EXPECT_EQ(Crl::load(path).error().code, Code::kInputTooLarge);
  std::filesystem::remove(path);
}

/// A list of the test PKI in files: its DER and its index.
class CrlFiles : public testing::Test {
 protected:
  CrlFiles() {
    const Crl crl = load_crl(pki("crl/sign_ca.crl")).value();
    EXPECT_TRUE(write_file(der_, crl.der()));
    EXPECT_TRUE(Crl::load(der_).value().save_index(index_));
  }
  std::filesystem::path der_ = in_folder("list.crl");
  std::filesystem::path index_ = in_folder("list.index");
};

TEST_F(CrlFiles, an_opened_list_answers_as_the_read_one) {
  const Crl read = load_crl(pki("crl/sign_ca.crl")).value();
  const Crl opened = Crl::open(der_, index_).value();
  EXPECT_EQ(to_json(opened), to_json(read));
  const Bytes revoked = serial_from_hex("0157").value();
  EXPECT_EQ(opened.find(revoked)->reason, "cessationOfOperation");
  EXPECT_FALSE(opened.find(serial_from_hex("0152").value()));
  EXPECT_TRUE(opened.signed_by(certificate("trust/signature/sign_ca.cer")));
  EXPECT_TRUE(opened.find(revoked));
}

TEST_F(CrlFiles, an_index_of_another_list_or_with_a_changed_byte_is_refused) {
  EXPECT_EQ(Crl::open(pki("crl/auth_ca.crl"), index_).error().code, Code::kInputMalformed);
  const Bytes content = read_file(index_, 1 << 20).value();
  for (std::size_t i = 0; i < content.size(); i += 7) {
    Bytes changed = content;
    changed[i] ^= 0x10;
    ASSERT_TRUE(write_file(index_, changed));
    EXPECT_EQ(Crl::open(der_, index_).error().code, Code::kInputMalformed) << i;
  }
  ASSERT_TRUE(write_file(index_, ByteView(content).first(content.size() - 1)));
  EXPECT_FALSE(Crl::open(der_, index_));
  ASSERT_TRUE(write_file(index_, {}));
  EXPECT_FALSE(Crl::open(der_, index_));
}

TEST_F(CrlFiles, damage_of_the_list_shows_in_its_signature) {
  Bytes der = read_file(der_, 1 << 20).value();
  const Bytes revoked = serial_from_hex("0157").value();
  const auto at = std::ranges::search(der, Bytes{0x02, 0x02, 0x01, 0x57});
  ASSERT_FALSE(at.empty());
  at[3] ^= 0x01;
  ASSERT_TRUE(write_file(der_, der));
  const Crl crl = Crl::open(der_, index_).value();
  EXPECT_FALSE(crl.signed_by(certificate("trust/signature/sign_ca.cer")));
}

TEST_F(CrlFiles, an_indirect_list_is_opened_with_its_issuers) {
  const OwnedPkey key = forge_key();
  const Bytes der = forge_crl_der({.issuer = "Lists",
                                   .key = key.get(),
                                   .revoked = {5, 6},
                                   .certificate_issuer = "CA",
                                   .extensions = {{"issuingDistributionPoint", "critical,indirectCRL:TRUE"}}});
  ASSERT_TRUE(write_file(der_, der));
  const Crl read = Crl::load(der_).value();
  ASSERT_TRUE(read.save_index(index_));
  const Crl opened = Crl::open(der_, index_).value();
  const Certificate ca = forge({.subject = "CA", .issuer = "CA", .key = key.get(), .issuer_key = key.get()});
  for (const Crl& crl : {read, opened}) {
    EXPECT_TRUE(crl.find(Bytes{5}, X509_get_subject_name(ca.native())));
    EXPECT_TRUE(crl.find(Bytes{6}, X509_get_subject_name(ca.native())));
    EXPECT_FALSE(crl.find(Bytes{5}));
  }
}

}  // namespace
}  // namespace shomei::auth
