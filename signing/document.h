#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/digest.h"

namespace shomei::signing {

/// Bytes to sign, or that were signed beside their signature: in memory, or a file that is read in pieces.
struct Document {
  /// The name under which a detached signature refers to it (no folder); for people in findings.
  std::string name;
  std::variant<Bytes, std::filesystem::path> content;

  static Document from_file(const std::filesystem::path& path) { return {path.filename().string(), path}; }
  static Document from_bytes(std::string name, Bytes bytes) { return {std::move(name), std::move(bytes)}; }
};

/// Hands the content to `take` in order, in pieces of at most 64 KiB where it is a file: memory does not grow with it.
/// Errors: input.not_found, input.unreadable.
Result<void> for_each_piece(const Document& document, const std::function<void(ByteView)>& take);

/// The whole content. Errors: input.*, input.too_large above `max_bytes`.
Result<Bytes> whole(const Document& document, std::size_t max_bytes);

/// Content that lies in memory: the document's own bytes, or those read from its file.
class WholeContent {
 public:
  explicit WholeContent(const Bytes& in_memory) : in_memory_(&in_memory) {}
  explicit WholeContent(Bytes&& read) : read_(std::move(read)) {}
  ByteView bytes() const { return in_memory_ == nullptr ? read_ : *in_memory_; }

 private:
  const Bytes* in_memory_ = nullptr;
  Bytes read_;
};
/// The same without copying what lies in memory already; valid as long as the document.
Result<WholeContent> whole_content(const Document& document, std::size_t max_bytes);

/// Digest of the content. Errors: as for_each_piece.
Result<Bytes> digest_of(DigestAlgorithm algorithm, const Document& document);

}  // namespace shomei::signing
