#include "base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace shomei {

struct MappedFile::Mapping {
  void* begin = nullptr;
  std::size_t size = 0;
  Mapping(void* at, std::size_t length) : begin(at), size(length) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (size > 0) {
      ::munmap(begin, size);
    }
  }
};

namespace {

std::unexpected<Error> unreadable(const std::filesystem::path& path) {
  return fail(errno == ENOENT ? Code::kInputNotFound : Code::kInputUnreadable,
              fmt::format("{}: {}", path.native(), std::strerror(errno)));
}

/// Closes at the end of the scope; the mapping outlives its descriptor.
struct Descriptor {
  int number;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) {
      ::close(number);
    }
  }
};

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (file.number < 0 || ::fstat(file.number, &status) != 0) {
    return unreadable(path);
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(Code::kInputUnreadable, path.native() + ": not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("{}: {} bytes; at most {}", path.native(), size, max_bytes));
  }
  if (size == 0) {
    return MappedFile(std::make_shared<const Mapping>(nullptr, 0));
  }
  void* begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.number, 0);
  if (begin == MAP_FAILED) {
    return unreadable(path);
  }
  return MappedFile(std::make_shared<const Mapping>(begin, size));
}

ByteView MappedFile::bytes() const {
  return {static_cast<const std::uint8_t*>(mapping_->begin), mapping_->size};
}

void MappedFile::release_pages() const {
  if (mapping_->size > 0) {
    ::madvise(mapping_->begin, mapping_->size, MADV_DONTNEED);
  }
}

}  // namespace shomei
