// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Single changes of everything that can be changed: after each, the lines that were written so far, added up, are equal to
//! the state that a new monitor and the show commands print.
//!
//! The tables in `single/tables/` say what is changed, `left_out.rs` what is not compared. Rows come in random order, with
//! random choices: the seed is printed, `SEED=N` makes another run, and `SINGLE=N` makes that many changes at least, however long
//! that takes.

mod actor;
mod grammar;
mod tally;
mod views;

use super::explain::Difference;
use super::idle;
use super::left_out;
use super::picture::{How, Picture, KINDS as STORM_KINDS};
use super::record::without_process;
use super::storm::{Lines, Watch};
use crate::lab::*;
use crate::random::Random;
use grammar::{Link, Row, Step};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};
use tally::Tally;
use views::{Looker, Views};

const NETNS: &str = "single";
const FAR: &str = "single-far";
const KINDS: [&str; 7] = {
    let [a, b, c, d, e, f] = STORM_KINDS;
    [a, b, c, d, e, f, "fdb"]
};

/// Changes of a short run, which ends earlier where they take longer than this: in a guest.
const CHANGES: usize = 100;
const TIME: Duration = Duration::from_secs(20);

/// The seed of a short run, unless `SEED` says another.
const SHORT: u64 = 12_283_067_680_606_193_683;

/// Time and number of looks after which a difference that stays is taken for a fault.
const HOPELESS: Duration = Duration::from_secs(3);
const LOOKS: usize = 5;

/// Longest wait for a difference of a class that was found before.
const AGAIN_HOPELESS: Duration = Duration::from_millis(400);

/// So many classes of differences are enough.
const ENOUGH: usize = 60;

/// How many of each class are printed.
const PRINTED: usize = 2;

/// How often rows of which nothing was made are tried again in a run of all rows.
const AGAIN: usize = 3;

#[test]
fn after_each_change_what_was_told_is_what_is_there() {
    let (count, time) = match asked_for() {
        Some(count) => (count, Duration::MAX),
        None => (CHANGES, TIME),
    };
    // Short runs have a fixed seed, so that a new failure comes of a change of ours; a long run begins anywhere.
    with_run(Random::from_seed_or(|| SHORT), |run| run.make(count, time));
}

/// Makes changes until each row of the tables was made, and as many as are asked for.
pub fn long_run() {
    with_run(Random::new(), |run| {
        run.make(asked_for().unwrap_or(CHANGES), Duration::MAX);
        run.fill();
        let empty = run.tally.empty();
        assert!(empty.is_empty(), "nothing was made of: {empty:#?}");
    });
}

/// Returns how many changes are to be made, if that is said.
fn asked_for() -> Option<usize> {
    let count = std::env::var("SINGLE").ok()?;
    Some(count.parse().unwrap())
}

