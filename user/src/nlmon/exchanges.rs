// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers and the requests that they belong to.
//!
//! An answer repeats the number of its request, and has the port id of the socket that it is for. The
//! request itself has that port id only if the program has written it there, and other programs may have
//! the same number at the same time.

use crate::names::{FamilyInfo, Operation, GENL_ID_CTRL};
use crate::netlink::{Ack, Packet};
use crate::rtnl::{is_get, type_of_new};
use crate::wire::{
    Message, Nlmsghdr, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE, NLM_F_ACK, NLM_F_DUMP, NLM_F_MULTI,
    NLM_F_REQUEST,
};
use std::array;
use std::cmp::Reverse;
use std::time::Duration;

const ROUTE: u16 = libc::NETLINK_ROUTE as u16;
const GENERIC: u16 = libc::NETLINK_GENERIC as u16;
const NETFILTER: u16 = libc::NETLINK_NETFILTER as u16;

/// Subsystems of netfilter whose requests are answered with no object: the marks around a batch, the
/// settings of queues and of logs, and verdicts.
const SILENT: [i32; 3] = [
    libc::NFNL_SUBSYS_NONE,
    libc::NFNL_SUBSYS_QUEUE,
    libc::NFNL_SUBSYS_ULOG,
];

/// How long an answer is waited for, and one that was not asked for, in nanoseconds: the kernel refuses at once.
const PATIENCE: u64 = 60_000_000_000;
const AT_ONCE: u64 = 100_000_000;

/// How many lists of requests there are, and how many requests are in one at most.
const LISTS: usize = 64;
const ALIKE: usize = 64;

/// Answer to a request, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Whether there is to be one.
    pub expected: Expected,
    /// How long after the request the last part so far was captured.
    pub after: Option<Duration>,
    /// How many messages it has so far, without those that end it.
    pub messages: u64,
    /// The error number, 0 for none, where all of the answer was captured.
    pub errno: Option<i32>,
    /// Explanation of a refusal, if the kernel has one beside the error number.
    pub explanation: Option<Box<Explanation>>,
}

/// Explanation of a refusal, from an extended ACK.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Name of the attribute that is to blame.
    pub attr: Option<String>,
    /// The kernel's own words.
    pub words: Option<Vec<u8>>,
}

/// Whether a request is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Only a refusal is.
    #[default]
    No,
    /// A refusal is; whether anything else is depends on the family, which the request does not name.
    Maybe,
    /// The request is answered.
    Yes,
}

/// A request that may be answered yet.
#[derive(Clone, Debug)]
pub struct PendingRequest {
    /// The line that it is told in, if it is, and which message of that it is.
    pub line: Option<u64>,
    pub at: usize,
    pub protocol: u16,
    pub header: Nlmsghdr,
    /// When it was captured, in nanoseconds since the beginning of 1970.
    pub time: u64,
    /// Whether it is answered also where it is not refused.
    pub expected: Expected,
    /// Port id of the socket that the answer so far was for.
    pub portid: Option<u32>,
}

/// An answer whose request is known.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The line that the request is told in, if it is, and which message of that it is.
    pub line: Option<u64>,
    pub at: usize,
    /// How long after the request the answer was captured.
    pub after: Duration,
    /// The error number, if it is the end of the answer.
    pub end: Option<i32>,
}

/// A message that may be an answer.
#[derive(Clone, Debug)]
pub struct AnswerMessage<'m> {
    pub message: Message<'m>,
    /// The end of an answer, if it is one and whole.
    pub end: Option<AnswerEnd>,
}

/// The end of an answer: its error number, and the header of the request, all zeroes at the end of a dump.
#[derive(Clone, Debug)]
pub struct AnswerEnd {
    pub errno: i32,
    pub request: Nlmsghdr,
}

impl<'m> From<Message<'m>> for AnswerMessage<'m> {
    #[inline]
    fn from(message: Message<'m>) -> Self {
        let end = ack(&message).map(|ack| AnswerEnd {
            errno: ack.errno,
            request: ack.request,
        });
        Self { message, end }
    }
}

