// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sockets --watch`: a line whenever a socket lost something, or more waits in it than before.

use super::{Failure, NetlinkSocket, SocketNames, SocketRun, TIMEOUT};
use crate::commands::{exit_code, is_read};
use crate::output::{write_growth, write_growth_json, Clock, Growth, Stamp, TimeStyle};
use crate::signals::Signals;
use nlhello::netlink::{deadline, Error};
use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The shortest time from one look to the next.
const SHORTEST: Duration = Duration::from_millis(10);

/// Somebody who looks at the sockets again and again.
struct SocketWatch<'w> {
    run: SocketRun<'w>,
    /// How they were at the last look.
    last: HashMap<u64, Growth>,
    start: Instant,
    clock: Clock,
    /// How many lines are to be told yet, and were told.
    left: u64,
    emitted: u64,
}

/// Tells what grows until the count or the time is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(run: SocketRun<'_>) -> Result<ExitCode, Failure> {
    let signals = Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?;
    let json = run.cli.globals.json;
    let mut watch = SocketWatch {
        last: HashMap::new(),
        start: Instant::now(),
        clock: Clock::here(if json {
            TimeStyle::Iso
        } else {
            TimeStyle::Time
        }),
        left: run.args.count.unwrap_or(u64::MAX),
        emitted: 0,
        run,
    };
    let first = watch.run.lister.read(TIMEOUT)?;
    watch.remember(&first);
    watch.run.warn_of_source();
    let result = watch.look_on(&signals);
    if is_read(&result) {
        watch.sum_up();
    }
    result?;
    Ok(exit_code(watch.run.args.count.is_some() && watch.left > 0))
}

impl SocketWatch<'_> {
    fn look_on(&mut self, signals: &Signals) -> Result<(), Failure> {
        let end = deadline(self.start, self.run.args.timeout.unwrap_or(Duration::MAX));
        let pace = self.run.args.interval.max(SHORTEST);
        let mut next = deadline(self.start, pace);
        while self.left > 0 {
            if signals.wait(next.min(end))? {
                if signals.handle(|| self.sum_up())? {
                    break;
                }
                continue;
            }
            self.look()?;
            let now = Instant::now();
            if now >= end {
                break;
            }
            // A look that took too long is not made up for.
            next = deadline(next, pace).max(now);
        }
        Ok(())
    }

    /// Looks once, and tells what grew since the last time.
    fn look(&mut self) -> Result<(), Failure> {
        let sockets = self.run.lister.read(TIMEOUT)?;
        let grown = self.grown(&sockets);
        self.remember(&sockets);
        if !grown.is_empty() {
            self.emit_all(&grown)?;
        }
        Ok(())
    }

    /// Returns the sockets that grew, and by how much. One that was not there before began with nothing;
    /// ours is full of what is read from it.
    fn grown(&self, sockets: &[NetlinkSocket]) -> Vec<(NetlinkSocket, Growth)> {
        let SocketRun { choice, lister, .. } = &self.run;
        let wanted = |socket: &&NetlinkSocket| choice.wants(socket) && !lister.is_own(socket);
        let since_last = |socket: &NetlinkSocket| {
            let before = self.last.get(&socket.id()).copied().unwrap_or_default();
            growth(before, level(socket))
        };

        sockets
            .iter()
            .filter(wanted)
            .map(|socket| (socket.clone(), since_last(socket)))
            .filter(|(_, growth)| *growth != Growth::default())
            .collect()
    }

    fn emit_all(&mut self, grown: &[(NetlinkSocket, Growth)]) -> Result<(), Failure> {
        let sockets: Vec<_> = grown.iter().map(|(socket, _)| socket.clone()).collect();
        let names = SocketNames::find(&sockets)?;
        let now = Stamp::now(self.start);
        let mut lines = Vec::new();
        for (socket, growth) in grown {
            let of = names.describe(socket);
            if self.left == 0 || !self.run.choice.wants_held_by(of.processes) {
                continue;
            }
            let time = (&mut self.clock, &now);
            match self.run.cli.globals.json {
                true => write_growth_json(&mut lines, time, &of, *growth)?,
                false => write_growth(&mut lines, time, &of, *growth)?,
            }
            self.left -= 1;
            self.emitted += 1;
        }
        let mut out = io::stdout();
        out.write_all(&lines)?;
        Ok(out.flush()?)
    }

    fn remember(&mut self, sockets: &[NetlinkSocket]) {
        let levels = sockets.iter().map(|socket| (socket.id(), level(socket)));
        self.last = levels.collect();
    }

    fn sum_up(&self) {
        let time = self.start.elapsed().as_secs_f64();
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(io::stderr(), "{} told in {time:.3} s", self.emitted);
    }
}

/// Returns how a socket is. What is in the kernel's own is a request that is served just now: no backlog.
fn level(socket: &NetlinkSocket) -> Growth {
    let is_backlog = !socket.is_kernels();

    Growth {
        drops: socket.drops,
        rmem_alloc: if is_backlog { socket.rmem_alloc } else { 0 },
    }
}

/// Returns how much more it is now. The counter of drops wraps, and a queue becomes shorter too.
fn growth(before: Growth, now: Growth) -> Growth {
    Growth {
        drops: now.drops.wrapping_sub(before.drops),
        rmem_alloc: now.rmem_alloc.saturating_sub(before.rmem_alloc),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_was_emptied_grew_by_nothing_and_a_counter_wraps() {
        let at = |drops, rmem_alloc| Growth { drops, rmem_alloc };

        assert_eq!(growth(at(1, 100), at(1, 0)), at(0, 0));
        assert_eq!(growth(at(1, 100), at(4, 150)), at(3, 50));
        assert_eq!(growth(at(u32::MAX, 0), at(1, 0)), at(2, 0));
    }

    #[test]
    fn a_request_that_the_kernel_serves_is_no_backlog() {
        let socket = |portid| {
            let line = format!("0 0 {portid} 00000000 832 0 0 2 3 9");
            NetlinkSocket::from_line(&line).unwrap()
        };
        let at = |drops, rmem_alloc| Growth { drops, rmem_alloc };

        assert_eq!(level(&socket(7)), at(3, 832));
        assert_eq!(level(&socket(0)), at(3, 0));
    }
}
