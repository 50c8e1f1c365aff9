#include "engines.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"

namespace shomei::server {
namespace {

namespace fs = std::filesystem;

/// Folder of initdb and pg_ctl, empty where there is none.
fs::path postgresql_programs() {
  const fs::path root = "/usr/lib/postgresql";
  if (fs::exists(root)) {
    for (const auto& version : fs::directory_iterator(root)) {
      if (fs::exists(version.path() / "bin/initdb")) {
        return version.path() / "bin";
      }
    }
  }
  return {};
}

fs::path make_folder() {
  std::string name = "/tmp/shomei-store-XXXXXX";
  SHOMEI_CHECK(::mkdtemp(name.data()) != nullptr);
  return name;
}

void run(const std::string& command) {
  SHOMEI_CHECK(std::system((command + " >/dev/null 2>&1").c_str()) == 0);
}

/// PostgreSQL on a Unix socket in a folder of its own.
class Cluster {
 public:
  Cluster() : folder_(make_folder()), programs_(postgresql_programs()) {
    // The server refuses to run as root.
    if (::geteuid() == 0) {
      as_ = "runuser -u postgres -- ";
      run("chown postgres " + folder_.native());
    }
    run(fmt::format("{}{}/initdb -D {}/data -A trust -U shomei --no-sync -E UTF8 --no-locale", as_, programs_.native(),
                    folder_.native()));
    run(fmt::format("{}{}/pg_ctl -D {}/data -w -o \"-k {} -c listen_addresses='' -c fsync=off\" -l {}/log start", as_,
                    programs_.native(), folder_.native(), folder_.native(), folder_.native()));
  }
  ~Cluster() {
    run(fmt::format("{}{}/pg_ctl -D {}/data -w -m immediate stop", as_, programs_.native(), folder_.native()));
    fs::remove_all(folder_);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  std::string fresh() {
    const std::string name = fmt::format("test{}", ++count_);
    run(fmt::format("{}/createdb -h {} -U shomei {}", programs_.native(), folder_.native(), name));
    return fmt::format("host={} user=shomei dbname={}", folder_.native(), name);
  }

 private:
  fs::path folder_;
  fs::path programs_;
  std::string as_;
  int count_ = 0;
};

}  // namespace

FreshDatabase::FreshDatabase(const std::string& engine) {
  options_.backend = engine;
  if (engine == "postgresql") {
    static Cluster cluster;
    options_.connection = cluster.fresh();
  } else {
    folder_ = make_folder();
    options_.connection = folder_ / "server.db";
  }
}

FreshDatabase::~FreshDatabase() {
  if (!folder_.empty()) {
    fs::remove_all(folder_);
  }
}

std::vector<std::string> engines() {
  std::vector<std::string> names{"sqlite3"};
  if (!postgresql_programs().empty()) {
    names.emplace_back("postgresql");
  }
  return names;
}

}  // namespace shomei::server
