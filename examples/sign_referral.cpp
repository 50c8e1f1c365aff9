// Has a referral signed by the doctor's card, over the agent's Unix socket.
//   sign_referral referral.json       writes referral.json.p7s (CAdES, detached)
// Plain sockets and nlohmann/json; build it beside Shomei or alone:
//   g++ -std=c++20 sign_referral.cpp -o sign_referral
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace {

using nlohmann::json;

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63U];
    }
  }
  return out;
}

std::string from_base64(const std::string& text) {
  std::string out;
  unsigned group = 0;
  int bits = 0;
  for (const char c : text) {
    const char* at = c == '=' ? nullptr : std::strchr(kAlphabet, c);
    if (at == nullptr) {
      break;
    }
    group = group << 6 | static_cast<unsigned>(at - kAlphabet);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 255U);
    }
  }
  return out;
}

std::string socket_path() {
  if (const char* path = std::getenv("SHOMEI_AGENT_SOCKET")) {
    return path;
  }
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return std::string(runtime == nullptr ? "" : runtime) + "/shomei/agent.sock";
}

// One request on a connection of its own; the whole answer, headers included.
std::string exchange(const std::string& request) {
  const std::string path = socket_path();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no agent at " + path + ": start shomei-agent");
  }
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t count = ::send(connection, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      throw std::runtime_error("the agent closed the connection");
    }
    sent += static_cast<std::size_t>(count);
  }
  std::string answer;
  char buffer[65536];
  for (ssize_t count = 0; (count = ::recv(connection, buffer, sizeof buffer, 0)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(connection);
  return answer;
}

json call(const std::string& method, const std::string& path, const std::string& body = "") {
  const std::string answer = exchange(method + " " + path +
                                      " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Language: ja\r\n"
                                      "Content-Type: application/json\r\nContent-Length: " +
                                      std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto end = answer.find("\r\n\r\n");
  if (end == std::string::npos) {
    throw std::runtime_error("the agent's answer is not HTTP");
  }
  const std::string content = answer.substr(end + 4);
  json value = content.empty() ? json() : json::parse(content);
  if (value.is_object() && value.contains("error") && value["error"].is_object() && !value.contains("state")) {
    throw std::runtime_error(value["error"].dump());
  }
  return value;
}

std::string sign(const std::filesystem::path& document) {
  std::ifstream file(document, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  const json request{{"format", "cades"},
                     {"documents", {{{"name", document.filename().string()}, {"content", to_base64(content)}}}}};
  json job = call("POST", "/v1/sign", request.dump());
  const std::string path = "/v1/jobs/" + job.at("id").get<std::string>();
  while (job.at("state") == "waiting" || job.at("state") == "running") {  // the doctor reads and types
    job = call("GET", path + "?wait=30");
  }
  call("DELETE", path);
  const json& result = job.at("documents").at(0);
  if (!result.at("error").is_null()) {
    throw std::runtime_error(result.at("error").dump());
  }
  return from_base64(result.at("content").get<std::string>());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: sign_referral FILE\n";
    return 64;
  }
  try {
    const std::string out = std::string(argv[1]) + ".p7s";
    const std::string signature = sign(argv[1]);
    std::ofstream(out, std::ios::binary) << signature;
    std::cout << out << '\n';
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
}
