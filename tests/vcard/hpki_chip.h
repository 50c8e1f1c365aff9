#pragma once

#include "tests/vcard/chip.h"
#include "tests/vcard/files.h"

namespace vcard {

// An HPKI card: one or two ISO/IEC 7816-15 applications, in one of the shapes of shape.h.
class HpkiChip final : public Chip {
 public:
  HpkiChip(const Profile& profile, const Holder& holder);

  Bytes atr() const override;
  void reset() override;
  Bytes transmit(View apdu) override;
  Counts counts() const override { return counts_; }
  void reset_counts() override { counts_ = {}; }
  std::string selected() const override;
  std::optional<unsigned> tries(Use use) const override;
  bool set_tries(Use use, unsigned left) override;

 private:
  struct Application {
    Use use;
    Credential credential;
    std::vector<File> files;
    std::string pin;
    unsigned max_tries, tries;
    bool verified = false;
  };

  Answer dispatch(const Command& command);
  std::optional<Answer> refuse_class(const Command& command) const;
  std::optional<Answer> collect_chain(Command& command);

  Answer select(const Command& command);
  Answer select_by_name(const Command& command);
  Answer select_application(std::size_t index, const Command& command);
  Answer select_file(const Command& command);
  Answer select_by_path(const Command& command, View path);
  Answer select_master(const Command& command);
  Answer file_information(const File& file, const Command& command) const;

  Answer read_binary(const Command& command);
  Answer verify(const Command& command);
  Answer compare_pin(Application& application, View pin);
  bool names_pin(std::uint8_t p2) const;
  Answer manage_security_environment(const Command& command);
  Answer compute_signature(const Command& command);
  std::optional<Bytes> block_to_sign(View data) const;

  Application* current() { return selected_ ? &applications_[*selected_] : nullptr; }
  const File* find(FileId id) const;
  const std::vector<File>& current_files() const;

  const Shape& shape_;
  Profile profile_;
  std::vector<Application> applications_;
  std::vector<File> master_files_;
  Counts counts_;

  std::optional<std::size_t> selected_;
  const File* file_ = nullptr;  // current EF
  bool key_set_ = false;        // MSE done
  std::optional<Command> chain_;
};

}  // namespace vcard
