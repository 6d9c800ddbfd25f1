#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# iproute2 6.1.0 (Debian 12's package 6.1.0-3): `ip -force -batch` promises in ip(8) not to terminate on errors in batch mode. It goes on behind what the
# kernel refuses, and behind a link that is not there; but a word that ip itself does not accept ends it with status 255, and the lines behind are
# not run. The same missing link is of the first sort in `route add ... dev`, of the second in `route add ... nexthop dev` and `nexthop add ... dev`.
#
# Seen, of two lines of which the second sets the MTU of lo: "done" where that was done.
#
#   route del 10.9.0.0/24                     done
#   route add 10.9.0.0/24 dev nosuch          done
#   addr add 10.9.0.1/24 dev nosuch           done
#   route add 10.9.0.0/24 nexthop dev nosuch  not done, 255
#   nexthop add id 5 dev nosuch               not done, 255
#   link set lo mtu x                         not done, 255

set -euo pipefail

version=6.1.0-3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download "iproute2=$version" libbpf1 libelf1 libmnl0 libbsd0 libmd0 libcap2 libxtables12 libdb5.3 >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" .; done
LD_LIBRARY_PATH=$(printf '%s:' usr/lib/*-linux-gnu lib/*-linux-gnu)
export LD_LIBRARY_PATH PATH=$folder/bin:$folder/sbin:$PATH

# second_line FIRST: whether the line behind FIRST was run, in a network namespace of its own.
second_line() {
    # shellcheck disable=SC2016 # for the shell in there
    unshare --map-root-user --net sh -c '
        printf "%s\nlink set lo mtu 1400\n" "$1" | ip -force -batch - >/dev/null 2>&1
        status=$?
        if ip -o link show lo | grep -q "mtu 1400 "; then echo done; else echo "not done, $status"; fi
    ' sh "$1"
}

expected() { sed -nE 's/^#   (.*[^ ])  +((not )?done.*)$/\1\t\2/p' "$script"; }

script=$(cd "$OLDPWD" && realpath "$0")
ip -V
count=0
while IFS=$'\t' read -r line outcome; do
    seen=$(second_line "$line")
    printf '%-42s%s\n' "$line" "$seen"
    [[ $seen == "$outcome" ]] || { echo "it was: $outcome" >&2 && exit 1; }
    count=$((count + 1))
done < <(expected)
((count == 6))
