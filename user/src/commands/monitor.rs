// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor`: what changes in the network.

mod all_netns;
mod filter;
mod pipeline;
mod replay;

use super::words::Words;
use super::{exit_code, is_read, Failure};
use crate::cli::{Cli, MonitorArgs, Timestamp};
use crate::output::{Output, Stamp, TimeStyle, Watch};
use crate::signals::Signals;
pub use filter::EventFilter;
use nlhello::monitor::{Action, Event, Kind, Monitor, Notice, RecordFiles, Waited};
use nlhello::netlink::{deadline, Error};
use nlhello::object::Names;
use nlhello::rtnl::Link;
use pipeline::Pipeline;
pub use replay::run as replay;
use std::borrow::Cow;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

const OP: &str = "monitor";

/// Time within which events get the same time stamp.
const TOGETHER: Duration = Duration::from_micros(50);

/// How long lines are held while there is more to tell: to write few takes the kernel longer.
const HELD: Duration = Duration::from_millis(2);

/// Somebody who watches.
struct MonitorRun {
    emitter: EventEmitter,
    signals: Signals,
    deadline: Instant,
    /// Begun once there are many events.
    pipeline: Option<Pipeline>,
}

/// Writer of events, with what it takes to write them.
struct EventEmitter {
    watch: Watch,
    names: Names,
    filter: EventFilter,
    start: Instant,
    /// The time of what was told last, and when it was read.
    last: Option<(Instant, Stamp)>,
    /// How many changes are to be told yet.
    left: u64,
    emitted: u64,
    lost: u64,
    /// When [`EventEmitter::write_out`] last wrote.
    written: Instant,
    /// Why no more can be told.
    failed: Option<io::Error>,
    /// When it was what is told, on two clocks, unless that is now.
    moment: Option<(SystemTime, Duration)>,
}

/// Tells what changes until the count or the time is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(cli: &Cli, args: &MonitorArgs, out: &Output) -> Result<ExitCode, Failure> {
    let filter = EventFilter::read(args.family.number(), &args.words)?;
    if args.recheck.is_none() {
        filter.check_received()?;
    }
    let mut run = MonitorRun::new(cli, args, filter)?;
    match args.all_netns {
        true => all_netns::watch(cli, args, &mut run, out)?,
        false => run.watch_here(cli, args, out)?,
    }
    Ok(run.emitter.verdict(args.count))
}

/// Returns what the namespace where we are is called, where that was said.
fn netns(cli: &Cli) -> Option<String> {
    let netns = cli.globals.netns.as_ref();
    netns.map(|netns| netns.display().to_string())
}

