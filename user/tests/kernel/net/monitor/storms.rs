// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Storms of changes: what `nlhello monitor` has told in the end is what there is.

use super::picture::{self, Picture};
use super::storm::{self, storm_of, Ip, Watch, WRITERS};
use crate::lab::*;
use crate::random::Random;
use nlhello::wire::NLM_F_REQUEST;
use std::array::from_fn;

const NETNS: &str = "storm";

/// How many times something is lost where that is many times.
const LOSSES: usize = 200;

/// Returns a random change of a route, of one of several writers.
fn change_of_a_route(random: &mut Random, writer: usize) -> String {
    let mut number = |below: usize| random.below(below);
    let verb = ["replace", "replace", "replace", "append", "del"][number(5)];
    let (a, b, via) = (number(100), number(256), 2 + number(3));

    format!("route {verb} 20.{a}.{b}.0/24 via 10.{writer}.0.{via} metric {writer}")
}

/// Returns a datagram of random changes of routes to nowhere: the kernel makes them all in one go,
/// faster than anybody reads of them.
fn routes_at_once(random: &mut Random) -> Vec<u8> {
    let mut change = || {
        let verb = [libc::RTM_NEWROUTE, libc::RTM_DELROUTE][random.below(2)];
        let dst = [198, 18, 0, random.below(64) as u8];
        // `struct rtmsg`: of IPv4, all bits, no source, no type of service, table 77.
        let rtmsg = [2, 32, 0, 0, 77, 4, 0, libc::RTN_BLACKHOLE, 0, 0, 0, 0];
        let payload = [&rtmsg[..], &attrs(&[(libc::RTA_DST, &dst)])].concat();
        message(
            header(verb, NLM_F_REQUEST | libc::NLM_F_CREATE as u16, 0),
            &payload,
        )
    };

    (0..60).flat_map(|_| change()).collect()
}

/// Lets several processes change things at once; meanwhile `meddle` is done.
fn storm(meddle: impl FnOnce()) {
    // `ip` gives up where a next hop has no link, so none has many to do.
    let sizes = [storm::changes(), 20];
    storm_of(&mut Random::new(), &[NETNS], storm::change, sizes, meddle);
}

/// Runs commands of `ip` there.
fn ip(commands: &str) {
    storm::ip(NETNS, commands);
}

/// Ends a monitor, and asserts that what it has told is what there is; returns how many lines there
/// were, and what they come to.
fn end_right(watch: Watch) -> (usize, Picture) {
    let mut emitted = Picture::default();
    let compare = |emitted: &Picture| picture::compare(emitted, NETNS);
    let lines = watch.wait_until_right(&mut emitted, Picture::take, compare);
    println!("{lines} lines, {} losses", emitted.lost);
    (lines, emitted)
}

/// Says whether any link was made there.
fn has_links() -> bool {
    let output = nlhello(&["-n", NETNS, "--json", "link", "type", "veth"]);
    stdout(&output).trim() != "[]"
}

fn with_netns(test: impl FnOnce()) {
    let _netns = Netns::add(NETNS);
    ip("link set lo up");
    test();
}

#[test]
fn after_a_storm_what_was_emitted_is_what_is_there() {
    with_netns(|| {
        let watch = Watch::start(NETNS, &[]);
        storm(|| {});
        end_right(watch);
    });
}

#[test]
fn with_little_room_what_was_lost_is_emitted_all_the_same() {
    with_netns(|| {
        let watch = Watch::start(NETNS, &["--buffer", "4096"]);
        storm(|| {});
        let (_, picture) = end_right(watch);
        assert!(picture.lost > 0);
    });
}

