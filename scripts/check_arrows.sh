#!/usr/bin/env bash
# Lists includes that run against the order of the rooms (CONTRIBUTING.md, "Where things are"): a file may include its
# own room and rooms above it. Exit status 1 where there are any. An argument is another checkout to look at.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# From the top down. What stands below the seam (cpu, cuda) is made by the driver alone; verify includes itself only.
rooms=(burelu linalg problem formats seam ranks cpu certificate relaxation network branch driver model data report study mpi app
  verify)

position() {
  local k
  for k in "${!rooms[@]}"; do
    [[ ${rooms[$k]} == "$1" ]] && echo "$k" && return
  done
  echo -1
}

allowed() { # FROM TO
  local from="$1" to="$2"
  [[ $from == "$to" || $to == burelu && $from != verify ]] && return 0
  [[ $from == verify || $to == verify ]] && return 1
  [[ $from == cuda ]] && { [[ $(position "$to") -le $(position ranks) ]] && return 0 || return 1; }
  [[ $to == cuda ]] && { [[ $from == driver ]] && return 0 || return 1; }
  [[ $to == cpu ]] && { [[ $from == driver ]] && return 0 || return 1; }
  (($(position "$to") < $(position "$from")))
}

unknown="$(find src -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | while read -r room; do
  [[ $(position "$room") -ge 0 ]] || echo "$room"
done)"
[[ -z $unknown ]] || { echo "rooms that are not in the list of ${BASH_SOURCE[0]##*/}: $unknown" >&2 && exit 1; }

bad=0
while IFS=: read -r file line text; do
  target="$(sed -n 's/.*#include "\([^"]*\)".*/\1/p' <<<"$text")"
  from="$(cut -d/ -f1-2 <<<"$file")" && from="${from#src/}" && from="${from%%/*}"
  to="${target%%/*}"
  [[ $target == */* ]] || { [[ -f cuda/$target ]] && to=cuda || continue; }
  allowed "$from" "$to" || { echo "$file:$line: $from includes $to ($target)" && bad=$((bad + 1)); }
done < <(grep -rnE '^#include "' src cuda --include='*.cpp' --include='*.hpp' --include='*.inl' --include='*.cu')
[[ $bad -eq 0 ]] || { echo "$bad includes run against the order of the rooms" >&2 && exit 1; }
echo "all includes run with the order of the rooms"
