#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"

namespace shomei {

/// The whole file. Errors: input.not_found, input.unreadable (with errno's text), input.too_large (above `max_bytes`).
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Writes beside the target, fsyncs and renames: the target is the old file or the whole new one, never half of it.
/// `mode` as in chmod. Errors: output.failed, storage.full.
Result<void> write_file(const std::filesystem::path& path, ByteView content, unsigned mode = 0644);

/// Regular files of a folder (not recursive, hidden ones left out), sorted by name; a single file gives itself.
/// Errors: input.not_found, input.unreadable, input.empty (a folder without files).
Result<std::vector<std::filesystem::path>> list_files(const std::filesystem::path& folder_or_file);

/// Content of a PEM block (RFC 7468) with one of the labels, or the input itself if it is not PEM. All blocks of the
/// file with these labels. Errors: input.malformed (PEM without such a block).
Result<std::vector<Bytes>> pem_or_der(ByteView content, const std::vector<std::string>& labels);

}  // namespace shomei
