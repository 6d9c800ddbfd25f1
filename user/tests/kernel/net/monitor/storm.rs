// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Storms of random changes, and a monitor in them.

use super::idle;
use super::picture::KINDS;
use crate::lab::*;
use crate::random::Random;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Time after which a difference that stays is taken for a fault.
const HOPELESS: Duration = Duration::from_secs(5);

/// Changes of each of the processes that make them, unless `$STORM` says how many.
const CHANGES: usize = 200;
pub const WRITERS: usize = 3;

/// A monitor, and where its output goes.
pub struct Watch {
    pub child: Child,
    file: PathBuf,
}

impl Watch {
    /// Starts it in the network namespace `netns`, and waits until it has told what there is.
    pub fn start(netns: &str, args: &[&str]) -> Self {
        let file = std::env::temp_dir().join(format!("monitor-{}", std::process::id()));
        let mut child = Command::new("nlhello")
            .args(["-n", netns, "--json", "monitor", "--initial"])
            .args(KINDS)
            .args(args)
            .stdout(File::create(&file).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let watch =
            || fs::read(&file).is_ok_and(|text| text.windows(8).any(|text| text == b"\"sync\"}\n"));
        wait_until("the first sync", || {
            assert!(child.try_wait().unwrap().is_none());
            watch()
        });
        Self { child, file }
    }

    /// Returns how many events there was no room for in the sockets of its network namespace.
    pub fn drops(&self) -> u64 {
        let sockets = fs::read_to_string(format!("/proc/{}/net/netlink", self.child.id())).unwrap();
        let drops = |socket: &str| socket.split_whitespace().nth(8)?.parse::<u64>().ok();

        sockets.lines().filter_map(drops).sum()
    }

    /// Waits until `check` finds nothing wrong in what is `told`, into which `take` puts each line, and the
    /// monitor has no more to do; returns how many lines there were.
    ///
    /// The kernel makes the last changes of a storm when it has time: duplicate addresses, carriers,
    /// namespaces that are gone.
    pub fn wait_until_right<T>(
        &self,
        emitted: &mut T,
        take: impl Fn(&mut T, &Value),
        check: impl Fn(&T) -> Result<(), String>,
    ) -> usize {
        let (mut lines, mut count) = (self.lines(), 0);
        let mut last = Instant::now();
        let patience = last + PATIENCE;
        loop {
            assert!(Instant::now() < patience, "the storm does not settle");
            self.wait_until_quiet();
            let new = lines.by_ref().map(|line| take(emitted, &line)).count();
            count += new;
            let result = check(emitted);
            // The kernel goes on while things are compared, which takes a busy machine seconds.
            if new > 0 {
                last = Instant::now();
            }
            let is_all = idle::is_idle(&self.child) && lines.is_at_end();
            match result {
                Ok(()) if is_all => return count,
                Err(wrong) if is_all && last.elapsed() > HOPELESS => panic!("{wrong}"),
                _ => {}
            }
        }
    }

    /// Waits until nothing is told any more.
    pub fn wait_until_quiet(&self) {
        idle::wait_until_quiet(&self.child, &self.file);
    }

    /// Ends it; returns all that was told.
    pub fn end(self) -> Vec<Value> {
        json_lines(self.end_text().as_bytes())
    }

    /// Ends it; returns all that was told, as it was.
    pub fn end_text(mut self) -> String {
        kill(&self.child, "INT");
        self.child.wait().unwrap();
        fs::read_to_string(&self.file).unwrap()
    }

    /// Returns what reads the lines as they come.
    pub fn lines(&self) -> Lines {
        Lines {
            file: BufReader::new(File::open(&self.file).unwrap()),
            line: String::new(),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The monitor has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.file);
    }
}

/// Lines of a file that grows: there may be more behind the last one.
pub struct Lines {
    file: BufReader<File>,
    /// A line that is not whole yet.
    line: String,
}

impl Lines {
    /// Says whether there is no more in the file yet.
    fn is_at_end(&mut self) -> bool {
        self.file.fill_buf().unwrap().is_empty()
    }
}

impl Iterator for Lines {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.file.read_line(&mut self.line).unwrap();
        self.line.ends_with('\n').then(|| {
            let line = std::mem::take(&mut self.line);
            serde_json::from_str(&line).unwrap()
        })
    }
}

/// An `ip` that runs commands as they come; those that are refused are refused.
pub struct Ip {
    netns: String,
    child: Child,
}

