#pragma once

#include "tests/vcard/bytes.h"
#include "tests/vcard/fd.h"

namespace vcard {

// The card's end of vpcd's protocol: frames of a two-byte big-endian length and that many bytes, over TCP to 127.0.0.1.
class ReaderLink {
 public:
  explicit ReaderLink(std::uint16_t port) : port_(port) {}

  bool connect();  // false: nobody listens
  void close();
  int fd() const { return socket_.get(); }

  // Whole frames that have arrived; nothing when the reader has gone.
  std::optional<std::vector<Bytes>> receive();
  void send(View payload);

 private:
  void acknowledge_at_once() const;

  std::uint16_t port_;
  Fd socket_;
  Bytes buffer_;
};

// Frames of one byte are the reader's own commands.
enum class Control : std::uint8_t { power_off = 0, power_on = 1, reset = 2, atr = 4 };

}  // namespace vcard
