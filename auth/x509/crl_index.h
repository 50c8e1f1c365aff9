#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei::auth {

/// Where the serial numbers of a CRL stand in it: a hash table of 8 bytes a slot and two slots an entry. It answers
/// with candidates, which the caller compares with the list itself; so it can be wrong about nothing. The hash has a
/// secret key: who makes up serial numbers cannot make them collide.
class CrlIndex {
 public:
  /// Whether the entries at two offsets have the same serial number and issuer.
  using Same = std::function<bool(std::uint32_t, std::uint32_t)>;

  CrlIndex();
  void reserve(std::size_t entries);
  /// An entry: its offset, serial number (DER content octets), and which issuer's certificate it speaks of (0: the
  /// list's own).
  void add(std::uint32_t offset, ByteView serial, std::uint32_t issuer);
  /// To be called after the last `add`. Of several entries for one certificate the first one counts.
  void build(const Same& same);

  /// False: no entry is the one. So short that the waits for memory of several questions overlap.
  bool may_have(ByteView serial, std::uint32_t issuer) const {
    if (slots_.empty()) {
      return false;
    }
    const std::uint64_t wanted = hash(key_, serial, issuer);
    std::size_t at = home(wanted);
    while (slots_[at] != 0 && slots_[at] >> 32U != (wanted & 0xFFFFFFFFU)) {
      at = at + 1 == slots_.size() ? 0 : at + 1;
    }
    return slots_[at] != 0;
  }
  /// Hands offsets of entries that may be the one to `take` until it returns true.
  template <class Take>
  bool each_candidate(ByteView serial, std::uint32_t issuer, Take take) const;
  std::size_t memory_bytes() const { return slots_.size_bytes(); }

  /// The table with `about` (any bytes) beside it, replaced as a whole, sealed by a SHA-256. Errors: output.failed,
  /// storage.full.
  Result<void> save(const std::filesystem::path& file, ByteView about) const;
  struct Saved;
  /// Errors: input.not_found, input.unreadable, input.malformed (another format, or not as it was written).
  static Result<Saved> open(const std::filesystem::path& file);

 private:
  using Slot = std::uint64_t;  // 32 bits of the hash, then offset + 1; 0 is empty
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
  };
  template <class T>
  static std::uint64_t load(const std::uint8_t* bytes) {
    T value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  /// One to eight bytes as a number, different for different bytes of that count, without a loop.
  static std::uint64_t word(const std::uint8_t* bytes, std::size_t count) {
    return count == 8   ? load<std::uint64_t>(bytes)
           : count >= 4 ? load<std::uint32_t>(bytes) | load<std::uint32_t>(bytes + count - 4) << 32U
                        : bytes[0] | std::uint64_t{bytes[count / 2]} << 8U | std::uint64_t{bytes[count - 1]} << 16U;
  }
  /// Both halves of the product, folded: each bit of the result depends on all of both factors.
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }
  static std::uint64_t hash(const Key& key, ByteView serial, std::uint32_t issuer);
  std::size_t home(std::uint64_t hash) const { return (hash >> 32U) * slots_.size() >> 32U; }
  void insert(std::span<Slot> slots, std::uint64_t hash, std::uint32_t offset, const Same& same) const;

  Key key_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> offsets_;
  std::shared_ptr<const void> memory_;
  std::span<const Slot> slots_;
};

struct CrlIndex::Saved {
  CrlIndex index;
  Bytes about;
};

inline std::uint64_t CrlIndex::hash(const Key& key, ByteView serial, std::uint32_t issuer) {
  std::uint64_t state = key.first ^ (serial.size() | std::uint64_t{issuer} << 32U);
  const std::uint8_t* at = serial.data();
  std::size_t left = serial.size();
  for (; left > 8; at += 8, left -= 8) {
    state = fold(state ^ load<std::uint64_t>(at), key.second);
  }
  return fold(fold(state ^ (left > 0 ? word(at, left) : 0), key.second), key.first | 1U);
}

template <class Take>
bool CrlIndex::each_candidate(ByteView serial, std::uint32_t issuer, Take take) const {
  if (slots_.empty()) {
    return false;
  }
  const std::uint64_t wanted = hash(key_, serial, issuer);
  // At most half of the slots are taken: an empty one ends the walk.
  for (std::size_t at = home(wanted); slots_[at] != 0; at = at + 1 == slots_.size() ? 0 : at + 1) {
    if (slots_[at] >> 32U == (wanted & 0xFFFFFFFFU) && take(static_cast<std::uint32_t>(slots_[at]) - 1)) {
      return true;
    }
  }
  return false;
}

}  // namespace shomei::auth
