"""Every command has help with an example; the manual page and the completion know every command."""

import subprocess
import unittest

from command import CommandTest, process, shomei

TOP = ["card", "login", "logout", "whoami", "sign", "extend", "verify", "certificate", "crl", "ocsp", "token", "admin", "diagnose", "completion", "manual"]


def commands_below(path: tuple[str, ...]) -> list[str]:
    """The names under "Subcommands:" of a help text."""
    text = shomei(*path, "--help").out
    part = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
    return [line.split()[0] for line in part.splitlines() if line.startswith("  ") and not line.startswith("   ")]


def all_leaves(path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = commands_below(path)
    return [leaf for name in below for leaf in all_leaves((*path, name))] if below else [path]


class HelpTest(CommandTest):
    def test_commands_of_the_design_are_there(self) -> None:
        self.assertEqual(commands_below(()), TOP)

    def test_every_command_shows_an_example_of_itself(self) -> None:
        leaves = all_leaves()
        self.assertGreater(len(leaves), 30)
        for leaf in leaves:
            with self.subTest(leaf=leaf):
                done = shomei(*leaf, "--help")
                self.assertEqual(done.status, 0)
                self.assertIn("--json", done.out)
                examples = done.out.partition("\nExamples:\n")[2]
                self.assertIn("shomei " + " ".join(leaf), examples)

    def test_manual_page_in_the_repository_is_what_the_program_prints(self) -> None:
        committed = (process.REPOSITORY / "docs/man/shomei.1").read_text(encoding="utf-8")
        self.assertEqual(committed, shomei("manual").out, "write it anew: shomei manual > docs/man/shomei.1")
        for leaf in all_leaves():
            self.assertIn('.SS "shomei ' + " ".join(leaf).replace("-", "\\-") + '"', committed)

    def test_completion_offers_commands_and_options(self) -> None:
        script = self.folder / "completion"
        script.write_text(shomei("completion", "bash").out)
        for words, wanted in (("shomei ", "verify"), ("shomei cer", "certificate"), ("shomei certificate ", "validate"),
                              ("shomei certificate validate x --tr", "--trust"), ("shomei admin person ", "link")):
            last = words.rpartition(" ")[2]
            array = " ".join(f"'{word}'" for word in [*words.split()[: None if last else len(words.split())], *([] if last else [""])])
            line = f"source {script}; COMP_WORDS=({array}); COMP_CWORD=$(({{count}} - 1)); _shomei; echo ${{COMPREPLY[@]}}"
            count = len(words.split()) + (0 if last else 1)
            done = subprocess.run(["bash", "-c", line.replace("{count}", str(count))], capture_output=True, text=True, check=False)
            self.assertIn(wanted, done.stdout.split(), (words, done.stderr))

    def test_version(self) -> None:
        self.assertRegex(shomei("--version").out, r"^shomei \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
