# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set, and what they use
# Sourced after common.sh, apt.sh and stock.sh: the newest iproute2 that Debian offers, beside that of the system. On Debian 12 it wants a newer
# C library, so it is unpacked in the cache with the libraries that it depends on, and started by the loader among them.

iproute2_folder=$tools/iproute2-$stock_suite

# Debian's package is of use on its own releases, and its loader is named for the processor.
iproute2_is_offered() { [[ $(uname -m) == x86_64 && ${1-} =~ ^(bookworm|trixie)$ ]]; }

# iproute2_program NAME: the cached one, else the system's.
iproute2_program() {
    if [[ -e $iproute2_folder/.complete ]]; then echo "$iproute2_folder/usr/bin/$1"; else command -v "$1"; fi
}

iproute2_packages() { private_apt apt-get install -qq --no-install-recommends -t "$backports" "$@" iproute2; }

# fetch_iproute2 FOLDER: unpacks it and all that it depends on, of backports where they have it newer.
fetch_iproute2() {
    local list
    apt_home=$1.apt apt_sources=write_stock_sources
    update_lists
    list=$(iproute2_packages --print-uris | awk '{ print $2 }')
    iproute2_packages -y --download-only
    tool_root=$1 prefix=$1/usr
    unpack_root "$list"
    wrap_iproute2
    rm -r "$apt_home"
}

wrap_iproute2() {
    local name
    mkdir "$prefix/elf"
    mv "$tool_root/bin/ip" "$tool_root/sbin/bridge" "$prefix/elf"
    for name in ip bridge; do
        run_by_loader "$prefix/elf/$name" >"$prefix/bin/$name"
        chmod +x "$prefix/bin/$name"
        "$prefix/bin/$name" -V
    done
}
