#include "pkcs11/uri.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace shomei::pkcs11 {
namespace {

constexpr std::size_t kMaxLength = 4096;
constexpr std::string_view kScheme = "pkcs11:";

/// RFC 3986 2.1; a "+" stays a plus.
Result<std::string> percent_decoded(std::string_view name, std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto octet = from_hex(text.substr(i + 1, 2));
    if (!octet || octet->size() != 1) {
      return fail(Code::kPkcs11Uri, fmt::format("{}: a percent sign without two hexadecimal digits", name));
    }
    decoded += static_cast<char>(octet->front());
    i += 2;
  }
  return decoded;
}

struct Attribute {
  std::string name;
  std::string value;
};

/// One "name=value"; `seen` keeps names from coming twice.
Result<Attribute> attribute(std::string_view part, std::set<std::string, std::less<>>& seen) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return fail(Code::kPkcs11Uri, "an attribute without a name and a value");
  }
  std::string name(part.substr(0, equals));
  if (!std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; })) {
    return fail(Code::kPkcs11Uri, "an attribute's name has other characters than a to z and \"-\"");
  }
  if (name.starts_with("pin-")) {
    return fail(Code::kPkcs11Uri, name + ": a PIN is never given in a URI");
  }
  if (!seen.insert(name).second) {
    return fail(Code::kPkcs11Uri, name + " is given twice");
  }
  SHOMEI_TRY(auto value, percent_decoded(name, part.substr(equals + 1)));
  const bool control = std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (control && name != "id") {
    return fail(Code::kPkcs11Uri, name + " has a control character");
  }
  return Attribute{std::move(name), std::move(value)};
}

Result<void> set_slot_id(Uri& uri, const std::string& value) {
  unsigned long number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size()) {
    return fail(Code::kPkcs11Uri, "slot-id is not a decimal number");
  }
  uri.slot_id = number;
  return {};
}

Result<void> set_path(Uri& uri, Attribute found) {
  if (found.name == "token") {
    uri.token = std::move(found.value);
  } else if (found.name == "manufacturer") {
    uri.manufacturer = std::move(found.value);
  } else if (found.name == "model") {
    uri.model = std::move(found.value);
  } else if (found.name == "serial") {
    uri.serial = std::move(found.value);
  } else if (found.name == "slot-description") {
    uri.slot_description = std::move(found.value);
  } else if (found.name == "object") {
    uri.object = std::move(found.value);
  } else if (found.name == "id") {
    uri.id = to_bytes(as_bytes(found.value));
  } else if (found.name == "slot-id") {
    return set_slot_id(uri, found.value);
  } else if (found.name == "type") {
    if (found.value != "private" && found.value != "cert") {
      return fail(Code::kPkcs11Uri, "type must be private or cert");
    }
  } else {
    return fail(Code::kPkcs11Uri, found.name + " is not supported");
  }
  return {};
}

Result<void> set_query(Uri& uri, Attribute found) {
  if (found.name == "module-path") {
    // A relative path would let the working folder, or the loader's search path, choose the code that sees the PIN.
    if (!found.value.starts_with('/')) {
      return fail(Code::kPkcs11Uri, "module-path must be an absolute path");
    }
    uri.module_path = std::move(found.value);
  } else if (found.name == "module-name") {
    if (found.value.empty() || found.value.find('/') != std::string::npos) {
      return fail(Code::kPkcs11Uri, "module-name must be a name without a folder");
    }
    uri.module_name = std::move(found.value);
  } else {
    return fail(Code::kPkcs11Uri, found.name + " is not supported");
  }
  return {};
}

Result<void> each_attribute(std::string_view text, char separator, Uri& uri, Result<void> (*set)(Uri&, Attribute)) {
  std::set<std::string, std::less<>> seen;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    SHOMEI_TRY(auto found, attribute(text.substr(0, end), seen));
    SHOMEI_TRY(set(uri, std::move(found)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
  if (text.size() > kMaxLength) {
    return fail(Code::kPkcs11Uri, fmt::format("longer than {} characters", kMaxLength));
  }
  if (!text.starts_with(kScheme)) {
    return fail(Code::kPkcs11Uri, "it does not begin with \"pkcs11:\"");
  }
  text.remove_prefix(kScheme.size());
  const std::size_t mark = std::min(text.find('?'), text.size());
  Uri uri;
  SHOMEI_TRY(each_attribute(text.substr(0, mark), ';', uri, set_path));
  SHOMEI_TRY(each_attribute(text.substr(std::min(mark + 1, text.size())), '&', uri, set_query));
  return uri;
}

}  // namespace shomei::pkcs11
