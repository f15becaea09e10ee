#!/usr/bin/env python3
"""Runs every command that README.md and docs/*.md show, page by page, in a copy of the tree as a new clone holds it.

usage: scripts/docs_commands.py [BUILD_FOLDER] [--page NAME] [--list] [--keep]

scripts/docs_pages.py says what a command is. Inline code that was seen before is a mention and does not run again, nor
does a target of make, which needs nothing that a page has written before. docs/LOG.md and docs/results/ are not read:
they record what was run once, at full size.

Commands run in bash as written, but for what scripts/docs_commands_table.py says: what stands for MODEL and for models
of others, which trainings are cut short, which commands do not run here, which exit status other than 0 is right. An
entry of these tables that nothing uses any more is a failure, and so is a placeholder that none of them fills in.
"""
import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True
from docs_commands_table import CUTS, FILLED_IN, SKIPPED, STAND_INS, STATUS, STUBS, VARIABLES
from docs_pages import Command, commands_of

ROOT = Path(__file__).resolve().parent.parent
RECORDS = {"docs/LOG.md"}
SECONDS = 600  # no command may take longer
OF_MAKE = ("MAKE", "MFLAGS", "FLANMOE", "PRESET", "JOBS", "BUILD", "DATA", "RUNS")  # variables that stay outside


class Plan(NamedTuple):
    """What becomes of a command."""
    command: Command
    text: str           # as it runs
    reasons: list = []  # of what differs from the page
    skip: str = ""      # why it does not run
    fault: str = ""     # why it cannot
    status: int = 0     # right exit status


