#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/result.h"

namespace shomei::cli {

/// Writes to stdout; a failure is found by `finish_output`.
void print_text(std::string_view text);
/// The JSON value and a line feed.
void print_json(const OrderedJson& value);
template <class... Args>
void print(fmt::format_string<Args...> format, Args&&... args) {
  print_text(fmt::format(format, std::forward<Args>(args)...));
}
/// Errors: output.failed, storage.full (stdout could not take all that was printed).
Result<void> finish_output();

/// "error[id]: what happened" and "hint: what to do" on stderr.
void report(const Error& error, Language language);
/// "warning: …" on stderr.
void warn(std::string_view text);
/// "hint: …" on stderr.
void hint(std::string_view text);

/// "3 of 12" on stderr while work goes on, only where stderr is a terminal and there is more than one step.
class Progress {
 public:
  Progress(std::string_view what, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void step(std::string_view name);

 private:
  std::string what_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_;
};

}  // namespace shomei::cli
