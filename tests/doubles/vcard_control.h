#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"

namespace shomei::testing {

/// The control socket of the virtual card (tests/vcard/README.md), found in SHOMEI_VCARD_CONTROL.
class VcardControl {
 public:
  VcardControl() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const char* const path = std::getenv("SHOMEI_VCARD_CONTROL");
    SHOMEI_CHECK(path != nullptr);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    SHOMEI_CHECK(std::strlen(path) < sizeof address.sun_path);
    std::strcpy(address.sun_path, path);
    SHOMEI_CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  VcardControl(const VcardControl&) = delete;
  VcardControl& operator=(const VcardControl&) = delete;
  ~VcardControl() { ::close(socket_); }

  /// One line out, one JSON line back; asserts that the card says ok.
  nlohmann::json send(const std::string& line) {
    const std::string out = line + "\n";
    SHOMEI_CHECK(::send(socket_, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size()));
    std::string answer;
    for (char byte = 0; ::recv(socket_, &byte, 1, 0) == 1 && byte != '\n';) {
      answer += byte;
    }
    auto json = nlohmann::json::parse(answer);
    SHOMEI_CHECK(json.at("ok").get<bool>());
    return json;
  }

 private:
  int socket_;
};

}  // namespace shomei::testing
