// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams of other programs: a line a call, or a datagram, with its messages below it, or a JSON object a
//! message. `docs/sniff.md` has both.

mod line;

use super::buffer::Buffer;
use super::escape::Escaped;
use super::json::write_line;
use super::time::{Clock, TimeStyle, Utc};
use super::trace::{DatagramOrigin, Decoder, TraceForm};
use nlhello::netlink::{
    since_1970, Direction, Errno, Observer, Outcome, Protocol, Remark, Rights, Thread, Transfer,
    Unshown,
};
use nlhello::nlmon::SniffedDatagram;
use nlhello::wire::{align, Message, Messages};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::time::SystemTime;

/// Most network namespaces of which names are remembered.
const NETNS_MAX: usize = 256;

/// Where all of it goes.
pub struct Sniff {
    out: Buffer<Box<dyn Write>>,
    clock: Clock,
    labels: line::Labels,
    decoders: Decoders,
    /// Whether each line is to be seen at once.
    is_watched: bool,
    failure: Option<io::Error>,
}

/// A decoder for each network namespace: a link has another name in each.
struct Decoders {
    form: TraceForm,
    /// Decoder of the namespace that all lines are of, where there is but one.
    only: Decoder,
    /// By the number of the namespace; where that is not known, by that of the socket.
    known: HashMap<(Option<u64>, u64), Decoder>,
}

impl Decoders {
    fn new(form: TraceForm) -> Self {
        Self {
            form,
            only: Decoder::new(form),
            known: HashMap::new(),
        }
    }

    /// Returns that of the namespace of the socket.
    fn of(&mut self, transfer: &Transfer<'_>) -> &mut Decoder {
        let place = match transfer.netns {
            None => (None, transfer.inode),
            netns => (netns, 0),
        };
        self.at(place)
    }

    fn at(&mut self, place: (Option<u64>, u64)) -> &mut Decoder {
        if self.known.len() >= NETNS_MAX && !self.known.contains_key(&place) {
            self.known.clear();
        }
        let form = self.form;

        self.known
            .entry(place)
            .or_insert_with(|| Decoder::new(form))
    }
}

impl Sniff {
    /// Writes to `out`; each line at once, if somebody watches.
    pub fn new(out: Box<dyn Write>, is_watched: bool, json: bool, color: bool) -> Self {
        Self {
            out: Buffer::new(out),
            clock: Clock::here(if json {
                TimeStyle::Utc
            } else {
                TimeStyle::Micros
            }),
            labels: line::Labels::default(),
            decoders: Decoders::new(TraceForm::new(json, color)),
            is_watched,
            failure: None,
        }
    }

    /// Returns why not all of it could be written, if that is so.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// Tells of a datagram that `nlmon` showed.
    pub fn line(&mut self, line: &SniffedDatagram<'_>) {
        self.write(|sniff| {
            let (out, clock, decoder) =
                (&mut sniff.out, &mut sniff.clock, &mut sniff.decoders.only);
            match sniff.decoders.form {
                TraceForm::Json => line::write_json(out, clock, decoder, line),
                _ => line::write_text(out, (clock, &mut sniff.labels), decoder, line),
            }
        });
    }

    /// Tells that so many datagrams were lost.
    pub fn lost(&mut self, count: u32) {
        let now = SystemTime::now();
        self.write(|sniff| {
            let out = sniff.out.text();
            match sniff.decoders.form {
                TraceForm::Json => writeln!(out, r#"{{"time":"{}","lost":{count}}}"#, Utc(now)),
                _ => {
                    out.extend_from_slice(sniff.clock.text(since_1970(now)));
                    let lost = format!("{count} datagrams were lost: there was no room for them");
                    writeln!(out, " ! {lost}")
                }
            }
        });
    }

    /// Writes out what is held; fails with the reason why not all could be written, now or before.
    pub fn flush(&mut self) -> io::Result<()> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }

