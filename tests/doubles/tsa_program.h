#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"

namespace shomei {

/// testcerts/tsa/serve.py over the fixed test PKI as a process: a time-stamping authority of another make than ours, in
/// the machine's time.
class TsaProgram {
 public:
  /// `options`: those of serve.py besides --pki.
  explicit TsaProgram(const std::vector<std::string>& options = {}) {
    std::array<int, 2> out{};
    SHOMEI_CHECK(::pipe2(out.data(), O_CLOEXEC) == 0);
    std::vector<std::string> words{"/usr/bin/python3", SHOMEI_SOURCE_DIR "/testcerts/tsa/serve.py", "--pki",
                                   SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> values;
    for (std::string& word : words) {
      values.push_back(word.data());
    }
    values.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execv(values.front(), values.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::FILE* lines = ::fdopen(out[0], "r");
    std::array<char, 256> address{};
    SHOMEI_CHECK(std::fscanf(lines, "ready %255s", address.data()) == 1);
    std::fclose(lines);
    url = address.data();
  }
  ~TsaProgram() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }
  TsaProgram(const TsaProgram&) = delete;
  TsaProgram& operator=(const TsaProgram&) = delete;

  /// "http://localhost:PORT/"
  std::string url;

 private:
  pid_t child_ = -1;
};

}  // namespace shomei
