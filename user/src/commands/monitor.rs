// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor`: what changes in the network.

mod ahead;
mod all_netns;
mod filter;

use super::words::Words;
use super::Failure;
use crate::cli::{Cli, MonitorArgs, Timestamp};
use crate::output::{Output, Stamp, TimeStyle, Watch};
use crate::signals::Signals;
use ahead::Ahead;
use filter::Filter;
use jiff::tz::TimeZone;
use nlhello::monitor::{Event, Kind, Monitor, Told, Waited, What};
use nlhello::netlink::{deadline, Error};
use nlhello::rtnl::{Link, Names};
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const OP: &str = "monitor";

/// What is told within this time is told as of the same time.
const TOGETHER: Duration = Duration::from_micros(50);

/// Somebody who watches.
struct Run {
    teller: Teller,
    signals: Signals,
    deadline: Instant,
}

/// What tells of changes, and what it needs to know.
struct Teller {
    watch: Watch,
    names: Names,
    filter: Filter,
    zone: TimeZone,
    start: Instant,
    /// The time of what was told last, and when it was read.
    last: Option<(Instant, Stamp)>,
    /// How many changes are to be told yet.
    left: u64,
    told: u64,
    lost: u64,
    /// Why no more can be told.
    failed: Option<io::Error>,
}

/// Tells what changes until the count or the time is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(cli: &Cli, args: &MonitorArgs, out: &Output) -> Result<ExitCode, Failure> {
    let filter = Filter::read(args)?;
    let netns = cli.netns.as_ref().map(|netns| netns.display().to_string());
    let mut run = Run::new(cli, args, filter, netns.clone())?;
    match args.all_netns {
        true => all_netns::watch(&mut run, args, netns.as_deref(), out)?,
        false => run.watch_here(args, out)?,
    }
    let missed = args.count.is_some() && run.teller.left > 0;
    Ok(ExitCode::from(u8::from(missed)))
}

/// Says how much room there is, where that is less than was asked for.
fn warn_of_little_room(monitor: &Monitor, args: &MonitorArgs, out: &Output) -> Result<(), Error> {
    let room = monitor.buffer()?;
    if room < args.buffer {
        let message = format!(
            "there is room for {room} bytes of events, not {}: it takes CAP_NET_ADMIN, or more in \
             /proc/sys/net/core/rmem_max; what does not fit is found by reading the state",
            args.buffer
        );
        out.warning(OP, &message);
    }
    Ok(())
}

/// Says of what there will be no word.
fn warn_of_unheard(monitor: &Monitor, out: &Output) {
    for (kind, error) in monitor.unheard() {
        let mut message = format!("nothing is told of {}: {}", kind.name(), error.message);
        if let Some(hint) = error.hint {
            message += &format!(" ({hint})");
        }
        out.warning(OP, &message);
    }
}

fn style(args: &MonitorArgs) -> TimeStyle {
    match args.timestamp {
        Timestamp::Time => TimeStyle::Time,
        Timestamp::Iso => TimeStyle::Iso,
        Timestamp::Epoch => TimeStyle::Epoch,
        Timestamp::Monotonic => TimeStyle::Monotonic,
        Timestamp::None => TimeStyle::None,
    }
}

impl Run {
    fn new(
        cli: &Cli,
        args: &MonitorArgs,
        filter: Filter,
        netns: Option<String>,
    ) -> Result<Self, Failure> {
        let signals = Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?;
        let start = Instant::now();
        let watch = Watch::new(cli.json, cli.color.on(&io::stdout()), style(args), netns)?;

        Ok(Self {
            teller: Teller {
                watch,
                names: Names::closed(),
                filter,
                zone: TimeZone::system(),
                start,
                last: None,
                left: args.count.unwrap_or(u64::MAX),
                told: 0,
                lost: 0,
                failed: None,
            },
            signals,
            deadline: deadline(start, args.timeout.unwrap_or(Duration::MAX)),
        })
    }

    /// Tells what changes in the namespace where we are, then sums up.
    fn watch_here(&mut self, args: &MonitorArgs, out: &Output) -> Result<(), Failure> {
        let mut monitor = Monitor::open(self.teller.filter.kinds(), args.buffer)?;
        warn_of_little_room(&monitor, args, out)?;
        warn_of_unheard(&monitor, out);
        monitor.start()?;
        self.begin(&monitor, args.initial)?;
        let result = self.watch(&mut monitor);
        self.teller.sum_up();
        result
    }

