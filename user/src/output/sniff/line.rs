// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A datagram that `nlmon` showed: a line with its messages below it, or a JSON object a message.

use super::{json_texts, members, split_padding, write_messages, Failed};
use crate::output::buffer::Buffer;
use crate::output::escape;
use crate::output::json::write_line;
use crate::output::record::digits::{push_decimal, three_digits};
use crate::output::time::Clock;
use crate::output::trace::{DatagramOrigin, Decoder};
use nlhello::netlink::{Errno, Protocol};
use nlhello::nlmon::{DatagramRole, Expected, Owner, Response, SniffedDatagram};
use nlhello::wire::{align, Messages};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

/// Of how many answers is told in a line at most: a datagram may have many requests.
const ANSWERS: usize = 8;

/// Room for the members of an object that are not of its message, in bytes.
const OBJECT: usize = 512;

/// Name of a process in lines, as it was written last: a program has many lines, one after the other.
#[derive(Default)]
pub struct Label {
    owner: Option<Rc<Owner>>,
    text: Vec<u8>,
}

impl Label {
    fn of(&mut self, owner: &Rc<Owner>) -> &[u8] {
        let known = self.owner.as_ref();
        if !known.is_some_and(|known| Rc::ptr_eq(known, owner)) {
            self.set(owner);
        }
        &self.text
    }

    fn set(&mut self, owner: &Rc<Owner>) {
        let process = &owner.process;
        self.owner = Some(owner.clone());
        self.text.clear();
        escape::push(&mut self.text, &process.comm);
        push_count(&mut self.text, "[", process.pid.into(), "]");
        push(&mut self.text, if owner.is_sure { "" } else { "?" });
    }
}

/// Writes it as text.
pub fn write_text(
    out: &mut Buffer,
    (clock, label): (&mut Clock, &mut Label),
    decoder: &mut Decoder,
    line: &SniffedDatagram<'_>,
) -> io::Result<()> {
    let head = out.text();
    head.extend_from_slice(clock.text(line.time));
    push(head, " ");
    push_head(head, label, line);
    push(head, "\n");
    write_messages(out, decoder, line.protocol, arrow(line.role), line.bytes)
}

fn arrow(role: &DatagramRole) -> &'static str {
    match role {
        DatagramRole::Request(_) => ">",
        DatagramRole::Answer { .. } => "<",
        DatagramRole::Event { .. } => "*",
    }
}

/// Appends who said it, and what became of it.
fn push_head(out: &mut Vec<u8>, label: &mut Label, line: &SniffedDatagram<'_>) {
    push_owner(out, label, line);
    push_way(out, line);
    match line.role {
        DatagramRole::Request(responses) => push_responses(out, responses),
        DatagramRole::Answer { after, errno } => push_answer(out, *after, *errno),
        DatagramRole::Event { copies: 1 } => push(out, " event"),
        DatagramRole::Event { copies } => {
            push_count(out, " event, ", u64::from(*copies), " copies")
        }
    }
    let kept = line.bytes.len();
    if kept < line.len {
        push_count(out, ", cut off after ", kept as u64, " of ");
        push_count(out, "", line.len as u64, " bytes");
    }
}

fn push_owner(out: &mut Vec<u8>, label: &mut Label, line: &SniffedDatagram<'_>) {
    match (line.owner, line.portid) {
        (Some(owner), _) => out.extend_from_slice(label.of(owner)),
        (None, Some(0)) => push(out, "kernel"),
        (None, Some(portid)) => push_count(out, "port ", portid.into(), ""),
        (None, None) => push(out, "?"),
    }
}

