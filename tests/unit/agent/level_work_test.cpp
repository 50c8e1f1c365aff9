#include "agent/level_work.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/software_key.h"
#include "signing/tsp/timestamp_client.h"
#include "tests/doubles/test_tsa.h"
#include "tests/unit/agent/doubles.h"

namespace shomei::agent {
namespace {

using signing::Level;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kPki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/";

class AgentLevelTest : public ::testing::Test {
 protected:
  AgentLevelTest() {
    config_.trust.anchors = {kPki + "trust/signature", kPki + "trust/timestamp"};
    config_.trust.crl = {kPki + "crl"};
  }

  // A signed document, as it stands when the card is done.
  SignOrder signed_order(Level wished, signing::Packaging packaging = signing::Packaging::kDetached) {
    const Bytes certificate = read_file(kPki + "holders/doctor1/signature.cer", 1 << 20).value();
    const auto key = SoftwareKey::load(kPki + "holders/doctor1/signature.key.pem", certificate).value();
    signing::LocalDocumentSigner signer(xml_, *key, clock_);
    SignOrder order;
    JobDocument& document = order.documents.emplace_back();
    document.request = {.document = signing::Document::from_bytes("a.xml", to_bytes(as_bytes("<a/>"))),
                        .format = signing::Format::kXades,
                        .packaging = packaging,
                        .level = wished};
    document.result = signer.sign(document.request).value();
    return order;
  }
  signing::SignedDocument raised(Level wished, signing::Packaging packaging = signing::Packaging::kDetached) {
    SignOrder order = signed_order(wished, packaging);
    LevelWork(config_, xml_, stamps_.get(), clock_).raise(order, {});
    EXPECT_FALSE(order.documents.front().error);
    return *order.documents.front().result;
  }

  Config config_;
  FixedClock clock_{parse_rfc3339("2026-04-01T00:10:00Z").value()};
  const signing::XmlLibrary& xml_ = testing::xml_library();
  TestTsa tsa_{TsaIdentity::of_test_pki(), clock_};
  std::unique_ptr<signing::TimestampSource> stamps_ =
      signing::TimestampClient::create({.urls = {"http://tsa.test/"}}, tsa_, clock_).value();
};

TEST_F(AgentLevelTest, a_stamp_makes_level_t_in_every_packaging) {
  for (const auto packaging :
       {signing::Packaging::kDetached, signing::Packaging::kEnveloped, signing::Packaging::kEnveloping}) {
    const auto made = raised(Level::kT, packaging);
    EXPECT_EQ(made.level, Level::kT);
    EXPECT_THAT(made.pending, IsEmpty());
    EXPECT_FALSE(made.pending_why);
  }
  EXPECT_EQ(tsa_.asked, 3);
}

TEST_F(AgentLevelTest, level_b_asks_nobody) {
  EXPECT_EQ(raised(Level::kB).level, Level::kB);
  EXPECT_EQ(tsa_.asked, 0);
}

TEST_F(AgentLevelTest, an_authority_that_is_away_leaves_a_good_signature_and_says_why) {
  tsa_.fault = TsaFault::kAway;
  SignOrder order = signed_order(Level::kT);
  const Bytes before = order.documents.front().result->bytes;
  LevelWork(config_, xml_, stamps_.get(), clock_).raise(order, {});
  const signing::SignedDocument& made = *order.documents.front().result;
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_EQ(made.bytes, before);
  EXPECT_THAT(made.pending, ElementsAre(Level::kT));
  ASSERT_TRUE(made.pending_why);
  EXPECT_EQ(made.pending_why->code, Code::kNetUnreachable);
  EXPECT_THAT(made.pending_why->detail, HasSubstr("http://tsa.test/"));
}

TEST_F(AgentLevelTest, without_an_authority_level_t_stays_pending) {
  stamps_.reset();
  const auto made = raised(Level::kT);
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_THAT(made.pending, ElementsAre(Level::kT));
  EXPECT_TRUE(made.pending_why);
}

TEST_F(AgentLevelTest, evidence_that_cannot_be_read_leaves_the_signature) {
  config_.trust.crl = {"/none"};
  const auto made = raised(Level::kLT);
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_THAT(made.pending, ElementsAre(Level::kT, Level::kLT));
  ASSERT_TRUE(made.pending_why);
  EXPECT_EQ(made.pending_why->code, Code::kInputNotFound);
}

TEST_F(AgentLevelTest, a_job_that_is_cancelled_waits_for_no_authority) {
  SignOrder order = signed_order(Level::kT);
  std::stop_source stop;
  stop.request_stop();
  LevelWork(config_, xml_, stamps_.get(), clock_).raise(order, stop.get_token());
  EXPECT_EQ(order.documents.front().result->level, Level::kB);
  EXPECT_EQ(tsa_.asked, 0);
}

TEST_F(AgentLevelTest, archive_level_is_made_out_of_the_configured_trust) {
  const auto made = raised(Level::kLTA);
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_THAT(made.pending, IsEmpty());
}

TEST_F(AgentLevelTest, without_lists_the_stamp_is_kept_and_the_rest_is_pending) {
  config_.trust.crl.clear();
  const auto made = raised(Level::kLTA);
  EXPECT_EQ(made.level, Level::kT);
  EXPECT_THAT(made.pending, ElementsAre(Level::kLT, Level::kLTA));
  EXPECT_TRUE(made.pending_why);
}

}  // namespace
}  // namespace shomei::agent
