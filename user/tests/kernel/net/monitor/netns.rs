// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor --all-netns`: network namespaces with names, as they come and go.

use super::idle;
use crate::lab::*;
use serde_json::{json, Value};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Where the monitors are.
pub const HOME: &str = "mn-home";

/// A monitor in [`HOME`], and where its output goes.
pub struct Watch {
    child: Child,
    file: PathBuf,
}

impl Watch {
    /// Starts it and waits until it has told what there is.
    pub fn start(args: &[&str]) -> Self {
        let file = std::env::temp_dir().join(format!("monitor-netns-{}", std::process::id()));
        let child = Command::new("ip")
            .args(["netns", "exec", HOME, "nlhello", "--json", "monitor"])
            .args(["--all-netns", "--initial"])
            .args(args)
            .stdout(File::create(&file).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let watch = Self { child, file };
        watch.wait_for("the first sync", |line| line["event"] == "sync");
        watch
    }

    /// Returns what was told until now.
    fn emitted(&self) -> Vec<Value> {
        let text = fs::read(&self.file).unwrap();
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        json_lines(&text[..whole.map_or(0, |end| end + 1)])
    }

    /// Waits for a line, and returns it.
    pub fn wait_for(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        wait_for(what, || self.emitted().into_iter().find(&is_it))
    }

    /// Waits for the line that tells `event` of the namespace `netns` itself.
    fn wait_for_netns(&self, event: &str, netns: &str) -> Value {
        self.wait_for(&format!("{event} {netns}"), |line| {
            line["kind"] == "netns" && line["event"] == event && line["netns"] == netns
        })
    }

    pub fn end(mut self) -> Vec<Value> {
        kill(&self.child, "INT");
        assert!(self.child.wait().unwrap().success());
        self.emitted()
    }

    /// Returns how many files it has open.
    fn files(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(folder).unwrap().count()
    }

    /// Returns how many times it has waited.
    fn waits(&self) -> String {
        idle::waits(&self.child)
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

/// A process in a network namespace that has no name; it ends when this is dropped.
struct Nameless(Child);

impl Nameless {
    fn start() -> Self {
        let child = Command::new("unshare")
            .args(["--net", "sleep", "600"])
            .spawn()
            .unwrap();
        let [ours, theirs] = ["self".to_owned(), child.id().to_string()]
            .map(|pid| move || fs::read_link(format!("/proc/{pid}/ns/net")).unwrap());
        wait_until("another namespace", || theirs() != ours());
        Self(child)
    }

    fn ip(&self, args: &str) {
        let output = run(Command::new("nsenter")
            .args(["--net", "--target", &self.0.id().to_string(), "ip"])
            .args(args.split(' ')));
        assert!(output.status.success(), "ip {args}: {output:?}");
    }
}

impl Drop for Nameless {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ip(args: &str) {
    let output = run(Command::new("ip").args(args.split(' ')));
    assert!(output.status.success(), "ip {args}: {output:?}");
}

/// Says whether there is a link of that name in that namespace.
fn has_link(netns: &str, link: &str) -> bool {
    let output = run(Command::new("ip").args(["-n", netns, "link", "show", link]));
    output.status.success()
}

/// Gives a namespace one more name.
fn name_again(name: &str, other: &str) {
    let [name, other] = [name, other].map(|name| format!("/run/netns/{name}"));
    File::create(&other).unwrap();
    let output = run(Command::new("mount").args(["--bind", &name, &other]));
    assert!(output.status.success(), "{output:?}");
}

/// Returns the lines about that namespace.
fn about<'a>(lines: &'a [Value], netns: &str) -> Vec<&'a Value> {
    let of = |line: &&Value| line["netns"] == netns;
    lines.iter().filter(of).collect()
}

/// Returns the number and the name of the link in each line about one.
fn links(lines: &[&Value]) -> Vec<Value> {
    let lines = lines.iter().filter(|line| line["kind"] == "link");
    lines
        .map(|line| {
            let link = &line["link"];
            json!([line["event"], link["ifindex"], link["ifname"]])
        })
        .collect()
}

#[test]
fn links_of_the_same_index_have_the_names_of_their_namespaces() {
    let _all = [HOME, "mn-red", "mn-blue"].map(Netns::add);
    for netns in ["mn-red", "mn-blue"] {
        ip(&format!(
            "-n {netns} link add name {netns} index 50 type veth peer name peer"
        ));
    }
    let watch = Watch::start(&["link", "addr"]);
    for (netns, name) in [("mn-red", "scarlet"), ("mn-blue", "azure")] {
        ip(&format!("-n {netns} link set {netns} name {name}"));
        ip(&format!("-n {netns} addr add 192.0.2.1/24 dev {name}"));
        watch.wait_for(name, |line| line["addr"]["dev"] == name);
    }
    let emitted = watch.end();

    for (netns, name) in [("mn-red", "scarlet"), ("mn-blue", "azure")] {
        let about = about(&emitted, netns);
        assert!(
            links(&about).contains(&json!(["new", 50, netns])),
            "{emitted:#?}"
        );
        assert!(
            links(&about).contains(&json!(["change", 50, name])),
            "{emitted:#?}"
        );
        // Also of the end that is told last.
        let is_named = |line: &&Value| {
            let peer = line["link"]["link"].as_str();
            peer.is_none_or(|peer| [netns, name, "peer"].contains(&peer))
        };
        assert!(about.iter().all(is_named), "{emitted:#?}");
        let dev = |line: &&&Value| line["addr"]["dev"] == name;
        assert_eq!(about.iter().filter(dev).count(), 1, "{emitted:#?}");
    }
}

#[test]
fn what_there_is_everywhere_is_emitted_before_one_sync() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    let emitted = Watch::start(&["link"]).end();

    let begin = |line: &&Value| line["kind"] == "netns" && line["netns"] == "mn-red";
    assert_eq!(emitted.iter().find(begin).unwrap()["initial"], true);
    let lo = json!(["new", 1, "lo"]);
    assert!(
        links(&about(&emitted, "mn-red")).contains(&lo),
        "{emitted:#?}"
    );
    // The one where we are has a name as well.
    assert!(about(&emitted, HOME).is_empty());
    let own: Vec<_> = emitted
        .iter()
        .filter(|line| line["netns"].is_null())
        .collect();
    assert!(links(&own).contains(&lo), "{emitted:#?}");
    let syncs: Vec<_> = emitted
        .iter()
        .filter(|line| line["event"] == "sync")
        .collect();
    assert_eq!((syncs.len(), syncs[0]), (1, emitted.last().unwrap()));
}

#[test]
fn a_namespace_that_is_made_meanwhile_is_emitted_from_its_beginning() {
    let _home = Netns::add(HOME);
    let watch = Watch::start(&["link"]);
    let _red = Netns::add("mn-red");
    watch.wait_for_netns("new", "mn-red");
    ip("-n mn-red link add one type veth peer name two");
    watch.wait_for("a link", |line| line["link"]["ifname"] == "one");
    let emitted = watch.end();

    let about = about(&emitted, "mn-red");
    let sync = about.iter().position(|line| line["event"] == "sync");
    let (begin, rest) = about.split_at(sync.unwrap());
    assert_eq!(begin[0]["kind"], "netns", "{emitted:#?}");
    assert!(begin[1..].iter().all(|line| line["initial"] == true));
    assert!(links(begin).contains(&json!(["new", 1, "lo"])));
    assert!(rest.iter().all(|line| line["initial"].is_null()));
}

#[test]
fn a_namespace_that_is_deleted_is_gone() {
    let _home = Netns::add(HOME);
    let red = Netns::add("mn-red");
    ip(&format!(
        "-n {HOME} link add here type veth peer name there netns mn-red"
    ));
    let watch = Watch::start(&["link"]);
    drop(red);
    let end = watch.wait_for_netns("del", "mn-red");
    wait_until("the other end to go", || !has_link(HOME, "here"));
    watch.wait_for("its end", |line| {
        line["event"] == "del" && line["link"]["ifname"] == "here"
    });
    let emitted = watch.end();

    assert!(end["nsid"].is_u64(), "{end}");
    assert_eq!(*about(&emitted, "mn-red").last().unwrap(), &end);
}

#[test]
fn where_the_other_end_of_a_link_went_is_emitted() {
    let _all = [HOME, "mn-red", "mn-blue"].map(Netns::add);
    ip(&format!(
        "-n {HOME} link add here type veth peer name there netns mn-red"
    ));
    ip(&format!("-n {HOME} netns set mn-blue 77"));
    let watch = Watch::start(&["link"]);
    // Links that are down have the end that stays change in nothing else.
    ip("-n mn-red link set there netns mn-blue");
    let change = watch.wait_for("a change", |line| line["link"]["link_netnsid"] == 77);
    watch.end();

    assert_eq!(change["link"]["ifname"], "here");
    assert_eq!(
        (&change["event"], &change["implied"]),
        (&json!("change"), &json!(true))
    );
}

#[test]
fn two_names_are_one_namespace_until_both_are_gone() {
    let _home = Netns::add(HOME);
    let red = Netns::add("mn-red");
    let watch = Watch::start(&["link"]);
    name_again("mn-red", "mn-rouge");
    let rouge = Netns { name: "mn-rouge" };
    ip("-n mn-red link add one type veth peer name two");
    drop(red);
    let change = watch.wait_for_netns("change", "mn-rouge");
    ip("-n mn-rouge link set one name three");
    watch.wait_for("a change", |line| line["link"]["ifname"] == "three");
    drop(rouge);
    watch.wait_for_netns("del", "mn-rouge");
    let emitted = watch.end();

    assert_eq!(
        change["changes"],
        json!({"netns": {"old": "mn-red", "new": "mn-rouge"}})
    );
    let count = |event: &str, name: &str| {
        let is_it = |line: &&Value| line["event"] == event && line["link"]["ifname"] == name;
        emitted.iter().filter(is_it).count()
    };
    assert_eq!(
        (count("new", "one"), count("change", "three")),
        (1, 1),
        "{emitted:#?}"
    );
    let later = links(&about(&emitted, "mn-rouge"));
    let name = |link: &Value| link[0] == "change" && link[2] == "three";
    assert!(later.iter().any(name), "{emitted:#?}");
}

#[test]
fn the_id_that_a_namespace_is_given_is_emitted() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    let watch = Watch::start(&["link"]);
    ip(&format!("-n {HOME} netns set mn-red 77"));
    let change = watch.wait_for_netns("change", "mn-red");
    ip("-n mn-red link set lo up");
    let event = watch.wait_for("a change", |line| {
        line["event"] == "change" && line["kind"] == "link"
    });
    watch.end();

