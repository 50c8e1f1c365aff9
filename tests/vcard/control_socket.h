#pragma once

#include "tests/vcard/bytes.h"
#include "tests/vcard/fd.h"

#include <poll.h>
#include <map>

namespace vcard {

// Lines in, lines out, over a Unix socket that only its owner may open. Any number of clients.
class ControlSocket {
 public:
  static Expected<ControlSocket> listen(const std::string& path);
  ControlSocket(ControlSocket&&) = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ControlSocket(const ControlSocket&) = delete;
  ~ControlSocket();

  struct Line {
    unsigned client;
    std::string text;
  };
  void add_to(std::vector<pollfd>& polled) const;
  std::vector<Line> receive(const std::vector<pollfd>& polled);
  void reply(unsigned client, std::string_view line);

 private:
  struct Client {
    Fd fd;
    std::string buffer;
  };
  ControlSocket(std::string path, Fd listener) : path_(std::move(path)), listener_(std::move(listener)) {}
  bool read_from(Client& client);

  std::string path_;
  Fd listener_;
  std::map<unsigned, Client> clients_;
  unsigned next_ = 1;
};

}  // namespace vcard
