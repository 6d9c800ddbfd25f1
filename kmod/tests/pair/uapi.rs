// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The protocols of the two families, for both sides.

/// The protocol of the family that is in the first network namespace alone.
pub const NETLINK_FIRST: u32 = 27;

/// The protocol of the other family, and of the one in the docs of the layer.
pub const NETLINK_SECOND: u32 = 29;
