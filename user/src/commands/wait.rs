// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello wait`: until something is so in the network, for scripts.

use super::choice::{ChosenWord, Purpose};
use super::monitor::{each_link, learn_link, open_watch, EventFilter};
use super::words::Words;
use super::Failure;
use crate::cli::{Cli, WaitArgs};
use crate::output::TimeStyle;
use nlhello::kind::Choice;
use nlhello::monitor::{Event, Kind, Monitor, Notice, Payload, Waited};
use nlhello::netlink::{deadline, Error};
use nlhello::object::Names;
use nlhello::rtnl::{Addr, LinkNames};
use std::borrow::Cow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const OP: &str = "wait";

/// Room for events, in bytes: what does not fit is found by reading the state.
const ROOM: usize = 1 << 20;

/// Condition that is waited for.
struct WaitCondition {
    kind: Kind,
    filter: EventFilter,
    /// Whether there has to be no such object, instead of one.
    is_gone: bool,
}

/// Waits until it is so; fails when the time is up.
pub fn run(cli: &Cli, args: &WaitArgs) -> Result<ExitCode, Failure> {
    let deadline = deadline(Instant::now(), args.timeout.unwrap_or(Duration::MAX));
    let mut aim = WaitCondition::read(args)?;
    let mut watch = open_watch(cli, TimeStyle::None, None)?;
    let mut monitor = Monitor::open(aim.filter.kinds(), aim.filter.scope(), ROOM)?;
    monitor.start()?;
    while !aim.is_reached(&monitor) {
        if !aim.await_change(&mut monitor, deadline)? {
            return Err(out_of_time(args).into());
        }
    }
    if let Some(body) = aim.find(&monitor) {
        watch.object(&Payload::new(aim.kind, &body), &mut names(&monitor))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn out_of_time(args: &WaitArgs) -> Error {
    let seconds = args.timeout.unwrap_or_default().as_secs_f64();

    Error::new(OP, libc::ETIMEDOUT).message(format!("it was not so within {seconds} s"))
}

fn names(monitor: &Monitor) -> Names {
    let mut names = Names::new();
    each_link(monitor.objects(Kind::Link), |link| {
        learn_link(&mut names, link);
    });
    names
}

impl WaitCondition {
    fn read(args: &WaitArgs) -> Result<Self, Error> {
        let mut words = Words::new(OP, &args.words);
        let mut links = LinkNames::new();
        let name = words.keyword().unwrap_or_default();
        let kind = Kind::of_name(name)
            .filter(|kind| kind.is_kept())
            .ok_or_else(|| words.error(format!("'{name}' is no kind of objects")))?;
        if let Some(reason) = kind.why_unreceived() {
            return Err(words.error(format!("'{name}': {reason}")));
        }
        let mut choice = Choice::of_family(args.family.number());
        let mut is_gone = false;
        words.skip_show();
        while let Some(word) = words.word() {
            match word {
                b"gone" => is_gone = true,
                word => {
                    let chosen = ChosenWord::read(word, &mut words, &[kind])?;
                    chosen.choose(&[kind], Purpose::Wait, &mut choice, &mut links)?;
                }
            }
        }
        choice.add_table(kind);
        Ok(Self {
            kind,
            filter: EventFilter::of(kind, choice),
            is_gone,
        })
    }

    fn is_reached(&mut self, monitor: &Monitor) -> bool {
        self.filter.find_links(monitor.objects(Kind::Link));
        self.find(monitor).is_some() != self.is_gone
    }

    /// Returns the first object that is waited for; of those that are to go away, one that is there yet.
    fn find<'m>(&self, monitor: &'m Monitor) -> Option<Cow<'m, [u8]>> {
        monitor.first(self.kind, |object| {
            self.filter.wants_object(object) && (self.is_gone || is_usable(object))
        })
    }

    /// Waits until something changes that counts; says whether that was before the `deadline`.
    fn await_change(&self, monitor: &mut Monitor, deadline: Instant) -> Result<bool, Error> {
        let mut counts = false;
        while !counts {
            let waited = monitor.wait(deadline, None, &mut |notice| {
                counts |= matches!(notice, Notice::Event(event) if self.counts(event));
            })?;
            let is_late = waited == Waited::TimedOut || Instant::now() >= deadline;
            if is_late && !counts {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The name that is asked for may be another link's from now on.
    fn counts(&self, event: &Event<'_>) -> bool {
        (event.kind() == Kind::Link && self.filter.follows_links()) || self.filter.wants(event)
    }
}

fn is_usable(object: &Payload<'_>) -> bool {
    object.kind() != Kind::Addr || Addr::of(object).is_ok_and(|addr| addr.is_usable())
}
