// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The wire contract of the early family, for both sides.

/// The protocol: the third argument of `socket(2)`.
pub const NETLINK_EARLY: u32 = 28;

/// Lets init fail.
pub const EARLY_CMD_FAIL: u16 = 16;
/// Lets init succeed.
pub const EARLY_CMD_LIVE: u16 = 17;
/// Drops the registration, some time later.
pub const EARLY_CMD_DROP: u16 = 18;
/// Says in [`EARLY_A_ANSWER`] whether it is dropped.
pub const EARLY_CMD_IS_DROPPED: u16 = 19;
/// Registers another family, and says in [`EARLY_A_ANSWER`] with which errno that failed.
pub const EARLY_CMD_REGISTER: u16 = 20;
/// As a dump, [`EARLY_ITEMS`] messages with [`EARLY_A_ANSWER`].
pub const EARLY_CMD_ITEMS: u16 = 21;

/// u32.
pub const EARLY_A_ANSWER: u16 = 1;

/// The number of items in a dump: more than the kernel has room for at once.
pub const EARLY_ITEMS: u32 = 5000;
