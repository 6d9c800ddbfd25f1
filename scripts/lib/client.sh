# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Sourced after common.sh: builds the client.

# build_client PROFILE: target/PROFILE/nlhello. Does nothing in a tree without the client.
build_client() {
    [[ -e $project/user/Cargo.toml ]] || return 0
    step "building the client" "${CARGO:-cargo}" build --package nlhello --profile "$1" --manifest-path "$project/Cargo.toml" --target-dir "$project/target"
}
