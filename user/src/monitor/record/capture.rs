// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Captures of nlmon, made by tcpdump, Wireshark and their like, read as if a monitor had made them.
//!
//! nlmon shows each datagram without the group that it was sent to, and each multicast once for every
//! socket that it came to. What is an event is known by what the message says of itself.

use super::input::bad;
use super::pcap::{Cooked, Head, PcapPackets, COOKED};
use super::{Step, Unemitted, HELLO, ROUTE};
use crate::monitor::hello::NTF;
use crate::monitor::{Kind, Payload};
use crate::netlink::Error;
use crate::nlmon::Copies;
use crate::rtnl::is_get;
use crate::wire::{
    align, Message, Nlmsghdr, NLMSG_HDRLEN, NLMSG_MIN_TYPE, NLM_F_DUMP, NLM_F_MULTI, NLM_F_REQUEST,
};
use std::array::IntoIter;
use std::collections::HashSet;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub const OTHER_ORDER: &str = "its messages are those of a machine with another order of bytes";
pub const OTHER_ORDER_HINT: &str = "replay it on a machine like that";

/// How many requests that were not answered yet are remembered at most.
const ASKED: usize = 4096;

/// A capture, and how far it was read.
pub struct Capture {
    packets: PcapPackets,
    /// The packet that is read now.
    head: Option<Head>,
    protocol: u16,
    /// Where in the packet its next message is, and where it ends.
    rest: Range<usize>,
    /// Whether a message was read: then this machine's order of bytes is that of all of them, and what is none is
    /// what some program has sent.
    has_read: bool,
    /// Steps without a message that come first: the state at the start is not known, a capture has none.
    first_steps: IntoIter<Step<'static>, 2>,
    sorter: Sorter,
}

/// Meaning of a message for a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReplayRole {
    Event,
    /// An object in an answer.
    Known,
    /// Somebody said hello to the module.
    Said,
}

/// Tells events from all else.
#[derive(Default)]
struct Sorter {
    /// Numbers of requests for an object.
    asked: HashSet<u32>,
    /// Events, each known by the object that it is about.
    copies: Copies<(Kind, Vec<u8>)>,
    unemitted: Unemitted,
}

impl Capture {
    /// Goes on behind `head`, the first packet, which was read from `packets`; `None` where there is none.
    pub fn new(packets: PcapPackets, head: Option<Head>) -> Self {
        let mut capture = Self {
            packets,
            head: None,
            protocol: 0,
            rest: 0..0,
            has_read: false,
            first_steps: [Step::Begin(Vec::new()), Step::Started].into_iter(),
            sorter: Sorter::default(),
        };
        capture.enter(head);
        capture
    }

    /// Returns what was not told so far.
    pub fn unemitted(&self) -> &Unemitted {
        &self.sorter.unemitted
    }

    /// Returns the next step, and when it was; `None` at the end.
    pub fn next_step(&mut self) -> Result<Option<(SystemTime, Step<'_>)>, Error> {
        if let Some(step) = self.first_steps.next() {
            let began = self.head.map_or(UNIX_EPOCH, |head| UNIX_EPOCH + head.time);
            return Ok(Some((began, step)));
        }
        let Some((head, role, place)) = self.find()? else {
            return Ok(None);
        };
        let message = self.packets.packet().get(place).unwrap_or_default();
        let message = Message::from_bytes(message).map_err(|error| bad(&error.to_string()))?;
        let step = match role {
            ReplayRole::Event => Step::Event(message),
            ReplayRole::Known => Step::Known(message),
            ReplayRole::Said => Step::Said(message),
        };
        Ok(Some((UNIX_EPOCH + head.time, step)))
    }

    /// Goes on to the next message that means something to a replay; returns where it is.
    fn find(&mut self) -> Result<Option<(Head, ReplayRole, Range<usize>)>, Error> {
        while let Some(head) = self.head {
            if self.rest.is_empty() {
                let next = self.packets.next_head()?;
                self.enter(next);
                continue;
            }
            let place = self.next_message(head)?;
            let Some(message) = self.packets.packet().get(place.clone()) else {
                continue;
            };
            if let Ok(message) = Message::from_bytes(message) {
                if let Some(role) = self.sorter.role(self.protocol, head.time, &message) {
                    return Ok(Some((head, role, place)));
                }
            }
        }
        Ok(None)
    }

    /// Begins with a packet, if it is of a protocol that a replay tells of.
    fn enter(&mut self, head: Option<Head>) {
        self.head = head;
        self.rest = 0..0;
        let packet = self.packets.packet();
        let unemitted = &mut self.sorter.unemitted;
        match Cooked::split(packet) {
            _ if head.is_none() => {}
            Some((cooked, _)) if !cooked.is_netlink() => unemitted.foreign += 1,
            Some((Cooked { protocol, .. }, _)) if [ROUTE, HELLO].contains(&protocol) => {
                self.protocol = protocol;
                self.rest = COOKED..packet.len();
            }
            Some((Cooked { protocol, .. }, _)) => unemitted.count_protocol(protocol),
            None => unemitted.broken += 1,
        }
    }

