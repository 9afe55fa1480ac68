#!/usr/bin/env bash
# Runs the test programs of a build folder by themselves, wherever it lies: each in a few processes, side by side, by
# GoogleTest's shards. Every line is headed by program and shard. The last line is "N passed, N failed, N skipped"; ends
# with 1 where a test failed, a process died, hung or ended early, or no test was selected.
# usage: scripts/run_tests.sh FOLDER [NAME[=FILTER]]...   NAME as in burelu_NAME_tests; without one, all that are there
# BURELU_JOBS: processes side by side (default: the cores). BURELU_TEST_LIMIT: seconds for one process (default: 600).
set -euo pipefail

fail() {
  printf 'run_tests.sh: %s\n' "$*" >&2
  exit 1
}

[[ $# -gt 0 && $1 != --help && $1 != -h ]] || { sed -n '2,7s/^# //p' "$0" && exit 2; }
folder="$1"
shift
jobs="${BURELU_JOBS:-$(nproc)}"
export BURELU_TEST_LIMIT="${BURELU_TEST_LIMIT:-600}"
readonly per_shard=4 # tests of one process, at least
readonly waves=4     # most processes of a program for each that may run: the last ones to end are short

# Tests run side by side: threads that spin while they wait would take the cores from each other (4 times slower).
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
suppressions="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/suppressions"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_init_order=1}"
export LSAN_OPTIONS="${LSAN_OPTIONS:-suppressions=$suppressions/lsan.txt:print_suppressions=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-suppressions=$suppressions/tsan.txt}"
# ThreadSanitizer does not know the barriers of the OpenMP runtime.
if grep -qs '^BURELU_SANITIZE:.*=.*thread' "$folder/CMakeCache.txt"; then
  export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
fi

# run_shard NAME PROGRAM FILTER INDEX COUNT
run_shard() {
  GTEST_TOTAL_SHARDS="$5" GTEST_SHARD_INDEX="$4" timeout --foreground --kill-after=5 "$BURELU_TEST_LIMIT" \
    "$2" --gtest_color=no --gtest_filter="$3" </dev/null 2>&1 | sed -u "s/^/$1.$4: /"
  echo "$1.$4: ENDED with ${PIPESTATUS[0]}"
}
export -f run_shard

programs=()
filters=()
if [[ $# -eq 0 ]]; then
  for program in "$folder"/tests/burelu_*_tests; do
    programs+=("$program")
    filters+=('*')
  done
fi
for argument in "$@"; do
  programs+=("$folder/tests/burelu_${argument%%=*}_tests")
  [[ $argument == *=* ]] && filters+=("${argument#*=}") || filters+=('*')
done

tasks=()
for k in "${!programs[@]}"; do
  program="${programs[$k]}"
  [[ -x $program ]] || fail "no program $program"
  name="$(basename "$program")"
  name="${name#burelu_}"
  name="${name%_tests}"
  count="$("$program" --gtest_list_tests --gtest_filter="${filters[$k]}" | grep -c '^  ')" ||
    fail "$name has no test that matches ${filters[$k]}"
  shards=$(((count + per_shard - 1) / per_shard))
  ((shards > waves * jobs)) && shards=$((waves * jobs))
  for ((shard = 0; shard < shards; ++shard)); do
    tasks+=("$name" "$program" "${filters[$k]}" "$shard" "$shards")
  done
done

log="$(mktemp)"
trap 'rm -f "$log"' EXIT

# finish WHOLE: what failed, and the summary. A shard runs one test at a time: where WHOLE is 1, one that began and has
# no result failed, and so did a process that ended otherwise than GoogleTest ends. Failures that GoogleTest lists again
# have no time.
finish() {
  awk -v whole="$1" '
    { shard = $1 }
    / \[ RUN      \] / { open[shard] = $NF }
    /\[       OK \] .* \([0-9]+ ms\)$/ { ++passed; delete open[shard] }
    /\[  SKIPPED \] .* \([0-9]+ ms\)$/ { ++skipped; delete open[shard] }
    /\[  FAILED  \] .* \([0-9]+ ms\)$/ {
      ++failed
      ++bad[shard]
      delete open[shard]
      sub(/, where GetParam\(\) = .* \(/, " (")
      print
    }
    /: \[==========\] [0-9]+ tests? from .* ran\./ { ran[shard] = 1 }
    / ENDED with [0-9]+$/ {
      if ($NF == 0 && shard in ran || $NF == 1 && shard in bad || !whole && $NF == 143) next
      died[shard] = 1
      sub(/ENDED/, "DIED")
      if ($NF == 124 || $NF == 137) sub(/$/, " (its limit of time, or killed)")
      print
    }
    END {
      for (shard in open) { print shard, open[shard], "has no result"; failed += whole }
      for (shard in died) if (!(shard in open)) failed += whole
      print passed + 0 " passed, " failed + 0 " failed, " skipped + 0 " skipped"
      exit failed > 0 || passed + skipped == 0
    }' "$log"
}
trap 'echo "run_tests.sh: ended before all tests had run"; finish 0 || true; exit 124' TERM

{ printf '%s\0' "${tasks[@]}" | xargs -0 -n 5 -P "$jobs" bash -c 'run_shard "$@" || true' _; } | tee "$log"
finish 1
