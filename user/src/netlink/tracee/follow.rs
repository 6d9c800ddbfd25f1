// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The algorithm: what to do at each stop of each thread.

use super::calls::{of_socketcall, Abi, CallForm, Syscall};
use super::datagrams::{word_at, Arguments, Datagrams, Found};
use super::memory::{self, piece};
use super::ptrace::{self, Resume, Stop, SyscallInfo};
use super::signals::{self, Forwarding, Ticker};
use super::sockets::{TracedSocket, TracedSockets};
use super::spawn::{self, NotRun, Started};
use super::turns::Turns;
use super::{
    filter, Direction, Errno, Observer, Outcome, Protocol, Remark, Rights, Thread, Transfer,
    Unshown,
};
use crate::netlink::Error;
use crate::wire::Messages;
use libc::{c_int, pid_t};
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::process::ExitStatus;
use std::time::SystemTime;

const FOLLOW: &str = "follow the command";

/// Descriptors of a process, as for every other: without `/proc`, no call would be seen, silently.
const DESCRIPTORS: &str = "/proc/self/fd";

/// Error numbers that the kernel keeps to itself: a signal has come, and the call is made again, or
/// fails with `EINTR`.
const RESTARTS: std::ops::RangeInclusive<i32> = 512..=516;

/// A command that is followed, with all that it starts.
///
/// Nobody can be let go: without a tracer each of the calls that the filter picks would fail. So all
/// of them end with this process, however it ends, and [`Tracer::follow`] lasts as long as they do.
pub struct Tracer {
    command: OsString,
    started: Started,
    forwarding: Option<Forwarding>,
    ticker: Ticker,
    /// Whether anything was told since the last tick.
    is_busy: bool,
    /// All threads that are followed.
    turns: Turns,
    /// Threads that have stopped for a call at least once.
    tasks: HashMap<pid_t, TracedThread>,
    sockets: TracedSockets,
    /// Remarks already made of a process, each of which is made once.
    remarked: HashSet<(pid_t, Remark)>,
    /// How many calls have begun that send something, of which nothing was told yet.
    open_sends: usize,
    has_run: bool,
    status: Option<ExitStatus>,
}

/// A thread.
struct TracedThread {
    thread: Thread,
    call: Option<Call>,
    /// Datagrams that the call sends, or has received.
    datagrams: Datagrams,
}

/// A call that has begun.
struct Call {
    name: &'static str,
    arguments: Arguments,
    direction: Direction,
    fd: c_int,
    socket: TracedSocket,
    time: SystemTime,
    /// Whether it was told already, as one that has not returned.
    is_told: bool,
}

impl Tracer {
    /// [`Error::op`] of a command that was not run.
    pub const RUN: &'static str = "run";

    /// Starts `command`, a program and its arguments, so that it is seen from its first call on; what
    /// its sockets carry is told if they are of one of `protocols`, or whatever they are if that is
    /// empty. The command inherits all that a child inherits.
    ///
    /// # Errors
    ///
    /// `EPERM` where the kernel or a container forbids to follow, `ENOSYS` on an architecture whose
    /// system calls are not known.
    pub fn start(command: &[OsString], protocols: &[Protocol]) -> Result<Self, Error> {
        if Abi::native().is_none() {
            return Err(Error::new(FOLLOW, libc::ENOSYS)
                .message("system calls of this architecture are not known"));
        }
        fs::metadata(DESCRIPTORS).map_err(|error| {
            Error::from_io(FOLLOW, &error)
                .object(DESCRIPTORS)
                .hint("it takes /proc to know what a descriptor is: mount -t proc proc /proc")
        })?;
        let started = spawn::start(command).map_err(|error| forbidden(&error))?;
        let failed = |error| Error::from_io(FOLLOW, &error);

        Ok(Self {
            command: command.first().cloned().unwrap_or_default(),
            forwarding: Some(Forwarding::to(started.pid).map_err(failed)?),
            ticker: Ticker::new().map_err(failed)?,
            is_busy: false,
            turns: Turns::of(started.pid),
            started,
            tasks: HashMap::new(),
            sockets: TracedSockets::of(protocols),
            remarked: HashSet::new(),
            open_sends: 0,
            has_run: false,
            status: None,
        })
    }

