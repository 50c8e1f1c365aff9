#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/nearest.h"
#include "cli/output.h"

namespace shomei::cli {
namespace {

const CLI::App* deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
  }
  return at;
}

std::string suggestion(const std::string& nearest_word) {
  return nearest_word.empty() ? std::string() : "; did you mean " + nearest_word + "?";
}

std::string unknown_option(const CLI::App& command, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> known;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& word : option->get_lnames()) {
        known.push_back("--" + word);
      }
    }
  }
  return "unknown option " + name + suggestion(nearest(name, known));
}

std::string unknown_command(const CLI::App& command, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(sub->get_name());
  }
  return "unknown command " + word + suggestion(nearest(word, known));
}

std::string commands_below(const CLI::App& command) {
  std::string names;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + sub->get_name();
  }
  return names;
}

/// What is wrong with the arguments, in the order in which it helps: an unknown option first, for it is the reason that
/// its value was taken for something else.
Error usage_error(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App& command = *deepest(app);
  const std::vector<std::string> left = app.remaining(true);
  for (const std::string& argument : left) {
    if (argument.size() > 1 && argument.front() == '-') {
      return make_error(Code::kUsage, unknown_option(command, argument));
    }
  }
  if (!left.empty() && !command.get_subcommands([](const CLI::App*) { return true; }).empty()) {
    return make_error(Code::kUsage, unknown_command(command, left.front()));
  }
  if (!left.empty()) {
    return make_error(Code::kUsage, "one argument too many: " + left.front());
  }
  if (const std::string commands = commands_below(command); !commands.empty()) {
    return make_error(Code::kUsage, command.get_name() + " needs a command: " + commands);
  }
  return make_error(Code::kUsage, problem.what());
}

/// --lang also counts for errors in the rest of the line.
Language language_of(std::span<char*> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const std::string_view next = i + 1 < arguments.size() ? arguments[i + 1] : "";
    if (word == "--lang=ja" || (word == "--lang" && next == "ja")) {
      return Language::kJa;
    }
    if (word == "--lang=en" || (word == "--lang" && next == "en")) {
      return Language::kEn;
    }
  }
  return language_of_environment();
}

int ended(ExitStatus status) {
  return static_cast<int>(status);
}

int failed(const Error& error, Language language) {
  report(error, language);
  return ended(info(error.code).exit);
}

/// The outer edge: what a library throws past its own room ends here.
Result<ExitStatus> act(const Command::Choice& choice) {
  try {
    auto status = choice.action(choice.context);
    if (auto written = finish_output(); status && !written) {
      return std::unexpected(std::move(written).error());
    }
    return status;
  } catch (const std::bad_alloc&) {
    return fail(Code::kInputTooLarge, "out of memory");
  } catch (const std::exception& thrown) {
    return fail(Code::kInternal, thrown.what());
  }
}

}  // namespace

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
      return std::string_view(value).starts_with("ja") ? Language::kJa : Language::kEn;
    }
  }
  return Language::kEn;
}

int run(int count, char** arguments, const Clock& clock) {
  std::signal(SIGPIPE, SIG_IGN);
  const Language language = language_of({arguments, static_cast<std::size_t>(count)});
  CLI::App app("Shomei: login and signatures with the HPKI card\nHPKI カードによるログインと電子署名", "shomei");
  app.set_version_flag("--version", "shomei " SHOMEI_VERSION);
  app.require_subcommand(1);
  Command::Choice choice{{&clock, language, false, {}}, {}};
  const Command top(&app, &choice);
  add_card_commands(top);
  add_session_commands(top);
  add_sign_command(top);
  add_extend_command(top);
  add_signature_commands(top);
  add_verify_command(top);
  add_certificate_commands(top);
  add_crl_commands(top);
  add_ocsp_commands(top);
  add_token_commands(top);
  add_admin_commands(top);
  add_diagnose_command(top);
  add_help_commands(top);
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& asked) {
    app.exit(asked);  // --help, --version
    const auto written = finish_output();
    return written ? 0 : failed(written.error(), language);
  } catch (const CLI::ParseError& problem) {
    return failed(usage_error(app, problem), language);
  }
  const auto status = act(choice);
  return status ? ended(*status) : failed(status.error(), language);
}

}  // namespace shomei::cli
