// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signals: those that are meant for the command, and the one that ends a wait.

use super::super::errno::check;
use libc::{c_int, c_void, pid_t, sigaction, siginfo_t};
use std::sync::atomic::{AtomicI32, Ordering};
use std::{io, mem, ptr};

/// Signals that end a program or inform it, which are passed on to the command.
const FORWARDED: [c_int; 6] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

/// How long what was seen may wait to be written, in microseconds.
const TICK: libc::suseconds_t = 100_000;

/// The process that gets what is forwarded; 0 is nobody.
static COMMAND: AtomicI32 = AtomicI32::new(0);

/// Signals that go to the command, while it runs: those of [`FORWARDED`], if somebody has sent them to
/// this process. What the terminal sends it sends to the command as well, so that is not forwarded.
///
/// Ctrl-Z does not stop this process, or the command could not tidy up before it stops: who follows it
/// stops after it, with [`stop`].
pub(super) struct Forwarding {
    _handlers: Vec<Handler>,
}

impl Forwarding {
    /// Forwards to `command`, which is started already: it must not inherit this.
    ///
    /// # Errors
    ///
    /// Those of `sigaction(2)`.
    pub fn to(command: pid_t) -> io::Result<Self> {
        COMMAND.store(command, Ordering::SeqCst);
        let flags = libc::SA_SIGINFO | libc::SA_RESTART;
        let forwarded = FORWARDED.map(|signal| (signal, forward as *const () as usize, flags));
        let handlers = forwarded
            .into_iter()
            .chain([(libc::SIGTSTP, libc::SIG_IGN, 0)])
            .map(|(signal, handler, flags)| Handler::install(signal, handler, flags))
            .collect::<io::Result<_>>()?;

        Ok(Self {
            _handlers: handlers,
        })
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        COMMAND.store(0, Ordering::SeqCst);
    }
}

/// Timer whose signal interrupts `waitpid(2)` at intervals.
pub(super) struct Ticker {
    is_ticking: bool,
    _handler: Handler,
}

impl Ticker {
    /// Makes one that does not tick.
    ///
    /// # Errors
    ///
    /// Those of `sigaction(2)`.
    pub fn new() -> io::Result<Self> {
        // Without SA_RESTART: it is there to interrupt.
        let handler = Handler::install(libc::SIGALRM, wake as *const () as usize, 0)?;

        Ok(Self {
            is_ticking: false,
            _handler: handler,
        })
    }

    /// Starts the timer, or stops it.
    pub fn tick(&mut self, wanted: bool) {
        if wanted == self.is_ticking {
            return;
        }
        let every = libc::timeval {
            tv_sec: 0,
            tv_usec: if wanted { TICK } else { 0 },
        };
        let timer = libc::itimerval {
            it_interval: every,
            it_value: every,
        };
        // SAFETY: `timer` outlives the call; nobody asks for the one before.
        unsafe { libc::setitimer(libc::ITIMER_REAL as _, &timer, ptr::null_mut()) };
        self.is_ticking = wanted;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.tick(false);
    }
}

/// Signal handler that is in place until this is dropped.
struct Handler {
    signal: c_int,
    before: sigaction,
}

impl Handler {
    fn install(signal: c_int, handler: usize, flags: c_int) -> io::Result<Self> {
        // SAFETY: 0 is a value of all fields: integers, a set of bits, and a pointer that may be null.
        let (mut action, mut before): (sigaction, sigaction) = unsafe { mem::zeroed() };
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        // SAFETY: both outlive the call. The handlers are functions with the arguments that `flags`
        // promise them, and do nothing but what `signal-safety(7)` allows.
        check(unsafe { libc::sigaction(signal, &action, &mut before) })?;
        Ok(Self { signal, before })
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // SAFETY: the action was there before, and was valid then.
        unsafe { libc::sigaction(self.signal, &self.before, ptr::null_mut()) };
    }
}

/// Stops this process until somebody lets it go on.
pub(super) fn stop() {
    // SAFETY: the call takes a number.
    unsafe { libc::raise(libc::SIGSTOP) };
}

/// Sends a signal.
pub(super) fn send(pid: pid_t, signal: c_int) {
    // SAFETY: the call takes numbers.
    unsafe { libc::kill(pid, signal) };
}

extern "C" fn wake(_signal: c_int) {}

/// Sends `signal` to the command, if it came from a process, and from another one than that.
extern "C" fn forward(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the kernel gives a pointer to a whole `siginfo_t`, which lives until the
    // handler returns; whatever the union in it holds, these bytes of it are an integer.
    let (code, sender) = unsafe { ((*info).si_code, (*info).si_pid()) };
    let command = COMMAND.load(Ordering::SeqCst);
    // Codes of the kernel's own, such as that of a terminal, are above 0.
    if command > 0 && code <= 0 && sender != command {
        kill(command, signal);
    }
}

/// `kill(2)` for a handler: whoever was interrupted finds `errno` as it was.
fn kill(pid: pid_t, signal: c_int) {
    // SAFETY: `errno` of this thread is always there; `kill` takes numbers.
    unsafe {
        let errno = *libc::__errno_location();
        libc::kill(pid, signal);
        *libc::__errno_location() = errno;
    }
}
