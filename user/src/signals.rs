// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signals that end a run or ask how it goes, and that nobody reads it any more.
//!
//! The handler sets a flag, then writes to a socket that every wait of the run watches too: a
//! signal that comes between the look at the flag and the wait still ends the wait.

use nlhello::netlink::{wait_any, wait_readable, AnyOf, Awaited};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level::pipe};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a write may wait before it looks whether a signal came, and how often it does after that.
const GLANCE: Duration = Duration::from_millis(100);
const GLANCES: u32 = 10;

/// So much a pipe that is writable takes without waiting (`PIPE_BUF`), in bytes.
const AT_ONCE: usize = 4096;

/// The signals since the program took them over.
pub struct Signals {
    stop: Arc<AtomicBool>,
    status: Arc<AtomicBool>,
    /// Whether one that ends the run still kills at once.
    kills: Arc<AtomicBool>,
    wake: UnixStream,
    /// Ready when a signal came or, if there is one to be, standard output has no reader.
    any: AnyOf,
    has_reader: bool,
}

impl Signals {
    /// Takes over SIGINT, SIGTERM and SIGQUIT.
    pub fn catch() -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The second one kills: the first may be waiting for a pipe that nobody empties.
            flag::register_conditional_default(signal, Arc::clone(&stop))?;
        }
        Self::open(stop, &[SIGINT, SIGTERM], true)
    }

    /// Takes over SIGHUP as well, unless that was ignored before, for who has something to clear away at
    /// the end. Until [`Self::defer`] a signal kills: a file may be a pipe that waits for its reader.
    ///
    /// With `has_reader`, it ends as well when nobody reads standard output.
    pub fn catch_all(has_reader: bool) -> io::Result<Self> {
        let stops = [SIGINT, SIGTERM, SIGHUP];
        let stops = &stops[..stops.len() - usize::from(is_ignored(SIGHUP))];
        let kills = Arc::new(AtomicBool::new(true));
        for signal in stops {
            flag::register_conditional_default(*signal, Arc::clone(&kills))?;
        }
        // Then what makes a file too long fails, and does not kill.
        flag::register(SIGXFSZ, Arc::default())?;
        let signals = Self::open(Arc::default(), stops, has_reader)?;

        Ok(Self { kills, ..signals })
    }

    /// From now on no signal kills, not even the second, so nothing may wait long for anybody else.
    pub fn defer(&self) {
        self.kills.store(false, Ordering::SeqCst);
    }

    fn open(stop: Arc<AtomicBool>, stops: &[i32], has_reader: bool) -> io::Result<Self> {
        let (wake, writer) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let status = Arc::default();
        let stops = stops.iter().map(|signal| (*signal, &stop));
        // A signal's actions run in the order of their registration: the flag is set when the wait ends.
        for (signal, flag) in stops.chain([(SIGQUIT, &status)]) {
            flag::register(signal, Arc::clone(flag))?;
            pipe::register(signal, writer.try_clone()?)?;
        }
        let stdout = io::stdout();
        let awaited = [
            Awaited::Readable(wake.as_fd()),
            Awaited::Closed(stdout.as_fd()),
        ];
        let any = AnyOf::of(&awaited[..1 + usize::from(has_reader)])?;
        Ok(Self {
            stop,
            status,
            kills: Arc::default(),
            wake,
            any,
            has_reader,
        })
    }

    /// Says whether a signal came that ends the run.
    fn stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Says whether any of them came, without a system call.
    pub fn came(&self) -> bool {
        self.stop() || self.status.load(Ordering::SeqCst)
    }

    /// Makes [`Self::as_fd`] wait for the next signal, and calls `report` if SIGQUIT came since the last call; returns
    /// whether a signal came that ends the run.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::BrokenPipe`] when nobody is left to read standard output.
    pub fn handle(&self, report: impl FnOnce()) -> io::Result<bool> {
        // First, so that a signal that comes after the look at the flags ends the next wait.
        self.drain()?;
        if self.status.swap(false, Ordering::SeqCst) {
            report();
        }
        Ok(self.stop())
    }

    fn drain(&self) -> io::Result<()> {
        let mut bytes = [0; 64];
        loop {
            match (&self.wake).read(&mut bytes) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        match self.has_reader {
            true => check_readers(),
            false => Ok(()),
        }
    }

    /// Waits until `deadline`; returns whether a signal came first.
    pub fn wait(&self, deadline: Instant) -> io::Result<bool> {
        wait_readable([self.as_fd()], deadline).map(|[woken]| woken)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.any.as_fd()
    }
}

fn check_readers() -> io::Result<()> {
    let stdout = io::stdout();
    let is_closed = wait_any(&[Awaited::Closed(stdout.as_fd())], Instant::now())?;
    match is_closed[..] {
        [true] => Err(io::ErrorKind::BrokenPipe.into()),
        _ => Ok(()),
    }
}

/// Says whether this process was started so that it ignores `signal`, as by nohup(1).
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());

    ignored.is_some_and(|signals| signals >> (signal - 1) & 1 == 1)
}

/// Output for who must not wait for its reader for good: a signal ends a write that waits.
pub struct Interruptible {
    file: File,
    is_pipe: bool,
    signals: Rc<Signals>,
}

impl Interruptible {
    /// Writes to standard output, as long as none of `signals` ends the run.
    pub fn stdout(signals: &Rc<Signals>) -> io::Result<Self> {
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);

        Self::new(file, signals)
    }

    /// Writes to `file`, as long as none of `signals` ends the run.
    pub fn new(file: File, signals: &Rc<Signals>) -> io::Result<Self> {
        Ok(Self {
            is_pipe: !file.metadata()?.is_file(),
            file,
            signals: Rc::clone(signals),
        })
    }

    /// Waits until a write does not have to, or until some time after a signal.
    fn wait(&self) -> io::Result<()> {
        let mut left = GLANCES;
        let writable = [Awaited::Writable(self.file.as_fd())];
        while wait_any(&writable, Instant::now() + GLANCE)? == [false] {
            left -= u32::from(self.signals.stop());
            if left == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(())
    }
}

impl Write for Interruptible {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_pipe {
            return self.file.write(bytes);
        }
        self.wait()?;
        self.file.write(&bytes[..bytes.len().min(AT_ONCE)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
