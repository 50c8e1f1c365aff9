#include "auth/x509/crl_index.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "base/digest.h"
#include "base/file.h"
#include "base/mapped_file.h"

namespace shomei::auth {
namespace {

constexpr std::array<char, 8> kMagic{'S', 'H', 'C', 'R', 'L', 'I', 'X', '1'};
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMaxFileBytes = std::size_t{4} << 30U;
/// Misses of the cache that are under way at the same time.
constexpr std::size_t kBatch = 64;

/// Before the table in its file.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t key_first = 0;
  std::uint64_t key_second = 0;
  std::uint64_t about_bytes = 0;
  std::uint64_t slots = 0;
};

std::size_t padded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

CrlIndex::CrlIndex() {
  const Bytes random = random_bytes(sizeof(Key));
  std::memcpy(&key_, random.data(), sizeof key_);
  // An odd multiplier loses nothing of its factor.
  key_.second |= 1U;
}

void CrlIndex::reserve(std::size_t entries) {
  hashes_.reserve(entries);
  offsets_.reserve(entries);
}

void CrlIndex::add(std::uint32_t offset, ByteView serial, std::uint32_t issuer) {
  hashes_.push_back(hash(key_, serial, issuer));
  offsets_.push_back(offset);
}

void CrlIndex::insert(std::span<Slot> slots, std::uint64_t hash, std::uint32_t offset, const Same& same) const {
  const Slot slot = hash << 32U | (offset + 1);
  for (std::size_t at = home(hash);; at = at + 1 == slots.size() ? 0 : at + 1) {
    if (slots[at] == 0) {
      slots[at] = slot;
      return;
    }
    if (slots[at] >> 32U == slot >> 32U && same(static_cast<std::uint32_t>(slots[at]) - 1, offset)) {
      return;
    }
  }
}

void CrlIndex::build(const Same& same) {
  const std::size_t count = offsets_.size();
  // Zeroed pages straight from the system: touched once, by the insertion.
  auto* memory = static_cast<Slot*>(std::calloc(count == 0 ? 1 : 2 * count, sizeof(Slot)));
  SHOMEI_CHECK(memory != nullptr);
  const std::span<Slot> slots(memory, 2 * count);
  memory_ = std::shared_ptr<Slot>(memory, &std::free);
  slots_ = slots;
  for (std::size_t begin = 0; begin < count; begin += kBatch) {
    const std::size_t end = std::min(count, begin + kBatch);
    for (std::size_t i = begin; i < end; ++i) {
      __builtin_prefetch(&slots[home(hashes_[i])], 1);
    }
    for (std::size_t i = begin; i < end; ++i) {
      insert(slots, hashes_[i], offsets_[i], same);
    }
  }
  std::vector<std::uint64_t>().swap(hashes_);
  std::vector<std::uint32_t>().swap(offsets_);
}

Result<void> CrlIndex::save(const std::filesystem::path& file, ByteView about) const {
  const Header header{
      .key_first = key_.first, .key_second = key_.second, .about_bytes = about.size(), .slots = slots_.size()};
  const std::size_t prefix = padded(kDigestBytes + sizeof header + about.size());
  Bytes content(prefix + slots_.size_bytes());
  std::memcpy(content.data() + kDigestBytes, &header, sizeof header);
  std::ranges::copy(about, content.begin() + kDigestBytes + sizeof header);
  if (!slots_.empty()) {
    std::memcpy(content.data() + prefix, slots_.data(), slots_.size_bytes());
  }
  const Bytes seal = sha256(ByteView(content).subspan(kDigestBytes));
  std::ranges::copy(seal, content.begin());
  return write_file(file, content, 0600);
}

Result<CrlIndex::Saved> CrlIndex::open(const std::filesystem::path& file) {
  SHOMEI_TRY(const MappedFile mapped, MappedFile::open(file, kMaxFileBytes));
  const ByteView content = mapped.bytes();
  const auto bad = [&] { return fail(Code::kInputMalformed, file.native() + ": not an index as it was written"); };
  Header header;
  if (content.size() < kDigestBytes + sizeof header) {
    return bad();
  }
  std::memcpy(&header, content.data() + kDigestBytes, sizeof header);
  const std::size_t room = content.size() - kDigestBytes - sizeof header;
  if (header.magic != kMagic || header.about_bytes > room || header.slots > room / sizeof(Slot)) {
    return bad();
  }
  const std::size_t prefix = padded(kDigestBytes + sizeof header + header.about_bytes);
  if (content.size() != prefix + header.slots * sizeof(Slot) ||
      !std::ranges::equal(sha256(content.subspan(kDigestBytes)), content.first(kDigestBytes))) {
    return bad();
  }
  Saved saved;
  saved.index.key_ = {header.key_first, header.key_second};
  saved.index.memory_ = std::make_shared<const MappedFile>(mapped);
  saved.index.slots_ = {reinterpret_cast<const Slot*>(content.data() + prefix), header.slots};
  saved.about = to_bytes(content.subspan(kDigestBytes + sizeof header, header.about_bytes));
  return saved;
}

}  // namespace shomei::auth
