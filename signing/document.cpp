#include "signing/document.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace shomei::signing {
namespace {

Result<void> read_pieces(const std::filesystem::path& path, int descriptor, const std::function<void(ByteView)>& take) {
  std::array<std::uint8_t, 64 << 10> piece;
  while (true) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(Code::kInputUnreadable, fmt::format("{}: {}", path.string(), std::strerror(errno)));
    }
    if (got == 0) {
      return {};
    }
    take(ByteView(piece).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace

Result<void> for_each_piece(const Document& document, const std::function<void(ByteView)>& take) {
  if (const Bytes* bytes = std::get_if<Bytes>(&document.content)) {
    take(*bytes);
    return {};
  }
  const auto& path = std::get<std::filesystem::path>(document.content);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? Code::kInputNotFound : Code::kInputUnreadable,
                fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  auto outcome = read_pieces(path, descriptor, take);
  ::close(descriptor);
  return outcome;
}

Result<WholeContent> whole_content(const Document& document, std::size_t max_bytes) {
  if (const auto* path = std::get_if<std::filesystem::path>(&document.content)) {
    SHOMEI_TRY(Bytes read, read_file(*path, max_bytes));
    return WholeContent(std::move(read));
  }
  const Bytes& bytes = std::get<Bytes>(document.content);
  if (bytes.size() > max_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("{}: {} bytes, limit {}", document.name, bytes.size(), max_bytes));
  }
  return WholeContent(bytes);
}

Result<Bytes> whole(const Document& document, std::size_t max_bytes) {
  if (const auto* path = std::get_if<std::filesystem::path>(&document.content)) {
    return read_file(*path, max_bytes);
  }
  SHOMEI_TRY(const WholeContent content, whole_content(document, max_bytes));
  return to_bytes(content.bytes());
}

Result<Bytes> digest_of(DigestAlgorithm algorithm, const Document& document) {
  DigestStream stream(algorithm);
  SHOMEI_TRY(for_each_piece(document, [&](ByteView piece) { stream.update(piece); }));
  return stream.finish();
}

}  // namespace shomei::signing
