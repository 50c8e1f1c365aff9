// Signatures of level B come up to T, LT and LTA in each form and stay what they were.
#include <algorithm>

#include "signing/cades/cms_layout.h"
#include "signing/xades/xades_evidence.h"
#include "tests/unit/signing/extend_fixture.h"

namespace shomei::signing::test {
namespace {

/// Everything of `before` stands in `after`, in order: the bytes of XML, the parts of CMS.
void expect_kept(const Bytes& before, const Bytes& after) {
  if (before.front() != 0x30) {
    std::size_t at = 0;
    for (const std::uint8_t byte : after) {
      at += at < before.size() && byte == before[at] ? 1 : 0;
    }
    EXPECT_EQ(at, before.size());
    return;
  }
  const CmsLayout old_parts = must(read_layout(before));
  const CmsLayout parts = must(read_layout(after));
  EXPECT_TRUE(std::ranges::equal(old_parts.signers.front().signature, parts.signers.front().signature));
  EXPECT_TRUE(std::ranges::equal(old_parts.signers.front().signed_attributes, parts.signers.front().signed_attributes));
  for (const ByteView certificate : old_parts.certificates) {
    EXPECT_TRUE(std::ranges::any_of(parts.certificates,
                                    [&](ByteView other) { return std::ranges::equal(certificate, other); }));
  }
}

class EveryForm : public testing::TestWithParam<Form> {
 protected:
  ExtendBench bench;
  const Form& form() const { return GetParam(); }
  std::vector<Document> beside() const { return detached_of(form()); }
};
INSTANTIATE_TEST_SUITE_P(Extend, EveryForm, testing::ValuesIn(kForms),
                         [](const auto& form) { return form.param.name; });

TEST_P(EveryForm, ComesUpLevelByLevel) {
  Bytes file = signed_as(form());
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    const Extended made = bench.extend(file, level, beside());
    EXPECT_EQ(made.level, level);
    EXPECT_TRUE(made.pending.empty());
    expect_kept(file, made.bytes);
    file = made.bytes;
    VerifyInputs given = inputs(file, beside());
    // From LT on the file holds all that it takes, but for the anchors.
    given.evidence = level == Level::kT ? bench.evidence : auth::ValidationInputs{.anchors = bench.evidence.anchors};
    const SignatureReport report = judged(given);
    EXPECT_EQ(report.level, level) << shown(report);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_EQ(report.best_signature_time, bench.clock.now());
  }
  EXPECT_EQ(checked_stamps(file, beside()).size(), 2U);
  EXPECT_EQ(bench.tsa.asked, 2);
}

TEST_P(EveryForm, ComesUpAtOnce) {
  const Bytes file = signed_as(form());
  const Extended made = bench.extend(file, Level::kLTA, beside());
  EXPECT_EQ(made.level, Level::kLTA);
  expect_kept(file, made.bytes);
  const auto stamps = checked_stamps(made.bytes, beside());
  ASSERT_EQ(stamps.size(), 2U);
  const auto archive = std::ranges::find_if(stamps, [](const FoundStamp& one) { return one.coverage.signed_data; });
  ASSERT_NE(archive, stamps.end());
  const auto covers = [&](ByteView der) {
    return std::ranges::find(archive->coverage.objects, to_hex(sha256(der))) != archive->coverage.objects.end();
  };
  EXPECT_TRUE(covers(must(read_file(pki("crl/sign_ca.crl"), 1 << 20))));
  EXPECT_TRUE(covers(must(read_file(pki("crl/sarl.crl"), 1 << 20))));
  EXPECT_FALSE(covers(must(read_file(pki("crl/auth_ca.crl"), 1 << 20))));
  EXPECT_TRUE(covers(must(read_file(pki("crl/tsa_ca.crl"), 1 << 20))));
  EXPECT_TRUE(covers(must(read_file(pki("tsa/tsa.cer"), 1 << 20))));
  EXPECT_TRUE(covers(must(read_file(pki("trust/signature/root.cer"), 1 << 20))));
}

TEST_P(EveryForm, StaysAsItIsWhereTheLevelIsReached) {
  const Bytes file = bench.extend(signed_as(form()), Level::kLT, beside()).bytes;
  EXPECT_EQ(bench.extend(file, Level::kLT, beside()).bytes, file);
  EXPECT_EQ(bench.extend(file, Level::kT, beside()).bytes, file);
}

TEST_P(EveryForm, IsRenewed) {
  Bytes file = bench.extend(signed_as(form()), Level::kLTA, beside()).bytes;
  for (int renewals = 1; renewals <= 2; ++renewals) {
    bench.clock.advance(std::chrono::hours(1));
    const Extended made = bench.extend(file, Level::kLTA, beside());
    EXPECT_EQ(made.level, Level::kLTA);
    EXPECT_TRUE(made.pending.empty());
    expect_kept(file, made.bytes);
    file = made.bytes;
    EXPECT_EQ(checked_stamps(file, beside()).size(), static_cast<std::size_t>(2 + renewals));
  }
}

TEST_P(EveryForm, StaysAtItsLevelWithoutTsa) {
  const Bytes file = signed_as(form());
  bench.source = nullptr;
  const Extended made = bench.extend(file, Level::kLTA, beside());
  EXPECT_EQ(made.bytes, file);
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_EQ(levels(made.pending), (std::vector{Level::kT, Level::kLT, Level::kLTA}));
  EXPECT_EQ(made.pending.front().why.code, Code::kTimestampNoSource);
  EXPECT_EQ(made.pending.front().until, std::nullopt);
}

TEST_P(EveryForm, StaysAtItsLevelWhileTheTsaFails) {
  const Bytes file = signed_as(form());
  for (const auto& [fault, code] :
       {std::pair(TsaFault::kAway, Code::kNetUnreachable), std::pair(TsaFault::kRejects, Code::kTimestampRefused),
        std::pair(TsaFault::kWrongImprint, Code::kTimestampMalformed)}) {
    bench.tsa.fault = fault;
    const Extended made = bench.extend(file, Level::kT, beside());
    EXPECT_EQ(made.bytes, file);
    EXPECT_EQ(levels(made.pending), std::vector{Level::kT});
    EXPECT_EQ(made.pending.front().why.code, code);
  }
}

TEST_P(EveryForm, KeepsWhatIsThereWhenTheTsaFailsLater) {
  const Bytes file = bench.extend(signed_as(form()), Level::kT, beside()).bytes;
  bench.tsa.fault = TsaFault::kAway;
  const Extended made = bench.extend(file, Level::kLTA, beside());
  EXPECT_EQ(made.level, Level::kLT);
  EXPECT_EQ(levels(made.pending), std::vector{Level::kLTA});
  EXPECT_EQ(made.bytes, bench.extend(file, Level::kLT, beside()).bytes);
}

TEST_P(EveryForm, WritesNoHalfOfLt) {
  const Bytes at_t = bench.extend(signed_as(form()), Level::kT, beside()).bytes;
  for (const std::string_view issuer : {"SignCA", "Root CA", "Time-Stamp CA"}) {
    ExtendBench lacking;
    lacking.drop_lists(issuer);
    const Extended made = lacking.extend(at_t, Level::kLTA, beside());
    EXPECT_EQ(made.bytes, at_t) << issuer;
    EXPECT_EQ(made.level, Level::kT);
    EXPECT_EQ(levels(made.pending), (std::vector{Level::kLT, Level::kLTA}));
    EXPECT_EQ(made.pending.front().why.code, Code::kEvidenceMissing);
    EXPECT_EQ(made.pending.front().until, std::nullopt);
  }
}

TEST_P(EveryForm, IsNotExtendedWhenItDoesNotVerify) {
  Bytes file = signed_as(form());
  std::string text(as_text(file));
  if (form().format == Format::kXades) {
    file = to_bytes(as_bytes(replaced(text, "SignatureValue Id=\"", "SignatureValue Id=\"x")));
    const auto at = as_text(file).find(">", as_text(file).find("SignatureValue"));
    file[at + 5] = file[at + 5] == 'A' ? 'B' : 'A';
  } else {
    file.back() ^= 1;
  }
  const auto made = bench.try_extend(file, Level::kT, beside());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kSignNotValid);
  EXPECT_EQ(bench.tsa.asked, 0);
}

}  // namespace
}  // namespace shomei::signing::test
