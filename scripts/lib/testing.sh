# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034 # the tests end with $failed
# Sourced after common.sh by the tests of scripts.

failed=0

# holds BEHAVIOUR COMMAND...
holds() {
    if ! "${@:2}"; then
        say "failed: $1"
        failed=1
    fi
}

# refuses WORDS COMMAND...: says whether the command fails and its output has the words.
refuses() {
    local output
    if output=$("${@:2}" 2>&1); then return 1; fi
    [[ $output == *"$1"* ]]
}