/// Does a run in network namespaces of its own, and asserts that nothing was found.
fn with_run(random: Random, make: impl FnOnce(&mut Run) + Send) {
    let _netns = [NETNS, FAR].map(Netns::add);
    let netns = nlhello::netlink::Netns::open(NETNS).unwrap();
    thread::scope(|scope| {
        // A thread that enters a namespace stays there.
        let there = scope.spawn(move || {
            netns.enter().unwrap();
            let mut run = Run::begin(random);
            make(&mut run);
            run.end();
        });
        if let Err(panic) = there.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// A difference, and the class of differences that it is of.
struct Wrong {
    class: String,
    words: String,
}

impl Wrong {
    fn of(kind: &str, place: &str, difference: &Difference) -> Self {
        let words = &difference.words;
        let what = words.split(':').next().unwrap();
        let class = difference.path.as_deref().unwrap_or(what);
        Self {
            class: format!("{kind} {class}"),
            words: format!("{kind} {place}: {words}"),
        }
    }
}

struct Run {
    random: Random,
    links: Vec<Link>,
    rows: Vec<Row>,
    watch: Watch,
    lines: Lines,
    record: PathBuf,
    looker: Looker,
    told: Picture,
    there: Views,
    tally: Tally,
    /// How often what was wrong, by class.
    found: BTreeMap<String, usize>,
    /// Differences that were there before the last change.
    known: BTreeSet<String>,
    /// The last changes.
    history: Vec<String>,
    start: Instant,
}

impl Run {
    /// Makes the links, and begins to listen.
    fn begin(random: Random) -> Self {
        let links = make_links();
        let rows = grammar::all_rows(&links);
        let record = std::env::temp_dir().join(format!("single-{}", std::process::id()));
        let args = ["fdb", "--timestamp=none", "--record"];
        let watch = Watch::start(NETNS, &[&args[..], &[record.to_str().unwrap()]].concat());
        let mut looker = Looker::start();
        let mut run = Self {
            random,
            tally: Tally::of(&rows),
            lines: watch.lines(),
            there: looker.look(),
            told: Picture::of_links(BTreeMap::new()),
            found: BTreeMap::new(),
            known: BTreeSet::new(),
            history: Vec::new(),
            start: Instant::now(),
            links,
            rows,
            watch,
            record,
            looker,
        };
        run.settle();
        run
    }

    /// Makes as many changes, of rows in random order, or as many as there is time for.
    fn make(&mut self, count: usize, time: Duration) {
        while self.tally.changes < count {
            for row in self.shuffled() {
                self.make_row(&row, false);
                let is_over = self.tally.changes >= count || self.start.elapsed() > time;
                if is_over || self.found.len() > ENOUGH {
                    return;
                }
            }
        }
    }

    /// Makes rows until none is left of which nothing was made.
    fn fill(&mut self) {
        for _ in 0..AGAIN {
            for row in self.shuffled() {
                if self.tally.is_empty_for(&row) && self.found.len() <= ENOUGH {
                    self.make_row(&row, true);
                }
            }
        }
    }

    fn shuffled(&mut self) -> Vec<Row> {
        let mut rows = self.rows.clone();
        for last in (1..rows.len()).rev() {
            rows.swap(last, self.random.below(last + 1));
        }
        rows
    }

    /// Makes what a row says, now and then without its end.
    fn make_row(&mut self, row: &Row, is_whole: bool) {
        let (link, mut steps) = row.choose(&mut self.random);
        self.make_missing();
        self.history.clear();
        self.bring(link, row.is_up);
        let has_end = steps.len() > 1 && steps.last().is_some_and(Step::can_be_left_out);
        if has_end && !is_whole && self.random.below(6) == 0 {
            steps.pop();
        }
        for step in &steps {
            let result = self.make_step(step);
            match step.is_help {
                true if result.is_ok() => self.tally.count_any(&step.words, &result),
                true => {}
                false => self.tally.count(row, &step.words, &result),
            }
        }
    }

    /// Makes the links that are not there any more.
    fn make_missing(&mut self) {
        let missing = |link: &&Link| !self.there.links.contains_key(link.name);
        let missing: Vec<_> = self.links.iter().filter(missing).copied().collect();
        for step in missing.iter().flat_map(|link| grammar::steps(link.steps)) {
            let result = self.make_step(&step);
            self.tally.count_any(&step.words, &result);
        }
    }

    /// Makes a link be up or not.
    fn bring(&mut self, link: &str, is_up: bool) {
        if self.there.links.get(link) == Some(&is_up) {
            return;
        }
        let state = if is_up { "up" } else { "down" };
        let step = Step {
            words: format!("ip link set {link} {state}"),
            is_help: true,
        };
        let result = self.make_step(&step);
        self.tally.count_any(&step.words, &result);
    }

    /// Makes a change, and compares.
    fn make_step(&mut self, step: &Step) -> Result<(), String> {
        let result = actor::act(step);
        let mark = if result.is_ok() { "" } else { " (refused)" };
        self.history.push(format!("{}{mark}", step.words));
        self.settle();
        result
    }

    /// Waits until what was told is what is there but for what nobody tells, or that is hopeless: then it is noted what is wrong.
    fn settle(&mut self) {
        let (mut last, mut looks, mut before) = (Instant::now(), 0, Vec::new());
        loop {
            idle::wait_until_idle(&self.watch.child);
            if self.take_lines() {
                (last, looks) = (Instant::now(), 0);
            }
            looks += 1;
            self.there = self.looker.look();
            let news = self.news();
            let words: Vec<_> = news.iter().map(|wrong| wrong.words.clone()).collect();
            if words != before {
                (last, looks, before) = (Instant::now(), 1, words);
            }
            let is_found = news
                .iter()
                .all(|wrong| self.found.contains_key(&wrong.class));
            let patience = if is_found { AGAIN_HOPELESS } else { HOPELESS };
            let is_hopeless = last.elapsed() > patience && looks >= LOOKS;
            if news.is_empty() || is_hopeless {
                for wrong in news {
                    self.known.insert(wrong.words.clone());
                    self.note(wrong);
                }
                return;
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Returns what is wrong and was not before, but what nobody tells of the last change.
    fn news(&mut self) -> Vec<Wrong> {
        let step = self.history.last().map_or("", String::as_str);
        let (mut known, mut news) = (BTreeSet::new(), Vec::new());
        for (kind, place, difference) in self.differences() {
            let wrong = Wrong::of(kind, place, &difference);
            let is_known = self.known.contains(&wrong.words);
            match is_known || left_out::allows(kind, &difference, step) {
                true => drop(known.insert(wrong.words)),
                false => news.push(wrong),
            }
        }
        self.known = known;
        news
    }

    /// Returns how what was told differs from what is there, of each kind and in each place.
    fn differences(&self) -> Vec<(&'static str, &'static str, Difference)> {
        let mut all = Vec::new();
        for (place, there) in &self.there.both {
            for kind in KINDS {
                let of_kind = self.told.beside(there, kind, How::AsItIs);
                all.extend(of_kind.into_iter().map(|one| (kind, *place, one)));
            }
        }
        all
    }

    /// Takes in the lines that were told; says whether there were any.
    fn take_lines(&mut self) -> bool {
        let lines: Vec<Value> = self.lines.by_ref().collect();
        for wrong in self.told.take_all(&lines) {
            let class = wrong.split(" is told to be").next().unwrap();
            let class = class.split('{').next().unwrap().to_owned();
            let wrong = Wrong {
                class,
                words: wrong,
            };
            self.note(wrong);
        }
        !lines.is_empty()
    }

    /// Counts what is wrong, and prints the first of each class.
    fn note(&mut self, wrong: Wrong) {
        let count = self.found.entry(wrong.class).or_default();
        *count += 1;
        if *count <= PRINTED {
            println!("after {:#?}:\n{}\n", self.history, wrong.words);
        }
    }

    /// Prints what was tried, ends the monitor, and asserts that its record says the same and nothing was wrong.
    fn end(mut self) {
        self.tally.print();
        let (passed, changes) = (self.start.elapsed(), self.tally.changes.max(1));
        println!("{} ms a change", passed.as_millis() / changes as u128);
        let told = self.watch.end_text();
        if let Some(words) = replay_differs(&self.record, &told) {
            let class = "replay".to_owned();
            println!("{words}");
            self.found.insert(class, 1);
        }
        std::fs::remove_file(&self.record).unwrap();
        let found = self.found;
        assert!(found.is_empty(), "found, and printed above: {found:#?}");
    }
}

/// Says how what a record tells differs from what the monitor has told, if it does.
fn replay_differs(record: &Path, told: &str) -> Option<String> {
    let words = ["replay", "--json", "--initial", "--timestamp=none"];
    let replayed = stdout(&run(Command::new("nlhello").args(words).arg(record)));
    let lines = |text: &str| text.lines().map(without_process).collect::<Vec<_>>();
    let (told, replayed) = (lines(told), lines(&replayed));
    let same = told
        .iter()
        .zip(&replayed)
        .take_while(|(one, other)| one == other);
    let at = same.count();

    (told != replayed).then(|| {
        let [told, replayed] = [told.get(at), replayed.get(at)];
        format!("line {at} is told to be {told:?}, and replayed as {replayed:?}")
    })
}

/// Makes the links that are changed; returns those that this kernel has.
fn make_links() -> Vec<Link> {
    prepare();
    let mut links = Vec::new();
    for link in grammar::world() {
        let steps = grammar::steps(link.steps);
        let made = steps
            .iter()
            .map(|step| actor::act(step).or_else(|why| step.needs(why)));
        match made.collect::<Result<Vec<()>, String>>() {
            Ok(_) => links.push(link),
            Err(why) => println!("this kernel has no {} ({}): {why}", link.name, link.kind),
        }
    }
    links
}

/// Sees to it that nobody has to wait for addresses, and that drivers are there that no request loads.
fn prepare() {
    run(Command::new("modprobe").args(["-qa", "tun", "mpls_router", "mpls_iptunnel"]));
    for setting in [
        "net.ipv6.conf.default.accept_dad=0",
        "net.ipv6.conf.all.accept_dad=0",
        "net.ipv6.conf.default.keep_addr_on_down=1",
        "net.mpls.platform_labels=1000",
    ] {
        let is_help = true;
        let words = format!("sysctl {setting}");
        // A kernel without MPLS has no labels.
        let _ = actor::act(&Step { words, is_help });
    }
    let lo = grammar::steps("ip link set lo up");
    actor::act(&lo[0]).unwrap();
}
