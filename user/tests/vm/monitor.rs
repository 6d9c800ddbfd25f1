// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Storms of changes: what `nlhello monitor` has told in the end is what there is.

use crate::lab::*;
use crate::random::Random;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

const NETNS: &str = "storm";
const KINDS: [&str; 6] = ["link", "addr", "route", "neigh", "rule", "nexthop"];

/// Changes of each of the processes that make them, unless `$STORM` says how many.
const CHANGES: usize = 200;
const WRITERS: usize = 3;

/// What changes by itself, or is told of one kind of message only.
const VOLATILE: &[&str] = &[
    "used",
    "confirmed",
    "updated",
    "probes",
    "refcnt",
    "stats",
    "stats64",
    "cstamp",
    "tstamp",
    "valid_life_time",
    "preferred_life_time",
    "expires",
    "age",
    "error",
    "state",
    "index",
    "dynamic",
    "num_vf",
    "carrier_changes",
    "carrier_up_count",
    "carrier_down_count",
    "af_spec",
    "unknown",
    "link_index",
    "event",
    "link",
];

/// A monitor, and where its output goes.
struct Watch {
    child: Child,
    file: PathBuf,
}

impl Watch {
    fn start(args: &[&str]) -> Self {
        let file = std::env::temp_dir().join(format!("monitor-{}", std::process::id()));
        let mut child = Command::new("nlhello")
            .args(["-n", NETNS, "--json", "monitor", "--initial"])
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
    fn drops(&self) -> u64 {
        let sockets = fs::read_to_string(format!("/proc/{}/net/netlink", self.child.id())).unwrap();
        let drops = |socket: &str| socket.split_whitespace().nth(8)?.parse::<u64>().ok();

        sockets.lines().filter_map(drops).sum()
    }

    /// Waits until nothing is told any more; returns all that was.
    fn end(mut self) -> Vec<Value> {
        let len = || fs::metadata(&self.file).unwrap().len();
        let mut last = 0;
        wait_until("quiet", || {
            let before = std::mem::replace(&mut last, len());
            sleep(Duration::from_millis(2500));
            before == last
        });
        kill(&self.child, "INT");
        self.child.wait().unwrap();
        let text = fs::read(&self.file).unwrap();
        fs::remove_file(&self.file).unwrap();
        json_lines(&text)
    }
}

/// What a reader of a monitor knows: of each kind the objects, and how many are the same.
#[derive(Default)]
struct Picture {
    kinds: BTreeMap<String, BTreeMap<String, usize>>,
    lost: usize,
}

impl Picture {
    fn of(events: &[Value]) -> Self {
        let mut picture = Self::default();
        for event in events {
            picture.take(event);
        }
        picture
    }

    fn take(&mut self, event: &Value) {
        let Some(kind) = event["kind"].as_str() else {
            self.lost += usize::from(event["event"] == "lost");
            return;
        };
        let new = with_index(event[kind].clone(), event["ifindex"].as_u64());
        let mut old = event[kind].clone();
        let mut index = event["ifindex"].as_u64();
        if let Some(changes) = event["changes"].as_object() {
            undo(&mut old, changes);
        }
        if let Some(old) = event["changes"].get("ifindex") {
            index = old["old"].as_u64();
        }
        if event["event"] != "new" {
            self.remove(kind, &with_index(old, index), event);
        }
        if event["event"] != "del" {
            self.add(kind, new);
        }
    }

    fn add(&mut self, kind: &str, object: Value) {
        let object = plain(object).to_string();
        let objects = self.kinds.entry(kind.to_owned()).or_default();
        *objects.entry(object).or_default() += 1;
    }

    fn remove(&mut self, kind: &str, object: &Value, event: &Value) {
        let object = plain(object.clone()).to_string();
        let objects = self.kinds.entry(kind.to_owned()).or_default();
        match objects.get_mut(&object) {
            Some(1) => drop(objects.remove(&object)),
            Some(count) => *count -= 1,
            None => panic!(
                "never told: {object}\nby {event}\nknown: {:#?}",
                objects.keys()
            ),
        }
    }

