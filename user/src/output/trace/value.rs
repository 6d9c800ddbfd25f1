// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The values of attributes and of fields.

use super::memory::Memory;
use super::repeats::Needs;
use super::sink::Sink;
use crate::output::record::digits::{push_decimal, push_hex, push_ip};
use nlhello::names::{Format, Number, Struct, Words};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `AF_MPLS`, which libc lacks on some systems: an address is a stack of labels.
const AF_MPLS: u8 = 28;

/// How deep structs are inside each other in the table; nothing that is received makes it deeper.
const DEPTH: usize = 4;

/// Longest hardware address, in bytes (`MAX_ADDR_LEN`).
const LLADDR_MAX: usize = 32;

/// Tells values to a sink.
pub struct Values<'a, S> {
    /// Takes them.
    pub sink: &'a mut S,
    /// Knows the names of links.
    pub memory: &'a Memory,
    /// The family of the message, `AF_*`.
    pub family: u8,
    /// Whether links were looked up.
    pub has_links: bool,
}

impl<S: Sink> Values<'_, S> {
    /// Returns what was needed for what was told.
    pub fn needs(&self) -> Needs {
        Needs {
            names: self.has_links,
            rows: 0,
        }
    }

    /// Tells the value of an attribute; what is not of that format is told as it came.
    pub fn attr(&mut self, format: Format, value: &[u8]) {
        match format {
            Format::Pad | Format::Nothing => {}
            Format::Flag if value.is_empty() => {}
            _ if !fits(format, value) => self.sink.raw_value(value),
            _ => {
                self.sink.open_value();
                self.tell(format, value, DEPTH);
            }
        }
    }

    /// Tells the fields of a struct.
    pub fn fields(&mut self, record: Struct, bytes: &[u8], depth: usize) {
        let mut told = 0;
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
            if matches!(member.format, Format::FamilyAddr | Format::Struct(_)) {
                self.family = record.family(bytes).unwrap_or(outer);
            }
            self.field(member.format, value, depth);
            self.family = outer;
            told = end;
        }
        let told = told.max(record.size().min(bytes.len()));
        if told < bytes.len() {
            // A newer kernel says more.
            self.sink.field("...");
            self.sink.bytes(&bytes[told..]);
        }
    }

    fn field(&mut self, format: Format, value: &[u8], depth: usize) {
        match format {
            Format::Number(number) => self.number(number, value),
            _ if depth > 0 && fits(format, value) => self.tell(format, value, depth - 1),
            _ => self.sink.bytes(value),
        }
    }

    /// Tells a value that fits its format.
    fn tell(&mut self, format: Format, value: &[u8], depth: usize) {
        match format {
            Format::Text => self.sink.text(trimmed(value)),
            Format::Number(number) => self.number(number, value),
            Format::Flags(number) => {
                let bits = number.read(value).unwrap_or_default();
                self.sink.flags(bits, number.words);
            }
            Format::Ifindex => self.link(value),
            Format::Mac => self.lladdr(value),
            Format::FamilyAddr => self.family_addr(value),
            Format::Lladdr => match value.len() {
                4 | 16 => self.ip(value),
                _ => self.lladdr(value),
            },
            Format::Ip if self.family == AF_MPLS => self.labels(value),
            Format::Ip => self.ip(value),
            Format::Uuid => self.uuid(value),
            Format::Labels => self.labels(value),
            Format::Sockaddr => self.sockaddr(value),
            Format::MdbAddr => self.mdb_addr(value),
            Format::Numbers(number) => self.numbers(number, value),
            Format::Struct(record) => {
                self.sink.open_fields();
                self.fields(record, value, depth);
                self.sink.close_fields();
            }
            Format::Structs(record) => self.structs(record, value, depth),
            Format::Bitfield(words) => self.bitfield(words, value),
            Format::Flag => self.number(Number::default(), value),
            _ => self.sink.bytes(value),
        }
    }

    #[inline]
    fn number(&mut self, number: Number, value: &[u8]) {
        let Some(found) = number.read(value) else {
            return self.sink.bytes(value);
        };
        let word = number.words.and_then(|words| words.find(found));

        match word {
            Some(name) => self.sink.word(name, found),
            None if number.is_hex => self.sink.hex(found),
            None if number.is_signed => self.sink.signed(found as i64),
            None => self.sink.unsigned(found),
        }
    }

    fn link(&mut self, value: &[u8]) {
        let index = value.try_into().map_or(0, i32::from_ne_bytes);
        let name = self.memory.link(index);
        self.has_links = true;

        self.sink.link(index, name);
    }

    fn ip(&mut self, value: &[u8]) {
        match ip(value) {
            Some(address) => self.sink.plain(|out| push_ip(out, address)),
            None => self.sink.bytes(value),
        }
    }

    fn family_addr(&mut self, value: &[u8]) {
        match i32::from(self.family) {
            libc::AF_INET => self.ip(&value[..4]),
            libc::AF_INET6 => self.ip(value),
            _ => self.sink.bytes(value),
        }
    }

    fn lladdr(&mut self, value: &[u8]) {
        self.sink.plain(|out| push_hex(out, value, Some(b':')));
    }

    fn uuid(&mut self, value: &[u8]) {
        self.sink.plain(|out| {
            for (at, byte) in value.iter().enumerate() {
                if matches!(at, 4 | 6 | 8 | 10) {
                    out.push(b'-');
                }
                push_hex(out, &[*byte], None);
            }
        });
    }

    /// The label is the upper 20 bits of each; as `ip` writes them.
    fn labels(&mut self, value: &[u8]) {
        self.sink.plain(|out| {
            for (at, entry) in value.chunks_exact(4).enumerate() {
                if at > 0 {
                    out.push(b'/');
                }
                let entry = entry.try_into().map_or(0, u32::from_be_bytes);
                push_decimal(out, (entry >> 12).into());
            }
        });
    }

    /// `struct sockaddr_in` or `sockaddr_in6`.
    fn sockaddr(&mut self, value: &[u8]) {
        let [family, port] = [[value[0], value[1]], [value[2], value[3]]];
        let port = u16::from_be_bytes(port);
        let address = match i32::from(u16::from_ne_bytes(family)) {
            libc::AF_INET => value.get(4..8).and_then(ip),
            libc::AF_INET6 => value.get(8..24).and_then(ip),
            _ => None,
        };

        match address {
            Some(address) => self.sink.plain(|out| {
                let (open, close) = if address.is_ipv6() {
                    ("[", "]")
                } else {
                    ("", "")
                };
                out.extend_from_slice(open.as_bytes());
                push_ip(out, address);
                out.extend_from_slice(close.as_bytes());
                out.push(b':');
                push_decimal(out, port.into());
            }),
            None => self.sink.bytes(value),
        }
    }

    /// The protocol behind the address says what it is.
    fn mdb_addr(&mut self, value: &[u8]) {
        match [value[16], value[17]] {
            [0x08, 0x00] => self.ip(&value[..4]),
            [0x86, 0xdd] => self.ip(&value[..16]),
            _ => self.lladdr(&value[..6]),
        }
    }

    fn numbers(&mut self, number: Number, value: &[u8]) {
        let places = number.words;
        let number = Number {
            words: None,
            ..number
        };
        let chunks = value.chunks_exact(number.size.max(1).into());

        match places {
            Some(places) => {
                self.sink.open_fields();
                let mut names = places.places();
                for (at, chunk) in chunks.enumerate() {
                    match names.next().flatten() {
                        Some(name) => self.sink.field(name),
                        None => self.sink.field(itoa::Buffer::new().format(at)),
                    }
                    self.number(number, chunk);
                }
                self.sink.close_fields();
            }
            None => {
                self.sink.open_items();
                for chunk in chunks {
                    self.sink.item();
                    self.number(number, chunk);
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

    fn bitfield(&mut self, words: Option<Words>, value: &[u8]) {
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
fn fits(format: Format, value: &[u8]) -> bool {
    let len = value.len();

    match format {
        Format::Number(number) | Format::Flags(number) => match number.size {
            0 => matches!(len, 1 | 2 | 4 | 8),
            size => len == usize::from(size),
        },
        Format::Flag => matches!(len, 0 | 1 | 2 | 4 | 8),
        Format::Numbers(number) => len % usize::from(number.size.max(1)) == 0,
        Format::Ifindex => len == 4,
        Format::Ip => matches!(len, 4 | 16) || len != 0 && len % 4 == 0 && len <= LLADDR_MAX,
        Format::Mac | Format::Lladdr => len <= LLADDR_MAX,
        Format::Labels => len % 4 == 0 && len != 0,
        Format::Uuid | Format::FamilyAddr => len == 16,
        Format::Sockaddr => len >= 4,
        Format::MdbAddr => len >= 18,
        Format::Bitfield(_) => len == 8,
        Format::Struct(record) => len != 0 || record.size() == 0,
        Format::Text | Format::Structs(_) => true,
        _ => false,
    }
}

/// Returns the text before the NUL bytes that end it.
pub fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte != 0);

    &text[..end.map_or(0, |end| end + 1)]
}

fn ip(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => value
            .try_into()
            .ok()
            .map(|octets: [u8; 4]| Ipv4Addr::from(octets).into()),
        16 => value
            .try_into()
            .ok()
            .map(|octets: [u8; 16]| Ipv6Addr::from(octets).into()),
        _ => None,
    }
}