/// Begins a record, if one is asked for, with the namespace and the words of who asks.
fn record(cli: &Cli, args: &MonitorArgs, monitor: &mut Monitor) -> Result<(), Error> {
    let Some(path) = &args.record else {
        return Ok(());
    };
    let netns = cli.globals.netns.as_ref().map(|netns| netns.as_os_str());
    let mut words = vec![netns.unwrap_or_default().as_bytes()];
    words.extend(args.family.ipv4.then_some(&b"-4"[..]));
    words.extend(args.family.ipv6.then_some(&b"-6"[..]));
    words.extend(args.words.iter().map(|word| word.as_bytes()));
    let files = RecordFiles {
        path: path.clone(),
        size: args.record_size,
        count: args.record_files,
    };
    monitor.record(files, &words)
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
fn warn_of_unreceived(monitor: &Monitor, out: &Output) {
    for (kind, error) in monitor.unreceived() {
        let mut message = format!("nothing is told of {}: {}", kind.name(), error.message);
        if let Some(hint) = error.hint {
            message += &format!(" ({hint})");
        }
        out.warning(OP, &message);
    }
}

/// Takes standard output for events and objects, in the format and the color that are asked for.
pub fn open_watch(cli: &Cli, style: TimeStyle, netns: Option<String>) -> io::Result<Watch> {
    let color = cli.globals.color.on(&io::stdout());

    Watch::new(cli.globals.json, color, style, netns)
}

fn style(timestamp: Timestamp) -> TimeStyle {
    match timestamp {
        Timestamp::Time => TimeStyle::Time,
        Timestamp::Iso => TimeStyle::Iso,
        Timestamp::Epoch => TimeStyle::Epoch,
        Timestamp::Monotonic => TimeStyle::Monotonic,
        Timestamp::None => TimeStyle::None,
    }
}

impl MonitorRun {
    fn new(cli: &Cli, args: &MonitorArgs, filter: EventFilter) -> Result<Self, Failure> {
        let signals = Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?;
        let mut watch = open_watch(cli, style(args.timestamp), netns(cli))?;
        watch.name_causes();
        let emitter = EventEmitter::new(watch, filter, args.count);

        Ok(Self {
            deadline: deadline(emitter.start, args.timeout.unwrap_or(Duration::MAX)),
            emitter,
            signals,
            pipeline: None,
        })
    }

    /// Tells what changes in the namespace where we are, then sums up.
    fn watch_here(&mut self, cli: &Cli, args: &MonitorArgs, out: &Output) -> Result<(), Failure> {
        let filter = &self.emitter.filter;
        let mut monitor = Monitor::open(filter.kinds(), filter.scope(), args.buffer)?;
        warn_of_little_room(&monitor, args, out)?;
        record(cli, args, &mut monitor)?;
        warn_of_unreceived(&monitor, out);
        monitor.start()?;
        if let Some(every) = args.recheck {
            monitor.recheck(every);
        }
        self.begin(&monitor, args.initial)?;
        let result = self.watch(&mut monitor);
        if is_read(&result) {
            self.emitter.sum_up_now();
        }
        result
    }

    /// Learns the names of what there is, and tells it if that is wanted.
    fn begin(&mut self, monitor: &Monitor, is_told: bool) -> Result<(), Failure> {
        let emitter = &mut self.emitter;
        emitter.learn_all(|| monitor.objects(Kind::Link));
        if is_told {
            monitor.emit_all(&mut |notice| emitter.emit(notice));
            emitter.emit(&Notice::Sync);
        }
        emitter.flush()
    }

    fn watch(&mut self, monitor: &mut Monitor) -> Result<(), Failure> {
        while self.emitter.left > 0 {
            let waited = self.receive(monitor)?;
            if self.emitter.ends(waited, &self.signals, self.deadline)? {
                break;
            }
        }
        Ok(())
    }

    /// Tells what is there already, or else waits for something to tell.
    fn receive(&mut self, monitor: &mut Monitor) -> Result<Waited, Error> {
        if monitor.is_behind() {
            self.catch_up(monitor)?;
            // There may be nothing to wait for any more.
            if self.emitter.is_done() {
                return Ok(Waited::Received);
            }
        }
        let wake = Some(self.signals.as_fd());
        let emitter = &mut self.emitter;
        monitor.wait(self.deadline, wake, &mut |notice| emitter.emit(notice))
    }

    /// Emits what is there already; a thread receives the next events meanwhile.
    fn catch_up(&mut self, monitor: &mut Monitor) -> Result<(), Error> {
        if self.pipeline.is_none() {
            self.pipeline = Pipeline::start(monitor.event_socket());
        }
        let Some(pipeline) = &mut self.pipeline else {
            return Ok(());
        };
        let (signals, deadline) = (&self.signals, self.deadline);
        pipeline.run(monitor, &mut self.emitter, |emitter| {
            emitter.is_done() || signals.came() || Instant::now() >= deadline
        })
    }
}

impl EventEmitter {
    /// Begins now, to tell up to `count` changes.
    fn new(watch: Watch, filter: EventFilter, count: Option<u64>) -> Self {
        Self {
            watch,
            names: Names::new(),
            filter,
            start: Instant::now(),
            last: None,
            left: count.unwrap_or(u64::MAX),
            emitted: 0,
            lost: 0,
            written: Instant::now(),
            failed: None,
            moment: None,
        }
    }

    /// Sets the `time` of the events that follow, so long after the start.
    fn set_moment(&mut self, time: SystemTime, since_start: Duration) {
        self.moment = Some((time, since_start));
    }

    /// Keeps the names of all `links`: some refer to others that are told later.
    fn learn_all<'l, I: Iterator<Item = Cow<'l, [u8]>>>(&mut self, links: impl Fn() -> I) {
        self.filter.find_links(links());
        self.watch.forget_names();
        each_link(links(), |link| {
            self.filter.learn_link(link);
            learn_link(&mut self.names, link);
        });
        each_link(links(), |link| settle_link(&mut self.names, link));
    }

    /// Keeps the name of a link that nobody is told of.
    fn learn_link(&mut self, link: &Link<'_>) {
        self.filter.learn_link(link);
        if learn_link(&mut self.names, link) {
            self.watch.forget_names();
        }
        settle_link(&mut self.names, link);
    }

    /// Returns the exit status of who wanted to hear so many changes.
    fn verdict(&self, count: Option<u64>) -> ExitCode {
        exit_code(count.is_some() && self.left > 0)
    }

    /// Writes out what was told; returns whether the time is up, or a signal says to stop.
    fn ends(
        &mut self,
        waited: Waited,
        signals: &Signals,
        deadline: Instant,
    ) -> Result<bool, Failure> {
        self.flush()?;
        // Changes that never pause must not postpone the deadline.
        if waited == Waited::TimedOut || Instant::now() >= deadline {
            return Ok(true);
        }
        let is_woken = waited == Waited::Woken || signals.came();
        Ok(is_woken && signals.handle(|| self.sum_up_now())?)
    }

    fn sum_up_now(&self) {
        self.sum_up(self.start.elapsed());
    }

    fn sum_up(&self, time: Duration) {
        let (Self { emitted, lost, .. }, time) = (self, time.as_secs_f64());
        let summary = format!("{emitted} changes in {time:.3} s, {lost} losses made good");
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(io::stderr(), "{summary}");
    }

    /// Says whether nothing more is told.
    fn is_done(&self) -> bool {
        self.failed.is_some() || self.left == 0
    }

    /// Tells what there is to tell, as far as it is wanted.
    fn emit(&mut self, notice: &Notice<'_>) {
        if self.is_done() {
            return;
        }
        let now = self.now();
        let result = match notice {
            Notice::Event(event) => self.emit_event(&now, event),
            Notice::Lost(drops) => {
                self.lost += 1;
                self.watch.state(&now, "lost", "", Some(*drops))
            }
            Notice::LostHellos(drops) => self.watch.state(&now, "lost", "hello", Some(*drops)),
            Notice::Sync => self.watch.state(&now, "sync", "", None),
        };
        self.failed = result.err();
    }

    /// Returns the time; what comes together has the same.
    fn now(&mut self) -> Stamp {
        if let Some((time, since_start)) = self.moment {
            return Stamp::of(time, since_start);
        }
        match &self.last {
            Some((read, stamp)) if read.elapsed() < TOGETHER => *stamp,
            _ => {
                let stamp = Stamp::now(self.start);
                self.last = Some((Instant::now(), stamp));
                stamp
            }
        }
    }

    fn emit_event(&mut self, now: &Stamp, event: &Event<'_>) -> io::Result<()> {
        let link = link_of(event);
        self.learn(event, link.as_ref());
        let is_wanted = self.filter.wants(event) && !self.filter.hides(event);
        let mut result = Ok(());
        if is_wanted && self.is_news(event, link.as_ref()) {
            self.left -= 1;
            self.emitted += 1;
            result = self.watch.event(now, event, &mut self.names);
        }
        self.settle(link.as_ref());
        result
    }

    /// Says whether there is something to tell: the link below one may be as it was told to be already.
    fn is_news(&mut self, event: &Event<'_>, link: Option<&Link<'_>>) -> bool {
        event.old != Some(event.body)
            || link.is_some_and(|link| self.names.has_turned(link.header().index, link.lower()))
    }

    /// Notes that a link was told, or that nobody wants to know.
    fn settle(&mut self, link: Option<&Link<'_>>) {
        if let Some(link) = link {
            settle_link(&mut self.names, link);
        }
    }

    /// Keeps the name of the `link` that an event is of: one that is gone is told by its last one for a while.
    fn learn(&mut self, event: &Event<'_>, link: Option<&Link<'_>>) {
        let Some(link) = link else {
            return;
        };
        let is_renamed = match event.what {
            Action::Del => self.names.remove(link.header().index),
            _ => {
                self.filter.learn_link(link);
                learn_link(&mut self.names, link)
            }
        };
        if is_renamed {
            self.watch.forget_names();
        }
    }

    /// Writes out what is held, unless that was done just now; where that fails, no more is told.
    fn write_out(&mut self) {
        if self.failed.is_none() && self.written.elapsed() > HELD {
            self.written = Instant::now();
            self.failed = self.watch.flush().err();
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(self.watch.flush()?),
        }
    }
}

/// Returns the link that an event is of, if it is one.
fn link_of<'a>(event: &Event<'a>) -> Option<Link<'a>> {
    match event.kind() {
        Kind::Link => Link::of(event.object).ok(),
        _ => None,
    }
}

/// Has `take` take each of these `links`.
pub fn each_link<'l>(links: impl Iterator<Item = Cow<'l, [u8]>>, mut take: impl FnMut(&Link<'_>)) {
    for link in links {
        if let Ok(link) = Link::from_payload(&link) {
            take(&link);
        }
    }
}

/// Notes how the link is called; says whether that is another name than before.
pub fn learn_link(names: &mut Names, link: &Link<'_>) -> bool {
    let index = link.header().index;
    names.learn(index, link.name().unwrap_or_default(), link.is_up())
}

/// Notes that the link was told as it is.
fn settle_link(names: &mut Names, link: &Link<'_>) {
    names.settle(link.header().index, link.lower());
}
