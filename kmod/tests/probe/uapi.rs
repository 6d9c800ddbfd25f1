// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The wire contract of the probe family, for both sides.

/// The protocol: the third argument of `socket(2)`.
pub const NETLINK_PROBE: u32 = 30;

/// Takes [`PROBE_A_ITEM`], and answers with the same; as a dump, three items. Item 0 has to have a
/// name.
pub const PROBE_CMD_ITEM: u16 = 16;
/// Notification to [`PROBE_GROUP_OPEN`] of an item that was taken.
pub const PROBE_CMD_ITEM_NTF: u16 = 17;
/// Succeeds with a warning.
pub const PROBE_CMD_WARN: u16 = 18;
/// Tries to answer with a nest that `nla_len` cannot count, and says in [`PROBE_A_ANSWER`] with
/// which errno that failed.
pub const PROBE_CMD_LONG_NEST: u16 = 20;
/// Says in [`PROBE_A_ANSWER`] whether the sender has the capability [`PROBE_A_CAP`], and in
/// [`PROBE_A_EVERYWHERE`] whether it has it over the whole machine.
pub const PROBE_CMD_IS_CAPABLE: u16 = 21;
/// Answers with [`PROBE_A_JOINED`] and [`PROBE_A_LEFT`].
pub const PROBE_CMD_GET_MEMBERS: u16 = 22;
/// Notifies the group [`PROBE_A_GROUP`] of nothing, and says in [`PROBE_A_ANSWER`] with which errno
/// that failed, and in [`PROBE_A_HAS_RECEIVERS`] whether there were any receivers.
pub const PROBE_CMD_NOTIFY: u16 = 23;
/// Answers with [`PROBE_A_PID`], [`PROBE_A_UID`] and [`PROBE_A_GID`].
pub const PROBE_CMD_GET_CREDS: u16 = 24;
/// A dump of the numbers below [`PROBE_A_COUNT`], each as [`PROBE_A_COUNT`], and with
/// [`PROBE_A_BYTES`] of [`PROBE_A_SIZE`] bytes. [`PROBE_A_ODD`] leaves out those that are even,
/// [`PROBE_A_WARN`] says where it warns, and [`PROBE_A_FAIL`] has it fail at its end.
pub const PROBE_CMD_NUMBERS: u16 = 25;
/// Sends a [`PROBE_CMD_SENT_NTF`] to the group [`PROBE_A_GROUP`], or else to the port
/// [`PROBE_A_PORTID`], or else back, under a lock.
pub const PROBE_CMD_SEND: u16 = 26;
/// Does the same in a work item, and does not tell how that ended.
pub const PROBE_CMD_SEND_LATER: u16 = 27;
/// Carries [`PROBE_A_COUNT`]: how often [`PROBE_CMD_SEND`] has sent in the network namespace, else 0.
pub const PROBE_CMD_SENT_NTF: u16 = 28;
/// Starts a work item that notifies [`PROBE_GROUP_OPEN`] in the network namespace of nothing, over
/// and over until that fails.
pub const PROBE_CMD_FOLLOW: u16 = 29;
/// Says in [`PROBE_A_COUNT`] how many work items there are in all network namespaces, and in
/// [`PROBE_A_ANSWER`] with which errno the last [`PROBE_CMD_FOLLOW`] ended.
pub const PROBE_CMD_GET_WORK: u16 = 30;
/// Notification to [`PROBE_GROUP_CLOSINGS`]: the socket of [`PROBE_A_PORTID`] is closed.
pub const PROBE_CMD_CLOSED_NTF: u16 = 31;
/// Takes `PROBE_KIND_*`, and answers with them: the numbers in 8 bytes, a flag that is not there as
/// 0, and of those that hold several digits the number that they make.
pub const PROBE_CMD_KINDS: u16 = 40;
/// Dump: what each command takes.
pub const PROBE_CMD_GET_POLICY: u16 = 41;