    /// Returns what knows the names of messages.
    pub fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoders.only
    }

    /// Does what `write` says, as long as all that was written could be: the command is not to suffer.
    fn write(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) {
        if self.failure.is_some() {
            return;
        }
        let written = write(self);
        let written = written.and_then(|()| match self.is_watched {
            true => self.out.flush(),
            false => self.out.spill(),
        });
        self.failure = written.err();
    }
}

impl Observer for Sniff {
    fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.write(|sniff| {
            let (out, clock) = (&mut sniff.out, &mut sniff.clock);
            let form = sniff.decoders.form;
            let decoder = sniff.decoders.of(transfer);
            match form {
                TraceForm::Json => write_json(out, clock, decoder, transfer),
                _ => write_text(out, clock, decoder, transfer),
            }
        });
    }

    fn remark(&mut self, thread: &Thread, remark: &Remark) {
        let now = SystemTime::now();
        self.write(|sniff| {
            let out = sniff.out.text();
            match sniff.decoders.form {
                TraceForm::Json => write_line(out, &JsonRemark::new(now, thread, remark)),
                _ => {
                    out.extend_from_slice(sniff.clock.text(since_1970(now)));
                    writeln!(out, " {} ! {}", Who(thread), UnseenNote(remark))
                }
            }
        });
    }

    fn may_lag(&self) -> bool {
        !self.is_watched
    }

    fn idle(&mut self) {
        self.failure = self.flush().err();
    }
}

fn write_text(
    out: &mut Buffer,
    clock: &mut Clock,
    decoder: &mut Decoder,
    transfer: &Transfer<'_>,
) -> io::Result<()> {
    out.text()
        .extend_from_slice(clock.text(since_1970(transfer.time)));
    writeln!(out.text(), " {}", CallLine(transfer))?;
    let arrow = arrow(transfer.direction);
    write_messages(out, decoder, transfer.protocol, arrow, transfer.bytes)
}

/// Writes the messages of `datagram` as text, and how much is behind them; or the texts that it has instead.
#[inline(always)]
fn write_messages(
    out: &mut Buffer,
    decoder: &mut Decoder,
    protocol: Protocol,
    arrow: &str,
    datagram: &[u8],
) -> io::Result<()> {
    if !protocol.has_messages() {
        return texts(datagram)
            .try_for_each(|text| writeln!(out.text(), "    \"{}\"", Escaped(text)));
    }
    let origin = DatagramOrigin { arrow, members: "" };
    // Most have one, which is all.
    if let Some(message) = whole_message(datagram) {
        return decoder.message(out, protocol.0, origin, &message);
    }
    let (messages, padding) = split_padding(datagram);
    decoder.datagram(out, protocol.0, origin, messages)?;
    match padding {
        0 => Ok(()),
        len => writeln!(out.text(), "    and {len} bytes behind it, all of them 0"),
    }
}

/// Returns the message that a datagram is.
#[inline]
fn whole_message(datagram: &[u8]) -> Option<Message<'_>> {
    let message = Message::from_bytes(datagram).ok()?;

    (message.bytes().len() == datagram.len()).then_some(message)
}

/// Returns the messages of a datagram and how many bytes are behind them, if those are all 0: some
/// programs send all of a buffer, whatever of it they have filled, and the kernel does not look there.
fn split_padding(datagram: &[u8]) -> (&[u8], usize) {
    let len: usize = Messages::new(datagram)
        .flatten()
        .map(|message| align(message.bytes().len()))
        .sum();
    let len = len.min(datagram.len());
    let (messages, rest) = datagram.split_at(len);

    match len > 0 && rest.iter().all(|byte| *byte == 0) {
        true => (messages, rest.len()),
        false => (datagram, 0),
    }
}

/// Returns what is in a datagram that is a row of texts, each with a NUL behind it.
fn texts(datagram: &[u8]) -> impl Iterator<Item = &[u8]> {
    let texts = datagram.split(|byte| *byte == 0);

    texts.filter(|text| !text.is_empty())
}

