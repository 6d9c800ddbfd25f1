// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Files of pcap with link type `LINKTYPE_NETLINK`.
//!
//! See <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html> and
//! <https://www.tcpdump.org/linktypes/LINKTYPE_NETLINK.html>.

use super::input::{bad, Input, NO_RECORD};
use crate::netlink::{since_1970, Error};
use std::iter;
use std::time::{Duration, SystemTime};

/// Magic number of a file with times in nanoseconds, and of one with times in microseconds.
const MAGIC: u32 = 0xa1b2_3c4d;
const MAGIC_MICROS: u32 = 0xa1b2_c3d4;
const VERSION: [u16; 2] = [2, 4];

/// `LINKTYPE_NETLINK`, and `LINKTYPE_LINUX_SLL`, whose packets of netlink look the same: a capture of all
/// devices has it.
const LINKTYPE: u32 = 253;
const LINKTYPE_SLL: u32 = 113;

/// The longest packet: the kernel makes no longer message, and tcpdump keeps no more.
pub const LONGEST: u32 = 1 << 18;

/// Size of the header of the file, and of that of a packet.
pub const FILE_HEADER: usize = 24;
pub const PACKET_HEADER: usize = 16;

/// The last words of the header of a file that Wireshark saves if nothing else is said (pcapng).
const NEXT_GENERATION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// Size of the cooked header, which is before the messages of each packet.
pub const COOKED: usize = 16;

/// `ARPHRD_NETLINK`.
const ARPHRD: u16 = 824;

/// Header of a packet before its messages (`LINKTYPE_NETLINK`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cooked {
    /// Sender and receiver of the packet (`PACKET_*`).
    pub direction: u16,
    /// Type of the link (`ARPHRD_*`).
    pub hatype: u16,
    /// `NETLINK_*`.
    pub protocol: u16,
}

impl Cooked {
    /// Returns that of a packet of netlink.
    pub fn new(direction: u16, protocol: u16) -> Self {
        Self {
            direction,
            hatype: ARPHRD,
            protocol,
        }
    }

    /// Reads it from a packet; returns what is behind it too.
    pub fn split(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (cooked, messages) = packet.split_at_checked(COOKED)?;
        let number = |at: usize| u16::from_be_bytes([cooked[at], cooked[at + 1]]);
        let cooked = Self {
            direction: number(0),
            hatype: number(2),
            protocol: number(14),
        };
        Some((cooked, messages))
    }

    /// Says whether the packet is of netlink.
    pub fn is_netlink(self) -> bool {
        self.hatype == ARPHRD
    }

    /// Appends it to `out`.
    pub fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.direction.to_be_bytes());
        out.extend_from_slice(&self.hatype.to_be_bytes());
        out.extend_from_slice(&[0; 10]);
        out.extend_from_slice(&self.protocol.to_be_bytes());
    }
}

/// Appends the header of a file to `out`.
pub fn put_file_header(out: &mut Vec<u8>) {
    out.extend_from_slice(&MAGIC.to_ne_bytes());
    out.extend_from_slice(&VERSION[0].to_ne_bytes());
    out.extend_from_slice(&VERSION[1].to_ne_bytes());
    // The zone and the accuracy of times, both always 0.
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&LONGEST.to_ne_bytes());
    out.extend_from_slice(&LINKTYPE.to_ne_bytes());
}

/// Appends a packet of this moment to `out`.
pub fn put_packet(out: &mut Vec<u8>, packet: &[u8]) {
    let now = since_1970(SystemTime::now());
    put_packet_header(out, now, packet.len(), packet.len());
    out.extend_from_slice(packet);
}

/// Appends the header of a packet of this `time`, since the beginning of 1970, to `out`; `kept` of its `len` bytes follow.
pub fn put_packet_header(out: &mut Vec<u8>, time: Duration, kept: usize, len: usize) {
    // The format has 32 bits for seconds, which last until 2106, and for lengths, of which none is longer.
    let numbers = [
        time.as_secs() as u32,
        time.subsec_nanos(),
        kept as u32,
        len as u32,
    ];
    for number in numbers {
        out.extend_from_slice(&number.to_ne_bytes());
    }
}

/// Returns how many of the `bytes`, packets of this machine's order, are whole packets.
pub fn whole_packets(bytes: &[u8]) -> usize {
    ends(bytes).last().unwrap_or_default()
}

/// Returns how many whole packets of this machine's order are in `bytes`.
pub fn count_packets(bytes: &[u8]) -> u64 {
    ends(bytes).count() as u64
}

