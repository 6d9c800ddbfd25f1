// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams with their senders and receivers, and with the answers to requests.
//!
//! A datagram is held back until it is known what there is to say of it: a request until its answer came,
//! an event until no copy of it can come any more. Their order stays, and none is held for long.

use super::exchanges::{ack, is_part, AnswerMessage, Answered, Exchanges, PendingRequest};
use super::owners::Owners;
use super::{Copies, DatagramRole, Explanation, Owner, Response, SniffedDatagram};
use crate::netlink::{blamed, Packet, Protocol, Spec};
use crate::wire::{Message, Messages, Nlmsghdr, NLMSG_ERROR, NLMSG_MIN_TYPE, NLM_F_REQUEST};
use std::mem;
use std::rc::Rc;
use std::time::Duration;

/// How long a datagram is held at most.
const HOLD: Duration = Duration::from_millis(100);

/// How long an event is held where nothing else comes: a block of the ring is handed over sooner.
const SETTLED: Duration = Duration::from_millis(60);

/// How much memory the datagrams that are held take at most, in bytes.
const HELD: usize = 4 << 20;

/// How much room is kept for the bytes of datagrams that are held, where there are none, in bytes.
const ROOM: usize = 64 << 10;

/// How many datagrams that were emitted are kept at most, beside those that are held.
const EMITTED: usize = 4096;

/// Messages that are wanted.
pub enum Wanted<'w> {
    /// All of them.
    All,
    /// Messages of which it returns true; a datagram that has none is asked about with `None`.
    If(&'w mut dyn FnMut(Option<&Message<'_>>) -> bool),
}

impl Wanted<'_> {
    #[inline]
    fn has(&mut self, message: Option<&Message<'_>>) -> bool {
        match self {
            Self::All => true,
            Self::If(is_wanted) => is_wanted(message),
        }
    }
}

/// Takes packets of `nlmon`, and tells them as [`SniffedDatagram`]s.
pub struct Dialog {
    exchanges: Exchanges,
    copies: Copies<u64>,
    /// `None` if senders are not looked up.
    owners: Option<Owners>,
    /// Datagrams that are held, in order, behind some that were emitted; and the number of the first of all.
    held: Vec<Held>,
    first: u64,
    /// How many of them were emitted.
    emitted: usize,
    /// The bytes of them, in order, and the answers to the requests among them.
    bytes: Vec<u8>,
    responses: Vec<Response>,
    /// The memory that they take, in bytes.
    size: usize,
    /// When the last packet was captured.
    last: Duration,
    /// The lines of the requests that the last datagram answered.
    answered: Vec<u64>,
}

/// A datagram that is held.
struct Held {
    time: Duration,
    protocol: u16,
    /// Where in the bytes of all its own are, and how many, of a datagram that was so long.
    start: usize,
    kept: usize,
    len: usize,
    portid: Option<u32>,
    owner: Option<Rc<Owner>>,
    role: HeldRole,
    /// How much memory it takes, in bytes: a datagram may be empty, and still has a line.
    size: usize,
    /// Whether all is known that there is to say of it.
    is_known: bool,
}

/// Role of a datagram that is held.
#[derive(Clone, Copy)]
enum HeldRole {
    /// Where in the responses of all its own begin, and how many they are.
    Request {
        start: usize,
        count: usize,
    },
    Answer {
        after: Option<Duration>,
        errno: Option<i32>,
    },
    Event {
        copies: u32,
    },
}

/// Facts found in a datagram from the kernel, message by message.
#[derive(Default)]
struct Answer {
    /// How long after its request, if that is known.
    after: Option<Duration>,
    errno: Option<i32>,
    /// Whether one of its messages is an answer, and whether one is wanted.
    is_answer: bool,
    is_wanted: bool,
}

impl Dialog {
    /// Begins with nothing, for what is said now.
    pub fn new() -> Self {
        Self {
            owners: Some(Owners::new()),
            ..Self::of_capture()
        }
    }

    /// Begins with nothing, for what was said once: who has the sockets is not known any more.
    pub fn of_capture() -> Self {
        Self {
            exchanges: Exchanges::new(),
            copies: Copies::default(),
            owners: None,
            held: Vec::new(),
            first: 0,
            emitted: 0,
            bytes: Vec::new(),
            responses: Vec::new(),
            size: 0,
            last: Duration::ZERO,
            answered: Vec::new(),
        }
    }