/// Returns the texts of a datagram of a protocol that has no messages.
fn json_texts(protocol: Protocol, datagram: &[u8]) -> Option<Vec<Cow<'_, str>>> {
    let texts = || texts(datagram).map(String::from_utf8_lossy).collect();

    (!protocol.has_messages()).then(texts)
}

fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => ">",
        Direction::Received => "<",
    }
}

/// `ip[1234]`: the thread.
struct Who<'a>(&'a Thread);

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", Escaped(&self.0.comm), self.0.tid)
    }
}

/// A call with its result, as C has it, and what there is to say of it.
struct CallLine<'a>(&'a Transfer<'a>);

impl fmt::Display for CallLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(transfer) = self;
        let Transfer {
            protocol, call, fd, ..
        } = transfer;

        write!(f, "{} {} ", Who(transfer.thread), arrow(transfer.direction))?;
        write!(f, "{protocol} {call}({fd}) = ")?;
        match transfer.outcome {
            Outcome::Done(len) => write!(f, "{len}")?,
            Outcome::Failed(errno) => write!(f, "{}", Failed(errno))?,
            Outcome::Pending => f.write_str("?")?,
            Outcome::Skipped => f.write_str("none: not sent")?,
        }
        self.peer(f)?;
        if transfer.is_truncated {
            write!(f, ", truncated to {} bytes", transfer.bytes.len())?;
        }
        match transfer.unshown.map(reason) {
            Some(reason) => write!(f, ", {reason}"),
            None => Ok(()),
        }
    }
}

impl CallLine<'_> {
    /// Says who is at the other end, if that is not the kernel alone.
    fn peer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(peer) = self.0.peer else {
            return Ok(());
        };
        let preposition = match self.0.direction {
            Direction::Sent => "to",
            Direction::Received => "from",
        };
        if peer.portid != 0 {
            write!(f, ", {preposition} port {}", peer.portid)?;
        }
        match peer.groups {
            0 => Ok(()),
            groups => write!(f, ", to groups {groups:#x}"),
        }
    }
}

/// The result of a call that failed, as strace(1) has it.
struct Failed(Errno);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-1 {} ({})", self.0, self.0.description())
    }
}

fn reason(unshown: Unshown) -> &'static str {
    match unshown {
        Unshown::Peeked => "peek: left in the queue",
        Unshown::Copied => "from file to file: not shown",
        Unshown::Unread => "not all of it can be read",
        Unshown::Shown => "of what is shown above",
    }
}

/// Traffic that is not seen, in words.
struct UnseenNote<'a>(&'a Remark);

impl fmt::Display for UnseenNote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Remark::IoUring => f.write_str("uses io_uring: what goes that way is not shown"),
            Remark::Aio => f.write_str("uses io_submit: what goes that way is not shown"),
            Remark::Foreign(arch) => write!(
                f,
                "makes system calls of another architecture ({arch:#x}): what it says is not shown"
            ),
            Remark::Closed(errno) => {
                write!(
                    f,
                    "cannot be looked into ({errno}): what it says is not shown"
                )
            }
            Remark::Forgone(rights) => write_rights(f, *rights),
        }
    }
}

fn write_rights(f: &mut fmt::Formatter<'_>, rights: Rights) -> fmt::Result {
    f.write_str("runs without the rights of its program (")?;
    let mut comma = "";
    for (name, id) in [("set-user-ID", rights.uid), ("set-group-ID", rights.gid)] {
        if let Some(id) = id {
            write!(f, "{comma}{name} {id}")?;
            comma = ", ";
        }
    }
    if rights.capabilities {
        write!(f, "{comma}capabilities")?;
    }
    f.write_str("): who is followed gains none")
}

/// A call with its result: all there is to say, or the first keys of each of its messages.
#[derive(Serialize)]
struct JsonTransfer<'a> {
    time: &'a str,
    pid: i32,
    tid: i32,
    comm: Cow<'a, str>,
    direction: &'static str,
    protocol: i32,
    protocol_name: Option<&'static str>,
    socket: u64,
    fd: i32,
    call: &'static str,
    result: Option<usize>,
    errno: Option<i32>,
    portid: Option<u32>,
    groups: Option<u32>,
    truncated: bool,
    unshown: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<Vec<Cow<'a, str>>>,
}

