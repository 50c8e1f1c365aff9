#pragma once

#include "cards/channel.h"

namespace shomei::testing {

/// Hands every exchange on, except that the n-th (from 1) and all after it fail with `code`.
class FaultChannel final : public cards::Channel {
 public:
  FaultChannel(cards::Channel& inner, std::shared_ptr<cards::CardTraits> traits, int nth, Code code)
      : Channel(std::move(traits)), inner_(inner), nth_(nth), code_(code) {}

  Result<Bytes> exchange(ByteView apdu, cards::Redact redact) override {
    if (++count_ >= nth_) {
      return fail(code_, "made to fail");
    }
    return inner_.exchange(apdu, redact);
  }

  int count() const { return count_; }

 private:
  cards::Channel& inner_;
  int nth_;
  Code code_;
  int count_ = 0;
};

}  // namespace shomei::testing
