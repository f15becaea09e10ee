#!/usr/bin/env bash
# Makes a fresh Debian 12 machine able to build and test flanmoe. Idempotent: what is there is left alone.
# Debian packages come from apt (with sudo when not root). libtorch: $TORCH_DIR if given, else python3's own torch
# when it is 2.11 or newer, else torch 2.13.0 for the CPU into .deps/ by pip. The folder found is written to
# .deps/torch_dir, which CMake reads. Nothing else is installed outside the clone.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build ccache make git python3 python3-pip clang-format-14 clang-tidy-14
  clang-14 libclang-rt-14-dev
  libfmt-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libsentencepiece-dev zlib1g-dev libzstd-dev libpugixml-dev libgtest-dev libbenchmark-dev)

install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "setup: installing Debian packages: ${missing[*]}"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Prints the folder of python3's torch when its version is at least 2.11, else nothing.
python_torch() {
  python3 - <<'PY' 2>/dev/null || true
import importlib.util, os, re
spec = importlib.util.find_spec("torch")
folder = os.path.dirname(spec.origin)
text = open(os.path.join(folder, "version.py")).read()
major, minor = map(int, re.search(r"__version__ = '(\d+)\.(\d+)", text).groups())
if (major, minor) >= (2, 11):
    print(folder)
PY
}

find_torch() {
  if [ -n "${TORCH_DIR:-}" ]; then
    [ -f "$TORCH_DIR/share/cmake/Torch/TorchConfig.cmake" ] ||
      { echo "setup: TORCH_DIR=$TORCH_DIR holds no share/cmake/Torch/TorchConfig.cmake; expected a libtorch folder" >&2; exit 2; }
    echo "$TORCH_DIR"; return
  fi
  local found; found=$(python_torch)
  if [ -n "$found" ]; then echo "$found"; return; fi
  if [ ! -f .deps/torch/torch/share/cmake/Torch/TorchConfig.cmake ]; then
    echo "setup: installing torch 2.13.0 (CPU) into .deps/torch" >&2
    rm -rf .deps/torch.partial
    python3 -m pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --target .deps/torch.partial torch==2.13.0 >&2
    rm -rf .deps/torch && mv .deps/torch.partial .deps/torch
  fi
  echo "$PWD/.deps/torch/torch"
}

mkdir -p .deps
install_packages
torch=$(find_torch)
if [ "$(cat .deps/torch_dir 2>/dev/null)" != "$torch" ]; then echo "$torch" > .deps/torch_dir; fi
echo "setup: libtorch at $torch"
