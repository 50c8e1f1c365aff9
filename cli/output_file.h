#pragma once

#include <filesystem>

#include "base/bytes.h"

namespace shomei::cli {

/// Whether a result may be written there, asked before a card or a person is troubled: the folder must exist and be
/// writable; an existing file is replaced only with `force`, and only a regular file ever is.
/// Errors: output.failed saying why.
Result<void> check_output(const std::filesystem::path& path, bool force);

/// The same check, and the file written whole or not at all. Errors: output.failed, storage.full.
Result<void> write_output(const std::filesystem::path& path, ByteView content, bool force);

}  // namespace shomei::cli