    /// Takes a packet, which is emitted if one of its messages is wanted: of each it is asked. Acknowledgements
    /// and ends of dumps are wanted with their request.
    pub fn take(&mut self, packet: &Packet<'_>, wanted: &mut Wanted<'_>) {
        self.last = last_of(self.last, packet.time);
        let mut messages = Messages::new(packet.bytes);
        match messages.next() {
            Some(Ok(first)) if is_request(first.header()) => {
                self.take_requests(packet, first, messages, wanted);
            }
            Some(Ok(first)) => self.take_answer(packet, first, messages, wanted),
            None | Some(Err(_)) if wanted.has(None) => self.take_other(packet),
            None | Some(Err(_)) => {}
        }
    }

    /// Returns the next datagram of which all is known, or that was held for long enough `now`; without
    /// a time, whichever is next.
    #[inline]
    pub fn next_line(&mut self, now: Option<Duration>) -> Option<SniffedDatagram<'_>> {
        let at = self.emitted;
        let Some(next) = self.held.get(at) else {
            self.forget_all();
            return None;
        };
        if !next.is_known && now.is_some_and(|now| !self.is_late(next, now)) {
            return None;
        }
        self.emitted += 1;
        self.size -= next.size;
        self.held
            .get(at)
            .map(|next| next.line(&self.bytes, &self.responses))
    }

    /// Says whether something is held.
    pub fn is_holding(&self) -> bool {
        self.held.len() > self.emitted
    }

    /// Forgets all that is held: it was emitted.
    #[inline]
    fn forget_all(&mut self) {
        self.first += self.held.len() as u64;
        self.emitted = 0;
        self.held.clear();
        self.bytes.clear();
        self.bytes.shrink_to(ROOM);
        self.responses.clear();
    }

    /// Forgets what was emitted, with its bytes.
    #[cold]
    fn forget_emitted(&mut self) {
        self.first += self.emitted as u64;
        let emitted = self.held.drain(..mem::take(&mut self.emitted));
        let (mut bytes, mut responses) = (0, 0);
        for held in emitted {
            bytes += held.kept;
            responses += held.role.responses();
        }
        self.bytes.drain(..bytes);
        self.responses.drain(..responses);
        for held in &mut self.held {
            held.start -= bytes;
            if let HeldRole::Request { start, .. } = &mut held.role {
                *start -= responses;
            }
        }
    }

    /// Says whether `held` is to be emitted `now` although not all is known: it is held for long enough, or too much is, or
    /// it is an event of which no copy can come any more.
    fn is_late(&self, held: &Held, now: Duration) -> bool {
        let is_over = |limit| last_of(self.last, now).abs_diff(held.time) >= limit;
        let is_event = matches!(held.role, HeldRole::Event { .. });
        let may_have_copies = || Copies::<u64>::may_come(held.time, self.last) && !is_over(SETTLED);

        is_event && !may_have_copies() || now != held.time && is_over(HOLD) || self.size > HELD
    }

    /// Takes a packet without a message: of a protocol that has none an event, else something that the kernel
    /// does not understand.
    fn take_other(&mut self, packet: &Packet<'_>) {
        let start = self.responses.len();
        let role = match Protocol(packet.protocol.into()).has_messages() {
            true => HeldRole::Request { start, count: 0 },
            false => HeldRole::Event { copies: 1 },
        };
        self.hold(packet, None, role);
    }

    fn take_requests(
        &mut self,
        packet: &Packet<'_>,
        first: Message<'_>,
        rest: Messages<'_>,
        wanted: &mut Wanted<'_>,
    ) {
        let messages = || Messages::new(packet.bytes).flatten();
        let is_wanted = match wanted {
            Wanted::All => true,
            // Each is asked about: names are learned that way.
            Wanted::If(is_wanted) => messages().filter(|one| is_wanted(Some(one))).count() > 0,
        };
        let line = is_wanted.then_some(self.next_number());
        let start = self.responses.len();
        let (mut next, mut rest) = (Some(first), rest);
        let mut at = 0;
        while let Some(message) = next {
            let asked = PendingRequest::new(line, at, packet, *message.header());
            if is_wanted {
                self.responses.push(Response {
                    expected: asked.expected,
                    ..Response::default()
                });
            }
            self.exchanges.ask(asked);
            at += 1;
            next = rest.next().and_then(Result::ok);
        }
        if is_wanted {
            self.hold(packet, None, HeldRole::Request { start, count: at });
        }
    }

    fn take_answer<'m>(
        &mut self,
        packet: &Packet<'_>,
        first: Message<'m>,
        mut rest: Messages<'m>,
        wanted: &mut Wanted<'_>,
    ) {
        let portid = first.header().nlmsg_pid;
        let mut answer = Answer::default();
        self.answered.clear();
        let mut next = Some(first);
        while let Some(message) = next {
            let is_wanted = wanted.has(Some(&message));
            let message = AnswerMessage::from(message);
            let found = self
                .exchanges
                .answer(packet.protocol, packet.time, &message);
            answer.add(&message, found.as_ref(), is_wanted);
            if let Some(answered) = found {
                self.note(&answered, &message);
                if self.answered.last() != answered.line.as_ref() {
                    self.answered.extend(answered.line);
                }
            }
            next = rest.next().and_then(Result::ok);
        }
        if !answer.is_wanted && self.answered.is_empty() {
            return;
        }
        let owners = self.owners.as_mut();
        let owner = owners.and_then(|owners| owners.find(packet.protocol, portid, packet.time));
        self.note_owner(portid, owner.as_ref());
        if answer.is_wanted {
            self.hold_answer(packet, portid, owner, &answer);
        }
    }

    /// Notes whose the requests are that were answered last.
    fn note_owner(&mut self, portid: u32, owner: Option<&Rc<Owner>>) {
        for at in 0..self.answered.len() {
            if let Some(request) = self.held_at(self.answered[at]) {
                request.portid = Some(portid);
                request.owner = owner.cloned();
            }
        }
    }

    fn hold_answer(
        &mut self,
        packet: &Packet<'_>,
        portid: u32,
        owner: Option<Rc<Owner>>,
        answer: &Answer,
    ) {
        let role = match answer.is_answer {
            true => HeldRole::Answer {
                after: answer.after,
                errno: answer.errno,
            },
            false if self.count_copy(packet) => return,
            false => {
                let line = self.next_number();
                self.copies
                    .note(packet.time, packet.protocol, packet.bytes, line);
                HeldRole::Event { copies: 1 }
            }
        };
        self.hold(packet, Some((portid, owner)), role);
    }

    /// Counts a packet with the event that it is a copy of; returns whether it is one.
    fn count_copy(&mut self, packet: &Packet<'_>) -> bool {
        let copy = self.copies.find(packet.time, packet.protocol, packet.bytes);
        let event = copy.copied().and_then(|line| self.held_at(line));
        match event.map(|event| &mut event.role) {
            Some(HeldRole::Event { copies }) => {
                *copies += 1;
                true
            }
            _ => false,
        }
    }

    /// Notes with a request that is held what `message` says of it.
    fn note(&mut self, answered: &Answered, message: &AnswerMessage<'_>) {
        let Some(at) = answered.line.and_then(|line| self.place(line)) else {
            return;
        };
        let request = &mut self.held[at];
        let HeldRole::Request { start, count } = request.role else {
            return;
        };
        let Some(response) = self.responses.get_mut(start + answered.at) else {
            return;
        };
        response.after = Some(answered.after);
        let nlmsg_type = message.message.header().nlmsg_type;
        response.messages += u64::from(nlmsg_type >= NLMSG_MIN_TYPE);
        response.errno = answered.end;
        if answered.end.is_some() {
            let is_ended = |response: &Response| response.errno.is_some();
            request.is_known = count == 1 || self.responses[start..][..count].iter().all(is_ended);
        }
        if answered.end.is_some_and(|errno| errno != 0) {
            let mut messages = Messages::new(request.bytes(&self.bytes)).flatten();
            let sent = messages.nth(answered.at);
            let sent = sent.map_or(&[][..], |sent| sent.bytes());
            self.responses[start + answered.at].explain(request.protocol, sent, message);
        }
    }

    /// Returns the number of the line that is held next.
    fn next_number(&self) -> u64 {
        self.first + self.held.len() as u64
    }

    /// Returns where the line with this number is, if it was not told yet.
    fn place(&self, line: u64) -> Option<usize> {
        let at = usize::try_from(line.checked_sub(self.first)?).ok()?;

        (self.emitted..self.held.len()).contains(&at).then_some(at)
    }

    /// Returns the line with this number, if it was not told yet.
    fn held_at(&mut self, line: u64) -> Option<&mut Held> {
        let at = self.place(line)?;

        self.held.get_mut(at)
    }

    #[inline(always)]
    fn hold(&mut self, packet: &Packet<'_>, of: Option<(u32, Option<Rc<Owner>>)>, role: HeldRole) {
        let (portid, owner) = of.map_or((None, None), |(portid, owner)| (Some(portid), owner));
        let held = Held {
            time: packet.time,
            protocol: packet.protocol,
            start: self.bytes.len(),
            kept: packet.bytes.len(),
            len: packet.len,
            portid,
            owner,
            is_known: match role {
                HeldRole::Request { count, .. } => count == 0,
                HeldRole::Answer { .. } => true,
                HeldRole::Event { .. } => false,
            },
            size: mem::size_of::<Held>()
                + packet.bytes.len()
                + role.responses() * mem::size_of::<Response>(),
            role,
        };
        self.bytes.extend_from_slice(packet.bytes);
        self.size += held.size;
        self.held.push(held);
        if self.emitted > EMITTED || self.bytes.len() > self.size + HELD {
            self.forget_emitted();
        }
    }
}

