#!/usr/bin/env bash
# Builds with CUDA and gathers in FOLDER what scripts/gpu_check.sh needs on a machine where nothing can be installed:
# test programs, burelu, burelu-verify and the benchmarks, the libraries that they need beside glibc and CUDA (that
# machine has its toolkit, or NVIDIA's Python packages), the data sets, and the commit. Packs FOLDER.tar.gz, which must
# stay below 60 MiB. There, in a checkout of the same commit: tar -xzf FOLDER.tar.gz, then
# BURELU_BUILD=FOLDER scripts/gpu_check.sh. The processors are of one kind, and that machine's glibc is not older.
# usage: scripts/gpu_bundle.sh FOLDER
# CUDAARCHS: the architectures (default 90-real, an H100; each adds some MiB). BURELU_BUILD: a folder that is built
# already, gathered as it is. BURELU_SHARED: the folder that holds data/ (default ../shared).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly most=$((60 * 1048576)) # bytes
# Of these the machine has its own: glibc, and the toolkit with its driver.
cuda='libcu(blas|blasLt|solver|sparse|da|dart)|libnvJitLink'
readonly theirs="^(linux-vdso|ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util)|$cuda)\.so"
# Every system has these in some version; ours are for one whose are too old.
readonly common='^lib(stdc\+\+|gcc_s|z)\.so'

fail() {
  printf 'gpu_bundle.sh: %s\n' "$*" >&2
  exit 1
}

# libraries PROGRAM...: "name path" of each library they need, the path empty where it is not found.
libraries() {
  local program
  for program in "$@"; do
    ldd "$program" | sed -nE 's/^[[:space:]]*([^ ]+) => (not found|([^ ]+) \(.*)$/\1 \3/p'
  done | sort -u
}

[[ $# -eq 1 && $1 != -* ]] || { sed -n '2,10s/^# //p' "$0" && exit 2; }
folder="${1%/}"
build="${BURELU_BUILD:-build/cuda}"
if [[ -z ${BURELU_BUILD:-} ]]; then
  command -v ninja >/dev/null && export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
  cmake --preset cuda -DCMAKE_CUDA_ARCHITECTURES="${CUDAARCHS:-90-real}" # a folder configured before has others
  scripts/build.sh cuda
fi
programs=("$build"/tests/burelu_*_tests "$build"/bench/bench_{kernels,solve} "$build"/burelu "$build"/burelu-verify)
for program in "${programs[@]}" "$build/tests/burelu_cuda_kernels_tests"; do
  [[ -x $program ]] || fail "no $program: build all, with -DBURELU_CUDA=ON"
done

if [[ -e $folder ]]; then
  [[ -f $folder/bundle.txt ]] || fail "$folder exists and is no bundle"
  rm -rf "$folder"
fi
mkdir -p "$folder"/{tests,bench,lib/system,data/mnist,data/randomized}
for program in "${programs[@]}"; do
  strip -o "$folder/${program#"$build/"}" "$program"
done
while read -r name path; do
  [[ $name =~ $theirs ]] && continue
  [[ -n $path ]] || fail "$name is not found here"
  [[ $name =~ $common ]] && to="$folder/lib/system/$name" || to="$folder/lib/$name"
  strip --strip-unneeded -o "$to" "$(readlink -f "$path")"
done < <(libraries "${programs[@]}")

data="${BURELU_SHARED:-../shared}/data"
for file in "$data"/*.csv "$data"/randomized/*.csv "$data"/mnist/t10k-*; do
  [[ -f $file ]] && cp "$file" "$folder/data/${file#"$data/"}"
done
for file in mnist_pca20_train.csv mnist/t10k-images-idx3-ubyte.gz; do
  [[ -f $folder/data/$file ]] || echo "no $file in $data: left out (BURELU_SHARED names the folder that holds data/)"
done
archs="$(sed -n 's/^CMAKE_CUDA_ARCHITECTURES:[A-Z]*=//p' "$build/CMakeCache.txt")"
commit="$(git rev-parse HEAD 2>/dev/null || echo unknown)$(git diff --quiet HEAD 2>/dev/null || echo ' with changes')"
{
  echo "commit: $commit"
  echo "bundle: architectures $archs, made $(date -u +%FT%TZ) with glibc $(ldd --version | sed -n '1s/.* //p')"
} >"$folder/bundle.txt"

tar -czf "$folder.tar.gz" -C "$(dirname "$folder")" "$(basename "$folder")"
size="$(stat -c %s "$folder.tar.gz")"
echo "$folder: $(du -sm "$folder" | cut -f 1) MiB; $folder.tar.gz: $((size / 1048576)) MiB"
((size < most)) || fail "$folder.tar.gz has $size bytes, more than 60 MiB: fewer architectures (CUDAARCHS)?"
