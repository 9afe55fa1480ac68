#!/usr/bin/env bash
# Configures and builds one preset. Usage: scripts/build.sh [PRESET [TARGET...]]; the default preset is `cuda` where
# nvcc is found and there are CUDA sources, else `cpu`. The last line printed is the build folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

default_preset() {
  if { command -v nvcc || [[ -x /usr/local/cuda/bin/nvcc ]]; } >/dev/null && compgen -G 'cuda/*.cu' >/dev/null; then
    echo cuda
  else
    echo cpu
  fi
}

# One compiler takes up to some 1.5 GiB: no more jobs than cores, nor than memory holds.
job_count() {
  local cores memory_kib jobs
  cores="$(nproc)"
  memory_kib="$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
  jobs=$((memory_kib / 1572864))
  ((jobs > cores)) && jobs=$cores
  ((jobs < 1)) && jobs=1
  echo "$jobs"
}

preset="${1:-$(default_preset)}"
targets=("${@:2}")
if command -v ninja >/dev/null; then
  export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
fi
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}"
fi

python=build/python-environment/bin/python # of scripts/python_environment.sh
[[ -x $python ]] && python=("-DPython_EXECUTABLE=$PWD/$python") || python=()

cmake --preset "$preset" ${python[@]+"${python[@]}"}
cmake --build --preset "$preset" --parallel "$(job_count)" ${targets[@]+--target "${targets[@]}"}
echo "build/$preset"