    /// Learns the names of what there is, and tells it if that is wanted.
    fn begin(&mut self, monitor: &Monitor, is_told: bool) -> Result<(), Failure> {
        let teller = &mut self.teller;
        monitor.tell_all(&mut |told| match told {
            Told::Event(event) if !is_told => teller.learn(event),
            told => teller.tell(told),
        });
        if is_told && teller.left > 0 {
            teller.tell(&Told::Sync);
        }
        teller.flush()
    }

    fn watch(&mut self, monitor: &mut Monitor) -> Result<(), Failure> {
        let mut ahead = None;
        while self.teller.left > 0 {
            if monitor.is_behind() {
                self.catch_up(monitor, &mut ahead)?;
            }
            let wake = Some(self.signals.as_fd());
            let teller = &mut self.teller;
            let waited = monitor.wait(self.deadline, wake, &mut |told| teller.tell(told))?;
            self.teller.flush()?;
            // Whoever keeps changing things must not keep us here.
            if waited == Waited::TimedOut || Instant::now() >= self.deadline {
                break;
            }
            if self.signals.came() && self.teller.heed(&self.signals)? {
                break;
            }
        }
        Ok(())
    }

    /// Tells what is there already, `ahead` of which a thread hears once there is such a lot.
    fn catch_up(&mut self, monitor: &mut Monitor, ahead: &mut Option<Ahead>) -> Result<(), Error> {
        if ahead.is_none() {
            *ahead = Ahead::start(monitor.ears());
        }
        let Some(ahead) = ahead else {
            return Ok(());
        };
        let (signals, deadline) = (&self.signals, self.deadline);
        ahead.run(monitor, &mut self.teller, |teller| {
            teller.is_done() || signals.came() || Instant::now() >= deadline
        })
    }
}

impl Teller {
    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn heed(&self, signals: &Signals) -> io::Result<bool> {
        signals.drain()?;
        if signals.take_status() {
            self.sum_up();
        }
        Ok(signals.stop())
    }

    fn sum_up(&self) {
        let Self {
            told, lost, start, ..
        } = self;
        eprintln!(
            "{told} changes in {:.3} s, {lost} losses made good",
            start.elapsed().as_secs_f64()
        );
    }

    /// Says whether nothing more is told.
    fn is_done(&self) -> bool {
        self.failed.is_some() || self.left == 0
    }

    /// Tells what there is to tell, as far as it is wanted.
    fn tell(&mut self, told: &Told<'_>) {
        if self.is_done() {
            return;
        }
        let now = self.now();
        let result = match told {
            Told::Event(event) => self.tell_event(&now, event),
            Told::Lost(drops) => {
                self.lost += 1;
                self.watch.lost(&now, *drops)
            }
            Told::LostHellos(drops) => self.watch.lost_hellos(&now, *drops),
            Told::Sync => self.watch.sync(&now),
        };
        self.failed = result.err();
    }

    /// Returns the time; what comes together has the same.
    fn now(&mut self) -> Stamp {
        match &self.last {
            Some((read, stamp)) if read.elapsed() < TOGETHER => stamp.clone(),
            _ => {
                let stamp = Stamp::now(self.start, &self.zone);
                self.last = Some((Instant::now(), stamp.clone()));
                stamp
            }
        }
    }

    fn tell_event(&mut self, now: &Stamp, event: &Event<'_>) -> io::Result<()> {
        self.learn(event);
        if !self.filter.wants(event) {
            return Ok(());
        }
        self.left -= 1;
        self.told += 1;
        self.watch.event(now, event, &mut self.names)
    }

    /// Keeps the names of links: a link that is gone is told by its last one.
    fn learn(&mut self, event: &Event<'_>) {
        self.filter.learn(event);
        if event.kind != Kind::Link || event.what == What::Del {
            return;
        }
        if let Ok(link) = Link::from_payload(event.object) {
            let header = link.header();
            let is_up = header.flags & libc::IFF_UP as u32 != 0;
            self.names
                .learn(header.index, link.name().unwrap_or_default(), is_up);
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(self.watch.flush()?),
        }
    }
}
