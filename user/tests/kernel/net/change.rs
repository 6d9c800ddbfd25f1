// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes that the client makes, and refusals of the kernel.

use crate::lab::*;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Output, Stdio};

const NETNS: &str = "change";

/// Makes a network namespace with two ends of a pair, up, the first with an address.
pub fn netns_with_pair() -> Netns {
    let netns = Netns::add(NETNS);
    for words in [
        "link add v1 type veth peer name v2",
        "link set v1 up",
        "link set v2 up",
        "addr add 10.0.0.1/24 dev v1",
    ] {
        done(words);
    }
    netns
}

/// Runs the client in the namespace.
pub fn change(words: &str) -> Output {
    let words: Vec<_> = ["-n", NETNS]
        .into_iter()
        .chain(words.split_whitespace())
        .collect();
    nlhello(&words)
}

/// Has the kernel do what `words` say.
pub fn done(words: &str) {
    let output = change(words);
    assert!(output.status.success(), "{words}: {output:?}");
    assert_eq!((stdout(&output), stderr(&output)), Default::default());
}

/// Returns what `ip` shows in the namespace, one of it.
pub fn shown(words: &str) -> Value {
    let mut all = all_shown(words);
    assert_eq!(all.len(), 1, "{words}: {all:?}");
    all.remove(0)
}

pub fn all_shown(words: &str) -> Vec<Value> {
    let output = run(Command::new("ip")
        .args(["-n", NETNS, "-j", "-d"])
        .args(words.split_whitespace()));
    assert!(output.status.success(), "{words}: {output:?}");
    match output.stdout.is_empty() {
        true => Vec::new(),
        false => serde_json::from_slice(&output.stdout).unwrap(),
    }
}

/// Checks that each of `expected` is at its place in what `ip` shows with `words`.
#[track_caller]
pub fn assert_shown(words: &str, expected: &[(&str, Value)]) {
    let object = shown(words);
    for (place, value) in expected {
        assert_eq!(object.pointer(place), Some(value), "{place}: {object}");
    }
}

/// Runs a batch in the namespace.
fn batch(args: &[&str], text: &str) -> Output {
    let mut nlhello = Command::new("nlhello")
        .args(["-n", NETNS, "batch"])
        .args(args)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = nlhello.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    nlhello.wait_with_output().unwrap()
}

#[test]
fn a_link_becomes_what_is_said() {
    let _netns = netns_with_pair();
    done("link set v1 mtu 1400 address 02:00:00:00:00:01 alias friend txqueuelen 7");
    assert_shown(
        "link show v1",
        &[
            ("/mtu", 1400.into()),
            ("/address", "02:00:00:00:00:01".into()),
            ("/ifalias", "friend".into()),
            ("/txqlen", 7.into()),
        ],
    );
    done("link add br0 type bridge");
    done("link set dev v2 master br0");
    assert_shown("link show v2", &[("/master", "br0".into())]);
    done("link set v2 nomaster down");
    let v2 = shown("link show v2");
    assert_eq!(
        (&v2["master"], &v2["operstate"]),
        (&Value::Null, &"DOWN".into())
    );
    done("link set br0 name br1");
    done("link del br1");
    assert!(all_shown("link show type bridge").is_empty());
}

#[test]
fn a_link_whose_name_is_not_utf8_is_found_by_it() {
    let _netns = netns_with_pair();
    let name = OsStr::from_bytes(b"\xff");
    for words in [
        &["add".as_ref(), name, "type".as_ref(), "bridge".as_ref()][..],
        &["set".as_ref(), name, "mtu".as_ref(), "1400".as_ref()],
    ] {
        let output = run(Command::new("nlhello")
            .args(["-n", NETNS, "link"])
            .args(words));
        assert!(output.status.success(), "{output:?}");
    }
    let links = change("--json link show type bridge");
    assert_eq!(json_lines(&links.stdout)[0][0]["mtu"], 1400);
}

#[test]
fn a_link_goes_to_another_namespace_by_name_and_by_process() {
    let _netns = netns_with_pair();
    let other = Netns::add("other");
    done("link set v2 netns other");
    let there = nlhello(&["-n", other.name, "link", "set", "v2", "mtu", "1400"]);
    assert!(there.status.success(), "{there:?}");

    let mut process = Command::new("unshare")
        .args(["--net", "sleep", "1000"])
        .spawn()
        .unwrap();
    wait_until("a namespace of its own", || is_elsewhere(&process));
    let pid = process.id().to_string();
    done("link add d1 type veth");
    done(&format!("link set d1 netns {pid}"));
    let there = nlhello(&["-n", &pid, "link", "set", "d1", "mtu", "1400"]);
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(there.status.success(), "{there:?}");
}

