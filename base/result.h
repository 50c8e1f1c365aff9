#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace shomei {

/// A value, or the Error of the operation that could not make one.
template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Code::kCardRemoved, "reader X");`
inline std::unexpected<Error> fail(Code code, std::string detail = {}, const char* file = __builtin_FILE(),
                                   int line = __builtin_LINE()) {
  return std::unexpected<Error>(make_error(code, std::move(detail), file, line));
}

/// `return fail(std::move(error), Code::kTlsFailed, "connecting to X");` keeps the cause.
inline std::unexpected<Error> fail(Error cause, Code code, std::string detail = {}, const char* file = __builtin_FILE(),
                                   int line = __builtin_LINE()) {
  return std::unexpected<Error>(caused_by(std::move(cause), code, std::move(detail), file, line));
}

}  // namespace shomei

#define SHOMEI_CONCAT_(a, b) a##b
#define SHOMEI_CONCAT(a, b) SHOMEI_CONCAT_(a, b)
#define SHOMEI_TRY_1(expression)                                 \
  do {                                                           \
    auto shomei_result_ = (expression);                          \
    if (!shomei_result_) {                                       \
      return std::unexpected(std::move(shomei_result_).error()); \
    }                                                            \
  } while (false)
#define SHOMEI_TRY_2_(temporary, declaration, expression) \
  auto temporary = (expression);                          \
  if (!temporary) {                                       \
    return std::unexpected(std::move(temporary).error()); \
  }                                                       \
  declaration = *std::move(temporary)
#define SHOMEI_TRY_2(declaration, expression) \
  SHOMEI_TRY_2_(SHOMEI_CONCAT(shomei_result_, __COUNTER__), declaration, expression)
#define SHOMEI_TRY_PICK(a, b, name, ...) name
/// `SHOMEI_TRY(work());` or `SHOMEI_TRY(auto value, work());`: goes on with the value, or returns the Error.
#define SHOMEI_TRY(...) SHOMEI_TRY_PICK(__VA_ARGS__, SHOMEI_TRY_2, SHOMEI_TRY_1, )(__VA_ARGS__)