/// Appends which way it went, and over which protocol.
fn push_way(out: &mut Vec<u8>, line: &SniffedDatagram<'_>) {
    match (line.protocol, line.role) {
        // Most datagrams are of this one.
        (Protocol(libc::NETLINK_ROUTE), DatagramRole::Request(_)) => push(out, " > NETLINK_ROUTE"),
        (Protocol(libc::NETLINK_ROUTE), DatagramRole::Answer { .. }) => {
            push(out, " < NETLINK_ROUTE")
        }
        // A vector takes all that is written to it.
        (protocol, role) => drop(write!(out, " {} {protocol}", arrow(role))),
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
    if let Some(attr) = &response.attr {
        push(out, ": ");
        push(out, attr);
    }
    if let Some(words) = &response.words {
        push(out, ": \"");
        escape::push(out, words);
        push(out, "\"");
    }
}

/// Appends a time span in milliseconds.
#[inline]
fn push_after(out: &mut Vec<u8>, after: Duration) {
    push(out, " after ");
    let micros = after.as_secs().saturating_mul(1_000_000);
    let micros = micros.saturating_add(after.subsec_micros().into());
    push_decimal(out, micros / 1000);
    let [a, b, c] = three_digits((micros % 1000) as u32);
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
            DatagramRole::Answer { after, errno } => ("received", *after, *errno),
            DatagramRole::Event { .. } => ("event", None, None),
        };
        let process = line.owner.map(|owner| &owner.process);

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
            attr: response.and_then(|response| response.attr.as_deref()),
            message: response
                .and_then(|response| response.words.as_deref())
                .map(String::from_utf8_lossy),
            after_ns: after.map(|after| after.as_nanos() as u64),
            answers: response.map(|response| response.messages),
            copies: match line.role {
                DatagramRole::Event { copies } => Some(*copies),
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
        DatagramRole::Request(responses) => &responses[..],
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

    fn line<'a>(role: &'a DatagramRole, bytes: &'a [u8]) -> SniffedDatagram<'a> {
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
        push_head(&mut out, &mut Label::default(), line);
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
        let refused = Response {
            attr: Some("IFNAME".to_owned()),
            words: Some(b"no\n".to_vec()),
            ..answered(Some(libc::EEXIST), 0)
        };
        let maybe = Response {
            expected: Expected::Maybe,
            ..Response::default()
        };
        let expected = Response {
            expected: Expected::Yes,
            ..Response::default()
        };
        for (responses, told) in [
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
            let role = DatagramRole::Request(responses);
            let told = format!("? > NETLINK_ROUTE{told}");
            assert_eq!(head(&line(&role, b"")), told);
        }
        let role = DatagramRole::Request(vec![answered(Some(0), 0); ANSWERS + 3]);
        assert!(head(&line(&role, b"")).ends_with(" ms; and 3 more"));
    }

    #[test]
    fn who_it_was_is_told_as_surely_as_it_is_known() {
        let role = DatagramRole::Event { copies: 2 };
        let (sure, hint) = (owner(true), owner(false));
        for (owner, portid, told) in [
            (Some(&sure), Some(9), "a\\x1b[7]"),
            (Some(&hint), Some(9), "a\\x1b[7]?"),
            (None, Some(9), "port 9"),
            (None, Some(0), "kernel"),
            (None, None, "?"),
        ] {
            let line = SniffedDatagram {
                owner,
                portid,
                ..line(&role, b"")
            };
            let told = format!("{told} * NETLINK_ROUTE event, 2 copies");
            assert_eq!(head(&line), told);
        }
    }

    #[test]
    fn a_label_is_that_of_whose_line_it_is() {
        let mut label = Label::default();
        let (one, other) = (owner(true), owner(false));
        for (owner, text) in [
            (&one, "a\\x1b[7]"),
            (&one, "a\\x1b[7]"),
            (&other, "a\\x1b[7]?"),
            (&one, "a\\x1b[7]"),
        ] {
            assert_eq!(label.of(owner), text.as_bytes());
        }
    }

    #[test]
    fn an_answer_says_how_long_it_took_and_what_was_cut_off() {
        for (after, errno, told) in [
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
                ..line(&role, &[0; 20])
            };
            let told = format!("? < NETLINK_ROUTE{told}, cut off after 20 of 30 bytes");
            assert_eq!(head(&cut), told);
        }
    }

    #[test]
    fn messages_stand_below_the_line() {
        let role = DatagramRole::Event { copies: 1 };
        let bytes = [message(3), vec![0; 8]].concat();
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut decoder = Decoder::new(TraceForm::Text);
        let line = line(&role, &bytes);
        let text = buffer::tests::text(|out| {
            let start = (&mut clock, &mut Label::default());
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
            ..line(&role, b"add@/x\0A=\x1b\0")
        };
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut decoder = Decoder::new(TraceForm::Text);
        let text = buffer::tests::text(|out| {
            let start = (&mut clock, &mut Label::default());
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
        let role = DatagramRole::Request(vec![
            answered(Some(0), 2),
            Response {
                words: Some(b"no".to_vec()),
                attr: Some("X".to_owned()),
                ..answered(Some(libc::EPERM), 0)
            },
        ]);
        let bytes = [message(18), message(16), b"rest".to_vec()].concat();
        let owner = owner(true);
        let found = json(&SniffedDatagram {
            portid: Some(9),
            owner: Some(&owner),
            ..line(&role, &bytes)
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
        let found = json(&line(&role, &bytes));
        assert_eq!(found.len(), 2);
        for object in &found {
            assert_eq!(
                (&object["direction"], &object["copies"]),
                (&json!("event"), &json!(3))
            );
        }
        let nothing = DatagramRole::Request(Vec::new());
        let found = json(&line(&nothing, b""));
        assert_eq!((found.len(), &found[0]["direction"]), (1, &json!("sent")));
    }
}
