#include "cards/card_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace shomei::cards {
namespace {

constexpr std::uint8_t kSelect = 0xA4, kReadBinary = 0xB0, kNoResponse = 0x0C;
constexpr std::size_t kMaxOffset = 0x7FFF;
constexpr std::array<std::uint8_t, 2> kMaster{0x3F, 0x00};

std::unexpected<Error> malformed(const cia::Path& path, std::string_view what) {
  return fail(Code::kCardFileMalformed, fmt::format("file {}: {}", to_hex(path.file), what));
}

bool is_short_identifier(const cia::Path& path) {
  return path.file.size() == 1;
}

struct Piece {
  Bytes data;
  bool end = false;
};

/// One READ BINARY. Less than was asked for means the end, unless the card cuts its answers (kAll): who needs more then
/// asks again and meets 6B00 or an empty 6282.
Result<Piece> read_piece(Channel& channel, std::uint8_t p1, std::uint8_t p2, std::size_t count) {
  SHOMEI_TRY(Response response, channel.transmit({.ins = kReadBinary, .p1 = p1, .p2 = p2, .expected = count}));
  const StatusWord status = response.status();
  if (status == sw::kOffsetOutside) {
    return Piece{{}, true};
  }
  if (!status.ok() && status != sw::kEndOfFile) {
    return refused("READ BINARY", status);
  }
  Bytes data = std::move(response).data_of_judged();
  const std::size_t asked = channel.traits().extended_length ? count : std::min<std::size_t>(count, 256);
  if (status.ok() && data.empty()) {
    return fail(Code::kCardNoProgress, "READ BINARY gave nothing");
  }
  const bool end = status == sw::kEndOfFile || data.size() < asked;
  return Piece{std::move(data), end};
}

/// The first piece makes the file the current one; the others follow by offset.
Result<Piece> read_at(Channel& channel, const cia::Path& path, std::size_t done, std::size_t count) {
  const std::size_t offset = path.index + done;
  if (done == 0 && is_short_identifier(path)) {
    if (offset > 0xFF) {
      return malformed(path, "index behind the reach of a short identifier");
    }
    return read_piece(channel, static_cast<std::uint8_t>(0x80 | path.file[0] >> 3), static_cast<std::uint8_t>(offset),
                      count);
  }
  if (done == 0) {
    SHOMEI_TRY(select_card_file(channel, path));
  }
  if (offset > kMaxOffset) {
    return malformed(path, "longer than READ BINARY reaches");
  }
  return read_piece(channel, static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset), count);
}

/// What `content` says about where the wanted part ends.
struct Progress {
  std::size_t useful = 0;   ///< bytes of whole elements
  std::size_t missing = 0;  ///< bytes that the last element lacks as far as its header tells; 0: none begun
  bool complete = false;    ///< filler or the one element's end has been met
};

/// Length of the element's header and value if the header is there; 0 if it is not.
std::size_t element_size(ByteView rest) {
  if (rest.size() < 2) {
    return 0;
  }
  const std::size_t octets = rest[1] > 0x80 ? rest[1] & 0x7FU : 0U;
  if (octets == 0) {
    return 2 + std::size_t{rest[1]};
  }
  if (rest.size() < 2 + octets) {
    return 0;
  }
  std::size_t length = 0;
  for (std::size_t i = 0; i < octets && length <= kMaxFileBytes; ++i) {
    length = length << 8 | rest[2 + i];
  }
  return 2 + octets + length;
}

Progress progress(ByteView content, Extent extent) {
  Progress found;
  while (found.useful < content.size() && !found.complete) {
    const ByteView rest = content.subspan(found.useful);
    if (rest[0] == 0x00 || rest[0] == 0xFF) {
      found.complete = true;
      break;
    }
    const std::size_t size = element_size(rest);
    if (size == 0 || size > rest.size()) {
      found.missing = size == 0 ? kAll : std::min(size - rest.size(), kAll);
      break;
    }
    found.useful += size;
    found.complete = extent == Extent::kOneElement;
  }
  return found;
}

}  // namespace

Result<void> select_card_file(Channel& channel, const cia::Path& path) {
  ByteView name = path.file;
  std::uint8_t p1 = 0x02;  // EF under the current DF
  if (name.size() > 2) {
    const bool absolute = name[0] == kMaster[0] && name[1] == kMaster[1];
    p1 = absolute ? 0x08 : 0x09;
    name = absolute ? name.subspan(2) : name;
    channel.session().application.clear();  // the path may lead out of the application
  }
  SHOMEI_TRY(Response response, channel.transmit({.ins = kSelect, .p1 = p1, .p2 = kNoResponse, .data = name}));
  if (!response.status().ok()) {
    return refused(fmt::format("SELECT {}", to_hex(path.file)), response.status());
  }
  return {};
}

Result<Bytes> read_card_file(Channel& channel, const cia::Path& path, Extent extent) {
  if (path.length && (*path.length == 0 || *path.length > kMaxFileBytes)) {
    return malformed(path, fmt::format("of length {}", *path.length));
  }
  Bytes content;
  const std::size_t most = path.length.value_or(kMaxFileBytes + 1);
  for (;;) {
    const Progress so_far = progress(content, extent);
    if (so_far.complete) {
      content.resize(so_far.useful);
      break;
    }
    const std::size_t wanted = content.empty() || so_far.missing == 0 ? kAll : so_far.missing;
    SHOMEI_TRY(const Piece piece, read_at(channel, path, content.size(), path.length ? most - content.size() : wanted));
    content.insert(content.end(), piece.data.begin(), piece.data.end());
    if (content.size() > kMaxFileBytes) {
      return malformed(path, fmt::format("more than {} bytes", kMaxFileBytes));
    }
    const Progress now = progress(content, extent);
    if (content.size() >= most || (piece.end && (now.missing == 0 || piece.data.empty()))) {
      content.resize(now.useful);
      break;
    }
  }
  if (extent == Extent::kOneElement && content.empty()) {
    return malformed(path, "empty or cut short");
  }
  return content;
}

Result<Bytes> read_card_file_start(Channel& channel, const cia::Path& path, std::size_t count) {
  SHOMEI_TRY(Piece piece, read_at(channel, path, 0, std::min<std::size_t>(count, 256)));
  return std::move(piece.data);
}

}  // namespace shomei::cards
