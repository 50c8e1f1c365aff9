#include "process.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "base/file.h"

namespace shomei::server {

ServerProcess::ServerProcess(const std::string& further) {
  std::string name = "/tmp/shomei-program-XXXXXX";
  folder = ::mkdtemp(name.data());
  const std::string pki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/tls/";
  const std::string config =
      "issuer = \"https://localhost\"\nlisten = \"127.0.0.1:0\"\nadmin_socket = \"s\"\n"
      "state = \"state\"\n" +
      further + "\n[tls]\ncertificate = \"" + pki + "server.cer\"\nkey = \"" + pki + "server.key.pem\"\n";
  static_cast<void>(write_file(folder / "server.toml", as_bytes(config)));
}

ServerProcess::~ServerProcess() {
  if (child_ > 0) {
    signal(SIGKILL);
    wait();
  }
  if (mounted_) {
    ::umount((folder / "state").c_str());
  }
  std::filesystem::remove_all(folder);
}

bool ServerProcess::make_small() {
  std::filesystem::create_directory(folder / "state");
  mounted_ = ::mount("tmpfs", (folder / "state").c_str(), "tmpfs", 0, "size=1m") == 0;
  largest_file_ = mounted_ ? 0 : 512 << 10;
  return mounted_;
}

void ServerProcess::make_room() {
  largest_file_ = 0;
  SHOMEI_CHECK(!mounted_ || ::mount("tmpfs", (folder / "state").c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
}

std::string ServerProcess::start(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  SHOMEI_CHECK(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const std::string program = SHOMEI_BINARY_DIR "/bin/shomei-server";
  std::vector<std::string> words = arguments;
  if (words.empty()) {
    words = {"--config", folder / "server.toml"};
  }
  std::vector<char*> values{const_cast<char*>(program.c_str())};
  for (std::string& word : words) {
    values.push_back(word.data());
  }
  values.push_back(nullptr);
  const std::string errors = folder / "errors";
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    if (largest_file_ != 0) {
      const rlimit limit{.rlim_cur = largest_file_, .rlim_max = largest_file_};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ::execv(program.c_str(), values.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  output_ = pipe[0];
  char byte = 0;
  printed_.clear();
  while (::read(output_, &byte, 1) == 1 && byte != '\n') {
    printed_ += byte;
  }
  return printed_;
}

void ServerProcess::signal(int number) const {
  ::kill(child_, number);
}

Ended ServerProcess::wait() {
  Ended ended;
  std::array<char, 4096> piece{};
  ended.output = printed_;
  for (ssize_t count = 0; (count = ::read(output_, piece.data(), piece.size())) > 0;) {
    ended.output.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::close(output_);
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  const auto errors = read_file(folder / "errors", 1 << 20);
  ended.errors = errors ? std::string(as_text(*errors)) : "";
  return ended;
}

}  // namespace shomei::server
