# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set, and what they use
# Sourced after common.sh and apt.sh: the distribution's own image, unmodified, and a tree against which modules in Rust can be built for it.
# Debian's header packages have no Rust metadata. It is made again from the source of the same version, with the configuration of the image
# and the very compilers: another configuration is another `struct module`, and another rustc cannot read what this one wrote.

stock_suite=trixie
stock_tuple=x86_64-linux-gnu

use_stock_apt() {
    apt_home=$cache/apt-stock
    apt_sources=write_stock_sources
}

# The suite that has the compilers, and its backports, which have the kernel: on Debian 12, neither is among the machine's sources.
write_stock_sources() {
    local suite mirror
    mirror=$(machine_mirror "$1")
    for suite in "$stock_suite" "$backports"; do echo "deb [signed-by=$keyring check-valid-until=no] $mirror $suite main"; done
}

# `RELEASE VERSION` of the newest image that is offered to everybody: the one that the package linux-image-amd64 of backports installs.
offered_image() {
    private_apt apt-cache show linux-image-amd64 |
        sed -nE 's/^Depends:.* linux-image-([0-9][^ ]*-amd64) \(= ([^)]*)\).*/\1 \2/p' | sort -V | tail -n 1
}

image_setting() { sed -nE "s/^$1=\"?([^\"]*)\"?$/\1/p" "$modules/config"; }

# Finding the compilers.

# The first line that the program says about its version.
version_line() { "$1" --version 2>/dev/null | sed -n 1p; }

# tools_match PREFIX: whether the compilers under PREFIX are, word for word, those that the image's configuration names.
tools_match() {
    local bin=$1/bin
    [[ -x $bin/pahole && -x $bin/clippy-driver && -x $bin/rustfmt && -x $bin/$stock_tuple-ld ]] &&
        [[ $(version_line "$bin/$cc") == "$(image_setting CONFIG_CC_VERSION_TEXT)" ]] &&
        [[ $(version_line "$bin/rustc") == "$(image_setting CONFIG_RUSTC_VERSION_TEXT)" ]] &&
        [[ $(version_line "$bin/bindgen") == "$(image_setting CONFIG_BINDGEN_VERSION_TEXT)" ]] && has_rust_src "$bin/rustc"
}

tool_packages() {
    # Nothing is installed: apt sees an empty system and names all that the tools depend on.
    private_apt apt-get install -qq --no-install-recommends "$@" "${cc#"$stock_tuple"-}" rustc rust-src rust-clippy rustfmt bindgen pahole
}

# Sets $prefix, under which the tools are: the system's own if they are the right ones, else a root of the suite unpacked in the cache.
find_tools() {
    prefix=/usr
    if tools_match "$prefix"; then return; fi
    local list
    list=$(tool_packages --print-uris | awk '{ print $2 }')
    [[ $list ]] || die "the package sources do not offer the compilers that built Linux $release"
    tool_root=$tools/$stock_suite-$(hash_of <<<"$list")
    prefix=$tool_root/usr
    if [[ ! -e $tool_root/.complete ]]; then
        step "fetching the compilers that built it ($(wc -l <<<"$list") packages)" tool_packages -y --download-only
        step "unpacking them" unpack_tools "$list"
    fi
    tools_match "$prefix" || die "the package sources offer other compilers than those that built Linux $release: it wants $(image_setting CONFIG_RUSTC_VERSION_TEXT)"
}

unpack_tools() {
    unpack_root "$1"
    wrap_programs
    private_apt apt-get clean
    touch "$tool_root/.complete"
}

