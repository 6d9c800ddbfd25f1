// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A datagram that `nlmon` showed: a line with its messages below it, or a JSON object a message.

use super::{members, split_padding, write_errno, write_messages};
use crate::output::escape::Escaped;
use crate::output::json::write_line;
use crate::output::time::{Clock, Utc};
use crate::output::trace::{Decoder, Origin};
use nlhello::netlink::Errno;
use nlhello::nlmon::{Line, Response, Role};
use nlhello::wire::{align, Messages};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// Of how many answers is told in a line at most: a datagram may have many requests.
const ANSWERS: usize = 8;

/// Writes it as text.
pub fn write_text(
    out: &mut dyn Write,
    clock: &mut Clock,
    decoder: &mut Decoder,
    line: &Line<'_>,
) -> io::Result<()> {
    clock.write(out, line.time)?;
    // At once: it is many small parts.
    out.write_all(format!(" {}\n", Head(line)).as_bytes())?;
    write_messages(out, decoder, line.protocol, arrow(line.role), line.bytes)
}

fn arrow(role: &Role) -> &'static str {
    match role {
        Role::Request(_) => ">",
        Role::Answer { .. } => "<",
        Role::Event { .. } => "*",
    }
}

/// Who said it, and what became of it.
struct Head<'a>(&'a Line<'a>);

impl fmt::Display for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(line) = self;

        match (line.owner, line.portid) {
            (Some(owner), _) => {
                let process = &owner.process;
                write!(f, "{}[{}]", Escaped(&process.comm), process.pid)?;
                f.write_str(if owner.is_sure { "" } else { "?" })?;
            }
            (None, Some(0)) => f.write_str("kernel")?,
            (None, Some(portid)) => write!(f, "port {portid}")?,
            (None, None) => f.write_str("?")?,
        }
        write!(f, " {} {}", arrow(line.role), line.protocol)?;
        match line.role {
            Role::Request(responses) => write_responses(f, responses)?,
            Role::Answer { after, errno } => write_answer(f, *after, *errno)?,
            Role::Event { copies: 1 } => f.write_str(" event")?,
            Role::Event { copies } => write!(f, " event, {copies} copies")?,
        }
        match line.bytes.len() {
            kept if kept < line.len => write!(f, ", cut off after {kept} of {} bytes", line.len),
            _ => Ok(()),
        }
    }
}

fn write_answer(
    f: &mut fmt::Formatter<'_>,
    after: Option<Duration>,
    errno: Option<i32>,
) -> fmt::Result {
    if let Some(errno) = errno {
        write_result(f, errno)?;
    }
    match after {
        Some(after) => write!(f, " after {}", Millis(after)),
        None => f.write_str(" answer to what was not seen"),
    }
}

fn write_result(f: &mut fmt::Formatter<'_>, errno: i32) -> fmt::Result {
    match errno {
        0 => f.write_str(" = 0"),
        errno => {
            f.write_str(" = ")?;
            write_errno(f, Errno(errno))
        }
    }
}

fn write_responses(f: &mut fmt::Formatter<'_>, responses: &[Response]) -> fmt::Result {
    for (number, response) in responses.iter().take(ANSWERS).enumerate() {
        f.write_str(if number > 0 { ";" } else { "" })?;
        write_response(f, response)?;
    }
    match responses.len() {
        0..=ANSWERS => Ok(()),
        count => write!(f, "; and {} more", count - ANSWERS),
    }
}

fn write_response(f: &mut fmt::Formatter<'_>, response: &Response) -> fmt::Result {
    match (response.errno, response.after) {
        (Some(errno), _) => write_result(f, errno)?,
        (None, Some(_)) => f.write_str(" = ? so far")?,
        (None, None) if response.is_expected => return f.write_str(" = ?, no answer so far"),
        (None, None) => return f.write_str(" = ?, no answer was asked for"),
    }
    if let Some(after) = response.after {
        write!(f, " after {}", Millis(after))?;
    }
    if response.messages > 1 {
        write!(f, ", {} messages", response.messages)?;
    }
    if let Some(attr) = &response.attr {
        write!(f, ": {attr}")?;
    }
    match &response.words {
        Some(words) => write!(f, ": \"{}\"", Escaped(words)),
        None => Ok(()),
    }
}

/// A time span in milliseconds.
struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A capture lasts no half a million years.
        let micros = self.0.as_micros() as u64;

        write!(f, "{}.{:03} ms", micros / 1000, micros % 1000)
    }
}

/// What is said of each message of a datagram.
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
}

impl<'a> JsonLine<'a> {
    fn new(time: &'a str, line: &Line<'a>, response: Option<&'a Response>) -> Self {
        let (direction, after, errno) = match line.role {
            Role::Request(_) => (
                "sent",
                response.and_then(|response| response.after),
                response.and_then(|response| response.errno),
            ),
            Role::Answer { after, errno } => ("received", *after, *errno),
            Role::Event { .. } => ("event", None, None),
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
                Role::Event { copies } => Some(*copies),
                _ => None,
            },
            truncated: line.bytes.len() < line.len,
        }
    }
}

