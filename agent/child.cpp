#include "agent/child.h"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace shomei::agent {
namespace {

constexpr int kMillisecondsToEnd = 1000;

std::unexpected<Error> no_dialog(const std::filesystem::path& program, int reason) {
  return fail(Code::kPinNoDialog, fmt::format("{}: {}", program.string(), std::strerror(reason)));
}

struct SpawnSettings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  explicit SpawnSettings(int socket) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, socket, 0);
    posix_spawn_file_actions_adddup2(&files, socket, 1);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) {
      sigaddset(&defaults, signal);
    }
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

bool ends_within(pid_t pid, int milliseconds) {
  // glibc 2.36 declares pidfd_open without C linkage.
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended{handle.get(), POLLIN, 0};
  return handle.get() >= 0 && ::poll(&ended, 1, milliseconds) == 1;
}

}  // namespace

Result<Child> Child::start(const std::filesystem::path& program) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return no_dialog(program, errno);
  }
  FileDescriptor ours(pair[0]);
  const FileDescriptor theirs(pair[1]);
  const SpawnSettings settings(theirs.get());
  std::string path = program.string();
  char* arguments[] = {path.data(), nullptr};
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, path.c_str(), &settings.files, &settings.attributes, arguments, environ);
  if (failed != 0) {
    return no_dialog(program, failed);
  }
  return Child(pid, std::move(ours));
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}

// The closed socket tells a pinentry to end; one that does not is ended.
Child::~Child() {
  if (pid_ <= 0) {
    return;
  }
  socket_.reset();
  ::kill(pid_, SIGTERM);
  if (!ends_within(pid_, kMillisecondsToEnd)) {
    ::kill(pid_, SIGKILL);
  }
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace shomei::agent
