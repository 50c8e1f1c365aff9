#include "agent/assuan.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace shomei::agent {
namespace {

// gpg-error.h: GPG_ERR_TIMEOUT, GPG_ERR_CANCELED, GPG_ERR_NOT_CONFIRMED, GPG_ERR_FULLY_CANCELED.
constexpr std::uint16_t kTimeout = 62;
constexpr std::uint16_t kCancelled = 99;
constexpr std::uint16_t kNotConfirmed = 114;
constexpr std::uint16_t kFullyCancelled = 198;

int wait_milliseconds(AssuanLink::Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

bool starts_with_word(std::span<const char> line, std::string_view word) {
  const std::string_view text(line.data(), line.size());
  return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ' ');
}

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}

AssuanLink::Answer error_answer(std::string_view rest) {
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  static_cast<void>(problem);
  AssuanLink::Answer answer;
  answer.code = static_cast<std::uint16_t>(number & 0xFFFF);
  answer.text.assign(end, rest.data() + rest.size());
  return answer;
}

}  // namespace

bool AssuanLink::Answer::cancelled() const {
  return !ok && (code == kTimeout || code == kCancelled || code == kNotConfirmed || code == kFullyCancelled);
}

AssuanLink::~AssuanLink() {
  wipe(std::span(buffer_));
  wipe(std::span(data_));
}

std::string assuan_escaped(std::string_view text, std::size_t max) {
  std::string out;
  std::size_t whole = 0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    whole = continues ? whole : out.size();
    if (c == '%' || c == '\r' || c == '\n' || c == '\0') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
    if (out.size() > max) {
      out.resize(whole);
      break;
    }
  }
  return out;
}

Result<void> AssuanLink::send(std::string_view line) {
  while (!line.empty()) {
    const ssize_t sent = ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent <= 0) {
      return fail(Code::kPinNoDialog, fmt::format("pinentry: {}", std::strerror(errno)));
    }
    line.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

// The next line without its end, inside buffer_; nothing when the deadline passed or the wait was stopped. What the
// last call gave is wiped first.
Result<std::optional<std::span<char>>> AssuanLink::read_line(Deadline deadline) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(line_end_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(used_), buffer_.begin());
  used_ -= line_end_;
  line_end_ = 0;
  wipe(std::span(buffer_).subspan(used_));
  std::size_t searched = 0;
  for (;;) {
    const auto filled = std::span(buffer_).first(used_);
    const auto newline = std::find(filled.begin() + static_cast<std::ptrdiff_t>(searched), filled.end(), '\n');
    if (newline != filled.end()) {
      const auto length = static_cast<std::size_t>(newline - filled.begin());
      line_end_ = length + 1;
      return filled.first(length > 0 && filled[length - 1] == '\r' ? length - 1 : length);
    }
    searched = used_;
    if (used_ == buffer_.size()) {
      return fail(Code::kPinNoDialog, "pinentry: line too long");
    }
    std::array<pollfd, 2> ready{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    const int count = ::poll(ready.data(), ready.size(), wait_milliseconds(deadline));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0 || ready[1].revents != 0) {
      return std::nullopt;
    }
    const ssize_t got = ::recv(socket_, buffer_.data() + used_, buffer_.size() - used_, 0);
    if (got == 0 || (got < 0 && errno != EINTR)) {
      return fail(Code::kPinNoDialog, "pinentry ended in the middle of the conversation");
    }
    used_ += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
}

Result<void> AssuanLink::keep_data(std::span<char> escaped) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    char c = escaped[i];
    if (c == '%') {
      const int high = i + 2 < escaped.size() ? hex_digit(escaped[i + 1]) : -1;
      const int low = i + 2 < escaped.size() ? hex_digit(escaped[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(Code::kPinNoDialog, "pinentry: broken percent escape");
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (data_used_ == data_.size()) {
      return fail(Code::kPinLength, "more than 16 characters");
    }
    data_[data_used_++] = c;
  }
  return {};
}

// Reads up to the OK or ERR that ends a command; data lines are kept, status and comment lines passed over.
Result<AssuanLink::Answer> AssuanLink::read_answer(Deadline deadline) {
  wipe(std::span(data_));
  data_used_ = 0;
  std::optional<Error> refused;
  for (int lines = 0; lines < 1000; ++lines) {
    SHOMEI_TRY(const auto line, read_line(deadline));
    if (!line) {
      return Answer{.ok = false, .code = kTimeout, .text = "no answer in time"};
    }
    if (starts_with_word(*line, "OK") || starts_with_word(*line, "ERR")) {
      if (refused) {
        return std::unexpected(*refused);
      }
      const bool ok = line->front() == 'O';
      const std::string_view rest = std::string_view(line->data(), line->size()).substr(ok ? 2 : 3);
      return ok ? Answer{.ok = true, .code = 0, .text = {}}
                : error_answer(rest.substr(std::min<std::size_t>(1, rest.size())));
    }
    if (starts_with_word(*line, "D")) {
      const auto kept = keep_data(line->subspan(std::min<std::size_t>(2, line->size())));
      refused = kept ? refused : std::optional(kept.error());
    } else if (!starts_with_word(*line, "S") && !line->empty() && line->front() != '#') {
      return fail(Code::kPinNoDialog, "pinentry: unexpected line");
    }
  }
  return fail(Code::kPinNoDialog, "pinentry: too many lines");
}

Result<AssuanLink::Answer> AssuanLink::greeting(Deadline deadline) {
  return read_answer(deadline);
}

Result<AssuanLink::Answer> AssuanLink::command(std::string_view verb, std::string_view text, Deadline deadline) {
  const std::string escaped = assuan_escaped(text, kLine - 4 - verb.size());
  SHOMEI_TRY(send(fmt::format("{}{}{}\n", verb, escaped.empty() ? "" : " ", escaped)));
  return read_answer(deadline);
}

Result<std::optional<Pin>> AssuanLink::get_pin(Deadline deadline, Answer& answer) {
  SHOMEI_TRY(answer, command("GETPIN", {}, deadline));
  if (!answer.ok) {
    wipe(std::span(data_));
    return std::nullopt;
  }
  auto pin = Pin::take(std::span(data_).first(data_used_));
  wipe(std::span(data_));
  SHOMEI_TRY(Pin taken, std::move(pin));
  return std::optional<Pin>(std::move(taken));
}

}  // namespace shomei::agent
