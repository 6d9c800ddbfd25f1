// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Hellos as objects of a kind: what the monitor tells of them.

use crate::kind::{describe, Facts};
use crate::object::attrs::{u32, Index};
use crate::object::{Fields, Names, Object, Value};
use crate::uapi::{HELLO_A_PORTID, HELLO_A_TEXT};
use crate::wire::{self, Attr};

/// Room for a port id in a table.
const WIDTH: usize = 12;

/// A hello that somebody said.
pub struct HelloObject<'a>(Index<'a>);

impl<'a> HelloObject<'a> {
    /// Reads the payload of a `HELLO_CMD_HELLO_NTF` message, which has no fixed header.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        Ok(Self(Index::new(payload)))
    }

    fn text(&self) -> Option<&'a [u8]> {
        self.0.get(HELLO_A_TEXT).as_ref().map(Attr::str)?.ok()
    }
}

impl Object for HelloObject<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        if let Some(portid) = self.0.taker().take(HELLO_A_PORTID, u32) {
            out.column("portid", Value::Number(portid.into()), WIDTH);
        }
    }

    fn describe_rest(&self, _: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.0.taker();
        attrs.take(HELLO_A_PORTID, u32);
        attrs.take(HELLO_A_TEXT, |_| self.text());

        out.field("text", self.text().map_or(Value::Null, Value::Name));
        attrs.finish(out);
    }
}

/// Facts of hellos: they come to a socket of their own.
pub(crate) const FACTS: Facts = Facts {
    name: "hello",
    describe: |object, names, out| describe(HelloObject::from_payload(object.bytes()), names, out),
    family: |_| None,
    ..Facts::DEFAULT
};
