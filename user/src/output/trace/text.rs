// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages as text: a line for each header and each attribute, nests below.

use super::sink::{each_bit, Flags, Sink, TypeName};
use crate::output::escape;
use crate::output::record::digits::{push_decimal, push_hex, push_signed};
use nlhello::names::{Name, NumberWords};
use nlhello::netlink::Errno;
use nlhello::wire::{self, Nlmsghdr};
use std::io::Write;
use std::ops::Range;

/// Most bytes of a value that are shown.
const SHOWN: usize = 32;

/// Spaces a nest is further in.
const INDENT: usize = 4;

/// Where a line of fields goes on in the next one on a terminal, in characters.
const WIDTH: usize = 100;

/// Room for the name of an attribute, its type and its length on a terminal, in characters.
const VALUES: usize = 34;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const NAME: &str = "\x1b[36m";
const WORD: &str = "\x1b[33m";
const TEXT: &str = "\x1b[32m";
const BAD: &str = "\x1b[31m";
const RESET: &str = "\x1b[0m";

/// Appends text to a vector.
pub struct TextSink<'a> {
    out: &'a mut Vec<u8>,
    arrow: &'a str,
    color: bool,
    /// How far in the next line is.
    depth: usize,
    /// How deep in fields and items the next value is.
    inside: usize,
    /// Whether the line of an attribute has no end yet.
    is_open: bool,
    /// Where in `out` the line begins.
    line: usize,
}

impl<'a> TextSink<'a> {
    /// Appends to `out`; each message begins with `arrow`.
    pub fn new(out: &'a mut Vec<u8>, arrow: &'a str, color: bool) -> Self {
        Self {
            out,
            arrow,
            color,
            depth: 0,
            inside: 0,
            is_open: false,
            line: 0,
        }
    }

    #[inline]
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn paint(&mut self, color: &str) {
        if self.color {
            self.push(color);
        }
    }

    #[inline]
    fn painted(&mut self, color: &str, text: &str) {
        self.paint(color);
        self.push(text);
        self.paint(RESET);
    }

    #[inline]
    fn name(&mut self, name: Name) {
        self.push(name.prefix);
        self.push(name.rest);
    }

    #[inline]
    fn indent(&mut self) {
        self.line = self.out.len();
        for _ in 0..self.depth {
            self.out.extend_from_slice(&[b' '; INDENT]);
        }
    }

    fn indent_payload(&mut self) {
        self.depth += 1;
        self.indent();
        self.depth -= 1;
    }

    /// Appends the first few of `bytes` in hexadecimal.
    fn push_bytes(&mut self, bytes: &[u8]) {
        push_hex(self.out, &bytes[..bytes.len().min(SHOWN)], None);
        if bytes.len() > SHOWN {
            // A vector takes all that is written to it.
            let _ = write!(self.out, "... ({} bytes)", bytes.len());
        }
    }

    fn push_text(&mut self, text: &[u8]) {
        escape::push(self.out, text);
    }

    /// Appends a number; returns where it is.
    fn number(&mut self, number: u32) -> Range<usize> {
        let start = self.out.len();
        push_decimal(self.out, number.into());
        start..self.out.len()
    }

    fn end_line(&mut self) {
        // A key with other values below it may have no value itself.
        while self.color && self.out.last() == Some(&b' ') {
            self.out.pop();
        }
        self.out.push(b'\n');
        self.is_open = false;
    }

    /// Appends spaces behind a name until the value of an attribute stands below that of the one
    /// before; `digits` are those of its numbers.
    fn align(&mut self, name: usize, digits: usize) {
        let wanted = VALUES.saturating_sub(name + digits);

        self.out.resize(self.out.len() + wanted, b' ');
    }
}

/// Appends the flags of a header.
fn push_header_flags(out: &mut Vec<u8>, flags: Flags) {
    let start = out.len();
    let rest = flags.each(|name| {
        if out.len() > start {
            out.push(b'|');
        }
        out.extend_from_slice(name.as_bytes());
    });

    push_rest_of_flags(out, rest.into(), start);
}

/// Appends the bits that have no name, behind those since `start`.
fn push_rest_of_flags(out: &mut Vec<u8>, rest: u64, start: usize) {
    match (rest, out.len() > start) {
        (0, true) => {}
        (0, false) => out.push(b'0'),
        // A vector takes all that is written to it.
        (rest, true) => drop(write!(out, "|{rest:#x}")),
        (rest, false) => drop(write!(out, "{rest:#x}")),
    }
}