/// Returns where the whole packets in `bytes` end.
fn ends(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let end_after = |at: usize| {
        let [_, _, len, _] = numbers::<4>(bytes.get(at..at + PACKET_HEADER)?, false);
        let end = at.checked_add(PACKET_HEADER + len as usize)?;
        (end <= bytes.len()).then_some(end)
    };
    iter::successors(end_after(0), move |at| end_after(*at))
}

/// Reads the packets of a file.
pub struct PcapPackets {
    input: Input,
    /// Whether the file was written by a machine with another order of bytes.
    is_swapped: bool,
    has_micros: bool,
    packet: Vec<u8>,
}

/// Header of a packet in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it is in the file.
    pub at: u64,
    /// When it was captured, since the beginning of 1970.
    pub time: Duration,
    /// How long it was, in bytes: the file may have less of it.
    pub len: usize,
}

impl PcapPackets {
    /// Reads the `header` of a file, which was read from `input`.
    pub fn open(input: Input, header: &[u8; FILE_HEADER]) -> Result<Self, Error> {
        let [magic, ..] = numbers::<6>(header, false);
        let is_swapped = [MAGIC, MAGIC_MICROS].contains(&magic.swap_bytes());
        let [magic, _, _, _, _, linktype] = numbers::<6>(header, is_swapped);
        if header[..4] == NEXT_GENERATION {
            return Err(bad("it is a capture in the format pcapng, not pcap")
                .hint("tcpdump -r FILE -w PCAP makes one of it"));
        }
        if ![MAGIC, MAGIC_MICROS].contains(&magic) {
            return Err(bad(NO_RECORD));
        }
        // The upper bits are about other things.
        let linktype = linktype & 0x0fff_ffff;
        if ![LINKTYPE, LINKTYPE_SLL].contains(&linktype) {
            let message =
                format!("it is no record of netlink messages, but of link type {linktype}");
            return Err(bad(&message).hint("capture nlmon itself: tcpdump -i nlmon0 -w FILE"));
        }

        Ok(Self {
            input,
            is_swapped,
            has_micros: magic == MAGIC_MICROS,
            packet: Vec::new(),
        })
    }

    /// Reads the next packet, which [`PcapPackets::packet`] has then; `None` at the end.
    pub fn next_head(&mut self) -> Result<Option<Head>, Error> {
        let at = self.input.at();
        let mut header = [0; PACKET_HEADER];
        if !self.input.read_or_end(&mut header, at)? {
            return Ok(None);
        }
        let [secs, fraction, len, whole] = numbers(&header, self.is_swapped);
        if len > LONGEST {
            return Err(bad(&format!("what is at byte {at} is no packet")));
        }
        self.packet.resize(len as usize, 0);
        self.input.read_all(&mut self.packet, at)?;
        let fraction = match self.has_micros {
            true => Duration::from_micros(fraction.into()),
            false => Duration::from_nanos(fraction.into()),
        };

        Ok(Some(Head {
            at,
            time: Duration::from_secs(secs.into()) + fraction,
            len: whole as usize,
        }))
    }

    /// Returns the packet that was read last.
    pub fn packet(&self) -> &[u8] {
        &self.packet
    }
}

/// Returns the numbers in `bytes`, of this machine's order, or of the other one.
pub fn numbers<const N: usize>(bytes: &[u8], is_swapped: bool) -> [u32; N] {
    std::array::from_fn(|index| {
        let word = bytes.get(4 * index..).and_then(|rest| rest.first_chunk());
        let number = word.map_or(0, |word| u32::from_ne_bytes(*word));
        match is_swapped {
            true => number.swap_bytes(),
            false => number,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_packets_end_where_the_last_one_does() {
        let mut bytes = Vec::new();
        assert_eq!(whole_packets(&bytes), 0);
        put_packet(&mut bytes, &[1; 20]);
        let first = bytes.len();
        put_packet(&mut bytes, &[2; 5]);
        for len in 0..=bytes.len() {
            let whole = match len {
                len if len == bytes.len() => len,
                len if len >= first => first,
                _ => 0,
            };
            assert_eq!(whole_packets(&bytes[..len]), whole);
            let count = [0, first, bytes.len()].iter().position(|end| *end == whole);
            assert_eq!(count_packets(&bytes[..len]), count.unwrap() as u64);
        }
        // A length that no packet has.
        bytes[8..12].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(whole_packets(&bytes), 0);
    }
}
