#include "tests/unit/pkcs11/soft_token.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace shomei::pkcs11 {
namespace {

constexpr std::string_view kModule = "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so";
constexpr std::string_view kHolder = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1/authentication";

}  // namespace

void run(const std::string& command) {
  ASSERT_EQ(std::system((command + " > /dev/null 2>&1").c_str()), 0) << command;
}

SoftToken::SoftToken() {
  std::string name = (std::filesystem::temp_directory_path() / "shomei-token-XXXXXX").string();
  folder_ = mkdtemp(name.data());
  std::filesystem::create_directory(folder_ / "tokens");
  const std::string config = (folder_ / "softhsm2.conf").string();
  std::ofstream(config) << "directories.tokendir = " << (folder_ / "tokens").string()
                        << "\nobjectstore.backend = file\nlog.level = ERROR\n";
  setenv("SOFTHSM2_CONF", config.c_str(), 1);
  const std::string here = folder_.string();
  run(fmt::format("softhsm2-util --init-token --free --label shomei --so-pin 12345678 --pin {}", kUserPin));
  run(fmt::format("softhsm2-util --import {}.key.pem --token shomei --label rsa --id 17 --pin {}", kHolder, kUserPin));
  run(
      fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ec -days 1 "
                  "-addext basicConstraints=critical,CA:FALSE -keyout {0}/ec.pem -outform DER -out {0}/ec.cer",
                  here));
  run(fmt::format("softhsm2-util --import {}/ec.pem --token shomei --label ec --id 18 --pin {}", here, kUserPin));
  const std::string write =
      fmt::format("pkcs11-tool --module {} --token-label shomei --login --pin {} --type cert", kModule, kUserPin);
  run(fmt::format("{} --id 17 --label certificate --write-object {}.cer", write, kHolder));
  run(fmt::format("{} --id 18 --label ec --write-object {}/ec.cer", write, here));
}

SoftToken::~SoftToken() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace shomei::pkcs11
