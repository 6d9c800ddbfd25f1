// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Each event as text and as JSON, whose keys `docs/json.md` has.

use super::*;
use nlhello::hello::Rtt;
use std::collections::BTreeSet;

fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
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
fn keys(line: &str) -> BTreeSet<String> {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let kinds = ["/summary", "/error", "/warning", "/0"];
    let inner = kinds.iter().find_map(|kind| value.pointer(kind));

    let object = inner.unwrap_or(&value).as_object().unwrap();
    object.keys().cloned().collect()
}

/// Asserts that `event` is told so, as text and as JSON, and that all keys of the latter are documented in the section
/// `title`.
fn assert_written(event: Printable<'_>, text: &str, title: &str, json: &str) {
    assert_eq!(written(|out| write_event(out, false, &event)), text);
    let line = written(|out| write_event(out, true, &event));
    assert_eq!(line, format!("{json}\n"));
    if json != "[]" {
        assert_eq!(keys(&line), documented(title), "{title}: {line}");
    }
}

#[test]
fn hellos_are_told_and_a_reply_is_one_line_whatever_the_greeting_holds() {
    let reply = Reply {
        seq: 7,
        bytes: 40,
        greeting: b"Hello \"\n\x1b[31m\xff",
        time: Duration::from_nanos(12_345),
    };
    let json = "{\"greeting\":\"Hello \\\"\\n\\u001b[31m\u{fffd}\",\"seq\":7,\"bytes\":40,\"time_ns\":12345}";

    assert_written(
        Printable::Greeting(reply),
        "Hello \"\\x0a\\x1b[31m\\xff\n",
        "A reply",
        json,
    );
    assert_written(
        Printable::Reply(reply),
        "Hello \"\\x0a\\x1b[31m\\xff: 40 bytes seq=7 time=0.012 ms\n",
        "A reply",
        json,
    );
    assert_written(
        Printable::Lost(3),
        "no reply: seq=3\n",
        "A loss",
        r#"{"seq":3,"lost":true}"#,
    );
}

#[test]
fn a_summary_tells_losses_and_refusals_apart_and_round_trips_if_there_were_any() {
    let none = Summary {
        sent: 0,
        received: 0,
        errors: 0,
        lost: 0,
        time: Duration::from_millis(2003),
        rtt: None,
    };
    let [min, avg, p99, max] = [10, 20, 29, 30].map(Duration::from_micros);
    let rtt = Some(Rtt { min, avg, max, p99 });
    for (summary, text, json) in [
        (
            none,
            "0 sent, 0 received, 0% lost, time 2003ms\n",
            r#""sent":0,"received":0,"errors":0,"lost":0"#,
        ),
        (
            Summary {
                sent: 3,
                errors: 3,
                ..none
            },
            "3 sent, 0 received, +3 errors, 0% lost, time 2003ms\n",
            r#""sent":3,"received":0,"errors":3,"lost":0"#,
        ),
        (
            Summary {
                sent: 3,
                received: 2,
                lost: 1,
                rtt,
                ..none
            },
            "3 sent, 2 received, 33.3333% lost, time 2003ms\n\
             rtt min/avg/max/p99 = 0.010/0.020/0.030/0.029 ms\n",
            r#""sent":3,"received":2,"errors":0,"lost":1"#,
        ),
    ] {
        let times = match summary.rtt {
            Some(_) => r#""min_ns":10000,"avg_ns":20000,"max_ns":30000,"p99_ns":29000"#,
            None => r#""min_ns":null,"avg_ns":null,"max_ns":null,"p99_ns":null"#,
        };
        let text = format!("--- hello statistics ---\n{text}");
        let json = format!(r#"{{"summary":{{{json},"time_ns":2003000000,{times}}}}}"#);
        assert_written(
            Printable::Summary(summary),
            &text,
            "The summary of hellos",
            &json,
        );
    }
}

#[test]
fn a_notification_is_one_line_whatever_was_said() {
    let event = |text| {
        Printable::Event(HelloEvent {
            time: SystemTime::UNIX_EPOCH + Duration::new(1_795_222_923, 4),
            portid: 4711,
            text,
        })
    };

    assert_written(
        event(Some(b"Hello\n\x1b[2J")),
        "2026-11-21T01:02:03.000000004Z port 4711: Hello\\x0a\\x1b[2J\n",
        "A notification",
        r#"{"time":"2026-11-21T01:02:03.000000004Z","portid":4711,"text":"Hello\n\u001b[2J"}"#,
    );
    assert_written(
        event(None),
        "2026-11-21T01:02:03.000000004Z port 4711\n",
        "A notification",
        r#"{"time":"2026-11-21T01:02:03.000000004Z","portid":4711,"text":null}"#,
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
        let text = format!("12 heard in 2.5s, {lost}\n");
        let json = format!(
            r#"{{"summary":{{"received":12,"overruns":{overruns},"time_ns":2500000000}}}}"#
        );
        assert_written(
            Printable::Audience(audience),
            &text,
            "The summary of listening",
            &json,
        );
    }
}

#[test]
fn peers_stand_in_aligned_columns_or_in_one_array() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(200);
    let peers = [
        (7, 1, 199_500_000_000),
        (4_000_000_000, 1_234_567_890, 15_000_000_000),
        (8, 2, 201_000_000_000),
    ]
    .map(|(portid, messages, last_ns)| Peer {
        portid,
        messages,
        bytes: 12 * messages,
        last_ns,
    });

    assert_written(
        Printable::Peers(&[], now),
        "PORTID  MESSAGES  BYTES  LAST\n",
        "A peer",
        "[]",
    );
    assert_written(
        Printable::Peers(&peers, now),
        "    PORTID    MESSAGES        BYTES       LAST\n         \
         7           1           12  500ms ago\n\
         4000000000  1234567890  14814814680  3m05s ago\n         \
         8           2           24    0ms ago\n",
        "A peer",
        "[{\"portid\":7,\"messages\":1,\"bytes\":12,\"last_ns\":199500000000},\
         {\"portid\":4000000000,\"messages\":1234567890,\"bytes\":14814814680,\"last_ns\":15000000000},\
         {\"portid\":8,\"messages\":2,\"bytes\":24,\"last_ns\":201000000000}]",
    );
}

