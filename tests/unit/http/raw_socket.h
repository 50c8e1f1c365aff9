#pragma once

#include <string>

namespace shomei::http {

/// Speaks to a Unix socket byte by byte, as a client that keeps to no rule.
class RawSocket {
 public:
  explicit RawSocket(const std::string& path);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  bool connected() const { return connected_; }
  void send(const std::string& bytes) const;
  /// What comes until `mark` has come or the other side closes.
  std::string read_until(const std::string& mark) const;
  std::string read_to_end() const { return read_until("\x01never"); }

 private:
  int socket_;
  bool connected_;
};

}  // namespace shomei::http
