#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes each target, or the one that is named, for so many seconds: tests/fuzz/run.sh SECONDS [TARGET]
# New inputs are kept in the build directory (FUZZ_BUILD, by default build-fuzz); the committed corpus is only read.
# Needs clang with libFuzzer.
set -eu

seconds=${1:?usage: run.sh SECONDS [TARGET]}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/build-fuzz}

CC=${CC:-clang} cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSMGW_FUZZ=ON \
    -DSMGW_BUILD_EXAMPLES=OFF -DSMGW_SANITIZE=fuzzer-no-link,address,undefined >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; exit 1; }

if [ $# -gt 1 ]; then
    targets=$2
else
    targets=$(basename -a "$here"/fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')
fi

for target in $targets; do
    cmake --build "$build" --target "fuzz_$target" -j 2 >>"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 1; }
    found=$build/corpus/$target
    mkdir -p "$found" "$build/artifacts"
    dictionary=$here/$target.dict
    echo "== $target, $seconds s"
    "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$build/artifacts/$target-" \
        ${dictionary:+$([ -f "$dictionary" ] && echo "-dict=$dictionary")} "$found" "$here/corpus/$target" 2>&1 | tail -12
done