#[derive(Serialize)]
struct JsonRemark<'a> {
    time: String,
    pid: i32,
    tid: i32,
    comm: Cow<'a, str>,
    remark: &'static str,
    message: String,
}

impl<'a> JsonRemark<'a> {
    fn new(time: SystemTime, thread: &'a Thread, remark: &Remark) -> Self {
        Self {
            time: Utc(time).to_string(),
            pid: thread.pid,
            tid: thread.tid,
            comm: String::from_utf8_lossy(&thread.comm),
            remark: match remark {
                Remark::IoUring => "io_uring",
                Remark::Aio => "aio",
                Remark::Foreign(_) => "foreign",
                Remark::Closed(_) => "closed",
                Remark::Forgone(_) => "rights",
            },
            message: UnseenNote(remark).to_string(),
        }
    }
}

impl<'a> JsonTransfer<'a> {
    fn new(time: &'a str, transfer: &Transfer<'a>) -> Self {
        let (result, errno) = match transfer.outcome {
            Outcome::Done(len) => (Some(len), Some(0)),
            Outcome::Failed(Errno(errno)) => (None, Some(errno)),
            Outcome::Pending | Outcome::Skipped => (None, None),
        };
        let unshown = transfer.unshown.map(|unshown| match unshown {
            Unshown::Peeked => "peeked",
            Unshown::Copied => "copied",
            Unshown::Unread => "unread",
            Unshown::Shown => "shown",
        });

        Self {
            time,
            pid: transfer.thread.pid,
            tid: transfer.thread.tid,
            comm: String::from_utf8_lossy(&transfer.thread.comm),
            direction: match transfer.direction {
                Direction::Sent => "sent",
                Direction::Received => "received",
            },
            protocol: transfer.protocol.0,
            protocol_name: transfer.protocol.name(),
            socket: transfer.inode,
            fd: transfer.fd,
            call: transfer.call,
            result,
            errno,
            portid: transfer.peer.map(|peer| peer.portid),
            groups: transfer.peer.map(|peer| peer.groups),
            truncated: transfer.is_truncated,
            unshown,
            texts: json_texts(transfer.protocol, transfer.bytes),
        }
    }
}

/// Writes an object for each message of a call; one for all of it where there is none.
fn write_json(
    out: &mut Buffer,
    clock: &mut Clock,
    decoder: &mut Decoder,
    transfer: &Transfer<'_>,
) -> io::Result<()> {
    let time = String::from_utf8_lossy(clock.text(since_1970(transfer.time)));
    let mut object = Vec::new();
    write_line(&mut object, &JsonTransfer::new(&time, transfer))?;
    if transfer.bytes.is_empty() || !transfer.protocol.has_messages() {
        out.text().extend_from_slice(&object);
        return Ok(());
    }
    let origin = DatagramOrigin {
        arrow: "",
        members: members(&object),
    };
    let (messages, _) = split_padding(transfer.bytes);
    decoder.datagram(out, transfer.protocol.0, origin, messages)
}

