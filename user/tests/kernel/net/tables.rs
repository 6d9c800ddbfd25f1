// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The kernel's own tables, as the client shows them.

use crate::lab::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

const NETNS: &str = "tables";

/// More than the client holds before it shows any: each takes 68 bytes.
const MANY: usize = 65_536;

/// Makes a network namespace with a link to nowhere, up.
fn netns_with_link() -> Netns {
    let netns = Netns::add(NETNS);
    ip(
        "link add name here type veth peer name there\nlink set here up\nlink set there up\n\
        address add 10.0.0.1/24 dev here",
    );
    netns
}

/// Runs commands of `ip` in the namespace, one a line.
fn ip(commands: &str) {
    let mut ip = Command::new("ip")
        .args(["-n", NETNS, "-batch", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = ip.stdin.take().unwrap();
    stdin.write_all(commands.as_bytes()).unwrap();
    drop(stdin);
    assert!(ip.wait().unwrap().success());
}

fn add_many_routes() {
    let commands: String = (0..MANY)
        .map(|i| (16 + i / 65536, i / 256 % 256, i % 256))
        .map(|(a, b, c)| format!("route add {a}.{b}.{c}.0/24 via 10.0.0.2 metric 7\n"))
        .collect();
    ip(&commands);
}

/// Runs the client in the namespace with room for `kib` KiB of memory that is its own to write:
/// `RLIMIT_DATA` of getrlimit(2). What it takes as a program depends on how it was built.
fn nlhello_within(kib: u64, args: &[&str]) -> Output {
    let limit = format!("--data={}", kib << 10);
    run(Command::new("prlimit")
        .args([&limit, "nlhello", "-n", NETNS])
        .args(args))
}

fn array(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_large_table_is_shown_whole_in_little_memory() {
    let _netns = netns_with_link();
    add_many_routes();

    let text = nlhello_within(8 << 10, &["route", "-4"]);
    assert_eq!(stderr(&text), "");
    let lines = stdout(&text)
        .lines()
        .filter(|line| line.contains("metric=7"))
        .count();
    assert_eq!(lines, MANY);

    let routes = array(&nlhello_within(8 << 10, &["--json", "route", "-4"]));
    let many: Vec<_> = routes.iter().filter(|route| route["metric"] == 7).collect();
    assert_eq!(many.len(), MANY);
    assert_eq!(many[257]["dst"], "16.1.1.0/24");
    assert!(many
        .iter()
        .all(|route| route["gateway"] == "10.0.0.2" && route["dev"] == "here"));
}

#[test]
fn a_large_table_is_shown_whole_where_no_thread_can_be_started() {
    let _netns = netns_with_link();
    add_many_routes();
    let nobody = ["netns", "exec", NETNS, "setpriv", "--reuid", "65534"];
    let command = ["prlimit", "--nproc=1", "nlhello", "--json", "route", "-4"];
    let output = run(Command::new("ip").args(nobody).args(command));

    assert_eq!(stderr(&output), "");
    let routes = array(&output);
    let many = routes.iter().filter(|route| route["metric"] == 7);
    assert_eq!(many.count(), MANY);
}

#[test]
fn a_reader_that_leaves_early_ends_the_client_quietly() {
    let _netns = netns_with_link();
    add_many_routes();
    let output = run(Command::new("sh").args(["-c", "nlhello -n tables route -4 | head -n 2"]));

    assert_eq!(stdout(&output).lines().count(), 2);
    assert_eq!(stderr(&output), "");
}

#[test]
fn output_that_nobody_takes_is_an_error() {
    let _netns = netns_with_link();
    let output = run(Command::new("sh").args(["-c", "nlhello -n tables route >/dev/full"]));

    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("No space left on device (ENOSPC)"),
        "{output:?}"
    );
}

#[test]
fn a_table_that_is_not_there_is_refused_in_the_kernels_words_and_the_json_is_valid() {
    let _netns = netns_with_link();
    let output =
        run(Command::new("nlhello").args(["-n", NETNS, "--json", "route", "-4", "table", "4711"]));

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "[]\n");
    let error = &json_lines(&output.stderr)[0]["error"];
    assert_eq!(error["op"], "list routes");
    assert_eq!(error["message"], "ipv4: FIB table does not exist");
}

#[test]
fn tables_are_shown_to_who_has_no_privilege() {
    assert!(run(Command::new("ip").args(["link", "set", "lo", "up"]))
        .status
        .success());
    let output = nlhello_as_nobody(&["--json", "route", "table", "all"]);

    assert!(
        array(&output)
            .iter()
            .any(|route| route["dst"] == "127.0.0.0/8"),
        "{output:?}"
    );
}

/// Returns the values under these keys of all that `ip` or the client shows for `line`, in an order.
fn shown_by(program: &str, line: &str, keys: &[&str]) -> Vec<String> {
    let output = run(Command::new(program)
        .args(["-n", NETNS])
        .args(arguments(program, line)));
    assert!(output.status.success(), "{program} {line}: {output:?}");
    let rows = match output.stdout.is_empty() {
        true => Vec::new(),
        false => array(&output),
    };
    let value = |row: &Value, key: &&str| match *key {
        "local" => row["addr_info"].as_array().map_or(String::new(), |all| {
            all.iter().filter_map(|one| one["local"].as_str()).collect()
        }),
        // `ip` does not know how long addresses of groups are.
        "dst" => row["dst"]
            .to_string()
            .replace("/32", "")
            .replace("/128", ""),
        "table" => row["table"].as_str().unwrap_or("main").to_owned(),
        "nexthops" => ["gateway", "dev"]
            .map(|part| parts_of(&row["nexthops"], part))
            .concat(),
        key => row[key].to_string(),
    };
    let row = |row: &Value| keys.iter().map(|key| value(row, key)).collect::<String>();
    // `ip` has an empty object for what is not chosen.
    let is_chosen = |row: &&Value| row != &&serde_json::json!({});
    let shown = rows.iter().filter(is_chosen).map(row);
    let mut shown: Vec<_> = shown.filter(|row| !row.is_empty()).collect();
    shown.sort();
    shown
}

/// Returns the values under `key` of all `objects`, if there are any.
fn parts_of(objects: &Value, key: &str) -> String {
    let all = objects.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().map(|one| one[key].to_string()).collect()
}

/// Returns the arguments that `line` of `ip` is to a program: the client has options behind the kind of objects.
fn arguments<'l>(program: &str, line: &'l str) -> Vec<&'l str> {
    let words = line.split_whitespace();
    let (options, words): (Vec<_>, Vec<_>) = words.partition(|word| ["-4", "-6"].contains(word));
    match program {
        "ip" => [&["-json"], &options[..], &words].concat(),
        _ => [&["--json"], &words[..1], &options, &["--"], &words[1..]].concat(),
    }
}

