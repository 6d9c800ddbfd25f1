// SPDX-License-Identifier: Apache-2.0 OR MIT

//! JSON for programs, one object a line.
//!
//! | event | object |
//! |---|---|
//! | reply | `{"greeting": string, "seq": number, "bytes": number, "time_ns": number}` |
//! | lost | `{"seq": number, "lost": true}` |
//! | summary | `{"summary": {"sent", "received", "lost", "time_ns", "min_ns", "avg_ns", "max_ns", "p99_ns"}}`, numbers; the last four are null without a reply |
//! | error | `{"error": {"op": string, "errno": number, "message": string, "attr": string or null, "hint": string or null}}` |
//!
//! Times are nanoseconds, `bytes` is `nlmsg_len` of the reply. JSON has no bytes: those of a
//! greeting that are not UTF-8 become U+FFFD.

use super::{Event, Format};
use nlhello::hello::{Reply, Summary};
use nlhello::netlink::Error;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

pub struct Json;

impl Format for Json {
    fn event(&self, out: &mut dyn Write, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Greeting(reply) | Event::Reply(reply) => write_line(out, &JsonReply::new(reply)),
            Event::Lost(seq) => write_line(
                out,
                &Lost {
                    seq: *seq,
                    lost: true,
                },
            ),
            Event::Summary(summary) => write_line(out, &Line::Summary(JsonSummary::new(summary))),
        }
    }

    fn error(&self, out: &mut dyn Write, error: &Error) -> io::Result<()> {
        write_line(out, &Line::Error(JsonError::new(error)))
    }
}

/// An object whose only key is its kind.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    Summary(JsonSummary),
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
    lost: u64,
    time_ns: u64,
    min_ns: Option<u64>,
    avg_ns: Option<u64>,
    max_ns: Option<u64>,
    p99_ns: Option<u64>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    op: &'a str,
    errno: i32,
    message: &'a str,
    attr: Option<&'a str>,
    hint: Option<&'a str>,
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
            lost: summary.lost,
            time_ns: nanos(summary.time),
            min_ns: summary.rtt.map(|rtt| nanos(rtt.min)),
            avg_ns: summary.rtt.map(|rtt| nanos(rtt.avg)),
            max_ns: summary.rtt.map(|rtt| nanos(rtt.max)),
            p99_ns: summary.rtt.map(|rtt| nanos(rtt.p99)),
        }
    }
}

impl<'a> JsonError<'a> {
    fn new(error: &'a Error) -> Self {
        Self {
            op: error.op,
            errno: error.errno.0,
            message: &error.message,
            attr: error.attr.as_deref(),
            hint: error.hint,
        }
    }
}

fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Returns `time` in nanoseconds; 584 years are the most that it counts.
fn nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: Event<'_>) -> String {
        let mut out = Vec::new();
        Json.event(&mut out, &event).unwrap();
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
            written(Event::Reply(reply)),
            "{\"greeting\":\"Hello \\\"\\n\u{fffd}\",\"seq\":7,\"bytes\":40,\"time_ns\":12345}\n"
        );
    }

    #[test]
    fn a_loss_has_its_documented_keys() {
        assert_eq!(written(Event::Lost(3)), "{\"seq\":3,\"lost\":true}\n");
    }

    #[test]
    fn a_summary_without_replies_has_null_round_trips() {
        let summary = Summary {
            sent: 2,
            received: 0,
            lost: 2,
            time: Duration::from_nanos(5),
            rtt: None,
        };

        assert_eq!(
            written(Event::Summary(summary)),
            "{\"summary\":{\"sent\":2,\"received\":0,\"lost\":2,\"time_ns\":5,\
             \"min_ns\":null,\"avg_ns\":null,\"max_ns\":null,\"p99_ns\":null}}\n"
        );
    }

    #[test]
    fn an_error_has_its_documented_keys() {
        let error = Error::new("say hello", libc::EINVAL).hint("try again");
        let mut out = Vec::new();
        Json.error(&mut out, &error).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"error\":{\"op\":\"say hello\",\"errno\":22,\"message\":\"Invalid argument\",\
             \"attr\":null,\"hint\":\"try again\"}}\n"
        );
    }
}
