#include "base/pin.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace shomei {

void wipe(std::span<std::uint8_t> memory) noexcept {
  OPENSSL_cleanse(memory.data(), memory.size());
}
void wipe(std::span<char> memory) noexcept {
  OPENSSL_cleanse(memory.data(), memory.size());
}

Result<Pin> Pin::take(std::span<char> typed) {
  Pin pin;
  const bool fits = !typed.empty() && typed.size() <= kMaxLength;
  if (fits) {
    std::ranges::copy(typed, pin.bytes_.begin());
    pin.length_ = typed.size();
  }
  shomei::wipe(typed);
  if (!fits) {
    return fail(Code::kPinLength);
  }
  return pin;
}

void Pin::wipe() noexcept {
  shomei::wipe(std::span(bytes_));
  length_ = 0;
}

Pin::Pin(Pin&& other) noexcept : bytes_(other.bytes_), length_(other.length_) {
  other.wipe();
}

Pin& Pin::operator=(Pin&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    length_ = other.length_;
    other.wipe();
  }
  return *this;
}

Pin::~Pin() {
  wipe();
}

Result<Pin> read_pin(int descriptor) {
  std::array<char, Pin::kMaxLength + 2> buffer{};
  std::size_t used = 0;
  bool ended = false;
  while (!ended && used < buffer.size()) {
    const ssize_t got = ::read(descriptor, buffer.data() + used, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      shomei::wipe(std::span(buffer));
      return fail(Code::kInputUnreadable, std::string("--pin-fd: ") + std::strerror(errno));
    }
    ended = got == 0 || buffer[used] == '\n';
    used += ended ? 0 : 1;
  }
  if (used == 0) {
    return fail(Code::kPinCancelled, "no PIN came through the file descriptor");
  }
  Result<Pin> pin = Pin::take(std::span(buffer).first(used));
  shomei::wipe(std::span(buffer));
  return pin;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

}  // namespace shomei
