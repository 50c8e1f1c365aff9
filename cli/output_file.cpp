#include "cli/output_file.h"

#include <unistd.h>

#include <cstring>

#include "base/file.h"

namespace shomei::cli {

namespace fs = std::filesystem;

Result<void> check_output(const fs::path& path, bool force) {
  std::error_code problem;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!fs::is_directory(folder, problem)) {
    return fail(Code::kOutputFailed, folder.string() + ": no such folder");
  }
  const fs::file_status status = fs::symlink_status(path, problem);
  if (fs::exists(status) && !force) {
    return fail(Code::kOutputFailed, path.string() + ": exists already; --force replaces it");
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return fail(Code::kOutputFailed, path.string() + ": not a regular file");
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    return fail(Code::kOutputFailed, folder.string() + ": " + std::strerror(errno));
  }
  return {};
}

Result<void> write_output(const fs::path& path, ByteView content, bool force) {
  SHOMEI_TRY(check_output(path, force));
  return write_file(path, content);
}

}  // namespace shomei::cli
