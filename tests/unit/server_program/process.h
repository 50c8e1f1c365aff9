#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace shomei::server {

/// What a program that has ended left behind.
struct Ended {
  int status = -1;
  std::string output;
  std::string errors;
};

/// The server as a process in a folder of its own.
class ServerProcess {
 public:
  /// Further configuration stands before the tables.
  explicit ServerProcess(const std::string& further = "");
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Starts it; the line that it prints when it serves, or empty when it ends before.
  std::string start(const std::vector<std::string>& arguments = {});
  void signal(int number) const;
  Ended wait();
  /// Before the start: a small file system for the server's state, or where mounting is not allowed a limit on the size
  /// of its files. True for the file system.
  bool make_small();
  /// As root: the state's file system gets room.
  void make_room();
  std::filesystem::path folder;

 private:
  pid_t child_ = -1;
  int output_ = -1;
  std::string printed_;
  bool mounted_ = false;
  rlim_t largest_file_ = 0;
};

}  // namespace shomei::server
