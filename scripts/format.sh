#!/usr/bin/env bash
# Formats every C++ and CUDA source in place, or with --check only says (and fails) where that would change something.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(-i)
[[ "${1:-}" == --check ]] && mode=(--dry-run -Werror)
find include src cuda tests bench -type f \
  \( -name '*.hpp' -o -name '*.cpp' -o -name '*.inl' -o -name '*.cu' -o -name '*.cuh' \) -print0 |
  xargs -0 --no-run-if-empty clang-format "${mode[@]}"
