// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Records of a monitor's input, in files: `docs/record.md` has the format, and what else a replay reads.

mod capture;
mod files;
mod input;
mod packets;
mod pcap;
mod recorder;
mod rtmon;
mod unemitted;

pub use files::{empty, open_kept, RecordFiles};
pub use input::bad;
pub use packets::{PacketFile, PacketReader};
pub use recorder::{note, Recorder};
pub use unemitted::Unemitted;

use super::{Kind, Kinds, Origin};
use crate::netlink::Error;
use crate::wire::{put_message, Message, Nlmsghdr};
use capture::Capture;
use input::Input;
use pcap::{Cooked, Head, PcapPackets, FILE_HEADER};
use rtmon::Rtmon;
use std::io::{self, Read};
use std::time::{SystemTime, UNIX_EPOCH};

// Sender and receiver of a packet, as in other cooked headers (`PACKET_*`).
const TO_US: u16 = 0;
const TO_ALL: u16 = 2;
const BY_US: u16 = 4;

// The protocols of netlink.
const ROUTE: u16 = libc::NETLINK_ROUTE as u16;
const HELLO: u16 = crate::uapi::NETLINK_USER as u16;

/// The message that means nothing to the kernel: what it has for us is text.
const NOOP: u16 = libc::NLMSG_NOOP as u16;
const NAME: &[u8] = b"nlhello";
/// Of the steps.
const EDITION: &[u8] = b"1";

