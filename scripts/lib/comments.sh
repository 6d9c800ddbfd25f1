# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Sourced by scripts/check and by its tests: what comments of Rust begin with.

# nameless_comments FOLDER...: each comment in a FOLDER's Rust files, as FILE:LINE and its text, that begins with a pronoun where its subject belongs, or
# that refers to another comment by its place. A comment is a block of lines with the same marker, or what follows code on a line; a label such as SAFETY
# is no part of it.
nameless_comments() {
    # shellcheck disable=SC2016 # a program of awk
    find "$@" -name '*.rs' | sort | xargs awk '
        BEGIN {
            pronoun = "^(It|Its|They|Them|Their|He|She|This|That|These|Those|What|Whatever|Who|Whom|Whose|Whoever|Which|Whichever|" \
                "One|Such|Same|The same|Else|Others|Nobody|Nothing|None)([^A-Za-z_-]|$)"
            reference = "(^|[^A-Za-z])([Ee]lse as|[Aa]s above|[Tt]he like)([^A-Za-z]|$)"
        }
        function check(text, is_first) {
            if (match(text, /^[A-Z]+: /)) text = toupper(substr(text, RLENGTH + 1, 1)) substr(text, RLENGTH + 2)
            if (is_first && text ~ pronoun || text ~ reference) printf "%s:%d: %s\n", FILENAME, FNR, text
        }
        FNR == 1 { block = "" }
        match($0, /^ *\/\/[\/!]?( |$)/) {
            marker = substr($0, RSTART, RLENGTH)
            gsub(/ /, "", marker)
            check(substr($0, RLENGTH + 1), marker != block)
            block = marker
            next
        }
        { block = "" }
        match($0, /[])};,{(] +\/\/ /) { check(substr($0, RSTART + RLENGTH), 1) }
    '
}
