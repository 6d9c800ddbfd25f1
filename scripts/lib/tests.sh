# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set, and what they use
# Sourced after common.sh: the tests of the client and of the module, which of them there are, where they run, and how they are counted.

cargo=${CARGO:-cargo}

# Of tests whose time is asked for (TIMES=1), libtest tells it, if it is allowed what is not stable.
test_args=()
if [[ ${TIMES-} ]]; then
    export RUSTC_BOOTSTRAP=1
    test_args=(-Z unstable-options --report-time)
fi

# Names, before anything is compiled.

# Every word that names of tests are made of: files and modules, functions, and what macros make functions of.
words_of_tests() {
    local files
    cd "$project" || return
    files=$(grep -rlE '#\[test\]|```' user/src/ user/tests kmod/wire.rs kmod/wire --include='*.rs')
    # shellcheck disable=SC2086 # no blanks in there
    { echo "$files" && sed -nE 's/.*\b(fn|mod) ([a-z0-9_]+).*/\2/p' $files && made_by_macros $files; } | grep -oE '[A-Za-z0-9_]+' | sort -u
}

# made_by_macros FILE...: the words that begin the lines of what macros are called with, where a macro has tests.
made_by_macros() { grep -l 'macro_rules!' "$@" | xargs sed -nE '/^[a-z]+! ?[{[]/,/^[]}]/ { s/^[a-z]+!//; s/^ +([a-z0-9_]+)(:.*)?$/\1/; /^[][{}a-z0-9_, ;]+$/p }'; }

# check_filter FILTER: stops where no test can have it in its name. Whether one has, only the programs of the tests know.
check_filter() {
    local words word
    words=$(words_of_tests)
    while read -r word; do
        grep -qF -- "$word" <<<"$words" || die "no test has '$1' in its name: '$word' stands nowhere in the tests; \`ls user/tests/kernel\` shows their modules"
    done < <(grep -oE '[A-Za-z0-9_]+' <<<"$1")
}

# modules_of_tests KERNEL|all: the modules of tests that talk to a kernel: all, or those that KERNEL has to run where lts and the newest share them, or
# that one with the family in it has.
modules_of_tests() {
    local others='^$'
    case $1 in
    *-built-in) others='^(both|lts|newest)$' ;;
    lts) others='^newest$' ;;
    newest | stock) others='^lts$' ;;
    esac
    awk -v others="$others" '!/^#/ && NF && $2 !~ others { print $1 }' scripts/config/tests-by-kernel
}

# Programs.

# build_tests [OPTION...]: builds programs that hold tests, and prints their paths. (`tee /dev/stderr` would empty a log that stderr is.)
build_tests() {
    local built
    built=$(CARGO_TERM_QUIET=false CARGO_TERM_VERBOSE=false "$cargo" test --package nlhello --no-run --color=never "$@" 2>&1 | tee >(cat >&2) | sed -nE 's|^ *Executable .*\((.*)\)$|\1|p')
    [[ $built ]] || die "$cargo did not say which programs it has built"
    echo "$built"
}

# doc_tests [FILTER]: the examples of the library's docs; they are compiled, and talk to nobody.
doc_tests() { "$cargo" test --package nlhello --doc -- "$@"; }

# client_tests [FILTER]: those of the client alone, which ask nothing of the kernel that is not the same on every one.
client_tests() { "$cargo" test --package nlhello --no-fail-fast --lib --bins --tests -- "${test_args[@]}" "$@"; }

# names PROGRAM [FILTER]: the names of its tests.
names() { "$1" --list --format terse "${@:2}" | sed -n 's/: test$//p'; }

# net_tests FOLDER PROGRAM NAME...: those of rtnetlink alone, with the client in FOLDER.
net_tests() { PATH=$(realpath "$1"):$PATH TEST_ARGS="${test_args[*]}" IP=$(iproute2_program ip) BRIDGE=$(iproute2_program bridge) scripts/net-tests "${@:2}"; }

# Results.

# sum RESULTS WORD: how many tests ended so, in all runs.
sum() { awk -v word="$2;" '/^test result: / { for (i = 2; i <= NF; i++) if ($i == word) n += $(i - 1) } END { print n + 0 }' "$1"; }

# conclude_tests RESULTS STATUS [FILTER]: prints the summary line, and ends with the status.
conclude_tests() {
    local passed failed
    passed=$(sum "$1" passed) failed=$(sum "$1" failed)
    if [[ ${TIMES-} ]]; then slowest "$1"; fi
    printf '\n%s passed, %s failed\n' "$passed" "$failed"
    if ((passed + failed + $2 == 0)); then
        die "$(if (($# > 2)); then echo "no test that is to run here has '${*:3}' in its name"; else echo "no test ran"; fi)"
    fi
    exit "$2"
}

slowest() {
    printf '\nThe slowest tests, in seconds:\n'
    sed -nE 's/^test (.*) \.\.\. .* <([0-9.]+)s>$/\2 \1/p' "$1" | sort -rn | sed -n 1,20p
}
