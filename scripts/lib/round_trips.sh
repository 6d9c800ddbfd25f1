# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh uses and sets
# Sourced after common.sh and bench.sh: counts the instructions of round trips in test kernels, and compares the counts with a baseline.

# build_c_modules KDIR FOLDER: FOLDER/hello_c.ko, FOLDER/hello_genl_c.ko and FOLDER/floor.ko, the modules that hello.ko is measured beside.
build_c_modules() {
    local copy=$2/modules source=user/benches/modules variables
    # What was built for another kernel may not belong to this one.
    if [[ $(cat "$copy.kdir" 2>/dev/null) != "$1" ]]; then rm -rf "$copy"; fi
    mkdir -p "$copy"
    echo "$1" >"$copy.kdir"
    (cd "$project" && cp -r --parents --preserve=timestamps "$source" kmod/uapi "$copy")
    variables=$("$project/scripts/kdir" "$1")
    # shellcheck disable=SC2086 # words on purpose: VARIABLE=VALUE for make
    step "building the C modules for ${2#"$project"/target/*/}" make -C "$1" $variables M="$copy/$source" modules
    cp "$copy/$source"/*.ko "$2"
}

# count_round_trips KERNEL MODULE...: for each module and each exchange of user/benches/round_trips.c a line: MODULE, EXCHANGE, INSTRUCTIONS, with
# tabs between them.
count_round_trips() {
    local kernel=$1 folder=$project/target/bench/$1 kdir log patience=2
    mkdir -p "$folder"
    log=$folder/build.log
    : >"$log"
    kdir=$("$project/scripts/kernel" "$kernel")
    build_c_modules "$kdir" "$folder"
    build_bench_program round_trips
    "$project/scripts/vm" -k "$kernel" --profile quick --icount -- scripts/guest-bench target/test-programs/round_trips "$folder" "${@:2}"
}

# counts_by_exchange KERNEL < COUNTS: KERNEL, EXCHANGE, and the instructions with hello.ko and with floor.ko, over generic netlink hello_genl_c.ko: a line
# of the baseline.
counts_by_exchange() {
    awk -F'\t' -v OFS='\t' -v kernel="$1" '
        $1 == "hello" { exchange[++n] = $2; hello[$2] = $3 }
        $1 == "floor" || $1 == "hello_genl_c" { floor[$2] = $3 }
        END { for (i = 1; i <= n; i++) print kernel, exchange[i], hello[exchange[i]], floor[exchange[i]] }'
}

# compare_counts BASELINE COUNTS: says which exchange grew by more than a hundredth, or stands in one of the files alone; fails if any does. What the
# floor grew by is taken out: that is another kernel or compiler, and not the module.
compare_counts() {
    awk -F'\t' '
        function complain(series, exchange, text) { print series ": " exchange ": " text; failed = 1 }
        /^#/ { next }
        NR == FNR { hello[$1, $2] = $3; floor[$1, $2] = $4; next }
        !(($1, $2) in hello) { complain($1, $2, "not in the baseline"); next }
        {
            was = hello[$1, $2]
            delete hello[$1, $2]
            kernel = $4 - floor[$1, $2]
            due = was + kernel
            if ($3 * 100 > due * 101)
                complain($1, $2, sprintf("%d instructions, %d in the baseline and %+d of the kernel alone: %.1f %% more", $3, was, kernel, ($3 / due - 1) * 100))
        }
        END {
            for (key in hello) { split(key, part, SUBSEP); complain(part[1], part[2], "in the baseline, but not counted") }
            exit failed
        }' "$1" "$2"
}
