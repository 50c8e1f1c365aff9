#include "tests/vcard/profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vcard {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxProfile = 65536;
constexpr std::size_t kMaxSerial = 32, kMaxAtr = 33;

struct Bad {
  std::string what;
};

void need(bool condition, const std::string& what) {
  if (!condition) {
    throw Bad{what};
  }
}

template <class Set>
void each_use(const Json& object, const std::string& key, const Set& set) {
  need(object.is_object(), key + " is not an object");
  for (const auto& [name, value] : object.items()) {
    const auto use = use_named(name);
    need(use.has_value(), "there is no application '" + name + "'");
    set(*use, value);
  }
}

Bytes hex_of(const Json& value, const std::string& key, std::size_t limit) {
  const auto bytes = from_hex(value.get<std::string>());
  need(bytes && !bytes->empty() && bytes->size() <= limit, key + " is not hexadecimal of that length");
  return *bytes;
}

void set_pin(Profile& profile, Use use, const Json& value) {
  const auto pin = value.get<std::string>();
  const bool ascii = std::ranges::all_of(pin, [](char c) { return c >= 0x20 && c < 0x7F; });
  need(pin.size() >= kMinPin && pin.size() <= kMaxPin && ascii, "a PIN is not 4 to 16 ASCII characters");
  of(profile.pins, use) = pin;
}

void set_tries(Profile& profile, Use use, const Json& value) {
  need(value.is_number_unsigned() && value >= 1U && value <= kMaxTries, "tries are 1 to 15");
  of(profile.tries, use) = value.get<unsigned>();
}

void set_key(Profile& profile, const std::string& key, const Json& value) {
  if (key == "shape") {
    const auto shape = shape_named(value.get<std::string>());
    need(shape.has_value(), "shape is not jma, guideline or opensc");
    profile.shape = *shape;
  } else if (key == "holder") {
    profile.holder = value.get<std::string>();
  } else if (key == "ca") {
    profile.ca = value.get<std::vector<std::string>>();
    need(profile.ca.size() <= 16, "more than 16 CA certificates");
  } else if (key == "pins") {
    each_use(value, key, [&](Use use, const Json& pin) { set_pin(profile, use, pin); });
  } else if (key == "tries") {
    each_use(value, key, [&](Use use, const Json& tries) { set_tries(profile, use, tries); });
  } else if (key == "extended_length") {
    profile.extended_length = value.get<bool>();
  } else if (key == "mse_before_verify") {
    profile.mse_before_verify = value.get<bool>();
  } else if (key == "hide_tries") {
    profile.hide_tries = value.get<bool>();
  } else if (key == "inserted") {
    profile.inserted = value.get<bool>();
  } else if (key == "serial") {
    profile.serial = hex_of(value, key, kMaxSerial);
  } else if (key == "atr") {
    profile.atr = hex_of(value, key, kMaxAtr);
  } else {
    throw Bad{"unknown key '" + key + "'"};
  }
}

}  // namespace

std::string_view name_of(Use use) {
  return use == Use::signature ? "signature" : "authentication";
}

std::optional<Use> use_named(std::string_view name) {
  for (const Use use : kUses) {
    if (name_of(use) == name) {
      return use;
    }
  }
  return std::nullopt;
}

std::string_view name_of(ShapeName shape) {
  switch (shape) {
    case ShapeName::jma: return "jma";
    case ShapeName::guideline: return "guideline";
    case ShapeName::opensc: return "opensc";
  }
  return "";
}

std::optional<ShapeName> shape_named(std::string_view name) {
  for (const ShapeName shape : {ShapeName::jma, ShapeName::guideline, ShapeName::opensc}) {
    if (name_of(shape) == name) {
      return shape;
    }
  }
  return std::nullopt;
}

Expected<Profile> load_profile(const std::string& path) {
  const auto text = read_file(path, kMaxProfile);
  if (!text) {
    return std::unexpected(text.error());
  }
  try {
    const Json json = Json::parse(text->begin(), text->end());
    need(json.is_object(), "not an object");
    for (const char* key : {"shape", "holder", "pins"}) {
      need(json.contains(key), std::string("no ") + key);
    }
    Profile profile;
    for (const auto& [key, value] : json.items()) {
      set_key(profile, key, value);
    }
    return profile;
  } catch (const Bad& bad) {
    return std::unexpected(path + ": " + bad.what);
  } catch (const Json::exception& error) {
    return std::unexpected(path + ": " + error.what());
  }
}

}  // namespace vcard
