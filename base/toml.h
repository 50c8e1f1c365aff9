#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace shomei {

/// One table of a TOML file, read key by key. `finish` then refuses every key that nobody asked for, naming the nearest
/// known one, so a misspelt key is never ignored. Errors of all: config.invalid naming file, key and what was expected.
class TomlTable {
 public:
  /// Reads a file of at most 1 MiB. Errors: input.*, config.invalid with line and column.
  static Result<TomlTable> load(const std::filesystem::path& path);
  static Result<TomlTable> parse(std::string_view text, std::string_view name);

  Result<std::string> text(std::string_view key) const;
  Result<std::string> text(std::string_view key, std::string_view fallback) const;
  Result<std::int64_t> integer(std::string_view key, std::int64_t fallback) const;
  Result<bool> boolean(std::string_view key, bool fallback) const;
  Result<std::vector<std::string>> texts(std::string_view key, std::vector<std::string> fallback) const;
  /// The sub-table, empty where it is absent; its unknown keys are found by the root's `finish`.
  Result<TomlTable> table(std::string_view key) const;
  /// Array of tables, empty where it is absent.
  Result<std::vector<TomlTable>> tables(std::string_view key) const;
  /// Names of the sub-tables, for tables whose keys are data.
  std::vector<std::string> keys() const;
  bool contains(std::string_view key) const;

  /// Errors: config.unknown_key.
  Result<void> finish() const;

 private:
  struct Node;
  explicit TomlTable(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

}  // namespace shomei
