#include "tests/vcard/hpki_chip.h"

namespace vcard {
namespace {

constexpr std::uint8_t kVerify = 0x20, kMse = 0x22, kPso = 0x2A, kSelect = 0xA4, kReadBinary = 0xB0;

}  // namespace

HpkiChip::HpkiChip(const Profile& profile, const Holder& holder) : shape_(shape_of(profile.shape)), profile_(profile) {
  for (const Use use : kUses) {
    const auto& credential = of(holder, use);
    if (!credential) {
      continue;
    }
    const unsigned tries = of(profile.tries, use);
    applications_.push_back({use, *credential, application_files(shape_, use, *credential, profile.serial),
                             of(profile.pins, use), tries, tries});
  }
  if (shape_.has_dir) {
    master_files_.push_back({0x2F00, std::nullopt, dir_content(holder)});
  }
}

Bytes HpkiChip::atr() const {
  return profile_.atr.value_or(default_atr(shape_, profile_.extended_length));
}

void HpkiChip::reset() {
  for (Application& application : applications_) {
    application.verified = false;
  }
  selected_.reset();
  file_ = nullptr;
  key_set_ = false;
  chain_.reset();
}

std::string HpkiChip::selected() const {
  return selected_ ? std::string(name_of(applications_[*selected_].use)) : std::string();
}

std::optional<unsigned> HpkiChip::tries(Use use) const {
  for (const Application& application : applications_) {
    if (application.use == use) {
      return application.tries;
    }
  }
  return std::nullopt;
}

bool HpkiChip::set_tries(Use use, unsigned left) {
  for (Application& application : applications_) {
    if (application.use != use || left > application.max_tries) {
      continue;
    }
    application.tries = left;
    application.verified = application.verified && left != 0;
    return true;
  }
  return false;
}

const std::vector<File>& HpkiChip::current_files() const {
  return selected_ ? applications_[*selected_].files : master_files_;
}

const File* HpkiChip::find(FileId id) const {
  for (const File& file : current_files()) {
    if (file.id == id) {
      return &file;
    }
  }
  return nullptr;
}

Bytes HpkiChip::transmit(View apdu) {
  auto command = parse_command(apdu);
  if (!command) {
    return Answer(command.error()).encode();
  }
  if (const auto refusal = refuse_class(*command)) {
    return refusal->encode();
  }
  if (command->extended && !profile_.extended_length) {
    return Answer(Status::wrong_length).encode();
  }
  if (const auto early = collect_chain(*command)) {
    return early->encode();
  }
  return dispatch(*command).encode();
}

// ISO/IEC 7816-4, 5.4.1: bits 1 and 2 are the channel, 3 and 4 secure messaging, 5 chaining; bit 7 further channels.
std::optional<Answer> HpkiChip::refuse_class(const Command& command) const {
  if ((command.cla & 0x80U) != 0 || (command.cla & 0xE0U) == 0x20) {
    return Status::unknown_cla;
  }
  if ((command.cla & 0x40U) != 0 || (command.cla & 0x03U) != 0) {
    return Status::no_channels;
  }
  if ((command.cla & 0x0CU) != 0) {
    return Status::no_secure_messaging;
  }
  return std::nullopt;
}

// Only PSO may come in parts. An answer means: nothing to execute now.
std::optional<Answer> HpkiChip::collect_chain(Command& command) {
  const bool same = chain_ && chain_->ins == command.ins && chain_->p1 == command.p1 && chain_->p2 == command.p2;
  if (chain_ && !same) {
    chain_.reset();
    return Status::last_of_chain_expected;
  }
  if (!chain_ && !command.chained) {
    return std::nullopt;
  }
  if (command.ins != kPso) {
    return Status::no_chaining;
  }
  if (command.data.empty() || (chain_ ? chain_->data.size() : 0) + command.data.size() > kModulus) {
    chain_.reset();
    return Status::wrong_length;
  }
  Bytes data = chain_ ? std::move(chain_->data) : Bytes{};
  append(data, command.data);
  command.data = std::move(data);
  if (command.chained) {
    chain_ = std::move(command);
    return Status::ok;
  }
  chain_.reset();
  return std::nullopt;
}

Answer HpkiChip::dispatch(const Command& command) {
  switch (command.ins) {
    case kSelect: return select(command);
    case kReadBinary: return read_binary(command);
    case kVerify: return verify(command);
    case kMse: return manage_security_environment(command);
    case kPso: return compute_signature(command);
    default: return Status::unknown_ins;
  }
}

}  // namespace vcard
