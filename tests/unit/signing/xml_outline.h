#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shomei::signing::test {

/// The start tags of a document in order, each "name attribute attribute=ALGORITHM", with the prefixes as written:
/// what one program must find in the place where another one put it. Values other than those of Algorithm are left out.
inline std::vector<std::string> xml_outline(std::string_view xml) {
  std::vector<std::string> lines;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string_view::npos) {
      break;
    }
    std::string_view tag = xml.substr(at + 1, end - at - 1);
    if (tag.starts_with('/') || tag.starts_with('?') || tag.starts_with('!')) {
      continue;
    }
    const std::size_t name_end = std::min(tag.find_first_of(" /\t\r\n"), tag.size());
    std::string line(tag.substr(0, name_end));
    tag.remove_prefix(name_end);
    for (std::size_t equal = tag.find('='); equal != std::string_view::npos; equal = tag.find('=')) {
      const std::size_t name = tag.find_first_not_of(" \t\r\n");
      const std::size_t close = tag.find(tag[equal + 1], equal + 2);
      const std::string_view attribute = tag.substr(name, equal - name);
      line += " " + std::string(attribute);
      if (attribute == "Algorithm") {
        line += "=" + std::string(tag.substr(equal + 2, close - equal - 2));
      }
      tag.remove_prefix(close + 1);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace shomei::signing::test
