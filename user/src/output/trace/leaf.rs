// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values that have no parts.

use super::memory::Memory;
use super::sink::Sink;
use crate::output::record::digits::{push_decimal, push_hex, push_ip};
use nlhello::names::{Number, ValueFormat};
use nlhello::object::attrs::ip;

/// `AF_MPLS`, which libc lacks on some systems: an address is a stack of labels.
const AF_MPLS: u8 = 28;

/// Longest hardware address, in bytes (`MAX_ADDR_LEN`).
pub const LLADDR_MAX: usize = 32;

/// Tells a value to a sink.
pub struct Leaf<'a, S> {
    /// Takes it.
    pub sink: &'a mut S,
    /// Knows the names of links.
    pub memory: &'a Memory,
    /// The family of the message, `AF_*`.
    pub family: u8,
}

impl<S: Sink> Leaf<'_, S> {
    /// Tells a value that has no parts.
    #[inline]
    pub fn write_value(&mut self, format: &ValueFormat, value: &[u8]) {
        match *format {
            ValueFormat::Number(number) => self.number(number, value),
            ValueFormat::Text => self.sink.text(trimmed(value)),
            ValueFormat::Flags(number) => {
                let bits = number.read(value).unwrap_or_default();
                self.sink.flags(bits, number.words);
            }
            ValueFormat::Ifindex => self.link(value),
            ValueFormat::Mac => self.lladdr(value),
            ValueFormat::FamilyAddr => self.family_addr(value),
            ValueFormat::Lladdr => match value.len() {
                4 | 16 => self.ip(value),
                _ => self.lladdr(value),
            },
            ValueFormat::Ip if self.family == AF_MPLS => self.labels(value),
            ValueFormat::Ip => self.ip(value),
            ValueFormat::Uuid => self.uuid(value),
            ValueFormat::Labels => self.labels(value),
            ValueFormat::Sockaddr => self.sockaddr(value),
            ValueFormat::MdbAddr => self.mdb_addr(value),
            ValueFormat::Flag => self.number(Number::default(), value),
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
}

/// Returns the text before the NUL bytes that end it.
pub fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte != 0);

    &text[..end.map_or(0, |end| end + 1)]
}
