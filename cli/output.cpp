#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace shomei::cli {
namespace {

/// Length of the UTF-8 sequence at the beginning, 0 where it is none (RFC 3629; surrogates and overlong forms are left
/// to the terminal, which shows them as unknown).
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      return 0;
    }
  }
  return length;
}

bool harmless(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) {
    return first >= 0x20 && first != 0x7F;
  }
  const auto second = static_cast<unsigned char>(character[1]);
  if (character.size() == 2) {
    return !(first == 0xC2 && second < 0xA0);  // C1 controls
  }
  const auto third = static_cast<unsigned char>(character[2]);
  const bool marks =
      first == 0xE2 && second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE));
  const bool isolates = first == 0xE2 && second == 0x81 && third >= 0xA6 && third <= 0xA9;
  return !marks && !isolates;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    shown += length > 0 && harmless(character) ? character : "?";
    text.remove_prefix(character.size());
  }
  return shown;
}

void print_text(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const OrderedJson& value) {
  print_text(value.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

Result<void> finish_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    const Code code = errno == ENOSPC ? Code::kStorageFull : Code::kOutputFailed;
    return fail(code, fmt::format("standard output: {}", std::strerror(errno)));
  }
  return {};
}

void report(const Error& error, Language language) {
  const CodeInfo& row = info(error.code);
  fmt::print(stderr, "error[{}]: {}\nhint: {}\n", row.id, printable(message(error, language)), row.hint.in(language));
}

void warn(std::string_view text) {
  fmt::print(stderr, "warning: {}\n", printable(text));
}

Progress::Progress(std::string_view what, std::size_t total)
    : what_(what), total_(total), shown_(total > 1 && isatty(STDERR_FILENO) == 1) {}

void Progress::step(std::string_view name) {
  ++done_;
  if (shown_) {
    fmt::print(stderr, "\r\033[K{} {}/{} {}", what_, done_, total_, printable(name));
  }
}

Progress::~Progress() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
  }
}

}  // namespace shomei::cli
