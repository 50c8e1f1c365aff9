// SELECT and READ BINARY (ISO/IEC 7816-4, 11.2.2 and 11.3.3).

#include "tests/vcard/der.h"
#include "tests/vcard/hpki_chip.h"

#include <algorithm>

namespace vcard {
namespace {

constexpr std::size_t kMinName = 5, kMaxName = 16;  // an AID; its first five bytes are the registered part
constexpr FileId kMaster = 0x3F00;

FileId be16(View bytes) {
  return static_cast<FileId>(bytes[0] << 8U | bytes[1]);
}

Bytes two(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

}  // namespace

Answer HpkiChip::select(const Command& command) {
  if (command.data.empty() && command.p1 != 0) {
    return Status::wrong_length;
  }
  if (command.p1 == 0x04) {
    return select_by_name(command);
  }
  if (command.p1 == 0x02) {
    if (command.p2 != 0x0C && !(shape_.has_dir && (command.p2 == 0x00 || command.p2 == 0x04))) {
      return Status::wrong_p1_p2;
    }
    if (command.data.size() != 2) {
      return Status::wrong_lc;
    }
    return select_file(command);
  }
  if (!shape_.has_dir || (command.p2 != 0x00 && command.p2 != 0x04 && command.p2 != 0x0C)) {
    return Status::wrong_p1_p2;
  }
  if (command.p1 == 0x00 && command.data.empty()) {
    return select_master(command);
  }
  if (command.p1 == 0x00 && command.data.size() != 2) {
    return Status::wrong_lc;
  }
  if (command.p1 == 0x00) {
    return be16(command.data) == kMaster ? select_master(command) : select_file(command);
  }
  if (command.p1 == 0x08 || command.p1 == 0x09) {
    return select_by_path(command, command.data);
  }
  return Status::wrong_p1_p2;
}

// P2 00: first occurrence, 02: next one; with FCI. P2 0C: first occurrence, nothing back.
Answer HpkiChip::select_by_name(const Command& command) {
  if (command.p2 != 0x00 && command.p2 != 0x02 && command.p2 != 0x0C) {
    return Status::wrong_p1_p2;
  }
  if (command.data.size() > kMaxName) {
    return Status::wrong_lc;
  }
  if (command.data.size() < kMinName) {
    return Status::file_not_found;
  }
  const std::size_t from = command.p2 == 0x02 && selected_ ? *selected_ + 1 : 0;
  for (std::size_t i = from; i < applications_.size(); ++i) {
    if (starts_with(aid_of(applications_[i].use), command.data)) {
      return select_application(i, command);
    }
  }
  return Status::file_not_found;
}

Answer HpkiChip::select_application(std::size_t index, const Command& command) {
  if (selected_ != index || !shape_.keeps_status) {
    for (Application& application : applications_) {
      application.verified = false;
    }
    key_set_ = false;
  }
  selected_ = index;
  file_ = nullptr;
  if (command.p2 == 0x0C || command.le == 0) {
    return Status::ok;
  }
  const View aid = aid_of(applications_[index].use);
  Bytes information = der::tlv(0x84, aid);
  if (shape_.has_dir) {
    information = der::concat({der::tlv(0x82, Bytes{0x38}), information, der::tlv(0x8A, Bytes{0x05})});
  }
  return {der::tlv(0x6F, information), Status::ok};
}

Answer HpkiChip::select_file(const Command& command) {
  const File* found = find(be16(command.data));
  if (found == nullptr) {
    return Status::file_not_found;
  }
  file_ = found;
  return file_information(*found, command);
}

Answer HpkiChip::select_master(const Command& command) {
  for (Application& application : applications_) {
    application.verified = false;
  }
  selected_.reset();
  key_set_ = false;
  file_ = nullptr;
  if (command.p2 == 0x0C || command.le == 0) {
    return Status::ok;
  }
  return {der::tlv(0x6F, {der::tlv(0x82, Bytes{0x38}), der::tlv(0x83, two(kMaster)), der::tlv(0x8A, Bytes{0x05})}),
          Status::ok};
}

// P1 08: from the MF (which is not in the path), 09: from the current DF. No DF of this card has a file identifier, so
// a path has one element.
Answer HpkiChip::select_by_path(const Command& command, View path) {
  if (path.size() != 2) {
    return path.size() % 2 == 0 ? Status::file_not_found : Status::wrong_lc;
  }
  const std::vector<File>& files = command.p1 == 0x08 ? master_files_ : current_files();
  const auto found = std::ranges::find(files, be16(path), &File::id);
  if (found == files.end()) {
    return Status::file_not_found;
  }
  if (command.p1 == 0x08) {
    select_master(command);
  }
  file_ = &*found;
  return file_information(*found, command);
}

Answer HpkiChip::file_information(const File& file, const Command& command) const {
  if (command.p2 == 0x0C || command.le == 0) {
    return Status::ok;
  }
  const Bytes type{static_cast<std::uint8_t>(file.internal ? 0x08 : 0x01)};
  return {der::tlv(0x6F, {der::tlv(0x80, two(file.content.size())), der::tlv(0x82, type), der::tlv(0x83, two(file.id)),
                          der::tlv(0x8A, Bytes{0x05})}),
          Status::ok};
}

Answer HpkiChip::read_binary(const Command& command) {
  if (!command.data.empty() || command.le == 0) {
    return Status::wrong_length;
  }
  std::size_t offset = static_cast<std::size_t>(command.p1 << 8U | command.p2);
  if ((command.p1 & 0x80U) != 0) {
    const std::uint8_t sfi = command.p1 & 0x1FU;
    if ((command.p1 & 0x60U) != 0 || sfi == 0 || sfi == 0x1F) {
      return Status::wrong_p1_p2;
    }
    const auto& files = current_files();
    const auto found = std::ranges::find(files, std::optional(sfi), &File::sfi);
    if (found == files.end()) {
      return Status::file_not_found;
    }
    file_ = &*found;
    offset = command.p2;
  }
  if (file_ == nullptr) {
    return Status::no_current_file;
  }
  if (file_->internal) {
    return Status::wrong_file_type;
  }
  if (offset >= file_->content.size()) {
    return Status::wrong_offset;
  }
  const View rest = View(file_->content).subspan(offset);
  const View part = rest.first(std::min(rest.size(), command.le));
  const bool too_much = !command.le_all && command.le > rest.size();
  return {Bytes(part.begin(), part.end()), too_much ? Status::end_of_file : Status::ok};
}

}  // namespace vcard
