// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text for people, in the manner of `ping(8)`.

use super::escape::Escaped;
use super::{Event, Format};
use nlhello::hello::{Reply, Rtt, Summary};
use nlhello::netlink::Error;
use std::io::{self, Write};
use std::time::Duration;

pub struct Text;

impl Format for Text {
    fn event(&self, out: &mut dyn Write, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Greeting(reply) => writeln!(out, "{}", Escaped(reply.greeting)),
            Event::Reply(reply) => write_reply(out, reply),
            Event::Lost(seq) => writeln!(out, "no reply: seq={seq}"),
            Event::Summary(summary) => write_summary(out, summary),
        }
    }

    fn error(&self, out: &mut dyn Write, error: &Error) -> io::Result<()> {
        let line = error.to_string();

        writeln!(out, "nlhello: {}", Escaped(line.as_bytes()))
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

    writeln!(out, "--- hello statistics ---")?;
    writeln!(
        out,
        "{sent} sent, {received} received, {loss}% lost, time {time}ms"
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

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the lost ones of a hundred, to four digits: one of a million shows.
fn loss(summary: &Summary) -> f64 {
    let percent = 100.0 * summary.lost as f64 / summary.sent.max(1) as f64;

    (percent * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: Event<'_>) -> String {
        let mut out = Vec::new();
        Text.event(&mut out, &event).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn summary(sent: u64, received: u64, rtt: Option<Rtt>) -> Summary {
        Summary {
            sent,
            received,
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
            written(Event::Reply(reply)),
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
            written(Event::Summary(summary(3, 2, Some(rtt)))),
            "--- hello statistics ---\n\
             3 sent, 2 received, 33.3333% lost, time 2003ms\n\
             rtt min/avg/max/p99 = 0.010/0.020/0.030/0.029 ms\n"
        );
    }

    #[test]
    fn a_summary_of_nothing_has_no_round_trips() {
        assert_eq!(
            written(Event::Summary(summary(0, 0, None))),
            "--- hello statistics ---\n0 sent, 0 received, 0% lost, time 2003ms\n"
        );
    }
}