    assert_eq!(change["changes"], json!({"nsid": {"old": null, "new": 77}}));
    assert_eq!(
        (&event["netns"], &event["nsid"]),
        (&json!("mn-red"), &json!(77))
    );
}

#[test]
fn a_link_to_the_file_of_a_process_is_a_name() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    let watch = Watch::start(&["link"]);
    let there = Nameless::start();
    let file = format!("/proc/{}/ns/net", there.0.id());
    std::os::unix::fs::symlink(&file, "/run/netns/mn-link").unwrap();
    watch.wait_for_netns("new", "mn-link");
    fs::remove_file("/run/netns/mn-link").unwrap();
    watch.wait_for_netns("del", "mn-link");
    drop(there);
    watch.end();
}

#[test]
fn namespaces_that_come_and_go_leave_nothing_open() {
    let _home = Netns::add(HOME);
    let watch = Watch::start(&["link"]);
    let before = watch.files();
    for _ in 0..30 {
        let all = ["mn-red", "mn-blue", "mn-green"].map(Netns::add);
        drop(all);
    }
    let _last = Netns::add("mn-last");
    watch.wait_for_netns("new", "mn-last");
    drop(_last);
    watch.wait_for_netns("del", "mn-last");
    wait_until("all closed", || watch.files() == before);
    let emitted = watch.end();

    for netns in ["mn-red", "mn-blue", "mn-green"] {
        let ends: Vec<_> = about(&emitted, netns)
            .into_iter()
            .filter(|line| line["kind"] == "netns" && line["event"] != "change")
            .map(|line| line["event"].as_str().unwrap())
            .collect();
        assert!(
            ends.chunks(2).all(|ends| ends == ["new", "del"]),
            "{ends:?}"
        );
    }
}

