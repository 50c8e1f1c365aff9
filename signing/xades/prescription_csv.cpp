#include <iconv.h>

#include <cstring>

#include "signing/xades/prescription_build.h"

namespace shomei::signing {
namespace {

/// Whether all of the bytes are text of that encoding.
bool reads_as(const char* encoding, ByteView bytes) {
  const iconv_t converter = ::iconv_open("UTF-32LE", encoding);
  SHOMEI_CHECK(converter != reinterpret_cast<iconv_t>(-1));
  std::string text(as_text(bytes));
  Bytes out(4 * bytes.size() + 16);
  char* from = text.data();
  char* to = reinterpret_cast<char*>(out.data());
  std::size_t left = text.size();
  std::size_t room = out.size();
  const bool good = ::iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1) && left == 0;
  ::iconv_close(converter);
  return good;
}

std::unexpected<Error> wrong(std::string what) {
  return fail(Code::kInputMalformed, "prescription CSV: " + std::move(what));
}

}  // namespace

Result<char> prescription_record(ByteView csv) {
  const std::string_view text = as_text(csv);
  if (csv.empty()) {
    return fail(Code::kInputEmpty, "prescription CSV");
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return wrong("it is UTF-16; the service takes UTF-8");
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return wrong("it begins with a byte-order mark, which the service does not take; save it as UTF-8 without BOM");
  }
  if (!reads_as("UTF-8", csv)) {
    return reads_as("CP932", csv) ? wrong("it is Shift_JIS; convert it (iconv -f CP932 -t UTF-8)")
                                  : wrong("it is not UTF-8");
  }
  const bool record =
      text.size() >= 3 && (text[0] == 'S' || text[0] == 'C') && text[1] == 'J' && text[2] >= '0' && text[2] <= '9';
  if (!record || text.contains('\0')) {
    return wrong("it does not begin with an SJ record (prescription) or a CJ record (dispensing)");
  }
  return text[0];
}

}  // namespace shomei::signing
