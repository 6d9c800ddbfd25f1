// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The numbers of the wire contract, made of `uapi/demo.yaml` by `make spec`. `uapi/demo.h` has
//! the same for C.

/// The protocol: the third argument of `socket(2)`.
pub const NETLINK_DEMO: u32 = 29;
/// `text-max`: most bytes of text.
pub const DEMO_TEXT_MAX: u32 = 100;
/// `word`.
pub const DEMO_WORD: &[u8; 6] = b"Hello\0";
/// `color`.
pub const DEMO_COLOR_RED: u32 = 1;
/// `color`.
pub const DEMO_COLOR_GREEN: u32 = 2;
/// `color`.
pub const DEMO_COLOR_BLUE: u32 = 3;
/// `sparse`.
pub const DEMO_SPARSE_NONE: u32 = 0;
/// `sparse`: any number of them.
pub const DEMO_SPARSE_MANY: u32 = 300;
/// `far`.
pub const DEMO_FAR_HERE: u32 = 300;
/// `far`.
pub const DEMO_FAR_THERE: u32 = 301;
/// `rights`.
pub const DEMO_RIGHTS_READ: u32 = 1;
/// `rights`.
pub const DEMO_RIGHTS_WRITE: u32 = 2;
/// `put`: takes everything.
pub const DEMO_CMD_PUT: u16 = 16;
/// `get`: gives everything.
pub const DEMO_CMD_GET: u16 = 17;
/// `touch`: takes and gives nothing.
pub const DEMO_CMD_TOUCH: u16 = 18;
/// `told`: a text was told.
pub const DEMO_CMD_TOLD: u16 = 19;
/// `got`: everything was given.
pub const DEMO_CMD_GOT: u16 = 20;
/// No attribute.
pub const DEMO_A_UNSPEC: u16 = 0;
/// `text` (string): a text.
pub const DEMO_A_TEXT: u16 = 1;
/// `bytes` (binary).
pub const DEMO_A_BYTES: u16 = 2;
/// `digest` (binary).
pub const DEMO_A_DIGEST: u16 = 3;
/// `is-urgent` (flag).
pub const DEMO_A_IS_URGENT: u16 = 4;
/// `u8` (u8).
pub const DEMO_A_U8: u16 = 5;
/// `u16` (u16).
pub const DEMO_A_U16: u16 = 6;
/// `u32` (u32).
pub const DEMO_A_U32: u16 = 7;
/// `u64` (u64).
pub const DEMO_A_U64: u16 = 8;
/// `s8` (s8).
pub const DEMO_A_S8: u16 = 9;
/// `s16` (s16).
pub const DEMO_A_S16: u16 = 10;
/// `s32` (s32).
pub const DEMO_A_S32: u16 = 11;
/// `s64` (s64).
pub const DEMO_A_S64: u16 = 12;
/// `uint` (uint).
pub const DEMO_A_UINT: u16 = 13;
/// `sint` (sint).
pub const DEMO_A_SINT: u16 = 14;
/// `be16` (big-endian u16).
pub const DEMO_A_BE16: u16 = 15;
/// `be32` (big-endian u32).
pub const DEMO_A_BE32: u16 = 16;
/// `be64` (big-endian u64).
pub const DEMO_A_BE64: u16 = 17;
/// `set` (bitfield32).
pub const DEMO_A_SET: u16 = 18;
/// `bits` (u32).
pub const DEMO_A_BITS: u16 = 19;
/// `part` (nest of part).
pub const DEMO_A_PART: u16 = 20;
/// `parts` (array of nests of part).
pub const DEMO_A_PARTS: u16 = 21;
/// `names` (string).
pub const DEMO_A_NAMES: u16 = 22;
/// `old` (unused).
pub const DEMO_A_OLD: u16 = 23;
/// `few` (u16).
pub const DEMO_A_FEW: u16 = 40;
/// No attribute.
pub const DEMO_A_PART_UNSPEC: u16 = 0;
/// `id` (u32).
pub const DEMO_A_PART_ID: u16 = 1;
/// `note` (string).
pub const DEMO_A_PART_NOTE: u16 = 2;
/// No multicast group.
pub const DEMO_GROUP_UNSPEC: u32 = 0;
/// Multicast group `news`.
pub const DEMO_GROUP_NEWS: u32 = 1;
/// Multicast group `secrets`: what not everybody is told.
pub const DEMO_GROUP_SECRETS: u32 = 7;
