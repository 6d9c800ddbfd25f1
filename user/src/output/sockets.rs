// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink sockets: a table of them, and a line of each that loses something.

use super::escape::Escaped;
use super::record::{write_object, JsonFields, Memo};
use super::table::write_table;
use super::time::{Clock, Stamp};
use nlhello::diag::{DescribedSocket, Details};
use nlhello::object::{Names, Value};
use std::io::{self, Write};

/// A column of the table: its name, whether it is a number, and what stands in it.
type Column = (&'static str, bool, fn(&DescribedSocket<'_>) -> String);

/// The columns that everybody wants to see; groups, which may be many, stand last.
const COLUMNS: &[Column] = &[
    ("PROTOCOL", false, |of| name(of.protocol())),
    ("PORTID", true, |of| of.socket.portid.to_string()),
    ("PROCESS", false, holders),
    ("RECV-Q", true, |of| of.socket.rmem_alloc.to_string()),
    ("RCVBUF", true, |of| detail(of, |details| details.rcvbuf)),
    ("DROPS", true, |of| of.socket.drops.to_string()),
    ("STATE", false, |of| {
        detail(of, |details| name(details.state_name()))
    }),
    ("FLAGS", false, |of| {
        list(of.socket.flag_names().map(str::to_owned))
    }),
];

/// Columns of `-d`.
const DETAILS: &[Column] = &[
    ("TYPE", false, |of| {
        detail(of, |details| name(details.type_name()))
    }),
    ("SEND-Q", true, |of| of.socket.wmem_alloc.to_string()),
    ("SNDBUF", true, |of| detail(of, |details| details.sndbuf)),
    ("INODE", true, |of| of.socket.inode.to_string()),
    ("COOKIE", true, |of| detail(of, |details| details.cookie)),
];

const GROUPS: Column = ("GROUPS", false, |of| list(of.group_names().map(name)));

/// How much a socket lost, and its queue grew, since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Datagrams that were dropped.
    pub drops: u32,
    /// Bytes in its queue.
    pub rmem_alloc: u32,
}

