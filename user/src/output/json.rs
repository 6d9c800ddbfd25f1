// SPDX-License-Identifier: Apache-2.0 OR MIT

//! JSON for programs, one object or array a line; `docs/json.md` has every key.

use super::escape::is_printable;
use super::time::Utc;
use super::{stats_rows, Audience, FileLine, Printable};
use nlhello::hello::{HelloEvent, Peer, Reply, Rtt, Summary};
use nlhello::netlink::Error;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::Value;
use std::io::{self, Write};
use std::time::Duration;

/// Keys with their values, which keep their order.
struct Object<V = Value>(Vec<(&'static str, V)>);

impl<V: Serialize> Serialize for Object<V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Writes `event`.
pub fn write_event(out: &mut dyn Write, event: &Printable<'_>) -> io::Result<()> {
    match event {
        Printable::Greeting(reply) | Printable::Reply(reply) => write_line(out, &of_reply(reply)),
        Printable::Lost(seq) => write_line(out, &of_loss(*seq)),
        Printable::Summary(summary) => write_only(out, "summary", of_summary(summary)),
        Printable::Event(event) => write_line(out, &of_hello(event)),
        Printable::Audience(audience) => write_only(out, "summary", of_audience(audience)),
        Printable::Peers(peers, _) => {
            let peers: Vec<_> = peers.iter().map(of_peer).collect();
            write_line(out, &peers)
        }
        Printable::Stats(stats) => write_line(out, &Object(stats_rows(stats).into())),
        Printable::GreetingIs(greeting) | Printable::GreetingSet(greeting) => {
            write_only(out, "greeting", lossy(greeting))
        }
    }
}

/// Writes `error`, of a line of a file if it is of one.
pub fn write_error(
    out: &mut dyn Write,
    place: Option<FileLine<'_>>,
    error: &Error,
) -> io::Result<()> {
    let members = vec![
        ("op", error.op.into()),
        ("object", error.object.as_deref().into()),
        ("errno", error.errno.0.into()),
        ("message", (*error.message).into()),
        ("attr", error.attr.as_deref().into()),
        ("hint", error.hint.into()),
        ("file", place.map(|place| place.file).into()),
        ("line", place.map(|place| place.line).into()),
    ];
    write_only(out, "error", Object::<Value>(members))
}

/// Writes what is to be known of the result of `op`.
pub fn write_warning(out: &mut dyn Write, op: &str, message: &str) -> io::Result<()> {
    write_only(
        out,
        "warning",
        Object(vec![("op", op), ("message", message)]),
    )
}

fn of_reply(reply: &Reply<'_>) -> Object {
    Object(vec![
        ("greeting", lossy(reply.greeting)),
        ("seq", reply.seq.into()),
        ("bytes", reply.bytes.into()),
        ("time_ns", nanos(reply.time)),
    ])
}

fn of_loss(seq: u32) -> Object {
    Object(vec![("seq", seq.into()), ("lost", true.into())])
}

fn of_summary(summary: &Summary) -> Object {
    let of_rtt = |time: fn(&Rtt) -> Duration| summary.rtt.map(|rtt| nanos(time(&rtt))).into();

    Object(vec![
        ("sent", summary.sent.into()),
        ("received", summary.received.into()),
        ("errors", summary.errors.into()),
        ("lost", summary.lost.into()),
        ("time_ns", nanos(summary.time)),
        ("min_ns", of_rtt(|rtt| rtt.min)),
        ("avg_ns", of_rtt(|rtt| rtt.avg)),
        ("max_ns", of_rtt(|rtt| rtt.max)),
        ("p99_ns", of_rtt(|rtt| rtt.p99)),
    ])
}

fn of_hello(event: &HelloEvent<'_>) -> Object {
    Object(vec![
        ("time", Utc(event.time).to_string().into()),
        ("portid", event.portid.into()),
        ("text", event.text.map(lossy).into()),
    ])
}

fn of_audience(audience: &Audience) -> Object {
    Object(vec![
        ("received", audience.received.into()),
        ("overruns", audience.overruns.into()),
        ("time_ns", nanos(audience.time)),
    ])
}

fn of_peer(peer: &Peer) -> Object<u64> {
    Object(vec![
        ("portid", peer.portid.into()),
        ("messages", peer.messages),
        ("bytes", peer.bytes),
        ("last_ns", peer.last_ns),
    ])
}

/// Writes an object whose only key is `key`.
fn write_only(out: &mut dyn Write, key: &'static str, value: impl Serialize) -> io::Result<()> {
    write_line(out, &Object(vec![(key, value)]))
}

fn lossy(text: &[u8]) -> Value {
    String::from_utf8_lossy(text).into()
}

/// Writes `value` on a line of its own.
pub(super) fn write_line<W: Write + ?Sized>(out: &mut W, value: &impl Serialize) -> io::Result<()> {
    write_compact(out, value)?;
    out.write_all(b"\n")
}

/// Writes `value`.
pub(super) fn write_compact<W: Write + ?Sized>(
    out: &mut W,
    value: &impl Serialize,
) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe))?;
    Ok(())
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
        fragment.chars().try_for_each(|c| write_char(out, c))
    }
}

/// Writes a character of a string, escaped if it does not show.
pub(super) fn write_char<W: ?Sized + Write>(out: &mut W, c: char) -> io::Result<()> {
    if is_printable(c) {
        return out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    let mut units = [0; 2];
    let mut units = c.encode_utf16(&mut units).iter();
    units.try_for_each(|unit| write!(out, "\\u{unit:04x}"))
}

/// Returns `time` in nanoseconds; 584 years are the most that it counts.
fn nanos(time: Duration) -> Value {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).into()
}
