# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set, and what they use
# Sourced after common.sh and apt.sh: the distribution's own image, unmodified, and a tree against which modules in Rust can be built for it.
# Debian's header packages bring the configuration, the headers and the programs of a module build, and lack the Rust metadata. That is made
# again from the source of the same version, with the very compilers: another rustc cannot read what this one wrote.

# shellcheck source=scripts/lib/root.sh
. "$(dirname "${BASH_SOURCE[0]}")/root.sh"

# Prints why the distribution's image is not to be had here; fails where it is.
why_no_stock() {
    if [[ ${KERNEL_SRC-} ]]; then
        echo "KERNEL_SRC is given"
    elif [[ ${KERNEL_DIR-} ]]; then
        echo "KERNEL_DIR is given"
    elif ! root_is_offered; then
        echo "only Debian 12 and 13 on x86-64 are known to have an image with Rust"
    else
        return 1
    fi
}

# Ends the script where the distribution's image is not to be had.
check_stock() {
    local reason
    if reason=$(why_no_stock); then die "the distribution's image is not to be had: $reason; take another kernel"; fi
}

# The name of the newest kernel that modules in Rust can be built for: stock takes minutes less than newest, which is compiled here.
newest_kernel() { if why_no_stock >/dev/null; then echo newest; else echo stock; fi; }

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
    local bin=$1/bin cc
    cc=$(image_setting CONFIG_CC_VERSION_TEXT)
    [[ -x $bin/$stock_tuple-ld ]] &&
        [[ $(version_line "$bin/${cc%% *}") == "$cc" ]] &&
        [[ $(version_line "$bin/rustc") == "$(image_setting CONFIG_RUSTC_VERSION_TEXT)" ]] &&
        [[ $(version_line "$bin/bindgen") == "$(image_setting CONFIG_BINDGEN_VERSION_TEXT)" ]] && has_rust_src "$bin/rustc"
}

# Sets $prefix, under which the tools are: the system's own if they are the right ones, else a root of the suite in the cache, of the packages
# in $tool_list.
find_tools() {
    prefix=/usr
    if tools_match "$prefix"; then return; fi
    # The headers depend on the C compiler that built the image, and on the libraries of their own programs.
    tool_list=$(with_lock "$apt_home.lock" needed_packages "linux-headers-$release" rustc rust-src bindgen 2>>"$log" | grep -v '^linux-') ||
        die "the package sources do not offer the compilers that built Linux $release; what apt-get said is in $log"
    tool_root=$tools/$stock_suite-$(hash_of <<<"$tool_list")
    prefix=$tool_root/usr
}

get_tools() {
    if [[ $prefix == /usr || -e $tool_root/.complete ]]; then return; fi
    step "fetching and unpacking the compilers that built it ($(wc -l <<<"$tool_list") packages)" make_tools
}

