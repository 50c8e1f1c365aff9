#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/context.h"

namespace CLI {
class App;
}

namespace shomei::cli {

/// What a command does once its arguments are read: the exit status, or the Error to report.
using Action = std::function<Result<ExitStatus>(const Context&)>;

/// Where commands are declared: a thin face on CLI11, so that one file pays for its header and all commands look alike.
/// Targets must live as long as the program's run; commands keep theirs in a shared_ptr that the action holds.
class Command {
 public:
  /// What the chosen command leaves behind for `run`.
  struct Choice {
    Context context;
    Action action;
  };
  Command(CLI::App* app, Choice* choice) : app_(app), choice_(choice) {}

  /// A command that only groups others.
  Command group(std::string_view name, std::string_view help) const;
  /// For a group: its options may also stand behind the commands below it. Call before adding those.
  void share_options() const;
  /// A command that does something. Gets --json and --lang.
  Command add(std::string_view name, std::string_view help, std::initializer_list<std::string_view> examples,
              Action action) const;

  void operand(std::string_view name, std::string& target, std::string_view help) const;
  void optional_operand(std::string_view name, std::string& target, std::string_view help) const;
  void operands(std::string_view name, std::vector<std::string>& target, std::string_view help) const;
  void flag(std::string_view name, bool& target, std::string_view help) const;
  /// `value`: what stands for the value in the help ("FILE").
  void option(std::string_view name, std::string& target, std::string_view value, std::string_view help) const;
  void required(std::string_view name, std::string& target, std::string_view value, std::string_view help) const;
  void option(std::string_view name, std::optional<int>& target, std::string_view value, std::string_view help) const;
  /// May be given several times, each with one value.
  void repeated(std::string_view name, std::vector<std::string>& target, std::string_view value,
                std::string_view help) const;
  /// Takes all words up to the next option.
  void several(std::string_view name, std::vector<std::string>& target, std::string_view value,
               std::string_view help) const;
  /// One of `words`; an empty target is the choice of nobody.
  void choice(std::string_view name, std::string& target, const std::vector<std::string>& words,
              std::string_view help) const;
  void required_choice(std::string_view name, std::string& target, const std::vector<std::string>& words,
                       std::string_view help) const;

  CLI::App* native() const { return app_; }

 private:
  CLI::App* app_;
  Choice* choice_;
};

}  // namespace shomei::cli
