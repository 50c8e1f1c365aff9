#pragma once

#include <filesystem>
#include <string>

namespace shomei::pkcs11 {

inline constexpr std::string_view kUserPin = "87654321";

/// A SoftHSM token "shomei" in a folder of its own, with doctor1's authentication key and certificate (RSA, id 17) and
/// a fresh P-256 key with a self-signed certificate (id 18, label "ec"). Takes SOFTHSM2_CONF for itself.
class SoftToken {
 public:
  SoftToken();
  ~SoftToken();
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  std::string ec_certificate() const { return (folder_ / "ec.cer").string(); }

 private:
  std::filesystem::path folder_;
};

/// Runs a program by its argument line; the test fails when it does.
void run(const std::string& command);

}  // namespace shomei::pkcs11
