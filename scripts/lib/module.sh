# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Sourced after common.sh: builds of the module against a KDIR, from copied sources.

# What the module is made of, by path, size and time.
module_sources() { (cd "$project" && find Kbuild kmod -type f \( -name Kbuild -o -name '*.rs' -o -name '*.[ch]' \) -printf '%p %s %T@\n' | sort); }

# copy_sources FOLDER: with their times, so that nothing unchanged is compiled again.
copy_sources() { (cd "$project" && module_sources | cut -d' ' -f1 | xargs cp --parents --preserve=timestamps -t "$1"); }

# build_module KDIR FOLDER [VARIABLE=VALUE...]: FOLDER/hello.ko, from a copy in FOLDER/module, with these variables for make. Does nothing where
# neither the sources nor the kernel nor the variables changed.
build_module() {
    local kdir=$1 folder=$2 stamp variables
    shift 2
    stamp=$(echo "$kdir" "$@" && module_sources)
    if [[ -e $folder/hello.ko && $(cat "$folder/module.stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
    rm -f "$folder/module.stamp"
    # Another list of files, or another kernel: what lies there may not belong to it.
    if [[ $(cut -d' ' -f1 <<<"$stamp") != "$(cat "$folder/module.files" 2>/dev/null)" ]]; then rm -rf "$folder/module"; fi
    cut -d' ' -f1 <<<"$stamp" >"$folder/module.files"
    mkdir -p "$folder/module"
    copy_sources "$folder/module"
    variables=$("$project/scripts/kdir" "$kdir")
    # shellcheck disable=SC2086 # words on purpose: VARIABLE=VALUE for make
    step "building hello.ko for ${folder#"$project/target/vm/"}" make -C "$kdir" $variables "$@" M="$folder/module" modules
    cp "$folder/module/hello.ko" "$folder/hello.ko"
    echo "$stamp" >"$folder/module.stamp"
}