/// Says whether `process` is in another network namespace than this one, and its program runs.
fn is_elsewhere(process: &Child) -> bool {
    let netns = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    let pid = process.id().to_string();
    let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();

    comm == "sleep\n" && netns(&pid).is_some_and(|there| Some(there) != netns("self"))
}

#[test]
fn an_address_becomes_what_is_said() {
    let _netns = netns_with_pair();
    done("addr add 10.1.0.1/16 dev v1 brd + label v1:x metric 7 scope link");
    done("addr add 10.2.0.1 peer 10.2.0.2/31 dev v1");
    done("addr add dev v1 brd + 10.3.0.1 peer 10.4.0.1/16");
    done("addr add 10.5.0.1/31 dev v1 brd +");
    done("addr add 2001:db8::1/64 dev v1 nodad noprefixroute valid_lft 1000 preferred_lft 500");
    done(
        "addr replace 2001:db8::1/64 dev v1 nodad noprefixroute valid_lft forever preferred_lft 0",
    );

    let shown = shown("addr show v1");
    let find = |local: &str| {
        let mut all = shown["addr_info"].as_array().unwrap().iter();
        all.find(|addr| addr["local"] == local).unwrap().clone()
    };
    let first = find("10.1.0.1");
    assert_eq!(first["broadcast"], "10.1.255.255");
    assert_eq!(first["label"], "v1:x");
    assert_eq!(first["metric"], 7);
    assert_eq!(first["scope"], "link");
    let second = find("10.2.0.1");
    assert_eq!(
        (&second["address"], &second["prefixlen"]),
        (&"10.2.0.2".into(), &31.into())
    );
    assert_eq!(find("10.3.0.1")["broadcast"], "10.4.255.255");
    assert_eq!(find("10.5.0.1")["broadcast"], Value::Null);
    let third = find("2001:db8::1");
    assert_eq!(third["valid_life_time"], u32::MAX);
    assert_eq!(third["preferred_life_time"], 0);
    assert_eq!(
        (&third["nodad"], &third["noprefixroute"]),
        (&true.into(), &true.into())
    );

    done("addr del 10.1.0.1/16 dev v1");
    assert_eq!(change("addr del 10.1.0.1/16 dev v1").status.code(), Some(1));
}

#[test]
fn a_route_becomes_what_is_said() {
    let _netns = netns_with_pair();
    for words in [
        "route add 10.1.0.0/16 via 10.0.0.2 mtu 1300 metric 5 proto static src 10.0.0.1 table 1000",
        "route append 10.1.0.0/16 via 10.0.0.3 metric 5 table 1000",
        "route replace 10.1.0.0/16 via 10.0.0.4 metric 6 table 1000",
        "route change 10.1.0.0/16 via 10.0.0.5 metric 6 table 1000",
        "route add default nexthop via 10.0.0.2 dev v1 weight 3 nexthop via inet6 fe80::1 dev v1",
        "route add blackhole 10.9.0.0/16",
        "route add unreachable 2001:db8:9::/48",
        "route add 10.2.0.0/16 dev v1",
        "route add 10.3.0.0/16 via 192.0.2.1 dev v1 onlink",
    ] {
        done(words);
    }
    let routes = all_shown("route show table 1000 10.1.0.0/16");
    let gateways: Vec<_> = routes.iter().map(|route| &route["gateway"]).collect();
    assert_eq!(gateways, ["10.0.0.2", "10.0.0.3", "10.0.0.5"]);
    assert_eq!(routes[0]["metrics"][0]["mtu"], 1300);
    assert_eq!(routes[0]["protocol"], "static");
    assert_eq!(routes[0]["prefsrc"], "10.0.0.1");
    assert_shown(
        "route show default",
        &[
            ("/nexthops/0/weight", 3.into()),
            ("/nexthops/0/gateway", "10.0.0.2".into()),
            ("/nexthops/1/weight", 1.into()),
            ("/nexthops/1/via/host", "fe80::1".into()),
        ],
    );
    assert_shown("route show 10.9.0.0/16", &[("/type", "blackhole".into())]);
    assert_shown(
        "-6 route show 2001:db8:9::/48",
        &[("/type", "unreachable".into())],
    );
    assert_shown("route show 10.2.0.0/16", &[("/scope", "link".into())]);
    assert_shown("route show 10.3.0.0/16", &[("/flags/0", "onlink".into())]);

    done("route del 10.1.0.0/16 table 1000");
    done("route del default");
    assert_eq!(all_shown("route show table 1000").len(), 2);
}