make_tools() {
    local folder tool
    with_lock "$apt_home.lock" make_root "$tool_root" "$tool_list"
    # Where gcc looks before PATH, which has the machine's.
    for folder in "$prefix/libexec/gcc/$stock_tuple"/*; do
        for tool in as ld; do ln -s "$prefix/bin/$stock_tuple-$tool" "$folder/$tool"; done
    done
    touch "$tool_root/.complete"
}

# The parts of an entry: fetched, unpacked, built. Each is done once, and what an interrupted run left is done again.

# once PART TEXT COMMAND...: a step, unless PART is done.
once() {
    if [[ -e $entry/$1.done ]]; then return; fi
    step "$2" "${@:3}"
    touch "$entry/$1.done"
}

# What of the image's modules a virtual machine and the tests of networks can use. depmod reads every one that is there.
image_modules=(arch crypto lib net fs/9p fs/configfs fs/netfs fs/overlayfs drivers/char drivers/net drivers/virtio)
hardware=(drivers/net/ethernet drivers/net/wireless)

fetch_kernel() {
    fetch_packages "$entry/packages" "linux-base-$release" "linux-binary-$release" "linux-modules-$release" busybox-static \
        "linux-headers-$release" "linux-headers-$abi-common" "linux-kbuild-$abi" "linux-source-$series=$version"
    # The configuration says which compilers are wanted.
    unpack_package_of "linux-base-$release" "$entry/image"
}

# unpack_package_of PACKAGE FOLDER [ARG...]: the fetched package, as ARGs for tar say.
unpack_package_of() {
    mkdir -p "$2"
    dpkg-deb --fsys-tarfile "$entry/packages/$1"_*.deb | tar -x -C "$2" --wildcards "${@:3}"
}

unpack_image() {
    local folder=./usr/lib/modules/$release/kernel
    unpack_package_of "linux-binary-$release" "$entry/image"
    unpack_package_of busybox-static "$entry/image" ./usr/bin/busybox
    unpack_package_of "linux-modules-$release" "$entry/image" "${hardware[@]/#/--exclude=$folder/}" "${image_modules[@]/#/$folder/}"
    # virtme takes a folder with lib and usr/lib for the root that the image is from.
    ln -sfn usr/lib "$entry/image/lib"
}

index_modules() { PATH=$PATH:/usr/sbin:/sbin depmod -b "$entry/image" "$release"; }

# Debian's vmlinux, its symbols, would have pahole called for each module.
unpack_headers() {
    local headers=./usr/src/linux-headers-$release common=./usr/src/linux-headers-$abi-common
    rm -rf "$entry/build"
    unpack_package_of "linux-headers-$release" "$entry/build" --strip-components=4 "$headers"/{include,arch,.config,Module.symvers}
    unpack_package_of "linux-headers-$abi-common" "$source" --strip-components=4 "$common"/{include,arch}
    unpack_package_of "linux-kbuild-$abi" "$entry/kbuild" --strip-components=4 "./usr/lib/linux-kbuild-$abi"
}

# Of the source, what is in Rust and how it is built, and what `make test` reads of a kernel's source. All of the archive has to be read.
unpack_source() {
    local folder=linux-source-$series
    dpkg-deb --fsys-tarfile "$entry/packages/linux-source-$series"_*.deb | tar -xO "./usr/src/$folder.tar.xz" | xz -dc -T0 |
        tar -x -C "$source" --strip-components=1 \
            "$folder"/{Makefile,COPYING,scripts,rust,drivers/base/base.h,tools/net/ynl,Documentation/netlink,.rustfmt.toml,.clippy.toml}
}

# With --no-print-directory, the kernel's Makefile calls itself once, not twice, before it knows of rust-metadata.
stock_make() {
    make -s --no-print-directory -C "$source" O="$entry/build" KERNELRELEASE="$release" CC="$prefix/bin/$cc" CROSS_COMPILE="$prefix/bin/$stock_tuple-" \
        RUSTC="$project/scripts/lib/rustc-metadata" HOSTRUSTC="$prefix/bin/rustc" BINDGEN="$prefix/bin/bindgen" "$@"
}

build_metadata() {
    cd "$entry/build" || return
    place_program scripts/basic/fixdep scripts/basic/fixdep
    place_program scripts/mod/modpost scripts/mod/modpost.real-lsb-64
    place_program tools/objtool/objtool tools/objtool/objtool.real-x86
    # Newer than the configuration, so that nothing asks Kconfig, which is not here.
    touch include/config/auto.conf{,.cmd} include/generated/{autoconf.h,rustc_cfg}
    stock_make outputmakefile
    METADATA_RUSTC=$prefix/bin/rustc MAKEFILES=$project/scripts/lib/metadata.mk stock_make -j"$(nproc)" rust-metadata
}

# place_program PLACE FILE: a program of Debian's kbuild package where Kbuild looks for it, by the loader that the compilers have.
place_program() {
    local file=$entry/kbuild/$2
    mkdir -p "$(dirname "$1")"
    # An earlier build with other compilers may have left a link, which must not be written through.
    rm -f "$1"
    if [[ $prefix == /usr ]]; then
        ln -sf "$file" "$1"
    else
        run_by_loader "$file" >"$1"
        chmod +x "$1"
    fi
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
        if tools_match "$(sed -n 's|^RUSTC=\(.*\)/bin/rustc$|\1|p' "$file")"; then
            echo "$entry/build"
            return
        fi
    done
    return 1
}

# The steps that need nothing but apt. On the suite itself, packages may still bring the compilers.
fetch_stock() {
    fetch_image
    if [[ $(os_codename) == "$stock_suite" ]]; then prefix=/usr; else find_tools; fi
    side_by_side get_headers get_image get_tools
}

fetch_image() {
    if ! lists_are_new; then
        : >"$log"
        step "refreshing the package lists" with_lock "$apt_home.lock" update_old_lists
    fi
    read -r release version < <(with_lock "$apt_home.lock" offered_image) || die "no package source offers an image with Rust; what apt-get said is in $log"
    abi=${release%-amd64}
    series=$(grep -oE '^[0-9]+\.[0-9]+' <<<"$release")
    entry=$kernels/stock-$release
    source=$entry/src
    modules=$entry/image/usr/lib/modules/$release
    mkdir -p "$entry" "$source"
    # Another revision of the same release has other files.
    if [[ $(cat "$entry/version" 2>/dev/null) != "$version" ]]; then rm -rf "$entry/packages" "$entry"/*.done; fi
    echo "$version" >"$entry/version"
    once packages "fetching Debian's Linux $release" fetch_kernel
    [[ $(image_setting CONFIG_RUST) == y ]] || die "Debian's image $release was built without CONFIG_RUST=y"
}

get_image() { once image "unpacking its image" unpack_image; }
get_headers() { once headers "unpacking its headers" unpack_headers; }

get_source() { once source "unpacking its source" unpack_source; }

get_modules() {
    get_image
    once modules "indexing its modules" index_modules
}

build_stock() {
    fetch_image
    find_tools
    side_by_side get_source get_headers get_tools get_modules
    tools_match "$prefix" || die "the package sources offer other compilers than those that built Linux $release: it wants $(image_setting CONFIG_RUSTC_VERSION_TEXT)"
    cc=$(image_setting CONFIG_CC_VERSION_TEXT)
    cc=${cc%% *}
    step "making its Rust metadata" build_metadata
    write_stock_environment
    rm -rf "$entry/packages"
}

# with_stock COMMAND TEXT: says TEXT and runs COMMAND, unless the image and its build folder are in the cache.
with_stock() {
    if find_stock >/dev/null; then return; fi
    check_stock
    log=$kernels/stock.log
    say "$2; log in $log"
    use_stock_apt
    "$1" >&2
}

find_or_build_stock() {
    with_stock build_stock "getting the distribution's own image, and what builds modules for it"
    find_stock
}
