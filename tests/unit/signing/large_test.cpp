// Large content is read in pieces; many threads may verify at once.
#include <sys/resource.h>

#include <thread>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

std::filesystem::path sparse_file(const Folder& folder, const std::string& name, std::uintmax_t size) {
  const auto path = folder.write(name, as_bytes("begin"));
  std::filesystem::resize_file(path, size);
  return path;
}

TEST(Large, DetachedContentDoesNotCostMemory) {
  const Folder folder;
  TestKey key = key_of("doctor1");
  const Document image = Document::from_file(sparse_file(folder, "image.dcm", 256U << 20));
  const Document small = Document::from_bytes("small", {1, 2, 3});
  for (const Format format : {Format::kCades, Format::kXades}) {
    judged(inputs(sign(key, small, format, Packaging::kDetached), {small}));
    const long before = peak_kilobytes();
    const SignatureReport report = judged(inputs(sign(key, image, format, Packaging::kDetached), {image}));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_LT(peak_kilobytes() - before, 8 << 10);
  }
}

TEST(Large, AHundredMegabytesOfXmlAreRefusedUnread) {
  const Folder folder;
  const auto path = sparse_file(folder, "huge.xml", 100U << 20);
  VerifyInputs given = inputs({});
  given.file = Document::from_file(path);
  const long before = peak_kilobytes();
  const auto report = verify(xml(), given);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInputTooLarge);
  EXPECT_LT(peak_kilobytes() - before, 8 << 10);
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  const auto made = LocalDocumentSigner(xml(), key, clock)
                        .sign({.document = Document::from_file(path), .packaging = Packaging::kEnveloped});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInputTooLarge);
}

TEST(Large, AnImageInsideXmlIsSignedAndJudged) {
  TestKey key = key_of("doctor1");
  const std::string text = "<a><image>" + std::string(12U << 20, 'A') + "</image></a>";
  const Bytes made =
      sign(key, Document::from_bytes("a.xml", to_bytes(as_bytes(text))), Format::kXades, Packaging::kEnveloped);
  EXPECT_EQ(judged(inputs(made)).indication, Indication::kTotalPassed);
}

TEST(Threads, VerifyTogether) {
  TestKey key = key_of("doctor1");
  const Document cda = Document::from_file(sample("referral_cda.xml"));
  const VerifyInputs enveloped = inputs(sign(key, cda, Format::kXades, Packaging::kEnveloped));
  const VerifyInputs detached = inputs(sign(key, cda, Format::kCades, Packaging::kDetached), {cda});
  std::vector<std::thread> threads;
  std::array<int, 4> passed{};
  for (std::size_t i = 0; i < passed.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        const auto report = verify(xml(), round % 2 == 0 ? enveloped : detached);
        passed.at(i) += report && report->indication == Indication::kTotalPassed ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(passed, (std::array{10, 10, 10, 10}));
}

}  // namespace
}  // namespace shomei::signing::test
