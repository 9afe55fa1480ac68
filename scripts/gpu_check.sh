#!/usr/bin/env bash
# For a machine with a CUDA device: all tests with the device required, compute-sanitizer (memcheck, racecheck and
# synccheck) on short ones, both benchmarks and the test digits of MNIST. Ends at once, with 1, where there is no device
# or a program lacks a library. Builds first, for the device at hand (CMAKE_CUDA_ARCHITECTURES sets another), unless
# BURELU_BUILD names a folder that is built already: build/PRESET, or one of scripts/gpu_bundle.sh wherever it lies.
# usage: scripts/gpu_check.sh [PRESET]   (default: cuda)
# BURELU_GPU_RESULTS: the folder of the results (default bench/results/gpu): machine.txt, kernels.json, solve.json,
#   digits.json and logs.tar.gz. BURELU_SHARED: the folder that holds data/ (default: the bundle's, else ../shared).
# BURELU_GPU_STEPS: only these steps, e.g. "tests_device memcheck". Left out unless asked for: "lists", solves of 10,000,
#   100,000 and 1,000,000 samples on the device (lists_N.json), 500 s together.
#
# Limits in seconds, 530 together: tests_device 50, memcheck 40, racecheck 50, synccheck 30, benchmark_kernels 70,
# benchmark_solve 75, digits 70, tests_host 45, tests_all 100 and what the others have left. The build is not counted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out="${BURELU_GPU_RESULTS:-bench/results/gpu}"
preset="${1:-cuda}"
readonly budget=530
failed=()
steps=0 # that were asked for

fail() {
  printf 'gpu_check.sh: %s\n' "$*" >&2
  exit 1
}

# step NAME SECONDS COMMAND...: output to a log of its name; a failure or the limit is noted, and the next step begins.
# The logs are packed after each step: what has been seen is kept where this script is ended from outside.
step() {
  local name="$1" limit="$2" left=$((budget - SECONDS)) begin=$SECONDS status=0
  shift 2
  [[ -z ${BURELU_GPU_STEPS:-} || " $BURELU_GPU_STEPS " == *" $name "* ]] || return 0
  steps=$((steps + 1))
  ((limit > left)) && limit=$left
  if ((limit < 5)); then
    echo "== $name: left out, no time is left"
    failed+=("$name (no time)")
    return 0
  fi
  echo "== $name (at most $limit s)"
  timeout --kill-after=5 "$limit" "$@" >"$logs/$name.log" 2>&1 || status=$?
  case "$status" in
    0) echo "   passed in $((SECONDS - begin)) s: $(tail -n 1 "$logs/$name.log")" ;;
    124 | 137) echo "   ended by its limit of $limit s: $(tail -n 1 "$logs/$name.log")" && failed+=("$name (limit)") ;;
    *) echo "   FAILED with $status; the end of its log:" && tail -n 25 "$logs/$name.log" && failed+=("$name") ;;
  esac
  tar -czf "$out/logs.tar.gz" -C "$logs" .
}

# unresolved FOLDERS PROGRAM...: the libraries that the programs do not find with FOLDERS before the system's.
unresolved() {
  local folders="$1" program
  shift
  for program in "$@"; do
    LD_LIBRARY_PATH="$folders" ldd "$program" 2>&1 |
      sed -nE 's/^[[:space:]]*(.*(=> not found|version `.* not found).*)/\1/p'
  done | sort -u
}

# Folders that hold CUDA's libraries, which no bundle does, joined by colons: the toolkit's, and those of packages
# that NVIDIA has for Python.
joined() { xargs -r -d '\n' readlink -f | awk '!seen[$0]++' | paste -sd :; }
toolkit_folders() {
  local nvcc root
  nvcc="$(command -v nvcc || true)"
  for root in ${nvcc:+"$(dirname "$(dirname "$(readlink -f "$nvcc")")")"} "${CUDA_HOME:-}" /usr/local/cuda*; do
    compgen -G "$root/lib64/libcublas.so*" >/dev/null && echo "$root/lib64"
    compgen -G "$root/targets/*/lib/libcublas.so*" >/dev/null && printf '%s\n' "$root"/targets/*/lib
  done | joined
}
python_folders() {
  command -v python3 >/dev/null || return 0
  python3 -c 'import glob, sys
print(*(f for p in sys.path for f in sorted(glob.glob(p + "/nvidia/*/lib"))), sep="\n")' 2>/dev/null | joined
}

