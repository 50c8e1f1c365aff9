#include "agent/peer.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"

namespace shomei::agent {

Peer find_peer(pid_t pid) {
  std::error_code problem;
  const auto executable = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), problem);
  if (!problem) {
    return {pid, executable.filename().string()};
  }
  const auto name = read_file(fmt::format("/proc/{}/comm", pid), 64);
  return {pid, name ? std::string(as_text(*name).substr(0, as_text(*name).find('\n'))) : "?"};
}

}  // namespace shomei::agent
