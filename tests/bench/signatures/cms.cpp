// bench_signatures_cms race ROUNDS NAME FILE [NAME FILE]...: detached CMS beside the floor; one JSON object a round.
// bench_signatures_cms memory sign|verify FILE: megabytes above the program's start at the highest.
// bench_signatures_cms sign FILE OUT: the signature, for others to verify.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "measure.h"

using namespace shomei::bench;

namespace {

/// Peak of this process's resident memory in kilobytes.
long peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::strtol(line.c_str() + 6, nullptr, 10);
    }
  }
  return 0;
}

void race_files(int rounds, const std::vector<std::pair<std::string, std::filesystem::path>>& files) {
  std::vector<Contenders> races;
  for (const auto& [name, file] : files) {
    races.push_back({{"sign." + name + ".ours", ours::cms_sign(file)},
                     {"sign." + name + ".floor", lowest::file_sign(file)},
                     {"verify." + name + ".ours", ours::cms_verify(file, ours::cms(file))},
                     {"verify." + name + ".floor", lowest::file_verify(file)}});
  }
  for (int i = 0; i < rounds; ++i) {
    nlohmann::json figures;
    for (const Contenders& contenders : races) {
      race(contenders, 0.2, figures);
    }
    fmt::print("{}\n", figures.dump());
    std::fflush(stdout);
  }
}

/// The signature is read from beside the file: making it here would count too.
void print_memory(const std::string& what, const std::filesystem::path& file, const std::filesystem::path& signature) {
  const long start = peak();
  if (what == "sign") {
    ours::cms_sign(file)();
  } else {
    ours::cms_verify(file, need(shomei::read_file(signature, 1 << 20)))();
  }
  fmt::print("{}\n", static_cast<double>(peak() - start) / 1024);
}

int usage() {
  fmt::print(stderr,
             "bench_signatures_cms race ROUNDS NAME FILE... | memory sign|verify FILE SIGNATURE | sign FILE OUT\n");
  return 64;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> words(values + 1, values + count);
  if (words.size() == 3 && words[0] == "sign") {
    need(shomei::write_file(words[2], ours::cms(words[1])).has_value(), words[2]);
    return 0;
  }
  if (words.size() == 4 && words[0] == "memory") {
    print_memory(words[1], words[2], words[3]);
    return 0;
  }
  if (words.size() < 4 || words[0] != "race" || words.size() % 2 != 0) {
    return usage();
  }
  std::vector<std::pair<std::string, std::filesystem::path>> files;
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    files.emplace_back(words[i], words[i + 1]);
  }
  race_files(std::atoi(words[1].c_str()), files);
  return 0;
}
