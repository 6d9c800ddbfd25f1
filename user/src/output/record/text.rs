// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An object of the kernel as a line of text: `10.0.0.0/8  dev=eth0 scope=link flags=[linkdown]`.

use super::digits::{push_decimal, push_hex, push_hundredths, push_ip, push_prefix, push_signed};
use super::Writer;
use crate::output::escape::Escaped;
use nlhello::object::{Fields, Nest, Value};
use std::io::Write;
use std::net::IpAddr;

/// Writes fields as they come, a blank between two.
///
/// # Invariants
///
/// `nests` has a bit for each nest that is open, the last one lowest: 1 for an array. Deeper than 64
/// nothing nests.
pub struct TextFields<'b> {
    out: &'b mut Vec<u8>,
    nests: u64,
    depth: u32,
    /// Whether something stands before what comes next.
    blank: bool,
    details: bool,
    color: bool,
    /// Whether lines stand below one another, so that values need no keys.
    columns: bool,
    /// The depth of the object whose other fields are not told.
    muted: Option<u32>,
    /// An array that may turn out to be empty: then it is not told at all.
    empty: Option<usize>,
}

impl<'b> TextFields<'b> {
    /// Begins a line; `details` is whether to tell all that is known.
    #[inline]
    pub fn new(out: &'b mut Vec<u8>, details: bool, color: bool) -> Self {
        Self {
            out,
            nests: 0,
            depth: 0,
            blank: false,
            details,
            color,
            columns: true,
            muted: None,
            empty: None,
        }
    }

    /// Begins an object in a line that has begun and goes on behind it: each value with its key.
    pub fn within(out: &'b mut Vec<u8>, color: bool) -> Self {
        Self {
            blank: true,
            columns: false,
            ..Self::new(out, false, color)
        }
    }

    #[inline]
    fn next(&mut self) {
        if self.blank {
            self.out.push(b' ');
        }
        self.blank = true;
        self.empty = None;
    }

    #[inline]
    fn key(&mut self, key: &str) {
        self.next();
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'=');
    }

    /// A key without a value.
    fn word(&mut self, key: &str) {
        self.next();
        self.out.extend_from_slice(key.as_bytes());
    }

    fn begin(&mut self, nest: Nest) {
        let is_array = nest == Nest::Array;

        self.out.push(if is_array { b'[' } else { b'{' });
        self.nests = self.nests << 1 | u64::from(is_array);
        self.blank = false;
    }

    #[inline]
    fn value(&mut self, value: Value<'_>) {
        let start = self.out.len();
        push_value(self.out, value);
        if self.color {
            paint(self.out, start, value);
        }
    }
}

impl Writer for TextFields<'_> {
    fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }

    fn end(&mut self) {
        // The last column may have been filled up.
        while self.out.last() == Some(&b' ') {
            self.out.pop();
        }
        if self.columns {
            self.out.push(b'\n');
        }
    }
}

impl Fields for TextFields<'_> {
    #[inline]
    fn field(&mut self, key: &str, value: Value<'_>) {
        if self.muted.is_some() {
            return;
        }
        match value {
            Value::Null => self.word(key),
            Value::Word("") => {}
            value => {
                self.key(key);
                self.value(value);
            }
        }
    }

    #[inline]
    fn item(&mut self, value: Value<'_>) {
        if self.muted.is_none() {
            self.next();
            self.value(value);
        }
    }

    #[inline]
    fn open(&mut self, key: &str, nest: Nest) {
        self.depth += 1;
        if self.muted.is_none() {
            let start = self.out.len();
            self.key(key);
            self.begin(nest);
            self.empty = Some(start);
        }
    }

    fn open_item(&mut self, nest: Nest) {
        self.depth += 1;
        if self.muted.is_none() {
            self.next();
            self.begin(nest);
        }
    }

    #[inline]
    fn close(&mut self) {
        if self.muted == Some(self.depth) {
            self.muted = None;
        }
        self.depth = self.depth.saturating_sub(1);
        if self.muted.is_some() {
            return;
        }
        match self.empty.take() {
            Some(start) => self.out.truncate(start),
            None => self.out.push(if self.nests & 1 == 1 { b']' } else { b'}' }),
        }
        self.nests >>= 1;
        self.blank = !matches!(self.out.last(), None | Some(b'\n' | b'[' | b'{'));
    }

    #[inline]
    fn details(&mut self) -> bool {
        if !self.details && self.muted.is_none() {
            self.muted = Some(self.depth);
        }
        self.details
    }

    #[inline]
    fn column(&mut self, key: &str, value: Value<'_>, width: usize) {
        if self.muted.is_some() {
            return;
        }
        if !self.columns {
            return self.field(key, value);
        }
        self.next();
        let start = self.out.len();
        push_value(self.out, value);
        let len = self.out.len() - start;
        if self.color {
            paint(self.out, start, value);
        }
        self.out
            .extend_from_slice(&BLANKS[..width.saturating_sub(len).min(BLANKS.len())]);
    }

    fn prefix(&mut self, address: (&str, IpAddr), len: (&str, u8), width: usize) {
        self.column(address.0, Value::Prefix(address.1, len.1), width);
    }
}

/// To fill up columns.
static BLANKS: [u8; 64] = [b' '; 64];

/// Colors what was written from `start` on, which is `value`.
#[cold]
fn paint(out: &mut Vec<u8>, start: usize, value: Value<'_>) {
    if let Some(color) = color_of(value) {
        out.splice(start..start, color.bytes());
        out.extend_from_slice(PLAIN);
    }
}

/// Ends a color.
const PLAIN: &[u8] = b"\x1b[0m";

