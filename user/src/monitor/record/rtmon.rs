// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Files of `rtmon(8)`: messages one behind the other, as the kernel sent them. First comes a time and
//! the links that there are, then each event behind its time.

use super::capture::{OTHER_ORDER, OTHER_ORDER_HINT};
use super::input::{bad, Input};
use super::pcap::numbers;
use super::{Step, Unemitted};
use crate::monitor::{Kind, Origin};
use crate::netlink::Error;
use crate::wire::{align, Message, Nlmsghdr, NLMSG_HDRLEN, NLMSG_MIN_TYPE};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

/// Type of a message that says when the next one came, in seconds and microseconds (`NLMSG_TSTAMP`,
/// `include/libnetlink.h` of iproute2).
const TSTAMP: u16 = 15;

/// Size of such a message.
pub const STAMP: usize = 24;

/// The longest message: the kernel makes no longer one.
const LONGEST: usize = 1 << 18;

/// A file of rtmon, and how far it was read.
pub struct Rtmon {
    input: Input,
    message: Vec<u8>,
    time: SystemTime,
    /// Whether the next message is one of the links that there were at the start.
    is_at_start: bool,
    /// The time of the first event, which ends those.
    first_event: Option<SystemTime>,
    /// Steps without a message that come before the next one.
    steps: VecDeque<Step<'static>>,
    unemitted: Unemitted,
}

impl Rtmon {
    /// Says whether a file that begins with these bytes is one, of this order of bytes or the other.
    pub fn is_one(start: &[u8; STAMP]) -> bool {
        let is_swapped = |header: Nlmsghdr| {
            let (len, nlmsg_type) = (header.nlmsg_len, header.nlmsg_type);
            (len.swap_bytes(), nlmsg_type.swap_bytes()) == (STAMP as u32, TSTAMP)
        };

        time_of(start).is_some() || Nlmsghdr::from_bytes(start).is_some_and(is_swapped)
    }

    /// Goes on in `input` behind `start`, which says when the file was begun.
    pub fn open(input: Input, start: &[u8; STAMP]) -> Result<Self, Error> {
        let time = time_of(start).ok_or_else(|| bad(OTHER_ORDER).hint(OTHER_ORDER_HINT))?;
        let read_links = Step::Read(Origin::Initial, Kind::Link.into());

        Ok(Self {
            input,
            message: Vec::new(),
            time,
            is_at_start: true,
            first_event: None,
            steps: [Step::Begin(Vec::new()), read_links].into(),
            unemitted: Unemitted::default(),
        })
    }

    /// Returns what was not told so far.
    pub fn unemitted(&self) -> &Unemitted {
        &self.unemitted
    }

    /// Returns the next step, and when it was; `None` at the end.
    pub fn next_step(&mut self) -> Result<Option<(SystemTime, Step<'_>)>, Error> {
        if self.steps.is_empty() && self.is_at_start && !self.next_link()? {
            self.is_at_start = false;
            self.steps.extend([Step::Done, Step::Started]);
        }
        if let Some(step) = self.steps.pop_front() {
            return Ok(Some((self.time, step)));
        }
        if !self.is_at_start && !self.next_event()? {
            return Ok(None);
        }
        let message = Message::from_bytes(&self.message);
        let message = message.map_err(|error| bad(&error.to_string()))?;
        let step = match self.is_at_start {
            true => Step::Found(message),
            false => Step::Event(message),
        };
        Ok(Some((self.time, step)))
    }

    /// Goes on to the next of the links at the start; says whether there is one.
    fn next_link(&mut self) -> Result<bool, Error> {
        while self.read()? {
            if let Some(time) = time_of(&self.message) {
                self.first_event = Some(time);
                return Ok(false);
            }
            if self.kind() == Some(Kind::Link) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes on to the next event; says whether there is one.
    fn next_event(&mut self) -> Result<bool, Error> {
        if let Some(time) = self.first_event.take() {
            self.time = time;
        }
        while self.read()? {
            match time_of(&self.message) {
                Some(time) => self.time = time,
                None if self.kind().is_some() => return Ok(true),
                None => {}
            }
        }
        Ok(false)
    }

    /// Returns the kind that the message is about, and counts it if it is about none.
    fn kind(&mut self) -> Option<Kind> {
        let message = Message::from_bytes(&self.message).ok()?;
        let nlmsg_type = message.header().nlmsg_type;
        let kind = Kind::of_message(nlmsg_type, message.payload());
        match nlmsg_type {
            ..NLMSG_MIN_TYPE => self.unemitted.control += 1,
            _ => self.unemitted.others += u64::from(kind.is_none()),
        }
        kind.map(|(kind, _)| kind)
    }

    /// Reads the next message; says whether there is one.
    fn read(&mut self) -> Result<bool, Error> {
        let at = self.input.at();
        self.message.resize(NLMSG_HDRLEN, 0);
        if !self.input.read_or_end(&mut self.message, at)? {
            return Ok(false);
        }
        let header = Nlmsghdr::from_bytes(&self.message).unwrap_or_default();
        let len = header.nlmsg_len as usize;
        if !(NLMSG_HDRLEN..=LONGEST).contains(&len) {
            return Err(bad(&format!("what is at byte {at} is no message")));
        }
        self.message.resize(align(len), 0);
        self.input.read_all(&mut self.message[NLMSG_HDRLEN..], at)?;
        Ok(true)
    }
}

/// Returns the time that the message in `bytes` says, if it does.
fn time_of(bytes: &[u8]) -> Option<SystemTime> {
    let header = Nlmsghdr::from_bytes(bytes)?;
    if (header.nlmsg_len, header.nlmsg_type) != (STAMP as u32, TSTAMP) {
        return None;
    }
    let [secs, micros] = numbers::<2>(bytes.get(NLMSG_HDRLEN..)?, false);
    let since = Duration::from_secs(secs.into()) + Duration::from_micros(micros.into());
    Some(SystemTime::UNIX_EPOCH + since)
}
