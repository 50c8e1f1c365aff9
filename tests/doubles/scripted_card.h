#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "cards/channel.h"

namespace shomei::testing {

/// One APDU and its answer in hexadecimal. A command that ends in ** matches whatever follows (a PIN); an answer "!" is
/// card.removed.
struct Exchange {
  std::string command;
  std::string answer;
};

/// Lines "> command" and "< answer"; others are comments.
inline std::vector<Exchange> load_conversation(const std::string& path) {
  std::vector<Exchange> found;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("> ")) {
      found.push_back({line.substr(2), {}});
    } else if (line.starts_with("< ")) {
      found.back().answer = line.substr(2);
    }
  }
  return found;
}

inline std::shared_ptr<cards::CardTraits> traits(cards::CardTraits value = {}) {
  return std::make_shared<cards::CardTraits>(std::move(value));
}

/// A card that knows one conversation. A wrong, a surplus and an unplayed command each fail the test.
class ScriptedCard final : public cards::Channel {
 public:
  explicit ScriptedCard(std::vector<Exchange> script,
                        std::shared_ptr<cards::CardTraits> card_traits = testing::traits())
      : Channel(std::move(card_traits)), script_(std::move(script)) {}

  ~ScriptedCard() override {
    if (!abandoned_ && next_ < script_.size()) {
      ADD_FAILURE() << "unplayed: " << script_[next_].command << " and what follows";
    }
  }

  /// The rest will not be played: something is made to fail.
  void abandon() { abandoned_ = true; }

  Result<Bytes> exchange(ByteView apdu, cards::Redact redact) override {
    const std::string sent = to_hex(apdu);
    redacted_ = redacted_ || redact == cards::Redact::kYes;
    if (next_ == script_.size()) {
      ADD_FAILURE() << "surplus: " << sent;
      return fail(Code::kInternal, "surplus command");
    }
    const Exchange& expected = script_[next_++];
    if (!matches(lower(expected.command), sent)) {
      ADD_FAILURE() << "command " << next_ << "\n  expected " << expected.command << "\n  got      " << sent;
      return fail(Code::kInternal, "wrong command");
    }
    if (expected.answer == "!") {
      return fail(Code::kCardRemoved);
    }
    return from_hex(expected.answer);
  }

  /// Whether any command so far asked not to be shown.
  bool redacted() const { return redacted_; }

 private:
  static std::string lower(std::string hex) {
    for (char& digit : hex) {
      digit = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
    }
    return hex;
  }
  static bool matches(const std::string& expected, const std::string& sent) {
    return expected.ends_with("**") ? sent.starts_with(expected.substr(0, expected.size() - 2)) : sent == expected;
  }

  std::vector<Exchange> script_;
  std::size_t next_ = 0;
  bool abandoned_ = false;
  bool redacted_ = false;
};

}  // namespace shomei::testing
