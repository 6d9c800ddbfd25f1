# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Sourced after common.sh: builds of modules on the layer against a KDIR, from copied sources.

# module_sources [FOLDER]: what a module is made of, by path, size and time: our own sources, and what lies in FOLDER.
module_sources() {
    (cd "$project" && find Kbuild kmod "$@" -path kmod/tests -prune -o \
        -type f \( -name Kbuild -o -name '*.rs' -o -name '*.[ch]' \) -printf '%p %s %T@\n' | sort)
}

# copy_sources FOLDER: with their times, so that nothing unchanged is compiled again.
copy_sources() { (cd "$project" && module_sources | cut -d' ' -f1 | xargs cp --parents --preserve=timestamps -t "$1"); }

# build_module KDIR FOLDER: FOLDER/hello.ko, from a copy in FOLDER/module. Does nothing where neither the sources nor the kernel changed.
build_module() { build_family "$1" "$2" hello "$2/module"; }

# build_other KDIR FOLDER NAME SOURCES: FOLDER/NAME.ko, from a copy in FOLDER/NAME, as whoever makes a family of their own does it: with
# the files of SOURCES in kmod/, and NAME for hello in Kbuild. Without a warning.
build_other() { KRUSTFLAGS=-Dwarnings build_family "$1" "$2" "$3" "$2/$3" "$4"; }

# build_suites KDIR FOLDER: FOLDER/hello.ko with the KUnit suites of kmod/netlink/ in it.
build_suites() { NL_KUNIT=y build_module "$@"; }

# build_family KDIR FOLDER NAME COPY [SOURCES]
build_family() {
    local kdir=$1 folder=$2 name=$3 copy=$4 stamp variables
    stamp=$(echo "$kdir" && module_sources "${@:5}")
    if [[ -e $folder/$name.ko && $(cat "$copy.stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
    rm -f "$copy.stamp"
    # Another list of files, or another kernel: what lies there may not belong to it.
    if [[ $(cut -d' ' -f1 <<<"$stamp") != "$(cat "$copy.files" 2>/dev/null)" ]]; then rm -rf "$copy"; fi
    mkdir -p "$copy"
    cut -d' ' -f1 <<<"$stamp" >"$copy.files"
    copy_sources "$copy"
    if (($# > 4)); then
        cp --preserve=timestamps "$5"/*.rs "$copy/kmod"
        sed -i "s/\bhello\b/$name/g" "$copy/Kbuild"
    fi
    variables=$("$project/scripts/kdir" "$kdir")
    # shellcheck disable=SC2086 # words on purpose: VARIABLE=VALUE for make
    step "building $name.ko for ${folder#"$project"/target/*/}" make -C "$kdir" $variables M="$copy" ${KRUSTFLAGS+KRUSTFLAGS="$KRUSTFLAGS"} modules
    cp "$copy/$name.ko" "$folder/$name.ko"
    echo "$stamp" >"$copy.stamp"
}

# example FOLDER: puts the family that the docs of kmod/netlink.rs show into FOLDER, as echo.rs.
example() {
    local fence='\/\/! ```'
    mkdir -p "$1"
    sed -n "/^$fence\$/,/^$fence\$/ { /^$fence\$/d; s/^\/\/! \{0,1\}//; p }" "$project/kmod/netlink.rs" >"$1/echo.new"
    # The same text is not compiled again.
    if ! cmp -s "$1/echo.new" "$1/echo.rs"; then cp "$1/echo.new" "$1/echo.rs"; fi
}

# compile_wrong_use KDIR FOLDER: compiles each family of kmod/tests/wrong_use/ on the layer, in FOLDER/right as it is and in FOLDER/wrong
# with `--cfg wrong`. What rustc says goes to FOLDER/right.log and FOLDER/wrong.log; what compiled has an object. Does nothing where neither the
# sources nor the kernel changed.
compile_wrong_use() {
    local stamp way
    stamp=$(echo "$1" && module_sources kmod/tests/wrong_use scripts/spec/tests/family/demo)
    if [[ $(cat "$2/stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
    rm -rf "$2"
    for way in right wrong; do
        copy_wrong_use "$2/$way"
        { wrong_use | sed 's/.*/obj-m += &_module.o/' && grep '^rustflags-' "$project/Kbuild"; } >"$2/$way/Kbuild"
    done
    compile_each "$1" "$2/right" ''
    compile_each "$1" "$2/wrong" '--cfg wrong'
    # What did not compile as it is, for whatever reason, is tried again.
    if [[ $(compgen -G "$2/right/*_module.o" | wc -l) == $(wrong_use | wc -l) ]]; then echo "$stamp" >"$2/stamp"; fi
}

# compile_each KDIR FOLDER FLAGS: each family by a make of its own, so that what rustc says of one stays together in FOLDER.log.
compile_each() {
    local variables
    variables=$("$project/scripts/kdir" "$1")
    export KRUSTFLAGS=$3
    # shellcheck disable=SC2016,SC2086 # for the shell that xargs starts; words on purpose: VARIABLE=VALUE for make
    wrong_use | xargs -P "$(nproc)" -I{} sh -c 'folder=$1; shift; make M="$folder" "$@" {}_module.o >"$folder/{}.log" 2>&1 || true' sh "$2" -C "$1" $variables
    unset KRUSTFLAGS
    wrong_use | sed "s|.*|$2/&.log|" | xargs cat >"$2.log"
}

wrong_use() { (cd "$project/kmod/tests/wrong_use" && printf '%s\n' *.rs | sed 's/\.rs$//'); }

# copy_wrong_use FOLDER: the layer, the messages of hello and of the generator's demo, the families, and for each of them a hello.rs around it.
copy_wrong_use() {
    local kmod=$project/kmod demo=$project/scripts/spec/tests/family/demo/kmod name
    mkdir -p "$1"
    mkdir -p "$1"/{family,demo}
    cp -r --preserve=timestamps "$kmod"/{netlink,netlink.rs,wire,wire.rs,uapi.rs} "$kmod"/tests/wrong_use/*.rs "$1"
    cp --preserve=timestamps "$kmod/family/proto.rs" "$1/family"
    cp --preserve=timestamps "$demo"/{uapi.rs,family/proto.rs} "$1/demo"
    sed -i 's|"../../family/|"family/|; s|"../../../scripts/spec/tests/family/demo/kmod/\(family/\)\{0,1\}|"demo/|' "$1"/*.rs
    sed -i 's|^    uapi::|    value_of_another_type::uapi::|' "$1/demo/proto.rs"
    while read -r name; do
        sed "s/\bfamily\b/$name/g" "$kmod/hello.rs" >"$1/${name}_module.rs"
        touch -r "$kmod/hello.rs" "$1/${name}_module.rs"
    done < <(wrong_use)
}
