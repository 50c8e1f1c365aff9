#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei {

/// web_peer.py as a process: a web server and a proxy on loopback, of another make than ours.
class WebPeer {
 public:
  /// With `certificate` and `key` (PEM) also https, with `client_ca` (PEM) for clients that it certifies.
  explicit WebPeer(const std::filesystem::path& folder, const std::string& certificate = "",
                   const std::string& key = "", const std::string& client_ca = "") {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    SHOMEI_CHECK(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
    std::vector<std::string> words{"python3", SHOMEI_SOURCE_DIR "/tests/doubles/web_peer.py", folder.native()};
    if (!certificate.empty()) {
      words.insert(words.end(), {certificate, key});
    }
    if (!client_ca.empty()) {
      words.push_back(client_ca);
    }
    std::vector<char*> values;
    for (std::string& word : words) {
      values.push_back(word.data());
    }
    values.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execvp(values.front(), values.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = ::fdopen(out[0], "r");
    const std::string ports = line();
    SHOMEI_CHECK(std::sscanf(ports.c_str(), "%d %d %d", &http, &https, &proxy) == 3);
  }
  ~WebPeer() { stop(); }
  WebPeer(const WebPeer&) = delete;
  WebPeer& operator=(const WebPeer&) = delete;

  /// Waits for the next request that it was asked: "GET /f/name 200"; empty when it has ended.
  std::string line() {
    std::array<char, 4096> text{};
    std::string read = std::fgets(text.data(), text.size(), out_) == nullptr ? "" : text.data();
    while (read.ends_with('\n')) {
      read.pop_back();
    }
    return read;
  }
  /// Nobody listens any more.
  void stop() {
    if (child_ > 0) {
      ::close(in_);
      std::fclose(out_);
      ::waitpid(child_, nullptr, 0);
      child_ = -1;
    }
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(http) + path; }

  int http = 0;
  int https = 0;
  int proxy = 0;

 private:
  pid_t child_ = -1;
  int in_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace shomei
