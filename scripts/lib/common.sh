# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # the scripts use these, and set $log
# Sourced by every script here: messages, timed steps with a log, and the places that all of them use.

shopt -s inherit_errexit
# What other programs say is read here, and sorted.
export LC_ALL=C

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# A relative path is to be ignored: see the XDG Base Directory Specification.
if [[ ${XDG_CACHE_HOME-} != /* ]]; then XDG_CACHE_HOME=${HOME:?HOME is not set, and neither is XDG_CACHE_HOME}/.cache; fi
cache=$XDG_CACHE_HOME/nlhello
tools=$cache/tools

# The series of the long-term kernel: the oldest that the tests hold for, and the test kernel where no other is asked for.
lts=6.12

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The comment at the top of a script is its help text.
usage() { sed -n '/^# Usage/,/^$/{s/^# \{0,1\}//;p}' "$0"; }

# hash_of < TEXT: short, for the names of cache entries.
hash_of() { sha256sum | cut -c1-10; }

# version_at_least HAVE WANT
version_at_least() { printf '%s\n%s\n' "$2" "$1" | sort -C -V; }

# first_version < TEXT: the first thing that looks like one.
first_version() { sed -nE 's/^[^0-9]*([0-9]+(\.[0-9]+)+).*/\1/p;T;q'; }

# hold_lock FILE: waits for it, and holds it until this shell and all that it started have gone.
hold_lock() {
    local lock
    mkdir -p "$(dirname "$1")"
    exec {lock}>"$1"
    if ! flock -n "$lock"; then
        say "another run holds ${1/#"$HOME"/\~}; waiting for it"
        flock "$lock"
    fi
}

# with_lock FILE COMMAND...: one at a time, over all processes.
with_lock() {
    local file=$1
    shift
    (
        hold_lock "$file"
        "$@"
    )
}

elapsed() {
    local seconds=$((SECONDS - $1))
    if ((seconds < 60)); then echo "$seconds s"; else echo "$((seconds / 60)) min $((seconds % 60)) s"; fi
}

# Where nobody looks at a terminal, a step is announced when it starts and its line completed when it ends.
# $patience (seconds, default 0): a step that is done sooner says nothing at all.
announce() {
    if [[ -t 2 ]]; then
        tick "$1" &
        ticker=$!
    elif ((${patience-0} == 0)); then
        printf '%s...' "$1" >&2
    fi
}

# A running clock behind the step's text. It ends with the script, however that ends.
tick() {
    while kill -0 $$ 2>/dev/null; do
        if ((SECONDS - began >= ${patience-0})); then printf '\r%s... %s' "$1" "$(elapsed "$began")" >&2; fi
        sleep 1
    done
}

conclude() {
    if [[ $ticker ]]; then
        kill "$ticker"
        printf '\r' >&2
    fi
    if [[ $ticker ]] || ((${patience-0} > 0)); then printf '%s...' "$1" >&2; fi
    printf ' %s\n' "$2" >&2
}

# step TEXT COMMAND...: runs it with its output in $log; prints one line that ends in the time it took.
step() {
    local text="  $1" began=$SECONDS ticker='' status
    shift
    announce "$text"
    printf '\n== %s\n' "$*" >>"$log"
    # Not `"$@" || ...`: inside a condition bash ignores `set -e` in the whole command.
    set +e
    (
        set -e
        "$@"
    ) </dev/null >>"$log" 2>&1
    status=$?
    set -e
    if ((status != 0)); then
        conclude "$text" "failed after $(elapsed "$began"); the end of $log:"
        tail -n 30 "$log" | sed 's/^/    /' >&2
        exit "$status"
    elif ((SECONDS - began >= ${patience-0})); then
        conclude "$text" "$(elapsed "$began")"
    elif [[ $ticker ]]; then
        kill "$ticker"
    fi
}