#[test]
fn where_nothing_happens_it_sleeps() {
    let _all = [HOME, "mn-red", "mn-blue"].map(Netns::add);
    let watch = Watch::start(&[]);
    // Events that new namespaces cause by themselves.
    wait_until("quiet", || {
        let before = watch.waits();
        sleep(Duration::from_millis(1500));
        before == watch.waits()
    });
    watch.end();
}

#[test]
fn what_nobody_announces_is_found_in_every_namespace_that_has_a_name() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    ip("-n mn-red link add va type veth peer name vb");
    let watch = Watch::start(&["--recheck", "0.2", "link"]);
    let _blue = Netns::add("mn-blue");
    watch.wait_for_netns("new", "mn-blue");
    ip("-n mn-blue link add va type veth peer name vb");
    watch.wait_for("its link", |line| {
        line["netns"] == "mn-blue" && line["link"]["ifname"] == "va"
    });
    for netns in ["mn-red", "mn-blue"] {
        ip(&format!("-n {netns} link set va alias {netns}"));
        let line = watch.wait_for(netns, |line| line["link"]["ifalias"] == netns);
        assert_eq!(
            (&line["netns"], &line["implied"]),
            (&json!(netns), &json!(true))
        );
    }
    watch.end();
}

#[test]
fn who_may_not_enter_a_namespace_gets_a_warning_and_goes_on() {
    let _red = Netns::add("mn-red");
    let output = nlhello_as_nobody(&[
        "monitor",
        "--all-netns",
        "--initial",
        "--timeout",
        "0",
        "link",
    ]);

    assert!(output.status.success(), "{output:?}");
    let emitted = stderr(&output);
    assert!(emitted.contains("netns=mn-red is not watched"), "{emitted}");
    assert!(emitted.contains("EPERM"), "{emitted}");
    assert!(
        stdout(&output).contains("new link: ifindex=1 ifname=lo"),
        "{output:?}"
    );
}