    /// Tells `observer` what the command says and hears until it and all that it has started have
    /// ended; returns how the command itself ended.
    ///
    /// Whatever the observer does, it has no way to end this early.
    ///
    /// # Errors
    ///
    /// Why the command was not run: [`Error::op`] is [`Tracer::RUN`] where there is no such program
    /// (`ENOENT`), or none that can be run.
    pub fn follow(mut self, observer: &mut dyn Observer) -> Result<ExitStatus, Error> {
        // Children that this process had before it began are none of the command's: nobody waits for them.
        while !self.turns.is_empty() {
            match ptrace::wait() {
                Ok((tid, stop)) => {
                    self.handle(tid, stop, observer);
                    self.give_turn(observer);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => self.rest(observer),
                Err(_) => break,
            }
        }
        observer.idle();
        match self.status {
            Some(status) if self.has_run => Ok(status),
            status => self.failure().map_or_else(|| status.ok_or_else(lost), Err),
        }
    }

    fn failure(&self) -> Option<Error> {
        let NotRun { has_filter, errno } = self.started.failure()?;

        Some(match has_filter {
            true => Error::new(Self::RUN, errno).object(self.command.to_string_lossy()),
            false => Error::new(FOLLOW, errno)
                .hint("it takes a kernel with CONFIG_SECCOMP_FILTER that lets this program use it"),
        })
    }

    /// A tick has come: what was told is written out. Where nothing was, no more ticks are needed.
    fn rest(&mut self, observer: &mut dyn Observer) {
        observer.idle();
        self.ticker.tick(self.is_busy);
        self.is_busy = false;
    }

    /// Looks whether the thread has stopped whose turn it is: [`ptrace::wait`] alone would leave none to
    /// those behind two that stop all the time.
    fn give_turn(&mut self, observer: &mut dyn Observer) {
        let next = self.turns.next_turn();
        if let Some((tid, stop)) = next.and_then(|tid| Some((tid, ptrace::stop_of(tid)?))) {
            self.handle(tid, stop, observer);
        }
    }

    fn handle(&mut self, tid: pid_t, stop: Stop, observer: &mut dyn Observer) {
        let how = match stop {
            Stop::Ended(status) => return self.end(tid, status, observer),
            Stop::Group(signal) => return self.stand_still(tid, signal),
            Stop::Return => return self.leave(tid, observer),
            Stop::Call => self.enter(tid, observer),
            Stop::Exec => self.exec(tid, observer),
            Stop::Signal(signal) => Resume::With(signal),
            Stop::Started => self.note_start(tid),
            Stop::Other => self.note(tid),
        };
        ptrace::resume(tid, how);
    }

    /// A thread has started another one, which is told before that one stops itself.
    fn note_start(&mut self, tid: pid_t) -> Resume {
        let started = ptrace::event_message(tid).ok();
        match started.and_then(|started| started.try_into().ok()) {
            Some(started) => self.note(started),
            None => Resume::With(0),
        }
    }

    fn note(&mut self, tid: pid_t) -> Resume {
        self.turns.add(tid);
        Resume::With(0)
    }

    /// A thread is about to make a call that the filter picks.
    fn enter(&mut self, tid: pid_t, observer: &mut dyn Observer) -> Resume {
        let begun = ptrace::syscall_info(tid).and_then(|info| self.begin(tid, &info, observer));
        match begun {
            Ok(true) => Resume::ToReturn,
            Ok(false) => Resume::With(0),
            Err(error) => {
                // A thread that was killed meanwhile has no memory to read.
                if let Some(errno) = error.raw_os_error().filter(|errno| *errno != libc::ESRCH) {
                    self.remark(tid, Remark::Closed(Errno(errno)), observer);
                }
                Resume::With(0)
            }
        }
    }

    /// Notes the call, if it carries a datagram; returns whether its end is of interest.
    fn begin(
        &mut self,
        tid: pid_t,
        info: &SyscallInfo,
        observer: &mut dyn Observer,
    ) -> io::Result<bool> {
        let abi = Abi::find(info.arch).filter(|_| info.filter_data() != filter::FOREIGN);
        let Some(abi) = abi else {
            if !is_none(info) {
                self.remark(tid, Remark::Foreign(info.arch), observer);
            }
            return Ok(false);
        };
        let Some((syscall, args)) = resolve(tid, abi, info) else {
            return Ok(false);
        };
        match syscall.form {
            CallForm::IoUring => self.remark(tid, Remark::IoUring, observer),
            CallForm::Aio => self.remark(tid, Remark::Aio, observer),
            form => {
                let arguments = Arguments {
                    tid,
                    word: abi.word,
                    form,
                    args,
                };
                return self.begin_transfer(syscall.name, arguments, observer);
            }
        }
        Ok(false)
    }

    fn begin_transfer(
        &mut self,
        name: &'static str,
        arguments: Arguments,
        observer: &mut dyn Observer,
    ) -> io::Result<bool> {
        let task = task(&mut self.tasks, arguments.tid);
        let target = find_socket(&mut self.sockets, &task.thread, &arguments)?;
        let Some((fd, socket, direction)) = target else {
            return Ok(false);
        };
        task.call = Some(Call {
            name,
            arguments,
            direction,
            fd,
            socket,
            time: SystemTime::now(),
            is_told: false,
        });
        if direction == Direction::Sent {
            self.open_sends += 1;
            task.datagrams.read_sent(&arguments);
        }
        self.check_refusal(arguments.tid, observer);
        Ok(true)
    }

    /// A thread has made the call that it has begun.
    fn leave(&mut self, tid: pid_t, observer: &mut dyn Observer) {
        let ended = self.take_call(tid);
        let may_lag = observer.may_lag();
        if may_lag {
            ptrace::resume(tid, Resume::With(0));
        }
        if let Some((call, result)) = ended {
            self.is_busy = true;
            self.ticker.tick(true);
            match call.direction {
                Direction::Sent => self.sent(&call, result, observer),
                Direction::Received => self.received(&call, result, observer),
            }
            task(&mut self.tasks, tid).datagrams.clear();
        }
        if !may_lag {
            ptrace::resume(tid, Resume::With(0));
        }
    }

    /// Returns the call that `tid` has made, and its result; what it has received is read.
    fn take_call(&mut self, tid: pid_t) -> Option<(Call, Result<u64, i32>)> {
        // Of one that was killed meanwhile the call stays, as one that never returned.
        let result = ptrace::syscall_info(tid).ok()?.result();
        let task = self.tasks.get_mut(&tid)?;
        let mut call = task.call.take()?;
        if call.direction == Direction::Received {
            call.time = SystemTime::now();
            task.datagrams.clear();
            if let (Ok(result), None) = (result, call.unshown()) {
                task.datagrams
                    .read_received(&call.arguments, result as usize);
            }
        }
        Some((call, result))
    }

    fn sent(&mut self, call: &Call, result: Result<u64, i32>, observer: &mut dyn Observer) {
        let task = task(&mut self.tasks, call.arguments.tid);

        if !call.is_told {
            self.open_sends -= 1;
        }
        // A send emitted as [`Outcome::Pending`] is emitted again only if it failed.
        if !call.is_told || result.is_err() {
            task.emit_sent(call, Some(result), observer);
        }
    }

    fn received(&mut self, call: &Call, result: Result<u64, i32>, observer: &mut dyn Observer) {
        self.settle(observer);
        let task = task(&mut self.tasks, call.arguments.tid);
        match result {
            Ok(result) => task.emit_received(call, result as usize, observer),
            Err(errno) if errno == libc::EAGAIN || RESTARTS.contains(&errno) => {}
            Err(errno) => observer.transfer(&Transfer {
                outcome: Outcome::Failed(Errno(errno)),
                ..call.transfer(&task.thread)
            }),
        }
        self.check_refusal(call.arguments.tid, observer);
    }

    /// Tells what other threads have sent before something is told that may be the answer.
    fn settle(&mut self, observer: &mut dyn Observer) {
        if self.open_sends == 0 {
            return;
        }
        let open = self.tasks.iter().filter_map(|(tid, task)| {
            let call = task.call.as_ref().filter(|call| call.is_open())?;
            Some((call.time, *tid))
        });
        let mut open: Vec<_> = open.collect();
        open.sort_unstable();
        for (_, tid) in open {
            match ptrace::stop_of(tid) {
                Some(stop) => self.handle(tid, stop, observer),
                None => self.emit_open(tid, observer),
            }
        }
    }

    /// Tells what `tid` is sending, of which nobody knows yet what becomes.
    fn emit_open(&mut self, tid: pid_t, observer: &mut dyn Observer) {
        let Some(task) = self.tasks.get_mut(&tid) else {
            return;
        };
        if let Some(mut call) = task.call.take_if(|call| call.is_open()) {
            self.open_sends -= 1;
            task.emit_sent(&call, None, observer);
            call.is_told = true;
            task.call = Some(call);
        }
    }

    /// A thread runs a new program: it is the only one of its process then, and has its number.
    fn exec(&mut self, tid: pid_t, observer: &mut dyn Observer) -> Resume {
        let former = ptrace::event_message(tid).ok();
        if let Some(former) = former.and_then(|former| former.try_into().ok()) {
            self.forget(former, observer);
        }
        self.forget(tid, observer);
        self.turns.add(tid);
        self.has_run |= tid == self.started.pid;
        let rights = Rights::forgone(tid);
        if rights.any() {
            self.remark(tid, Remark::Forgone(rights), observer);
        }
        Resume::With(0)
    }

    fn end(&mut self, tid: pid_t, status: ExitStatus, observer: &mut dyn Observer) {
        self.forget(tid, observer);
        if tid == self.started.pid {
            self.status = Some(status);
            self.forwarding = None;
        }
    }

    fn forget(&mut self, tid: pid_t, observer: &mut dyn Observer) {
        self.emit_open(tid, observer);
        self.tasks.remove(&tid);
        self.turns.remove(tid);
        self.remarked.retain(|(pid, _)| *pid != tid);
    }

    /// A process stands still until it gets SIGCONT. Where the terminal has stopped the command, this
    /// process is of the same job, and stops too: so whoever started it sees that it did.
    fn stand_still(&mut self, tid: pid_t, signal: c_int) {
        ptrace::resume(tid, Resume::Listening);
        if tid == self.started.pid && signal != libc::SIGSTOP {
            signals::stop();
            signals::send(tid, libc::SIGCONT);
        }
    }

    fn check_refusal(&mut self, tid: pid_t, observer: &mut dyn Observer) {
        let refusal = self
            .tasks
            .get(&tid)
            .and_then(|task| task.datagrams.refusal());
        if let Some(errno) = refusal {
            self.remark(tid, Remark::Closed(Errno(errno)), observer);
        }
    }

    fn remark(&mut self, tid: pid_t, remark: Remark, observer: &mut dyn Observer) {
        let thread = &task(&mut self.tasks, tid).thread;
        if self.remarked.insert((thread.pid, remark)) {
            observer.remark(thread, &remark);
        }
    }
}

fn task(tasks: &mut HashMap<pid_t, TracedThread>, tid: pid_t) -> &mut TracedThread {
    tasks.entry(tid).or_insert_with(|| TracedThread {
        thread: Thread::of(tid),
        call: None,
        datagrams: Datagrams::default(),
    })
}

/// Returns which call it is, and with which arguments.
fn resolve(tid: pid_t, abi: &Abi, info: &SyscallInfo) -> Option<(Syscall, [u64; 6])> {
    let syscall = abi.syscall(info.number())?;
    match syscall.form {
        CallForm::Socketcall => resolve_socketcall(tid, abi.word, info.args()),
        _ => Some((syscall, info.args())),
    }
}

fn resolve_socketcall(
    tid: pid_t,
    word: usize,
    [number, address, ..]: [u64; 6],
) -> Option<(Syscall, [u64; 6])> {
    let (syscall, count) = of_socketcall(number)?;
    let mut bytes = [0; 6 * 8];
    let bytes = &mut bytes[..count * word];
    memory::read(tid, &[piece(address, bytes.len())], bytes).ok()?;
    let mut args = [0; 6];
    for (at, arg) in args.iter_mut().enumerate() {
        *arg = word_at(bytes, at * word, word);
    }
    Some((syscall, args))
}

/// Says whether it is no call at all: -1, which has every bit, and fails.
fn is_none(info: &SyscallInfo) -> bool {
    info.number() as u32 == u32::MAX
}

/// Returns the socket that the call is about, its descriptor, and which way it carries what.
fn find_socket(
    sockets: &mut TracedSockets,
    thread: &Thread,
    call: &Arguments,
) -> io::Result<Option<(c_int, TracedSocket, Direction)>> {
    let mut find = |at: usize, direction| {
        let fd = call.args[at] as c_int;
        let socket = sockets.find(thread, fd)?;
        Ok(socket.map(|socket| (fd, socket, direction)))
    };

    match call.form {
        CallForm::Buffer(direction)
        | CallForm::Plain(direction)
        | CallForm::Vector(direction)
        | CallForm::Message(direction)
        | CallForm::Messages(direction) => find(0, direction),
        CallForm::Copied { to, from } => match find(to, Direction::Sent)? {
            None => find(from, Direction::Received),
            found => Ok(found),
        },
        CallForm::Socketcall | CallForm::IoUring | CallForm::Aio => Ok(None),
    }
}

impl Call {
    /// Says whether it sends something of which nothing was told yet.
    fn is_open(&self) -> bool {
        self.direction == Direction::Sent && !self.is_told
    }