/// Returns what `message` says if it is `NLMSG_ERROR` or `NLMSG_DONE`, and whole.
#[inline]
pub fn ack<'m>(message: &Message<'m>) -> Option<Ack<'m>> {
    match message.header().nlmsg_type {
        NLMSG_ERROR => Ack::from_message(message).ok(),
        NLMSG_DONE => Some(Ack::from_done(message)),
        _ => None,
    }
}

/// The requests that may be answered yet: those whose numbers are the same modulo [`LISTS`] are in one
/// list, in order. Programs count up, so most lists are short.
#[derive(Debug)]
pub struct Exchanges([Vec<PendingRequest>; LISTS]);

impl Exchanges {
    /// Knows no request yet.
    pub fn new() -> Self {
        Self(array::from_fn(|_| Vec::new()))
    }

    /// Notes a request. Of a list that is full the oldest one is forgotten.
    pub fn ask(&mut self, asked: PendingRequest) {
        let list = self.list(asked.header.nlmsg_seq);
        if !list.is_empty() {
            list.retain(|known| known.is_open(asked.time));
        }
        if list.len() == ALIKE {
            list.remove(0);
        }
        list.push(asked);
    }

    /// Returns the request that `message` of `protocol` answers, if it was captured.
    pub fn answer(
        &mut self,
        protocol: u16,
        time: Duration,
        message: &AnswerMessage<'_>,
    ) -> Option<Answered> {
        let time = nanos(time);
        let header = message.message.header();
        let list = self.list(header.nlmsg_seq);
        let at = match &list[..] {
            [asked] => asked.may_have(protocol, time, message).then_some(0)?,
            list => likeliest(list, protocol, time, message)?,
        };
        let asked = &mut list[at];
        asked.portid = Some(header.nlmsg_pid);
        let answered = Answered {
            line: asked.line,
            at: asked.at,
            after: Duration::from_nanos(time.saturating_sub(asked.time)),
            end: asked.end(message),
        };
        if answered.end.is_some() {
            match list.len() {
                // Most often it is the only one, and there is nothing to move.
                1 => list.clear(),
                _ => drop(list.remove(at)),
            }
        }
        Some(answered)
    }

    /// Returns the list of requests with the number `nlmsg_seq`.
    fn list(&mut self, nlmsg_seq: u32) -> &mut Vec<PendingRequest> {
        &mut self.0[nlmsg_seq as usize % LISTS]
    }
}

/// Returns which of the requests in `list` is answered: of several that may be, the one of the same socket.
fn likeliest(
    list: &[PendingRequest],
    protocol: u16,
    time: u64,
    message: &AnswerMessage<'_>,
) -> Option<usize> {
    let portid = message.message.header().nlmsg_pid;
    let of_whom = |(at, asked): &(usize, &PendingRequest)| {
        (
            asked.portid == Some(portid),
            asked.header.nlmsg_pid == portid,
            Reverse(*at),
        )
    };
    let all = list.iter().enumerate();
    let alike = all.filter(|(_, asked)| asked.may_have(protocol, time, message));

    alike.max_by_key(of_whom).map(|(at, _)| at)
}

impl PendingRequest {
    /// Makes that of the message number `at` of the line, which has this `header`.
    #[inline]
    pub fn new(line: Option<u64>, at: usize, packet: &Packet<'_>, header: Nlmsghdr) -> Self {
        Self {
            line,
            at,
            protocol: packet.protocol,
            header,
            time: nanos(packet.time),
            expected: expected(packet.protocol, &header),
            portid: None,
        }
    }

    /// Says whether an answer may come yet.
    fn is_open(&self, now: u64) -> bool {
        let patience = match self.expected {
            Expected::Yes | Expected::Maybe => PATIENCE,
            Expected::No => AT_ONCE,
        };
        now.saturating_sub(self.time) <= patience
    }

