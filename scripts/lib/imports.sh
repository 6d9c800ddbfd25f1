# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Sourced by scripts/check and by its tests: in which order the modules of the netlink layer build on each other.

# upward_imports FOLDER ROOT [LAST]: each import, as FILE:LINE, of a module in FOLDER from one that ROOT declares in the same group of mod lines or in a
# later one; groups are apart by blank lines. ROOT is FOLDER.rs (crate::FOLDER), or lib.rs in FOLDER (the crate). With LAST, modules of the last group may
# import from each other. What ROOT re-exports is that of the module that has it; what it defines itself, all may import.
# An import is a path, in a `use` or in the code. A method that a module gives to a type of another one, and that is called, is none.
upward_imports() {
    local base=${1##*/}::
    [[ $2 != "$1/"* ]] || base=''
    # shellcheck disable=SC2016 # a program of awk
    find "$1" -name '*.rs' ! -name tests.rs ! -path '*/tests/*' ! -path "$2" | sort | xargs awk -v folder="$1" -v root="$2" -v base="$base" -v last="${3:+1}" '
        function begin_file() {
            own = substr(FILENAME, length(folder) + 2)
            sub(/\.rs$/, "", own)
            gsub(/\//, "::", own)
            unit = own
            sub(/::.*/, "", unit)
            own = base own
            depth = 0
        }
        # What a path of this file is from the root of the crate on; nothing for one that does not say where it begins.
        function absolute(path,    up) {
            if (path ~ /^crate::/) return substr(path, 8)
            if (base && index(path "::", base) == 1) return path
            for (up = own; path ~ /^super::/; path = substr(path, 8)) if (!sub(/::[^:]*$/, "", up)) up = ""
            return up == own ? "" : up ? up "::" path : path
        }
        function report(name) {
            if (name in home) name = home[name]
            if (!(unit in group) || last && group[unit] == groups && group[name] == groups) return
            if (name == "*" || name in group && name != unit && group[name] >= group[unit])
                printf "%s:%d: %s imports from %s\n", FILENAME, FNR, unit, name
        }
        # Follows a path, and in a `use` the lists of its tree, each of which goes on from the path before it.
        function read(token) {
            if (token == "use") { depth = 1; start[1] = path = "" }
            else if (token == "{" && depth) { start[++depth] = path; path = "" }
            else if (token == "}" && depth) depth--
            else if (token == ";") depth = 0
            else if (token == "::") path = path "::"
            else if (token ~ /^[A-Za-z_*]/) {
                path = (path ~ /::$/ ? path : depth ? start[depth] : "") token
                name = absolute(path)
                if (index(name, base) == 1 && substr(name, length(base) + 1) ~ /^[^:]+$/) report(substr(name, length(base) + 1))
            }
            else path = ""
        }
        function declare() {
            if ($0 == "") groups++
            sub(/ *\/\/.*/, "")
            if (/^(pub(\([a-z]+\))? )?mod [a-z0-9_]+;/) { sub(/;/, "", $NF); group[$NF] = groups }
            if (/^pub use [a-z0-9_]+::/) { source = $3; sub(/::.*/, "", source) }
            if (/^pub use [a-z0-9_]+::[A-Za-z0-9_]+;/) { sub(/.*::/, ""); sub(/;/, ""); home[$0] = source }
            if (/^    [A-Za-z0-9_]+,/) { gsub(/[ ,]/, ""); home[$0] = source }
        }

        FILENAME == root { declare(); next }
        FNR == 1 { begin_file() }
        {
            sub(/\/\/.*/, "")
            for (line = $0; match(line, /[A-Za-z0-9_]+|::|[^ ]/); line = substr(line, RSTART + RLENGTH))
                read(substr(line, RSTART, RLENGTH))
        }
    ' "$2"
}