def fault_in(text):
    """Why a command cannot run as it is, "" = it can."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError as error:
        return str(error)
    left = [word for word in words if re.fullmatch(r"\[?[A-Z][A-Z_]+(\.\.\.)?\]?|\S*\.\.\.|\S+=[A-Z][A-Z_]+", word)]
    return f"nothing stands for {', '.join(left)}" if left else ""


class Planner:
    """Puts the tables over the commands of pages and remembers which entries were used."""

    def __init__(self):
        self.seen, self.used = {}, set()

    def plan(self, command):
        key = command.text.removeprefix("build/")
        if key in self.seen and (command.inline or key.startswith("make ")):
            return Plan(command, command.text, skip=f"stands at {self.seen[key]}")
        self.seen[key] = f"{command.page}:{command.line}"
        for pattern, reason in SKIPPED:
            if re.search(pattern, command.text):
                self.used.add(pattern)
                return Plan(command, command.text, skip=reason)
        text, reasons, status = command.text, [], 0
        for pattern, replacement, reason in FILLED_IN + CUTS:
            changed = re.sub(pattern, replacement, text)
            if changed != text:
                text = changed
                reasons.append(reason)
                self.used.add(pattern)
        for pattern, number, _ in STATUS:
            if re.search(pattern, text):
                status = number
                self.used.add(pattern)
        self.used.update(mentioned(text))
        return Plan(command, text, reasons, fault=fault_in(text), status=status)

    def unused(self):
        used = set(self.used)
        for name in reversed(STAND_INS):  # one needs those above it
            used.update(needed_by(name) if name in used else [])
        names = [row[0] for table in (SKIPPED, FILLED_IN, CUTS, STATUS) for row in table] + list(STAND_INS)
        return [name for name in names if name not in used]


def mentioned(text):
    """Stand-ins that a command reads."""
    written = re.sub(r"(--out|--output|>) *\S+", "", text)
    return [name for name in STAND_INS if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w-]|\.\w)", written)]


def needed_by(stand_in):
    return [name for name in mentioned(STAND_INS[stand_in]) if name != stand_in]


class Copies:
    """Copies of the tree, one per page, beside a link to the original's ../shared/data, and a store of stand-ins."""

    def __init__(self, build):
        self.build = build.resolve()
        self.top = Path(tempfile.mkdtemp(prefix="flanmoe-docs-"))
        self.store = self.top / "stand-ins"
        self.store.mkdir()
        self.data = ROOT.parent / "shared/data"
        if self.data.is_dir():
            (self.top / "shared").mkdir()
            (self.top / "shared/data").symlink_to(self.data.resolve())
        self.files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True,
                                    text=True).stdout.split("\0")[:-1]
        self.home = self.new("home")

    def new(self, name):
        """Tracked files as they are now, and build/ with the given binary."""
        folder = self.top / name
        for file in self.files:
            if (ROOT / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, folder / file)
        for file in STUBS:
            (folder / file).write_text('#!/bin/sh\necho "not here: the binary is given"\n')
        (folder / "build").mkdir()
        (folder / "build/flanmoe").symlink_to(self.build / "flanmoe")
        return folder

    def environment(self, home):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_MAKE)}
        return {"OMP_NUM_THREADS": "1", **kept, **VARIABLES, "TREE": str(ROOT), "FLANMOE_HOME": str(home),
                "PATH": f"{home / 'build'}:{os.environ['PATH']}"}

    def run(self, text, folder, home):
        """(exit status, output); 124 = too long."""
        process = subprocess.Popen(["bash", "-c", text], cwd=folder, env=self.environment(home), text=True, errors="replace",
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        try:
            output, _ = process.communicate(timeout=SECONDS)
            return process.returncode, output
        except subprocess.TimeoutExpired as expired:
            return 124, f"{(expired.output or b'').decode(errors='replace')}\nlonger than {SECONDS} s"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def provide(self, names, folder):
        """Puts stand-ins into a folder, made once in the store; what went wrong, "" = nothing."""
        for name in names:
            if (folder / name).exists():
                continue
            if not (self.store / name).exists():
                fault = self.provide(needed_by(name), self.store)
                if fault:
                    return fault
                status, output = self.run(STAND_INS[name], self.store, self.home)
                if status != 0:
                    return f"no stand-in for {name}: {STAND_INS[name]}\n{output}"
            if folder != self.store:
                (folder / name).symlink_to(self.store / name)
        return ""


def fault_of(plan, copies, folder):
    """Runs a command; what is wrong with it, "" = nothing."""
    if plan.fault:
        return plan.fault
    fault = copies.provide(mentioned(plan.text), folder)
    if fault:
        return fault
    status, output = copies.run(plan.text, folder, folder)
    if status != plan.status:
        tail = "\n".join(output.splitlines()[-20:])
        return f"exit status {status}, expected {plan.status}\n{tail}"
    for written in re.findall(r"--out(?:put)? (\S+)", plan.text):
        if not (folder / written).exists():
            return f"{written} was not written"
    return ""


def indented(text):
    return "".join(f"        {line}\n" for line in text.splitlines())


def tell(word, seconds, plan, more=""):
    place = f"{plan.command.page}:{plan.command.line}"
    print(f"{word:7} {seconds:6.1f} s  {place:24} {plan.command.text.replace(chr(10), ' ')}")
    if plan.text != plan.command.text:
        print(indented(f"as {plan.text}\n({'; '.join(plan.reasons)})"), end="")
    print(indented(more), end="", flush=True)


def pages(asked):
    found = [ROOT / "README.md"] + sorted((ROOT / "docs").glob("*.md"))
    names = [str(page.relative_to(ROOT)) for page in found]
    names = [name for name in names if name not in RECORDS and asked in ("", name, Path(name).name, Path(name).stem)]
    if not names:
        sys.exit(f"docs_commands: no page '{asked}'")
    return names


def list_plans(plans, unused):
    for plan in plans:
        tell("FAIL" if plan.fault else "skipped" if plan.skip else "run", 0, plan, plan.fault or plan.skip)
    for name in unused:
        print(f"FAIL    the entry {name} of scripts/docs_commands_table.py is used by no command")
    return 1 if unused or any(plan.fault for plan in plans) else 0


def run_plans(plans, unused, copies):
    passed = failed = skipped = 0
    folder, page = None, None
    for plan in plans:
        if plan.command.page != page:
            page = plan.command.page
            folder = copies.new(Path(page).stem)
        skip = plan.skip
        if not skip and "../shared/data" in plan.text and not copies.data.is_dir():
            skip = "there is no ../shared/data beside the tree"
        if skip:
            skipped += 1
            tell("skipped", 0, plan, skip)
            continue
        start = time.monotonic()
        fault = fault_of(plan, copies, folder)
        passed, failed = passed + (not fault), failed + bool(fault)
        tell("FAIL" if fault else "pass", time.monotonic() - start, plan, fault)
    for name in unused:
        failed += 1
        print(f"FAIL    the entry {name} of scripts/docs_commands_table.py is used by no command")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="Runs the commands of README.md and docs/*.md.")
    parser.add_argument("build", nargs="?", default="build", help="build folder that holds flanmoe (default build)")
    parser.add_argument("--page", default="", help="one page: README, data, docs/data.md")
    parser.add_argument("--list", action="store_true", help="show what would run, and how; run nothing")
    parser.add_argument("--keep", action="store_true", help="keep the copies and say where they are")
    arguments = parser.parse_args()

    planner = Planner()
    plans = [planner.plan(command) for page in pages(arguments.page)
             for command in commands_of(page, (ROOT / page).read_text(encoding="utf-8"))]
    unused = [] if arguments.page else planner.unused()
    if arguments.list:
        return list_plans(plans, unused)
    build = ROOT / arguments.build
    if not (build / "flanmoe").exists():
        sys.exit(f"docs_commands: there is no {build}/flanmoe; `make build` makes it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the copies go, too
    copies = Copies(build)
    try:
        return run_plans(plans, unused, copies)
    finally:
        if arguments.keep:
            print(f"kept: {copies.top}")
        else:
            shutil.rmtree(copies.top)


if __name__ == "__main__":
    sys.exit(main())
