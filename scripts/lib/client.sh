# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Sourced after common.sh: builds the client.

# build_client PROFILE: target/PROFILE/nlhello. Does nothing in a tree without the client. The quick one does without the C header, and so without
# libclang and a third of the compiling.
build_client() {
    local features=()
    [[ -e $project/user/Cargo.toml ]] || return 0
    if [[ $1 == quick ]]; then features=(--no-default-features); fi
    step "building the client" "${CARGO:-cargo}" build --package nlhello --profile "$1" "${features[@]}" --manifest-path "$project/Cargo.toml" --target-dir "$project/target"
}
