#!/usr/bin/env bash
# Prints how many compilers may run beside each other: one per processor, and 2 GB of free memory for each.
set -euo pipefail
memory=$(awk '/^MemAvailable:/ {printf "%.0f", $2 * 1024}' /proc/meminfo)
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)  # of this container
if [ "$limit" != max ] && [ "$limit" -lt "$memory" ]; then memory=$limit; fi
jobs=$((memory / 2000000000))
processors=$(nproc)
if [ "$jobs" -gt "$processors" ]; then jobs=$processors; fi
if [ "$jobs" -lt 1 ]; then jobs=1; fi
echo "$jobs"
