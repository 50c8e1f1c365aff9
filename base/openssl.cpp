#include "base/openssl.h"

#include <openssl/err.h>

#include <array>

namespace shomei {

Error openssl_error(std::string_view what, Code code, const char* file, int line) {
  std::string detail(what);
  std::array<char, 256> text{};
  while (const unsigned long number = ERR_get_error()) {
    ERR_error_string_n(number, text.data(), text.size());
    detail += ": ";
    detail += text.data();
  }
  return make_error(code, std::move(detail), file, line);
}

}  // namespace shomei
