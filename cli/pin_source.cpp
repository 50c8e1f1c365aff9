#include "cli/pin_source.h"

#include <fmt/format.h>

#include "auth/x509/certificate.h"
#include "cli/output.h"
#include "cli/terminal_pin.h"

namespace shomei::cli {
namespace {

std::string holder_of(ByteView der) {
  const auto certificate = auth::Certificate::parse(der);
  if (!certificate) {
    return {};
  }
  const auto& facts = certificate->facts();
  return printable(facts.name_ja.empty() ? facts.name : facts.name_ja);
}

std::string question_text(const PinQuestion& question, Language language) {
  const bool ja = language == Language::kJa;
  const bool login = question.use == cards::Use::kAuthentication;
  const std::string tries = !question.tries_left ? std::string()
                            : ja                 ? fmt::format("（残り {} 回）", *question.tries_left)
                                                 : fmt::format(" ({} tries left)", *question.tries_left);
  const std::string_view which =
      ja ? (login ? "認証用 PIN" : "署名用 PIN") : (login ? "authentication PIN" : "signature PIN");
  return fmt::format("{} {}\n{}{}: ", printable(question.reader), holder_of(question.certificate), which, tries);
}

/// Whether the last try may go: said on the command line, or by a person now.
Result<bool> may_spend_last(const PinQuestion& question, const KeyOptions& options, Language language) {
  if (options.spend_last_try) {
    return true;
  }
  if (options.pin_fd || !terminal_present()) {
    return fail(Code::kPinLastTry, question.unknown ? "the card does not say how many tries are left" : "");
  }
  const Text text{"This may be the LAST try. A wrong PIN then locks the card. Type yes to go on: ",
                  "最後の 1 回の可能性があります。間違えるとカードがロックされます。続けるなら yes と入力: "};
  SHOMEI_TRY(const bool sure, confirm_on_terminal(std::string(text.in(language))));
  return sure ? Result<bool>(true) : fail(Code::kPinLastTry);
}

}  // namespace

Result<TakenPin> take_pin(const PinQuestion& question, const KeyOptions& options, Language language) {
  if (question.locked) {
    return fail(Code::kPinLocked);
  }
  bool spend = false;
  if (question.unknown || question.tries_left == 1U) {
    SHOMEI_TRY(spend, may_spend_last(question, options, language));
  }
  auto pin = options.pin_fd ? read_pin(*options.pin_fd) : ask_pin_on_terminal(question_text(question, language));
  SHOMEI_TRY(auto typed, std::move(pin));
  return TakenPin{std::move(typed), spend};
}

}  // namespace shomei::cli