/// Words of ip(8) by which objects are chosen, and the keys by which one is told from another.
const CHOSEN: &[(&[&str], &str, &[&str])] = &[
    (
        &["ifname"],
        "link show",
        &[
            "",
            "nomaster",
            "master bridge",
            "up",
            "type veth",
            "type bridge_slave",
        ],
    ),
    (
        &["ifname", "local"],
        "addr show",
        &[
            "permanent",
            "dynamic",
            "tentative",
            "secondary",
            "primary",
            "deprecated",
            "nomaster",
            "master bridge",
            "dev here secondary",
            "to 10.0.0.0/8",
            "to 2001:db8::/32",
            "up scope link",
        ],
    ),
    // With labels `ip` has objects that say nothing of their link.
    (
        &["local"],
        "addr show label",
        &[
            "here:*",
            "here",
            "here*",
            "bridge",
            "nosuch",
            "here:x up",
            "here nomaster",
        ],
    ),
    (
        &["dst", "dev"],
        "neigh show",
        &[
            "",
            "to 10.0.0.0/8",
            "10.0.0.9",
            "to 2001:db8::9",
            "unused",
            "nomaster",
            "master bridge",
            "nud permanent",
            "proxy",
        ],
    ),
    (
        &["dst"],
        "-4 route show",
        &[
            "",
            "via inet6 fe80::9",
            "via 10.0.0.9",
            "via 10.0.0.0/24",
            "cache",
            "table cache",
            "metric 7",
            "src 10.0.0.1",
            "root 10.9.0.0/16",
            "to root 10.9.0.0/16",
            "match 10.9.1.1",
            "all",
            "to any",
            "default",
            "table all scope host",
            "table local",
            "table all",
            "exact 10.9.0.0/16",
            "to 10.9.0.0/16",
            "10.9.1.1",
            "dev here",
            "oif here",
            "type unicast",
            "proto kernel",
            "proto all",
            "scope link",
            "scope all",
            "tos 0",
            "mark 0",
            "match any",
        ],
    ),
    (
        &["priority"],
        "-4 rule show",
        &[
            "",
            "10.8.0.0/16",
            "from 10.7.0.0/16",
            "from all",
            "from default",
            "from 0.0.0.0/0",
            "to default",
            "to 10.0.0.0/8",
            "table 7",
            "dev here",
            "not",
            "tos 0x10",
            "iif here",
            "order 5",
        ],
    ),
];