    fn is_of_many(&self) -> bool {
        matches!(self.arguments.form, CallForm::Messages(_))
    }

    fn is_copied(&self) -> bool {
        matches!(self.arguments.form, CallForm::Copied { .. })
    }

    /// Returns it as it is told, without a datagram.
    fn transfer<'a>(&self, thread: &'a Thread) -> Transfer<'a> {
        Transfer {
            time: self.time,
            thread,
            fd: self.fd,
            inode: self.socket.inode,
            netns: self.socket.netns,
            protocol: self.socket.protocol,
            call: self.name,
            direction: self.direction,
            outcome: Outcome::Pending,
            peer: None,
            bytes: &[],
            is_truncated: false,
            unshown: None,
        }
    }

    /// Returns what became of the datagram at `index` of those that it sends, `len` bytes.
    fn outcome(&self, result: Option<Result<u64, i32>>, index: usize, len: usize) -> Outcome {
        match result {
            None => Outcome::Pending,
            Some(Ok(count)) if self.is_of_many() => match index < count as usize {
                true => Outcome::Done(len),
                false => Outcome::Skipped,
            },
            Some(Ok(len)) => Outcome::Done(len as usize),
            Some(Err(_)) if index > 0 => Outcome::Skipped,
            Some(Err(errno)) if RESTARTS.contains(&errno) => Outcome::Failed(Errno(libc::EINTR)),
            Some(Err(errno)) => Outcome::Failed(Errno(errno)),
        }
    }

    /// Returns what became of datagrams whose headers could not be read, of a call that returned `result`.
    fn outcome_of_rest(&self, result: usize) -> Outcome {
        match self.is_of_many() {
            // The call returned how many datagrams it carried, not how long they are.
            true => Outcome::Pending,
            false => Outcome::Done(result),
        }
    }

    /// Says whether only a part was received of a datagram of which `bytes` came.
    fn is_truncated(&self, found: &Found, bytes: &[u8]) -> bool {
        let is_full = bytes.len() == found.room;

        found.flags & libc::MSG_TRUNC != 0
            || found.len > found.room
            || is_full && self.socket.protocol.has_messages() && is_cut(bytes)
    }

    /// Returns why nothing is to be shown of what it has received, where that is so.
    fn unshown(&self) -> Option<Unshown> {
        match self.arguments.flags() & libc::MSG_PEEK {
            _ if self.is_copied() => Some(Unshown::Copied),
            0 => None,
            _ => Some(Unshown::Peeked),
        }
    }
}

