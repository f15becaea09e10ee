#!/usr/bin/env bash
# Runs every test. Usage: scripts/test.sh BUILD_FOLDER JOBS
set -euo pipefail
cd "$1"
exec ctest --output-on-failure -j "$2"
