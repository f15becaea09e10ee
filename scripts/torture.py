#!/usr/bin/env python3
"""Breaks flanmoe on purpose and looks whether anything wrong is taken for right, or anything finished is lost.

usage: scripts/torture.py BINARY SHIM [--seconds N] [--short] [--seed N] [--only PATTERN] [--jobs N] [--markdown FILE]
       scripts/torture.py BINARY SHIM --controls     with a removed fsync, lock and cut-back: each must be noticed

BINARY is flanmoe, SHIM the library of tests/torture/fault_shim.cpp. scripts/torture_trials.py says what is done and what
must come of it: the bits of an undisturbed run, or an exit status and a sentence. --short takes a part of each kind, in
about two minutes; without it everything is done once, and what is random goes on until N seconds are over. Exit status
1: something was bad. Trials are named by seed and number, so that one can be repeated by --only.
"""
import argparse
import collections
import fnmatch
import random
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
import torture_hour
import torture_trials


class Tally:
    """Trials tried and bad, by line of the table."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tried = collections.Counter()
        self.kills = collections.Counter()
        self.bad = collections.defaultdict(list)

    def count(self, trial, fault):
        line, name = trial.line, trial.name
        with self.lock:
            self.tried[line] += 1
            self.kills[line] += trial.kills
            if fault:
                self.bad[line].append(f"{name}: {fault}")
                print(f"bad: {line}: {name}: {fault}", file=sys.stderr, flush=True)

    def table(self):
        rows = ["| what | tried | bad |", "|---|---|---|"]
        for line, number in sorted(self.tried.items()):
            kills = f" ({self.kills[line]} kills)" if self.kills[line] else ""
            rows.append(f"| {line} | {number}{kills} | {len(self.bad[line])} |")
        rows.append(f"| all | {sum(self.tried.values())} | {sum(map(len, self.bad.values()))} |")
        return "\n".join(rows)


def run_trial(trial, tally, scratch):
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        fault = trial.run(folder)
    except Exception as error:  # a trial that cannot be done is no trial that went well
        fault = f"the trial itself failed: {error!r}"
    tally.count(trial, fault)
    if not fault:
        shutil.rmtree(folder, ignore_errors=True)


def rounds(arguments, setting):
    """Lists of trials: a part of each kind; or so many of each as an hour must hold, the rest of what can be listed, then
    what is random, again and again."""
    if arguments.short:
        yield torture_trials.all_trials(setting, random.Random(arguments.seed), True)
        return
    yield torture_hour.trials(setting, random.Random(arguments.seed))
    begin = arguments.seed
    while time.time() < arguments.end:
        begin += 1
        yield torture_trials.random_trials(setting, random.Random(begin), False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("shim", type=Path)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--controls", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*", help="pattern of lines")
    parser.add_argument("--jobs", type=int, default=2, help="trials beside each other")
    parser.add_argument("--markdown", type=Path, help="the table goes here, too")
    arguments = parser.parse_args()
    for file in (arguments.binary, arguments.shim):
        if not file.exists():
            parser.error(f"{file}: no such file")
    arguments.end = time.time() + arguments.seconds
    scratch = Path(tempfile.mkdtemp(prefix="flanmoe-torture-")).resolve()
    setting = torture_trials.Setting(arguments.binary.resolve(), arguments.shim.resolve(), scratch)
    if arguments.controls:
        sys.exit(torture_trials.controls(setting, random.Random(arguments.seed)))
    tally = Tally()
    for trials in rounds(arguments, setting):
        chosen = [trial for trial in trials if fnmatch.fnmatch(trial.line, arguments.only)]
        if not chosen:
            break
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for trial in chosen:
                pool.submit(lambda trial=trial: time.time() < arguments.end and run_trial(trial, tally, scratch))
    print(f"seed {arguments.seed}\n{tally.table()}")
    if arguments.markdown:
        arguments.markdown.write_text(tally.table() + "\n")
    bad = sum(map(len, tally.bad.values()))
    if not bad:
        shutil.rmtree(scratch, ignore_errors=True)
    else:
        print(f"{bad} bad; what they left is in {scratch}", file=sys.stderr)
    sys.exit(1 if bad or not tally.tried else 0)


if __name__ == "__main__":
    main()