    /// Goes past the next message in the packet; returns where it is, an empty place if it is none.
    fn next_message(&mut self, head: Head) -> Result<Range<usize>, Error> {
        let start = self.rest.start;
        let packet = self.packets.packet();
        let bytes = packet.get(self.rest.clone()).unwrap_or_default();
        match Message::from_bytes(bytes) {
            Ok(message) => {
                self.has_read = true;
                let len = message.bytes().len();
                // A request may have bytes behind it that mean nothing to the kernel.
                let is_last = message.header().nlmsg_flags & NLM_F_REQUEST != 0
                    && bytes
                        .get(align(len)..)
                        .is_none_or(|rest| Message::from_bytes(rest).is_err());
                self.rest.start = match is_last {
                    true => self.rest.end,
                    false => self.rest.end.min(start + align(len)),
                };
                Ok(start..start + len)
            }
            Err(_) if !self.has_read && is_of_other_order(bytes) => {
                Err(bad(OTHER_ORDER).hint(OTHER_ORDER_HINT))
            }
            Err(_) => {
                // Zeroes behind the last message may be padding.
                let is_cut = packet.len() < head.len;
                let is_filling = !is_cut && bytes.iter().all(|byte| *byte == 0);
                self.sorter.unemitted.broken += u64::from(!is_filling);
                self.rest.start = self.rest.end;
                Ok(start..start)
            }
        }
    }
}

/// Says whether the header at the start of `bytes`, which makes no sense, does in the other order of bytes.
fn is_of_other_order(bytes: &[u8]) -> bool {
    let header = Nlmsghdr::from_bytes(bytes).unwrap_or_default();
    let len = header.nlmsg_len.swap_bytes() as usize;

    (NLMSG_HDRLEN..=bytes.len()).contains(&len)
}

impl Sorter {
    /// Returns what a `message` of `protocol` is to a replay; `None` for what it does not tell of.
    fn role(&mut self, protocol: u16, time: Duration, message: &Message<'_>) -> Option<ReplayRole> {
        let header = message.header();
        let is_request = header.nlmsg_flags & NLM_F_REQUEST != 0;

        match protocol {
            _ if header.nlmsg_type < NLMSG_MIN_TYPE => {
                self.unemitted.control += 1;
                self.asked.remove(&header.nlmsg_seq);
            }
            ROUTE if is_request => self.note_request(header),
            HELLO if !is_request && header.nlmsg_type == NTF => return Some(ReplayRole::Said),
            ROUTE => return self.role_in_route(time, message),
            _ => self.unemitted.count_protocol(protocol),
        }
        None
    }

    fn note_request(&mut self, header: &Nlmsghdr) {
        self.unemitted.requests += 1;
        // Objects of a dump are recognized by their own flags.
        if is_get(header.nlmsg_type) && header.nlmsg_flags & NLM_F_DUMP == 0 {
            if self.asked.len() >= ASKED {
                self.asked.clear();
            }
            self.asked.insert(header.nlmsg_seq);
        }
    }

    fn role_in_route(&mut self, time: Duration, message: &Message<'_>) -> Option<ReplayRole> {
        let header = message.header();
        let Some((kind, _)) = Kind::of_message(header.nlmsg_type, message.payload()) else {
            self.unemitted.others += 1;
            return None;
        };
        let is_part = header.nlmsg_flags & NLM_F_MULTI != 0;
        if is_part || self.asked.remove(&header.nlmsg_seq) {
            self.unemitted.answers += 1;
            return Some(ReplayRole::Known);
        }
        match self.is_copy(time, kind, message) {
            true => {
                self.unemitted.copies += 1;
                None
            }
            false => Some(ReplayRole::Event),
        }
    }

    /// Says whether the same event was captured right before, and no other one about its object since: what
    /// was added, removed and added again was added twice.
    fn is_copy(&mut self, time: Duration, kind: Kind, message: &Message<'_>) -> bool {
        let is_copy = self.copies.find(time, ROUTE, message.bytes()).is_some();
        if !is_copy {
            let object = (kind, key_of(kind, message.payload()));
            self.copies.forget(&object);
            self.copies.note(time, ROUTE, message.bytes(), object);
        }
        is_copy
    }
}

/// Returns which object of its `kind` it is.
fn key_of(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    let object = Payload::new(kind, payload);
    match kind.snapshot() {
        Some(snapshot) => match &snapshot.siblings {
            Some(siblings) => {
                snapshot.put_body(&object, &mut key);
                let of_link = key.get_mut(siblings.of_link.clone());
                of_link.unwrap_or_default().fill(0);
            }
            None if object.is_cut_off() => {}
            None => (snapshot.identity)(&object, &mut key),
        },
        // All of it: what tells of its end is the same.
        None => key.extend_from_slice(payload),
    }
    key
}