/// As `ip` has them: names cyan, addresses of the link layer yellow, of IPv4 magenta and IPv6 blue.
fn color_of(value: Value<'_>) -> Option<&'static str> {
    Some(match value {
        Value::Dev(_) => "\x1b[36m",
        Value::Lladdr(_) => "\x1b[33m",
        Value::Ip(IpAddr::V4(_)) | Value::Prefix(IpAddr::V4(_), _) => "\x1b[35m",
        Value::Ip(IpAddr::V6(_)) | Value::Prefix(IpAddr::V6(_), _) => "\x1b[94m",
        Value::State("UP") => "\x1b[32m",
        Value::State(_) => "\x1b[31m",
        _ => return None,
    })
}

/// Appends `value` as text.
#[inline]
pub(super) fn push_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Null => out.push(b'-'),
        Value::Bool(true) => out.extend_from_slice(b"yes"),
        Value::Bool(false) => out.extend_from_slice(b"no"),
        Value::Number(number) | Value::Nameless(number) => push_decimal(out, number),
        Value::Signed(number) => push_signed(out, number),
        Value::Hundredths(number) => push_hundredths(out, number),
        Value::Hex(number) => drop(write!(out, "{number:#x}")),
        Value::Word(word) | Value::State(word) => out.extend_from_slice(word.as_bytes()),
        Value::Name(name) | Value::Dev(name) => push_name(out, name),
        Value::Ip(address) => push_ip(out, address),
        Value::Prefix(address, len) => push_prefix(out, address, len),
        Value::Lladdr(bytes) => push_hex(out, bytes, Some(b':')),
        Value::Bytes(bytes) => push_hex(out, bytes, None),
    }
}

#[inline]
fn push_name(out: &mut Vec<u8>, name: &[u8]) {
    let acts = |byte: u8| matches!(byte, b'\\' | b'"' | b'[' | b']' | b'{' | b'}');
    let is_plain = |byte: &u8| matches!(byte, b'!'..=b'~') && !acts(*byte);

    match name.iter().all(is_plain) {
        true => out.extend_from_slice(name),
        false => push_quoted(out, name),
    }
}

/// In quotes a blank is no end, nor is a bracket, and a quote is none either.
#[cold]
fn push_quoted(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'"');
    for (at, part) in name.split(|byte| *byte == b'"').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\\x22");
        }
        // A vector takes all that is written to it.
        let _ = write!(out, "{}", Escaped(part));
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(details: bool, color: bool, fill: impl FnOnce(&mut TextFields<'_>)) -> String {
        let mut out = Vec::new();
        let mut fields = TextFields::new(&mut out, details, color);
        fill(&mut fields);
        fields.end();
        String::from_utf8(out).unwrap()
    }

    fn fill(out: &mut TextFields<'_>) {
        out.column("name", Value::Dev(b"eth0"), 6);
        out.field("mtu", Value::Number(1500));
        out.open("flags", Nest::Array);
        out.item(Value::Word("UP"));
        out.item(Value::Word("LOWER_UP"));
        out.close();
        out.open("none", Nest::Array);
        out.close();
        out.open("info", Nest::Object);
        out.field("kind", Value::Word("veth"));
        out.details();
        out.field("more", Value::Null);
        out.close();
        out.details();
        out.open("deep", Nest::Array);
        out.open_item(Nest::Object);
        out.field("a", Value::Bool(true));
        out.close();
        out.close();
    }

    #[test]
    fn an_object_is_a_line_and_details_are_for_who_wants_them() {
        let details = ["info={kind=veth}", "info={kind=veth more} deep=[{a=yes}]"];
        for (has_details, details) in [false, true].into_iter().zip(details) {
            let text = format!("eth0   mtu=1500 flags=[UP LOWER_UP] {details}\n");
            assert_eq!(line(has_details, false, fill), text);
        }
    }

    #[test]
    fn colors_take_no_room_in_a_column() {
        let text = line(false, true, |out| {
            out.column("name", Value::Dev(b"eth0"), 6);
            out.field("state", Value::State("UP"));
        });

        assert_eq!(text, "\x1b[36meth0\x1b[0m   state=\x1b[32mUP\x1b[0m\n");
    }

    /// Fills the fields of an object.
    type Fill = fn(&mut TextFields<'_>);

    #[test]
    fn what_is_empty_is_left_out_and_a_name_steers_nothing_and_cannot_pose_as_a_field_or_bracket() {
        let rows: [(Fill, &str); 4] = [
            (
                |out| {
                    out.field("router", Value::Null);
                    out.field("state", Value::Word(""));
                    out.item(Value::Null);
                },
                "router -",
            ),
            (
                |out| {
                    let address = "192.0.2.1".parse().unwrap();
                    out.prefix(("local", address), ("prefixlen", 24), 14);
                    out.field("scope", Value::Word("global"));
                },
                "192.0.2.1/24   scope=global",
            ),
            (
                |out| {
                    out.field("name", Value::Name(b"a b=\"\x1b[2J\n\\"));
                    out.field("next", Value::Name("ü".as_bytes()));
                },
                "name=\"a b=\\x22\\x1b[2J\\x0a\\\\\" next=\"ü\"",
            ),
            (
                |out| {
                    out.field("dev", Value::Dev(b"a["));
                    out.open("flags", Nest::Array);
                    out.close();
                    out.open("names", Nest::Array);
                    out.item(Value::Name(b"b]"));
                    out.item(Value::Name(b"c"));
                    out.close();
                },
                "dev=\"a[\" names=[\"b]\" c]",
            ),
        ];
        for (fill, text) in rows {
            assert_eq!(line(false, false, fill), format!("{text}\n"));
        }
    }
}
