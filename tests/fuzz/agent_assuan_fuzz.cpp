// What a pinentry program may answer: whole conversations out of the input's bytes.
// links: shomei_agent
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "agent/assuan.h"
#include "agent/file_descriptor.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using shomei::agent::AssuanLink;
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
    return 0;
  }
  const shomei::agent::FileDescriptor ours(pair[0]);
  shomei::agent::FileDescriptor theirs(pair[1]);
  if (::send(theirs.get(), data, std::min<std::size_t>(size, 16 << 10), MSG_NOSIGNAL) < 0 && size > 0) {
    return 0;
  }
  ::shutdown(theirs.get(), SHUT_WR);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  AssuanLink link(ours.get(), -1);
  static_cast<void>(link.greeting(deadline));
  static_cast<void>(link.command("SETDESC", shomei::as_text({data, std::min<std::size_t>(size, 4096)}), deadline));
  AssuanLink::Answer answer;
  const auto pin = link.get_pin(deadline, answer);
  if (pin && *pin && ((*pin)->length() == 0 || (*pin)->length() > shomei::Pin::kMaxLength)) {
    __builtin_trap();
  }
  return 0;
}
