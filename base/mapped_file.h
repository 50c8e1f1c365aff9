#pragma once

#include <filesystem>
#include <memory>

#include "base/bytes.h"

namespace shomei {

/// A whole file in memory as the system's page cache has it, read-only; cheap to copy, unmapped with the last copy.
/// Only for files that nobody shortens while they are mapped (of one's own state folder, replaced by renaming): reading
/// behind a file's new end kills the process.
class MappedFile {
 public:
  /// Errors: input.not_found, input.unreadable, input.too_large (above `max_bytes`).
  static Result<MappedFile> open(const std::filesystem::path& path, std::size_t max_bytes);
  ByteView bytes() const;
  /// Lets go of the pages; they come back when they are read.
  void release_pages() const;

 private:
  struct Mapping;
  explicit MappedFile(std::shared_ptr<const Mapping> mapping) : mapping_(std::move(mapping)) {}
  std::shared_ptr<const Mapping> mapping_;
};

}  // namespace shomei