/// Returns what is between the braces of an object on a line.
fn members(object: &[u8]) -> &str {
    let text = std::str::from_utf8(object).unwrap_or_default();

    text.trim_end().trim_matches(['{', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::buffer;
    use jiff::tz::TimeZone;
    use nlhello::netlink::PeerAddress;
    use nlhello::wire::{put_attr, put_message, Nlmsghdr};
    use serde_json::{json, Value};
    use std::time::Duration;

    fn thread() -> Thread {
        Thread {
            pid: 7,
            tid: 8,
            comm: b"a\x1b".to_vec(),
        }
    }

    fn transfer<'a>(thread: &'a Thread, bytes: &'a [u8]) -> Transfer<'a> {
        Transfer {
            time: SystemTime::UNIX_EPOCH + Duration::from_micros(5),
            thread,
            fd: 3,
            inode: 99,
            netns: None,
            protocol: Protocol(libc::NETLINK_ROUTE),
            call: "sendmsg",
            direction: Direction::Sent,
            outcome: Outcome::Done(bytes.len()),
            peer: None,
            bytes,
            is_truncated: false,
            unshown: None,
        }
    }

    fn message(nlmsg_type: u16, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_seq: 1,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    fn text(transfer: &Transfer<'_>) -> String {
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut decoder = Decoder::new(TraceForm::Text);
        buffer::tests::text(|out| write_text(out, &mut clock, &mut decoder, transfer).unwrap())
    }

    fn json(transfer: &Transfer<'_>) -> Vec<Value> {
        let mut decoder = Decoder::new(TraceForm::Json);
        let mut clock = Clock::here(TimeStyle::Utc);
        let text =
            buffer::tests::text(|out| write_json(out, &mut clock, &mut decoder, transfer).unwrap());
        let objects = serde_json::Deserializer::from_str(&text).into_iter();
        objects.map(Result::unwrap).collect()
    }

    #[test]
    fn a_call_is_shown_with_its_messages_below_it() {
        let (thread, bytes) = (thread(), message(18, b""));

        let shown = text(&transfer(&thread, &bytes));
        let (call, messages) = shown.split_once('\n').unwrap();

        assert_eq!(
            call,
            "00:00:00.000005 a\\x1b[8] > NETLINK_ROUTE sendmsg(3) = 16"
        );
        assert!(messages.starts_with("> nlmsghdr "), "{messages}");
        assert!(messages.contains("RTM_GETLINK"), "{messages}");
    }

    #[test]
    fn the_name_of_a_link_is_that_of_its_namespace() {
        let thread = thread();
        let mut name = vec![0; 16];
        name[4] = 7;
        put_attr(&mut name, 3, b"eth7\0").unwrap();
        let mut route = vec![0; 12];
        put_attr(&mut route, 4, &7_u32.to_ne_bytes()).unwrap();
        let [link, route] = [message(16, &name), message(24, &route)];
        let mut decoders = Decoders::new(TraceForm::Text);
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut shown = |netns, inode, bytes: &[u8]| {
            let transfer = Transfer {
                netns,
                inode,
                ..transfer(&thread, bytes)
            };
            let decoder = decoders.of(&transfer);
            buffer::tests::text(|out| write_text(out, &mut clock, decoder, &transfer).unwrap())
        };

        shown(Some(1), 10, &link);
        assert!(shown(Some(1), 11, &route).contains("RTA_OIF(4) eth7(7)"));
        assert!(shown(Some(2), 12, &route).contains("RTA_OIF(4) 7\n"));
        // Where the namespace is not known, a socket is still in one alone.
        shown(None, 1, &link);
        assert!(shown(None, 1, &route).contains("RTA_OIF(4) eth7(7)"));
        assert!(shown(None, 2, &route).contains("RTA_OIF(4) 7\n"));
    }

    #[test]
    fn a_call_says_what_became_of_it_and_who_is_at_the_other_end() {
        const PEER: Option<PeerAddress> = Some(PeerAddress {
            portid: 5,
            groups: 2,
        });
        type Change = fn(&mut Transfer<'_>);
        let rows: [(Change, &str); 5] = [
            (
                |of| of.outcome = Outcome::Failed(Errno(libc::EPERM)),
                "> NETLINK_ROUTE sendmsg(3) = -1 EPERM (Operation not permitted)",
            ),
            (
                |of| (of.outcome, of.peer) = (Outcome::Pending, PEER),
                "> NETLINK_ROUTE sendmsg(3) = ?, to port 5, to groups 0x2",
            ),
            (
                |of| of.outcome = Outcome::Skipped,
                "> NETLINK_ROUTE sendmsg(3) = none: not sent",
            ),
            (
                |of| {
                    (of.direction, of.outcome) = (Direction::Received, Outcome::Done(40));
                    (of.peer, of.is_truncated) = (PEER, true);
                },
                "< NETLINK_ROUTE sendmsg(3) = 40, from port 5, to groups 0x2, truncated to 0 bytes",
            ),
            (
                |of| (of.direction, of.unshown) = (Direction::Received, Some(Unshown::Peeked)),
                "< NETLINK_ROUTE sendmsg(3) = 0, peek: left in the queue",
            ),
        ];
        for (change, shown) in rows {
            let thread = thread();
            let mut transfer = transfer(&thread, b"");
            change(&mut transfer);
            let line = text(&transfer);
            assert!(line.ends_with(&format!("[8] {shown}\n")), "{line}");
        }
    }

    #[test]
    fn what_is_no_message_is_shown_as_the_texts_that_it_is() {
        let thread = thread();
        let uevent = Transfer {
            protocol: Protocol(libc::NETLINK_KOBJECT_UEVENT),
            ..transfer(&thread, b"add@/x\0A=\x1b\0")
        };
        let shown = text(&uevent);
        let (_, texts) = shown.split_once('\n').unwrap();

        assert_eq!(texts, "    \"add@/x\"\n    \"A=\\x1b\"\n");
        assert_eq!(json(&uevent)[0]["texts"], json!(["add@/x", "A=\u{1b}"]));
    }

    #[test]
    fn json_has_an_object_for_each_message() {
        let thread = thread();
        let bytes = [message(3, b"abcd"), message(200, b""), b"rest".to_vec()].concat();
        let found = json(&transfer(&thread, &bytes));

        assert_eq!(
            found[0],
            json!({
                "time": "1970-01-01T00:00:00.000005000Z",
                "pid": 7,
                "tid": 8,
                "comm": "a\u{1b}",
                "direction": "sent",
                "protocol": 0,
                "protocol_name": "route",
                "socket": 99,
                "fd": 3,
                "call": "sendmsg",
                "result": 40,
                "errno": 0,
                "portid": null,
                "groups": null,
                "truncated": false,
                "unshown": null,
                "nlmsghdr": {
                    "nlmsg_len": 20,
                    "nlmsg_type": 3,
                    "type": "NLMSG_DONE",
                    "nlmsg_flags": [],
                    "nlmsg_seq": 1,
                    "nlmsg_pid": 0,
                },
                "hex": "61626364",
            })
        );
        assert_eq!(found[1]["nlmsghdr"]["type"], Value::Null);
        assert_eq!(found[2]["nlmsghdr"], Value::Null);
        assert_eq!(found[2]["hex"], "72657374");
        assert_eq!(found[2]["call"], "sendmsg");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn zeros_behind_the_messages_are_counted_not_shown() {
        let thread = thread();
        let bytes = [message(18, b""), vec![0; 24]].concat();
        let padded = transfer(&thread, &bytes);

        assert!(text(&padded).ends_with("\n    and 24 bytes behind it, all of them 0\n"));
        assert_eq!(json(&padded).len(), 1);
        let zeros = transfer(&thread, &[0; 20]);
        assert!(text(&zeros).contains("length field does not fit"));
        assert_eq!(json(&zeros)[0]["hex"], "00".repeat(20));
    }

    #[test]
    fn a_call_without_a_message_is_an_object_too() {
        let thread = thread();
        let failed = Transfer {
            outcome: Outcome::Failed(Errno(libc::ENOBUFS)),
            ..transfer(&thread, b"")
        };
        let found = json(&failed);

        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["errno"], libc::ENOBUFS);
        assert_eq!(found[0]["nlmsghdr"], Value::Null);
    }

    #[test]
    fn what_is_not_seen_is_said_in_words() {
        let rights = Rights {
            uid: Some(0),
            gid: Some(5),
            capabilities: true,
        };
        let said = UnseenNote(&Remark::Forgone(rights)).to_string();

        assert_eq!(
            said,
            "runs without the rights of its program (set-user-ID 0, set-group-ID 5, capabilities): \
             who is followed gains none"
        );
    }
}
