#include "server/trust/crl_files.h"

#include <gtest/gtest.h>

#include "auth/x509/load.h"
#include "auth/x509/revocation.h"
#include "base/file.h"

namespace shomei::server {
namespace {

class CrlFilesTest : public testing::Test {
 protected:
  CrlFilesTest() { std::filesystem::remove_all(folder_); }
  ~CrlFilesTest() override { std::filesystem::remove_all(folder_); }

  auth::Crl list(const std::string& name = "sign_ca") const {
    return auth::load_crl(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/crl/" + name + ".crl").value();
  }
  void damage(const std::string& ending) const {
    const auto file = folder_ / (list().sha256() + ending);
    Bytes content = read_file(file, 1 << 20).value();
    content[content.size() / 2] ^= 1;
    ASSERT_TRUE(write_file(file, content));
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / "crl_files_test";
  CrlFiles files_{folder_};
};

TEST_F(CrlFilesTest, what_was_kept_is_opened_again) {
  EXPECT_FALSE(files_.open(list().sha256()));
  const auto kept = files_.keep(list());
  ASSERT_TRUE(kept);
  const auto opened = files_.open(list().sha256());
  ASSERT_TRUE(opened);
  for (const auth::Crl& crl : {*kept, *opened}) {
    EXPECT_EQ(crl.facts().entries, list().facts().entries);
    EXPECT_TRUE(crl.find(auth::serial_from_hex("0157").value()));
  }
}

TEST_F(CrlFilesTest, damage_is_noticed) {
  for (const char* ending : {".crl", ".index"}) {
    ASSERT_TRUE(files_.keep(list()));
    damage(ending);
    EXPECT_FALSE(files_.open(list().sha256())) << ending;
  }
}

TEST_F(CrlFilesTest, others_are_removed) {
  ASSERT_TRUE(files_.keep(list()) && files_.keep(list("auth_ca")));
  files_.remove_others({list().sha256()});
  EXPECT_TRUE(files_.open(list().sha256()));
  EXPECT_FALSE(files_.open(list("auth_ca").sha256()));
}

TEST(CrlFiles, without_a_folder_lists_stay_in_memory) {
  const CrlFiles none;
  const auto crl = auth::load_crl(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/crl/sign_ca.crl").value();
  EXPECT_TRUE(none.keep(crl));
  EXPECT_FALSE(none.open(crl.sha256()));
  none.remove_others({});
}

}  // namespace
}  // namespace shomei::server