impl Default for Dialog {
    fn default() -> Self {
        Self::new()
    }
}

impl Held {
    /// Returns its bytes, which are in those of all.
    fn bytes<'b>(&self, all: &'b [u8]) -> &'b [u8] {
        &all[self.start..][..self.kept]
    }

    /// Returns it with its bytes and its responses, which are in those of all.
    fn line<'b>(&'b self, all: &'b [u8], responses: &'b [Response]) -> SniffedDatagram<'b> {
        SniffedDatagram {
            time: self.time,
            protocol: Protocol(self.protocol.into()),
            bytes: self.bytes(all),
            len: self.len,
            portid: self.portid,
            owner: self.owner.as_ref(),
            role: match self.role {
                HeldRole::Request { start, count } => {
                    DatagramRole::Request(&responses[start..][..count])
                }
                HeldRole::Answer { after, errno } => DatagramRole::Answer { after, errno },
                HeldRole::Event { copies } => DatagramRole::Event { copies },
            },
        }
    }
}

impl HeldRole {
    /// Returns how many requests it has.
    fn responses(self) -> usize {
        match self {
            Self::Request { count, .. } => count,
            _ => 0,
        }
    }
}

impl Answer {
    /// Adds a message, and the request that it answers.
    fn add(&mut self, message: &AnswerMessage<'_>, of: Option<&Answered>, is_wanted: bool) {
        let header = message.message.header();
        let is_control = header.nlmsg_type < NLMSG_MIN_TYPE;
        let is_asked = of.is_some_and(|of| of.line.is_some());
        self.is_answer |= of.is_some() || is_part(header);
        self.is_wanted |= is_wanted || is_control && is_asked;
        self.after = of.map(|of| of.after).or(self.after);
        self.errno = match of {
            Some(of) => of.end.or(self.errno),
            None if header.nlmsg_type == NLMSG_ERROR => message.end.as_ref().map(|end| end.errno),
            None => self.errno,
        };
    }
}

