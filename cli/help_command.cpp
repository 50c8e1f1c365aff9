#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/output.h"

namespace shomei::cli {
namespace {

std::vector<const CLI::App*> below(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string path_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : path_of(*app.get_parent()) + " " + app.get_name();
}

/// Words that may follow: sub-commands and long options.
std::string words_after(const CLI::App& app) {
  std::string words;
  for (const CLI::App* sub : below(app)) {
    words += sub->get_name() + " ";
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      words += "--" + name + " ";
    }
  }
  words.erase(words.find_last_not_of(' ') + 1);
  return words;
}

void print_cases(const CLI::App& app) {
  print("    '{}') words='{}' ;;\n", path_of(app), words_after(app));
  for (const CLI::App* sub : below(app)) {
    print_cases(*sub);
  }
}

/// Follows the words typed so far as long as they name commands; offers what may come next, and file names.
Result<ExitStatus> completion(const CLI::App& app, const std::string& shell) {
  if (shell != "bash") {
    return fail(Code::kUsage, "only bash is known, not " + shell);
  }
  print_text(
      "_shomei() {\n  local path=shomei i words current=${COMP_WORDS[COMP_CWORD]}\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$path ${COMP_WORDS[i]}\" in\n");
  std::string paths;
  const auto collect = [&](const auto& self, const CLI::App& at) -> void {
    for (const CLI::App* sub : below(at)) {
      paths += (paths.empty() ? "'" : "|'") + path_of(*sub) + "'";
      self(self, *sub);
    }
  };
  collect(collect, app);
  print("      {}) path=\"$path ${{COMP_WORDS[i]}}\" ;;\n    esac\n  done\n  case \"$path\" in\n", paths);
  print_cases(app);
  print_text(
      "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _shomei shomei\n");
  return ExitStatus::kDone;
}

/// roff: backslashes and leading dots or quotes have meanings of their own.
std::string roff(std::string_view text) {
  std::string escaped;
  bool start = true;
  for (const char c : text) {
    if (start && (c == '.' || c == '\'')) {
      escaped += "\\&";
    }
    escaped += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
    start = c == '\n';
  }
  return escaped;
}

void print_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name(false, true);
    if (name != "-h,--help" && option->get_lnames() != std::vector<std::string>{"version"}) {
      const std::string value = option->get_option_text();
      print(".TP\n\\fB{}\\fR {}\n{}\n", roff(name), roff(value), roff(option->get_description()));
    }
  }
}

void print_section(const CLI::App& app) {
  if (below(app).empty()) {
    print(".SS \"{}\"\n{}.\n", roff(path_of(app)), roff(app.get_description()));
    print_options(app);
    print(".PP\n.nf\n{}\n.fi\n", roff(app.get_footer()));
    return;
  }
  if (app.get_parent() != nullptr) {
    print(".SS \"{}\"\n{}.\n", roff(path_of(app)), roff(app.get_description()));
    print_options(app);
  }
  for (const CLI::App* sub : below(app)) {
    print_section(*sub);
  }
}

Result<ExitStatus> manual(const CLI::App& app) {
  print_text(
      ".TH SHOMEI 1\n.SH NAME\nshomei \\- login and signatures with the HPKI card\n.SH SYNOPSIS\n"
      ".B shomei\n.I COMMAND\n.RI [ OPTION... ]\n.SH COMMANDS\n");
  print_section(app);
  print_text(
      ".SH EXIT STATUS\n.TP\n0\ndone, or a positive verdict\n.TP\n1\na negative verdict, refused, or some of many "
      "failed\n"
      ".TP\n2\nindeterminate\n.TP\n64\nwrong use\n.TP\n65\nunreadable input\n.TP\n69\nsomething needed is not there "
      "(reader, server)\n"
      ".TP\n70\na fault of this software\n.TP\n77\nnot permitted (PIN, role)\n.SH "
      "ENVIRONMENT\n.TP\nSHOMEI_AGENT_SOCKET\n"
      "the agent's socket, instead of $XDG_RUNTIME_DIR/shomei/agent.sock\n.TP\nLC_ALL, LC_MESSAGES, LANG\nlanguage of "
      "messages\n");
  return ExitStatus::kDone;
}

}  // namespace

void add_help_commands(const Command& top) {
  const CLI::App* app = top.native();
  const auto shell = std::make_shared<std::string>();
  top.add("completion", "Print a completion script for the shell", {"source <(shomei completion bash)"},
          [app, shell](const Context&) { return completion(*app, *shell); })
      .operand("SHELL", *shell, "bash");
  top.add("manual", "Print the manual page (roff)", {"shomei manual | man -l -"},
          [app](const Context&) { return manual(*app); });
}

}  // namespace shomei::cli