impl Ip {
    pub fn start(netns: &str) -> Self {
        let child = Command::new("ip")
            .args(["-n", netns, "-force", "-batch", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let netns = netns.to_owned();

        Self { netns, child }
    }

    /// Lets it run `commands`, one a line. Where it has given up, as it does where a next hop has no
    /// link, the next one begins.
    pub fn run(&mut self, commands: &str) {
        let mut stdin = self.child.stdin.as_ref().unwrap();
        if stdin.write_all(commands.as_bytes()).is_err() {
            *self = Self::start(&self.netns);
        }
    }
}

impl Drop for Ip {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

/// Runs commands of `ip` in the network namespace `netns`, one a line; those that are refused are refused.
pub fn ip(netns: &str, commands: &str) {
    let ip = Ip::start(netns);
    // Where the namespace is gone, it ends before it has read them.
    let _ = ip
        .child
        .stdin
        .as_ref()
        .unwrap()
        .write_all(commands.as_bytes());
}

/// Returns a random change of anything, of one of several writers.
pub fn change(random: &mut Random, writer: usize) -> String {
    let mut number = |below: usize| random.below(below);
    let link = format!("v{}{}", writer, number(4));
    let other = format!("v{}{}", number(WRITERS), number(4));
    let verb = ["add", "del", "replace", "append", "prepend"][number(5)];
    let (net, metric) = (number(30), number(2));
    let via = format!("10.{writer}.0.{}", 2 + number(3));
    match number(24) {
        0 => format!("link add {link} type veth peer name p{link}"),
        1 => format!("link del {link}"),
        2 | 3 => format!("link set {link} up"),
        4 => format!("link set p{link} up"),
        5 => format!("link set {link} down"),
        6 => format!("link set {link} mtu {}", 1300 + number(3) * 100),
        7 => format!("link set {link} down name w{link}"),
        8 => format!("link set w{link} down name {link}"),
        9 | 10 => format!("addr add 10.{writer}.0.{}/24 dev {link}", 1 + number(2)),
        11 => format!("addr del 10.{writer}.0.{}/24 dev {link}", 1 + number(2)),
        12 => format!(
            "addr add 2001:db8:{writer}::{}/64 dev {link} nodad",
            1 + number(2)
        ),
        13 => format!(
            "neigh replace {via} lladdr 02:00:00:00:00:0{net:x} dev {link}",
            net = net % 10
        ),
        14 => format!("neigh del {via} dev {link}"),
        15 => format!(
            "rule add from 10.9.{net}.0/24 table {} pref {}",
            100 + metric,
            1000 + net
        ),
        16 => format!("rule del pref {}", 1000 + net),
        17 => format!(
            "nexthop replace id {} via {via} dev {link}",
            1 + writer * 10 + number(3)
        ),
        18 => format!("nexthop del id {}", 1 + writer * 10 + number(3)),
        19 => format!(
            "route {verb} 10.50.{net}.0/24 nhid {}",
            1 + writer * 10 + number(3)
        ),
        20 => format!(
            "route {verb} 2001:db8:50:{net}::/64 dev {other} metric {}",
            10 + metric
        ),
        21 => format!(
            "route {verb} 10.60.{net}.0/24 dev {other} table {}",
            100 + metric
        ),
        22 => format!("route {verb} 2001:db8:50:{net}::/64 via 2001:db8:{writer}::9 metric 10"),
        _ => format!("route {verb} 10.60.{net}.0/24 via {via} metric {metric}"),
    }
}

/// Returns how many changes each process makes.
pub fn changes() -> usize {
    std::env::var("STORM").map_or(CHANGES, |count| count.parse().unwrap())
}

/// Lets several processes make `count` changes each, every `ip` as many as `each` in one of the network
/// namespaces `places`; meanwhile `meddle` is done.
pub fn storm_of(
    random: &mut Random,
    places: &[&str],
    change: fn(&mut Random, usize) -> String,
    [count, each]: [usize; 2],
    meddle: impl FnOnce(),
) {
    let mut batch = |writer: usize, count: usize| -> (&str, String) {
        let place = places[random.below(places.len())];
        let changes = (0..count).map(|_| change(random, writer) + "\n");
        (place, changes.collect())
    };
    let writers: Vec<Vec<_>> = (0..WRITERS)
        .map(|writer| {
            (0..count)
                .step_by(each)
                .map(|done| batch(writer, each.min(count - done)))
                .collect()
        })
        .collect();
    thread::scope(|scope| {
        for batches in &writers {
            scope.spawn(move || {
                for (place, commands) in batches {
                    ip(place, commands);
                }
            });
        }
        meddle();
    });
}
