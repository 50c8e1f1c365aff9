#pragma once

#include <sys/types.h>

#include <filesystem>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace shomei::agent {

/// A program whose standard input and output are one socket; no other descriptor of ours reaches it (its standard
/// error is ours). It is ended with the object.
class Child {
 public:
  /// Errors: pin.no_dialog (with the system's reason).
  static Result<Child> start(const std::filesystem::path& program);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();
  int socket() const { return socket_.get(); }

 private:
  Child(pid_t pid, FileDescriptor socket) : pid_(pid), socket_(std::move(socket)) {}
  pid_t pid_;
  FileDescriptor socket_;
};

}  // namespace shomei::agent
