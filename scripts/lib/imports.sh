# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Sourced by scripts/check and by its tests: in which order the modules of the netlink layer build on each other.

# upward_imports FOLDER: each import, as FILE:LINE, of a module in FOLDER (crate::netlink) from one that FOLDER.rs declares in the same group of mod
# lines or in a later one; groups are apart by blank lines. What FOLDER.rs re-exports is that of the module that has it; what it defines itself, all may import.
# An import is a path, in a `use` or in the code. A method that a module gives to a type of another one, and that is called, is none.
upward_imports() {
    # shellcheck disable=SC2016 # a program of awk
    find "$1" -name '*.rs' ! -name tests.rs ! -path '*/tests/*' | sort | xargs awk -v folder="$1" '
        function begin_file() {
            own = substr(FILENAME, length(folder) + 2)
            sub(/\.rs$/, "", own)
            gsub(/\//, "::", own)
            unit = own
            sub(/::.*/, "", unit)
            own = "netlink::" own
            depth = 0
        }
        # What a path of this file is from the root of the crate on; nothing for one that does not say where it begins.
        function absolute(path,    base) {
            if (path ~ /^crate::/) return substr(path, 8)
            if (path ~ /^netlink(::|$)/) return path
            for (base = own; path ~ /^super::/; path = substr(path, 8)) if (!sub(/::[^:]*$/, "", base)) base = ""
            return base == own ? "" : base "::" path
        }
        function report(name) {
            if (name in home) name = home[name]
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
                if (name ~ /^netlink::[^:]+$/) report(substr(name, 10))
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

        FILENAME == folder ".rs" { declare(); next }
        FNR == 1 { begin_file() }
        {
            sub(/\/\/.*/, "")
            for (line = $0; match(line, /[A-Za-z0-9_]+|::|[^ ]/); line = substr(line, RSTART + RLENGTH))
                read(substr(line, RSTART, RLENGTH))
        }
    ' "$1.rs"
}
