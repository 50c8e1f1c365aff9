#include "agent/pinentry.h"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <cstdlib>

#include "agent/assuan.h"
#include "agent/child.h"
#include "agent/prompt_text.h"

namespace shomei::agent {
namespace {

using Clock = std::chrono::steady_clock;

// Makes a stop request visible to poll().
class StopSignal {
 public:
  explicit StopSignal(std::stop_token stop)
      : event_(::eventfd(0, EFD_CLOEXEC)), callback_(std::move(stop), Raise{event_.get()}) {}
  int descriptor() const { return event_.get(); }

 private:
  struct Raise {
    int event;
    void operator()() const { ::eventfd_write(event, 1); }
  };
  FileDescriptor event_;
  std::stop_callback<Raise> callback_;
};

// A dialog on the person's own terminal (pinentry-curses, -tty) needs to know which; others ignore it.
Result<void> tell_terminal(AssuanLink& link, Clock::time_point deadline) {
  const std::pair<const char*, const char*> options[] = {
      {"GPG_TTY", "ttyname"}, {"TERM", "ttytype"}, {"LC_CTYPE", "lc-ctype"}, {"LC_MESSAGES", "lc-messages"}};
  for (const auto& [variable, option] : options) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') {
      SHOMEI_TRY(link.command("OPTION", fmt::format("{}={}", option, value), deadline));
    }
  }
  return {};
}

Result<void> fill(AssuanLink& link, const DialogText& text, std::chrono::seconds patience, Clock::time_point deadline) {
  const std::pair<std::string_view, std::string> commands[] = {{"SETTIMEOUT", fmt::format("{}", patience.count())},
                                                               {"SETTITLE", text.title},
                                                               {"SETDESC", text.description},
                                                               {"SETPROMPT", text.prompt},
                                                               {"SETERROR", text.error},
                                                               {"SETOK", text.ok},
                                                               {"SETCANCEL", text.cancel}};
  for (const auto& [verb, value] : commands) {
    if (!value.empty()) {
      SHOMEI_TRY(link.command(verb, value, deadline));
    }
  }
  return {};
}

// A refusal that is no cancellation means that no dialog could be shown.
std::unexpected<Error> refused(const AssuanLink::Answer& answer) {
  return fail(Code::kPinNoDialog, fmt::format("pinentry: {} ({})", answer.text, answer.code));
}

Result<void> open(AssuanLink& link, const DialogText& text, std::chrono::seconds patience, Clock::time_point deadline) {
  SHOMEI_TRY(const auto hello, link.greeting(deadline));
  if (!hello.ok && !hello.cancelled()) {
    return refused(hello);
  }
  SHOMEI_TRY(tell_terminal(link, deadline));
  return fill(link, text, patience, deadline);
}

}  // namespace

Result<std::optional<Pin>> Pinentry::ask_pin(const PinQuestion& question, std::stop_token stop) {
  const auto deadline = Clock::now() + patience_;
  SHOMEI_TRY(const Child child, Child::start(program_));
  const StopSignal stopped(std::move(stop));
  AssuanLink link(child.socket(), stopped.descriptor());
  SHOMEI_TRY(open(link, pin_text(question, language_), patience_, deadline));
  AssuanLink::Answer answer;
  SHOMEI_TRY(std::optional<Pin> pin, link.get_pin(deadline, answer));
  if (!pin && !answer.cancelled()) {
    return refused(answer);
  }
  return pin;
}

Result<bool> Pinentry::confirm(const Matter& matter, Confirmation what, std::stop_token stop) {
  const auto deadline = Clock::now() + patience_;
  SHOMEI_TRY(const Child child, Child::start(program_));
  const StopSignal stopped(std::move(stop));
  AssuanLink link(child.socket(), stopped.descriptor());
  SHOMEI_TRY(open(link, confirm_text(matter, what, language_), patience_, deadline));
  SHOMEI_TRY(const auto answer, link.command("CONFIRM", {}, deadline));
  if (!answer.ok && !answer.cancelled()) {
    return refused(answer);
  }
  return answer.ok;
}

}  // namespace shomei::agent
