// SPDX-License-Identifier: GPL-2.0

//! Allocation flags, for functions in C.

use kernel::{
    alloc::{
        flags::{
            __GFP_NOWARN, //
            GFP_NOWAIT,
        },
        Flags, //
    },
    bindings,
    prelude::*, //
};

/// All flags that a message can be allocated with, as the `kernel` crate and as C has them.
const FLAGS: [(Flags, bindings::gfp_t); 5] = [
    (GFP_KERNEL, bindings::GFP_KERNEL),
    (GFP_KERNEL_ACCOUNT, bindings::GFP_KERNEL_ACCOUNT),
    (GFP_ATOMIC, bindings::GFP_ATOMIC),
    (GFP_NOWAIT, bindings::GFP_NOWAIT),
    (__GFP_NOWARN, bindings::__GFP_NOWARN),
];

/// Returns `flags` as C has them, which the `kernel` crate keeps to itself.
#[inline]
pub(super) fn gfp(flags: Flags) -> bindings::gfp_t {
    FLAGS
        .iter()
        .filter(|(flag, _)| flags & *flag == *flag)
        .fold(0, |all, (_, flag)| all | flag)
}
