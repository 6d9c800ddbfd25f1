// SPDX-License-Identifier: GPL-2.0

//! The log, for faults of the module's own: nothing that a user sends gets there.

use super::ffi;

/// Says whether the module may still write a line: ten in five seconds.
pub(super) fn may_log() -> bool {
    // SAFETY: The function may be called from any context.
    unsafe { ffi::nl_helper_may_log() }
}

/// Logs a fault of the module's own, but not too often.
macro_rules! pr_fault {
    ($($arg:tt)*) => {
        if $crate::netlink::log::may_log() {
            kernel::pr_err!($($arg)*);
        }
    };
}

pub(super) use pr_fault;
