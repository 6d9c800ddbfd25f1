// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Single changes of everything that can be changed: after each, the lines that were written so far, added up, are equal to
//! the state that a new monitor and the show commands print.
//!
//! The tables in `single/tables/` say what is changed, `left_out.rs` what is not compared. Rows come in random order, with
//! random choices: the seed is printed, `SEED=N` makes another run, `SINGLE=N` makes that many changes at least, however long
//! that takes, and `PART=2/4` those of the second of four parts of the rows. With `ALL_NETNS=1` the monitor watches all network
//! namespaces, and the one at the other end of links is compared too.

mod actor;
mod grammar;
mod tally;
mod views;

use super::explain::{Difference, Differs};
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

/// Longest wait after a change: a difference that is another one at each look is a fault, too.
const ENDLESS: Duration = Duration::from_secs(30);

/// Longest wait for a difference of a class that was found before.
const AGAIN_HOPELESS: Duration = Duration::from_millis(400);

/// So many classes of differences are enough.
const ENOUGH: usize = 60;

/// Changes after which the time that they took is printed.
const PROGRESS: usize = 250;

/// Changes before those of a row that are printed with what is wrong.
const HISTORY: usize = 8;

/// Lines that were told last, and characters of each, that are printed with what is wrong.
const LINES: usize = 12;
const WIDTH: usize = 500;

/// How many of each class are printed.
const PRINTED: usize = 2;

/// How often rows of which nothing was made are tried again in a run of all rows.
const AGAIN: usize = 3;

#[test]
fn after_each_change_what_was_emitted_is_what_is_there() {
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
        run.note_empty();
    });
}

/// Returns how many changes are to be made, if that is said.
fn asked_for() -> Option<usize> {
    let count = std::env::var("SINGLE").ok()?;
    Some(count.parse().unwrap())
}

/// Says whether all network namespaces are watched.
fn is_everywhere() -> bool {
    std::env::var_os("ALL_NETNS").is_some_and(|set| !set.is_empty())
}

/// Returns those of the rows that are to be made: `$PART` says which part of how many, `2/4`.
fn rows_of_part(rows: Vec<Row>) -> Vec<Row> {
    let part = std::env::var("PART").unwrap_or_default();
    let Some((part, of)) = part.split_once('/') else {
        return rows;
    };
    let [part, of]: [usize; 2] = [part, of].map(|number| number.parse().unwrap());
    let rows = rows.into_iter().enumerate();
    let is_its = |(at, _): &(usize, Row)| at % of == part % of;
    rows.filter(is_its).map(|(_, row)| row).collect()
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
        let class = match &difference.how {
            Differs::At(path) => path,
            _ => words.split(':').next().unwrap(),
        };
        Self {
            class: format!("{kind} {class}"),
            words: format!("{kind} {place}: {words}"),
        }
    }
}

/// A network namespace, what was told of it, and what is there.
struct Place {
    netns: &'static str,
    looker: Looker,
    emitted: Picture,
    there: Views,
}

