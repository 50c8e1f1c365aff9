#include "base/toml.h"

#include <fmt/format.h>

#include <stdexcept>

// toml++ 3.3 asserts on some malformed input ("[[[b]]"), and with NDEBUG takes the assertion for granted: here it
// throws, in every build.
#undef NDEBUG
#define TOML_EXCEPTIONS 1
[[noreturn]] static void refuse_malformed() {
  throw std::logic_error("malformed");
}
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : refuse_malformed())
#include <toml++/toml.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "base/file.h"

namespace shomei {

struct TomlTable::Node {
  std::shared_ptr<const toml::table> root;
  const toml::table* table;
  std::string place;
  std::set<std::string, std::less<>> asked;
  std::vector<std::shared_ptr<Node>> children;

  std::unexpected<Error> bad(std::string_view key, std::string_view what) const {
    return fail(Code::kConfigInvalid, fmt::format("{}{}: {}", place, key, what));
  }
  const toml::node* find(std::string_view key) {
    asked.emplace(key);
    return table->get(key);
  }
  std::shared_ptr<Node> child(const toml::table* sub, std::string_view key) {
    static const toml::table kEmpty;
    auto node = std::make_shared<Node>(root, sub != nullptr ? sub : &kEmpty, fmt::format("{}{}.", place, key));
    children.push_back(node);
    return node;
  }
  Node(std::shared_ptr<const toml::table> whole, const toml::table* part, std::string where)
      : root(std::move(whole)), table(part), place(std::move(where)) {}
};

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string nearest(std::string_view key, const std::set<std::string, std::less<>>& known) {
  const auto best =
      std::ranges::min_element(known, {}, [&](const std::string& candidate) { return edit_distance(key, candidate); });
  return best == known.end() ? "" : fmt::format("; did you mean \"{}\"?", *best);
}

/// Where the string that begins at `at` ends (behind its quotes), or nothing where it does not.
std::optional<std::size_t> end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool triple = text.substr(at, 3) == std::string(3, quote);
  const std::string closing(triple ? 3 : 1, quote);
  for (std::size_t i = at + closing.size(); i < text.size(); ++i) {
    if (text.substr(i, closing.size()) == closing) {
      return i + closing.size();
    }
    if (text[i] == '\n' && !triple) {
      return std::nullopt;
    }
    i += quote == '"' && text[i] == '\\' ? 1 : 0;
  }
  return std::nullopt;
}

/// Offset of the first string without end, or byte above ASCII that is neither in a string nor in a comment. TOML 1.0
/// allows none there, and toml++ 3.3 runs into undefined behaviour on some of them.
std::optional<std::size_t> misplaced_character(std::string_view text) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < text.size()) {
    if (text[at] == '"' || text[at] == '\'') {
      const auto end = end_of_string(text, at);
      if (!end) {
        return at;
      }
      at = *end;
    } else if (text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if ((static_cast<unsigned char>(text[at]) & 0x80) != 0) {
      return at;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<TomlTable> TomlTable::load(const std::filesystem::path& path) {
  SHOMEI_TRY(const Bytes content, read_file(path, 1 << 20));
  return parse(as_text(content), path.string());
}

Result<TomlTable> TomlTable::parse(std::string_view text, std::string_view name) {
  if (const auto at = misplaced_character(text)) {
    return fail(
        Code::kConfigInvalid,
        fmt::format("{}, byte {}: a string without end, or a character above ASCII outside a string", name, *at));
  }
  std::shared_ptr<const toml::table> root;
  try {
    root = std::make_shared<const toml::table>(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return fail(Code::kConfigInvalid,
                fmt::format("{}, line {}, column {}: {}", name, at.line, at.column, error.description()));
  } catch (const std::logic_error& error) {
    return fail(Code::kConfigInvalid, fmt::format("{}: {}", name, error.what()));
  }
  const toml::table* top = root.get();
  return TomlTable(std::make_shared<Node>(std::move(root), top, fmt::format("{}: ", name)));
}

Result<std::string> TomlTable::text(std::string_view key) const {
  const toml::node* found = node_->find(key);
  if (found == nullptr) {
    return node_->bad(key, "is missing");
  }
  if (!found->is_string()) {
    return node_->bad(key, "must be a text in quotes");
  }
  return found->as_string()->get();
}

Result<std::string> TomlTable::text(std::string_view key, std::string_view fallback) const {
  return node_->find(key) == nullptr ? Result<std::string>(fallback) : text(key);
}

Result<std::int64_t> TomlTable::integer(std::string_view key, std::int64_t fallback) const {
  const toml::node* found = node_->find(key);
  if (found == nullptr) {
    return fallback;
  }
  if (!found->is_integer()) {
    return node_->bad(key, "must be a whole number");
  }
  return found->as_integer()->get();
}

Result<bool> TomlTable::boolean(std::string_view key, bool fallback) const {
  const toml::node* found = node_->find(key);
  if (found == nullptr) {
    return fallback;
  }
  if (!found->is_boolean()) {
    return node_->bad(key, "must be true or false");
  }
  return found->as_boolean()->get();
}

Result<std::vector<std::string>> TomlTable::texts(std::string_view key, std::vector<std::string> fallback) const {
  const toml::node* found = node_->find(key);
  if (found == nullptr) {
    return fallback;
  }
  std::vector<std::string> values;
  const toml::array* list = found->as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const auto* value = list->get(i)->as_string()) {
      values.push_back(value->get());
    }
  }
  if (list == nullptr || values.size() != list->size()) {
    return node_->bad(key, "must be a list of texts");
  }
  return values;
}

Result<TomlTable> TomlTable::table(std::string_view key) const {
  const toml::node* found = node_->find(key);
  if (found != nullptr && !found->is_table()) {
    return node_->bad(key, "must be a table");
  }
  return TomlTable(node_->child(found != nullptr ? found->as_table() : nullptr, key));
}

Result<std::vector<TomlTable>> TomlTable::tables(std::string_view key) const {
  const toml::node* found = node_->find(key);
  std::vector<TomlTable> list;
  if (found == nullptr) {
    return list;
  }
  const toml::array* array = found->as_array();
  if (array == nullptr) {
    return node_->bad(key, "must be an array of tables");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::table* entry = array->get(i)->as_table();
    if (entry == nullptr) {
      return node_->bad(key, "must be an array of tables");
    }
    list.push_back(TomlTable(node_->child(entry, fmt::format("{}[{}]", key, i))));
  }
  return list;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : *node_->table) {
    names.emplace_back(key.str());
  }
  return names;
}

bool TomlTable::contains(std::string_view key) const {
  return node_->find(key) != nullptr;
}

Result<void> TomlTable::finish() const {
  for (const auto& [key, value] : *node_->table) {
    if (!node_->asked.contains(key.str())) {
      return fail(Code::kConfigUnknownKey,
                  fmt::format("{}\"{}\"{}", node_->place, key.str(), nearest(key.str(), node_->asked)));
    }
  }
  for (const auto& child : node_->children) {
    SHOMEI_TRY(TomlTable(child).finish());
  }
  return {};
}

}  // namespace shomei
