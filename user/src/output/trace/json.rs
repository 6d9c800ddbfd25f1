// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages as JSON, an object and a line each. `docs/json.md` has the keys.

use super::sink::{each_bit, Flags, Sink, TypeName};
use crate::output::record::digits::{push_decimal, push_hex, push_signed};
use crate::output::record::push_escaped;
use nlhello::names::{Name, NumberWords};
use nlhello::netlink::Errno;
use nlhello::wire::{self, Nlmsghdr};
use std::io::Write;
use std::ops::Range;

/// Appends objects to a vector.
pub struct JsonSink<'a> {
    out: &'a mut Vec<u8>,
    members: &'a str,
}

impl<'a> JsonSink<'a> {
    /// Appends to `out`; each object begins with `members`.
    pub fn new(out: &'a mut Vec<u8>, members: &'a str) -> Self {
        Self { out, members }
    }

    #[inline]
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Appends what stands between this and what was before.
    #[inline]
    fn next(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    /// Appends a key; keys are names in C, so there is nothing to escape.
    #[inline]
    fn key(&mut self, key: &str) {
        self.next();
        self.push("\"");
        self.push(key);
        self.push("\":");
    }

    fn string(&mut self, text: &[u8]) {
        self.push("\"");
        push_escaped(self.out, text);
        self.push("\"");
    }

    /// Appends a member that is a number; returns where that is.
    fn number(&mut self, key: &str, number: u64) -> Range<usize> {
        self.key(key);
        let start = self.out.len();
        push_decimal(self.out, number);
        start..self.out.len()
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.key("hex");
        self.push("\"");
        push_hex(self.out, bytes, None);
        self.push("\"");
    }

    fn error(&mut self, error: wire::Error, bytes: &[u8]) {
        self.key("error");
        self.string(error.to_string().as_bytes());
        self.raw(bytes);
    }

    /// Appends the bits that have no name, and ends the list.
    fn rest_of_flags(&mut self, rest: u64) {
        if rest != 0 {
            self.next();
            let _ = write!(self.out, "\"{rest:#x}\"");
        }
        self.push("]");
    }
}

/// Appends a name to a list.
fn push_word(out: &mut Vec<u8>, name: Name) {
    if out.last() != Some(&b'[') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.prefix.as_bytes());
    out.extend_from_slice(name.rest.as_bytes());
    out.push(b'"');
}

impl Sink for JsonSink<'_> {
    fn open_message(&mut self) {
        self.push("{");
        self.push(self.members);
        self.next();
    }

    fn nlmsghdr(
        &mut self,
        header: &Nlmsghdr,
        name: TypeName<'_>,
        flags: Flags,
    ) -> [Range<usize>; 2] {
        self.push("\"nlmsghdr\":{");
        self.number("nlmsg_len", header.nlmsg_len.into());
        self.number("nlmsg_type", header.nlmsg_type.into());
        self.key("type");
        match name {
            TypeName::Known(name) => self.string(name.as_bytes()),
            TypeName::Family(name) => self.string(name),
            TypeName::Unknown => self.push("null"),
        }
        self.key("nlmsg_flags");
        self.push("[");
        let rest = flags.each(|rest| push_word(self.out, Name { prefix: "", rest }));
        self.rest_of_flags(rest.into());
        let seq = self.number("nlmsg_seq", header.nlmsg_seq.into());
        let pid = self.number("nlmsg_pid", header.nlmsg_pid.into());
        self.push("}");
        [seq, pid]
    }

    fn close_message(&mut self) {
        self.push("}\n");
    }

    fn broken_message(&mut self, error: wire::Error, bytes: &[u8]) {
        self.push("{");
        self.push(self.members);
        self.error(error, bytes);
        self.push("}\n");
    }

    fn open_header(&mut self, name: &str) {
        self.key(name);
        self.push("{");
    }

    fn close_header(&mut self) {
        self.push("}");
    }

    fn open_errno(&mut self, errno: i32, has_request: bool) {
        self.key("nlmsgerr");
        self.push("{");
        self.key("error");
        push_signed(self.out, -i64::from(errno));
        if let Some(name) = Errno(errno).name() {
            self.key("errno");
            self.string(name.as_bytes());
        }
        if has_request {
            self.next();
        }
    }

    fn close_errno(&mut self) {
        self.push("}");
    }

    fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }

    fn payload(&mut self, bytes: &[u8]) {
        self.raw(bytes);
    }

    fn message_text(&mut self, text: &[u8]) {
        self.key("text");
        self.string(text);
    }

    fn open_attrs(&mut self) {
        self.key("attrs");
        self.push("[");
    }

    fn close_attrs(&mut self) {
        self.push("]");
    }

    fn open_attr(&mut self, len: usize, nla_type: u16, name: Option<Name>) {
        self.next();
        self.push("{");
        match name {
            Some(Name { rest: "", .. }) => {}
            Some(name) => {
                self.key("type");
                self.push("\"");
                self.push(name.prefix);
                self.push(name.rest);
                self.push("\"");
            }
            None => {
                self.key("type");
                self.push("null");
            }
        }
        self.number("nla_type", nla_type.into());
        self.number("nla_len", len as u64);
    }

    fn open_element(&mut self) {
        self.next();
        self.push("{");
    }

    fn close_attr(&mut self) {
        self.push("}");
    }

    fn broken_attr(&mut self, error: wire::Error, bytes: &[u8]) {
        self.open_element();
        self.error(error, bytes);
        self.close_attr();
    }

    fn open_value(&mut self) {
        self.key("value");
    }

    fn raw_value(&mut self, bytes: &[u8]) {
        self.raw(bytes);
    }

    fn begin_value(&mut self) -> usize {
        self.out.len()
    }

    fn open_fields(&mut self) {
        self.push("{");
    }

    fn field(&mut self, name: &str) {
        self.key(name);
    }

    fn close_fields(&mut self) {
        self.push("}");
    }

    fn open_items(&mut self) {
        self.push("[");
    }

    fn item(&mut self) {
        self.next();
    }

    fn close_items(&mut self) {
        self.push("]");
    }

    fn unsigned(&mut self, number: u64) {
        push_decimal(self.out, number);
    }

    fn signed(&mut self, number: i64) {
        push_signed(self.out, number);
    }

    fn hex(&mut self, number: u64) {
        push_decimal(self.out, number);
    }

    fn word(&mut self, name: Name, _: u64) {
        self.push("\"");
        self.push(name.prefix);
        self.push(name.rest);
        self.push("\"");
    }

    fn flags(&mut self, bits: u64, words: Option<NumberWords>) {
        self.push("[");
        let rest = each_bit(bits, words, |name| push_word(self.out, name));
        self.rest_of_flags(rest);
    }

    fn link(&mut self, index: i32, _: Option<&[u8]>) {
        push_signed(self.out, index.into());
    }

    fn text(&mut self, text: &[u8]) {
        self.string(text);
    }

    fn plain(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.push("\"");
        push(self.out);
        self.push("\"");
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.push("\"");
        push_hex(self.out, bytes, None);
        self.push("\"");
    }
}