/// Waits until no address of the pair is tentative: that ends between two programs where it is under way.
fn wait_until_settled() {
    let is_tentative = |dev: &&str| {
        let line = format!("addr show dev {dev} tentative");
        !shown_by("ip", &line, &["local"]).is_empty()
    };
    wait_until("no address of the pair is tentative", || {
        !["here", "there"].iter().any(is_tentative)
    });
}

#[test]
fn words_of_ip_choose_what_they_choose_there() {
    let _netns = netns_with_link();
    ip("link add name bridge type bridge\nlink add one type veth peer name other\nlink set one master bridge\n\
        link set bridge up\naddress add 10.0.0.2/24 dev here label here:x\n\
        address add 10.0.0.3/24 dev here valid_lft 500 preferred_lft 0\n\
        address add 2001:db8::1/64 dev one\naddress add 2001:db8::2/64 dev bridge nodad\n\
        neigh add 10.0.0.9 lladdr 2:0:0:0:0:9 dev here\nneigh add 2001:db8::9 lladdr 2:0:0:0:0:9 dev bridge\n\
        neigh add 10.0.0.8 lladdr 2:0:0:0:0:8 dev one nud stale\nneigh add proxy 10.0.0.7 dev here\n\
        route add 10.9.0.0/16 via 10.0.0.9 metric 7\nroute add 10.9.1.0/24 via inet6 fe80::9 dev here\n\
        route add 10.9.2.0/24 dev here src 10.0.0.1\nroute add default via 10.0.0.9\n\
        rule add pref 5 to 10.8.0.0/16 table 7\nrule add pref 6 not from 10.7.0.0/16 tos 0x10 table 7\n\
        rule add pref 7 iif here table 7");
    wait_until_settled();

    let mut none_or_all = 0;
    for (keys, command, lines) in CHOSEN {
        let kind = command.trim_end_matches(" label");
        let all = shown_by("nlhello", kind, keys);
        for words in *lines {
            let line = format!("{command} {words}");
            let shown = shown_by("nlhello", &line, keys);
            assert_eq!(shown, shown_by("ip", &line, keys), "{line}");
            none_or_all += usize::from(shown.is_empty() || shown == all);
        }
    }
    assert!(none_or_all < 35, "{none_or_all}");
}

