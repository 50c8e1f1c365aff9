#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error_code.h"

namespace shomei {

/// A failed operation: what (`code`), with which particulars (`detail`, English, for logs and `error[id]: …`; never a
/// secret), where it was noticed, and why.
struct [[nodiscard]] Error {
  Code code;
  std::string detail;
  const char* file;
  int line;
  std::shared_ptr<const Error> cause;
};

/// Makes an Error at the caller's place. `detail` names the file, reader, field or raw number that is wrong.
Error make_error(Code code, std::string detail = {}, const char* file = __builtin_FILE(), int line = __builtin_LINE());

/// The same, keeping `cause` as the reason.
Error caused_by(Error cause, Code code, std::string detail = {}, const char* file = __builtin_FILE(),
                int line = __builtin_LINE());

/// One line for a log: id, detail, place, then each cause.
std::string describe(const Error& error);

/// What a person reads: "text" in the given language, followed by the detail where there is one.
std::string message(const Error& error, Language language);

/// Ends the process with a message: for bugs only.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace shomei

/// Asserts what only a bug can make false; on in every build.
#define SHOMEI_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::shomei::check_failed(#condition, __FILE__, __LINE__))
