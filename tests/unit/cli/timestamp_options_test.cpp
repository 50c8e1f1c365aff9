#include "cli/timestamp_options.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "signing/tsp/timestamp_token.h"
#include "tests/doubles/tsa_program.h"

namespace shomei::cli {
namespace {

using testing::HasSubstr;

const std::string kTlsCa = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/trust/tls/tls_ca.cer";

/// Against openssl as the authority.
struct Stamps : testing::Test {
  SystemClock clock;
  Context context{.clock = &clock, .language_word = ""};
  TimestampOptions options;

  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
  Result<Bytes> stamp() {
    SHOMEI_TRY(const auto source, options.make_source(context));
    return source->stamp(options.digest_algorithm(), digest(options.digest_algorithm(), as_bytes("data")));
  }
  Error refused() {
    const auto source = options.make_source(context);
    EXPECT_FALSE(source);
    return source ? make_error(Code::kInternal) : source.error();
  }
};

TEST_F(Stamps, WithoutAnAuthorityThereAreNone) {
  EXPECT_EQ(options.make_source(context).value(), nullptr);
  EXPECT_EQ(options.digest_algorithm(), DigestAlgorithm::kSha256);
}

TEST_F(Stamps, ComeFromTheAuthorityThatIsNamed) {
  const TsaProgram tsa({"--policy", "1.2.3.4"});
  options.urls = {"http://localhost:1/", tsa.url};
  options.policy = "1.2.3.4";
  for (const char* digest : {"", "sha384", "sha512"}) {
    options.digest = digest;
    const auto token = stamp();
    ASSERT_TRUE(token) << describe(token.error());
    const auto read = signing::read_timestamp_token(*token);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(read->info.imprint_algorithm, options.digest_algorithm());
    EXPECT_EQ(read->info.policy, "1.2.3.4");
  }
}

TEST_F(Stamps, OverTlsWithACertificateOfOurOwn) {
  std::string folder = "/tmp/shomei-tsa-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  ASSERT_EQ(std::system(("cd " + folder +
                         " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc "
                         "-subj /CN=client -days 36500 -keyout key -out pem 2>log")
                            .c_str()),
            0);
  const TsaProgram tsa({"--client-ca", folder + "/pem"});
  options.urls = {tsa.url};
  EXPECT_EQ(refused().code, Code::kAnchorMissing);
  options.tls_ca = {kTlsCa};
  EXPECT_EQ(stamp().error().code, Code::kNetUnreachable);
  options.certificate = folder + "/pem";
  options.key = folder + "/key";
  const auto token = stamp();
  EXPECT_TRUE(token) << describe(token.error());
  std::filesystem::remove_all(folder);
}

TEST_F(Stamps, AnAuthorityOutOfOrderSaysSo) {
  const TsaProgram tsa({"--fault", "status"});
  options.urls = {tsa.url};
  options.seconds = 5;
  EXPECT_EQ(stamp().error().code, Code::kNetStatus);
  EXPECT_THAT(stamp().error().detail, HasSubstr("HTTP 503"));
}

TEST_F(Stamps, TheTimeToWaitHasBounds) {
  options.urls = {"http://localhost:1/"};
  for (const int wrong : {0, -1, 601}) {
    options.seconds = wrong;
    EXPECT_EQ(refused().code, Code::kUsage) << wrong;
  }
}

TEST_F(Stamps, WrongOptionsAreWrongUsage) {
  options.urls = {"tsa.example"};
  EXPECT_EQ(refused().code, Code::kUsage);
  EXPECT_THAT(refused().detail, HasSubstr("neither http nor https"));
  options.urls = {"http://tsa.example"};
  options.policy = "no OID";
  EXPECT_EQ(refused().code, Code::kUsage);
  options.policy = "";
  options.key = "key.pem";
  EXPECT_EQ(refused().code, Code::kUsage);
  options.certificate = "none.pem";
  EXPECT_EQ(refused().code, Code::kInputNotFound);
}

}  // namespace
}  // namespace shomei::cli
