#!/usr/bin/env python3
"""What scripts/docs_pages.py takes for a command, and what becomes of it."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from docs_commands import Planner, mentioned
from docs_pages import commands_of


def texts(*lines):
    return [command.text for command in commands_of("page.md", "\n".join(lines))]


class Extraction(unittest.TestCase):
    def test_lines_of_indented_blocks(self):
        self.assertEqual(texts("Text:", "", "    flanmoe data make --out w", "    a drawing -> of parts", "    make study",
                               "", "    flanmoe eval M"), ["flanmoe data make --out w", "make study", "flanmoe eval M"])

    def test_text_that_goes_on_is_no_block(self):
        self.assertEqual(texts("- an item whose text goes on", "    flanmoe data make --out w"), [])

    def test_lines_of_fenced_blocks(self):
        self.assertEqual(texts("```sh", "make test", "```", "", "```yaml", "name: make", "```"), ["make test"])

    def test_a_fence_inside_a_longer_fence_is_text(self):
        self.assertEqual(texts("````", "```", "make test", "```", "````", "`make lint`"), ["make test", "make lint"])

    def test_lines_that_go_on(self):
        self.assertEqual(texts("    flanmoe eval M \\", "      --json", "    make lint"),
                         ["flanmoe eval M \\\n--json", "make lint"])
        self.assertEqual(texts("    printf 'a", "    b' > c", "    make lint"), ["printf 'a\nb' > c", "make lint"])

    def test_remarks_go_and_quotes_stay(self):
        self.assertEqual(texts("    make study   # isn't long"), ["make study"])
        self.assertEqual(texts("    flanmoe score M '# one' \"b # c\" d#e"), ["flanmoe score M '# one' \"b # c\" d#e"])

    def test_pipes_variables_and_scripts(self):
        lines = ["echo hi | flanmoe generate M", "OMP_NUM_THREADS=1 build/flanmoe --help", "bench/bench_decode.py b",
                 "python3 tests/eval/recompute.py f", "scripts/lint.sh", "export PATH=b",
                 "source <(flanmoe completion bash)", "apt-get install make"]
        self.assertEqual(texts("", *["    " + line for line in lines]), lines)

    def test_inline_code(self):
        self.assertEqual(texts("`flanmoe study full`, `make test` and `flanmoe data show", "FILE` are commands."),
                         ["flanmoe study full", "make test", "flanmoe data show FILE"])

    def test_names_of_verbs_files_and_fragments_are_no_commands(self):
        self.assertEqual(texts("`flanmoe`, `flanmoe data make`, `build/flanmoe`, `--json`, `bench/RESULTS.md`, "
                               "`tests/eval`, `scripts/lint.sh`, `make`, `flanmoe train ...`, `data show`, "
                               "`build/flanmoe-old x`"), [])

    def test_pages_and_lines_are_told_in_order(self):
        found = commands_of("docs/a.md", "Say\n`make lint`.\n\n    make test\n\n`make bench` | `make fuzz`\n")
        self.assertEqual([(command.page, command.line, command.text) for command in found],
                         [("docs/a.md", 2, "make lint"), ("docs/a.md", 4, "make test"), ("docs/a.md", 6, "make bench"),
                          ("docs/a.md", 6, "make fuzz")])


class Plans(unittest.TestCase):
    def plan(self, *lines):
        planner = Planner()
        return [planner.plan(command) for command in commands_of("page.md", "\n".join(lines))]

    def test_placeholders_are_filled_in(self):
        [plan] = self.plan("    flanmoe inspect MODEL")
        self.assertEqual((plan.text, plan.fault, plan.skip), ("flanmoe inspect any-model", "", ""))

    def test_what_nothing_stands_for_is_a_fault(self):
        for line in ("flanmoe inspect STRANGER", "flanmoe eval ... --json", "flanmoe inspect [STRANGERS...]",
                     "flanmoe train pretrain data=STRANGER"):
            self.assertIn("nothing stands for", self.plan("    " + line)[0].fault, line)
        self.assertEqual(self.plan("    flanmoe score M 'Wait ...' a")[0].fault, "")

    def test_a_mention_does_not_run_again_but_a_block_does(self):
        plans = self.plan("    build/flanmoe study full", "", "See `flanmoe study full`.", "", "    flanmoe study full")
        self.assertEqual([plan.skip for plan in plans], ["", "stands at page.md:1", ""])

    def test_skips_and_other_exit_statuses(self):
        self.assertTrue(self.plan("`make test`")[0].skip)
        self.assertEqual(self.plan("    flanmoe data check small --against mmlu")[0].status, 3)
        self.assertEqual(self.plan("    flanmoe data list")[0].status, 0)

    def test_stand_ins_are_what_a_command_reads(self):
        self.assertEqual(mentioned("flanmoe init x --tokenizer spiece.model --out flan-t5-base"),
                         ["spiece.model"])
        self.assertEqual(mentioned("cat ../t5_spiece.model a/prompts.jsonl > corpus.txt"), [])
        self.assertEqual(mentioned("flanmoe inspect flan-t5-base/config.json"), ["flan-t5-base"])


if __name__ == "__main__":
    unittest.main()
