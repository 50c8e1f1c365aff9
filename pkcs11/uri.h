#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace shomei::pkcs11 {

/// What a PKCS#11 URI (RFC 7512) asks for; an absent attribute matches everything.
struct Uri {
  std::optional<std::string> token;
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<std::string> slot_description;
  std::optional<unsigned long> slot_id;
  /// CKA_LABEL and CKA_ID of the key (and of its certificate).
  std::optional<std::string> object;
  std::optional<Bytes> id;
  /// Query attributes: an absolute path, or a name without folder and ".so".
  std::string module_path;
  std::string module_name;

  /// Takes token, manufacturer, model, serial, slot-description, slot-id, object, id, type (private or cert) and the
  /// queries module-path and module-name, percent-encoded, at most 4 KiB. pin-value and pin-source are refused: a PIN
  /// is never written in a URI. Every other attribute, a repeated one and a control character are refused too, for what
  /// is not understood would widen the match. Errors: pkcs11.uri naming the attribute.
  static Result<Uri> parse(std::string_view text);
};

}  // namespace shomei::pkcs11
