#include "base/error.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace shomei {

Error make_error(Code code, std::string detail, const char* file, int line) {
  return Error{code, std::move(detail), file, line, nullptr};
}

Error caused_by(Error cause, Code code, std::string detail, const char* file, int line) {
  return Error{code, std::move(detail), file, line, std::make_shared<const Error>(std::move(cause))};
}

std::string describe(const Error& error) {
  std::string line;
  for (const Error* at = &error; at != nullptr; at = at->cause.get()) {
    line += fmt::format("{}{}: {} ({}:{})", line.empty() ? "" : "; because ", info(at->code).id, at->detail, at->file,
                        at->line);
  }
  return line;
}

std::string message(const Error& error, Language language) {
  const std::string_view text = info(error.code).text.in(language);
  if (error.detail.empty()) {
    return std::string(text);
  }
  return language == Language::kJa ? fmt::format("{}（{}）", text, error.detail)
                                   : fmt::format("{} ({})", text, error.detail);
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "shomei: internal check failed: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace shomei
