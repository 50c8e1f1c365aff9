#pragma once

#include "base/clock.h"
#include "base/error_code.h"

namespace shomei::cli {

/// What every command knows: the options that all have, and where "now" comes from.
struct Context {
  const Clock* clock = nullptr;
  Language language = Language::kEn;
  /// --json: one JSON value on stdout instead of text.
  bool json = false;
  std::string language_word;
};

/// ja or en from LC_ALL, LC_MESSAGES or LANG, in POSIX's order; English where none says ja.
Language language_of_environment();

}  // namespace shomei::cli