/// Returns how many bytes of `line` are no part of a color.
fn visible(line: &[u8]) -> usize {
    let mut is_text = true;
    let count = line.iter().filter(|byte| {
        let was_text = is_text && **byte != b'\x1b';
        is_text = was_text || !is_text && **byte == b'm';
        was_text
    });

    count.count()
}

impl Sink for TextSink<'_> {
    #[inline]
    fn open_message(&mut self) {
        self.paint(BOLD);
        match *self.arrow.as_bytes() {
            [arrow] => self.out.push(arrow),
            _ => self.push(self.arrow),
        }
    }

    fn nlmsghdr(
        &mut self,
        header: &Nlmsghdr,
        name: TypeName<'_>,
        flags: Flags,
    ) -> [Range<usize>; 2] {
        match self.depth {
            0 => self.push(" "),
            _ => self.indent(),
        }
        self.push("nlmsghdr len=");
        push_decimal(self.out, header.nlmsg_len.into());
        self.push(" type=");
        match name {
            TypeName::Known(name) => self.push(name),
            TypeName::Family(name) => self.push_text(name),
            TypeName::Unknown => self.push("unknown"),
        }
        self.push("(");
        push_decimal(self.out, header.nlmsg_type.into());
        self.push(") flags=");
        push_header_flags(self.out, flags);
        self.push(" seq=");
        let seq = self.number(header.nlmsg_seq);
        self.push(" pid=");
        let pid = self.number(header.nlmsg_pid);
        if self.depth == 0 {
            self.paint(RESET);
        }
        self.end_line();
        [seq, pid]
    }

    fn close_message(&mut self) {}

    fn broken_message(&mut self, error: wire::Error, bytes: &[u8]) {
        self.push(self.arrow);
        let _ = write!(self.out, " {error}: ");
        self.push_bytes(bytes);
        self.end_line();
    }

    fn open_header(&mut self, name: &str) {
        match self.is_open {
            true => self.push(" "),
            false => {
                self.depth += 1;
                self.indent();
                self.depth -= 1;
            }
        }
        self.push(name);
        self.inside = 1;
    }

    fn close_header(&mut self) {
        self.inside = 0;
        if !self.is_open {
            self.end_line();
        }
    }

    fn open_errno(&mut self, errno: i32, has_request: bool) {
        self.depth = 1;
        self.indent();
        if has_request {
            self.push("nlmsgerr ");
        }
        match errno {
            0 => self.push("error=0"),
            errno => drop(write!(
                self.out,
                "error={}({})",
                -i64::from(errno),
                Errno(errno)
            )),
        }
        self.end_line();
    }

    fn close_errno(&mut self) {
        self.depth = 0;
    }

    fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }

    fn payload(&mut self, bytes: &[u8]) {
        self.indent_payload();
        self.push_bytes(bytes);
        self.end_line();
    }

    fn message_text(&mut self, text: &[u8]) {
        self.indent_payload();
        self.push("\"");
        self.push_text(text);
        self.push("\"");
        self.end_line();
    }

    fn open_attrs(&mut self) {
        if self.is_open {
            self.end_line();
        }
        self.depth += 1;
    }

    fn close_attrs(&mut self) {
        self.depth -= 1;
    }

    #[inline]
    fn open_attr(&mut self, len: usize, nla_type: u16, name: Option<Name>) {
        self.indent();
        self.is_open = true;
        if self.color {
            return self.open_colored(len, nla_type, name);
        }
        self.push("nlattr len=");
        push_decimal(self.out, len as u64);
        self.push(" type=");
        match name {
            Some(Name { rest: "", .. }) => return push_decimal(self.out, nla_type.into()),
            Some(name) => self.name(name),
            None => self.push("unknown"),
        }
        self.push("(");
        push_decimal(self.out, nla_type.into());
        self.push(")");
    }

    fn open_element(&mut self) {
        self.indent();
        self.push("-");
        self.is_open = true;
    }

    #[inline]
    fn close_attr(&mut self) {
        if self.is_open {
            self.end_line();
        }
    }

    fn broken_attr(&mut self, error: wire::Error, bytes: &[u8]) {
        self.indent();
        self.paint(BAD);
        let _ = write!(self.out, "{error}: ");
        self.paint(RESET);
        self.push_bytes(bytes);
        self.end_line();
    }

    #[inline]
    fn open_value(&mut self) {
        self.inside = 0;
    }

    fn raw_value(&mut self, bytes: &[u8]) {
        self.push(" ");
        self.push_bytes(bytes);
    }

    /// A value of an attribute stands apart from its name.
    #[inline]
    fn begin_value(&mut self) -> usize {
        if self.inside == 0 {
            self.out.push(b' ');
        }
        self.out.len()
    }

    fn open_fields(&mut self) {
        self.inside += 1;
        if self.inside > 1 {
            self.push("{");
        }
    }

    #[inline]
    fn field(&mut self, name: &str) {
        if self.color {
            return self.colored_field(name);
        }
        if self.out.last() != Some(&b'{') {
            self.out.push(b' ');
        }
        self.push(name);
        self.out.push(b'=');
    }

    fn close_fields(&mut self) {
        self.inside -= 1;
        if self.inside > 0 {
            self.push("}");
        }
    }

    fn open_items(&mut self) {
        self.begin_value();
        self.inside += 1;
        self.push("[");
    }

    fn item(&mut self) {
        if self.out.last() != Some(&b'[') {
            self.push(" ");
        }
    }

    fn close_items(&mut self) {
        self.inside -= 1;
        self.push("]");
    }

    #[inline]
    fn unsigned(&mut self, number: u64) {
        push_decimal(self.out, number);
    }

    #[inline]
    fn signed(&mut self, number: i64) {
        push_signed(self.out, number);
    }

    fn hex(&mut self, number: u64) {
        match number {
            0 => self.push("0"),
            number => drop(write!(self.out, "{number:#x}")),
        }
    }

    fn word(&mut self, name: Name, number: u64) {
        self.paint(WORD);
        self.name(name);
        self.paint(RESET);
        self.push("(");
        push_decimal(self.out, number);
        self.push(")");
    }

    fn flags(&mut self, bits: u64, words: Option<NumberWords>) {
        self.paint(WORD);
        let start = self.out.len();
        let rest = each_bit(bits, words, |name| {
            if self.out.len() > start {
                self.out.push(b'|');
            }
            self.out.extend_from_slice(name.prefix.as_bytes());
            self.out.extend_from_slice(name.rest.as_bytes());
        });
        push_rest_of_flags(self.out, rest, start);
        self.paint(RESET);
    }

    fn link(&mut self, index: i32, name: Option<&[u8]>) {
        match name {
            Some(name) => {
                self.paint(TEXT);
                self.push_text(name);
                self.paint(RESET);
                self.push("(");
                push_signed(self.out, index.into());
                self.push(")");
            }
            None => push_signed(self.out, index.into()),
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.paint(TEXT);
        self.push("\"");
        self.push_text(text);
        self.push("\"");
        self.paint(RESET);
    }

    fn plain(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.paint(TEXT);
        push(self.out);
        self.paint(RESET);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.push_bytes(bytes);
    }
}

impl TextSink<'_> {
    fn open_colored(&mut self, len: usize, nla_type: u16, name: Option<Name>) {
        self.painted(DIM, "nlattr len=");
        let start = self.out.len();
        push_decimal(self.out, len as u64);
        let mut digits = self.out.len() - start;
        self.painted(DIM, " type=");
        let (color, name) = match name {
            Some(name) => (NAME, name),
            None => (
                BAD,
                Name {
                    prefix: "",
                    rest: "unknown",
                },
            ),
        };
        self.paint(color);
        self.name(name);
        self.paint(RESET);
        self.paint(DIM);
        let start = self.out.len();
        self.push("(");
        push_decimal(self.out, nla_type.into());
        self.push(")");
        digits += self.out.len() - start;
        self.paint(RESET);
        self.align(name.prefix.len() + name.rest.len(), digits);
    }

    fn colored_field(&mut self, name: &str) {
        if self.inside == 1 && visible(&self.out[self.line..]) > WIDTH {
            self.out.push(b'\n');
            self.depth += 2;
            self.indent();
            self.depth -= 2;
        } else if self.out.last() != Some(&b'{') {
            self.push(" ");
        }
        self.painted(DIM, name);
        self.push("=");
    }
}
