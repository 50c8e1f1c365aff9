#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "auth/x509/crl_parser.h"
#include "auth/x509/fields.h"

namespace shomei::auth {
namespace {

namespace tag = der::tag;

constexpr std::array<std::string_view, 11> kReasons{
    "unspecified",     "keyCompromise", "cACompromise",  "affiliationChanged", "superseded",  "cessationOfOperation",
    "certificateHold", "reserved",      "removeFromCRL", "privilegeWithdrawn", "aACompromise"};

constexpr std::string_view kReasonCode = "2.5.29.21";
constexpr std::string_view kCertificateIssuer = "2.5.29.29";

/// "YYMMDDhhmmssZ" that is plainly right. What is seldom (the 31st, end of February) is left to the general reader.
bool is_plain_time(const std::uint8_t* text) {
  const auto digits = [](const std::uint8_t* eight) {
    std::uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0;
    constexpr std::uint64_t kThrees = 0x3030303030303030;
    return (word & kHigh) == kThrees && ((word + 0x0606060606060606) & kHigh) == kThrees;
  };
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (!digits(text) || !digits(text + 4) || text[12] != 'Z') {
    return false;
  }
  const int month = two(2);
  const int day = two(4);
  return month >= 1 && month <= 12 && day >= 1 && day <= (month == 2 ? 28 : 30) && two(6) <= 23 && two(8) <= 59 &&
         two(10) <= 59;
}

/// Size and serial number of the entry at the front if it has the most common form: serial number, UTCTime, and no
/// extension but a reasonCode. Size 0: the general reader must look. It would read the same.
std::pair<std::size_t, ByteView> common_entry(ByteView rest) {
  constexpr std::array<std::uint8_t, 13> kReason{0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55,
                                                 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01};
  constexpr std::size_t kTime = 15;
  if (rest.size() < 4 || rest[0] != tag::kSequence || rest[1] > 0x7F || rest[2] != tag::kInteger || rest[3] == 0 ||
      rest[3] > 0x7F) {
    return {};
  }
  const std::size_t size = 2U + rest[1];
  const std::size_t time = 4U + rest[3];
  const std::size_t extensions = time + kTime;
  if (size > rest.size() || extensions > size || !is_shortest_integer(rest.subspan(4, rest[3])) ||
      rest[time] != tag::kUtcTime || rest[time + 1] != 13 || !is_plain_time(rest.data() + time + 2)) {
    return {};
  }
  const bool plain = extensions == size;
  const bool reason = size == extensions + kReason.size() + 1 &&
                      std::memcmp(rest.data() + extensions, kReason.data(), kReason.size()) == 0;
  return plain || reason ? std::pair(size, rest.subspan(4, rest[3])) : std::pair(std::size_t{0}, ByteView());
}

/// Reads the entries of one list.
class EntryReader {
 public:
  EntryReader(const CrlParts& parts, CrlIndex& index, CrlEntries& result)
      : all_(parts.entries), list_(parts.entries_reader), index_(&index), result_(&result) {}

  Result<void> run();

 private:
  std::uint32_t offset() const { return static_cast<std::uint32_t>(all_.size() - list_.rest().size()); }
  Result<ByteView> read_entry();
  Result<void> read_extensions(der::Reader& entry, std::uint32_t offset);
  Result<void> change_issuer(std::uint32_t offset, ByteView names);