    fn objects(&self, kind: &str) -> Vec<(String, usize)> {
        let objects = self.kinds.get(kind).cloned().unwrap_or_default();
        objects.into_iter().collect()
    }
}

/// Names come and go: returns `object` with the index of its link instead of the name.
fn with_index(mut object: Value, index: Option<u64>) -> Value {
    if let (Some(dev), Some(index)) = (object.get_mut("dev"), index) {
        *dev = index.into();
    }
    object
}

/// Makes of `object` what it was before `changes`, each with the keys that lead to it.
fn undo(object: &mut Value, changes: &Map<String, Value>) {
    for (path, change) in changes.iter().filter(|(path, _)| *path != "ifindex") {
        let mut at = &mut *object;
        for key in path.split('.') {
            at = &mut at[key];
        }
        // Of a key without a value it is said whether it was there.
        let is_mark = at.is_null() && change["old"].is_boolean() && change["new"].is_boolean();
        *at = if is_mark {
            Value::Null
        } else {
            change["old"].clone()
        };
    }
}

/// Returns `object` without what changes by itself. A key that is null counts as none.
fn plain(mut object: Value) -> Value {
    strip(&mut object);
    object
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, value| {
                !VOLATILE.contains(&key.as_str())
                    && !value.is_null()
                    && value != &Value::Array(vec![])
            });
            if let Some(hops) = object.get_mut("nexthops").and_then(Value::as_array_mut) {
                hops.iter_mut()
                    .for_each(|hop| drop(hop.as_object_mut().unwrap().remove("dev")));
            }
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => {
            // It is about another link, and not told when that changes.
            items.retain(|item| item != "M-DOWN");
            items.iter_mut().for_each(strip);
        }
        _ => {}
    }
}

/// Returns what the show commands have.
fn shown() -> Picture {
    let mut picture = Picture::default();
    let mut indexes = BTreeMap::new();
    for link in show(&["link"]) {
        indexes.insert(link["ifname"].to_string(), link["ifindex"].as_u64());
        picture.add("link", link);
    }
    let placed = |object: Value| {
        let index = indexes.get(&object["dev"].to_string());
        with_index(object, index.copied().flatten())
    };
    for link in show(&["addr"]) {
        for addr in link["addr_info"].as_array().unwrap() {
            let mut addr = addr.clone();
            addr["dev"] = link["ifname"].clone();
            picture.add("addr", placed(addr));
        }
    }
    for args in [
        ["route", "-4", "table", "all"],
        ["route", "-6", "table", "all"],
    ] {
        for route in show(&args) {
            picture.add("route", placed(route));
        }
    }
    for (kind, args) in [
        ("neigh", &["neigh"][..]),
        ("rule", &["rule"]),
        ("nexthop", &["nexthop"]),
    ] {
        for object in show(args) {
            picture.add(kind, placed(object));
        }
    }
    picture
}

