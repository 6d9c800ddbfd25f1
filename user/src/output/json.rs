// SPDX-License-Identifier: Apache-2.0 OR MIT

//! JSON for programs, one object or array a line; `docs/json.md` has every key.

use super::escape::is_printable;
use super::time::Utc;
use super::{Audience, FileLine, OutputFormat, Printable};
use nlhello::hello::{HelloEvent, HelloStats, Peer, Reply, Summary};
use nlhello::netlink::Error;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

pub struct JsonPrinter;

impl OutputFormat for JsonPrinter {
    fn event(&self, out: &mut dyn Write, event: &Printable<'_>) -> io::Result<()> {
        match event {
            Printable::Greeting(reply) | Printable::Reply(reply) => {
                write_line(out, &JsonReply::new(reply))
            }
            Printable::Lost(seq) => write_line(
                out,
                &Lost {
                    seq: *seq,
                    lost: true,
                },
            ),
            Printable::Summary(summary) => {
                write_line(out, &OneKey::Summary(JsonSummary::new(summary)))
            }
            Printable::Heard(heard) => write_line(out, &JsonHeard::new(heard)),
            Printable::Audience(audience) => {
                write_line(out, &OneKey::Summary(JsonAudience::new(audience)))
            }
            Printable::Peers(peers, _) => {
                let peers: Vec<_> = peers.iter().map(JsonPeer::new).collect();
                write_line(out, &peers)
            }
            Printable::Stats(stats) => write_line(out, &JsonStats::new(stats)),
            Printable::GreetingIs(greeting) | Printable::GreetingSet(greeting) => {
                write_line(out, &JsonGreeting::new(greeting))
            }
        }
    }

    fn error(
        &self,
        out: &mut dyn Write,
        place: Option<FileLine<'_>>,
        error: &Error,
    ) -> io::Result<()> {
        write_line(out, &OneKey::<()>::Error(JsonError::new(place, error)))
    }

    fn warning(&self, out: &mut dyn Write, op: &str, message: &str) -> io::Result<()> {
        write_line(out, &OneKey::<()>::Warning(JsonWarning { op, message }))
    }
}

/// An object whose only key is its kind.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum OneKey<'a, S> {
    Summary(S),
    Warning(JsonWarning<'a>),
    Error(JsonError<'a>),
}

#[derive(Serialize)]
struct JsonReply<'a> {
    greeting: Cow<'a, str>,
    seq: u32,
    bytes: u32,
    time_ns: u64,
}

#[derive(Serialize)]
struct Lost {
    seq: u32,
    lost: bool,
}

#[derive(Serialize)]
struct JsonSummary {
    sent: u64,
    received: u64,
    errors: u64,
    lost: u64,
    time_ns: u64,
    min_ns: Option<u64>,
    avg_ns: Option<u64>,
    max_ns: Option<u64>,
    p99_ns: Option<u64>,
}

#[derive(Serialize)]
struct JsonHeard<'a> {
    time: String,
    portid: u32,
    text: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct JsonAudience {
    received: u64,
    overruns: u64,
    time_ns: u64,
}

#[derive(Serialize)]
struct JsonPeer {
    portid: u32,
    messages: u64,
    bytes: u64,
    last_ns: u64,
}

#[derive(Serialize)]
struct JsonStats {
    hellos: u64,
    classic: u64,
    refused: u64,
    dropped: u64,
    peers: u32,
    evicted: u64,
}

#[derive(Serialize)]
struct JsonGreeting<'a> {
    greeting: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonWarning<'a> {
    op: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonError<'a> {
    op: &'a str,
    object: Option<&'a str>,
    errno: i32,
    message: &'a str,
    attr: Option<&'a str>,
    hint: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u64>,
}

impl<'a> JsonReply<'a> {
    fn new(reply: &Reply<'a>) -> Self {
        Self {
            greeting: String::from_utf8_lossy(reply.greeting),
            seq: reply.seq,
            bytes: reply.bytes,
            time_ns: nanos(reply.time),
        }
    }
}

impl JsonSummary {
    fn new(summary: &Summary) -> Self {
        Self {
            sent: summary.sent,
            received: summary.received,
            errors: summary.errors,
            lost: summary.lost,
            time_ns: nanos(summary.time),
            min_ns: summary.rtt.map(|rtt| nanos(rtt.min)),
            avg_ns: summary.rtt.map(|rtt| nanos(rtt.avg)),
            max_ns: summary.rtt.map(|rtt| nanos(rtt.max)),
            p99_ns: summary.rtt.map(|rtt| nanos(rtt.p99)),
        }
    }
}

impl<'a> JsonHeard<'a> {
    fn new(heard: &HelloEvent<'a>) -> Self {
        Self {
            time: Utc(heard.time).to_string(),
            portid: heard.portid,
            text: heard.text.map(String::from_utf8_lossy),
        }
    }
}

