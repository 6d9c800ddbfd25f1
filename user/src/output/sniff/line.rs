// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A datagram that `nlmon` showed: a line with its messages below it, or a JSON object a message.

use super::{json_texts, members, split_padding, write_messages, Failed};
use crate::output::buffer::Buffer;
use crate::output::escape;
use crate::output::json::write_line;
use crate::output::record::digits::{four_digits, push_decimal, six_digits, three_digits};
use crate::output::time::Clock;
use crate::output::trace::{DatagramOrigin, Decoder};
use nlhello::netlink::{Errno, Protocol};
use nlhello::nlmon::{DatagramRole, Expected, Explanation, Owner, Response, SniffedDatagram};
use nlhello::wire::{align, Messages};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

/// Of how many answers is told in a line at most: a datagram may have many requests.
const ANSWERS: usize = 8;

/// A time, as it begins a line.
const TIME: &str = "00:00:00.000000";

/// Room for the members of an object that are not of its message, in bytes.
const OBJECT: usize = 512;

/// Labels as they were written last for each way: who said something, over which protocol and which way. A program
/// has many lines, one after the other.
#[derive(Default)]
pub struct Labels([Label; 3]);

/// The text of a label and what it is made of.
#[derive(Default)]
struct Label {
    owner: Option<Rc<Owner>>,
    portid: Option<u32>,
    protocol: Option<Protocol>,
    text: Vec<u8>,
    /// The last line with it that says no more than that all went well, and the second of that.
    done: Vec<u8>,
    second: Option<u64>,
}

impl Labels {
    #[inline]
    fn of(&mut self, line: &SniffedDatagram<'_>) -> &mut Label {
        let label = &mut self.0[match line.role {
            DatagramRole::Request(_) => 0,
            DatagramRole::Answer { .. } => 1,
            DatagramRole::Event { .. } => 2,
        }];
        if !label.is_of(line) {
            label.set(line);
        }
        label
    }
}

impl Label {
    #[inline]
    fn is_of(&self, line: &SniffedDatagram<'_>) -> bool {
        let known = self.owner.as_ref().map(Rc::as_ptr);

        known == line.owner.map(Rc::as_ptr)
            && (self.portid, self.protocol) == (line.portid, Some(line.protocol))
    }

    fn set(&mut self, line: &SniffedDatagram<'_>) {
        self.owner = line.owner.cloned();
        (self.portid, self.protocol) = (line.portid, Some(line.protocol));
        self.second = None;
        self.text.clear();
        push_owner(&mut self.text, line);
        // A vector takes all that is written to it.
        let _ = write!(self.text, " {} {}", arrow(line.role), line.protocol);
    }

    /// Returns the line of what was done so long after its request.
    #[inline]
    fn done(&mut self, clock: &mut Clock, time: Duration, after: Duration) -> &[u8] {
        if self.second != Some(time.as_secs()) {
            self.set_second(clock, time);
        }
        if let Some([.., a, b, c, d, e, f]) = self.done.first_chunk_mut::<{ TIME.len() }>() {
            [*a, *b, *c, *d, *e, *f] = six_digits(time.subsec_micros());
        }
        if let Some([a, _, b, c, d, _, _, _, _]) = self.done.last_chunk_mut() {
            [*a, *b, *c, *d] = four_digits(after.subsec_micros());
        }
        &self.done
    }

    #[cold]
    fn set_second(&mut self, clock: &mut Clock, time: Duration) {
        self.second = Some(time.as_secs());
        self.done.clear();
        self.done.extend_from_slice(clock.text(time));
        push(&mut self.done, " ");
        self.done.extend_from_slice(&self.text);
        push(&mut self.done, " = 0 after 0.000 ms\n");
    }
}

/// Writes it as text.
pub fn write_text(
    out: &mut Buffer,
    (clock, labels): (&mut Clock, &mut Labels),
    decoder: &mut Decoder,
    line: &SniffedDatagram<'_>,
) -> io::Result<()> {
    let head = out.text();
    let label = labels.of(line);
    match done_after(line) {
        Some(after) => head.extend_from_slice(label.done(clock, line.time, after)),
        None => {
            head.extend_from_slice(clock.text(line.time));
            push(head, " ");
            push_head(head, label, line);
            push(head, "\n");
        }
    }
    write_messages(out, decoder, line.protocol, arrow(line.role), line.bytes)
}

