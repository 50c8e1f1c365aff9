#pragma once

#include <memory>

#include "agent/config.h"
#include "agent/prompt.h"
#include "agent/server_link.h"
#include "base/clock.h"
#include "signing/tsp/timestamp_source.h"
#include "signing/xml/xml_library.h"

namespace shomei::agent {

/// What the agent gets from outside; tests put doubles in their place. All of it outlives the agent.
struct Outside {
  Prompt& prompt;
  const Clock& clock;
  const signing::XmlLibrary& xml;
  TransportMaker transports;
  /// Null: none is configured.
  signing::TimestampSource* stamps = nullptr;
};

/// The whole daemon: readers watched, socket served, until it goes.
class Agent {
 public:
  /// Makes the socket's folder (mode 0700) where it is not there. Errors: those of http::Server::start.
  static Result<std::unique_ptr<Agent>> start(const Config& config, Outside outside);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  /// Closes dialogs, ends the session, removes the socket.
  ~Agent();
  /// "unix:/run/user/1000/shomei/agent.sock".
  std::string address() const;

 private:
  class Parts;
  explicit Agent(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace shomei::agent