impl JsonAudience {
    fn new(audience: &Audience) -> Self {
        Self {
            received: audience.received,
            overruns: audience.overruns,
            time_ns: nanos(audience.time),
        }
    }
}

impl JsonPeer {
    fn new(peer: &Peer) -> Self {
        Self {
            portid: peer.portid,
            messages: peer.messages,
            bytes: peer.bytes,
            last_ns: peer.last_ns,
        }
    }
}

impl JsonStats {
    fn new(stats: &HelloStats) -> Self {
        Self {
            hellos: stats.hellos,
            classic: stats.classic,
            refused: stats.refused,
            dropped: stats.dropped,
            peers: stats.peers,
            evicted: stats.evicted,
        }
    }
}

impl<'a> JsonGreeting<'a> {
    fn new(greeting: &'a [u8]) -> Self {
        Self {
            greeting: String::from_utf8_lossy(greeting),
        }
    }
}

impl<'a> JsonError<'a> {
    fn new(place: Option<FileLine<'a>>, error: &'a Error) -> Self {
        Self {
            op: error.op,
            object: error.object.as_deref(),
            errno: error.errno.0,
            message: &error.message,
            attr: error.attr.as_deref(),
            hint: error.hint,
            file: place.map(|place| place.file),
            line: place.map(|place| place.line),
        }
    }
}

/// Writes `value` on a line of its own.
pub(super) fn write_line<W: Write + ?Sized>(out: &mut W, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe))?;
    out.write_all(b"\n")
}

/// Compact JSON that escapes more than it must: also what could steer a terminal or hide in it.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Most texts are names.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((plain, hidden, after)) = split_at_hidden(rest) {
            out.write_all(plain.as_bytes())?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after;
        }
        out.write_all(rest.as_bytes())
    }
}

/// Returns the first character of `text` that does not show, and what is before and after it.
fn split_at_hidden(text: &str) -> Option<(&str, char, &str)> {
    let (at, hidden) = text.char_indices().find(|(_, c)| !is_printable(*c))?;

    Some((&text[..at], hidden, &text[at + hidden.len_utf8()..]))
}

