#pragma once

#include <sys/types.h>

#include <string>

namespace shomei::agent {

/// The program at the other end of the agent's socket (SO_PEERCRED).
struct Peer {
  pid_t pid = 0;
  /// File name of its executable; what the program calls itself where that cannot be read.
  std::string name;
};

/// Looks `pid` up in /proc.
Peer find_peer(pid_t pid);

}  // namespace shomei::agent