/// Says whether the last message ends behind the bytes: where nobody asks, the kernel does not say
/// that it left something away.
fn is_cut(bytes: &[u8]) -> bool {
    Messages::new(bytes).any(|message| message.is_err())
}

impl TracedThread {
    /// Tells what `call` sends, and what became of it if that is known.
    fn emit_sent(
        &self,
        call: &Call,
        result: Option<Result<u64, i32>>,
        observer: &mut dyn Observer,
    ) {
        let transfer = call.transfer(&self.thread);
        let unshown = |is_whole: bool| match is_whole {
            _ if call.is_told => Some(Unshown::Shown),
            true => None,
            false => Some(Unshown::Unread),
        };
        for (index, (found, bytes)) in self.datagrams.iter().enumerate() {
            observer.transfer(&Transfer {
                outcome: call.outcome(result, index, found.len),
                peer: found.peer,
                bytes: if call.is_told { &[] } else { bytes },
                unshown: unshown(bytes.len() == found.len),
                ..transfer
            });
        }
        // Where the kernel cannot read it either, nothing was found. Nothing may be copied at the end
        // of a file.
        if self.datagrams.count() == 0 && !(call.is_copied() && result == Some(Ok(0))) {
            observer.transfer(&Transfer {
                outcome: call.outcome(result, 0, 0),
                unshown: match call.is_copied() {
                    true => Some(Unshown::Copied),
                    false => unshown(false),
                },
                ..transfer
            });
        }
    }

