#!/usr/bin/env python3
"""Runs two binaries over the same inputs and compares every result to the bit: has a change moved what is computed?

usage: scripts/same_bits.py OLD_BINARY NEW_BINARY [--quick] [--threads N] [--only PATTERN] [--keep FOLDER] [--old-home DIR]
       scripts/same_bits.py BINARY --record FILE [...]    checksums of one binary's results
       scripts/same_bits.py BINARY --against FILE [...]   compares with them: same machine, same threads, same cases
       scripts/same_bits.py BINARY --self-test            are differences found? Another seed, damaged files

scripts/same_bits_cases.py says what runs. Both sides run beside each other, each in a scratch folder. Files are compared
byte by byte, but for what TABLE below names; of standard error nothing is compared. A command that fails is a failure,
on both sides too. Exit status 1: something differs, or a command failed. --quick takes two minutes of one core, all
cases about seven.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True
from same_bits_cases import STUDIES, Case, all_cases, write_files

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 900  # no case may take longer
MACHINE = "finished|computing time|processor|level|vector_code|threads|device|libtorch|cores|system"

# What may differ: (kind, files, what, replacement or None, reason). `files` and `what` are regular expressions.
#   key      a value of .json and .jsonl by its dotted path: dropped, or its path changed
#   line     of texts: dropped, or changed
#   file     not compared, or under another name (`files` is not read)
#   setting  of the commands of cases (`files`), for the old binary: changed
# A renaming goes from the old name to the new one and is done to both sides, so that records of before stop to fit.
TABLE = [
    ("key", r"metrics\.jsonl$", r"^wall_time$", None, "wall time"),
    ("key", r"metrics\.jsonl$", r"^train/(tokens_per_second|loader_wait)$", None, "wall time"),
    ("key", r"/result\.json$", r"^curve\.\d+\.train/loader_wait$", None, "wall time"),
    ("key", r"/result\.json$", r"^timing\b", None, "wall times, peak memory, platform"),
    ("key", r"/study/results\.json$", r"^timing\b", None, "wall times, peak memory, platform, date"),
    ("key", r"/study/results\.json$", r"^command$", None, "as typed"),
    ("key", r"results\.json$", r"^date(_utc)?$", None, "date"),
    ("key", r"(results|config)\.json$", r"^((flanmoe|config)\.)*(version|platform|command|commit)\b", None,
     "version, platform"),
    ("key", r"train_state/state\.json$", r"^platform\b", None, "platform"),
    ("key", r"manifest\.json$", r"^files\.train_state/state\.json\b", None, "checksum of a file that names the platform"),
    ("file", "", r"/(cost\.json|cost-log\.txt|log\.txt|lock)$", None, "wall times, clock; or empty"),
    ("file", "", r"^resume/.*/events/[^/]*$", None, "a file more each time a run goes on"),
    ("file", "", r"/events\.out\.tfevents\.[^/]*$", "/events", "clock, host and process in the name"),
    ("line", r"^data/build/stdout$", r", [\d.]+ s with the reading of the rows", "", "wall time"),
    ("line", r"report\.html$", r"(<td>[\d.]+\s[kMG]?B</td>)<td>[\d.]+\s[kMG]?B</td></tr>$", r"\1", "peak memory"),
    ("line", r"report\.html$", r"(<td>[\d,]+</td><td>(–|[+−]?[\d,]+%)</td>){3}</tr>$", "", "tokens per second"),
    ("line", r"report\.html$", rf'"left">({MACHINE})\b', None, "date, wall time, platform"),
]
EVENT_TIMES = (b"train/tokens_per_second", b"train/loader_wait")  # and the clock of every event


def rules_for(kind, name):
    return [rule for rule in TABLE if rule[0] == kind and re.search(rule[1], name)]


# ---- what a side wrote ----

class Number(str):
    """A number of a JSON file, as it is printed there."""


def parse(text):
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)


def flat(value, path=""):
    """(dotted path, value as printed) of everything in a JSON value."""
    if isinstance(value, (dict, list)) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def without_exceptions(pairs, rules):
    """Pairs of (what rules look at, value)."""
    for text, value in pairs:
        for _, _, what, replacement, _ in rules:
            if replacement is not None:
                text = re.sub(what, replacement, text)
            elif re.search(what, text):
                break
        else:
            yield text, value


def event_values(data):
    """Records of a file of TensorBoard events without their checksums and their clock."""
    position = 0
    while position + 12 <= len(data):
        length, = struct.unpack_from("<Q", data, position)
        record = data[position + 21:position + 12 + length]  # behind the tag and the eight bytes of the time
        if not any(name in record for name in EVENT_TIMES):
            yield record.hex()
        position += length + 16


class Content(NamedTuple):
    """A file as it is compared: by its parts, {place: text}, or by its bytes where parts are None."""
    parts: dict | None
    data: bytes

    def compared(self):
        return self.data if self.parts is None else self.parts

    def checksum(self):
        data = self.data if self.parts is None else json.dumps(self.parts).encode()
        return hashlib.sha256(data).hexdigest()[:32]


def parts_of(data, name):
    """What TABLE leaves of a file, None = it has no exceptions for it."""
    if name.endswith("/events"):
        return {f"event {i}": value for i, value in enumerate(event_values(data))}
    keys, lines = rules_for("key", name), rules_for("line", name)
    if keys and name.endswith(".json"):
        return dict(without_exceptions(flat(parse(data)), keys))
    texts = data.decode(errors="replace").splitlines() if keys or lines else []
    if keys and name.endswith(".jsonl"):
        return {f"line {i}, {key}": value for i, line in enumerate(texts, 1)
                for key, value in without_exceptions(flat(parse(line)), keys)}
    kept = enumerate(without_exceptions(zip(texts, texts), lines), 1)
    return {f"line {i}": line for i, (line, _) in kept} if lines else None


def read(path, name, places):
    """places: the bytes of a path -> what stands for it."""
    data = path.read_bytes()
    if b"\0" not in data:
        for place, word in places.items():
            data = data.replace(place, word)
    try:
        return Content(parts_of(data, name), data)
    except ValueError:  # no JSON
        return Content(None, data)


def contents(folder, name, places):
    """{name: how to read it} of the files that a case wrote."""
    found = {}
    for path in sorted(folder.rglob("*")):
        names = list(without_exceptions([(f"{name}/{path.relative_to(folder)}", "")], rules_for("file", "")))
        if path.is_file() and names:
            found[names[0][0]] = lambda path=path, file=names[0][0]: read(path, file, places)
    return found


# ---- what differs ----

FORMATS = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "I32": "i"}
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4}


def shown(raw, dtype):
    if dtype == "BF16":
        raw, dtype = b"\0\0" + raw, "F32"
    return repr(struct.unpack("<" + FORMATS[dtype], raw)[0]) if dtype in FORMATS else raw.hex()


def first_element(old, new, dtype=""):
    size = SIZES.get(dtype, 1)
    for i in range(0, min(len(old), len(new)), size):
        a, b = old[i:i + size], new[i:i + size]
        if a != b:
            return f"[{i // size}]: {shown(a, dtype)} | {shown(b, dtype)}"
    return f"s: {len(old)} | {len(new)}"


def tensors_of(data):
    length, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    values = data[8 + length:]
    return {name: (facts["dtype"], facts["shape"], values[slice(*facts["data_offsets"])])
            for name, facts in header.items() if name != "__metadata__"}


def tensor_difference(old, new):
    old, new = tensors_of(old), tensors_of(new)
    if set(old) != set(new):
        return f"tensors {sorted(set(old) - set(new))} | {sorted(set(new) - set(old))}"
    differ = [name for name in old if old[name] != new[name]]
    if not differ:
        return "the same tensors; their order, header or padding differs"
    name = differ[0]
    (dtype, shape, values), (new_dtype, new_shape, new_values) = old[name], new[name]
    what = f"{len(differ)} of {len(old)} tensors, first {name}"
    if (dtype, shape) != (new_dtype, new_shape):
        return f"{what}: {dtype} {shape} | {new_dtype} {new_shape}"
    return what + first_element(values, new_values, dtype)


def around_difference(text, other):
    same = len(os.path.commonprefix([text, other]))
    start = max(0, same - 40)
    return ("..." if start else "") + text[start:start + 100] + ("..." if len(text) > start + 100 else "")


def part_difference(old, new):
    for place in [*old, *(place for place in new if place not in old)]:
        a, b = old.get(place, "(absent)"), new.get(place, "(absent)")
        if a != b:
            return f"{place}: {around_difference(a, b)} | {around_difference(b, a)}"
    return "order or blanks"


def any_parts(data):
    """Values or lines of a file that is compared by its bytes."""
    text = data.decode()
    try:
        return dict(flat(parse(text)))
    except ValueError:
        return {f"line {i}": line for i, line in enumerate(text.splitlines(), 1)}


def difference(old, new, name):
    """What differs first between two contents, "" = nothing."""
    if old.compared() == new.compared():
        return ""
    if old.parts is not None and new.parts is not None:
        return part_difference(old.parts, new.parts)
    try:
        if name.endswith(".safetensors"):
            return tensor_difference(old.data, new.data)
        return part_difference(any_parts(old.data), any_parts(new.data))
    except (ValueError, struct.error):  # neither of them
        return "byte" + first_element(old.data, new.data)


def in_order(names):
    return sorted(names, key=lambda name: (name.endswith("/manifest.json"), name))  # which holds checksums


def differences(old, new):
    """(file, what differs first) of two sets of files."""
    for name in in_order(set(old) | set(new)):
        if name not in old or name not in new:
            yield name, f"only the {'old' if name in old else 'new'} binary wrote it"
        elif text := difference(old[name](), new[name](), name):
            yield name, text


def record_differences(then, now):
    """The same of two sets of checksums."""
    for name in in_order(set(then) | set(now)):
        if name not in then or name not in now:
            yield name, "only the record has it" if name in then else "not in the record"
        elif then[name] != now[name]:
            yield name, f"checksum {then[name][:12]} | {now[name][:12]}"


# ---- running ----

class Side:
    """One binary in its scratch folder."""

    def __init__(self, name, binary, home, folder, threads, seed=1):
        self.name, self.binary, self.home, self.folder = name, Path(binary).resolve(), home, folder
        self.process = None
        if not os.access(self.binary, os.X_OK) or self.binary.is_dir():
            sys.exit(f"same_bits: {binary} is no program")
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/flanmoe").symlink_to(self.binary)
        data = ROOT.parent / "shared/data"
        if data.is_dir():
            (folder / "real_data").symlink_to(data.resolve())
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "MKL_", "FLANMOE_"))}
        self.environment = {**kept, "OMP_NUM_THREADS": str(threads), "FLANMOE_HOME": str(home), "LC_ALL": "C.UTF-8",
                            "seed": str(seed), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        self.places = {str(folder.resolve()).encode(): b"SCRATCH", str(home).encode(): b"HOME"}
        self.configs = {study: self.config_of(study) for study in STUDIES}
        write_files(folder, home, self.configs)

    def config_of(self, study):
        done = subprocess.run([self.binary, "study", study, "--print-config"], env=self.environment,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"same_bits: {self.binary}: the study '{study}' cannot be read\n{done.stderr}")
        return done.stdout

    def run(self, case):
        """What went wrong, "" = nothing."""
        text = case.text
        for _, _, what, replacement, _ in rules_for("setting", case.name) if self.name == "old" else []:
            text = re.sub(what, replacement, text)
        here, log = self.folder / case.name, self.folder / "logs" / (case.name.replace("/", ".") + ".txt")
        for folder in (here, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with open(here / "stdout", "wb") as out, open(log, "wb") as errors:
            self.process = subprocess.Popen(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder,
                                            env={**self.environment, "here": case.name}, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=errors, start_new_session=True)
            try:
                status = self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self.stop()
                return f"longer than {SECONDS} s"
        if status == 0:
            return ""
        return f"exit status {status}: " + " / ".join(log.read_text(errors="replace").splitlines()[-3:])

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def files(self, case):
        return contents(self.folder / case.name, case.name, self.places)

    def checksums(self, case):
        return {file: content().checksum() for file, content in self.files(case).items()}


class Verdict(NamedTuple):
    case: Case
    seconds: float
    faults: list       # what went wrong while running
    differences: list  # (file, what differs first)

    def good(self):
        return not self.faults and not self.differences

    def tell(self):
        print(f"{'same' if self.good() else 'DIFFERS':8} {self.seconds:6.1f} s  {self.case.name}")
        for fault in self.faults:
            print(f"{'':19}{fault}")
        for file, text in self.differences[:1]:
            more = f" (and {len(self.differences) - 1} files more)" if len(self.differences) > 1 else ""
            print(f"{'':19}{file}: {text}{more}")
        sys.stdout.flush()


def run_cases(sides, cases, find):
    """Runs each case on every side, beside each other; find(case) gives its differences."""
    with ThreadPoolExecutor(len(sides)) as pool:
        try:
            for case in cases:
                start = time.monotonic()
                faults = zip(sides, list(pool.map(lambda side: side.run(case), sides)))
                seconds = time.monotonic() - start
                yield Verdict(case, seconds, [f"{side.name} binary: {fault}" for side, fault in faults if fault],
                              list(find(case)))
        finally:
            for side in sides:
                side.stop()


def told(verdicts):
    """Prints verdicts as they come, then their number; the exit status."""
    passed = failed = 0
    for verdict in verdicts:
        verdict.tell()
        passed, failed = passed + verdict.good(), failed + (not verdict.good())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def compare(old, new, cases):
    return told(run_cases([old, new], cases, lambda case: differences(old.files(case), new.files(case))))


# ---- records ----

def machine(arguments):
    """What the bits of a record depend on."""
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"processor": names[0] if names else "unknown", "threads": arguments.threads, "quick": arguments.quick}


def record(side, cases, arguments):
    found = {}

    def keep(case):
        found[case.name] = side.checksums(case)
        return []

    failed = [verdict for verdict in run_cases([side], cases, keep) if not verdict.good()]
    for verdict in failed:
        verdict.tell()
    if failed:
        print(f"{arguments.record}: not written, {len(failed)} cases failed")
        return 1
    Path(arguments.record).write_text(json.dumps({"made_on": machine(arguments), "cases": found}, indent=1) + "\n")
    print(f"{arguments.record}: {len(found)} cases, {sum(map(len, found.values()))} files")
    return 0


def compare_with_record(side, cases, arguments):
    kept = json.loads(Path(arguments.against).read_text())
    if kept["made_on"] != machine(arguments):
        sys.exit(f"same_bits: {arguments.against} was made with {kept['made_on']}, this is {machine(arguments)}")

    def verdicts():
        then = kept["cases"]
        yield from run_cases([side], cases, lambda case: record_differences(then.get(case.name, {}), side.checksums(case)))
        names = {case.name for case in cases}
        for name in then:
            if name not in names and arguments.only == "*":
                yield Verdict(Case(name, ""), 0, ["the record has this case, now there is none"], [])

    return told(verdicts())


# ---- are differences found? ----

def flipped(place):
    def flip(data):
        return data[:place] + bytes([data[place] ^ 1]) + data[len(data) + place + 1 if place < 0 else place + 1:]
    return flip


def changed(pattern, replacement):
    return lambda data: re.sub(pattern.encode(), replacement.encode(), data, count=1)


# What is done to a copy of a case's files: (case, file, change or None = removed, must it be found?, what it is).
PRETRAIN, STATE = "train/gshard/pretrain", "run/checkpoints/*/train_state"
DAMAGE = [
    (PRETRAIN, "run/checkpoints/*/model.safetensors", flipped(-4), True, "the last bit of a weight"),
    (PRETRAIN, f"{STATE}/optimizer.safetensors", flipped(-4), True, "the last bit of a moment"),
    (PRETRAIN, f"{STATE}/optimizer.safetensors", None, True, "a file is missing"),
    (PRETRAIN, f"{STATE}/state.json", changed('"loss_sum"', '"sum"'), True, "a key has another name"),
    (PRETRAIN, f"{STATE}/state.json", changed(r'"threads": \d+', '"threads": 64'), False, "a platform"),
    (PRETRAIN, "run/metrics.jsonl", changed(r'(gradient_norm":[\d.]*)', r"\g<1>1"), True, "a digit of a gradient norm"),
    (PRETRAIN, "run/metrics.jsonl", changed('"wall_time":', '"wall_time":9'), False, "a wall time"),
    (PRETRAIN, "run/events/*", flipped(-5), True, "a bit of a value in the events"),
    (PRETRAIN, "run/events/*", flipped(14), False, "a bit of their clock"),
    ("generate/gshard/json", "greedy.jsonl", changed(r'(log_probability":-[\d.]*)', r"\g<1>1"), True,
     "a digit of a log-probability"),
    ("eval/gshard/both", "out/results.json", changed('"alias"', '"name"'), True, "a key has another name"),
    ("eval/gshard/both", "out/results.json", changed('"date": ', '"date": 1'), False, "a date"),
    ("eval/gshard/both", "out/samples/qa_passage_answer.jsonl", lambda data: data[:data.rindex(b'{"task')], True,
     "a line is missing"),
    ("study/smoke", "study/cells/switch/seed-1/instruct/result.json", changed('"score": ', '"score": 1'), True, "a score"),
    ("study/smoke", "study/report.html", changed("Switch top-1", "Switch"), True, "a word of the report"),
    ("world/small", "data/corpus/facts.jsonl", flipped(100), True, "a bit of a text"),
]


def damage_is_wrong(side, row):
    case, pattern, change, expected, what = row
    original = side.folder / case
    with tempfile.TemporaryDirectory(dir=side.folder) as top:
        copy = Path(shutil.copytree(original, Path(top) / "copy"))
        file, = copy.glob(pattern)
        before = file.read_bytes()
        if change is None:
            file.unlink()
        else:
            file.write_bytes(change(before))
        touched = change is None or file.read_bytes() != before
        found = list(differences(contents(original, case, side.places), contents(copy, case, side.places)))
    wrong = not touched or len(found) != expected
    print(f"{'WRONG' if wrong else 'right'}: {what}: " + (": ".join(found[0]) if found else f"{case}/{pattern}: same"))
    return wrong


def self_test(old, new, cases):
    """`new` is the same binary with another seed: what depends on it must differ, nothing else may."""
    changed_on_purpose = r"^(seed:|  *learning_rate: 0\.03)"
    TABLE.append(("line", r"config\.yaml$", changed_on_purpose, None, "changed for this test"))
    wrong = 0
    for verdict in run_cases([old, new], cases, lambda case: differences(old.files(case), new.files(case))):
        files = {Path(file).name for file, _ in verdict.differences}
        trained = re.match(r"(train|mixture|variant|resume|study)/", verdict.case.name)
        needed = {"model.safetensors", "optimizer.safetensors", "metrics.jsonl"} if trained else set()
        right = not verdict.faults and bool(files) == verdict.case.seeded and files >= needed
        wrong += not right
        print(f"{'right' if right else 'WRONG'}:", end=" ")
        verdict.tell()
    wrong += sum(damage_is_wrong(old, row) for row in DAMAGE)
    print(f"{len(cases) + len(DAMAGE) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


# ---- the command line ----

def chosen(cases, pattern):
    """The cases whose names fit, and those whose files they read."""
    wanted = {case.name for case in cases if fnmatch(case.name, pattern)}
    if not wanted:
        sys.exit(f"same_bits: no case fits '{pattern}'")
    for case in reversed(cases):
        if any(case.name + "/" in other.text for other in cases if other.name in wanted):
            wanted.add(case.name)
    return [case for case in cases if case.name in wanted]


def arguments_of():
    parser = argparse.ArgumentParser(description="Compares what two binaries compute, to the bit.")
    parser.add_argument("binaries", nargs="+", metavar="BINARY", help="the old and the new one; one for the next three")
    parser.add_argument("--record", metavar="FILE", help="write the checksums of one binary's results")
    parser.add_argument("--against", metavar="FILE", help="compare one binary with such a file")
    parser.add_argument("--self-test", action="store_true", help="show with one binary that differences are found")
    parser.add_argument("--quick", action="store_true", help="fewer cases and fewer steps; all arms")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of each process (default 1)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="cases of such names ('eval/*') and what they need")
    parser.add_argument("--keep", metavar="FOLDER", help="a new folder for all that is written (default: none is kept)")
    parser.add_argument("--old-home", type=Path, default=ROOT, metavar="DIR",
                        help="source tree of the old binary: configs/, tasks/ (default: this one)")
    parser.add_argument("--list", action="store_true", help="show the cases and their commands")
    arguments = parser.parse_args()
    alone = bool(arguments.record) + bool(arguments.against) + arguments.self_test
    if alone > 1 or len(arguments.binaries) != (1 if alone else 2):
        parser.error("expected two binaries, or one and --record, --against or --self-test")
    arguments.quick = arguments.quick or arguments.self_test
    return arguments


def run(arguments, folder):
    is_new = bool(arguments.against)
    first = Side("new" if is_new else "old", arguments.binaries[0], ROOT if is_new else arguments.old_home.resolve(),
                 folder / "first", arguments.threads)
    has_real_data = (first.folder / "real_data").exists()
    cases = chosen(all_cases(first.home, first.configs, arguments.quick, has_real_data), arguments.only)
    if arguments.list:
        for case in cases:
            print(f"{case.name}\n{textwrap.indent(case.text, '    ')}")
        return 0
    if arguments.record:
        return record(first, cases, arguments)
    if arguments.against:
        return compare_with_record(first, cases, arguments)
    second = Side("new", arguments.binaries[-1], ROOT, folder / "second", arguments.threads,
                  seed=2 if arguments.self_test else 1)
    return (self_test if arguments.self_test else compare)(first, second, cases)


def main():
    arguments = arguments_of()
    if arguments.keep and Path(arguments.keep).exists():
        sys.exit(f"same_bits: {arguments.keep} exists already")
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="flanmoe-bits-")).absolute()
    try:
        return run(arguments, folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
