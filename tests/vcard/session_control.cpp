// What the control socket can ask for; README.md describes each line.

#include "tests/vcard/session.h"

#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

namespace vcard {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;
using std::chrono::milliseconds;
constexpr milliseconds kStayOut{900}, kInsertLimit{5000};
constexpr unsigned kMaxDelay = 60000;

Json done() {
  return {{"ok", true}};
}
Json refused(const std::string& why) {
  return {{"ok", false}, {"error", why}};
}

std::optional<unsigned> number(const std::string& text, unsigned limit) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > limit) {
    return std::nullopt;
  }
  return value;
}

Words split(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) {
    words.push_back(word);
  }
  return words;
}

bool is(const Words& words, std::string_view name, std::size_t arguments) {
  return words[0] == name && words.size() == arguments + 1;
}

}  // namespace

void Session::on_line(const ControlSocket::Line& line) {
  const Words words = split(line.text);
  const Json answer = words.empty() ? refused("empty line") : execute(words, line.client);
  if (!answer.is_null()) {
    control_.reply(line.client, answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

Json Session::execute(const Words& words, unsigned client) {
  if (is(words, "insert", 0)) {
    return insert(false, client);
  }
  if (words == Words{"insert", "now"}) {
    return insert(true, client);
  }
  if (is(words, "eject", 0)) {
    return inserted_ ? (eject(), done()) : refused("no card inserted");
  }
  if (is(words, "hold", 1)) {
    return hold_named(words[1], name_of(profile_.shape));
  }
  if (is(words, "hold", 2)) {
    return hold_named(words[1], words[2]);
  }
  if (is(words, "state", 0)) {
    return state();
  }
  if (is(words, "stats", 0)) {
    return stats();
  }
  if (is(words, "reset-stats", 0)) {
    return meter_.reset(), card_->reset_counts(), done();
  }
  if (is(words, "trace", 1)) {
    return set_trace(words);
  }
  if (words[0] == "tries" && (words.size() == 2 || words.size() == 3)) {
    return set_tries(words);
  }
  if (is(words, "quit", 0)) {
    return quit_ = true, done();
  }
  return set_fault(words);
}

Json Session::set_fault(const Words& words) {
  if (words == Words{"die", "off"}) {
    return die_ins_.reset(), done();
  }
  if (is(words, "die", 1)) {
    const auto ins = from_hex(words[1]);
    if (!ins || ins->size() != 1) {
      return refused("INS is two hexadecimal digits");
    }
    return die_ins_ = ins->front(), done();
  }
  if (is(words, "hang", 0)) {
    return hang_ = true, done();
  }
  if (words == Words{"hang", "off"}) {
    return hang_ = false, done();
  }
  if (is(words, "delay", 1)) {
    const auto delay = number(words[1], kMaxDelay);
    if (!delay) {
      return refused("delay is 0 to 60000 ms");
    }
    return delay_ = milliseconds(*delay), done();
  }
  return refused("unknown command or wrong number of arguments: " + words[0]);
}

Json Session::set_trace(const Words& words) {
  if (words[1] == "off") {
    return meter_.stop_trace(), done();
  }
  return meter_.trace_to(words[1]) ? done() : refused("cannot open " + words[1]);
}

Json Session::set_tries(const Words& words) {
  const auto use = use_named(words[1]);
  if (!use || !card_->tries(*use)) {
    return refused("no application " + words[1]);
  }
  if (words.size() == 3) {
    const auto left = number(words[2], kMaxTries);
    if (!left || !card_->set_tries(*use, *left)) {
      return refused("more tries than the card gives");
    }
  }
  Json answer = done();
  answer["left"] = *card_->tries(*use);
  return answer;
}

// The answer comes when the reader has seen the card, or not in time: settle_insert.
Json Session::insert(bool now, unsigned client) {
  if (inserted_) {
    return refused("already inserted");
  }
  inserted_ = true;
  connect_at_ = now ? Clock::now() : std::max(Clock::now(), ejected_at_ + kStayOut);
  insert_waiting_ = Waiting{client, connect_at_ + kInsertLimit};
  meter_.event("inserted");
  return nullptr;
}

void Session::settle_insert(bool seen) {
  if (!insert_waiting_) {
    return;
  }
  control_.reply(insert_waiting_->client, (seen ? done() : refused("no reader has asked for the card")).dump());
  insert_waiting_.reset();
}

Json Session::hold_named(std::string_view holder, std::string_view shape_text) {
  if (inserted_) {
    return refused("eject first");
  }
  const auto shape = shape_named(shape_text);
  if (!shape) {
    return refused("no such shape");
  }
  const bool is_path = holder.find('/') != std::string_view::npos;
  const auto beside = std::filesystem::path(profile_.holder).lexically_normal().parent_path();
  const auto held = hold(is_path ? std::string(holder) : (beside / holder).string(), *shape);
  return held ? done() : refused(held.error());
}

Json Session::state() const {
  Json answer = done();
  answer["inserted"] = inserted_;
  answer["connected"] = link_.fd() >= 0;
  answer["holder"] = profile_.holder;
  answer["shape"] = name_of(profile_.shape);
  answer["selected"] = card_->selected();
  answer["tries"] = Json::object();
  for (const Use use : kUses) {
    if (const auto left = card_->tries(use)) {
      answer["tries"][std::string(name_of(use))] = *left;
    }
  }
  return answer;
}

Json Session::stats() const {
  const Meter::Totals& totals = meter_.totals();
  Json answer = done();
  answer["apdus"] = totals.apdus;
  answer["bytes_to_card"] = totals.bytes_to_card;
  answer["bytes_from_card"] = totals.bytes_from_card;
  answer["by_ins"] = totals.by_ins;
  answer["wrong_pins"] = card_->counts().wrong_pins;
  answer["signatures"] = card_->counts().signatures;
  return answer;
}

}  // namespace vcard
