#!/usr/bin/env bash
# Fuzzes the readers with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
# Usage: scripts/fuzz.sh [SECONDS [READER...]]; the default is 600 seconds for each reader, one after the other. Needs
# clang++ and its run-time library (Debian: clang libclang-rt-dev). Findings go to build/fuzz/findings and end the run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds="${1:-600}"
readers=("${@:2}")
[[ ${#readers[@]} -gt 0 ]] || mapfile -t readers < <(ls tests/fuzz/corpus)
compiler="${CXX:-clang++}"
command -v "$compiler" >/dev/null || { echo "fuzz.sh: no $compiler: apt-get install clang libclang-rt-dev" >&2 && exit 1; }

out=build/fuzz
mkdir -p "$out/objects" "$out/findings" "$out/include/burelu"
# What the readers need of the generated header; no build folder of the library is required.
sed -e 's/@PROJECT_VERSION_[A-Z]*@/0/; s/@PROJECT_VERSION@/fuzz/; s/@BURELU_WITH_CUDA_LITERAL@/false/' \
  include/burelu/version.hpp.in >"$out/include/burelu/version.hpp"

# The readers and what they call; what writes reports and checkpoints needs the solver and is left out. fuzzer.cpp says
# how much memory there is, so that a few bytes of a sparse file do not rightly become gigabytes of zeros, and has one
# thread.
sources() {
  ls tests/fuzz/targets.cpp tests/fuzz/fuzzer.cpp src/problem/data_hash.cpp src/{linalg,formats,model,data}/*.cpp |
    grep -v -e /report.cpp -e /evaluation.cpp -e /checkpoint.cpp -e /system_memory.cpp -e /team.cpp -e /workers.cpp
}
# compile SOURCE: unless its object is newer than it and all headers.
compile() {
  local object
  object="$2/objects/$(echo "$1" | tr / _).o"
  [[ "$object" -nt "$1" && -z "$(find src tests/fuzz include -name '*.hpp' -newer "$object")" ]] && return
  "$3" -std=c++20 -O1 -g -fno-omit-frame-pointer "-fsanitize=fuzzer-no-link,address,undefined" \
    -fno-sanitize-recover=undefined -Isrc -Iinclude "-I$2/include" -Itests/fuzz -Wno-unknown-pragmas -c "$1" -o "$object"
}
export -f compile
echo "== building with $compiler"
sources | xargs -P "$(nproc)" -I{} bash -c 'compile "$@"' bash {} "$out" "$compiler"
mapfile -t objects < <(sources | tr / _ | sed "s|.*|$out/objects/&.o|")
"$compiler" -fsanitize=fuzzer,address,undefined "${objects[@]}" -lminizip -lz -lfmt -llapacke -lopenblas -lgomp -o "$out/fuzzer"

for reader in "${readers[@]}"; do
  echo "== $reader, $seconds s"
  mkdir -p "$out/corpus/$reader"
  BURELU_FUZZ_TARGET="$reader" "$out/fuzzer" "$out/corpus/$reader" "tests/fuzz/corpus/$reader" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1 -verbosity=0 \
    -print_funcs=0 -artifact_prefix="$out/findings/$reader-"
done
echo "no finding in ${#readers[@]} readers"