/// Something that a monitor took in or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The record begins; these are the words of whoever asked for it.
    Begin(Vec<&'a [u8]>),
    /// The state of these kinds is read from now on; what differs is told as of this origin.
    Read(Origin, Kinds),
    /// The state was read and compared.
    Done,
    /// The state at the start is known.
    Started,
    /// An event came.
    Event(Message<'a>),
    /// An object was read.
    Found(Message<'a>),
    /// Somebody else has read an object: it is of a capture, and no monitor records that.
    Known(Message<'a>),
    /// Somebody said hello to the module.
    Said(Message<'a>),
    /// So many of those events were lost.
    LostHellos(u32),
    /// Events were lost, so many where it was told.
    Lost(Option<u32>),
    /// The monitor reported that its lines are complete: [`Notice::Sync`](super::Notice::Sync).
    Sync,
}

impl<'a> Step<'a> {
    /// Puts it behind its cooked header into `out`.
    fn put(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Event(message) => put_packet(out, TO_ALL, ROUTE, message.bytes()),
            Self::Said(message) => put_packet(out, TO_ALL, HELLO, message.bytes()),
            Self::Found(message) | Self::Known(message) => {
                put_packet(out, TO_US, ROUTE, message.bytes());
            }
            Self::Begin(words) => put_mark(out, b"begin", &[&[EDITION], &words[..]].concat())?,
            Self::Read(origin, kinds) => {
                let kinds = kinds.iter().map(|kind| kind.name().as_bytes());
                let words: Vec<_> = [name_of(*origin)].into_iter().chain(kinds).collect();
                put_mark(out, b"read", &words)?;
            }
            Self::Done => put_mark(out, b"done", &[])?,
            Self::Started => put_mark(out, b"started", &[])?,
            Self::Lost(None) => put_mark(out, b"lost", &[])?,
            Self::Lost(Some(drops)) => put_mark(out, b"lost", &[drops.to_string().as_bytes()])?,
            Self::LostHellos(drops) => {
                put_mark(out, b"lost-hellos", &[drops.to_string().as_bytes()])?;
            }
            Self::Sync => put_mark(out, b"sync", &[])?,
        }
        Ok(())
    }

    /// Reads it from a packet.
    fn of(packet: &'a [u8]) -> Option<Self> {
        let (cooked, bytes) = Cooked::split(packet)?;
        let message = Message::from_bytes(bytes).ok()?;

        match cooked.direction {
            TO_ALL if cooked.protocol == HELLO => Some(Self::Said(message)),
            TO_ALL => Some(Self::Event(message)),
            TO_US => Some(Self::Found(message)),
            BY_US if message.header().nlmsg_type == NOOP => Self::of_mark(message.payload()),
            _ => None,
        }
    }

    fn of_mark(text: &'a [u8]) -> Option<Self> {
        let mut words = text.strip_suffix(b"\0")?.split(|byte| *byte == 0);
        if words.next() != Some(NAME) {
            return None;
        }
        Some(match words.next()? {
            b"begin" if words.next() == Some(EDITION) => Self::Begin(words.collect()),
            b"read" => {
                let origin = origin_of(words.next()?)?;
                let kinds: Option<Kinds> = words.map(kind_of).collect();
                Self::Read(origin, kinds?)
            }
            b"done" => Self::Done,
            b"started" => Self::Started,
            b"lost" => match words.next() {
                None => Self::Lost(None),
                drops => Self::Lost(Some(number_of(drops?)?)),
            },
            b"lost-hellos" => Self::LostHellos(number_of(words.next()?)?),
            b"sync" => Self::Sync,
            _ => return None,
        })
    }
}

fn name_of(origin: Origin) -> &'static [u8] {
    match origin {
        Origin::Initial => b"initial",
        Origin::Event => b"event",
        Origin::Implied => b"implied",
        Origin::Missed => b"missed",
    }
}

fn origin_of(name: &[u8]) -> Option<Origin> {
    use Origin::*;
    let all = [Initial, Event, Implied, Missed];
    all.into_iter().find(|origin| name_of(*origin) == name)
}

fn number_of(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn kind_of(name: &[u8]) -> Option<Kind> {
    Kind::of_name(std::str::from_utf8(name).ok()?)
}

/// Puts a message of a type with this payload into `out`.
fn put_typed(out: &mut Vec<u8>, nlmsg_type: u16, payload: &[u8]) -> io::Result<()> {
    let header = Nlmsghdr {
        nlmsg_type,
        ..Nlmsghdr::default()
    };
    put_message(out, header, payload)
}

fn put_packet(out: &mut Vec<u8>, direction: u16, protocol: u16, message: &[u8]) {
    Cooked::new(direction, protocol).put(out);
    out.extend_from_slice(message);
}

fn put_mark(out: &mut Vec<u8>, verb: &[u8], words: &[&[u8]]) -> io::Result<()> {
    let mut text = Vec::new();
    for word in [NAME, verb].iter().chain(words) {
        text.extend_from_slice(word);
        text.push(0);
    }
    let mut message = Vec::new();
    put_typed(&mut message, NOOP, &text)?;
    put_packet(out, BY_US, ROUTE, &message);
    Ok(())
}

/// Reads what a [`Recorder`] wrote, or a capture of others.
pub enum Reader {
    /// A record of a monitor, and its first packet, until that is handed out.
    Record(PcapPackets, Option<Head>),
    /// A capture of nlmon.
    Capture(Capture),
    /// A file of rtmon.
    Rtmon(Rtmon),
}

impl Reader {
    /// Reads the start of the file.
    pub fn open(input: Box<dyn Read>) -> Result<Self, Error> {
        let (input, start) = Input::begin::<FILE_HEADER>(input)?;
        if Rtmon::is_one(&start) {
            return Rtmon::open(input, &start).map(Self::Rtmon);
        }
        let mut packets = PcapPackets::open(input, &start)?;
        let first = packets.next_head()?;

        Ok(match is_mark(packets.packet()) {
            true => Self::Record(packets, first),
            false => Self::Capture(Capture::new(packets, first)),
        })
    }

    /// Returns the next step, and when it was; `None` at the end.
    pub fn next_step(&mut self) -> Result<Option<(SystemTime, Step<'_>)>, Error> {
        match self {
            Self::Record(packets, first) => next_of_record(packets, first),
            Self::Capture(capture) => capture.next_step(),
            Self::Rtmon(rtmon) => rtmon.next_step(),
        }
    }

    /// Returns what was not told so far; `None` for a record, all of which is told.
    pub fn unemitted(&self) -> Option<&Unemitted> {
        match self {
            Self::Record(..) => None,
            Self::Capture(capture) => Some(capture.unemitted()),
            Self::Rtmon(rtmon) => Some(rtmon.unemitted()),
        }
    }

    /// Says whether there may be objects that it never showed: it is no record of a monitor.
    pub fn is_partial(&self) -> bool {
        !matches!(self, Self::Record(..))
    }

    /// Says whether it has what there was at its start, of any kind.
    pub fn has_start(&self) -> bool {
        !matches!(self, Self::Capture(_))
    }
}

/// Says whether a packet has words of a monitor.
fn is_mark(packet: &[u8]) -> bool {
    Cooked::split(packet).is_some_and(|(cooked, bytes)| {
        let message = Message::from_bytes(bytes);
        let is_name = |message: Message<'_>| {
            message.header().nlmsg_type == NOOP && message.payload().starts_with(NAME)
        };
        cooked.direction == BY_US && message.is_ok_and(is_name)
    })
}

fn next_of_record<'p>(
    packets: &'p mut PcapPackets,
    first: &mut Option<Head>,
) -> Result<Option<(SystemTime, Step<'p>)>, Error> {
    let next = match first.take() {
        None => packets.next_head()?,
        first => first,
    };
    let Some(Head { at, time, .. }) = next else {
        return Ok(None);
    };
    match Step::of(packets.packet()) {
        Some(step) => Ok(Some((UNIX_EPOCH + time, step))),
        None => Err(bad(&format!(
            "what is at byte {at} means nothing to this program"
        ))),
    }
}

#[cfg(test)]
mod tests;
