#!/usr/bin/env bash
# Runs the benchmarks and the studies and writes bench/results (Markdown and JSON, with command, machine and commit).
# usage: scripts/bench.sh [kernels|solve|convergence|hard|sdpa]...   (default: all; some ten minutes on two idle cores)
# Data sets are read from $BURELU_SHARED/data, else ../shared/data; without them built-in data stand in. A build folder
# other than build/cpu can be given in BURELU_BUILD, the threads of the hard sets in BURELU_THREADS.
# `sdpa` needs Debian's packages sdpa and python3-numpy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=bench/results
data="${BURELU_SHARED:-../shared}/data"
mkdir -p "$out"

# machine: the line that stands above every table which the study programs do not write themselves.
machine() {
  printf 'Machine: %s, %s cores, load before %s; %s; commit %s; %s.\n\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(cut -d ' ' -f 1 /proc/loadavg)" \
    "$(uname -sr)" "$("$build/burelu" info | sed -n 's/^commit *//p')" "$(date -u +%F)"
}

# table NAME TITLE COMMAND...: what a benchmark prints, as Markdown, and its JSON.
table() {
  {
    printf '# %s\n\nCommand: `%s`\n\n' "$2" "${*:3}"
    machine
    printf '```\n'
    "$build/bench/$3" "${@:4}" --json "$out/$1.json"
    printf '```\n'
  } >"$out/$1.md"
}

kernels() { table kernels "Kernels" bench_kernels --sizes 1000,2000; }

solve() {
  local instances=("builtin:spiral@0.1" "builtin:teacher?n=25&d=2&c=5@0.1")
  [[ -f $data/mnist_pca20_train.csv ]] && instances+=("$data/mnist_pca20_train.csv@0.1")
  table solve "Solves" bench_solve --tol 1e-4 --time-limit 60 "${instances[@]}"
}

# study NAME THREADS INSTANCE...
study() {
  "$build/bench/burelu_convergence" --golden bench/optima.csv --threads "$2" --json "$out/$1.json" \
    --markdown "$out/$1.md" "${@:3}"
}

convergence() {
  local instances=()
  if [[ -d $data ]]; then
    for k in 00 01 02 03 04 05 06 07 08 09; do
      instances+=("$data/randomized/randomized_$k.csv@0.1" "$data/randomized/randomized_$k.csv@0.01")
    done
    instances+=("$data/spiral.csv@0.1" "$data/spiral.csv@0.01" "$data/iris_train.csv@0.1" "$data/iris_train.csv@0.01"
      "$data/ionosphere_train.csv@0.1" "$data/pima_indians_train.csv@0.1+standardize")
  else
    echo "bench.sh: no $data, built-in data instead" >&2
    instances=("builtin:spiral@0.1" "builtin:blobs@0.1" "builtin:teacher?n=25&d=2&c=5@0.1")
  fi
  study convergence_small 1 "${instances[@]}"
}

hard() {
  [[ -d $data ]] || { echo "bench.sh: no $data, the hard sets are left out" >&2 && return; }
  local threads="${BURELU_THREADS:-$(nproc)}"
  for name in bank_notes pima_indians mnist_pca20; do
    study "convergence_$name" "$threads" "$data/${name}_train.csv@0.1"
  done
}

sdpa() {
  command -v sdpa >/dev/null || { echo "bench.sh: sdpa is not installed, its comparison is left out" >&2 && return; }
  local instances=('builtin:teacher?n=50&d=4&c=1@0.1@1e-4' 'builtin:teacher?n=100&d=4&c=1@0.1@1e-4')
  local first="$data/randomized/randomized_00.csv"
  [[ -f $first ]] && instances=("$first@0.1@1e-4" "$first@0.1@1e-6" "${instances[@]}")
  {
    printf '# Against a general solver\n\nCommand: `bench/sdpa_compare.py --burelu burelu %s`\n\n' "${instances[*]}"
    machine
    bench/sdpa_compare.py --burelu "$build/burelu" --json "$out/sdpa.json" "${instances[@]}"
  } >"$out/sdpa.md"
}

if [[ -n ${BURELU_BUILD:-} ]]; then
  build="$BURELU_BUILD"
else
  build="$(scripts/build.sh cpu burelu_program bench_kernels bench_solve burelu_convergence | tail -n 1)"
fi
[[ $# -gt 0 ]] || set -- kernels solve convergence hard sdpa
for part in "$@"; do
  case "$part" in
    kernels | solve | convergence | hard | sdpa) echo "== $part" >&2 && "$part" ;;
    *) echo "bench.sh: no part called $part" >&2 && exit 2 ;;
  esac
done
echo "results: $out"
