#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace shomei::cli {

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

void hint(std::string_view text) {
  fmt::print(stderr, "hint: {}\n", printable(text));
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
