#!/usr/bin/env bash
# Installs what building burelu needs on Debian or Ubuntu: only the packages that are missing, by name, with apt.
# Works as root and as a user with sudo. Options: --tools adds what scripts/test.sh checks style with, --check installs
# nothing and ends with 1 where something is missing.
set -euo pipefail

packages=(g++ cmake ninja-build git ca-certificates libopenblas-openmp-dev liblapacke-dev libcli11-dev
  nlohmann-json3-dev libfmt-dev zlib1g-dev libminizip-dev libgtest-dev gnuplot-nox
  libopenmpi-dev python3-dev python3-venv)
tools=(clang-format clang-tidy ccache)
check_only=false

fail() {
  printf 'install_dependencies.sh: %s\n' "$*" >&2
  exit 1
}

usage() {
  sed -n '2,4s/^# //p' "$0"
}

is_installed() {
  [[ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" == "install ok installed" ]]
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    is_installed "$package" || printf '%s\n' "$package"
  done
}

# Runs a command as root: directly, or with sudo (which may ask for the password in a terminal).
as_root() {
  if [[ $EUID -eq 0 ]]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

require_root() {
  [[ $EUID -eq 0 ]] && return
  command -v sudo >/dev/null ||
    fail "not root and no sudo. Ask an administrator to run: apt-get install ${missing[*]}"
  sudo -n true 2>/dev/null || [[ -t 0 ]] ||
    fail "sudo wants a password and there is no terminal. Run first: sudo apt-get install ${missing[*]}"
}

report_device() {
  local nvcc=/usr/local/cuda/bin/nvcc
  command -v nvcc >/dev/null && nvcc="$(command -v nvcc)"
  if [[ -x $nvcc ]]; then
    echo "nvcc: $nvcc ($("$nvcc" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p'))"
  else
    echo "nvcc: none (the CPU version is built; CUDA comes from https://developer.nvidia.com/cuda-downloads)"
  fi
  local gpu=""
  command -v nvidia-smi >/dev/null && gpu="$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null || true)"
  echo "GPU: ${gpu:-none seen}"
}

for argument in "$@"; do
  case "$argument" in
    --tools) packages+=("${tools[@]}") ;;
    --check) check_only=true ;;
    -h | --help) usage && exit 0 ;;
    *) fail "unknown option $argument (try --help)" ;;
  esac
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  fail "no apt here: this script knows Debian and Ubuntu. Install by other means a C++20 compiler (g++ 12 or newer)," \
    "CMake 3.25 or newer, OpenBLAS, LAPACKE, CLI11, nlohmann-json, fmt, zlib, minizip, GoogleTest," \
    "gnuplot and, if wanted, an MPI; then: cmake --preset cpu && cmake --build --preset cpu"
fi

mapfile -t missing < <(missing_packages)
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "packages: all ${#packages[@]} are there"
elif $check_only; then
  echo "packages: missing ${missing[*]}"
  exit 1
else
  echo "packages: installing ${missing[*]}"
  require_root
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
    fail "apt could not install ${missing[*]}; its message is above"
fi

cmake_version="$(cmake --version | sed -n '1s/[^0-9]*//p')"
if [[ "$(printf '3.25\n%s\n' "$cmake_version" | sort -V | head -n 1)" != 3.25 ]]; then
  fail "CMake $cmake_version is too old, 3.25 is needed: Debian 12 or Ubuntu 24.04 have it, elsewhere: pip install cmake"
fi
report_device