/// Returns `time` in nanoseconds; 584 years are the most that it counts.
fn nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::hello::RoundTrips;
    use std::collections::BTreeSet;
    use std::time::SystemTime;

    fn written(event: Printable<'_>) -> String {
        let mut out = Vec::new();
        JsonPrinter.event(&mut out, &event).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_reply_has_its_documented_keys() {
        let reply = Reply {
            seq: 7,
            bytes: 40,
            greeting: b"Hello \"\n\xff",
            time: Duration::from_nanos(12_345),
        };

        assert_eq!(
            written(Printable::Reply(reply)),
            "{\"greeting\":\"Hello \\\"\\n\u{fffd}\",\"seq\":7,\"bytes\":40,\"time_ns\":12345}\n"
        );
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped_and_reads_back_as_it_was() {
        let text = "\u{9b}31m\u{7f} Grüße\u{ad}\u{202e}\u{e0041}";
        let line = written(Printable::GreetingIs(text.as_bytes()));

        assert_eq!(
            line,
            "{\"greeting\":\"\\u009b31m\\u007f Grüße\\u00ad\\u202e\\udb40\\udc41\"}\n"
        );
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["greeting"], text);
    }

    #[test]
    fn a_loss_has_its_documented_keys() {
        assert_eq!(written(Printable::Lost(3)), "{\"seq\":3,\"lost\":true}\n");
    }

    #[test]
    fn a_summary_without_replies_has_null_round_trips() {
        let summary = Summary {
            sent: 2,
            received: 0,
            errors: 0,
            lost: 2,
            time: Duration::from_nanos(5),
            rtt: None,
        };

        assert_eq!(
            written(Printable::Summary(summary)),
            "{\"summary\":{\"sent\":2,\"received\":0,\"errors\":0,\"lost\":2,\"time_ns\":5,\
             \"min_ns\":null,\"avg_ns\":null,\"max_ns\":null,\"p99_ns\":null}}\n"
        );
    }

    #[test]
    fn a_notification_has_its_documented_keys() {
        let heard = |text| HelloEvent {
            time: SystemTime::UNIX_EPOCH + Duration::new(1_795_222_923, 4),
            portid: 4711,
            text,
        };

        assert_eq!(
            written(Printable::Heard(heard(Some(b"Hi\n")))),
            "{\"time\":\"2026-11-21T01:02:03.000000004Z\",\"portid\":4711,\"text\":\"Hi\\n\"}\n"
        );
        assert!(written(Printable::Heard(heard(None))).ends_with(",\"text\":null}\n"));
    }

    #[test]
    fn the_end_of_listening_has_its_documented_keys() {
        let audience = Audience {
            received: 3,
            overruns: 1,
            time: Duration::from_nanos(5),
        };

        assert_eq!(
            written(Printable::Audience(audience)),
            "{\"summary\":{\"received\":3,\"overruns\":1,\"time_ns\":5}}\n"
        );
    }

    #[test]
    fn peers_are_one_array_and_have_their_documented_keys() {
        let peer = Peer {
            portid: 1,
            messages: 2,
            bytes: 3,
            last_ns: 4,
        };
        let object = "{\"portid\":1,\"messages\":2,\"bytes\":3,\"last_ns\":4}";
        let now = SystemTime::UNIX_EPOCH;

        assert_eq!(written(Printable::Peers(&[], now)), "[]\n");
        assert_eq!(
            written(Printable::Peers(&[peer, peer], now)),
            format!("[{object},{object}]\n")
        );
    }

    #[test]
    fn statistics_have_their_documented_keys() {
        let stats = HelloStats {
            hellos: 1,
            classic: 2,
            refused: 3,
            dropped: 4,
            peers: 5,
            evicted: u64::MAX,
        };

        assert_eq!(
            written(Printable::Stats(stats)),
            "{\"hellos\":1,\"classic\":2,\"refused\":3,\"dropped\":4,\"peers\":5,\
             \"evicted\":18446744073709551615}\n"
        );
    }

    #[test]
    fn a_greeting_has_its_documented_key_read_or_set() {
        for event in [Printable::GreetingIs(b"Hi"), Printable::GreetingSet(b"Hi")] {
            assert_eq!(written(event), "{\"greeting\":\"Hi\"}\n");
        }
    }

    #[test]
    fn a_warning_has_its_documented_keys() {
        let mut out = Vec::new();
        JsonPrinter
            .warning(&mut out, "list peers", "beware")
            .unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"warning\":{\"op\":\"list peers\",\"message\":\"beware\"}}\n"
        );
    }

    #[test]
    fn an_error_has_its_documented_keys() {
        let error = Error::new("say hello", libc::EINVAL).hint("try again");
        let mut out = Vec::new();
        JsonPrinter.error(&mut out, None, &error).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"error\":{\"op\":\"say hello\",\"object\":null,\"errno\":22,\"message\":\"Invalid argument\",\
             \"attr\":null,\"hint\":\"try again\",\"file\":null,\"line\":null}}\n"
        );
    }

    /// Returns the keys of the table in the section `title` of `docs/json.md`.
    fn documented(title: &str) -> BTreeSet<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/json.md");
        let text = std::fs::read_to_string(path).unwrap();
        let start = text.find(&format!("\n## {title}\n")).expect(title);

        text[start..]
            .lines()
            .skip(2)
            .take_while(|line| !line.starts_with("## "))
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(key, _)| key.to_owned())
            .collect()
    }

    /// Returns the keys of the innermost object in `line`.
    fn printed(line: &str) -> BTreeSet<String> {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let kinds = ["/summary", "/error", "/warning", "/0"];
        let inner = kinds.iter().find_map(|kind| value.pointer(kind));

        let object = inner.unwrap_or(&value).as_object().unwrap();
        object.keys().cloned().collect()
    }

    #[test]
    fn what_is_printed_is_what_is_documented() {
        let reply = Reply {
            seq: 7,
            bytes: 40,
            greeting: b"Hi",
            time: Duration::ZERO,
        };
        let heard = HelloEvent {
            time: SystemTime::UNIX_EPOCH,
            portid: 7,
            text: Some(b"Hi"),
        };
        let peer = Peer {
            portid: 1,
            messages: 2,
            bytes: 3,
            last_ns: 4,
        };
        let stats = HelloStats {
            hellos: 1,
            classic: 2,
            refused: 3,
            dropped: 4,
            peers: 5,
            evicted: 6,
        };
        let summary = RoundTrips::start().summary();
        let mut error = Vec::new();
        JsonPrinter
            .error(&mut error, None, &Error::new("op", 1))
            .unwrap();
        let mut warning = Vec::new();
        JsonPrinter.warning(&mut warning, "op", "words").unwrap();

        for (title, line) in [
            ("A reply", written(Printable::Reply(reply))),
            ("A loss", written(Printable::Lost(7))),
            (
                "The summary of hellos",
                written(Printable::Summary(summary)),
            ),
            ("A notification", written(Printable::Heard(heard))),
            (
                "The summary of listening",
                written(Printable::Audience(Audience::default())),
            ),
            (
                "A peer",
                written(Printable::Peers(&[peer], SystemTime::UNIX_EPOCH)),
            ),
            ("The statistics", written(Printable::Stats(stats))),
            ("The greeting", written(Printable::GreetingIs(b"Hi"))),
            ("An error", String::from_utf8(error).unwrap()),
            ("A warning", String::from_utf8(warning).unwrap()),
        ] {
            assert_eq!(printed(&line), documented(title), "{title}: {line}");
        }
    }
}
