// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Policies of a generic netlink family: the attributes it takes, their types and bounds.
//!
//! C headers: `include/uapi/linux/genetlink.h` and `netlink.h`.

use super::{
    command, named, CTRL_ATTR_OP_POLICY, CTRL_ATTR_POLICY, CTRL_CMD_GETPOLICY, GENLMSGHDR,
    GENL_ID_CTRL,
};
use crate::names::uapi::{
    CTRL_ATTR_POLICY_DO, CTRL_ATTR_POLICY_DUMP, NL_POLICY_TYPE_ATTR_BITFIELD32_MASK,
    NL_POLICY_TYPE_ATTR_MASK, NL_POLICY_TYPE_ATTR_MAX_LENGTH, NL_POLICY_TYPE_ATTR_MAX_VALUE_S,
    NL_POLICY_TYPE_ATTR_MAX_VALUE_U, NL_POLICY_TYPE_ATTR_MIN_LENGTH,
    NL_POLICY_TYPE_ATTR_MIN_VALUE_S, NL_POLICY_TYPE_ATTR_MIN_VALUE_U,
    NL_POLICY_TYPE_ATTR_POLICY_IDX, NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, NL_POLICY_TYPE_ATTR_TYPE,
};
use crate::netlink::{Error, Request};
use crate::object::attrs::{u32, u64};
use crate::object::schema::{self, hex, known, Format, Known};
use crate::object::{Client, Fields, Names, Nest, Value};
use crate::wire::{padding, Attr, Attrs, Message};
use std::collections::BTreeSet;
use std::time::Duration;

/// [`Error::op`](crate::netlink::Error::op) of a request for policies.
const LIST: &str = "list policies";

/// `CTRL_ATTR_POLICY_*`: the policy of an operation's request, and of its dump.
static OP_POLICY: &[Known] = &[
    known(CTRL_ATTR_POLICY_DO, "do", Format::U32),
    known(CTRL_ATTR_POLICY_DUMP, "dump", Format::U32),
];

/// `NL_POLICY_TYPE_ATTR_*`.
static TYPE: &[Known] = &[
    known(NL_POLICY_TYPE_ATTR_TYPE, "type", Format::As(attribute_type)),
    known(
        NL_POLICY_TYPE_ATTR_MIN_VALUE_S,
        "min_value_s",
        Format::As(signed),
    ),
    known(
        NL_POLICY_TYPE_ATTR_MAX_VALUE_S,
        "max_value_s",
        Format::As(signed),
    ),
    known(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, "min_value_u", Format::U64),
    known(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, "max_value_u", Format::U64),
    known(NL_POLICY_TYPE_ATTR_MIN_LENGTH, "min_length", Format::U32),
    known(NL_POLICY_TYPE_ATTR_MAX_LENGTH, "max_length", Format::U32),
    known(NL_POLICY_TYPE_ATTR_POLICY_IDX, "policy_idx", Format::U32),
    known(
        NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE,
        "policy_maxtype",
        Format::U32,
    ),
    known(
        NL_POLICY_TYPE_ATTR_BITFIELD32_MASK,
        "bitfield32_mask",
        Format::Hex,
    ),
    known(NL_POLICY_TYPE_ATTR_MASK, "mask", Format::As(mask)),
];

/// `NL_ATTR_TYPE_*`, in the order of their numbers.
const TYPES: &str =
    "invalid flag u8 u16 u32 u64 s8 s16 s32 s64 binary string nul_string nested nested_array \
                     bitfield32 sint uint";

/// Policies of a family: for each operation the numbers of its policies, and these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The attributes of all messages of the answer, padded.
    rows: Vec<u8>,
}

impl Policy {
    /// Asks `client`, a socket of generic netlink, for that of the family called `name`.
    ///
    /// # Errors
    ///
    /// Those of [`Client::table`] and [`Table::next_entry`](crate::netlink::Table::next_entry).
    pub fn ask(client: &mut Client, name: &[u8], timeout: Duration) -> Result<Self, Error> {
        let request = Request::dump(LIST, GENL_ID_CTRL, named(CTRL_CMD_GETPOLICY, name)?)?;
        let mut table = client.table(request, timeout)?;
        let mut policy = Self::default();

        loop {
            match table.next_entry() {
                Ok(Some(message)) => policy.add(&message),
                Ok(None) => return Ok(policy),
                // A family without any policy refuses to tell it.
                Err(error) if error.errno.0 == libc::ENODATA => return Ok(policy),
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds what a message of the answer tells.
    pub fn add(&mut self, message: &Message<'_>) {
        if command(message) == Some(CTRL_CMD_GETPOLICY) {
            let attrs = message.payload().get(GENLMSGHDR..).unwrap_or_default();
            self.rows.extend_from_slice(attrs);
            self.rows.extend_from_slice(padding(attrs.len()));
        }
    }

    /// Returns what the attributes of type `kind` hold.
    fn inner(&self, kind: u16) -> impl Iterator<Item = Attr<'_>> {
        Attrs::new(&self.rows)
            .flatten()
            .filter(move |attr| attr.kind() == kind)
            .flat_map(|attr| attr.nested().flatten())
    }

    /// Tells it.
    pub fn describe(&self, names: &mut Names, out: &mut dyn Fields) {
        out.open("op_policy", Nest::Array);
        for op in self.inner(CTRL_ATTR_OP_POLICY) {
            out.open_item(Nest::Object);
            out.field("op", Value::Number(op.kind().into()));
            schema::describe(op.value(), OP_POLICY, names, out);
            out.close();
        }
        out.close();
        out.open("policy", Nest::Array);
        for idx in self.indices() {
            out.open_item(Nest::Object);
            out.field("policy_idx", Value::Number(idx.into()));
            self.describe_attrs(idx, names, out);
            out.close();
        }
        out.close();
    }

    /// Returns the numbers of the policies.
    fn indices(&self) -> BTreeSet<u16> {
        self.inner(CTRL_ATTR_POLICY)
            .map(|policy| policy.kind())
            .collect()
    }

    /// Tells the attributes that the policy number `idx` allows.
    fn describe_attrs(&self, idx: u16, names: &mut Names, out: &mut dyn Fields) {
        let parts = self.inner(CTRL_ATTR_POLICY);
        out.open("attrs", Nest::Array);
        let parts = parts.filter(|policy| policy.kind() == idx);
        for attr in parts.flat_map(|policy| policy.nested().flatten()) {
            out.open_item(Nest::Object);
            out.field("attr", Value::Number(attr.kind().into()));
            schema::describe(attr.value(), TYPE, names, out);
            out.close();
        }
        out.close();
    }
}

fn attribute_type(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let number = u32(value)?;

    match TYPES.split(' ').nth(number as usize) {
        Some(name) => out.field(key, Value::Word(name)),
        None => out.field(key, Value::Nameless(number.into())),
    }
    Some(())
}

fn signed(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let number = i64::from_ne_bytes(value.try_into().ok()?);

    out.field(key, Value::Signed(number));
    Some(())
}

/// Tells the bits that may be set.
fn mask(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, hex(u64(value)?));
    Some(())
}