    /// Tells what was read of what `call` has received, which returned `result`.
    fn emit_received(&self, call: &Call, result: usize, observer: &mut dyn Observer) {
        let transfer = Transfer {
            outcome: Outcome::Done(result),
            ..call.transfer(&self.thread)
        };
        if let Some(unshown) = call.unshown() {
            let unshown = Some(unshown);
            return observer.transfer(&Transfer {
                unshown,
                ..transfer
            });
        }
        for (found, bytes) in self.datagrams.iter() {
            let is_whole = bytes.len() == found.len.min(found.room);
            observer.transfer(&Transfer {
                outcome: Outcome::Done(found.len),
                peer: found.peer,
                bytes,
                is_truncated: call.is_truncated(found, bytes),
                unshown: (!is_whole).then_some(Unshown::Unread),
                ..transfer
            });
        }
        if self.datagrams.count() < call.arguments.count(result) {
            observer.transfer(&Transfer {
                outcome: call.outcome_of_rest(result),
                unshown: Some(Unshown::Unread),
                ..transfer
            });
        }
    }
}

/// Returns the error for a command that could not be followed.
fn forbidden(error: &io::Error) -> Error {
    let found = Error::from_io(FOLLOW, error);

    match found.errno.0 {
        libc::EPERM | libc::EACCES => found.hint(
            "ptrace is forbidden here: another tracer follows already, a container forbids it, or \
             /proc/sys/kernel/yama/ptrace_scope is above 1",
        ),
        _ => found,
    }
}

/// Returns the error for a command of which nobody knows how it ended.
fn lost() -> Error {
    Error::new(FOLLOW, libc::ECHILD).message("somebody else has waited for it")
}
