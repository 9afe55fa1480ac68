#!/usr/bin/env bash
# Runs clang-tidy over the sources of the library and the programs. Usage: scripts/tidy.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build="${1:-build/cpu}"
if [[ ! -f "$build/compile_commands.json" ]]; then
  echo "tidy.sh: no $build/compile_commands.json: run scripts/build.sh cpu first" >&2
  exit 1
fi
# Flags of GCC that clang does not know are no finding.
find src -type f -name '*.cpp' -print0 |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option
