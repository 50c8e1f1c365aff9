#pragma once

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "contenders.h"

namespace shomei::bench {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Processor time of this thread: what else runs on the machine does not count.
inline double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double time_of(const Operation& operation) {
  const double begin = processor_seconds();
  operation();
  return processor_seconds() - begin;
}

inline double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

using Contenders = std::vector<std::pair<std::string, Operation>>;

/// Processor seconds of one operation of each contender, the median; they take turns until each has run for `slice` seconds.
inline void race(const Contenders& contenders, double slice, nlohmann::json& figures) {
  std::vector<std::vector<double>> times(contenders.size());
  std::vector<double> spent(contenders.size());
  while (*std::ranges::min_element(spent) < slice) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      for (const double end = spent[i] + slice / 8; spent[i] < end;) {
        times[i].push_back(time_of(contenders[i].second));
        spent[i] += times[i].back();
      }
    }
  }
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    figures[contenders[i].first] = median(times[i]);
  }
}

/// Operations a second of all the operations together, each in a thread on a processor of its own.
inline double rate(const std::vector<Operation>& operations, double slice) {
  std::vector<double> rates(operations.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    threads.emplace_back([&, i] {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(i, &set);
      pthread_setaffinity_np(pthread_self(), sizeof set, &set);
      operations[i]();
      int done = 0;
      const double begin = seconds_now();
      while (seconds_now() - begin < slice) {
        operations[i]();
        ++done;
      }
      rates[i] = done / (seconds_now() - begin);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  double sum = 0;
  for (const double one : rates) {
    sum += one;
  }
  return sum;
}

}  // namespace shomei::bench
