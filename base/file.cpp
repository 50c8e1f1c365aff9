#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/openssl.h"

namespace shomei {
namespace {

/// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  int get() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> system_failure(const std::filesystem::path& path, Code otherwise, int number = errno) {
  const Code code = number == ENOENT && otherwise == Code::kInputUnreadable ? Code::kInputNotFound
                    : number == ENOSPC || number == EDQUOT                  ? Code::kStorageFull
                                                                            : otherwise;
  return fail(code, fmt::format("{}: {}", path.string(), std::strerror(number)));
}

Result<void> write_all(int descriptor, ByteView content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t wrote = ::write(descriptor, content.data(), content.size());
    if (wrote < 0 && errno != EINTR) {
      return system_failure(path, Code::kOutputFailed);
    }
    content = content.subspan(wrote > 0 ? static_cast<std::size_t>(wrote) : 0);
  }
  return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return system_failure(path, Code::kInputUnreadable);
  }
  if (S_ISDIR(status.st_mode)) {
    return system_failure(path, Code::kInputUnreadable, EISDIR);
  }
  Bytes content;
  std::size_t used = 0;
  while (true) {
    if (used > max_bytes || static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)) > max_bytes) {
      return fail(Code::kInputTooLarge, fmt::format("{}: limit {} bytes", path.string(), max_bytes));
    }
    content.resize(std::max<std::size_t>(used + (64 << 10), static_cast<std::size_t>(status.st_size) + 1));
    const ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno != EINTR) {
      return system_failure(path, Code::kInputUnreadable);
    }
    if (got == 0) {
      break;
    }
    used += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  content.resize(used);
  return content;
}

Result<void> write_file(const std::filesystem::path& path, ByteView content, unsigned mode) {
  std::string beside = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return system_failure(path, Code::kOutputFailed);
  }
  Result<void> done = write_all(file.get(), content, path);
  if (done &&
      (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0)) {
    done = system_failure(path, Code::kOutputFailed);
  }
  if (!done) {
    ::unlink(beside.c_str());
  }
  return done;
}

Result<std::vector<std::filesystem::path>> list_files(const std::filesystem::path& folder_or_file) {
  std::error_code error;
  const auto status = std::filesystem::status(folder_or_file, error);
  if (!std::filesystem::exists(status)) {
    return fail(Code::kInputNotFound, folder_or_file.string());
  }
  if (!std::filesystem::is_directory(status)) {
    return std::vector{folder_or_file};
  }
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entries(folder_or_file, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const auto name = entries->path().filename().string();
    if (name.front() != '.' && !entries->is_directory(error)) {
      files.push_back(entries->path());
    }
  }
  if (error) {
    return fail(Code::kInputUnreadable, fmt::format("{}: {}", folder_or_file.string(), error.message()));
  }
  if (files.empty()) {
    return fail(Code::kInputEmpty, fmt::format("{}: no files in this folder", folder_or_file.string()));
  }
  std::ranges::sort(files);
  return files;
}

Result<std::vector<Bytes>> pem_or_der(ByteView content, const std::vector<std::string>& labels) {
  if (as_text(content).find("-----BEGIN ") == std::string_view::npos) {
    return std::vector<Bytes>{to_bytes(content)};
  }
  const OwnedBio bio(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  std::vector<Bytes> blocks;
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
    if (std::ranges::find(labels, std::string(name)) != labels.end()) {
      blocks.emplace_back(data, data + size);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  const Error drained = openssl_error("PEM");
  if (blocks.empty()) {
    return fail(drained, Code::kInputMalformed, fmt::format("PEM without a {} block", labels.front()));
  }
  return blocks;
}

}  // namespace shomei