    /// Says whether `message` of `protocol` can be an answer to it.
    #[inline(always)]
    fn may_have(&self, protocol: u16, now: u64, message: &AnswerMessage<'_>) -> bool {
        let AnswerMessage { message, end } = message;
        let header = message.header();
        if (self.protocol, self.header.nlmsg_seq) != (protocol, header.nlmsg_seq) {
            return false;
        }
        let is_alike = match header.nlmsg_type {
            NLMSG_ERROR => end.as_ref().is_some_and(|end| end.request == self.header),
            0..NLMSG_MIN_TYPE => is_dump(protocol, &self.header),
            nlmsg_type => {
                is_question(protocol, self.header.nlmsg_type)
                    && is_dump(protocol, &self.header) == is_part(header)
                    && is_about(protocol, self.header.nlmsg_type, nlmsg_type)
            }
        };
        is_alike && self.may_be_for(header.nlmsg_pid) && self.is_open(now)
    }

    /// Says whether an answer for the socket with this port id can be its answer. Who asks has one, so what
    /// is for nobody is an event.
    fn may_be_for(&self, portid: u32) -> bool {
        portid != 0 && self.portid.is_none_or(|known| known == portid)
    }

    /// Returns the error number that `message` ends the answer with, if it does.
    fn end(&self, message: &AnswerMessage<'_>) -> Option<i32> {
        let AnswerMessage { message, end } = message;
        match end {
            Some(end) => Some(end.errno),
            _ if is_part(message.header()) || self.header.nlmsg_flags & NLM_F_ACK != 0 => None,
            _ => Some(0),
        }
    }
}

/// Returns a moment or a time span in nanoseconds: the kernel's clocks count them with as many bits.
#[inline]
fn nanos(time: Duration) -> u64 {
    time.as_nanos() as u64
}

/// Says whether a request with this `header` is answered also where it is not refused.
fn expected(protocol: u16, header: &Nlmsghdr) -> Expected {
    if header.nlmsg_flags & NLM_F_ACK != 0 || is_dump(protocol, header) {
        return Expected::Yes;
    }
    match is_question(protocol, header.nlmsg_type) {
        // All that the controller can do is to answer.
        true if protocol == GENERIC && header.nlmsg_type != GENL_ID_CTRL => Expected::Maybe,
        true => Expected::Yes,
        false => Expected::No,
    }
}

/// Says whether a message is part of an answer whatever the request was.
pub fn is_part(header: &Nlmsghdr) -> bool {
    header.nlmsg_type < NLMSG_MIN_TYPE || header.nlmsg_flags & NLM_F_MULTI != 0
}

/// Says whether requests of this type are answered with an object, if nobody knows better.
fn is_question(protocol: u16, nlmsg_type: u16) -> bool {
    let verb = || {
        let family = FamilyInfo::of_protocol(protocol.into())?;
        Some(family.message(nlmsg_type, NLM_F_REQUEST, &[])?.verb)
    };
    match protocol {
        _ if nlmsg_type < NLMSG_MIN_TYPE => false,
        ROUTE => is_get(nlmsg_type),
        GENERIC => true,
        NETFILTER if SILENT.contains(&subsystem(nlmsg_type)) => false,
        _ => !matches!(verb(), Some(Operation::New | Operation::Del)),
    }
}

/// Says whether a request asks for all there is. Generic netlink wants both flags for that, all else one.
fn is_dump(protocol: u16, header: &Nlmsghdr) -> bool {
    let is_asked_for = match (protocol, header.nlmsg_flags & NLM_F_DUMP) {
        (GENERIC, flags) => flags == NLM_F_DUMP,
        (_, flags) => flags != 0,
    };
    is_asked_for && is_question(protocol, header.nlmsg_type)
}

/// Says whether an answer of type `answer` can be about what a request of type `request` asked for.
fn is_about(protocol: u16, request: u16, answer: u16) -> bool {
    match protocol {
        ROUTE => type_of_new(request) == type_of_new(answer),
        GENERIC => request == answer,
        NETFILTER => subsystem(request) == subsystem(answer),
        _ => true,
    }
}