/// Nest of `PROBE_ITEM_*`.
pub const PROBE_A_ITEM: u16 = 1;
/// u32, `CAP_*`.
pub const PROBE_A_CAP: u16 = 2;
/// u32.
pub const PROBE_A_ANSWER: u16 = 3;
/// u32: how often the family was asked whether a socket may join [`PROBE_GROUP_OPEN`].
pub const PROBE_A_JOINED: u16 = 4;
/// u32: how often it was told that a socket left it.
pub const PROBE_A_LEFT: u16 = 5;
/// u32: a multicast group.
pub const PROBE_A_GROUP: u16 = 6;
/// u32: 1 or 0.
pub const PROBE_A_HAS_RECEIVERS: u16 = 7;
/// u32: 1 or 0.
pub const PROBE_A_EVERYWHERE: u16 = 8;
/// u32: the sender's process id.
pub const PROBE_A_PID: u16 = 9;
/// u32: its user id.
pub const PROBE_A_UID: u16 = 10;
/// u32: its group id.
pub const PROBE_A_GID: u16 = 11;
/// u32.
pub const PROBE_A_COUNT: u16 = 12;
/// u32, at most [`PROBE_SIZE_MAX`].
pub const PROBE_A_SIZE: u16 = 13;
/// Zeroes.
pub const PROBE_A_BYTES: u16 = 14;
/// u32: 1 or 0.
pub const PROBE_A_ODD: u16 = 15;
/// u32: [`PROBE_WARN_START`] or [`PROBE_WARN_END`].
pub const PROBE_A_WARN: u16 = 16;
/// u32: 1 or 0.
pub const PROBE_A_FAIL: u16 = 17;
/// u32: a port id.
pub const PROBE_A_PORTID: u16 = 18;

/// u32, required.
pub const PROBE_ITEM_ID: u16 = 1;
/// String of at most [`PROBE_NAME_MAX`] bytes.
pub const PROBE_ITEM_NAME: u16 = 2;
/// Nest of `PROBE_SIZE_*`.
pub const PROBE_ITEM_SIZE: u16 = 3;

/// u32, required.
pub const PROBE_SIZE_WIDTH: u16 = 1;
/// u32, required.
pub const PROBE_SIZE_HEIGHT: u16 = 2;

/// u8 from 2 to 9.
pub const PROBE_KIND_U8: u16 = 1;
/// u16 up to 500.
pub const PROBE_KIND_U16: u16 = 2;
/// u32 from 100,000.
pub const PROBE_KIND_U32: u16 = 3;
/// u64 of the bits 0x5.
pub const PROBE_KIND_U64: u16 = 4;
/// s8 from -2 to 2.
pub const PROBE_KIND_S8: u16 = 5;
/// s16.
pub const PROBE_KIND_S16: u16 = 6;
/// s32 from -100,000 to -1.
pub const PROBE_KIND_S32: u16 = 7;
/// s64.
pub const PROBE_KIND_S64: u16 = 8;
/// u32 or u64, up to 2^40.
pub const PROBE_KIND_UINT: u16 = 9;
/// s32 or s64, from -1.
pub const PROBE_KIND_SINT: u16 = 10;
/// Big-endian u16 up to 1,000.
pub const PROBE_KIND_BE16: u16 = 11;
/// Big-endian u32.
pub const PROBE_KIND_BE32: u16 = 12;
/// Big-endian u64 from 1.
pub const PROBE_KIND_BE64: u16 = 13;
/// Flag.
pub const PROBE_KIND_FLAG: u16 = 14;
/// Bitfield32 of the bits 0x7; in the answer the selector is in the upper half.
pub const PROBE_KIND_BITFIELD32: u16 = 15;
/// String of at most 8 bytes.
pub const PROBE_KIND_STRING: u16 = 16;
/// 2 to 4 bytes.
pub const PROBE_KIND_BINARY: u16 = 17;
/// 6 bytes.
pub const PROBE_KIND_EXACT: u16 = 18;
/// At least 3 bytes.
pub const PROBE_KIND_LEAST: u16 = 19;
/// u8 up to 9, a digit, any number of times.
pub const PROBE_KIND_DIGITS: u16 = 20;
/// Array of nests of `PROBE_DIGIT_*`.
pub const PROBE_KIND_ARRAY: u16 = 21;
/// 2 to 40,000 bytes.
pub const PROBE_KIND_WIDE: u16 = 22;

/// u8 up to 9, required.
pub const PROBE_DIGIT_VALUE: u16 = 1;

/// Most bytes of a name, without its NUL.
pub const PROBE_NAME_MAX: u32 = 8;

/// Most bytes of [`PROBE_A_BYTES`].
pub const PROBE_SIZE_MAX: u32 = 40_000;

/// The dump warns when it starts.
pub const PROBE_WARN_START: u32 = 1;
/// The dump warns when it ends.
pub const PROBE_WARN_END: u32 = 2;

/// Multicast group that whoever has the right may join.
pub const PROBE_GROUP_OPEN: u32 = 1;
/// Multicast group that the family lets nobody join.
pub const PROBE_GROUP_CLOSED: u32 = 2;
/// Multicast group that every user may join.
pub const PROBE_GROUP_NONROOT: u32 = 5;
/// Multicast group that takes `CAP_SYS_ADMIN` to join.
pub const PROBE_GROUP_SYS_ADMIN: u32 = 6;
/// Multicast group beyond those that the core has for every family; as [`PROBE_GROUP_OPEN`].
pub const PROBE_GROUP_CLOSINGS: u32 = 40;