/// Writes a table of `sockets`, a line each below a line of names.
pub fn write_sockets(
    out: &mut dyn Write,
    sockets: &[DescribedSocket<'_>],
    has_details: bool,
) -> io::Result<()> {
    let details = if has_details { DETAILS } else { &[] };
    let columns = || COLUMNS.iter().chain(details).chain([&GROUPS]);
    let names: Vec<_> = columns()
        .map(|(name, is_number, _)| (*name, *is_number))
        .collect();
    let row = |socket| columns().map(|(.., cell)| cell(socket)).collect();

    write_table(out, &names, sockets.iter().map(row))
}

/// Writes what a socket lost, as a line of text.
pub fn write_growth(
    out: &mut dyn Write,
    (clock, now): (&mut Clock, &Stamp),
    of: &DescribedSocket<'_>,
    growth: Growth,
) -> io::Result<()> {
    let (protocol, holders) = (name(of.protocol()), holders(of));
    let limit = detail(of, |details| details.rcvbuf);
    let more = |number| match number {
        0 => String::new(),
        number => format!(" (+{number})"),
    };

    writeln!(
        out,
        "[{}] {protocol} {} {holders}: drops={}{} queue={}/{limit}{}",
        String::from_utf8_lossy(clock.stamp(now)),
        of.socket.portid,
        of.socket.drops,
        more(growth.drops),
        of.socket.rmem_alloc,
        more(growth.rmem_alloc),
    )
}

/// Writes the same as a JSON object.
pub fn write_growth_json(
    out: &mut dyn Write,
    (clock, now): (&mut Clock, &Stamp),
    of: &DescribedSocket<'_>,
    growth: Growth,
) -> io::Result<()> {
    let mut object = Vec::new();
    let fields = JsonFields::new(&mut object);
    write_object(of, &mut Names::new(), fields, &mut Memo::new(), |_| {});

    write!(
        out,
        r#"{{"time":"{}","growth":{{"drops":{},"rmem_alloc":{}}},"socket":"#,
        String::from_utf8_lossy(clock.stamp(now)),
        growth.drops,
        growth.rmem_alloc
    )?;
    out.write_all(&object)?;
    out.write_all(b"}\n")
}

/// Returns who holds the socket: `ip/4711`, `kernel`, or `-` where nobody is known to.
fn holders(of: &DescribedSocket<'_>) -> String {
    if of.socket.is_kernels() {
        return "kernel".to_owned();
    }
    let processes = of.processes.iter();

    list(processes.map(|process| format!("{}/{}", Escaped(&process.comm), process.pid)))
}

/// Returns what `show` makes of what `/proc` does not tell, or `-` where that was the source.
fn detail<T: ToString>(of: &DescribedSocket<'_>, show: impl Fn(&Details) -> T) -> String {
    let shown = of.socket.details.as_ref().map(show);

    shown.map_or_else(|| "-".to_owned(), |shown| shown.to_string())
}

fn list(words: impl Iterator<Item = String>) -> String {
    let words = words.collect::<Vec<_>>().join(",");

    if words.is_empty() {
        "-".to_owned()
    } else {
        words
    }
}

fn name(value: Value<'_>) -> String {
    match value {
        Value::Word(word) => word.to_owned(),
        Value::Name(name) => Escaped(name).to_string(),
        Value::Nameless(number) => number.to_string(),
        // No name of a socket is another value.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::TimeStyle;
    use super::*;
    use nlhello::diag::{GroupNames, NetlinkSocket, Process};
    use std::time::{Duration, SystemTime};

    /// Hands on a socket of a process whose name is not to be trusted, and one of the kernel.
    fn with_sockets(write: impl FnOnce(&[DescribedSocket<'_>])) {
        let lines = [
            "0 0 4711 80000001 4352 0 0 2 7 99",
            "0 17 0 00000000 0 0 1 2 0 4",
        ];
        let sockets = lines.map(|line| NetlinkSocket::from_line(line).unwrap());
        let processes = [(5, &b"a"[..]), (60, b"\x1b[2J\n")].map(|(pid, comm)| Process {
            pid,
            comm: comm.to_vec(),
        });
        let groups = GroupNames::default();
        let described = |at: usize, processes| DescribedSocket {
            socket: &sockets[at],
            groups: &groups,
            processes,
        };
        write(&[described(0, &processes), described(1, &[])]);
    }

    #[test]
    fn columns_stand_below_one_another_and_names_steer_nothing() {
        let mut out = Vec::new();
        with_sockets(|sockets| write_sockets(&mut out, sockets, false).unwrap());

        let expected = r"
PROTOCOL  PORTID  PROCESS             RECV-Q  RCVBUF  DROPS  STATE  FLAGS       GROUPS
route       4711  a/5,\x1b[2J\x0a/60    4352       -      7  -      -           link,nexthop
17             0  kernel                   0       -      0  -      cb_running  -
";
        assert_eq!(String::from_utf8(out).unwrap(), expected[1..]);
    }

    #[test]
    fn details_are_columns_more() {
        let mut out = Vec::new();
        with_sockets(|sockets| write_sockets(&mut out, &sockets[1..], true).unwrap());
        let text = String::from_utf8(out).unwrap();
        let [header, line] = &text.lines().collect::<Vec<_>>()[..] else {
            panic!("{text}");
        };

        assert_eq!(header.split_whitespace().count(), 14);
        assert!(
            line.ends_with("cb_running  -          0       -      4       -  -"),
            "{text}"
        );
    }

    #[test]
    fn what_grew_is_told_with_by_how_much() {
        let now = Stamp::of(SystemTime::UNIX_EPOCH, Duration::ZERO);
        let clock = |style| Clock::new(style, jiff::tz::TimeZone::UTC);
        let growth = Growth {
            drops: 3,
            rmem_alloc: 0,
        };
        let (mut text, mut json) = (Vec::new(), Vec::new());
        let mut clocks = [TimeStyle::Time, TimeStyle::Iso].map(clock);
        let [time, iso] = clocks.each_mut();
        with_sockets(|sockets| {
            write_growth(&mut text, (time, &now), &sockets[0], growth).unwrap();
            write_growth_json(&mut json, (iso, &now), &sockets[0], growth).unwrap();
        });

        assert_eq!(
            String::from_utf8(text).unwrap(),
            "[00:00:00.000] route 4711 a/5,\\x1b[2J\\x0a/60: drops=7 (+3) queue=4352/-\n"
        );
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["time"], "1970-01-01T00:00:00.000000+00:00");
        let growth = serde_json::json!({"drops": 3, "rmem_alloc": 0});
        assert_eq!(json["growth"], growth);
        assert_eq!(json["socket"]["drops"], 7);
        assert_eq!(json["socket"]["processes"][1]["comm"], "\u{1b}[2J\n");
    }
}