#[test]
fn a_default_route_is_of_the_family_that_is_said_or_that_of_its_router() {
    let _netns = netns_with_pair();
    done("addr add 2001:db8::1/64 dev v1 nodad");
    done("route add default via 2001:db8::2");
    assert_shown(
        "-6 route show default",
        &[("/gateway", "2001:db8::2".into())],
    );
    done("route del default via 2001:db8::2");
    done("route -6 add default dev v1");
    assert_shown("-6 route show default", &[("/dev", "v1".into())]);
}

#[test]
fn a_neighbour_becomes_what_is_said() {
    let _netns = netns_with_pair();
    done("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v1");
    done("neigh replace 10.0.0.3 lladdr 02:00:00:00:00:03 dev v1 nud stale");
    assert_shown(
        "neigh show 10.0.0.2",
        &[
            ("/lladdr", "02:00:00:00:00:02".into()),
            ("/state/0", "PERMANENT".into()),
        ],
    );
    assert_shown("neigh show 10.0.0.3", &[("/state/0", "STALE".into())]);
    done("neigh del 10.0.0.2 dev v1");
    assert!(all_shown("neigh show nud permanent").is_empty());
}

#[test]
fn who_may_not_change_anything_gets_a_hint_of_what_it_takes() {
    for (words, op) in [
        (&["link", "set", "lo", "up"][..], "link set lo"),
        (
            &["route", "add", "10.0.0.0/8", "dev", "lo"],
            "route add 10.0.0.0/8",
        ),
    ] {
        let output = nlhello_as_nobody(words);
        assert_eq!(
            stderr(&output),
            format!(
                "nlhello: {op}: Operation not permitted (EPERM): try as root: it takes CAP_NET_ADMIN\n"
            )
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2_and_changes_nothing() {
    let _netns = netns_with_pair();
    for (words, expected) in [
        ("route show tabel", "list routes: 'tabel' is unknown"),
        (
            "route add 10.1.0.0/33 dev v1",
            "'10.1.0.0/33' is no IP address or prefix",
        ),
        ("route add 10.1.0.0/16 dev", "'dev' needs a value"),
        ("route add", "where to is missing"),
        (
            "route add 10.1.0.0/16 dev v1 nexthop weight 257",
            "no number from 1 to 256",
        ),
        (
            "route -6 add 10.1.0.0/16 dev v1",
            "'10.1.0.0/16' is of another family",
        ),
        (
            "route add 10.1.0.0/16 dev v1 table all",
            "'table': 'all' is no table",
        ),
        ("route del 10.0.0.0/24 table all", "'all' is no table"),
        ("link add x type vrf table all", "'all' is no table"),
        ("addr add 10.1.0.1/16", "'dev' is missing"),
        ("addr add dev v1", "the address is missing"),
        (
            "addr add 10.1.0.1/16 brd 2001:db8::1 dev v1",
            "'2001:db8::1' is of another family",
        ),
        (
            "addr add 10.1.0.1 peer 2001:db8::1/16 dev v1",
            "'2001:db8::1/16' is of another family",
        ),
        (
            "addr add 2001:db8::1/64 brd + dev v1",
            "no broadcast addresses of IPv6",
        ),
        (
            "neigh add 10.0.0.2 dev v1 lladdr 02:0x",
            "'02:0x' is no link-layer address",
        ),
        (
            "neigh add 10.0.0.2 dev v1 nud nosuch",
            "'nosuch' is no state",
        ),
        ("link set v1 up sideways", "'sideways' is unknown"),
        ("link set v1 mtu 4294967296", "'4294967296' is no number"),
        ("link add x", "'type' is missing"),
        ("link del v1 up", "'up' is unknown"),
        ("link set", "the name of a link is missing"),
    ] {
        let output = change(words);
        let printed = stderr(&output);
        assert!(printed.contains(expected), "{words}: {printed}");
        assert!(printed.contains("(EINVAL)"), "{words}: {printed}");
        assert_eq!(output.status.code(), Some(2), "{words}");

        let json = change(&format!("--json {words}"));
        let error = &json_lines(&json.stderr)[0]["error"];
        assert_eq!(error["errno"], libc::EINVAL, "{words}");
        assert_eq!(json.status.code(), Some(2), "{words}");
    }
    assert_eq!(all_shown("route show 10.1.0.0/16"), Vec::<Value>::new());
    assert_eq!(all_shown("route show 10.0.0.0/24").len(), 1);
}

#[test]
fn a_batch_ends_at_the_line_that_fails_and_not_one_later() {
    let _netns = netns_with_pair();
    let output = batch(
        &[],
        "# comment\n\nroute add 10.1.0.0/16 dev v1\nroute add 10.1.0.0/16 dev v1\n\
         route add 10.2.0.0/16 dev v1\n",
    );

    assert_eq!(
        stderr(&output),
        "nlhello: -:4: route add 10.1.0.0/16: File exists (EEXIST)\n"
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(all_shown("route show 10.1.0.0/16").len(), 1);
    assert_eq!(all_shown("route show 10.2.0.0/16").len(), 0);
}

#[test]
fn a_batch_that_goes_on_names_each_line_that_failed() {
    let _netns = netns_with_pair();
    let mut text = String::new();
    for n in 0..200 {
        // Every tenth is there already.
        let n = if n % 10 == 9 { n - 1 } else { n };
        text += &format!("route add 10.1.{n}.0/24 dev v1\n");
    }
    text += "route add nonsense\nlink set nosuch up\nroute add 10.2.0.0/16 dev 'v1' # fine\n";
    let output = batch(&["--force"], &text);

    assert_eq!(output.status.code(), Some(1));
    let printed = stderr(&output);
    let failed: Vec<u32> = printed
        .lines()
        .map(|line| line.split(':').nth(2).unwrap().parse().unwrap())
        .collect();
    let expected: Vec<u32> = (0..20).map(|n| 10 * n + 10).chain([201, 202]).collect();
    assert_eq!(failed, expected, "{printed}");
    assert_eq!(all_shown("route show root 10.1.0.0/16").len(), 180);
    assert_eq!(all_shown("route show 10.2.0.0/16").len(), 1);
}

#[test]
fn a_batch_finds_links_by_the_names_that_they_have_by_then() {
    let _netns = netns_with_pair();
    let output = batch(
        &["--force"],
        "link add d1 type bridge\nlink set d1 up\nroute add 10.1.0.0/16 dev d1\n\
         link set d1 name d2\nlink add d1 type bridge\nlink set d1 up\n\
         route add 10.2.0.0/16 dev d1\nroute add 10.3.0.0/16 dev d2\n",
    );

    assert!(output.status.success(), "{output:?}");
    for (route, link) in [("10.1", "d2"), ("10.2", "d1"), ("10.3", "d2")] {
        assert_shown(
            &format!("route show {route}.0.0/16"),
            &[("/dev", link.into())],
        );
    }
}

#[test]
fn a_batch_shows_what_is_there_when_its_turn_comes() {
    let _netns = netns_with_pair();
    let output = batch(
        &["--force"],
        "route show proto 99\nroute add 10.1.0.0/16 dev v1 proto 99\nroute show proto 99\n\
         route del 10.1.0.0/16\nroute show proto 99\n",
    );

    assert!(output.status.success(), "{output:?}");
    assert_eq!(stdout(&output).lines().count(), 1);
    assert!(stdout(&output).starts_with("10.1.0.0/16"), "{output:?}");
}

#[test]
fn the_lines_of_a_batch_that_make_no_sense_are_named() {
    let _netns = netns_with_pair();
    for (line, expected) in [
        (
            "route add 10.1.0.0/16 dev 'v1",
            "do a batch: a quote has no end",
        ),
        (
            "bogus",
            "read the command line: unrecognized subcommand 'bogus'",
        ),
        ("batch -", "do a batch: a batch is in one namespace"),
        ("-n other route", "do a batch: a batch is in one namespace"),
        ("--help", "do a batch: help is for the command line"),
    ] {
        let output = batch(&["--json"], &format!("\n{line}\n"));
        let error = &json_lines(&output.stderr)[0]["error"];
        let printed = format!(
            "{}: {}",
            error["op"].as_str().unwrap(),
            error["message"].as_str().unwrap()
        );
        assert!(printed.starts_with(expected), "{line}: {printed}");
        assert_eq!((&error["file"], &error["line"]), (&"-".into(), &2.into()));
        assert_eq!(output.status.code(), Some(1));
    }
    let output = change("batch /nosuch");
    assert_eq!(
        stderr(&output),
        "nlhello: do a batch /nosuch: No such file or directory (ENOENT)\n"
    );
}

#[test]
fn the_namespace_of_a_user_of_ones_own_is_entered_without_root() {
    let owner = |args: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
        command.args(args);
        command
    };
    let program = program_of_nobody();
    let program = program.to_str().unwrap();
    let mut process = owner(&["unshare", "--map-root-user", "--net", "sleep", "1000"])
        .spawn()
        .unwrap();
    wait_until("a namespace of its own", || is_elsewhere(&process));
    let pid = process.id().to_string();
    let there = run(&mut owner(&[
        program, "-n", &pid, "link", "add", "d1", "type", "bridge",
    ]));
    let refused = run(&mut owner(&[program, "-n", "/proc/1/ns/net", "route"]));
    process.kill().unwrap();
    process.wait().unwrap();

    assert!(there.status.success(), "{there:?}");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("/proc/1/ns/net"), "{refused:?}");
}
