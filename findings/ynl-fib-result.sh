#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Linux 7.3.4, Documentation/netlink/specs/nftables.yaml: `fib-result` counts from 0, `enum nft_fib_result` of include/uapi/linux/netfilter/nf_tables.h from 1
# (NFT_FIB_RESULT_UNSPEC is 0). So the kernel's own client for its specs (tools/net/ynl/pyynl/cli.py) takes the first kind of result for the second, the
# second for the third, and ends with a KeyError where there is the third: then none of the rules is shown.
#
# Seen, of a chain with one rule each:
#
#   fib saddr oif 1          oifname
#   fib saddr oifname lo     addrtype
#   fib daddr type local     KeyError: 3
#
# KSRC=DIR is a kernel's source; without it that of the newest test kernel in the cache. It takes nft, and yaml for /usr/bin/python3.

set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/nlhello
KSRC=${KSRC:-$(sed -n 's/^KSRC=//p' "$(find "$cache"/kernels/[0-9]*/build -maxdepth 1 -name nlhello.env | sort -V | tail -n 1)")}
export KSRC

# shown RULE: what the client shows of a chain with this rule, in a network namespace of its own.
shown() {
    # shellcheck disable=SC2016 # for the shell in there
    unshare --map-root-user --net sh -c '
        nft "add table ip t; add chain ip t c; add rule ip t c $1 accept"
        /usr/bin/python3 "$KSRC/tools/net/ynl/pyynl/cli.py" --no-schema --spec "$KSRC/Documentation/netlink/specs/nftables.yaml" \
            --dump getrule --json "{\"nfgen-family\": 2, \"version\": 0, \"res-id\": 0}" --output-json 2>&1
    ' sh "$1" | grep -oE '"result": "[a-z]+"|KeyError: [0-9]+' | sed -E 's/.*"([a-z]+)"$/\1/'
}

script=$(realpath "$0")
count=0
while IFS=$'\t' read -r rule outcome; do
    seen=$(shown "$rule") || true
    printf '%-25s%s\n' "$rule" "$seen"
    [[ $seen == "$outcome" ]] || { echo "it was: $outcome" >&2 && exit 1; }
    count=$((count + 1))
done < <(sed -nE 's/^#   (fib .*[^ ])  +([^ ].*)$/\1\t\2/p' "$script")
((count == 3))
