#pragma once

#include <string>
#include <string_view>

#include "agent/prompt.h"
#include "base/error_code.h"

namespace shomei::agent {

/// What one dialog shows, UTF-8, lines parted by \n.
struct DialogText {
  std::string title;
  std::string description;
  std::string prompt;
  /// Empty, or what was wrong with the PIN typed just before.
  std::string error;
  std::string ok;
  std::string cancel;
};

DialogText pin_text(const PinQuestion& question, Language language);
DialogText confirm_text(const Matter& matter, Confirmation what, Language language);

/// Foreign text made safe to show: valid UTF-8 of at most `max` characters, without control and bidirectional
/// formatting characters; `<` and `&` in their wide forms, because some dialogs take them for markup.
std::string shown(std::string_view text, std::size_t max);

}  // namespace shomei::agent