/// Writes an object for each message; one for all where there is none.
pub fn write_json(out: &mut dyn Write, decoder: &mut Decoder, line: &Line<'_>) -> io::Result<()> {
    let time = Utc(line.time).to_string();
    let (mut rest, _) = split_padding(line.bytes);
    let responses = match line.role {
        Role::Request(responses) => &responses[..],
        _ => &[],
    };
    let mut object = Vec::new();
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
    out: &mut dyn Write,
    decoder: &mut Decoder,
    line: &Line<'_>,
    object: &[u8],
    messages: &[u8],
) -> io::Result<()> {
    if messages.is_empty() {
        return out.write_all(object);
    }
    let origin = Origin {
        arrow: "",
        members: members(object),
    };
    decoder.datagram(out, line.protocol.0, origin, messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::trace::Form;
    use jiff::tz::TimeZone;
    use nlhello::diag::Process;
    use nlhello::netlink::Protocol;
    use nlhello::nlmon::Owner;
    use nlhello::wire::{put_message, Nlmsghdr};
    use serde_json::{json, Value};
    use std::time::SystemTime;

    const AFTER: Duration = Duration::from_micros(1052);

    fn owner(is_sure: bool) -> Owner {
        let process = Process {
            pid: 7,
            comm: b"a\x1b".to_vec(),
        };
        Owner { process, is_sure }
    }

    fn line<'a>(role: &'a Role, bytes: &'a [u8]) -> Line<'a> {
        Line {
            time: SystemTime::UNIX_EPOCH + Duration::from_micros(5),
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
            is_expected: true,
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

    fn json(line: &Line<'_>) -> Vec<Value> {
        let mut out = Vec::new();
        write_json(&mut out, &mut Decoder::new(Form::Json), line).unwrap();
        serde_json::Deserializer::from_slice(&out)
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
        let expected = Response {
            is_expected: true,
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
            (vec![Response::default()], " = ?, no answer was asked for"),
            (
                vec![answered(Some(0), 0); 2],
                " = 0 after 1.052 ms; = 0 after 1.052 ms",
            ),
            (vec![], ""),
        ] {
            let role = Role::Request(responses);
            let told = format!("? > NETLINK_ROUTE{told}");
            assert_eq!(Head(&line(&role, b"")).to_string(), told);
        }
        let role = Role::Request(vec![answered(Some(0), 0); ANSWERS + 3]);
        assert!(Head(&line(&role, b""))
            .to_string()
            .ends_with(" ms; and 3 more"));
    }

    #[test]
    fn who_it_was_is_told_as_surely_as_it_is_known() {
        let role = Role::Event { copies: 2 };
        let (sure, hint) = (owner(true), owner(false));
        for (owner, portid, told) in [
            (Some(&sure), Some(9), "a\\x1b[7]"),
            (Some(&hint), Some(9), "a\\x1b[7]?"),
            (None, Some(9), "port 9"),
            (None, Some(0), "kernel"),
            (None, None, "?"),
        ] {
            let line = Line {
                owner,
                portid,
                ..line(&role, b"")
            };
            let told = format!("{told} * NETLINK_ROUTE event, 2 copies");
            assert_eq!(Head(&line).to_string(), told);
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
            let role = Role::Answer { after, errno };
            let cut = Line {
                len: 30,
                ..line(&role, &[0; 20])
            };
            let told = format!("? < NETLINK_ROUTE{told}, cut off after 20 of 30 bytes");
            assert_eq!(Head(&cut).to_string(), told);
        }
    }

    #[test]
    fn messages_stand_below_the_line() {
        let role = Role::Event { copies: 1 };
        let bytes = [message(3), vec![0; 8]].concat();
        let mut out = Vec::new();
        let mut clock = Clock::new(TimeZone::UTC);
        let mut decoder = Decoder::new(Form::Text);
        write_text(&mut out, &mut clock, &mut decoder, &line(&role, &bytes)).unwrap();
        let text = String::from_utf8(out).unwrap();

        assert_eq!(
            text,
            "00:00:00.000005 ? * NETLINK_ROUTE event\n\
             * nlmsghdr len=16 type=NLMSG_DONE(3) flags=0 seq=0 pid=0\n    \
             and 8 bytes behind it, all of them 0\n"
        );
    }

    #[test]
    fn each_request_of_a_datagram_is_an_object_with_its_own_answer() {
        let role = Role::Request(vec![
            answered(Some(0), 2),
            Response {
                words: Some(b"no".to_vec()),
                attr: Some("X".to_owned()),
                ..answered(Some(libc::EPERM), 0)
            },
        ]);
        let bytes = [message(18), message(16), b"rest".to_vec()].concat();
        let owner = owner(true);
        let found = json(&Line {
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
        let role = Role::Event { copies: 3 };
        let bytes = [message(16), message(16)].concat();
        let found = json(&line(&role, &bytes));
        assert_eq!(found.len(), 2);
        for object in &found {
            assert_eq!(
                (&object["direction"], &object["copies"]),
                (&json!("event"), &json!(3))
            );
        }
        let nothing = Role::Request(Vec::new());
        let found = json(&line(&nothing, b""));
        assert_eq!((found.len(), &found[0]["direction"]), (1, &json!("sent")));
    }
}
