#pragma once

#include "cards/channel.h"

namespace shomei::testing {

/// A card whose answers are the input: two bytes of length (big-endian), then the answer with its status word, and so
/// on. At the end of the input it is pulled.
class FuzzCard final : public cards::Channel {
 public:
  FuzzCard(ByteView input, std::shared_ptr<cards::CardTraits> traits) : Channel(std::move(traits)), rest_(input) {}

  Result<Bytes> exchange(ByteView, cards::Redact) override {
    if (rest_.size() < 2) {
      return fail(Code::kCardRemoved);
    }
    const std::size_t wanted = static_cast<std::size_t>(rest_[0]) << 8 | rest_[1];
    const std::size_t length = std::min(wanted, rest_.size() - 2);
    const Bytes answer = to_bytes(rest_.subspan(2, length));
    rest_ = rest_.subspan(2 + length);
    return answer;
  }

 private:
  ByteView rest_;
};

}  // namespace shomei::testing
