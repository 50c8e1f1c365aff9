#include "cli/terminal_pin.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace shomei::cli {
namespace {

/// /dev/tty, silent and byte by byte while it exists; signals are read as characters, so that ^C cannot leave it
/// silent.
class Terminal {
 public:
  Terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (file_ >= 0 && ::tcgetattr(file_, &before_) != 0) {
      ::close(std::exchange(file_, -1));
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (file_ >= 0) {
      ::tcsetattr(file_, TCSAFLUSH, &before_);
      ::close(file_);
    }
  }
  bool open() const { return file_ >= 0; }
  bool silence() const {
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    return ::tcsetattr(file_, TCSAFLUSH, &silent) == 0;
  }
  void show(std::string_view text) const {
    [[maybe_unused]] const ssize_t written = ::write(file_, text.data(), text.size());
  }
  /// The next byte; ^D where the terminal has gone.
  char next() const {
    char byte = 4;
    while (::read(file_, &byte, 1) < 0 && errno == EINTR) {
    }
    return byte;
  }

 private:
  int file_;
  termios before_{};
};

/// What was typed, longer than any PIN so that one too long is told and not cut.
struct Typed {
  std::array<char, 64> bytes{};
  std::size_t length = 0;
  ~Typed() { wipe(std::span<char>(bytes)); }
};

Result<void> read_silently(const Terminal& terminal, Typed& typed) {
  while (true) {
    const char byte = terminal.next();
    switch (byte) {
      case '\r':
      case '\n': return {};
      case 3:     // ^C
      case 4:     // ^D
      case 0x1B:  // Escape
        return fail(Code::kPinCancelled);
      case 8:
      case 0x7F:  // Backspace
        typed.length -= typed.length > 0 ? 1 : 0;
        break;
      case 0x15:  // ^U
        typed.length = 0;
        break;
      default: typed.bytes.at(typed.length) = byte; typed.length += typed.length + 1 < typed.bytes.size() ? 1 : 0;
    }
  }
}

}  // namespace

bool terminal_present() {
  return Terminal().open();
}

Result<Pin> ask_pin_on_terminal(const std::string& question) {
  const Terminal terminal;
  if (!terminal.open() || !terminal.silence()) {
    return fail(Code::kPinNoDialog, "no terminal");
  }
  terminal.show(question);
  Typed typed;
  const auto read = read_silently(terminal, typed);
  terminal.show("\n");
  SHOMEI_TRY(read);
  return Pin::take(std::span(typed.bytes).first(typed.length));
}

Result<bool> confirm_on_terminal(const std::string& question) {
  const Terminal terminal;
  if (!terminal.open()) {
    return fail(Code::kPinNoDialog, "no terminal");
  }
  terminal.show(question);
  std::string word;
  for (char byte = terminal.next(); byte != '\n' && byte != 4 && word.size() < 16; byte = terminal.next()) {
    word += byte;
  }
  return word == "yes";
}

}  // namespace shomei::cli
