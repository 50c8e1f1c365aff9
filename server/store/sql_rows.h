#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/store/database.h"

namespace shomei::server {

using Rows = soci::rowset<soci::row>;

inline Time time_at(const soci::row& row, std::size_t column) {
  return Time(std::chrono::seconds(row.get<long long>(column)));
}

inline std::optional<Time> optional_time_at(const soci::row& row, std::size_t column) {
  return row.get_indicator(column) == soci::i_null ? std::nullopt : std::optional(time_at(row, column));
}

inline long long seconds(Time time) {
  return time.time_since_epoch().count();
}

/// Runs a statement; whether it changed a row.
inline bool changed(soci::statement& statement) {
  statement.execute(true);
  return statement.get_affected_rows() > 0;
}

template <class T>
std::optional<T> first(std::vector<T> found) {
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

/// `read(row)` of each row.
template <class Read>
auto all(const Rows& rows, Read read) {
  std::vector<decltype(read(*rows.begin()))> found;
  for (const soci::row& row : rows) {
    found.push_back(read(row));
  }
  return found;
}

/// The first column of each row.
inline std::vector<std::string> texts(const Rows& rows) {
  return all(rows, [](const soci::row& row) { return row.get<std::string>(0); });
}

}  // namespace shomei::server