fn arrow(role: DatagramRole<'_>) -> &'static str {
    match role {
        DatagramRole::Request(_) => ">",
        DatagramRole::Answer { .. } => "<",
        DatagramRole::Event { .. } => "*",
    }
}

/// Returns how long after its request something was done, if there is no more to say of it: of most lines.
#[inline]
fn done_after(line: &SniffedDatagram<'_>) -> Option<Duration> {
    let after = match line.role {
        DatagramRole::Answer {
            after: Some(after),
            errno: Some(0),
        } => after,
        DatagramRole::Request(
            [Response {
                after: Some(after),
                errno: Some(0),
                messages: 0 | 1,
                explanation: None,
                ..
            }],
        ) => *after,
        _ => return None,
    };
    (after < Duration::from_millis(10) && line.bytes.len() >= line.len).then_some(after)
}

/// Appends who said it, and what became of it.
fn push_head(out: &mut Vec<u8>, label: &Label, line: &SniffedDatagram<'_>) {
    out.extend_from_slice(&label.text);
    match line.role {
        DatagramRole::Request(responses) => push_responses(out, responses),
        DatagramRole::Answer { after, errno } => push_answer(out, after, errno),
        DatagramRole::Event { copies: 1 } => push(out, " event"),
        DatagramRole::Event { copies } => push_count(out, " event, ", u64::from(copies), " copies"),
    }
    let kept = line.bytes.len();
    if kept < line.len {
        push_count(out, ", cut off after ", kept as u64, " of ");
        push_count(out, "", line.len as u64, " bytes");
    }
}

fn push_owner(out: &mut Vec<u8>, line: &SniffedDatagram<'_>) {
    match (line.owner, line.portid) {
        (Some(owner), _) => {
            escape::push(out, &owner.process.comm);
            push_count(out, "[", owner.process.pid.into(), "]");
            push(out, if owner.is_sure { "" } else { "?" });
        }
        (None, Some(0)) => push(out, "kernel"),
        (None, Some(portid)) => push_count(out, "port ", portid.into(), ""),
        (None, None) => push(out, "?"),
    }
}

fn push_answer(out: &mut Vec<u8>, after: Option<Duration>, errno: Option<i32>) {
    if let Some(errno) = errno {
        push_result(out, errno);
    }
    match after {
        Some(after) => push_after(out, after),
        None => push(out, " answer to what was not seen"),
    }
}

#[inline]
fn push_result(out: &mut Vec<u8>, errno: i32) {
    match errno {
        0 => push(out, " = 0"),
        errno => drop(write!(out, " = {}", Failed(Errno(errno)))),
    }
}

fn push_responses(out: &mut Vec<u8>, responses: &[Response]) {
    for (number, response) in responses.iter().take(ANSWERS).enumerate() {
        if number > 0 {
            push(out, ";");
        }
        push_response(out, response);
    }
    if responses.len() > ANSWERS {
        push_count(out, "; and ", (responses.len() - ANSWERS) as u64, " more");
    }
}

fn push_response(out: &mut Vec<u8>, response: &Response) {
    match (response.errno, response.after) {
        (Some(errno), _) => push_result(out, errno),
        (None, Some(_)) => push(out, " = ? so far"),
        (None, None) => {
            return push(
                out,
                match response.expected {
                    Expected::Yes => " = ?, no answer so far",
                    Expected::Maybe => " = ?, no answer so far, if there is to be one",
                    Expected::No => " = ?, no answer was asked for",
                },
            );
        }
    }
    if let Some(after) = response.after {
        push_after(out, after);
    }
    if response.messages > 1 {
        push_count(out, ", ", response.messages, " messages");
    }
    if let Some(explanation) = &response.explanation {
        push_explanation(out, explanation);
    }
}

fn push_explanation(out: &mut Vec<u8>, Explanation { attr, words }: &Explanation) {
    if let Some(attr) = attr {
        push(out, ": ");
        push(out, attr);
    }
    if let Some(words) = words {
        push(out, ": \"");
        escape::push(out, words);
        push(out, "\"");
    }
}

/// Appends a time span in milliseconds.
#[inline]
fn push_after(out: &mut Vec<u8>, after: Duration) {
    push(out, " after ");
    let millis = after.as_secs().saturating_mul(1000);
    push_decimal(out, millis.saturating_add(after.subsec_millis().into()));
    let [a, b, c] = three_digits(after.subsec_micros() % 1000);
    out.extend_from_slice(&[b'.', a, b, c, b' ', b'm', b's']);
}

/// Appends a number with what is before and behind it.
fn push_count(out: &mut Vec<u8>, before: &str, number: u64, behind: &str) {
    push(out, before);
    push_decimal(out, number);
    push(out, behind);
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// Keys of each message of a datagram.
#[derive(Serialize)]
struct JsonLine<'a> {
    time: &'a str,
    pid: Option<u32>,
    comm: Option<Cow<'a, str>>,
    sure: Option<bool>,
    local_portid: Option<u32>,
    direction: &'static str,
    protocol: i32,
    protocol_name: Option<&'static str>,
    errno: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Cow<'a, str>>,
    after_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<u32>,
    truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<Vec<Cow<'a, str>>>,
}

impl<'a> JsonLine<'a> {
    fn new(time: &'a str, line: &SniffedDatagram<'a>, response: Option<&'a Response>) -> Self {
        let (direction, after, errno) = match line.role {
            DatagramRole::Request(_) => (
                "sent",
                response.and_then(|response| response.after),
                response.and_then(|response| response.errno),
            ),
            DatagramRole::Answer { after, errno } => ("received", after, errno),
            DatagramRole::Event { .. } => ("event", None, None),
        };
        let process = line.owner.map(|owner| &owner.process);
        let explanation = response.and_then(|response| response.explanation.as_deref());

        Self {
            time,
            pid: process.map(|process| process.pid),
            comm: process.map(|process| String::from_utf8_lossy(&process.comm)),
            sure: line.owner.map(|owner| owner.is_sure),
            local_portid: line.portid,
            direction,
            protocol: line.protocol.0,
            protocol_name: line.protocol.name(),
            errno,
            attr: explanation.and_then(|explanation| explanation.attr.as_deref()),
            message: explanation
                .and_then(|explanation| explanation.words.as_deref())
                .map(String::from_utf8_lossy),
            after_ns: after.map(|after| after.as_nanos() as u64),
            answers: response.map(|response| response.messages),
            copies: match line.role {
                DatagramRole::Event { copies } => Some(copies),
                _ => None,
            },
            truncated: line.bytes.len() < line.len,
            texts: json_texts(line.protocol, line.bytes),
        }
    }
}

/// Writes an object for each message; one for all where there is none.
pub fn write_json(
    out: &mut Buffer,
    clock: &mut Clock,
    decoder: &mut Decoder,
    line: &SniffedDatagram<'_>,
) -> io::Result<()> {
    let time = String::from_utf8_lossy(clock.text(line.time));
    let (mut rest, _) = split_padding(line.bytes);
    let responses = match line.role {
        DatagramRole::Request(responses) => responses,
        _ => &[],
    };
    let mut object = Vec::with_capacity(OBJECT);
    for (response, message) in responses.iter().zip(Messages::new(line.bytes).flatten()) {
        let (message, behind) = rest.split_at(align(message.bytes().len()).min(rest.len()));
        object.clear();
        write_line(&mut object, &JsonLine::new(&time, line, Some(response)))?;
        write_decoded(out, decoder, line, &object, message)?;
        rest = behind;
    }
    if rest.is_empty() && !responses.is_empty() {
        return Ok(());
    }
    object.clear();
    write_line(&mut object, &JsonLine::new(&time, line, None))?;
    write_decoded(out, decoder, line, &object, rest)
}

fn write_decoded(
    out: &mut Buffer,
    decoder: &mut Decoder,
    line: &SniffedDatagram<'_>,
    object: &[u8],
    messages: &[u8],
) -> io::Result<()> {
    if messages.is_empty() || !line.protocol.has_messages() {
        out.text().extend_from_slice(object);
        return Ok(());
    }
    let origin = DatagramOrigin {
        arrow: "",
        members: members(object),
    };
    decoder.datagram(out, line.protocol.0, origin, messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::buffer;
    use crate::output::time::TimeStyle;
    use crate::output::trace::TraceForm;
    use jiff::tz::TimeZone;
    use nlhello::diag::Process;
    use nlhello::wire::{put_message, Nlmsghdr};
    use serde_json::{json, Value};

    const AFTER: Duration = Duration::from_micros(1052);

    fn owner(is_sure: bool) -> Rc<Owner> {
        let process = Process {
            pid: 7,
            comm: b"a\x1b".to_vec(),
        };
        Rc::new(Owner { process, is_sure })
    }

    fn line<'a>(role: DatagramRole<'a>, bytes: &'a [u8]) -> SniffedDatagram<'a> {
        SniffedDatagram {
            time: Duration::from_micros(5),
            protocol: Protocol(libc::NETLINK_ROUTE),
            bytes,
            len: bytes.len(),
            portid: None,
            owner: None,
            role,
        }
    }

    fn answered(errno: Option<i32>, messages: u64) -> Response {
        Response {
            expected: Expected::Yes,
            after: Some(AFTER),
            messages,
            errno,
            ..Response::default()
        }
    }

    fn refused(errno: i32, attr: &str, words: &[u8]) -> Response {
        let explanation = Explanation {
            attr: Some(attr.to_owned()),
            words: Some(words.to_vec()),
        };
        Response {
            explanation: Some(explanation.into()),
            ..answered(Some(errno), 0)
        }
    }

    fn message(nlmsg_type: u16) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, b"").unwrap();
        bytes
    }

    fn head(line: &SniffedDatagram<'_>) -> String {
        let mut out = Vec::new();
        push_head(&mut out, Labels::default().of(line), line);
        String::from_utf8(out).unwrap()
    }

    fn json(line: &SniffedDatagram<'_>) -> Vec<Value> {
        let mut decoder = Decoder::new(TraceForm::Json);
        let text = buffer::tests::text(|out| {
            write_json(out, &mut Clock::here(TimeStyle::Utc), &mut decoder, line).unwrap();
        });
        serde_json::Deserializer::from_str(&text)
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn a_request_says_what_became_of_it() {
        let refused = refused(libc::EEXIST, "IFNAME", b"no\n");
        let maybe = Response {
            expected: Expected::Maybe,
            ..Response::default()
        };
        let expected = Response {
            expected: Expected::Yes,
            ..Response::default()
        };
        for (responses, written) in [
            (vec![answered(Some(0), 0)], " = 0 after 1.052 ms"),
            (
                vec![answered(Some(0), 12)],
                " = 0 after 1.052 ms, 12 messages",
            ),
            (
                vec![answered(None, 3)],
                " = ? so far after 1.052 ms, 3 messages",
            ),
            (
                vec![refused],
                " = -1 EEXIST (File exists) after 1.052 ms: IFNAME: \"no\\x0a\"",
            ),
            (vec![expected], " = ?, no answer so far"),
            (vec![maybe], " = ?, no answer so far, if there is to be one"),
            (vec![Response::default()], " = ?, no answer was asked for"),
            (
                vec![answered(Some(0), 0); 2],
                " = 0 after 1.052 ms; = 0 after 1.052 ms",
            ),
            (vec![], ""),
        ] {
            let role = DatagramRole::Request(&responses);
            let written = format!("? > NETLINK_ROUTE{written}");
            assert_eq!(head(&line(role, b"")), written);
        }
        let responses = vec![answered(Some(0), 0); ANSWERS + 3];
        let role = DatagramRole::Request(&responses);
        assert!(head(&line(role, b"")).ends_with(" ms; and 3 more"));
    }

    #[test]
    fn who_it_was_is_told_as_surely_as_it_is_known() {
        let role = DatagramRole::Event { copies: 2 };
        let (sure, hint) = (owner(true), owner(false));
        for (owner, portid, written) in [
            (Some(&sure), Some(9), "a\\x1b[7]"),
            (Some(&hint), Some(9), "a\\x1b[7]?"),
            (None, Some(9), "port 9"),
            (None, Some(0), "kernel"),
            (None, None, "?"),
        ] {
            let line = SniffedDatagram {
                owner,
                portid,
                ..line(role, b"")
            };
            let written = format!("{written} * NETLINK_ROUTE event, 2 copies");
            assert_eq!(head(&line), written);
        }
    }

    #[test]
    fn a_label_is_that_of_whose_line_it_is() {
        let mut labels = Labels::default();
        let (one, other) = (owner(true), owner(false));
        let role = DatagramRole::Event { copies: 1 };
        for (owner, portid, protocol, text) in [
            (Some(&one), Some(9), 0, "a\\x1b[7] * NETLINK_ROUTE"),
            (Some(&one), Some(9), 0, "a\\x1b[7] * NETLINK_ROUTE"),
            (Some(&one), Some(9), 4, "a\\x1b[7] * NETLINK_SOCK_DIAG"),
            (Some(&other), Some(9), 4, "a\\x1b[7]? * NETLINK_SOCK_DIAG"),
            (None, Some(9), 4, "port 9 * NETLINK_SOCK_DIAG"),
            (None, Some(8), 4, "port 8 * NETLINK_SOCK_DIAG"),
            (None, None, 4, "? * NETLINK_SOCK_DIAG"),
            (Some(&one), None, 4, "a\\x1b[7] * NETLINK_SOCK_DIAG"),
        ] {
            let line = SniffedDatagram {
                owner,
                portid,
                protocol: Protocol(protocol),
                ..line(role, b"")
            };
            assert_eq!(String::from_utf8_lossy(&labels.of(&line).text), text);
        }
    }

    #[test]
    fn an_answer_says_how_long_it_took_and_what_was_cut_off() {
        for (after, errno, written) in [
            (Some(AFTER), None, " after 1.052 ms"),
            (Some(AFTER), Some(0), " = 0 after 1.052 ms"),
            (
                None,
                Some(libc::EPERM),
                " = -1 EPERM (Operation not permitted) answer to what was not seen",
            ),
        ] {
            let role = DatagramRole::Answer { after, errno };
            let cut = SniffedDatagram {
                len: 30,
                ..line(role, &[0; 20])
            };
            let written = format!("? < NETLINK_ROUTE{written}, cut off after 20 of 30 bytes");
            assert_eq!(head(&cut), written);
        }
    }

    #[test]
    fn messages_stand_below_the_line() {
        let role = DatagramRole::Event { copies: 1 };
        let bytes = [message(3), vec![0; 8]].concat();
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut decoder = Decoder::new(TraceForm::Text);
        let line = line(role, &bytes);
        let text = buffer::tests::text(|out| {
            let start = (&mut clock, &mut Labels::default());
            write_text(out, start, &mut decoder, &line).unwrap();
        });

        assert_eq!(
            text,
            "00:00:00.000005 ? * NETLINK_ROUTE event\n\
             * nlmsghdr len=16 type=NLMSG_DONE(3) flags=0 seq=0 pid=0\n    \
             and 8 bytes behind it, all of them 0\n"
        );
    }

    #[test]
    fn what_has_no_messages_is_shown_as_the_texts_that_it_is() {
        let role = DatagramRole::Event { copies: 1 };
        let uevent = SniffedDatagram {
            protocol: Protocol(libc::NETLINK_KOBJECT_UEVENT),
            ..line(role, b"add@/x\0A=\x1b\0")
        };
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut decoder = Decoder::new(TraceForm::Text);
        let text = buffer::tests::text(|out| {
            let start = (&mut clock, &mut Labels::default());
            write_text(out, start, &mut decoder, &uevent).unwrap();
        });
        let found = json(&uevent);

        assert!(
            text.ends_with(" event\n    \"add@/x\"\n    \"A=\\x1b\"\n"),
            "{text}"
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["texts"], json!(["add@/x", "A=\u{1b}"]));
        assert_eq!(found[0]["error"], Value::Null);
    }

    #[test]
    fn each_request_of_a_datagram_is_an_object_with_its_own_answer() {
        let responses = vec![answered(Some(0), 2), refused(libc::EPERM, "X", b"no")];
        let role = DatagramRole::Request(&responses);
        let bytes = [message(18), message(16), b"rest".to_vec()].concat();
        let owner = owner(true);
        let found = json(&SniffedDatagram {
            portid: Some(9),
            owner: Some(&owner),
            ..line(role, &bytes)
        });

        assert_eq!(found.len(), 3);
        let mut first = found[0].clone();
        assert_eq!(first["nlmsghdr"]["nlmsg_type"], 18);
        for key in ["nlmsghdr", "ifinfomsg", "attrs"] {
            first.as_object_mut().unwrap().remove(key);
        }
        assert_eq!(
            first,
            json!({
                "time": "1970-01-01T00:00:00.000005000Z",
                "pid": 7,
                "comm": "a\u{1b}",
                "sure": true,
                "local_portid": 9,
                "direction": "sent",
                "protocol": 0,
                "protocol_name": "route",
                "errno": 0,
                "after_ns": 1_052_000,
                "answers": 2,
                "truncated": false,
            })
        );
        assert_eq!(found[1]["errno"], libc::EPERM);
        assert_eq!(
            (&found[1]["attr"], &found[1]["message"]),
            (&json!("X"), &json!("no"))
        );
        assert_eq!(found[2]["hex"], "72657374");
        assert_eq!(found[2]["errno"], Value::Null);
    }

    #[test]
    fn an_event_and_what_is_no_message_are_objects_too() {
        let role = DatagramRole::Event { copies: 3 };
        let bytes = [message(16), message(16)].concat();
        let found = json(&line(role, &bytes));
        assert_eq!(found.len(), 2);
        for object in &found {
            assert_eq!(
                (&object["direction"], &object["copies"]),
                (&json!("event"), &json!(3))
            );
        }
        let nothing = DatagramRole::Request(&[]);
        let found = json(&line(nothing, b""));
        assert_eq!((found.len(), &found[0]["direction"]), (1, &json!("sent")));
    }
}