#[test]
fn in_text_the_namespace_stands_before_what_happened() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    let output = nlhello(&[
        "-n",
        HOME,
        "monitor",
        "--all-netns",
        "--initial",
        "--timeout",
        "0",
        "--timestamp",
        "none",
        "link",
    ]);

    let emitted = stdout(&output);
    for line in [
        "[netns mn-home] new link: ifindex=1 ifname=lo ",
        "\nnew netns: netns=mn-red",
        "[netns mn-red] new link: ifindex=1 ifname=lo ",
        "\nsync\n",
    ] {
        assert!(emitted.contains(line), "{emitted}");
    }
}

#[test]
fn so_many_changes_are_emitted_wherever_they_are() {
    let _all = [HOME, "mn-red"].map(Netns::add);
    let child = Command::new("nlhello")
        .args([
            "-n",
            HOME,
            "--json",
            "monitor",
            "--all-netns",
            "--initial",
            "-c",
            "3",
            "link",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let change = || ip("-n mn-red link set lo up");
    idle::wait_until_idle(&child);
    change();
    ip("-n mn-red link set lo down");
    let output = child.wait_with_output().unwrap();

    assert!(output.status.success(), "{output:?}");
    let emitted = json_lines(&output.stdout);
    assert_eq!(
        emitted.iter().filter(|line| line["kind"] == "link").count(),
        3
    );
}

#[test]
fn a_namespace_that_has_an_id_and_no_name_is_received() {
    let _home = Netns::add(HOME);
    let there = Nameless::start();
    let watch = Watch::start(&["link", "addr"]);
    let pid = there.0.id();
    ip(&format!(
        "-n {HOME} link add mn-here type veth peer name mn-there netns {pid}"
    ));
    let begin = watch.wait_for("an id", |line| {
        line["kind"] == "netns" && line["netns"].is_null()
    });
    let is_there = |line: &Value| line["netns"].is_null() && line["nsid"] == begin["nsid"];
    // Links known from the start give the addresses of that namespace their `dev`.
    there.ip("addr add 192.0.2.1/24 dev mn-there");
    watch.wait_for("an address", |line| {
        is_there(line) && line["addr"]["dev"] == "mn-there"
    });
    there.ip("link set mn-there name mn-yonder");
    let link = watch.wait_for("a link", |line| line["link"]["ifname"] == "mn-yonder");
    assert!(is_there(&link) && link["event"] == "new", "{link}");
    drop(there);
    watch.wait_for("its end", |line| is_there(line) && line["event"] == "del");
    let emitted = watch.end();

    let own = |line: &&Value| line["netns"].is_null() && line["nsid"].is_null();
    let own: Vec<_> = emitted.iter().filter(own).collect();
    let wrong = |link: &Value| link[2] == "mn-there" || link[2] == "mn-yonder";
    assert!(!links(&own).iter().any(wrong), "{emitted:#?}");
}

#[test]
fn a_namespace_that_is_given_a_name_is_watched_under_that() {
    let _home = Netns::add(HOME);
    let there = Nameless::start();
    let pid = there.0.id();
    ip(&format!(
        "-n {HOME} link add mn-here type veth peer name mn-there netns {pid}"
    ));
    let watch = Watch::start(&["link"]);
    ip(&format!("netns attach mn-late {pid}"));
    let _late = Netns { name: "mn-late" };
    let begin = watch.wait_for_netns("new", "mn-late");
    there.ip("link set mn-there name mn-yonder");
    let link = watch.wait_for("a link", |line| line["link"]["ifname"] == "mn-yonder");
    let emitted = watch.end();

    assert_eq!(link["netns"], "mn-late");
    let all = emitted.iter().filter(|line| line["kind"] == "netns");
    let all: Vec<_> = all
        .map(|line| json!([line["event"], line["netns"], line["nsid"]]))
        .collect();
    let nsid = &begin["nsid"];
    let expected = [
        json!(["new", null, nsid]),
        json!(["del", null, nsid]),
        json!(["new", "mn-late", nsid]),
    ];
    assert_eq!(all, expected);
    let names = emitted
        .iter()
        .filter(|line| line["link"]["ifname"] == "mn-yonder");
    assert_eq!(names.count(), 1);
}

#[test]
fn what_is_lost_in_one_namespace_is_made_good_there() {
    let _all = [HOME, "mn-red", "mn-blue"].map(Netns::add);
    let watch = Watch::start(&["--buffer", "4096", "route"]);
    let writers = ["mn-red", "mn-blue"].map(|netns| {
        let links = "link set lo up\n";
        let mut commands = links.to_owned();
        for number in 0..3000 {
            let verb = if number % 3 == 2 { "del" } else { "add" };
            let route = number - number % 3;
            let [high, low] = [route / 250, route % 250 + number % 2];
            commands += &format!("route {verb} 198.18.{high}.{low} dev lo table 100\n");
        }
        batch(netns, &commands)
    });
    for mut writer in writers {
        writer.wait().unwrap();
    }
    for netns in ["mn-red", "mn-blue"] {
        let shown = nlhello(&["-n", netns, "--json", "route", "table", "100"]);
        let shown: Vec<Value> = serde_json::from_slice(&shown.stdout).unwrap();
        assert!(shown.len() > 500, "{}", shown.len());
        wait_until("all routes", || {
            routes(&watch.emitted(), netns) == shown.len()
        });
    }
    let emitted = watch.end();

    for netns in ["mn-red", "mn-blue"] {
        let about = about(&emitted, netns);
        let last = |event: &str| about.iter().rposition(|line| line["event"] == event);
        assert!(last("lost").is_some());
        assert!(last("sync") > last("lost"));
    }
}

/// Lets `ip` do what `commands` say, as far as it can.
fn batch(netns: &str, commands: &str) -> Child {
    let mut ip = Command::new("ip")
        .args(["-n", netns, "-force", "-batch", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = ip.stdin.take().unwrap();
    stdin.write_all(commands.as_bytes()).unwrap();
    ip
}

/// Returns how many routes of the test's table there are, as told.
fn routes(emitted: &[Value], netns: &str) -> usize {
    let about = about(emitted, netns);
    let count = |event: &str| {
        let is_it = |line: &&&Value| line["event"] == event && line["route"]["table"] == "100";
        about.iter().filter(is_it).count()
    };
    count("new") - count("del")
}
