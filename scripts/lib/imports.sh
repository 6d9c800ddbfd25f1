# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Sourced by scripts/check and by its tests: in which order the modules of the netlink layer build on each other.

# upward_imports FOLDER: each import, as FILE:LINE, of a module in FOLDER (crate::netlink) from one that FOLDER.rs declares in the same group of mod
# lines or in a later one; groups are apart by blank lines. What FOLDER.rs re-exports is that of the module that has it; what it defines itself, all may import.
# Reads what rustfmt wrote: a name of a list has a line, and its depth is that of its spaces.
upward_imports() {
    # shellcheck disable=SC2016 # a program of awk
    find "$1" -name '*.rs' ! -name tests.rs ! -path '*/tests/*' | sort | xargs awk -v folder="$1" '
        function begin_file() {
            list = ""
            unit = substr(FILENAME, length(folder) + 2)
            sub(/[.\/].*/, "", unit)
            is_inner = FILENAME != folder "/" unit ".rs"
        }
        # Names of a list at this depth.
        function listed(depth) { return list == depth && match($0, "^" depth "[A-Za-z_]+") ? substr($0, RSTART, RLENGTH) : "" }
        function report(name) {
            gsub(/^ +|.*::/, "", name)
            if (name in home) name = home[name]
            if (name in group && name != unit && group[name] >= group[unit])
                printf "%s:%d: %s imports from %s\n", FILENAME, FNR, unit, name
        }
        function declare() {
            if ($0 == "") groups++
            if (/^(pub )?mod [a-z_]+;/) { sub(/;/, "", $NF); group[$NF] = groups }
            if (/^pub use [a-z_]+::/) { source = $3; sub(/::.*/, "", source) }
            if (/^pub use [a-z_]+::[A-Za-z_]+;/) { sub(/.*::/, ""); sub(/;/, ""); home[$0] = source }
            if (/^    [A-Za-z_]+,/) { gsub(/[ ,]/, ""); home[$0] = source }
        }

        FNR == 1 { begin_file() }
        { sub(/ *\/\/.*/, "") }
        FILENAME == folder ".rs" { declare(); next }
        /^use (super|crate|crate::netlink)::\{/ {
            list = "    "
            is_crate = /crate::\{/
            if (is_inner && /super/) list = ""
            next
        }
        /^}/ { list = "" }
        list != "" && is_crate && /^    [a-z]+::\{/ { list = /^    netlink::/ ? "        " : "no" }
        list != "" && is_crate && /^    }/ { list = "    " }
        !is_crate || list == "        " { if (listed(list) != "") report(listed(list)) }
        {
            line = $0
            while (match(line, /(super|netlink)::[A-Za-z_]+/)) {
                if (!is_inner || substr(line, RSTART, 5) != "super") report(substr(line, RSTART, RLENGTH))
                line = substr(line, RSTART + RLENGTH)
            }
        }
    ' "$1.rs"
}
