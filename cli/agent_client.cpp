#include "cli/agent_client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/remote.h"

namespace shomei::cli {
namespace {

/// A socket file may be left over from an agent that has gone: only an answer counts.
bool somebody_listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return false;
  }
  std::ranges::copy(path, address.sun_path);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answered =
      descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  return answered;
}

}  // namespace

std::string AgentClient::socket_path() {
  if (const char* path = std::getenv("SHOMEI_AGENT_SOCKET"); path != nullptr && *path != '\0') {
    return path;
  }
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder == nullptr || *folder == '\0' ? std::string() : std::string(folder) + "/shomei/agent.sock";
}

Result<std::unique_ptr<AgentClient>> AgentClient::connect(const Context& context) {
  const std::string path = socket_path();
  if (!somebody_listens(path)) {
    return fail(Code::kAgentNotRunning, path);
  }
  SHOMEI_TRY(auto transport, socket_client(path));
  return std::unique_ptr<AgentClient>(new AgentClient(std::move(transport), context.language));
}

std::unique_ptr<AgentClient> AgentClient::find(const KeyOptions& options, const Context& context) {
  if (options.needs_direct()) {
    return nullptr;
  }
  auto agent = connect(context);
  return agent ? std::move(*agent) : nullptr;
}

Result<Json> AgentClient::call(const std::string& method, const std::string& path, const Json& body) {
  return cli::call(*transport_, {method, path, body, {}, language_});
}

std::string query_value(std::string_view text) {
  std::string encoded;
  for (const char byte : text) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    encoded += plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return encoded;
}

}  // namespace shomei::cli