#[test]
fn counters_and_the_greeting_are_told_and_setting_that_says_nothing_as_text() {
    let stats = HelloStats {
        hellos: 1,
        classic: 2,
        refused: 3,
        dropped: 4,
        peers: 5,
        evicted: u64::MAX,
    };
    let steering = "\u{9b}31m\u{7f} Grüße\u{ad}\u{202e}\u{e0041}";
    let json = r#"{"greeting":"\u009b31m\u007f Grüße\u00ad\u202e\udb40\udc41"}"#;
    let read: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(read["greeting"], steering);

    assert_written(
        Printable::Stats(stats),
        "hellos  1\nclassic 2\nrefused 3\ndropped 4\npeers   5\nevicted 18446744073709551615\n",
        "The statistics",
        r#"{"hellos":1,"classic":2,"refused":3,"dropped":4,"peers":5,"evicted":18446744073709551615}"#,
    );
    assert_written(
        Printable::GreetingIs(steering.as_bytes()),
        "\\xc2\\x9b31m\\x7f Grüße\\xc2\\xad\\xe2\\x80\\xae\\xf3\\xa0\\x81\\x81\n",
        "The greeting",
        json,
    );
    assert_written(
        Printable::GreetingSet(steering.as_bytes()),
        "",
        "The greeting",
        json,
    );
}

#[test]
fn an_error_is_one_line_whatever_the_kernel_said_and_has_its_documented_keys() {
    let error = Error::new("say hello", libc::EINVAL)
        .message("no\n\x1b[2J")
        .hint("try");
    let place = Some(FileLine { file: "f", line: 3 });
    let json = |rest| {
        format!(
            "{{\"error\":{{\"op\":\"say hello\",\"object\":null,\"errno\":22,\"message\":\"no\\n\\u001b[2J\",\
             \"attr\":null,\"hint\":\"try\",{rest}}}}}\n"
        )
    };
    for (place, start, rest) in [
        (None, "nlhello: ", r#""file":null,"line":null"#),
        (place, "nlhello: f:3: ", r#""file":"f","line":3"#),
    ] {
        let text = written(|out| text::write_error(out, place, &error));
        assert_eq!(
            text,
            format!("{start}say hello: no\\x0a\\x1b[2J (EINVAL): try\n")
        );
        let line = written(|out| json::write_error(out, place, &error));
        assert_eq!((&line, keys(&line)), (&json(rest), documented("An error")));
    }
}

#[test]
fn a_warning_has_its_documented_keys() {
    let line = written(|out| json::write_warning(out, "list peers", "beware"));

    assert_eq!(
        line,
        "{\"warning\":{\"op\":\"list peers\",\"message\":\"beware\"}}\n"
    );
    assert_eq!(keys(&line), documented("A warning"));
    let text = written(|out| text::write_warning(out, "list peers", "beware"));
    assert_eq!(text, "nlhello: list peers: warning: beware\n");
}