# Sets LD_LIBRARY_PATH so that every program finds its libraries: the bundle's, then what the user has set, then CUDA's;
# the bundle's copy of what every system has in some version only where the system's is too old.
find_libraries() {
  local folders="${LD_LIBRARY_PATH:-}" more missing
  [[ -d $build/lib ]] && folders="$build/lib${folders:+:$folders}"
  for more in "" "$(toolkit_folders)" "$(python_folders)" "$build/lib/system"; do
    [[ -z $more ]] || folders="${folders:+$folders:}$more"
    missing="$(unresolved "$folders" "$@")"
    [[ -n $missing ]] || break
  done
  [[ -z $missing ]] || fail "programs in $build lack libraries (LD_LIBRARY_PATH=$folders):"$'\n'"$missing"
  export LD_LIBRARY_PATH="$folders"
}

# The device and its compute capability, "9.0" as "90".
command -v nvidia-smi >/dev/null || fail "no nvidia-smi: this machine has no NVIDIA driver, nothing was checked"
gpu="$(nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total --format=csv,noheader 2>/dev/null |
  head -n 1)" || true
[[ $gpu == *,* ]] || fail "nvidia-smi finds no device, nothing was checked"
capability="$(printf '%s' "$gpu" | cut -d , -f 3 | tr -d ' .')"
memory="$(printf '%s' "$gpu" | cut -d , -f 4 | tr -dc 0-9)" # MiB

if [[ -n ${BURELU_BUILD:-} ]]; then
  build="$(cd "$BURELU_BUILD" 2>/dev/null && pwd)" || fail "BURELU_BUILD: no folder $BURELU_BUILD"
else
  command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]] || fail "no nvcc: install the CUDA toolkit"
  CUDAARCHS="${CMAKE_CUDA_ARCHITECTURES:-$capability-real}" scripts/build.sh "$preset" ||
    fail "the build failed, nothing was checked"
  build="$PWD/build/$preset"
fi
SECONDS=0
programs=("$build"/tests/burelu_*_tests "$build"/bench/bench_{kernels,solve} "$build"/burelu "$build"/burelu-verify)
for program in "${programs[@]}" "$build"/tests/burelu_{cuda,cuda_kernels,seam}_tests; do
  [[ -x $program ]] || fail "no $program: build all, with -DBURELU_CUDA=ON -DBURELU_TESTS=ON -DBURELU_BENCH=ON"
done
find_libraries "${programs[@]}"

shared="${BURELU_SHARED:-../shared}"
[[ -z ${BURELU_SHARED:-} && -d $build/data ]] && shared="$build"
[[ -d $shared ]] && shared="$(cd "$shared" && pwd)"
export BURELU_SHARED="$shared"
export BURELU_TEST_PROGRAMS="$build" BURELU_TEST_SOURCES="$PWD"
export OMP_WAIT_POLICY=passive
# A process that uses the device takes some 0.5 GB of its memory: one for each 2 GB, no more than cores.
cores="$(nproc)"
jobs=$((${memory:-8192} / 2048))
((jobs > cores)) && jobs=$cores
((jobs < 1)) && jobs=1

mkdir -p "$out"
[[ -n ${BURELU_GPU_STEPS:-} ]] || rm -f "$out"/{kernels,solve,digits}.json # of a run before
logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT
commit="$(git rev-parse HEAD 2>/dev/null || echo unknown)$(git diff --quiet HEAD 2>/dev/null || echo ' with changes')"
{
  echo "device: $gpu"
  echo "system: $(uname -sr), $cores cores, load $(cut -d ' ' -f 1 /proc/loadavg)"
  if [[ -f $build/bundle.txt ]]; then cat "$build/bundle.txt"; else echo "commit: $commit"; fi
  echo "libraries: $LD_LIBRARY_PATH"
  echo "date: $(date -u +%FT%TZ)"
} | tee "$out/machine.txt"

# lacking NAME WHAT: says that a data file is not there, and what is left out for it.
lacking() { echo "no $1 in $shared (BURELU_SHARED names the folder): $2" | tee -a "$out/machine.txt"; }

