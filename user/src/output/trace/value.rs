// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The values of attributes and of fields.

use super::leaf::{Leaf, LLADDR_MAX};
use super::memory::Memory;
use super::sink::Sink;
use super::templates::Spans;
use nlhello::names::{Number, NumberWords, Struct, ValueFormat};

/// How deep structs are inside each other in the table; nothing that is received makes it deeper.
const DEPTH: usize = 4;

/// Tells values to a sink.
pub struct Values<'a, S> {
    /// Takes them.
    pub sink: &'a mut S,
    /// Knows the names of links.
    pub memory: &'a Memory,
    /// The family of the message, `AF_*`.
    pub family: u8,
    /// Takes note of them.
    pub spans: &'a mut Spans,
}

impl<S: Sink> Values<'_, S> {
    /// Tells the value of an attribute; what is not of that format is told as it came.
    pub fn attr(&mut self, format: ValueFormat, value: &[u8]) {
        match format {
            ValueFormat::Pad | ValueFormat::Nothing => {}
            ValueFormat::Flag if value.is_empty() => {}
            _ if !fits(format, value) => self.sink.raw_value(value),
            _ => {
                self.sink.open_value();
                self.write_value(format, value, DEPTH);
            }
        }
    }

    /// Tells the fields of a struct.
    pub fn fields(&mut self, record: Struct, bytes: &[u8], depth: usize) {
        let mut written = 0;
        for member in record.members() {
            let end = match member.size {
                0 => bytes.len(),
                size => member.at + size,
            };
            let Some(value) = bytes.get(member.at..end) else {
                break;
            };
            self.sink.field(member.name);
            let outer = self.family;
            if matches!(
                member.format,
                ValueFormat::FamilyAddr | ValueFormat::Struct(_)
            ) {
                self.family = record.family(bytes).unwrap_or(outer);
            }
            self.field(member.format, value, depth);
            self.family = outer;
            if member.is_family() {
                self.spans.fix(value);
            }
            written = end;
        }
        let written = written.max(record.size().min(bytes.len()));
        if written < bytes.len() {
            // A newer kernel says more.
            self.sink.field("...");
            self.sink.bytes(&bytes[written..]);
        }
    }

    fn field(&mut self, format: ValueFormat, value: &[u8], depth: usize) {
        match format {
            ValueFormat::Number(_) => self.value(format, value, false),
            _ if depth > 0 && fits(format, value) => self.write_value(format, value, depth - 1),
            _ => self.value(ValueFormat::Binary, value, false),
        }
    }

    /// Tells a value that fits its format.
    fn write_value(&mut self, format: ValueFormat, value: &[u8], depth: usize) {
        match format {
            ValueFormat::Numbers(number) => self.numbers(number, value),
            ValueFormat::Struct(record) => {
                self.sink.open_fields();
                self.fields(record, value, depth);
                self.sink.close_fields();
            }
            ValueFormat::Structs(record) => self.structs(record, value, depth),
            ValueFormat::Bitfield(words) => self.bitfield(words, value),
            _ => self.value(format, value, depth == DEPTH),
        }
    }

    /// Tells a value that has no parts, and notes where its text is.
    fn value(&mut self, format: ValueFormat, value: &[u8], is_attr: bool) {
        let start = self.sink.begin_value();
        let mut leaf = Leaf {
            sink: self.sink,
            memory: self.memory,
            family: self.family,
        };
        leaf.write_value(&format, value);
        let text = start..self.sink.out().len();
        self.spans.note(value, text, (format, self.family), is_attr);
    }

    fn numbers(&mut self, number: Number, value: &[u8]) {
        let places = number.words;
        let chunks = value.chunks_exact(number.size.max(1).into());
        let number = ValueFormat::Number(Number {
            words: None,
            ..number
        });

        match places {
            Some(places) => {
                self.sink.open_fields();
                let mut names = places.places();
                for (at, chunk) in chunks.enumerate() {
                    match names.next().flatten() {
                        Some(name) => self.sink.field(name),
                        None => self.sink.field(itoa::Buffer::new().format(at)),
                    }
                    self.value(number, chunk, false);
                }
                self.sink.close_fields();
            }
            None => {
                self.sink.open_items();
                for chunk in chunks {
                    self.sink.item();
                    self.value(number, chunk, false);
                }
                self.sink.close_items();
            }
        }
    }

    fn structs(&mut self, record: Struct, value: &[u8], depth: usize) {
        self.sink.open_items();
        for bytes in value.chunks(record.size().max(1)) {
            self.sink.item();
            self.sink.open_fields();
            self.fields(record, bytes, depth);
            self.sink.close_fields();
        }
        self.sink.close_items();
    }

    fn bitfield(&mut self, words: Option<NumberWords>, value: &[u8]) {
        let number = Number {
            size: 4,
            ..Number::default()
        };
        self.sink.open_fields();
        for (name, half) in ["value", "selector"].into_iter().zip(value.chunks_exact(4)) {
            self.sink.field(name);
            self.sink
                .flags(number.read(half).unwrap_or_default(), words);
        }
        self.sink.close_fields();
    }
}

/// Says whether `value` is as long as its format takes.
fn fits(format: ValueFormat, value: &[u8]) -> bool {
    let len = value.len();

    match format {
        ValueFormat::Number(number) | ValueFormat::Flags(number) => match number.size {
            0 => matches!(len, 1 | 2 | 4 | 8),
            size => len == usize::from(size),
        },
        ValueFormat::Flag => matches!(len, 0 | 1 | 2 | 4 | 8),
        ValueFormat::Numbers(number) => len % usize::from(number.size.max(1)) == 0,
        ValueFormat::Ifindex => len == 4,
        ValueFormat::Ip => matches!(len, 4 | 16) || len != 0 && len % 4 == 0 && len <= LLADDR_MAX,
        ValueFormat::Mac | ValueFormat::Lladdr => len <= LLADDR_MAX,
        ValueFormat::Labels => len % 4 == 0 && len != 0,
        ValueFormat::Uuid | ValueFormat::FamilyAddr => len == 16,
        ValueFormat::Sockaddr => len >= 4,
        ValueFormat::MdbAddr => len >= 18,
        ValueFormat::Bitfield(_) => len == 8,
        ValueFormat::Struct(record) => len != 0 || record.size() == 0,
        ValueFormat::Text | ValueFormat::Structs(_) => true,
        _ => false,
    }
}