fn show(args: &[&str]) -> Vec<Value> {
    let output = run(Command::new("nlhello")
        .args(["-n", NETNS, "--json"])
        .args(args));
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Asserts that what was told is what there is.
fn assert_right(events: &[Value]) -> Picture {
    let (told, shown) = (Picture::of(events), shown());
    println!("{} lines, {} losses", events.len(), told.lost);
    for kind in KINDS {
        let (mut told, shown) = (told.objects(kind), shown.objects(kind));
        if kind == "rule" {
            // Those of multicast routing are not shown.
            told.retain(|(rule, _)| !rule.contains("\"128\"") && !rule.contains("\"129\""));
        }
        let more: Vec<_> = told.iter().filter(|told| !shown.contains(told)).collect();
        let less: Vec<_> = shown.iter().filter(|shown| !told.contains(shown)).collect();
        assert!(
            more.is_empty() && less.is_empty(),
            "{kind}: told and not there: {more:#?}\nthere and not told: {less:#?}"
        );
    }
    told
}

/// Runs commands of `ip`, one a line; those that are refused are refused.
fn ip(commands: &str) -> Child {
    let mut ip = Command::new("ip")
        .args(["-n", NETNS, "-force", "-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    ip.stdin
        .take()
        .unwrap()
        .write_all(commands.as_bytes())
        .unwrap();
    ip
}

/// Returns a random change of a route, of one of several writers.
fn change_of_a_route(random: &mut Random, writer: usize) -> String {
    let mut number = |below: usize| random.below(below);
    let verb = ["replace", "replace", "replace", "append", "del"][number(5)];
    let (a, b, via) = (number(100), number(256), 2 + number(3));

    format!("route {verb} 20.{a}.{b}.0/24 via 10.{writer}.0.{via} metric {writer}")
}

/// Returns a random change of anything, of one of several writers.
fn change(random: &mut Random, writer: usize) -> String {
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

/// Lets several processes change things at once; meanwhile `meddle` is done.
fn storm(meddle: impl FnOnce()) {
    let count = std::env::var("STORM").map_or(CHANGES, |count| count.parse().unwrap());
    // `ip` gives up where a next hop has no link, so none has many to do.
    storm_of(change, count, 20, meddle);
}

/// Lets several processes make `count` changes each, every `ip` that many; meanwhile `meddle` is done.
fn storm_of(
    change: fn(&mut Random, usize) -> String,
    count: usize,
    each: usize,
    meddle: impl FnOnce(),
) {
    let mut random = Random::new();
    let writers: Vec<Vec<_>> = (0..WRITERS)
        .map(|writer| {
            (0..count)
                .map(|_| change(&mut random, writer) + "\n")
                .collect()
        })
        .collect();
    thread::scope(|scope| {
        for commands in &writers {
            scope.spawn(|| {
                for some in commands.chunks(each) {
                    ip(&some.concat()).wait().unwrap();
                }
            });
        }
        meddle();
    });
}

fn with_netns(test: impl FnOnce()) {
    let _netns = Netns::add(NETNS);
    ip("link set lo up").wait().unwrap();
    test();
}

#[test]
fn after_a_storm_what_was_told_is_what_is_there() {
    with_netns(|| {
        let watch = Watch::start(&[]);
        storm(|| {});
        assert_right(&watch.end());
    });
}

#[test]
fn with_little_room_what_was_lost_is_told_all_the_same() {
    with_netns(|| {
        let watch = Watch::start(&["--buffer", "4096"]);
        storm(|| {});
        let picture = assert_right(&watch.end());
        assert!(picture.lost > 0);
    });
}

#[test]
fn a_monitor_that_was_stopped_catches_up() {
    with_netns(|| {
        let watch = Watch::start(&["--buffer", "4096"]);
        storm(|| {
            kill(&watch.child, "STOP");
            wait_until("a full buffer", || watch.drops() > 0);
            kill(&watch.child, "CONT");
        });
        let picture = assert_right(&watch.end());
        assert!(picture.lost > 0);
    });
}

#[test]
fn a_queue_that_ran_over_is_taken_in_however_little_there_is_to_read() {
    with_netns(|| {
        ip("link add v type veth peer name p\n").wait().unwrap();
        // Room for more than is taken in at once.
        let watch = Watch::start(&["--buffer", "3000000"]);
        kill(&watch.child, "STOP");
        let change = "addr add 10.0.0.7/24 dev v\naddr del 10.0.0.7/24 dev v\n";
        ip(&change.repeat(3_000)).wait().unwrap();
        assert!(watch.drops() > 0);
        kill(&watch.child, "CONT");
        let picture = assert_right(&watch.end());
        assert!(picture.lost > 0);
    });
}

#[test]
fn a_monitor_that_starts_in_a_storm_tells_what_is_there() {
    with_netns(|| {
        let mut watch = None;
        storm(|| {
            sleep(Duration::from_millis(200));
            watch = Some(Watch::start(&[]));
        });
        assert_right(&watch.unwrap().end());
    });
}

#[test]
#[ignore = "takes minutes: make storms"]
fn a_million_events_of_routes_leave_no_difference() {
    with_netns(|| {
        ip("link add v type veth peer name p\nlink set v up\nlink set p up\n")
            .wait()
            .unwrap();
        for writer in 0..WRITERS {
            let addr = format!("addr add 10.{writer}.0.1/24 dev v\n");
            ip(&addr).wait().unwrap();
        }
        let watch = Watch::start(&[]);
        storm_of(
            change_of_a_route,
            1_000_000 / WRITERS * 5 / 2,
            usize::MAX,
            || {},
        );
        let events = watch.end();
        assert!(events.len() > 1_000_000, "{}", events.len());
        assert_right(&events);
    });
}

#[test]
fn a_monitor_takes_no_right_and_says_how_much_room_it_has() {
    let output = nlhello_as_nobody(&[
        "--json",
        "monitor",
        "--initial",
        "--timeout=0.5",
        "--buffer=2000000000",
    ]);

    assert!(output.status.success(), "{output:?}");
    let lines = json_lines(&output.stdout);
    assert!(lines.iter().any(|line| line["link"]["ifname"] == "lo"));
    assert!(lines.iter().any(|line| line["event"] == "sync"));
    assert!(stderr(&output).contains("there is room for"));
}

#[test]
fn routes_have_the_name_that_their_link_has_by_then() {
    with_netns(|| {
        ip("link add before type veth peer name p\nlink set before up\n")
            .wait()
            .unwrap();
        let watch = Watch::start(&[]);
        for commands in [
            "route add 10.1.0.0/24 dev before\nroute add 10.2.0.0/24 dev before\n",
            "link set before down\nlink set before name after\nlink set after up\n",
            "route add 10.3.0.0/24 dev after\nroute add 10.4.0.0/24 dev after\n",
        ] {
            ip(commands).wait().unwrap();
        }
        let events = watch.end();
        let dev_of = |dst| {
            let told = events.iter().find(|event| event["route"]["dst"] == dst);
            told.unwrap()["route"]["dev"].clone()
        };

        assert_eq!(dev_of("10.1.0.0/24"), "before");
        assert_eq!(dev_of("10.2.0.0/24"), "before");
        assert_eq!(dev_of("10.3.0.0/24"), "after");
        assert_eq!(dev_of("10.4.0.0/24"), "after");
    });
}
