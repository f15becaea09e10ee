#!/usr/bin/env bash
# Formatting and static analysis. Usage: scripts/lint.sh BUILD_FOLDER
set -euo pipefail
build=$1
mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.cpp')
clang-format-14 --dry-run --Werror "${files[@]}"
mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*.cpp')
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet
