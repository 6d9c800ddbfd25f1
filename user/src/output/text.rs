// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text for people, in the manner of `ping(8)`.

use super::escape::Escaped;
use super::time::{Age, Utc};
use super::{Audience, FileLine, OutputFormat, Printable};
use nlhello::hello::{HelloEvent, HelloStats, Peer, Reply, Rtt, Summary};
use nlhello::netlink::{since_1970, Error};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

pub struct TextPrinter;

impl OutputFormat for TextPrinter {
    fn event(&self, out: &mut dyn Write, event: &Printable<'_>) -> io::Result<()> {
        match event {
            Printable::Greeting(reply) => writeln!(out, "{}", Escaped(reply.greeting)),
            Printable::Reply(reply) => write_reply(out, reply),
            Printable::Lost(seq) => writeln!(out, "no reply: seq={seq}"),
            Printable::Summary(summary) => write_summary(out, summary),
            Printable::Heard(heard) => write_hello(out, heard),
            Printable::Audience(audience) => write_audience(out, audience),
            Printable::Peers(peers, now) => write_peers(out, peers, *now),
            Printable::Stats(stats) => write_stats(out, stats),
            Printable::GreetingIs(greeting) => writeln!(out, "{}", Escaped(greeting)),
            Printable::GreetingSet(_) => Ok(()),
        }
    }

