#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"

namespace shomei {

/// A PIN as a person typed it: at most 16 bytes (hpki.md: 4 to 16), move-only, wiped when it goes, without any way to
/// print, compare or copy it. `reveal` is the only door and is called in cards/ and pkcs11/ alone (a test reads the
/// sources).
class Pin {
 public:
  static constexpr std::size_t kMaxLength = 16;

  /// Takes the typed bytes and wipes the caller's buffer, accepted or not. Errors: pin.length (empty or above 16).
  static Result<Pin> take(std::span<char> typed);

  Pin(Pin&& other) noexcept;
  Pin& operator=(Pin&& other) noexcept;
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin();

  std::size_t length() const { return length_; }

  /// Lends the bytes to `use` for the length of the call.
  template <class Use>
  decltype(auto) reveal(Use&& use) const {
    return std::invoke(std::forward<Use>(use), std::span<const std::uint8_t>(bytes_.data(), length_));
  }

 private:
  Pin() = default;
  void wipe() noexcept;
  std::array<std::uint8_t, kMaxLength> bytes_{};
  std::size_t length_ = 0;
};

/// Reads one line (without its end) from an open file descriptor as the PIN, wiping what it used. For `--pin-fd N`.
/// Errors: pin.cancelled (nothing there), pin.length, input.unreadable.
Result<Pin> read_pin(int descriptor);

/// Wipes memory so that the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> memory) noexcept;
void wipe(std::span<char> memory) noexcept;

/// Bytes that are wiped when they go: server secrets, command buffers.
class SecretBytes {
 public:
  explicit SecretBytes(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(bytes_); }
  ByteView reveal() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace shomei
