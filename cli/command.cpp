#include "cli/command.h"

#include <CLI/CLI.hpp>

namespace shomei::cli {
namespace {

std::string text(std::string_view view) {
  return std::string(view);
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) {
    all += (all.empty() ? "" : "|") + word;
  }
  return all;
}

}  // namespace

Command Command::group(std::string_view name, std::string_view help) const {
  CLI::App* app = app_->add_subcommand(text(name), text(help));
  app->require_subcommand(1);
  return {app, choice_};
}

void Command::share_options() const {
  app_->fallthrough();
  app_->footer("The options may also stand behind the command.");
}

Command Command::add(std::string_view name, std::string_view help, std::initializer_list<std::string_view> examples,
                     Action action) const {
  CLI::App* app = app_->add_subcommand(text(name), text(help));
  app->add_flag("--json", choice_->context.json, "Print one JSON value on standard output");
  app->add_option("--lang", choice_->context.language_word, "Language of messages and reports (otherwise: LANG)")
      ->option_text("ja|en")
      ->check(CLI::IsMember({"ja", "en"}));
  std::string footer = "Examples:";
  for (const std::string_view line : examples) {
    footer += "\n  " + text(line);
  }
  app->footer(footer);
  app->callback([choice = choice_, action = std::move(action)] { choice->action = action; });
  return {app, choice_};
}

void Command::operand(std::string_view name, std::string& target, std::string_view help) const {
  app_->add_option(text(name), target, text(help))->required();
}
void Command::optional_operand(std::string_view name, std::string& target, std::string_view help) const {
  app_->add_option(text(name), target, text(help));
}
void Command::operands(std::string_view name, std::vector<std::string>& target, std::string_view help) const {
  app_->add_option(text(name), target, text(help))->required();
}
void Command::flag(std::string_view name, bool& target, std::string_view help) const {
  app_->add_flag(text(name), target, text(help));
}
void Command::option(std::string_view name, std::string& target, std::string_view value, std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(text(value));
}
void Command::required(std::string_view name, std::string& target, std::string_view value,
                       std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(text(value) + " REQUIRED")->required();
}
void Command::option(std::string_view name, std::optional<int>& target, std::string_view value,
                     std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(text(value));
}
void Command::repeated(std::string_view name, std::vector<std::string>& target, std::string_view value,
                       std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(text(value) + " ...")->allow_extra_args(false);
}
void Command::several(std::string_view name, std::vector<std::string>& target, std::string_view value,
                      std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(text(value) + " ...");
}
void Command::choice(std::string_view name, std::string& target, const std::vector<std::string>& words,
                     std::string_view help) const {
  app_->add_option(text(name), target, text(help))->option_text(joined(words))->check(CLI::IsMember(words));
}
void Command::required_choice(std::string_view name, std::string& target, const std::vector<std::string>& words,
                              std::string_view help) const {
  app_->add_option(text(name), target, text(help))
      ->option_text(joined(words) + " REQUIRED")
      ->check(CLI::IsMember(words))
      ->required();
}

}  // namespace shomei::cli
