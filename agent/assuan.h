#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/pin.h"

namespace shomei::agent {

/// The client's side of an Assuan conversation ("Developing with Assuan", chapter 2) over a stream socket. Everything
/// that comes in lies in one fixed buffer that is wiped line by line, so a PIN is never in a string.
class AssuanLink {
 public:
  /// How a command ended: `OK`, or `ERR` with the low 16 bits of the libgpg-error number and its text.
  struct Answer {
    bool ok = false;
    std::uint16_t code = 0;
    std::string text;
    bool cancelled() const;
  };
  using Deadline = std::chrono::steady_clock::time_point;

  /// Neither descriptor is owned. Readability of `stop` (-1: none) ends every wait as if the person had cancelled.
  AssuanLink(int socket, int stop) : socket_(socket), stop_(stop) {}
  AssuanLink(const AssuanLink&) = delete;
  AssuanLink& operator=(const AssuanLink&) = delete;
  ~AssuanLink();

  /// Waits for the server's first OK. Errors of all: pin.no_dialog (the program is gone, or its answer is no Assuan).
  Result<Answer> greeting(Deadline deadline);
  /// Sends `verb` and its percent-escaped `text`, cut at a whole character to fit Assuan's line, and waits.
  /// A passed deadline is an Answer that is `cancelled`.
  Result<Answer> command(std::string_view verb, std::string_view text, Deadline deadline);
  /// Sends GETPIN. A PIN, or why there is none. Errors: also pin.length (empty, or more than Pin holds).
  Result<std::optional<Pin>> get_pin(Deadline deadline, Answer& answer);

 private:
  static constexpr std::size_t kLine = 1002;  // "lines are at most 1000 octets, CR and LF not counted"

  Result<void> send(std::string_view line);
  Result<std::optional<std::span<char>>> read_line(Deadline deadline);
  Result<Answer> read_answer(Deadline deadline);
  Result<void> keep_data(std::span<char> escaped);

  int socket_;
  int stop_;
  std::array<char, kLine> buffer_{};
  std::size_t used_ = 0;
  std::size_t line_end_ = 0;
  std::array<char, 4 * Pin::kMaxLength> data_{};
  std::size_t data_used_ = 0;
};

/// `text` with `%`, CR, LF and NUL as %XX, at most `max` octets long and cut between UTF-8 characters.
std::string assuan_escaped(std::string_view text, std::size_t max);

}  // namespace shomei::agent
