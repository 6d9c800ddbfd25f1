# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set, and what they use
# Sourced after common.sh and apt.sh: packages of Debian's newer suite, unpacked in the cache beside the system, which stays as it is. Their
# programs want a newer C library than the machine may have, so the loader among them starts them.

stock_suite=trixie
stock_tuple=x86_64-linux-gnu

# Both releases have its keys, and the loader is named for the processor.
root_is_offered() { [[ $(uname -m) == x86_64 && $(os_codename) =~ ^(bookworm|trixie)$ ]]; }

use_stock_apt() {
    apt_home=$cache/apt-stock
    apt_sources=write_stock_sources
}

# The suite and its backports: on Debian 12, neither is among the machine's sources.
write_stock_sources() {
    local suite mirror
    mirror=$(machine_mirror "$1")
    for suite in "$stock_suite" "$backports"; do echo "deb [signed-by=$keyring check-valid-until=no] $mirror $suite main"; done
}

# Packages that compilers depend on for programs that they make, and that nothing here runs or links: headers, sanitizers.
not_for_compiling='^(lib(asan|hwasan|lsan|tsan|ubsan)[0-9]+|linux-libc-dev|lib(c6|crypt|clang|clang-[0-9]+|gcc-[0-9]+|stdc\+\+-[0-9]+|objc-[0-9]+)-dev)_'

# needed_packages NAME...: the files of the packages, and of all that they depend on. apt sees an empty system, and none of the files that an
# interrupted run left: it would not list those.
needed_packages() {
    private_apt apt-get install -qq --no-install-recommends --print-uris -o Dir::Cache::archives="$apt_home/empty" "$@" |
        awk '{ print $2 }' | grep -vE "$not_for_compiling"
}

# package_names < FILES
package_names() { sed 's/_.*//'; }

# fetch_packages FOLDER NAME...: downloads the package files into FOLDER; what lies there already, apt completes or keeps.
fetch_packages() {
    mkdir -p "$1"
    cd "$1" || return
    # What cannot be fetched may have been replaced since the lists were.
    if ! private_apt apt-get download "${@:2}"; then
        rm -f "$apt_home/updated"
        return 1
    fi
}

# unpack_root LIST: the package files in apt's cache, to $tool_root. No package's script runs, and nothing else is touched.
unpack_root() {
    local folder
    rm -rf "$tool_root"
    for folder in bin sbin lib lib64; do
        mkdir -p "$prefix/$folder"
        ln -s "usr/$folder" "$tool_root/$folder"
    done
    export tool_root
    export -f unpack_package
    # shellcheck disable=SC2016 # for the shells that xargs starts
    (cd "$apt_home/cache/archives" && xargs -n 1 -P "$(nproc)" bash -c 'unpack_package "$1"' -) <<<"$1"
}

# Of the sources of Rust, the library is what kernels are built with.
unpack_package() {
    set -o pipefail
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$tool_root" --keep-directory-symlink --no-wildcards-match-slash \
        --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/lib/llvm-*/lib/*.a' \
        --exclude='./usr/libexec/gcc/*/*/lto*' --exclude='./usr/src/rustc-*/compiler' --exclude='./usr/src/rustc-*/src' --exclude='./usr/src/rustc-*/vendor'
}

# run_by_loader FILE [VARIABLE=VALUE]: prints a program that runs FILE with the libraries under $prefix.
run_by_loader() {
    # shellcheck disable=SC2016 # for the shell of the new script
    printf '#!/bin/sh\n%sexec %q --library-path %q --argv0 "$0" %q "$@"\n' "${2:+export $2$'\n'}" \
        "$prefix/lib64/ld-linux-x86-64.so.2" "$prefix/lib/$stock_tuple" "$1"
}

# Each program is started by the loader. It looks for its parts beside where it was called from, hence --argv0. (patchelf 0.18 breaks cc1.)
wrap_programs() {
    local loader=$prefix/lib64/ld-linux-x86-64.so.2 file
    while read -r file; do
        if ! "$loader" --verify "$file" >/dev/null 2>&1; then continue; fi
        mv "$file" "$file.elf"
        run_by_loader "$file.elf" >"$file"
        chmod +x "$file"
    done < <(find "$prefix/bin" "$prefix/libexec/gcc" -type f -perm -u+x 2>/dev/null)
    wrap_bindgen
}

# The machine's libclang may be another, or none.
wrap_bindgen() {
    local libclang
    libclang=$(compgen -G "$prefix/lib/llvm-*/lib/libclang*.so*" | sort -V | tail -n 1) || return 0
    run_by_loader "$prefix/bin/bindgen.elf" "LIBCLANG_PATH=${libclang%/*}" >"$prefix/bin/bindgen"
}

# make_root FOLDER LIST: a finished root says so with a marker.
make_root() {
    tool_root=$1 prefix=$1/usr
    mapfile -t names < <(package_names <<<"$2")
    fetch_packages "$apt_home/cache/archives" "${names[@]}"
    unpack_root "$2"
    wrap_programs
    (cd "$apt_home/cache/archives" && xargs rm -f) <<<"$2"
}