impl Response {
    /// Notes what the kernel says of a refusal of `request`.
    #[cold]
    fn explain(&mut self, protocol: u16, request: &[u8], message: &AnswerMessage<'_>) {
        let Some(ext_ack) = ack(&message.message).and_then(|ack| ack.ext_ack().ok()) else {
            return;
        };
        let spec = Spec {
            protocol: protocol.into(),
            unregistered_hint: "",
            messages: &[],
        };
        let explanation = Explanation {
            attr: blamed(&spec, request, &ext_ack),
            words: ext_ack.message.map(<[u8]>::to_vec),
        };
        if explanation != Explanation::default() {
            self.explanation = Some(explanation.into());
        }
    }
}

/// Returns the later one of two moments, or `time` if the clock was set back in between: packets of several
/// processors come in another order than that of their times, but not by as much as anything is held.
fn last_of(last: Duration, time: Duration) -> Duration {
    match last {
        _ if last <= time => time,
        _ if last - time < HOLD => last,
        _ => time,
    }
}

fn is_request(header: &Nlmsghdr) -> bool {
    header.nlmsg_flags & NLM_F_REQUEST != 0
}

#[cfg(test)]
mod tests {
    use super::super::Expected;
    use super::*;
    use crate::wire::{put_attr, put_message, NLMSG_DONE, NLM_F_ACK, NLM_F_MULTI};
    use proptest::prelude::*;
    use std::iter;