impl Place {
    fn start(netns: &'static str) -> Self {
        let mut looker = Looker::start(netns);
        Self {
            netns,
            emitted: Picture::of_links(BTreeMap::new()),
            there: looker.look(),
            looker,
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
    /// The first one is that in which changes are made.
    places: Vec<Place>,
    tally: Tally,
    /// How often what was wrong, by class.
    found: BTreeMap<String, usize>,
    /// Differences that were there before the last change.
    known: BTreeSet<String>,
    /// The last changes.
    history: Vec<String>,
    /// Lines that were told of the last change.
    last_lines: Vec<String>,
    /// Whether the last change was of a link that is down.
    is_of_down: bool,
    start: Instant,
    /// Changes that were made when their number was last printed.
    printed: usize,
}

impl Run {
    /// Makes the links, and begins to listen.
    fn begin(random: Random) -> Self {
        let links = make_links();
        let rows = rows_of_part(grammar::all_rows(&links));
        let record = std::env::temp_dir().join(format!("single-{}", std::process::id()));
        let mut args = vec!["fdb", "--timestamp=none"];
        let mut places = vec![Place::start(NETNS)];
        match is_everywhere() {
            // A record is of one namespace.
            true => {
                args.push("--all-netns");
                places.push(Place::start(FAR));
            }
            false => args.extend(["--record", record.to_str().unwrap()]),
        }
        let watch = Watch::start(NETNS, &args);
        let mut run = Self {
            random,
            tally: Tally::of(&rows),
            lines: watch.lines(),
            places,
            found: BTreeMap::new(),
            known: BTreeSet::new(),
            history: Vec::new(),
            last_lines: Vec::new(),
            is_of_down: false,
            start: Instant::now(),
            printed: 0,
            links,
            rows,
            watch,
            record,
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
        self.restore(link, &steps);
        self.history
            .drain(..self.history.len().saturating_sub(HISTORY));
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
        self.print_progress();
    }

    /// Prints now and then how far it has come.
    fn print_progress(&mut self) {
        let changes = self.tally.changes;
        if changes >= self.printed + PROGRESS {
            self.printed = changes;
            println!("{changes} changes in {:.0?}", self.start.elapsed());
        }
    }

    /// Returns what there is where changes are made.
    fn there(&self) -> &Views {
        &self.places[0].there
    }

    /// Makes the links that are not there any more.
    fn make_missing(&mut self) {
        let missing = |link: &&Link| !self.there().links.contains_key(link.name);
        let missing: Vec<_> = self.links.iter().filter(missing).copied().collect();
        for step in missing.iter().flat_map(|link| grammar::steps(link.steps)) {
            let result = self.make_step(&step);
            self.tally.count_any(&step.words, &result);
        }
    }

    /// Makes `link`, and those that `steps` name, be what others need of them: ports, with addresses, above links that are up.
    fn restore(&mut self, link: &str, steps: &[Step]) {
        let is_named = |one: &&Link| one.name == link || steps.iter().any(|step| step.names(one));
        let named: Vec<_> = self.links.iter().filter(is_named).copied().collect();
        for step in named.iter().flat_map(|link| grammar::steps(link.steps)) {
            if self.there().lack(&step) {
                let result = self.make_step(&step);
                self.tally.count_any(&step.words, &result);
            }
        }
    }

    /// Makes a link be up or not.
    fn bring(&mut self, link: &str, is_up: bool) {
        let state = self.there().links.get(link);
        if state.is_some_and(|state| state.is_up == is_up) {
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
        let is_down = self.is_of_down(step);
        let result = actor::act(step);
        let mark = if result.is_ok() { "" } else { " (refused)" };
        self.history.push(format!("{}{mark}", step.words));
        self.is_of_down = is_down;
        self.last_lines.clear();
        self.settle();
        result
    }

    /// Says whether the link that a step changes is down.
    fn is_of_down(&self, step: &Step) -> bool {
        let mut links = self.there().links.iter();
        links.any(|(name, state)| !state.is_up && step.words.contains(&format!(" set {name} ")))
    }

    /// Waits until what was told is what is there but for what nobody tells, or that is hopeless: then it is noted what is wrong.
    fn settle(&mut self) {
        let begin = Instant::now();
        let (mut last, mut looks, mut before) = (begin, 0, Vec::new());
        loop {
            idle::wait_until_idle(&self.watch.child);
            if self.take_lines() {
                (last, looks) = (Instant::now(), 0);
            }
            looks += 1;
            for place in &mut self.places {
                place.there = place.looker.look();
            }
            let news = self.news();
            let words: Vec<_> = news.iter().map(|wrong| wrong.words.clone()).collect();
            if words != before {
                (last, looks, before) = (Instant::now(), 1, words);
            }
            let is_found = news
                .iter()
                .all(|wrong| self.found.contains_key(&wrong.class));
            let patience = if is_found { AGAIN_HOPELESS } else { HOPELESS };
            let is_steady = last.elapsed() > patience && looks >= LOOKS;
            let is_hopeless = is_steady || begin.elapsed() > ENDLESS;
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
        let words = self.history.last().map_or("", String::as_str);
        let is_of_down = self.is_of_down;
        let step = left_out::Step { words, is_of_down };
        let (mut known, mut news) = (BTreeSet::new(), Vec::new());
        for (kind, place, difference) in self.differences() {
            let wrong = Wrong::of(kind, &place, &difference);
            let is_known = self.known.contains(&wrong.words);
            match is_known || left_out::allows(kind, &difference, step) {
                true => drop(known.insert(wrong.words)),
                false => news.push(wrong),
            }
        }
        self.known = known;
        news
    }

    /// Returns how what was told differs from what is there, of each kind and in each view.
    fn differences(&self) -> Vec<(&'static str, String, Difference)> {
        let mut all = Vec::new();
        for place in &self.places {
            for (view, there) in &place.there.both {
                for kind in KINDS {
                    let of_kind = place.emitted.beside(there, kind, How::AsItIs);
                    let view = format!("{view} of {}", place.netns);
                    all.extend(of_kind.into_iter().map(|one| (kind, view.clone(), one)));
                }
            }
        }
        all
    }

    /// Takes in the lines that were told; says whether there were any.
    fn take_lines(&mut self) -> bool {
        let lines: Vec<Value> = self.lines.by_ref().collect();
        self.last_lines.extend(lines.iter().map(Value::to_string));
        let is_any = !lines.is_empty();
        let mut wrong = Vec::new();
        for place in &mut self.places {
            let is_its = |line: &&Value| line["netns"] == place.netns && line["kind"] != "netns";
            let lines: Vec<Value> = lines.iter().filter(is_its).cloned().collect();
            wrong.extend(place.emitted.take_all(&lines));
        }
        wrong.into_iter().for_each(|words| self.note_line(words));
        is_any
    }

    /// Notes what is wrong with a line.
    fn note_line(&mut self, words: String) {
        let class = words.split(" is told to be").next().unwrap();
        let class = class.split('{').next().unwrap().to_owned();
        self.note(Wrong { class, words });
    }

    /// Counts what is wrong, and prints the first of each class.
    fn note(&mut self, wrong: Wrong) {
        let count = self.found.entry(wrong.class).or_default();
        *count += 1;
        if *count <= PRINTED {
            let changes = self.tally.changes;
            let history = &self.history;
            let lines = self.last_lines.iter().take(LINES);
            let lines: Vec<String> = lines
                .map(|line| line.chars().take(WIDTH).collect())
                .collect();
            let words = wrong.words;
            println!("{changes} changes, after {history:#?}:\n{words}\ntold then: {lines:#?}\n");
        }
    }

    /// Notes the cells of the table where nothing was made.
    fn note_empty(&mut self) {
        for words in self.tally.empty() {
            let class = "nothing was made of".to_owned();
            println!("{class} {words}");
            *self.found.entry(class).or_default() += 1;
        }
    }

    /// Prints what was tried, ends the monitor, and asserts that its record says the same and nothing was wrong.
    fn end(self) {
        self.tally.print();
        let (passed, changes) = (self.start.elapsed(), self.tally.changes.max(1));
        println!("{} ms a change", passed.as_millis() / changes as u128);
        let emitted = self.watch.end_text();
        let mut found = self.found;
        if !is_everywhere() {
            if let Some(words) = replay_differs(&self.record, &emitted) {
                println!("{words}");
                found.insert("replay".to_owned(), 1);
            }
            std::fs::remove_file(&self.record).unwrap();
        }
        assert!(found.is_empty(), "found, and printed above: {found:#?}");
    }
}

/// Says how what a record tells differs from what the monitor has told, if it does.
fn replay_differs(record: &Path, emitted: &str) -> Option<String> {
    let words = ["replay", "--json", "--initial", "--timestamp=none"];
    let replayed = stdout(&run(Command::new("nlhello").args(words).arg(record)));
    let lines = |text: &str| text.lines().map(without_process).collect::<Vec<_>>();
    let (emitted, replayed) = (lines(emitted), lines(&replayed));
    let same = emitted
        .iter()
        .zip(&replayed)
        .take_while(|(one, other)| one == other);
    let at = same.count();

    (emitted != replayed).then(|| {
        let [emitted, replayed] = [emitted.get(at), replayed.get(at)];
        format!("line {at} is told to be {emitted:?}, and replayed as {replayed:?}")
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
    let drivers = ["tun", "mpls_router", "mpls_iptunnel", "netdevsim"];
    run(Command::new("modprobe").arg("-qa").args(drivers));
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
