// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links to a program: `IFLA_TUN_*`.
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_tun.h`.

use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::object::schema::Format::{As, Bool, Word, U32};
use crate::object::schema::{known, Known};
use crate::object::{Fields, Names, Value};
use std::fs;

/// Attributes of a tun or tap device.
pub static TUN: &[Known] = &[
    known(IFLA_TUN_TYPE, "type", Word(&[(1, "tun"), (2, "tap")])),
    known(IFLA_TUN_PI, "pi", Bool),
    known(IFLA_TUN_VNET_HDR, "vnet_hdr", Bool),
    known(IFLA_TUN_MULTI_QUEUE, "multi_queue", Bool),
    known(IFLA_TUN_NUM_QUEUES, "numqueues", U32),
    known(IFLA_TUN_NUM_DISABLED_QUEUES, "numdisabled", U32),
    known(IFLA_TUN_PERSIST, "persist", Bool),
    known(IFLA_TUN_OWNER, "user", As(user)),
    known(IFLA_TUN_GROUP, "group", As(group)),
];

fn user(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    describe_account(key, u32(value)?, "/etc/passwd", out);
    Some(())
}

fn group(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    describe_account(key, u32(value)?, "/etc/group", out);
    Some(())
}

/// Tells the name of `id` in `file`, or the number if it is not there.
fn describe_account(key: &str, id: u32, file: &str, out: &mut dyn Fields) {
    let accounts = fs::read(file).unwrap_or_default();

    match find_account(&accounts, id) {
        Some(name) => out.field(key, Value::Name(name)),
        None => out.field(key, Value::Number(id.into())),
    }
}

/// Returns the name of `id` in a `passwd(5)` or `group(5)`: the third of the fields on its line.
fn find_account(accounts: &[u8], id: u32) -> Option<&[u8]> {
    let id = id.to_string();

    accounts.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields.next()?;
        (fields.nth(1)? == id.as_bytes()).then_some(name)
    })
}
