# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what common.sh and the caller set
# Sourced after common.sh: which compilers and tools the kernel, the module and the VM are made with.

bindgen_version=0.72.1
bindgen_minimum=0.71.1
virtme_version=1.42
libclang_minimum=16
rust_minimum=1.85

# rust_tool RUSTC TOOL: the tool of the same toolchain. The first one in PATH may belong to another, and the two refuse each other's files (E0514).
rust_tool() {
    local sysroot
    sysroot=$("$1" --print sysroot) && echo "$sysroot/bin/$2"
}

has_rust_src() { [[ -f $("$1" --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core/src/lib.rs ]]; }

# The rustc that builds kernels: any with the sources of its `core`, since the kernel builds that itself. $RUSTC is taken as it is.
kernel_rustc() {
    local candidate
    if [[ ${RUSTC-} ]]; then
        has "$RUSTC" || die "RUSTC=$RUSTC is no program"
        rust_tool "$RUSTC" rustc
        return
    fi
    for candidate in rustc /usr/bin/rustc; do
        if has "$candidate" && has_rust_src "$candidate"; then
            # Past rustup's proxy, which would choose again in another folder.
            rust_tool "$candidate" rustc
            return
        fi
    done
    return 1
}

# The bindgen that reads the kernel's headers: $BINDGEN, the system's, Debian 13's (alone or among its compilers), cargo's.
kernel_bindgen() {
    local root
    if [[ ${BINDGEN-} ]]; then
        echo "$BINDGEN"
    elif has bindgen && version_at_least "$(bindgen --version | first_version)" "$bindgen_minimum"; then
        command -v bindgen
    elif root=$(unpacked_root usr/bin/bindgen); then
        echo "$root/usr/bin/bindgen"
    elif [[ -e $tools/bindgen-$bindgen_version/.complete ]]; then
        echo "$tools/bindgen-$bindgen_version/bin/bindgen"
    else
        return 1
    fi
}

# unpacked_root FILE: a finished folder of $tools that holds it.
unpacked_root() {
    local file folder
    for file in $(compgen -G "$tools/*/$1"); do
        folder=${file%"/$1"}
        if [[ -e $folder/.complete ]]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

# newest_llvm PATTERN: the newest of Debian's /usr/lib/llvm-N that is new enough and holds such a file.
newest_llvm() {
    local version
    for version in $(printf '%s\n' /usr/lib/llvm-[0-9]* | sed 's/.*-//' | sort -rn); do
        if ((version >= libclang_minimum)) && compgen -G "/usr/lib/llvm-$version/$1" >/dev/null; then
            echo "/usr/lib/llvm-$version"
            return
        fi
    done 2>/dev/null
    return 1
}

# The folder of the libclang that both bindgens load; nothing where they find it themselves.
libclang_path() {
    local llvm file
    if [[ ${LIBCLANG_PATH-} ]]; then
        echo "$LIBCLANG_PATH"
    elif llvm=$(newest_llvm 'lib/libclang[.-][s0-9]*'); then
        echo "$llvm/lib"
    else
        for file in /usr/lib64/libclang.so* /usr/lib/libclang.so*; do
            if [[ -e $file ]]; then
                dirname "$file"
                return
            fi
        done
        return 1
    fi
}

# Says whether there is one at all: that in the client's build, which finds it by itself, takes older ones too.
has_libclang() {
    libclang_path || has llvm-config || compgen -G '/usr/lib/*/libclang*.so*' || compgen -G '/usr/lib/llvm-*/lib/libclang*.so*'
} >/dev/null

# For every program bindgen that is started from here. Where no known place has a libclang, it looks for itself.
export_libclang() {
    LIBCLANG_PATH=$(libclang_path) || unset LIBCLANG_PATH
    export LIBCLANG_PATH
}

# The value of make's LLVM= for debug kernels: `-N` for Debian's suffixed tools, 1 for plain names.
kernel_llvm() {
    local llvm
    if llvm=$(newest_llvm bin/clang) && [[ -e $llvm/bin/ld.lld && -e $llvm/bin/llvm-ar ]] && has "clang-${llvm##*-}"; then
        echo "-${llvm##*-}"
    elif has clang && has ld.lld && has llvm-ar; then
        echo 1
    else
        return 1
    fi
}

# The virtme-run of the cached virtme-ng, else the distribution's.
virtme_run() {
    local own=$tools/virtme-ng-$virtme_version
    if [[ -e $own/.complete ]]; then echo "$own/bin/virtme-run"; else command -v virtme-run; fi
}