    const ROUTE: u16 = libc::NETLINK_ROUTE as u16;

    /// A port id that is the number of no process.
    const PORTID: u32 = u32::MAX - 1;

    /// Datagrams captured at once, in a block.
    struct Captured {
        dialog: Dialog,
        time: Duration,
    }

    impl Captured {
        fn new() -> Self {
            Self {
                dialog: Dialog::new(),
                time: Duration::from_secs(1),
            }
        }

        /// Takes a datagram that came so long after the last one.
        fn take(&mut self, micros: u64, datagram: &[u8]) {
            self.take_if(micros, datagram, |_| true);
        }

        fn take_if(&mut self, micros: u64, datagram: &[u8], wants: fn(u16) -> bool) {
            self.time += Duration::from_micros(micros);
            let packet = Packet {
                time: self.time,
                protocol: ROUTE,
                bytes: datagram,
                len: datagram.len(),
            };
            let mut is_wanted = |message: Option<&Message<'_>>| {
                message.is_none_or(|message| wants(message.header().nlmsg_type))
            };
            self.dialog.take(&packet, &mut Wanted::If(&mut is_wanted));
        }

        /// Returns the roles of what is told now.
        fn remarks(&mut self) -> Vec<DatagramRole<'static>> {
            let now = Some(self.time);
            iter::from_fn(|| self.dialog.next_line(now).map(|line| kept(line.role))).collect()
        }
    }

    /// Returns `role` with responses that outlive the line.
    fn kept(role: DatagramRole<'_>) -> DatagramRole<'static> {
        match role {
            DatagramRole::Request(responses) => requests(responses.to_vec()),
            DatagramRole::Answer { after, errno } => DatagramRole::Answer { after, errno },
            DatagramRole::Event { copies } => DatagramRole::Event { copies },
        }
    }

    fn requests(responses: Vec<Response>) -> DatagramRole<'static> {
        DatagramRole::Request(responses.leak())
    }

    fn message(nlmsg_type: u16, flags: u16, seq: u32, pid: u32, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_flags: flags,
            nlmsg_seq: seq,
            nlmsg_pid: pid,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    fn question(seq: u32) -> Vec<u8> {
        message(libc::RTM_GETLINK, NLM_F_REQUEST, seq, 0, &[0; 16])
    }

    fn link(seq: u32) -> Vec<u8> {
        message(libc::RTM_NEWLINK, 0, seq, PORTID, &[0; 16])
    }

    fn answer(micros: u64) -> DatagramRole<'static> {
        DatagramRole::Answer {
            after: Some(Duration::from_micros(micros)),
            errno: Some(0),
        }
    }

    fn answered(micros: u64) -> DatagramRole<'static> {
        let response = Response {
            expected: Expected::Yes,
            after: Some(Duration::from_micros(micros)),
            messages: 1,
            errno: Some(0),
            ..Response::default()
        };
        requests(vec![response])
    }

    #[test]
    fn a_request_is_held_until_its_answer_is_there_and_what_follows_with_it() {
        let mut captured = Captured::new();
        captured.take(0, &question(1));
        captured.take(10, &question(2));
        captured.take(10, &link(2));
        assert_eq!(captured.remarks(), []);
        captured.take(10, &link(1));

        assert_eq!(
            captured.remarks(),
            [answered(30), answered(10), answer(10), answer(30)]
        );
        assert!(!captured.dialog.is_holding());
        assert_eq!((captured.dialog.size, captured.dialog.bytes.len()), (0, 0));
    }

    #[test]
    fn nobody_is_waited_for_for_long() {
        let mut captured = Captured::new();
        captured.take(0, &question(1));
        captured.time += HOLD - Duration::from_micros(1);
        assert_eq!(captured.remarks(), []);
        captured.time += Duration::from_micros(1);
        let expected = Response {
            expected: Expected::Yes,
            ..Response::default()
        };
        assert_eq!(captured.remarks(), [requests(vec![expected])]);
        captured.take(1, &link(1));
        let micros = HOLD.as_micros() as u64 + 1;
        assert_eq!(captured.remarks(), [answer(micros)]);
    }

    #[test]
    fn no_more_is_held_than_there_is_room_for() {
        let mut captured = Captured::new();
        let long = message(libc::RTM_GETLINK, NLM_F_REQUEST, 1, 0, &[0; 1 << 20]);
        for _ in 0..4 {
            captured.take(0, &long);
        }
        assert_eq!(
            captured.remarks().len(),
            1,
            "each is a header longer than a MiB"
        );
        captured.take(0, &long);
        assert_eq!(captured.remarks().len(), 1);
        assert!(captured.dialog.size <= HELD);
        assert!(captured.dialog.bytes.len() <= 2 * HELD);
    }

    #[test]
    fn what_is_empty_takes_room_too() {
        let mut captured = Captured::new();
        captured.take(0, &question(1));
        for _ in 0..100_000 {
            captured.take(0, b"");
            if !captured.remarks().is_empty() {
                break;
            }
        }
        let held = captured.dialog.held.len();
        assert!(held * mem::size_of::<Held>() <= HELD, "{held}");
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut captured = Captured::new();
        captured.time += Duration::from_secs(3600);
        captured.take(0, &question(1));
        captured.time -= Duration::from_secs(3600);
        let unanswered = Response {
            expected: Expected::Yes,
            ..Response::default()
        };
        let unanswered = requests(vec![unanswered]);
        assert_eq!(captured.remarks(), [unanswered]);
        captured.take(0, &question(2));
        assert_eq!(captured.remarks(), []);
        captured.take(10, &link(2));
        assert_eq!(captured.remarks(), [answered(10), answer(10)]);
    }

    #[test]
    fn copies_of_an_event_are_one_and_come_with_their_count() {
        let mut captured = Captured::new();
        let event = |seq| message(libc::RTM_NEWROUTE, 0, seq, PORTID, &[0; 12]);
        for (micros, seq) in [(0, 1), (500, 2), (400, 1), (0, 1), (900, 2)] {
            captured.take(micros, &event(seq));
        }
        // Of the last one a copy may come yet.
        let emitted = |copies| DatagramRole::Event { copies };
        assert_eq!(captured.remarks(), [emitted(3), emitted(1)]);
        captured.take(2000, &event(1));
        assert_eq!(captured.remarks(), [emitted(1)]);
        captured.time += SETTLED;
        assert_eq!(captured.remarks(), [emitted(1)]);
    }

    #[test]
    fn a_refusal_is_told_with_the_attribute_and_the_kernels_words() {
        let mut payload = vec![0; 16];
        put_attr(&mut payload, libc::IFLA_IFNAME, b"x\0").unwrap();
        let request = message(libc::RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 5, 0, &payload);
        let mut refusal = (-libc::EINVAL).to_ne_bytes().to_vec();
        refusal.extend_from_slice(&request[..16]);
        put_attr(&mut refusal, 1, b"no\0").unwrap();
        put_attr(&mut refusal, 2, &32u32.to_ne_bytes()).unwrap();
        let flags = (libc::NLM_F_CAPPED | libc::NLM_F_ACK_TLVS) as u16;
        let mut captured = Captured::new();
        captured.take(0, &request);
        captured.take(7, &message(NLMSG_ERROR, flags, 5, PORTID, &refusal));

        let after = Some(Duration::from_micros(7));
        let refused = Response {
            expected: Expected::Yes,
            after,
            errno: Some(libc::EINVAL),
            explanation: Some(Box::new(Explanation {
                attr: Some("IFNAME".to_owned()),
                words: Some(b"no".to_vec()),
            })),
            ..Response::default()
        };
        let answer = DatagramRole::Answer {
            after,
            errno: Some(libc::EINVAL),
        };
        assert_eq!(captured.remarks(), [requests(vec![refused]), answer]);
    }

    #[test]
    fn the_end_of_an_answer_is_wanted_with_its_request() {
        let done = || message(NLMSG_DONE, NLM_F_MULTI, 1, PORTID, &[0; 4]);
        let dump = NLM_F_REQUEST | crate::wire::NLM_F_DUMP;
        let request = message(libc::RTM_GETLINK, dump, 1, 0, &[0; 16]);
        let part = message(libc::RTM_NEWLINK, NLM_F_MULTI, 1, PORTID, &[0; 16]);
        let count = |wants: fn(u16) -> bool| {
            let mut captured = Captured::new();
            for datagram in [&request, &part, &done()] {
                captured.take_if(1, datagram, wants);
            }
            captured.remarks().len()
        };

        assert_eq!(count(|_| true), 3);
        assert_eq!(count(|nlmsg_type| nlmsg_type == libc::RTM_GETLINK), 2);
        assert_eq!(count(|nlmsg_type| nlmsg_type == libc::RTM_NEWLINK), 1);
        assert_eq!(count(|nlmsg_type| nlmsg_type == NLMSG_DONE), 1);
        assert_eq!(count(|_| false), 0);
    }

    #[test]
    fn what_is_no_message_is_told_as_it_came() {
        let mut captured = Captured::new();
        for bytes in [&b""[..], b"text", &[0; 40]] {
            captured.take(0, bytes);
            assert_eq!(captured.remarks(), [requests(Vec::new())]);
        }
        // The end of a dump whose beginning was not seen.
        captured.take(0, &message(NLMSG_DONE, NLM_F_MULTI, 1, PORTID, b""));
        let unknown = DatagramRole::Answer {
            after: None,
            errno: None,
        };
        assert_eq!(captured.remarks(), [unknown]);
    }

    #[test]
    fn of_a_protocol_without_messages_all_is_an_event() {
        let mut captured = Captured::new();
        let uevent = Packet {
            time: captured.time,
            protocol: libc::NETLINK_KOBJECT_UEVENT as u16,
            bytes: b"add@/x\0",
            len: 7,
        };
        captured.dialog.take(&uevent, &mut Wanted::All);
        captured.time += SETTLED;

        assert_eq!(captured.remarks(), [DatagramRole::Event { copies: 1 }]);
    }

    /// A datagram of messages that may fit together, cut off anywhere.
    fn any_datagram() -> impl Strategy<Value = Vec<u8>> {
        let flags = prop::sample::select(vec![0, 1, 2, 5, 0x301, 0x305]);
        let nlmsg_type = prop::sample::select(vec![2, 3, 16, 18, 24, 26]);
        let payload = prop::collection::vec(any::<u8>(), 0..40);
        let one = (nlmsg_type, flags, 0..3u32, 0..2u32, payload);
        let all = prop::collection::vec(one, 0..4);
        (all, 0..200usize).prop_map(|(all, cut)| {
            let mut bytes = Vec::new();
            for (nlmsg_type, flags, seq, pid, payload) in all {
                bytes.extend(message(nlmsg_type, flags, seq, PORTID * pid, &payload));
            }
            bytes.truncate(cut);
            bytes
        })
    }

    proptest! {
        /// Any datagrams that are captured are emitted once, in order, but for copies of events.
        #[test]
        fn any_datagrams_are_told_in_order(
            all in prop::collection::vec((any_datagram(), 0..60_000u64), 0..40),
        ) {
            let mut captured = Captured::new();
            let mut emitted = 0;
            let mut last = Duration::ZERO;
            for (bytes, micros) in &all {
                captured.take(*micros, bytes);
                let now = captured.time;
                while let Some(line) = captured.dialog.next_line(Some(now)) {
                    prop_assert!(line.time >= last);
                    last = line.time;
                    emitted += copies(line.role);
                }
                let oldest = captured.dialog.held.get(captured.dialog.emitted).map_or(now, |held| held.time);
                prop_assert!(now.checked_sub(oldest).unwrap() < HOLD);
            }
            while let Some(line) = captured.dialog.next_line(None) {
                emitted += copies(line.role);
            }
            prop_assert_eq!(emitted as usize, all.len());
        }
    }

    fn copies(role: DatagramRole<'_>) -> u32 {
        match role {
            DatagramRole::Event { copies } => copies,
            _ => 1,
        }
    }
}
