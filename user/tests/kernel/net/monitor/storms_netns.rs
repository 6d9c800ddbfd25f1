// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Storms of changes in several network namespaces, which come and go meanwhile: what `nlhello monitor
//! --all-netns` has told of each in the end is what is there.

use super::picture::{self, Picture};
use super::storm::{self, storm_of, Watch};
use crate::lab::*;
use crate::random::Random;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// Where the monitors are; the others come and go.
const HOME: &str = "storm-home";
const OTHERS: [&str; 3] = ["storm-red", "storm-blue", "storm-green"];
const ALL: [&str; 4] = [HOME, OTHERS[0], OTHERS[1], OTHERS[2]];

/// Pictures of the network namespaces that have names, from the lines of one monitor.
#[derive(Default)]
struct Pictures {
    all: BTreeMap<String, Picture>,
    /// How many times one was gone, and something was lost.
    gone: usize,
    lost: usize,
}

impl Pictures {
    /// Knows of where the monitor is.
    fn begin() -> Self {
        let mut pictures = Self::default();
        pictures.all.insert(HOME.to_owned(), Picture::default());
        pictures
    }

    fn take(&mut self, event: &Value) {
        // A namespace with an id only is not read: its lines add up to nothing.
        let Some(netns) = event["netns"].as_str() else {
            return;
        };
        self.lost += usize::from(event["event"] == "lost");
        match (event["kind"].as_str(), event["event"].as_str()) {
            (Some("netns"), Some("new")) => {
                let known = self.all.insert(netns.to_owned(), Picture::default());
                assert!(known.is_none(), "told already: {event}");
            }
            (Some("netns"), Some("del")) => {
                self.all.remove(netns).expect(netns);
                self.gone += 1;
            }
            // The namespace has been given an id.
            (Some("netns"), _) => assert!(self.all.contains_key(netns), "never told: {event}"),
            _ => self.all.get_mut(netns).expect(netns).take(event),
        }
    }
}

/// Compares what was told of each with what is there.
fn compare(emitted: &Pictures) -> Result<(), String> {
    let place = |netns: &&str| picture::compare(&emitted.all[*netns], netns);
    ALL.iter().try_for_each(place)
}

/// Ends a monitor, and asserts that what it has told of each is what is there.
fn end_right(watch: Watch) -> Pictures {
    let mut emitted = Pictures::begin();
    let lines = watch.wait_until_right(&mut emitted, Pictures::take, compare);
    println!(
        "{lines} lines, {} losses, {} namespaces gone",
        emitted.lost, emitted.gone
    );
    emitted
}

/// Returns a random change, of one of several writers: links also cross over, and have their other ends
/// elsewhere.
fn change(random: &mut Random, writer: usize) -> String {
    let link = format!("v{writer}{}", random.below(4));
    let other = ALL[random.below(ALL.len())];
    match random.below(16) {
        0 => format!("link set {link} netns {other}"),
        1 => format!("link set p{link} netns {other}"),
        2 | 3 => format!("link add {link} type veth peer name p{link} netns {other}"),
        _ => storm::change(random, writer),
    }
}

/// Lets several processes change things everywhere, and the other namespaces come and go; meanwhile
/// `meddle` is done.
fn storm(meddle: impl FnOnce()) {
    let mut random = Random::new();
    let count = storm::changes();
    let fates: Vec<_> = (0..count / 20).map(|_| random.below(1000)).collect();
    storm_of(&mut random, &ALL, change, [count, 10], || {
        let (before, after) = fates.split_at(fates.len() / 2);
        before.iter().for_each(|fate| renew(*fate));
        meddle();
        after.iter().for_each(|fate| renew(*fate));
    });
}

/// Deletes one of the others, and makes it again.
fn renew(fate: usize) {
    let netns = OTHERS[fate % OTHERS.len()];
    let pause = || sleep(Duration::from_millis(fate as u64 % 50));
    ip_netns("del", netns);
    pause();
    ip_netns("add", netns);
    pause();
}

fn ip_netns(verb: &str, netns: &str) {
    let output = run(Command::new("ip").args(["netns", verb, netns]));
    assert!(output.status.success(), "{output:?}");
}

fn with_all(test: impl FnOnce()) {
    let _all = ALL.map(Netns::add);
    test();
}

#[test]
fn after_a_storm_what_was_emitted_of_each_namespace_is_what_is_there() {
    with_all(|| {
        let watch = Watch::start(HOME, &["--all-netns"]);
        storm(|| {});
        let pictures = end_right(watch);
        assert!(pictures.gone > 0);
    });
}

#[test]
fn with_little_room_what_was_lost_in_any_namespace_is_emitted_all_the_same() {
    with_all(|| {
        let watch = Watch::start(HOME, &["--all-netns", "--buffer", "4096"]);
        storm(|| {});
        let pictures = end_right(watch);
        assert!(pictures.lost > 0);
    });
}

#[test]
fn a_monitor_of_all_namespaces_that_was_stopped_catches_up() {
    with_all(|| {
        let watch = Watch::start(HOME, &["--all-netns", "--buffer", "4096"]);
        storm(|| {
            kill(&watch.child, "STOP");
            OTHERS.iter().enumerate().for_each(|(fate, _)| renew(fate));
            let change = "link set lo down\nlink set lo up\n";
            storm::ip(HOME, &change.repeat(50));
            assert!(watch.drops() > 0);
            kill(&watch.child, "CONT");
        });
        let pictures = end_right(watch);
        assert!(pictures.lost > 0);
    });
}
