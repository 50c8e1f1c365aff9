#include "server/trust/crl_files.h"

#include <algorithm>

#include "base/file.h"
#include "base/log.h"

namespace shomei::server {

std::optional<auth::Crl> CrlFiles::open(const std::string& sha256) const {
  std::error_code ignored;
  if (folder_.empty() || !std::filesystem::exists(der(sha256), ignored)) {
    return std::nullopt;
  }
  auto crl = auth::Crl::open(der(sha256), index(sha256));
  if (!crl || crl->sha256() != sha256) {
    log::warn("{}: damaged, made again from the store", der(sha256).native());
    return std::nullopt;
  }
  return *std::move(crl);
}

Result<auth::Crl> CrlFiles::keep(const auth::Crl& crl) const {
  if (folder_.empty()) {
    return crl;
  }
  const std::string& name = crl.sha256();
  std::error_code problem;
  std::filesystem::create_directories(folder_, problem);
  if (problem) {
    return fail(Code::kOutputFailed, folder_.native() + ": " + problem.message());
  }
  SHOMEI_TRY(write_file(der(name), crl.der(), 0600));
  SHOMEI_TRY(crl.save_index(index(name)));
  return auth::Crl::open(der(name), index(name));
}

void CrlFiles::remove_others(const std::vector<std::string>& sha256) const {
  std::error_code problem;
  for (const auto& file : std::filesystem::directory_iterator(folder_, problem)) {
    if (std::ranges::find(sha256, file.path().stem().native()) == sha256.end()) {
      std::filesystem::remove(file.path(), problem);
    }
  }
}

}  // namespace shomei::server