#[test]
fn after_hundreds_of_losses_what_was_emitted_is_what_is_there() {
    with_netns(|| {
        let watch = Watch::start(NETNS, &["--buffer", "2048"]);
        let mut random = Random::new();
        let (mut lines, mut losses, mut is_behind) = (watch.lines(), 0, false);
        let flood = Peer::of_in(libc::NETLINK_ROUTE as u32, NETNS);
        let mut writers: [_; WRITERS] = from_fn(|_| Ip::start(NETNS));
        let mut bursts = 0..20 * LOSSES;
        while losses < LOSSES {
            bursts.next().expect("a burst now and then is too much");
            for (number, writer) in writers.iter_mut().enumerate() {
                let changes = (0..5).map(|_| storm::change(&mut random, number) + "\n");
                writer.run(&changes.collect::<String>());
            }
            flood.send(&routes_at_once(&mut random));
            // Losses reported before the next sync are of the same flood.
            wait_until("sync", || {
                for line in lines.by_ref() {
                    is_behind = line["event"] == "lost" || is_behind && line["event"] != "sync";
                    losses += usize::from(line["event"] == "lost");
                }
                !is_behind
            });
        }
        drop(writers);
        let (_, picture) = end_right(watch);
        assert!(picture.lost >= LOSSES);
    });
}

#[test]
fn a_monitor_that_was_stopped_catches_up() {
    with_netns(|| {
        let watch = Watch::start(NETNS, &["--buffer", "4096"]);
        storm(|| {
            kill(&watch.child, "STOP");
            wait_until("a full buffer", || watch.drops() > 0);
            kill(&watch.child, "CONT");
        });
        let (_, picture) = end_right(watch);
        assert!(picture.lost > 0);
    });
}

#[test]
fn a_queue_that_ran_over_is_taken_in_however_little_there_is_to_read() {
    with_netns(|| {
        ip("link add v type veth peer name p\n");
        // Room for more than is taken in at once.
        let watch = Watch::start(NETNS, &["--buffer", "3000000"]);
        kill(&watch.child, "STOP");
        let change = "addr add 10.0.0.7/24 dev v\naddr del 10.0.0.7/24 dev v\n";
        ip(&change.repeat(3_000));
        assert!(watch.drops() > 0);
        kill(&watch.child, "CONT");
        let (_, picture) = end_right(watch);
        assert!(picture.lost > 0);
    });
}

#[test]
fn a_monitor_that_starts_in_a_storm_emits_what_is_there() {
    with_netns(|| {
        let mut watch = None;
        storm(|| {
            wait_until("some of the storm", has_links);
            watch = Some(Watch::start(NETNS, &[]));
        });
        end_right(watch.unwrap());
    });
}

#[test]
#[ignore = "takes minutes: make storms"]
fn a_million_events_of_routes_leave_no_difference() {
    with_netns(|| {
        ip("link add v type veth peer name p\nlink set v up\nlink set p up\n");
        for writer in 0..WRITERS {
            let addr = format!("addr add 10.{writer}.0.1/24 dev v\n");
            ip(&addr);
        }
        let watch = Watch::start(NETNS, &[]);
        storm_of(
            &mut Random::new(),
            &[NETNS],
            change_of_a_route,
            [1_000_000 / WRITERS * 5 / 2, usize::MAX],
            || {},
        );
        let (lines, _) = end_right(watch);
        assert!(lines > 1_000_000, "{lines}");
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
        ip("link add before type veth peer name p\nlink set before up\n");
        let watch = Watch::start(NETNS, &[]);
        for commands in [
            "route add 10.1.0.0/24 dev before\nroute add 10.2.0.0/24 dev before\n",
            "link set before down\nlink set before name after\nlink set after up\n",
            "route add 10.3.0.0/24 dev after\nroute add 10.4.0.0/24 dev after\n",
        ] {
            ip(commands);
        }
        watch.wait_until_quiet();
        let events = watch.end();
        let dev_of = |dst| {
            let emitted = events.iter().find(|event| event["route"]["dst"] == dst);
            emitted.unwrap()["route"]["dev"].clone()
        };

        assert_eq!(dev_of("10.1.0.0/24"), "before");
        assert_eq!(dev_of("10.2.0.0/24"), "before");
        assert_eq!(dev_of("10.3.0.0/24"), "after");
        assert_eq!(dev_of("10.4.0.0/24"), "after");
    });
}