/// Returns the part of netfilter that messages of this type are of (`NFNL_SUBSYS_ID()`).
fn subsystem(nlmsg_type: u16) -> i32 {
    (nlmsg_type >> 8).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::put_message;

    const MULTI: u16 = NLM_F_MULTI;
    const GETLINK: u16 = libc::RTM_GETLINK;
    const NEWLINK: u16 = libc::RTM_NEWLINK;

    fn header(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_pid: u32) -> Nlmsghdr {
        Nlmsghdr {
            nlmsg_len: 16,
            nlmsg_type,
            nlmsg_flags,
            nlmsg_seq: 7,
            nlmsg_pid,
        }
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn asked(line: u64, nlmsg_type: u16, flags: u16, pid: u32) -> PendingRequest {
        asked_of(ROUTE, line, header(nlmsg_type, NLM_F_REQUEST | flags, pid))
    }

    fn asked_of(protocol: u16, line: u64, header: Nlmsghdr) -> PendingRequest {
        let packet = Packet {
            time: at(0),
            protocol,
            bytes: b"",
            len: 0,
        };
        PendingRequest::new(Some(line), 0, &packet, header)
    }

    /// Returns the line of the request that is answered, and the error number if that is the end.
    fn answer(
        exchanges: &mut Exchanges,
        answer: Nlmsghdr,
        payload: &[u8],
        millis: u64,
    ) -> Option<(u64, Option<i32>)> {
        answer_of(ROUTE, exchanges, answer, payload, millis)
    }

    fn answer_of(
        protocol: u16,
        exchanges: &mut Exchanges,
        answer: Nlmsghdr,
        payload: &[u8],
        millis: u64,
    ) -> Option<(u64, Option<i32>)> {
        let mut bytes = Vec::new();
        put_message(&mut bytes, answer, payload).unwrap();
        let message = Message::from_bytes(&bytes).unwrap();
        let answered = exchanges.answer(protocol, at(millis), &message.into())?;
        Some((answered.line?, answered.end))
    }

    fn refusal(request: Nlmsghdr, errno: i32) -> Vec<u8> {
        [&(-errno).to_ne_bytes()[..], &request.to_bytes()].concat()
    }

    #[test]
    fn a_question_is_answered_by_an_object_and_a_dump_by_its_end() {
        let mut exchanges = Exchanges::new();
        exchanges.ask(asked(1, GETLINK, 0, 0));
        let newlink = header(NEWLINK, 0, 5);
        assert_eq!(answer(&mut exchanges, newlink, b"", 1), Some((1, Some(0))));
        assert_eq!(answer(&mut exchanges, newlink, b"", 1), None);

        exchanges.ask(asked(2, GETLINK, NLM_F_DUMP, 0));
        let part = header(NEWLINK, MULTI, 5);
        assert_eq!(answer(&mut exchanges, part, b"", 1), Some((2, None)));
        assert_eq!(answer(&mut exchanges, newlink, b"", 1), None, "an event");
        assert_eq!(answer(&mut exchanges, part, b"", 1), Some((2, None)));
        let done = header(NLMSG_DONE, MULTI, 5);
        let interrupted = (-libc::EINTR).to_ne_bytes();
        assert_eq!(
            answer(&mut exchanges, done, &interrupted, 1),
            Some((2, Some(libc::EINTR)))
        );
        assert!(exchanges.0.iter().all(Vec::is_empty));
    }

    #[test]
    fn an_object_is_not_the_end_where_an_ack_is_asked_for_as_well() {
        let mut exchanges = Exchanges::new();
        let request = asked(1, GETLINK, NLM_F_ACK, 0);
        exchanges.ask(request.clone());
        let newlink = header(NEWLINK, 0, 5);
        assert_eq!(answer(&mut exchanges, newlink, b"", 1), Some((1, None)));
        let ack = header(NLMSG_ERROR, 0, 5);
        assert_eq!(
            answer(&mut exchanges, ack, &refusal(request.header, 0), 1),
            Some((1, Some(0)))
        );
    }

    #[test]
    fn a_refusal_belongs_to_the_request_that_it_repeats() {
        let mut exchanges = Exchanges::new();
        let (first, second) = (
            asked(1, NEWLINK, NLM_F_ACK, 0),
            asked(2, libc::RTM_NEWADDR, NLM_F_ACK, 0),
        );
        exchanges.ask(first.clone());
        exchanges.ask(second.clone());
        let error = header(NLMSG_ERROR, 0, 5);
        assert_eq!(
            answer(
                &mut exchanges,
                error,
                &refusal(second.header, libc::EPERM),
                1
            ),
            Some((2, Some(libc::EPERM)))
        );
        let other = header(libc::RTM_NEWROUTE, NLM_F_REQUEST, 0);
        assert_eq!(answer(&mut exchanges, error, &refusal(other, 1), 1), None);
        assert_eq!(answer(&mut exchanges, error, b"", 1), None, "it is cut off");
    }

    #[test]
    fn of_equal_requests_the_one_of_the_same_socket_is_answered() {
        let mut exchanges = Exchanges::new();
        for (line, pid) in [(1, 0), (2, 0), (3, 9)] {
            exchanges.ask(asked(line, GETLINK, NLM_F_DUMP, pid));
        }
        let part = |pid| header(NEWLINK, MULTI, pid);
        assert_eq!(answer(&mut exchanges, part(9), b"", 1), Some((3, None)));
        assert_eq!(answer(&mut exchanges, part(5), b"", 1), Some((1, None)));
        assert_eq!(answer(&mut exchanges, part(6), b"", 1), Some((2, None)));
        assert_eq!(answer(&mut exchanges, part(5), b"", 1), Some((1, None)));
        assert_eq!(answer(&mut exchanges, part(7), b"", 1), None);
    }

    #[test]
    fn an_answer_has_the_protocol_and_the_number_of_its_request() {
        let mut exchanges = Exchanges::new();
        let request = asked(1, GETLINK, 0, 0);
        let mut others = [request.clone(), request];
        others[0].header.nlmsg_seq += LISTS as u32;
        others[1].protocol = GENERIC;
        for other in others {
            exchanges.ask(other);
        }

        assert_eq!(answer(&mut exchanges, header(NEWLINK, 0, 5), b"", 1), None);
    }

    #[test]
    fn an_event_with_the_number_of_a_request_is_no_answer() {
        let mut exchanges = Exchanges::new();
        exchanges.ask(asked(1, NEWLINK, NLM_F_ACK, 0));
        exchanges.ask(asked(2, libc::RTM_GETADDR, 0, 0));

        assert_eq!(answer(&mut exchanges, header(NEWLINK, 0, 5), b"", 1), None);
    }

    #[test]
    fn what_is_for_no_socket_is_no_answer_whatever_its_number() {
        let mut exchanges = Exchanges::new();
        exchanges.ask(asked(1, GETLINK, 0, 0));

        assert_eq!(answer(&mut exchanges, header(NEWLINK, 0, 0), b"", 1), None);
        let newlink = header(NEWLINK, 0, 5);
        assert_eq!(answer(&mut exchanges, newlink, b"", 1), Some((1, Some(0))));
    }

    #[test]
    fn a_part_of_a_dump_is_about_what_was_asked_for() {
        let mut exchanges = Exchanges::new();
        exchanges.ask(asked(1, GETLINK, NLM_F_DUMP, 0));
        exchanges.ask(asked(2, libc::RTM_GETROUTE, NLM_F_DUMP, 0));
        let part = header(libc::RTM_NEWROUTE, MULTI, 5);

        assert_eq!(answer(&mut exchanges, part, b"", 1), Some((2, None)));
    }

    #[test]
    fn one_of_two_flags_makes_a_dump_but_in_generic_netlink() {
        for flag in [libc::NLM_F_ROOT, libc::NLM_F_MATCH] {
            let request = asked(1, GETLINK, flag as u16, 0);
            let mut exchanges = Exchanges::new();
            exchanges.ask(request.clone());
            let part = header(NEWLINK, MULTI, 5);
            assert_eq!(answer(&mut exchanges, part, b"", 1), Some((1, None)));
            assert!(!is_dump(GENERIC, &request.header));
        }
        assert!(is_dump(GENERIC, &asked(1, GETLINK, NLM_F_DUMP, 0).header));
    }

    #[test]
    fn in_generic_netlink_an_answer_is_sure_where_it_is_asked_for_or_the_controller_is_asked() {
        let of_generic =
            |nlmsg_type, flags| expected(GENERIC, &header(nlmsg_type, NLM_F_REQUEST | flags, 0));
        let [family, other] = [GENL_ID_CTRL, GENL_ID_CTRL + 4];

        assert_eq!(of_generic(family, 0), Expected::Yes);
        assert_eq!(of_generic(other, NLM_F_ACK), Expected::Yes);
        assert_eq!(of_generic(other, NLM_F_DUMP), Expected::Yes);
        assert_eq!(of_generic(other, 0), Expected::Maybe);
    }

    #[test]
    fn of_netfilter_marks_of_batches_queues_and_logs_are_not_answered() {
        let asked =
            |line, nlmsg_type| asked_of(NETFILTER, line, header(nlmsg_type, NLM_F_REQUEST, 0));
        // NFNL_MSG_BATCH_BEGIN and _END, NFQNL_MSG_VERDICT, NFULNL_MSG_CONFIG.
        for nlmsg_type in [16, 17, 0x301, 0x401] {
            assert_eq!(
                asked(1, nlmsg_type).expected,
                Expected::No,
                "{nlmsg_type:#x}"
            );
        }
        // IPCTNL_MSG_CT_GET, and what comes of nftables and of itself.
        let mut exchanges = Exchanges::new();
        exchanges.ask(asked(1, 0x101));
        let mut answer = |nlmsg_type| {
            let header = header(nlmsg_type, 0, 5);
            answer_of(NETFILTER, &mut exchanges, header, b"", 1)
        };
        assert_eq!(answer(0xa00), None);
        assert_eq!(answer(0x100), Some((1, Some(0))));
    }

    #[test]
    fn what_asks_for_no_answer_is_refused_at_once_or_not_at_all() {
        let mut exchanges = Exchanges::new();
        let request = asked(1, NEWLINK, 0, 0);
        let refusal = refusal(request.header, libc::EEXIST);
        let error = header(NLMSG_ERROR, 0, 5);
        exchanges.ask(request.clone());
        assert_eq!(answer(&mut exchanges, error, &refusal, 101), None);
        assert_eq!(
            answer(&mut exchanges, error, &refusal, 100),
            Some((1, Some(libc::EEXIST)))
        );
    }

    #[test]
    fn no_more_requests_are_remembered_than_there_is_room_for() {
        let mut exchanges = Exchanges::new();
        let count = 3 * (LISTS * ALIKE) as u64;
        for line in 0..count {
            let mut asked = asked(line, GETLINK, 0, 0);
            asked.header.nlmsg_seq = (line / 100) as u32;
            exchanges.ask(asked);
            assert!(exchanges.0.iter().all(|list| list.len() <= ALIKE));
        }
        let last = exchanges.list((count / 100) as u32).last();
        assert_eq!(last.unwrap().line, Some(count - 1));
    }

    #[test]
    fn a_request_that_nobody_answers_any_more_makes_room() {
        let mut exchanges = Exchanges::new();
        for millis in 0..1000 {
            let mut asked = asked(millis, NEWLINK, 0, 0);
            asked.time = nanos(at(millis));
            exchanges.ask(asked);
        }
        assert_eq!(exchanges.list(7).len(), ALIKE);
        exchanges.ask(PendingRequest {
            time: nanos(at(2000)),
            ..asked(1, GETLINK, 0, 0)
        });
        assert_eq!(exchanges.list(7).len(), 1);
    }
}