/// Routes of IPv4 and IPv6 with several next hops, each also by the group of them.
const ROUTES_BY_NEXT_HOPS: &str = "address add 2001:db8::1/64 dev here nodad
nexthop add id 1 via 10.0.0.7 dev here
nexthop add id 2 via 10.0.0.8 dev here
nexthop add id 10 group 1/2
nexthop add id 3 via 2001:db8::7 dev here
nexthop add id 4 via 2001:db8::8 dev here
nexthop add id 11 group 3/4
route add 10.9.0.0/16 nhid 10
route add 10.8.0.0/16 nexthop via 10.0.0.7 nexthop via 10.0.0.8
route add 10.8.0.0/16 via 10.0.0.7 metric 7
route add 10.8.0.0/16 via 10.0.0.7 table 700
route add 2001:db8:9::/48 nhid 11
route add 2001:db8:8::/48 nexthop via 2001:db8::7 dev here nexthop via 2001:db8::8 dev here
route add 2001:db8:8::/48 nhid 3 table 700";

/// Adds a route of MPLS; does nothing where the kernel has none.
fn add_route_of_label() {
    const ALLOW: &str = "echo 1000 >/proc/sys/net/mpls/platform_labels";
    const ADD: &str = "-f mpls route add 300 as 400 via inet 10.0.0.7 dev here";
    let allow = ["netns", "exec", NETNS, "sh", "-c", ALLOW];
    if run(Command::new("ip").args(allow)).status.success() {
        let output = run(Command::new("ip").args(["-n", NETNS]).args(ADD.split(' ')));
        assert!(output.status.success(), "{output:?}");
    }
}

/// Program that routes a group of IPv4 and one of IPv6: its routes go with it.
struct GroupRouter(Child);

impl GroupRouter {
    fn start() -> Self {
        let mut child = Command::new("ip")
            .args(["netns", "exec", NETNS, "python3"])
            .args([
                "user/tests/kernel/parity/mroute.py",
                "here",
                "there",
                "hold",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "added\n");
        Self(child)
    }
}

impl Drop for GroupRouter {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn routes_of_all_families_are_those_of_ip_each_shown_once() {
    const KEYS: &[&str] = &[
        "dst", "table", "dev", "iif", "nhid", "metric", "gateway", "nexthops",
    ];
    let _netns = netns_with_link();
    ip(ROUTES_BY_NEXT_HOPS);
    add_route_of_label();
    let _router = GroupRouter::start();
    wait_until_settled();

    for (family, has_groups) in [("", true), ("-4", false), ("-6", false)] {
        let line = format!("{family} route show table all");
        let shown = shown_by("nlhello", &line, KEYS);
        assert_eq!(shown, shown_by("ip", &line, KEYS), "{line}");
        let twice = shown.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None, "{line}");
        for group in ["239.1.2.3", "ff0e::7"] {
            let is_shown = shown.iter().any(|route| route.contains(group));
            assert_eq!(is_shown, has_groups, "{line}: {group}");
        }
    }
}

#[test]
fn a_word_that_is_wrong_is_refused_with_what_it_should_be() {
    let _netns = netns_with_link();
    for (line, message) in [
        ("link vrf here", "here is no VRF"),
        ("neigh vrf nosuch", "find a VRF nosuch: No such device"),
        (
            "route via inet6 10.0.0.1",
            "'via': 'inet6 10.0.0.1' is no address",
        ),
        ("route via inet6", "'inet6' needs a value"),
        ("route scope nearby", "'scope': 'nearby' is no scope"),
        ("route up", "'up' is unknown"),
        ("addr to 10.0.0.0/33", "'to': '10.0.0.0/33' is no prefix"),
        ("addr here there", "'there' is unknown"),
        ("link nosuch", "there is no link nosuch"),
        ("addr nosuch", "there is no link nosuch"),
        (
            "rule fwmark red",
            "'fwmark': 'red' is no number of its range",
        ),
        ("wait neigh unused", "'unused': how many use a neighbour"),
        ("wait addr master here", "'here' is unknown"),
    ] {
        let output = run(Command::new("nlhello")
            .args(["-n", NETNS])
            .args(line.split(' ')));
        assert!(!output.status.success(), "{line}: {output:?}");
        assert!(stderr(&output).contains(message), "{line}: {output:?}");
    }
}