# All that runs on the device, and nothing else: bodies over all backends, the launchers, solves as users run them.
on_device='*_cuda:*/cuda:CudaDeviceTest.*'
step tests_device 50 env BURELU_REQUIRE_CUDA=1 BURELU_JOBS="$((jobs < 4 ? jobs : 4))" scripts/run_tests.sh "$build" \
  cuda="$on_device" seam="$on_device" cuda_kernels

# Kernels of burelu, not those of NVIDIA's libraries: two replayed windows, one size or two of each verb.
sanitizer="$(command -v compute-sanitizer || compgen -G '/usr/local/cuda/bin/compute-sanitizer' || true)"
short='*CudaReplayTest.*/cuda:*/rows33_rank7_cuda:*/rows257_rank7_cuda'
short+=':*CudaListsTest.AListGrows*/cuda:PairScan.WithoutRoom*:*TrainingTest.AgreesWithTheCpu/*_smooth_rows*_cuda:*Ridge*/cuda'
short+=':*CudaCells.SearchesTwiceTheSame/cuda'
if [[ -z $sanitizer ]]; then
  echo "== sanitizer: left out, no compute-sanitizer" && failed+=("sanitizer (not installed)")
else
  help="$("$sanitizer" --help 2>&1 || true)"
  filter=--kernel-name
  [[ $help == *--kernel-name* ]] || filter=--kernel-regex # the name before 2023
  for tool in memcheck:40 racecheck:50 synccheck:30; do
    step "${tool%:*}" "${tool#*:}" env BURELU_REQUIRE_CUDA=1 "$sanitizer" --tool "${tool%:*}" "$filter" kns=burelu \
      --error-exitcode 9 "$build/tests/burelu_cuda_tests" --gtest_filter="$short"
  done
fi

step benchmark_kernels 70 env BURELU_REQUIRE_CUDA=1 "$build/bench/bench_kernels" --sizes 1000,4000,10000 --rank 32 \
  --seconds 0.2 --cpu-most 4000 --json "$out/kernels.json"

instances=("builtin:spiral@0.1" "builtin:teacher?n=25&d=2&c=5@0.1" "builtin:teacher?n=2000&d=20&c=10@0.1")
if [[ -f $shared/data/mnist_pca20_train.csv ]]; then
  instances+=("$shared/data/mnist_pca20_train.csv@0.1")
else
  lacking data/mnist_pca20_train.csv "benchmark_solve goes without it"
fi
step benchmark_solve 75 env BURELU_REQUIRE_CUDA=1 "$build/bench/bench_solve" --tol 1e-3 --time-limit 8 \
  --json "$out/solve.json" "${instances[@]}"

# The 10,000 test digits of MNIST, on the device only.
digits=("$shared"/data/mnist/t10k-images*idx3-ubyte*)
if [[ -e ${digits[0]} ]]; then
  # shellcheck disable=SC2016 # expanded by the inner shell
  step digits 70 bash -c '"$@" || [[ $? -eq 4 ]]' bash "$build/burelu" bound "${digits[0]}" --scale --pca 20 \
    --device cuda --time-limit 45 --report "$out/digits.json" # 4: the limit of time came first
else
  lacking "data/mnist/t10k-images-idx3-ubyte.gz" "no digits"
fi

# Lists of pairs at the sizes they are for: gamma grows with the samples, as their loss does.
if [[ " ${BURELU_GPU_STEPS:-} " == *" lists "* ]]; then
  # shellcheck disable=SC2016 # expanded by the inner shell
  step lists 500 bash -c 'for n in 10000 100000 1000000; do
      "$1" bound "builtin:teacher?n=$n&d=10&c=3" --bound relaxation --gamma "$((n * 3 / 100))" --tol 1e-2 \
        --device cuda --time-limit 400 --report "$2/lists_$n.json" || [[ $? -eq 4 ]] || exit 1
    done' bash "$build/burelu" "$out"
fi

# Everything once where no device is seen, as on any machine, and once with the device: there `auto` takes it.
step tests_host 45 env -u BURELU_REQUIRE_CUDA CUDA_VISIBLE_DEVICES= scripts/run_tests.sh "$build"
step tests_all "$budget" env BURELU_REQUIRE_CUDA=1 BURELU_JOBS="$jobs" scripts/run_tests.sh "$build"

echo "results: $out ($SECONDS s)"
[[ $steps -gt 0 ]] || fail "no step of the name $BURELU_GPU_STEPS"
[[ ${#failed[@]} -eq 0 ]] || fail "not passed: ${failed[*]}"
