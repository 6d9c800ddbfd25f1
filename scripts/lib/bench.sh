# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Sourced after common.sh by the benchmarks.

# build_bench NAME: the client, and the program of user/benches/NAME.c that measures it.
build_bench() {
    scripts/setup client
    "${CARGO:-cargo}" build --quiet --release --package nlhello
    build_bench_program "$1"
}

# build_bench_program NAME: target/test-programs/NAME, of user/benches/NAME.c.
build_bench_program() {
    mkdir -p target/test-programs
    "${CC:-cc}" -Wall -Wextra -Werror -O2 -o "target/test-programs/$1" "user/benches/$1.c"
}

# median < NUMBERS
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
