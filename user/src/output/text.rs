// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text for people, in the manner of `ping(8)`.

use super::escape::Escaped;
use super::table::write_table;
use super::time::{Age, Utc};
use super::{stats_rows, Audience, FileLine, Printable};
use nlhello::hello::{HelloEvent, Peer, Reply, Rtt, Summary};
use nlhello::netlink::{since_1970, Error};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

/// Writes `event`.
pub fn write_event(out: &mut dyn Write, event: &Printable<'_>) -> io::Result<()> {
    match event {
        Printable::Greeting(reply) => writeln!(out, "{}", Escaped(reply.greeting)),
        Printable::Reply(reply) => write_reply(out, reply),
        Printable::Lost(seq) => writeln!(out, "no reply: seq={seq}"),
        Printable::Summary(summary) => write_summary(out, summary),
        Printable::Event(event) => write_hello(out, event),
        Printable::Audience(audience) => write_audience(out, audience),
        Printable::Peers(peers, now) => write_peers(out, peers, *now),
        Printable::Stats(stats) => { stats_rows(stats).iter() }
            .try_for_each(|(name, number)| writeln!(out, "{name:<8}{number}")),
        Printable::GreetingIs(greeting) => writeln!(out, "{}", Escaped(greeting)),
        Printable::GreetingSet(_) => Ok(()),
    }
}

/// Writes `error`, of a line of a file if it is of one.
pub fn write_error(
    out: &mut dyn Write,
    place: Option<FileLine<'_>>,
    error: &Error,
) -> io::Result<()> {
    let line = match place {
        Some(FileLine { file, line }) => format!("{file}:{line}: {error}"),
        None => error.to_string(),
    };

    writeln!(out, "nlhello: {}", Escaped(line.as_bytes()))
}

/// Writes what is to be known of the result of `op`.
pub fn write_warning(out: &mut dyn Write, op: &str, message: &str) -> io::Result<()> {
    writeln!(out, "nlhello: {op}: warning: {message}")
}

fn write_reply(out: &mut dyn Write, reply: &Reply<'_>) -> io::Result<()> {
    let greeting = Escaped(reply.greeting);
    let Reply { bytes, seq, .. } = reply;
    let time = millis(reply.time);

    writeln!(out, "{greeting}: {bytes} bytes seq={seq} time={time:.3} ms")
}

fn write_summary(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let Summary { sent, received, .. } = summary;
    let (loss, time) = (loss(summary), summary.time.as_millis());
    let errors = match summary.errors {
        0 => String::new(),
        errors => format!("+{errors} errors, "),
    };

    writeln!(out, "--- hello statistics ---")?;
    writeln!(
        out,
        "{sent} sent, {received} received, {errors}{loss}% lost, time {time}ms"
    )?;
    match &summary.rtt {
        Some(rtt) => write_rtt(out, rtt),
        None => Ok(()),
    }
}

fn write_rtt(out: &mut dyn Write, rtt: &Rtt) -> io::Result<()> {
    let [min, avg, max, p99] = [rtt.min, rtt.avg, rtt.max, rtt.p99].map(millis);

    writeln!(
        out,
        "rtt min/avg/max/p99 = {min:.3}/{avg:.3}/{max:.3}/{p99:.3} ms"
    )
}

fn write_hello(out: &mut dyn Write, event: &HelloEvent<'_>) -> io::Result<()> {
    let HelloEvent { time, portid, text } = event;
    write!(out, "{} port {portid}", Utc(*time))?;

    match text {
        Some(text) => writeln!(out, ": {}", Escaped(text)),
        None => writeln!(out),
    }
}

fn write_audience(out: &mut dyn Write, audience: &Audience) -> io::Result<()> {
    let Audience {
        received,
        overruns,
        time,
    } = audience;
    write!(out, "{received} heard in {}", Age(*time))?;

    match overruns {
        0 => writeln!(out, ", none lost"),
        1 => writeln!(out, ", unknown number lost"),
        _ => writeln!(out, ", unknown number lost, {overruns} times"),
    }
}

/// Writes a table. A peer heard in the future, as a clock sees it that was set back, was heard just now.
fn write_peers(out: &mut dyn Write, peers: &[Peer], now: SystemTime) -> io::Result<()> {
    let row = |peer: &Peer| {
        let age = since_1970(now).saturating_sub(Duration::from_nanos(peer.last_ns));
        let numbers =
            [peer.portid.into(), peer.messages, peer.bytes].map(|number| number.to_string());
        [&numbers[..], &[format!("{} ago", Age(age))]].concat()
    };

    let columns = ["PORTID", "MESSAGES", "BYTES", "LAST"].map(|name| (name, true));
    write_table(out, &columns, peers.iter().map(row))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the lost ones of a hundred, to four digits behind the point, or to as many as it takes to
/// tell few from none and most from all.
fn loss(summary: &Summary) -> f64 {
    let percent = 100.0 * summary.lost as f64 / summary.sent.max(1) as f64;
    let rounded = |digits| (percent * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    let is_exact = percent == 0.0 || percent == 100.0;

    (4..16)
        .map(rounded)
        .find(|rounded| is_exact || (*rounded > 0.0 && *rounded < 100.0))
        .unwrap_or(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_none_or_all_only_if_it_is_exactly_that() {
        for (sent, received, shown) in [
            (10, 10, "0"),
            (10, 0, "100"),
            (8, 7, "12.5"),
            (1_000_000, 999_999, "0.0001"),
            (10_000_000, 9_999_999, "0.00001"),
            (3_000_000, 1, "99.99997"),
            (u64::MAX >> 12, (u64::MAX >> 12) - 1, "0.00000000000002"),
        ] {
            let summary = Summary {
                sent,
                received,
                errors: 0,
                lost: sent - received,
                time: Duration::ZERO,
                rtt: None,
            };
            assert_eq!(loss(&summary).to_string(), shown, "{received} of {sent}");
        }
    }
}
