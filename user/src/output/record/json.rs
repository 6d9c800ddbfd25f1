// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An object of the kernel as a JSON object.

use super::digits::{push_decimal, push_hex, push_hundredths, push_ip, push_prefix, push_signed};
use super::Writer;
use crate::output::json::write_char;
use nlhello::object::{Fields, Nest, Value};
use std::io::Write;

/// Writes fields as they come.
///
/// # Invariants
///
/// `nests` has a bit for each nest that is open, the last one lowest: 1 for an array. Deeper than 64
/// nothing nests.
pub struct JsonFields<'b> {
    out: &'b mut Vec<u8>,
    nests: u64,
    /// Whether something stands before what comes next.
    comma: bool,
}

impl<'b> JsonFields<'b> {
    /// Begins an object.
    #[inline]
    pub fn new(out: &'b mut Vec<u8>) -> Self {
        out.push(b'{');

        Self {
            out,
            nests: 0,
            comma: false,
        }
    }

    #[inline]
    fn next(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    /// A key is one of ours: there is nothing to escape.
    #[inline]
    fn key(&mut self, key: &str) {
        self.next();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn begin(&mut self, nest: Nest) {
        let is_array = nest == Nest::Array;

        self.out.push(if is_array { b'[' } else { b'{' });
        self.nests = self.nests << 1 | u64::from(is_array);
        self.comma = false;
    }

    #[inline]
    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Number(number) => push_decimal(self.out, number),
            Value::Signed(number) => push_signed(self.out, number),
            Value::Hundredths(number) => push_hundredths(self.out, number),
            value => self.string(value),
        }
    }

    #[inline]
    fn string(&mut self, value: Value<'_>) {
        self.out.push(b'"');
        match value {
            Value::Word(word) | Value::State(word) => self.out.extend_from_slice(word.as_bytes()),
            Value::Name(name) | Value::Dev(name) => push_escaped(self.out, name),
            Value::Ip(address) => push_ip(self.out, address),
            Value::Prefix(address, len) => push_prefix(self.out, address, len),
            Value::Nameless(number) => push_decimal(self.out, number),
            Value::Hex(number) => drop(write!(self.out, "{number:#x}")),
            Value::Lladdr(bytes) => push_hex(self.out, bytes, Some(b':')),
            Value::Bytes(bytes) => push_hex(self.out, bytes, None),
            // Other values are no strings.
            _ => {}
        }
        self.out.push(b'"');
    }
}

impl Writer for JsonFields<'_> {
    fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }

    fn end(&mut self) {
        self.out.push(b'}');
    }
}

impl Fields for JsonFields<'_> {
    #[inline]
    fn field(&mut self, key: &str, value: Value<'_>) {
        self.key(key);
        self.value(value);
    }

    #[inline]
    fn item(&mut self, value: Value<'_>) {
        self.next();
        self.value(value);
    }

    #[inline]
    fn open(&mut self, key: &str, nest: Nest) {
        self.key(key);
        self.begin(nest);
    }

    fn open_item(&mut self, nest: Nest) {
        self.next();
        self.begin(nest);
    }

    #[inline]
    fn close(&mut self) {
        self.out.push(if self.nests & 1 == 1 { b']' } else { b'}' });
        self.nests >>= 1;
        self.comma = true;
    }
}

/// Appends the inside of a JSON string.
#[inline]
pub fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.iter().all(|byte| is_plain(*byte)) {
        true => out.extend_from_slice(bytes),
        false => push_lossy(out, bytes),
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Bytes that are not UTF-8 become U+FFFD; characters that could steer a terminal are escaped.
#[cold]
fn push_lossy(out: &mut Vec<u8>, bytes: &[u8]) {
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '"' | '\\' => out.extend([b'\\', c as u8]),
            // A vector takes all that is written to it.
            c => drop(write_char(out, c)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::escape::is_printable;

    fn written(fill: impl FnOnce(&mut JsonFields<'_>)) -> String {
        let mut out = Vec::new();
        let mut fields = JsonFields::new(&mut out);
        fill(&mut fields);
        fields.end();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn commas_stand_between_values_only() {
        let text = written(|out| {
            out.open("a", Nest::Array);
            out.item(Value::Number(1));
            out.open_item(Nest::Object);
            out.field("b", Value::Null);
            out.field("c", Value::Bool(true));
            out.close();
            out.close();
            out.open("d", Nest::Object);
            out.close();
            out.field("e", Value::Hundredths(5));
        });

        assert_eq!(text, r#"{"a":[1,{"b":null,"c":true}],"d":{},"e":0.05}"#);
    }

    #[test]
    fn any_bytes_make_a_string_that_reads_back_and_steers_nothing() {
        let name = b"a\"b\\c\x1b[2J\n\xff\xe2\x80\xae\xf0\x9f\xa6\x80\xf3\xa0\x81\x81";
        let text = written(|out| out.field("name", Value::Name(name)));
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();

        assert_eq!(read["name"], String::from_utf8_lossy(name).as_ref());
        assert!(text.chars().all(is_printable), "{text}");
    }
}
