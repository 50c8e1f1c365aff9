#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/software_key.h"
#include "http/route.h"
#include "server/application.h"

namespace shomei::server {

/// What came back.
struct Answer {
  int status = 0;
  Json body{};
};

/// A whole server in this process, without sockets: the test PKI of the fixed epoch, a clock that stands still two
/// hours after it, Dr. Sato, Dr. Suzuki, a staff member and an administrator in the register.
class Network {
 public:
  /// `further`: more lines of configuration, before the tables.
  explicit Network(const std::string& further = "", bool with_crls = true);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Starts the server again on the same state, with more tables of configuration.
  void restart(const std::string& further = "");
  /// Another server on the same database.
  std::unique_ptr<Application> second() const;
  /// SQLite's file.
  std::string database() const { return folder_ / "state/server.db"; }
  Answer call(const std::string& method, const std::string& path, const Json& body = nullptr,
              const std::string& bearer = "");
  /// Through the Unix socket, as this process's user.
  Answer local(const std::string& method, const std::string& path, const Json& body = nullptr);

  /// The body of a proof: challenge asked for, signed with the holder's key.
  Json proof(const std::string& holder, const std::string& origin = "https://server.test",
             const std::string& use = "authentication");
  Answer login(const std::string& holder, const Json& further = Json::object());
  /// Detail of the newest audit record of that event.
  Json last_audit(const std::string& event);
  void link(const std::string& person, const std::string& holder);

  FixedClock clock;
  std::string remote_address = "10.1.2.3";
  std::unique_ptr<Application> application;

 private:
  Answer answer(const http::Router& router, http::Request request, const Json& body);
  void fill(bool with_crls);
  std::filesystem::path folder_;
  std::string config_;
  std::unique_ptr<http::Router> public_;
  std::unique_ptr<http::Router> local_;
};

/// The process's.
const signing::XmlLibrary& xml_library();

/// A file of the test PKI.
Bytes pki_file(const std::string& name);
std::string base64_of(const std::string& name);
/// The checks of severity fail that an answer names.
std::vector<std::string> failures(const Answer& answer);

}  // namespace shomei::server
