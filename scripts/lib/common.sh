# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # the scripts use these, and set $log
# Sourced by every script here: messages, timed steps with a log, and the places that all of them use.

shopt -s inherit_errexit
# What other programs say is read here, and sorted.
export LC_ALL=C
# With it `cd` goes elsewhere, and prints where.
unset CDPATH
# The options of the make that a script was called by are not those of the makes that it calls.
unset MAKEFLAGS MFLAGS

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# A relative path is to be ignored: see the XDG Base Directory Specification.
if [[ ${XDG_CACHE_HOME-} != /* ]]; then
    if [[ ! ${HOME-} ]]; then echo "${0##*/}: HOME is not set, and neither is XDG_CACHE_HOME" >&2 && exit 1; fi
    XDG_CACHE_HOME=$HOME/.cache
fi
cache=$XDG_CACHE_HOME/nlhello
tools=$cache/tools

# The series of the long-term kernel: the oldest that the tests hold for, and the test kernel where no other is asked for.
lts=6.12
# The first release that has what the module takes of the kernel crate.
oldest_release=6.12.19

say() { put_line "${0##*/}: $*"; }

# put_line TEXT: a line on standard error, in the place of a clock that runs there.
put_line() { printf '%b%s\n' "${nlhello_board+$clear_line}" "$1" >&2; }
if [[ -t 2 ]]; then clear_line='\r\e[K'; else clear_line=''; fi

die() {
    say "$*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The comment at the top of a script is its help text.
usage() { sed -n '/^# Usage/,/^$/{s/^# \{0,1\}//;p}' "$project/scripts/${0##*/}"; }

# take_numbers MOST [ARG...]: ends the script with its help text unless its arguments are numbers from 1 on, and no more than MOST.
take_numbers() {
    local number
    if [[ ${2-} == -h || ${2-} == --help ]]; then usage && exit; fi
    (($# - 1 <= $1)) || { usage >&2 && exit 2; }
    for number in "${@:2}"; do [[ $number =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }; done
}

# The release of the distribution, by its name; nothing where it has none.
os_codename() {
    # shellcheck source=/dev/null
    (. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME-}")
}

# is_plain PATH: says whether make, shells and QEMU take it as it is.
is_plain() { [[ $1 != *[][:space:],:\;\'\"\`\\\$#%\&\|\<\>\(\)\*\?[]* ]]; }

# Ends the script where nothing can be built and booted from the project's folder.
check_project() {
    is_plain "$project" || die "make and QEMU cannot take a project folder with a space, comma, colon, quote or the like in its path: $project"
    [[ ! $project =~ ^/(dev|proc|run|sys)/ ]] || die "the virtual machine has a /${BASH_REMATCH[1]} of its own, and would not see $project: copy the project elsewhere"
    check_target
}

# Ends the script where it could build nothing.
check_target() {
    mkdir -p "$project/target" 2>/dev/null || true
    [[ -w $project/target ]] ||
        die "what is built goes to $project/target, and that cannot be written to: copy the project to a folder of yours"
}

# Ends the script where nothing can be kept.
check_cache() {
    mkdir -p "$cache" 2>/dev/null || true
    [[ -w $cache ]] || die "what is fetched goes to $cache, and that cannot be written to: set XDG_CACHE_HOME to a folder of yours"
}

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
        say "another run holds $1; waiting for it"
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
    if [[ ${nlhello_board-} ]]; then
        announce_beside_others "$1"
    elif [[ -t 2 ]]; then
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
    if [[ ${nlhello_board-} ]]; then
        put_line "$1... $2"
        return
    fi
    if [[ $ticker ]]; then
        kill "$ticker"
        printf '\r' >&2
    fi
    if [[ $ticker ]] || ((${patience-0} > 0)); then printf '%s...' "$1" >&2; fi
    printf ' %s\n' "$2" >&2
}

# advise < OUTPUT: says what to do where a step failed for a reason that is not its own.
advise() {
    local words
    words=$(cat)
    if grep -qF 'No space left on device' <<<"$words" || is_full "$cache" || is_full "$project"; then
        say "the disk is full, where $cache is or $project: make room, or set XDG_CACHE_HOME to a folder that has some; what is done already is kept"
    elif grep -qE 'Temporary failure (resolving|in name resolution)|[Cc]ould ?n.t resolve|[Cc]ould not (resolve|connect)|Failed to fetch|Connection (refused|timed out|reset)|unreachable' <<<"$words"; then
        say "the network or a package source is out of reach, or its lists have become old: run this again; what is done already is kept"
    fi
}

# is_full FOLDER: whether less than a MiB is left there.
is_full() {
    local left
    left=$(df --output=avail "$1" 2>/dev/null | tail -n 1)
    [[ $left ]] && ((left < 1024))
}

# last_output FILE: the end of what the last step has said there.
last_output() { awk '/^== / { n = 0 } { line[n++] = $0 } END { for (i = n > 30 ? n - 30 : 0; i < n; i++) print line[i] }' "$1"; }

# step TEXT COMMAND...: runs it with its output in $log; prints one line that ends in the time it took.
step() {
    local text="  $1" began=$SECONDS ticker='' output=$log status
    shift
    announce "$text"
    { printf '\n== %s\n' "$*" >>"$output"; } 2>/dev/null || true
    # Not `"$@" || ...`: inside a condition bash ignores `set -e` in the whole command.
    set +e
    (
        set -e
        "$@"
    ) </dev/null >>"$output" 2>&1
    status=$?
    set -e
    if [[ ${nlhello_board-} ]]; then leave_board; fi
    if ((status != 0)); then
        conclude "$text" "failed after $(elapsed "$began"); the end of $log:"
        last_output "$output" | sed 's/^/    /' >&2
        last_output "$output" | advise
        exit "$status"
    elif ((SECONDS - began >= ${patience-0})); then
        conclude "$text" "$(elapsed "$began")"
    elif [[ $ticker ]]; then
        kill "$ticker"
    fi
}

# Steps side by side. $nlhello_board is a folder: each step that runs has a file there with its text and when it began, and one for its output, which
# goes to $log in one piece. It is in the environment, so that the steps of scripts that run side by side share one clock.

announce_beside_others() {
    output=$nlhello_board/$BASHPID.output
    : >"$output"
    { printf '%s\t%s\n' "$EPOCHSECONDS" "${1#  }" >"$nlhello_board/$BASHPID.runs"; } 2>/dev/null || true
    if [[ ! -t 2 ]] && ((${patience-0} == 0)); then put_line "$1..."; fi
}

leave_board() {
    rm -f "$nlhello_board/$BASHPID.runs"
    # What failed may be that there is no room.
    cat "$output" >>"$log" 2>/dev/null || true
}

# side_by_side FUNCTION...: runs them at once, each in a process group of its own. When one fails, the others are ended, and so is the script,
# with its status. Not for `$(...)`: there bash forgets jobs that have ended.
side_by_side() {
    local jobs=() job status=0 ended owns_board='' clock=''
    if [[ ! ${nlhello_board-} ]]; then open_board; fi
    trap 'end_jobs; exit 130' INT
    trap 'end_jobs; exit 143' TERM HUP
    for job; do start_job "$job"; done
    while ((${#jobs[@]} && status == 0)); do
        # Bash has words of its own for a job that a signal ended.
        wait -n -p ended "${jobs[@]}" 2>/dev/null || status=$?
        mapfile -t jobs < <(printf '%s\n' "${jobs[@]}" | grep -vx "$ended")
    done
    end_jobs
    trap - INT TERM HUP
    ((status == 0)) || exit "$status"
}

# Job control gives the job its group, and leaves it Ctrl-C.
start_job() {
    set -m
    (
        trap - INT TERM HUP
        set +m
        "$1"
    ) &
    jobs+=($!)
    set +m
}

end_jobs() {
    local job
    {
        for job in "${jobs[@]}"; do kill -TERM -- "-$job" || true; done
        if [[ $owns_board ]]; then close_board; fi
        wait
    } 2>/dev/null
    if [[ $clock ]]; then printf '%b' "$clear_line" >&2; fi
}

open_board() {
    nlhello_board=$(mktemp -d)
    export nlhello_board
    owns_board=yes
    if [[ -t 2 ]]; then
        show_board &
        clock=$!
    fi
}

close_board() {
    # It would look again only when its second is over.
    if [[ $clock ]]; then kill "$clock" || true; fi
    rm -rf "$nlhello_board"
    unset nlhello_board
}

# One line with all that runs, until the script has gone or ends this.
show_board() {
    local width line
    width=$(stty size <&2 | cut -d' ' -f2)
    # A terminal may not know its width.
    if ((width < 2)); then width=80; fi
    while line=$(running_steps); do
        printf '\r\e[K%s' "${line:0:width-1}" >&2
        sleep 1
    done
}

# Fails when the board, or the script, has gone.
running_steps() {
    [[ -d $nlhello_board ]] && kill -0 $$ 2>/dev/null || return
    # A step may end meanwhile, and its file go.
    { find "$nlhello_board" -name '*.runs' -exec cat {} + 2>/dev/null || true; } | sort -n |
        awk -F'\t' -v now="$EPOCHSECONDS" '{ printf "%s%s %d s", (NR > 1 ? " | " : "  "), $2, now - $1 }'
}
