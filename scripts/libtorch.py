#!/usr/bin/env python3
"""Prints the folder of a libtorch that flanmoe can be built with, and downloads one where there is none.

In this order: $TORCH_DIR; the folder that the last set-up took; python3's own torch; torch by pip into .deps/torch.
pip's usual settings (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS, PIP_CERT, pip.conf, proxies) decide where it
comes from. Where they offer the CPU build it is taken. The ordinary build is for CUDA: then the wheel comes with the two
small libraries that its libtorch_cpu needs (libcudart, libcupti), and without the other 3 GB.
$FLANMOE_DOWNLOADS keeps the downloaded files in that folder, for the next time; otherwise they are deleted when unpacked.
"""
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

VERSION = "2.13.0"   # what is installed
OLDEST = (2, 11)     # what is accepted
PIP = "pip>=25.3"    # takes up broken downloads where they broke, and knows a wheel's needs without downloading it
RETRIES = "20"
DEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".deps")
CACHE = os.path.join(DEPS, "pip-cache")  # for this set-up only: an index without metadata gives a wheel twice


def say(text):
    print(f"setup: {text}", file=sys.stderr, flush=True)


def fail(text):
    say(text)
    sys.exit(2)


def version_of(folder):
    """(major, minor) of the libtorch in `folder`, (0, 0) when it says none that we can read."""
    try:
        with open(os.path.join(folder, "include/torch/headeronly/version.h")) as file:
            numbers = dict(re.findall(r"define TORCH_VERSION_(MAJOR|MINOR) (\d+)", file.read()))
        return int(numbers["MAJOR"]), int(numbers["MINOR"])
    except (OSError, KeyError):
        return 0, 0


def why_not(folder):
    """Why flanmoe cannot be built with `folder`; "" when it can."""
    library = os.path.join(folder, "lib/libtorch_cpu.so")
    if not os.path.isfile(library) or not os.path.isfile(os.path.join(folder, "include/ATen/ATen.h")):
        return "holds no lib/libtorch_cpu.so and include/ATen/ATen.h; expected a libtorch folder"
    if version_of(folder) < OLDEST:
        found = ".".join(map(str, version_of(folder))) if version_of(folder) > (0, 0) else "of an unknown version"
        return f"holds libtorch {found}; expected {'.'.join(map(str, OLDEST))} or newer"
    needs = subprocess.run(["ldd", library], capture_output=True, text=True).stdout
    missing = re.findall(r"(\S+) => not found", needs)
    if missing:
        return f"needs {', '.join(missing)}, which this machine does not find"
    return ""


def python_torch():
    """The folder of python3's own torch; None when it has none."""
    spec = importlib.util.find_spec("torch")
    return os.path.dirname(spec.origin) if spec and spec.origin else None


def find():
    if os.environ.get("TORCH_DIR"):
        folder = os.path.abspath(os.environ["TORCH_DIR"])
        reason = why_not(folder)
        if reason:
            fail(f"TORCH_DIR={folder} {reason}")
        return folder
    try:
        with open(os.path.join(DEPS, "torch_dir")) as file:
            folder = file.read().strip()
        if folder and not why_not(folder):
            return folder
    except OSError:
        pass
    folder = python_torch()
    if folder:
        reason = why_not(folder)
        if not reason:
            return folder
        say(f"python3's torch in {folder} is not taken: it {reason}")
    return None


def pip(*arguments, **options):
    """Runs our own pip; its warnings about places that hold nothing are dropped, its progress and errors are shown."""
    environment = dict({"PIP_CACHE_DIR": CACHE}, **os.environ)
    environment.update(PYTHONPATH=os.path.join(DEPS, "pip"), PIP_DISABLE_PIP_VERSION_CHECK="1",
                       PIP_ROOT_USER_ACTION="ignore", PIP_NO_INPUT="1")
    command = [sys.executable, "-m", "pip", *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, **options)
    for line in process.stderr:
        if not line.startswith("WARNING: Location") and line.strip():
            print(line, end="", file=sys.stderr)
    if process.wait() != 0:
        fail(f"pip could not do it (exit status {process.returncode}); run the same command again to go on, or name a libtorch folder "
             "with TORCH_DIR=...")


def install_pip():
    target = os.path.join(DEPS, "pip")
    if os.path.isdir(target):
        return
    say("downloading pip itself into .deps/pip (2 MB)")
    shutil.rmtree(target + ".partial", ignore_errors=True)
    os.makedirs(DEPS, exist_ok=True)
    pip("install", "--quiet", "--target", target + ".partial", PIP, stdout=sys.stderr)
    os.rename(target + ".partial", target)


def resolve(*requirements):
    """What pip would download for `requirements`, as pip's own report has it."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as report:
        pip("install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", report.name,
            *requirements, stdout=sys.stderr)
        return json.load(report)["install"]


def requirements():
    """torch, and of what a CUDA build names only the two libraries that its libtorch_cpu is linked with."""
    torch = resolve("--no-deps", f"torch=={VERSION}")
    for line in torch[0]["metadata"].get("requires_dist", []):
        toolkit = re.match(r"cuda-toolkit\[[^]]*\]\s*(==[\w.]+)", line)
        if toolkit:
            libraries = resolve(f"cuda-toolkit[cudart,cupti]{toolkit.group(1)}")
            return torch + [item for item in libraries if item["metadata"]["name"] != "cuda-toolkit"]
    return torch


def size_of(url):
    """Bytes behind `url`; 0 when nobody says."""
    try:
        request = urllib.request.Request(url, method="HEAD")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.headers["Content-Length"] or 0)
    except (OSError, TypeError, ValueError):
        return 0


def megabytes(size):
    return f"{max(1, round(size / 1e6))} MB" if size else "size unknown"


def install():
    install_pip()
    say(f"asking pip where torch {VERSION} is to be had")
    items = requirements()
    sizes = [size_of(item["download_info"]["url"]) for item in items]
    names = [f"{item['metadata']['name']}=={item['metadata']['version']}" for item in items]
    total = megabytes(sum(sizes)) if all(sizes) else "size unknown"
    say(f"libtorch comes by pip, {total}, into .deps/torch: " +
        ", ".join(f"{name} ({megabytes(size)})" for name, size in zip(names, sizes)))
    kept = os.environ.get("FLANMOE_DOWNLOADS")
    downloads = os.path.abspath(kept) if kept else os.path.join(DEPS, "downloads")
    os.makedirs(downloads, exist_ok=True)
    pip("download", "--no-deps", "--only-binary", ":all:", "--resume-retries", RETRIES, "--dest", downloads, *names,
        stdout=sys.stderr)
    say("unpacking")
    target = os.path.join(DEPS, "torch")
    shutil.rmtree(target + ".partial", ignore_errors=True)
    pip("install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--find-links", downloads, "--target", target + ".partial",
        *names, stdout=sys.stderr)
    shutil.rmtree(target, ignore_errors=True)
    os.rename(target + ".partial", target)
    shutil.rmtree(CACHE, ignore_errors=True)
    if not kept:
        shutil.rmtree(downloads)
    folder = os.path.join(target, "torch")
    reason = why_not(folder)
    if reason:
        fail(f"the libtorch that pip brought to {folder} {reason}")
    return folder


if __name__ == "__main__":
    print(find() or install())