# unpack_root LIST: no package's script runs, and nothing but $tool_root is touched.
unpack_root() {
    local file folder
    rm -rf "$tool_root"
    for folder in bin sbin lib lib64; do
        mkdir -p "$prefix/$folder"
        ln -s "usr/$folder" "$tool_root/$folder"
    done
    while read -r file; do
        dpkg-deb --fsys-tarfile "$apt_home/cache/archives/$file" | tar -x -C "$tool_root" --keep-directory-symlink \
            --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/lib/llvm-*/lib/*.a'
    done <<<"$1"
}

# run_by_loader FILE: prints a program that runs FILE with the libraries under $prefix.
run_by_loader() {
    # shellcheck disable=SC2016 # for the shell of the new script
    printf '#!/bin/sh\nexec %q --library-path %q --argv0 "$0" %q "$@"\n' "$prefix/lib64/ld-linux-x86-64.so.2" "$prefix/lib/$stock_tuple" "$1"
}

# The programs want a newer C library than the machine may have: each is started by the loader of its own. They look for their parts beside
# where they were called from, hence --argv0. (patchelf 0.18 breaks cc1.)
wrap_programs() {
    local loader=$prefix/lib64/ld-linux-x86-64.so.2 file tool
    while read -r file; do
        if ! "$loader" --verify "$file" >/dev/null 2>&1; then continue; fi
        mv "$file" "$file.elf"
        run_by_loader "$file.elf" >"$file"
        chmod +x "$file"
    done < <(find "$prefix/bin" "$prefix/libexec/gcc" -type f -perm -u+x)
    # Where gcc looks before PATH, which has the machine's.
    for tool in as ld; do ln -s "../../../../bin/$stock_tuple-$tool" "$prefix/libexec/gcc/$stock_tuple/${cc##*-}/$tool"; done
}

# The steps of a build.

fetch_image() {
    local package
    rm -rf "$entry"
    mkdir -p "$entry/image/usr/lib"
    for package in "linux-base-$release" "linux-binary-$release" "linux-modules-$release" "linux-headers-$release" busybox-static; do
        # In a shell of its own: it changes the folder.
        (fetch_package "$package" "$entry/packages")
        dpkg-deb -x "$entry"/packages/*.deb "$entry/image"
        rm -r "$entry/packages"
    done
    # virtme takes a folder with lib and usr/lib for the root that the image is from.
    ln -s usr/lib "$entry/image/lib"
    PATH=$PATH:/usr/sbin:/sbin depmod -b "$entry/image" "$release"
}

stock_make() {
    local libclang
    libclang=$(compgen -G "$prefix/lib/llvm-*/lib/libclang.so" | tail -n 1) || libclang=${LIBCLANG_PATH-}/
    LIBCLANG_PATH=${libclang%/*} make -s -C "$source" O="$entry/build" KERNELRELEASE="$release" \
        CC="$prefix/bin/$cc" CROSS_COMPILE="$prefix/bin/$stock_tuple-" RUSTC="$prefix/bin/rustc" HOSTRUSTC="$prefix/bin/rustc" RUSTDOC="$prefix/bin/rustdoc" \
        RUSTFMT="$prefix/bin/rustfmt" CLIPPY_DRIVER="$prefix/bin/clippy-driver" BINDGEN="$prefix/bin/bindgen" PAHOLE="$prefix/bin/pahole" "$@"
}

# Debian leaves out of its configuration what concerns the build alone: keys, their kinds (as the build's OpenSSL knows them), the salt.
settings_that_count() {
    grep '^CONFIG_' "$1" | grep -vE '^CONFIG_(BUILD_SALT|MODULE_SIG_ALL|MODULE_SIG_KEY|SYSTEM_TRUSTED_KEYS|OPENSSL_SUPPORTS_ML_DSA)='
}

prepare_build() {
    rm -rf "$entry/build"
    mkdir -p "$entry/build"
    cp "$modules/config" "$entry/build/.config"
    stock_make olddefconfig
    if ! diff <(settings_that_count "$modules/config") <(settings_that_count "$entry/build/.config"); then
        echo "the configuration does not survive these tools: modules built with it would not load"
        return 1
    fi
    stock_make -j"$(nproc)" modules_prepare
    cp "$entry/image/usr/src/linux-headers-$release/Module.symvers" "$entry/build/"
}

write_stock_environment() {
    local file=$entry/build/nlhello.env
    cat >"$file.new" <<EOT
SERIES=$series
RELEASE=$release
DEBUG=
KSRC=$source
IMAGE=$modules/vmlinuz
BUSYBOX=$entry/image/usr/bin/busybox
CC=$prefix/bin/$cc
CROSS_COMPILE=$prefix/bin/$stock_tuple-
RUSTC=$prefix/bin/rustc
RUSTC_VERSION=$("$prefix/bin/rustc" --version | first_version)
RUSTDOC=$prefix/bin/rustdoc
RUSTFMT=$prefix/bin/rustfmt
CLIPPY_DRIVER=$prefix/bin/clippy-driver
BINDGEN=$prefix/bin/bindgen
EOT
    mv "$file.new" "$file"
}

# The newest finished entry whose compilers are still what they were.
find_stock() {
    local file
    for file in $(compgen -G "$kernels/stock-*/build/nlhello.env" | sort -rV); do
        entry=${file%/build/*}
        modules=$(sed -n 's|^IMAGE=\(.*\)/vmlinuz$|\1|p' "$file")
        cc=$(sed -n 's|^CC=.*/||p' "$file")
        if tools_match "$(sed -n 's|^RUSTC=\(.*\)/bin/rustc$|\1|p' "$file")"; then
            echo "$entry/build"
            return
        fi
    done
    return 1
}

build_stock() {
    local version
    step "refreshing the package lists" update_lists
    read -r release version < <(offered_image) || die "no package source offers an image with Rust; what apt-get said is in $log"
    series=$(grep -oE '^[0-9]+\.[0-9]+' <<<"$release")
    entry=$kernels/stock-$release
    source=$entry/src
    modules=$entry/image/usr/lib/modules/$release
    # As long as the marker is missing, all of it may be half done.
    step "fetching Debian's image $release" fetch_image
    [[ $(image_setting CONFIG_RUST) == y ]] || die "Debian's image $release was built without CONFIG_RUST=y"
    cc=$(image_setting CONFIG_CC_VERSION_TEXT)
    cc=${cc%% *}
    find_tools
    step "fetching its source" fetch_package "linux-source-$series=$version" "$entry/package"
    step "unpacking it" unpack
    step "preparing it for modules (some 2 to 5 minutes on 4 cores)" prepare_build
    step "removing what module builds do not need" prune
    write_stock_environment
}

find_or_build_stock() {
    if ! find_stock; then
        log=$kernels/stock.log
        : >"$log"
        say "the distribution's own image is not in the cache; fetching it, log in $log"
        # shellcheck source=/dev/null
        [[ $(. /etc/os-release && echo "${VERSION_CODENAME-}") =~ ^(bookworm|trixie)$ ]] ||
            die "stock is known for Debian 12 and 13 alone: build the module against your kernel's own headers, or take another kernel"
        [[ $(uname -m) == x86_64 ]] || die "stock is for x86-64 alone"
        use_stock_apt
        build_stock >&2
        find_stock
    fi
}
