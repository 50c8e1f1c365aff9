#pragma once

#include <string>

#include "base/pin.h"

namespace shomei::cli {

/// Whether somebody sits at a terminal that can be asked (/dev/tty opens).
bool terminal_present();

/// Asks on /dev/tty without showing what is typed. ^C, ^D and Escape cancel; Backspace and ^U erase.
/// Errors: pin.cancelled, pin.length, pin.no_dialog (no terminal).
Result<Pin> ask_pin_on_terminal(const std::string& question);

/// True only when the whole word "yes" was typed. Errors: pin.no_dialog.
Result<bool> confirm_on_terminal(const std::string& question);

}  // namespace shomei::cli
