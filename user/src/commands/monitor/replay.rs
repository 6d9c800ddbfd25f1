// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello replay`: what a monitor told, again, or would have told of a capture.

use super::{open_watch, style, Cli, Error, EventEmitter, EventFilter, ExitCode, Failure};
use crate::cli::ReplayArgs;
use crate::commands::open_input;
use crate::output::Output;
use nlhello::monitor::{Kind, Notice, Replay};
use nlhello::rtnl::Link;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, SystemTime};

const OP: &str = "replay";

const NO_START: &str = "a capture does not say what there was at its start";

const OWN_WORDS: &str = "words behind the file count instead, such as the name of a kind";

/// How the monitor was asked.
struct RecordedQuestion {
    netns: Option<String>,
    family: u8,
    words: Vec<OsString>,
}

/// Tells what is in a record or a capture, and says of a capture what it has besides.
///
/// Fails if it is cut off or broken, behind what could be read, and if it ended before the count was
/// reached.
pub fn run(cli: &Cli, args: &ReplayArgs, out: &Output) -> Result<ExitCode, Failure> {
    let name = args.file.display().to_string();
    let of_file = |error: Error| error.object(&name);
    let mut replay = Replay::open(open_input(OP, &args.file)?).map_err(of_file)?;
    if args.initial && !replay.has_start() {
        out.warning(OP, NO_START);
    }
    let asked = RecordedQuestion::read(replay.words());
    let filter = match (args.family.number(), &args.words[..]) {
        (0, []) => asked.filter().map_err(of_file)?,
        (family, words) => EventFilter::read(family, words)?,
    };
    let watch = open_watch(cli, style(args.timestamp), asked.netns)?;
    let mut emitter = EventEmitter::new(watch, filter, args.count);
    let result = play(&mut replay, &mut emitter, args.initial);
    emitter.flush()?;
    emitter.sum_up(since(replay.began(), replay.time()));
    if let Some(unemitted) = replay.unemitted().filter(|unemitted| !unemitted.is_empty()) {
        out.warning(OP, &format!("not told: {unemitted}"));
    }
    match result {
        Err(Failure::Netlink(error)) => Err(of_file(error).into()),
        result => result.map(|()| emitter.verdict(args.count)),
    }
}

fn play(replay: &mut Replay, emitter: &mut EventEmitter, is_initial: bool) -> Result<(), Failure> {
    let began = replay.began();
    replay.start()?;
    emitter.set_moment(replay.time(), since(began, replay.time()));
    emitter.learn_all(|| replay.objects(Kind::Link));
    if is_initial {
        replay.emit_all(&mut |notice| emitter.emit(notice));
        emitter.emit(&Notice::Sync);
    }
    while emitter.left > 0 {
        let more = replay.step(&mut |time, notice: &Notice<'_>| {
            emitter.set_moment(time, since(began, time));
            emitter.emit(notice);
        })?;
        if !more {
            break;
        }
        if let Some(Ok(link)) = replay.learned_link().map(Link::from_payload) {
            emitter.learn_link(&link);
        }
        if emitter.failed.is_some() {
            emitter.flush()?;
        }
    }
    Ok(())
}

/// A clock that was set back does not count.
fn since(start: SystemTime, time: SystemTime) -> Duration {
    time.duration_since(start).unwrap_or_default()
}

impl RecordedQuestion {
    /// Reads the words of the `begin` mark, as [`record`](super::record) writes them.
    fn read(recorded: &[Vec<u8>]) -> Self {
        let (netns, words) = match recorded.split_first() {
            Some((netns, words)) => (&netns[..], words),
            None => (&b""[..], recorded),
        };
        let (family, words) = match words.split_first() {
            Some((first, rest)) if first == b"-4" => (libc::AF_INET, rest),
            Some((first, rest)) if first == b"-6" => (libc::AF_INET6, rest),
            _ => (libc::AF_UNSPEC, words),
        };

        Self {
            netns: (!netns.is_empty()).then(|| String::from_utf8_lossy(netns).into_owned()),
            family: family as u8,
            words: words.iter().cloned().map(OsString::from_vec).collect(),
        }
    }

    /// Returns the choice of the monitor. Words that cannot be read are a fault of the record, not of the command line.
    fn filter(&self) -> Result<EventFilter, Error> {
        EventFilter::read_recorded(self.family, &self.words).map_err(|error| {
            Error::new(OP, libc::EBADMSG)
                .message(format!("words of its monitor: {}", error.message))
                .hint(OWN_WORDS)
        })
    }
}