  ByteView all_;
  der::Reader list_;
  CrlIndex* index_;
  CrlEntries* result_;
  std::uint32_t issuer_ = 0;
  std::map<Bytes, std::uint32_t> numbers_{};
};

/// RFC 5280 5.3: critical extensions of an entry that are not understood spoil the list.
Result<void> EntryReader::read_extensions(der::Reader& entry, std::uint32_t offset) {
  SHOMEI_TRY(der::Reader extensions, entry.enter(tag::kSequence));
  std::vector<std::string> seen;
  while (!extensions.at_end()) {
    SHOMEI_TRY(Extension extension, read_extension(extensions));
    if (std::ranges::find(seen, extension.oid) != seen.end() || seen.size() >= kMaxExtensions) {
      return fail(Code::kDerMalformed, "two extensions " + extension.oid);
    }
    seen.push_back(extension.oid);
    if (extension.oid == kCertificateIssuer) {
      SHOMEI_TRY(change_issuer(offset, extension.value));
    } else if (extension.critical && extension.oid != kReasonCode && result_->unknown_critical.size() < 16) {
      result_->unknown_critical.push_back(std::move(extension.oid));
    }
  }
  return {};
}

Result<void> EntryReader::change_issuer(std::uint32_t offset, ByteView names) {
  const auto next = static_cast<std::uint32_t>(result_->issuers.size() + 1);
  const auto [known, added] = numbers_.try_emplace(to_bytes(names), next);
  if (added && next > kMaxCertificateIssuers) {
    return fail(Code::kDerMalformed, fmt::format("more than {} certificate issuers", kMaxCertificateIssuers));
  }
  if (added) {
    result_->issuers.emplace_back(static_cast<std::uint32_t>(names.data() - all_.data()),
                                  static_cast<std::uint32_t>(names.size()));
  }
  issuer_ = known->second;
  result_->changes.emplace_back(offset, issuer_);
  return {};
}

/// Any entry; gives its serial number.
Result<ByteView> EntryReader::read_entry() {
  const std::uint32_t begin = offset();
  SHOMEI_TRY(der::Reader entry, list_.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element serial, entry.expect(tag::kInteger));
  if (!is_shortest_integer(serial.value)) {
    return fail(Code::kDerMalformed, fmt::format("serial number of the entry at {}", begin));
  }
  SHOMEI_TRY(read_time(entry));
  if (!entry.at_end()) {
    SHOMEI_TRY(read_extensions(entry, begin));
    SHOMEI_TRY(entry.finish());
  }
  return serial.value;
}

Result<void> EntryReader::run() {
  constexpr std::size_t kSmallestEntry = 20;
  const std::size_t first = all_.size() > 1 ? 2U + (all_[1] & 0x7FU) : kSmallestEntry;
  index_->reserve(all_.size() / std::max(first, kSmallestEntry) + 1);
  while (!list_.at_end()) {
    const std::uint32_t begin = offset();
    const auto [size, common] = common_entry(list_.rest());
    ByteView serial = common;
    if (size > 0) {
      list_.skip(size);
    } else {
      SHOMEI_TRY(serial, read_entry());
    }
    index_->add(begin, serial, issuer_);
    ++result_->count;
  }
  index_->build([this](std::uint32_t a, std::uint32_t b) {
    return std::ranges::equal(entry_serial(all_, a), entry_serial(all_, b)) &&
           result_->issuer_of(a) == result_->issuer_of(b);
  });
  return {};
}

}  // namespace

Result<CrlEntries> read_entries(const CrlParts& parts, CrlIndex& index) {
  CrlEntries result;
  SHOMEI_TRY(EntryReader(parts, index, result).run());
  return result;
}

std::uint32_t CrlEntries::issuer_of(std::uint32_t offset) const {
  const auto after = std::ranges::upper_bound(changes, offset, {}, [](const auto& change) { return change.first; });
  return after == changes.begin() ? 0 : std::prev(after)->second;
}

ByteView entry_serial(ByteView entries, std::uint32_t offset) {
  if (offset >= entries.size()) {
    return {};
  }
  auto entry = der::Reader(entries.subspan(offset)).enter(tag::kSequence);
  const auto serial = entry ? entry->expect(tag::kInteger) : Result<der::Element>(der::Element{});
  return serial ? serial->value : ByteView();
}

CrlEntry entry_at(ByteView entries, std::uint32_t offset) {
  auto entry = der::Reader(entries.subspan(offset)).enter(tag::kSequence);
  SHOMEI_CHECK(entry && entry->next());
  const auto time = read_time(*entry);
  SHOMEI_CHECK(time);
  CrlEntry found{*time, kReasons[0]};
  auto extensions = entry->at_end() ? Result<der::Reader>(*entry) : entry->enter(tag::kSequence);
  while (extensions && !extensions->at_end()) {
    const auto extension = read_extension(*extensions);
    SHOMEI_CHECK(extension);
    // ENUMERATED of one byte; any other value is as good as unspecified.
    if (extension->oid == kReasonCode && extension->value.size() == 3 && extension->value[0] == tag::kEnumerated &&
        extension->value[2] < kReasons.size()) {
      found.reason = kReasons[extension->value[2]];
    }
  }
  return found;
}

}  // namespace shomei::auth
