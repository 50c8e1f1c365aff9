#pragma once

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace shomei::bench {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Memory of this process that is resident now, pages of mapped files included, in bytes.
inline double resident() {
  ::malloc_trim(0);
  long all = 0;
  long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld %ld", &all, &pages) != 2) {
    return 0;
  }
  std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Serial number number `i` of the lists made for benchmarks: eight bytes that look random (splitmix64), the first one
/// below 0x80 and not zero. Lists hold numbers from 0 on, so those above their size are on none.
inline std::vector<std::uint8_t> serial(std::uint64_t i) {
  std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  z ^= z >> 31U;
  std::vector<std::uint8_t> bytes(8);
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    bytes[k] = static_cast<std::uint8_t>(z >> (8U * k));
  }
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3FU) | 0x40U);
  return bytes;
}

/// `count` serial numbers, eight bytes each one after the other, in no order: of the list (of `entries`) or of none.
inline std::vector<std::uint8_t> questions(std::uint64_t entries, bool listed, std::uint64_t count) {
  std::vector<std::uint8_t> all;
  all.reserve(8 * count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t step = i * 7'919 % std::max<std::uint64_t>(entries, 1);
    const auto one = serial(listed ? step : entries + i);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

/// Nanoseconds for each of the questions; `look` gives true where the number is listed. Ends the program if an answer
/// is wrong.
template <class Look>
double lookup_nanoseconds(std::uint64_t entries, bool listed, std::uint64_t count, Look look) {
  const auto all = questions(entries, listed, count);
  std::uint64_t found = 0;
  const double begin = seconds_now();
  for (std::uint64_t i = 0; i < count; ++i) {
    found += look(ByteView(all).subspan(8 * i, 8)) ? 1U : 0U;
  }
  const double time = seconds_now() - begin;
  if (found != (listed ? count : 0)) {
    fmt::print(stderr, "wrong answers: {} of {} found\n", found, count);
    std::exit(70);
  }
  return time / static_cast<double>(count) * 1e9;
}

}  // namespace shomei::bench
