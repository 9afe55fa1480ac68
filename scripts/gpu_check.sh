#!/usr/bin/env bash
# For a machine with a CUDA device: builds, runs all tests with the device required, compute-sanitizer (memcheck and
# racecheck) on the small ones, and both benchmarks. Logs and results go to bench/results/gpu. Ends at once, with 1, where
# there is no device. Every step has a limit of time; together they stay under nine minutes.
# usage: scripts/gpu_check.sh [PRESET]   (default: cuda; BURELU_BUILD names a folder that is built already)
# Compiles only for the device at hand, unless CMAKE_CUDA_ARCHITECTURES is set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out="${BURELU_GPU_RESULTS:-bench/results/gpu}"
data="${BURELU_SHARED:-../shared}/data"
preset="${1:-cuda}"
readonly budget=530 # seconds
failed=()

fail() {
  printf 'gpu_check.sh: %s\n' "$*" >&2
  exit 1
}

# step NAME SECONDS COMMAND...: output to a log of its name; a failure or the limit is noted, and the next step begins.
step() {
  local name="$1" limit="$2" left=$((budget - SECONDS)) begin=$SECONDS status=0
  shift 2
  ((limit > left)) && limit=$left
  if ((limit < 5)); then
    echo "== $name: left out, no time is left"
    failed+=("$name (no time)")
    return 0
  fi
  echo "== $name (at most $limit s)"
  timeout --kill-after=5 "$limit" "$@" >"$out/$name.log" 2>&1 || status=$?
  case "$status" in
    0) echo "   passed in $((SECONDS - begin)) s" ;;
    124 | 137) echo "   ended by its limit of $limit s" && failed+=("$name (limit)") ;;
    *) echo "   FAILED with $status; the end of $out/$name.log:" && tail -n 15 "$out/$name.log" && failed+=("$name") ;;
  esac
}

# The device and its compute capability, "9.0" as "90".
command -v nvidia-smi >/dev/null || fail "no nvidia-smi: this machine has no NVIDIA driver, nothing was checked"
gpu="$(nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total --format=csv,noheader 2>/dev/null |
  head -n 1)" || true
[[ $gpu == *,* ]] || fail "nvidia-smi finds no device, nothing was checked"
capability="$(printf '%s' "$gpu" | cut -d , -f 3 | tr -d ' .')"
mkdir -p "$out"
{
  echo "device: $gpu"
  echo "system: $(uname -sr), $(nproc) cores, load $(cut -d ' ' -f 1 /proc/loadavg)"
  echo "commit: $(git rev-parse HEAD 2>/dev/null || echo unknown)$(git diff --quiet HEAD 2>/dev/null || echo ' with changes')"
  echo "date: $(date -u +%FT%TZ)"
} | tee "$out/machine.txt"

build="${BURELU_BUILD:-build/$preset}"
if [[ -z ${BURELU_BUILD:-} ]]; then
  command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]] || fail "no nvcc: install the CUDA toolkit"
  export CUDAARCHS="${CMAKE_CUDA_ARCHITECTURES:-$capability-real}"
  step build 200 scripts/build.sh "$preset"
  [[ ${#failed[@]} -eq 0 ]] || fail "the build failed, nothing was checked"
fi
[[ -x $build/bench/bench_kernels ]] || fail "no $build/bench/bench_kernels: configure with -DBURELU_BENCH=ON"

export OMP_WAIT_POLICY=passive
# What runs on the device comes first: bodies over all backends, with the device required.
step tests_device 60 env BURELU_REQUIRE_CUDA=1 ctest --test-dir "$build" --output-on-failure -R '[/_]cuda( |$)|CudaDeviceTest' \
  --parallel 4 --no-tests=error
# The small tests of the device: one size of each verb.
sanitizer="$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null || true)"
if [[ -z $sanitizer ]]; then
  echo "== sanitizer: left out, no compute-sanitizer" && failed+=("sanitizer (not installed)")
else
  for tool in memcheck racecheck; do
    step "$tool" 60 env BURELU_REQUIRE_CUDA=1 "$sanitizer" --tool "$tool" --error-exitcode 9 \
      "$build/tests/burelu_cuda_tests" --gtest_filter='*rows33_rank7_cuda:*rows257*_cuda:CudaDeviceTest.Resumes*'
  done
fi
step benchmark_kernels 70 "$build/bench/bench_kernels" --sizes 1000,4000,10000 --rank 32 --seconds 0.2 \
  --cpu-most 4000   --json "$out/kernels.json"

instances=("builtin:spiral@0.1" "builtin:teacher?n=25&d=2&c=5@0.1" "builtin:teacher?n=2000&d=20&c=10@0.1")
[[ -f $data/mnist_pca20_train.csv ]] && instances+=("$data/mnist_pca20_train.csv@0.1")
step benchmark_solve 90 "$build/bench/bench_solve" --tol 1e-3 --time-limit 10 --json "$out/solve.json" \
  "${instances[@]}"
# The 10,000 test digits of MNIST, on the device only.
digits=("$data"/mnist/t10k-images*idx3-ubyte*)
[[ -e ${digits[0]} ]] &&
  step digits 80 bash -c '"$@" || [[ $? -eq 4 ]]' bash "$build/burelu" bound "${digits[0]}" --scale --pca 20 \
    --device cuda --time-limit 60 --report "$out/digits.json" # 4: the limit of time came first
step tests_all 150 env BURELU_REQUIRE_CUDA=1 ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)"

echo "results: $out ($SECONDS s)"
[[ ${#failed[@]} -eq 0 ]] || fail "not passed: ${failed[*]}"
