#pragma once

#include <libxml/xmlschemas.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/bytes.h"

namespace shomei::conformance {

/// An XML schema whose imports come from files at hand, whatever their address: nothing is fetched.
class Schema {
 public:
  /// `text` is the schema; an import's address, or the last part of it, leads to the file that `files` gives for it.
  Schema(const std::string& text, const std::map<std::string, std::filesystem::path>& files);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  /// What libxml2 says is wrong with the schema itself; empty where it could be read.
  const std::string& problem() const { return problem_; }
  /// What it says is wrong with the elements of that name anywhere in the document; empty where they all fit. A
  /// document without any is wrong.
  std::string validate(ByteView document, const std::string& name_space, const std::string& name) const;

 private:
  xmlSchema* schema_ = nullptr;
  std::string problem_;
};

}  // namespace shomei::conformance