    fn error(
        &self,
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

    fn warning(&self, out: &mut dyn Write, op: &str, message: &str) -> io::Result<()> {
        writeln!(out, "nlhello: {op}: warning: {message}")
    }
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

fn write_hello(out: &mut dyn Write, heard: &HelloEvent<'_>) -> io::Result<()> {
    let HelloEvent { time, portid, text } = heard;
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

const PEERS_HEADER: [&str; 4] = ["PORTID", "MESSAGES", "BYTES", "LAST"];

/// A table, all columns aligned to the right.
fn write_peers(out: &mut dyn Write, peers: &[Peer], now: SystemTime) -> io::Result<()> {
    let header = PEERS_HEADER.map(str::to_owned);
    let rows: Vec<_> = [header]
        .into_iter()
        .chain(peers.iter().map(|peer| peer_row(peer, now)))
        .collect();
    let widths: [usize; 4] = std::array::from_fn(|column| {
        let width = |row: &[String; 4]| row[column].len();
        rows.iter().map(width).max().unwrap_or_default()
    });

    rows.iter().try_for_each(|row| write_row(out, row, widths))
}

/// A peer heard in the future, as a clock sees it that was set back, was heard just now.
fn peer_row(peer: &Peer, now: SystemTime) -> [String; 4] {
    let age = since_1970(now).saturating_sub(Duration::from_nanos(peer.last_ns));

    [
        peer.portid.to_string(),
        peer.messages.to_string(),
        peer.bytes.to_string(),
        format!("{} ago", Age(age)),
    ]
}

fn write_row(out: &mut dyn Write, row: &[String; 4], widths: [usize; 4]) -> io::Result<()> {
    let [portid, messages, bytes, last] = row;
    let [w0, w1, w2, w3] = widths;

    writeln!(
        out,
        "{portid:>w0$}  {messages:>w1$}  {bytes:>w2$}  {last:>w3$}"
    )
}

fn write_stats(out: &mut dyn Write, stats: &HelloStats) -> io::Result<()> {
    let rows = [
        ("hellos", stats.hellos),
        ("classic", stats.classic),
        ("refused", stats.refused),
        ("dropped", stats.dropped),
        ("peers", stats.peers.into()),
        ("evicted", stats.evicted),
    ];

    rows.iter()
        .try_for_each(|(name, number)| writeln!(out, "{name:<8}{number}"))
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

    fn written(event: Printable<'_>) -> String {
        let mut out = Vec::new();
        TextPrinter.event(&mut out, &event).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn summary(sent: u64, received: u64, rtt: Option<Rtt>) -> Summary {
        Summary {
            sent,
            received,
            errors: 0,
            lost: sent - received,
            time: Duration::from_millis(2003),
            rtt,
        }
    }

    #[test]
    fn a_reply_is_one_line_whatever_the_greeting_holds() {
        let reply = Reply {
            seq: 7,
            bytes: 40,
            greeting: b"Hello\nfrom \x1b[31mkernel",
            time: Duration::from_nanos(12_345),
        };

        assert_eq!(
            written(Printable::Reply(reply)),
            "Hello\\x0afrom \\x1b[31mkernel: 40 bytes seq=7 time=0.012 ms\n"
        );
    }

    #[test]
    fn a_summary_shows_loss_and_round_trips() {
        let rtt = Rtt {
            min: Duration::from_micros(10),
            avg: Duration::from_micros(20),
            max: Duration::from_micros(30),
            p99: Duration::from_micros(29),
        };

        assert_eq!(
            written(Printable::Summary(summary(3, 2, Some(rtt)))),
            "--- hello statistics ---\n\
             3 sent, 2 received, 33.3333% lost, time 2003ms\n\
             rtt min/avg/max/p99 = 0.010/0.020/0.030/0.029 ms\n"
        );
    }

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
            let summary = summary(sent, received, None);
            assert_eq!(loss(&summary).to_string(), shown, "{received} of {sent}");
        }
    }

    #[test]
    fn refusals_are_counted_apart() {
        let summary = Summary {
            errors: 3,
            lost: 0,
            ..summary(3, 0, None)
        };

        assert_eq!(
            written(Printable::Summary(summary)),
            "--- hello statistics ---\n\
             3 sent, 0 received, +3 errors, 0% lost, time 2003ms\n"
        );
    }

    #[test]
    fn an_error_is_one_line_whatever_the_kernel_said() {
        let error = Error::new("say hello", libc::EINVAL).message("no\n\x1b[2J");
        let mut out = Vec::new();
        TextPrinter.error(&mut out, None, &error).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "nlhello: say hello: no\\x0a\\x1b[2J (EINVAL)\n"
        );
    }

    #[test]
    fn a_notification_is_one_line_whatever_was_said() {
        let heard = |text| HelloEvent {
            time: SystemTime::UNIX_EPOCH + Duration::new(1_795_222_923, 4),
            portid: 4711,
            text,
        };

        assert_eq!(
            written(Printable::Heard(heard(Some(b"Hello\n\x1b[2J")))),
            "2026-11-21T01:02:03.000000004Z port 4711: Hello\\x0a\\x1b[2J\n"
        );
        assert_eq!(
            written(Printable::Heard(heard(None))),
            "2026-11-21T01:02:03.000000004Z port 4711\n"
        );
    }

    #[test]
    fn the_end_of_listening_says_whether_something_was_lost() {
        for (overruns, lost) in [
            (0, "none lost"),
            (1, "unknown number lost"),
            (3, "unknown number lost, 3 times"),
        ] {
            let audience = Audience {
                received: 12,
                overruns,
                time: Duration::from_millis(2_500),
            };
            assert_eq!(
                written(Printable::Audience(audience)),
                format!("12 heard in 2.5s, {lost}\n")
            );
        }
    }

    fn peer(portid: u32, messages: u64, last_ns: u64) -> Peer {
        Peer {
            portid,
            messages,
            bytes: 12 * messages,
            last_ns,
        }
    }

    #[test]
    fn peers_stand_in_aligned_columns() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(200);
        let peers = [
            peer(7, 1, 199_500_000_000),
            peer(4_000_000_000, 1_234_567_890, 15_000_000_000),
            peer(8, 2, 201_000_000_000),
        ];

        assert_eq!(
            written(Printable::Peers(&peers, now)),
            "    PORTID    MESSAGES        BYTES       LAST\n         \
             7           1           12  500ms ago\n\
             4000000000  1234567890  14814814680  3m05s ago\n         \
             8           2           24    0ms ago\n"
        );
    }

    #[test]
    fn without_peers_there_is_the_header_alone() {
        assert_eq!(
            written(Printable::Peers(&[], SystemTime::UNIX_EPOCH)),
            "PORTID  MESSAGES  BYTES  LAST\n"
        );
    }

    #[test]
    fn each_counter_has_a_line() {
        let stats = HelloStats {
            hellos: 1,
            classic: 2,
            refused: 3,
            dropped: 4,
            peers: 5,
            evicted: 6,
        };

        assert_eq!(
            written(Printable::Stats(stats)),
            "hellos  1\nclassic 2\nrefused 3\ndropped 4\npeers   5\nevicted 6\n"
        );
    }

    #[test]
    fn a_greeting_is_escaped_and_setting_it_says_nothing() {
        assert_eq!(written(Printable::GreetingIs(b"Hi\x07")), "Hi\\x07\n");
        assert_eq!(written(Printable::GreetingSet(b"Hi")), "");
    }

    #[test]
    fn a_summary_of_nothing_has_no_round_trips() {
        assert_eq!(
            written(Printable::Summary(summary(0, 0, None))),
            "--- hello statistics ---\n0 sent, 0 received, 0% lost, time 2003ms\n"
        );
    }
}
