// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello call`: requests of a family that a netlink spec describes.

mod values;

use super::listening::Listening;
use super::{exit_code, tap, Failure};
use crate::cli::{CallArgs, Cli};
use crate::output::Output;
use crate::signals::Signals;
use nlhello::hello;
use nlhello::netlink::{deadline, Error, Gathered, Spec};
use nlhello::ynl::{SpecCall, SpecClient, SpecFamily, SpecOperation, SpecTransport};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Operation of a call, as errors name it.
const OP: &str = "call";

/// Where distributions have the kernel's specs.
const INSTALLED: &str = "/usr/share/ynl/specs";

/// Room for messages that wait to be read, in bytes.
const ROOM: usize = 4 << 20;

/// Flags of a request, `NLM_F_*`, with their options.
fn flags(args: &CallArgs) -> u16 {
    let chosen = [
        (args.create, libc::NLM_F_CREATE),
        (args.replace, libc::NLM_F_REPLACE),
        (args.excl, libc::NLM_F_EXCL),
        (args.append, libc::NLM_F_APPEND),
        (args.echo, libc::NLM_F_ECHO),
    ];

    chosen
        .iter()
        .filter(|(is_chosen, _)| *is_chosen)
        .fold(0, |flags, (_, flag)| flags | *flag as u16)
}

/// Does what the words ask for, then tells what comes to the groups.
pub fn run(cli: &Cli, args: &CallArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let family = SpecFamily::read(&find(&args.spec))?;
    let operation = args.command.as_deref().map(|name| family.operation(name));
    let operation = operation.transpose()?;

    match operation {
        None if args.subscribe.is_empty() => {
            out.operations(&family)?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(operation) if args.attrs => {
            out.attributes(&family.describe(operation))?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let mut client = SpecClient::open(&family)?;
    client.set_tap(tap(cli, shown_spec(&family, &client)));
    client.look_up(args.wait.timeout)?;
    if !args.subscribe.is_empty() {
        client.set_room(ROOM);
    }
    args.subscribe
        .iter()
        .try_for_each(|group| client.subscribe(group))?;
    if let Some(operation) = operation {
        ask(&mut client, args, operation, out)?;
    }
    match args.subscribe.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => listen(&mut client, args, out),
    }
}

/// Returns the file of a spec: `spec` itself, or where a family of that name is installed.
fn find(spec: &Path) -> PathBuf {
    let installed = || Path::new(INSTALLED).join(format!("{}.yaml", spec.display()));
    let is_name = spec.components().count() == 1 && !spec.exists();

    match is_name.then(installed).filter(|path| path.exists()) {
        Some(path) => path,
        None => spec.to_owned(),
    }
}

/// Returns what has names for the messages that are shown: the client knows those of the hello family.
fn shown_spec(family: &SpecFamily, client: &SpecClient<'_>) -> &'static Spec {
    match family.transport {
        SpecTransport::Raw(number) if libc::c_int::from(number) == hello::SPEC.protocol => {
            &hello::SPEC
        }
        _ => client.spec(),
    }
}

/// Sends the request and tells the answer.
fn ask<'f>(
    client: &mut SpecClient<'f>,
    args: &CallArgs,
    operation: &'f SpecOperation,
    out: &mut Output,
) -> Result<(), Failure> {
    let is_dump = is_dump(operation, args)?;
    let call = client.call(operation, &values::read(&args.values)?)?;

    match is_dump {
        true => dump(client, &call, args, out),
        false => {
            let answers = client.perform(&call, flags(args), args.wait.timeout)?;
            out.value(&answers.value()?)?;
            warn(out, answers.warning());
            Ok(())
        }
    }
}

/// Says whether to ask for all objects: that may be all that the operation can.
fn is_dump(operation: &SpecOperation, args: &CallArgs) -> Result<bool, Error> {
    let modes = operation.modes;

    match (args.dump, modes.has_do, modes.has_dump) {
        (true, _, false) => {
            let words = format!("`{}` lists nothing: try without --dump", operation.name);
            Err(Error::usage(OP, words))
        }
        (false, false, has_dump) => Ok(has_dump),
        (is_dump, ..) => Ok(is_dump),
    }
}

fn dump(
    client: &mut SpecClient<'_>,
    call: &SpecCall<'_>,
    args: &CallArgs,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut count = 0u64;
    let end = client.dump(call, args.wait.timeout, |object| {
        count += 1;
        out.entry(count == 1, &object).map_err(Failure::from)
    });
    if end.is_ok() || count > 0 {
        out.end_entries(count == 0)?;
    }
    let end = end?;
    let changed = "the table changed while it was read";
    warn(out, end.is_interrupted.then_some(changed));
    warn(out, end.warning.as_deref());
    Ok(())
}

/// Tells what is to be known of an answer, if there is anything.
fn warn(out: &Output, words: Option<&str>) {
    if let Some(words) = words {
        out.warning(OP, words);
    }
}

/// A socket that has joined groups.
struct Subscriber<'a, 'f> {
    client: &'a mut SpecClient<'f>,
    /// Most messages to tell, and how many were told.
    most: u64,
    told: u64,
    out: &'a mut Output,
}

/// Tells what the kernel says to the groups, until the count or the time is reached or a signal comes.
///
/// Fails if it ended before the count was reached, whatever ended it.
fn listen(
    client: &mut SpecClient<'_>,
    args: &CallArgs,
    out: &mut Output,
) -> Result<ExitCode, Failure> {
    let signals = Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?;
    let deadline = deadline(Instant::now(), args.duration.unwrap_or(Duration::MAX));
    let mut subscriber = Subscriber {
        client,
        most: args.count.unwrap_or(u64::MAX),
        told: 0,
        out,
    };

    subscriber.listen(deadline, &signals)?;
    Ok(exit_code(
        args.count.is_some_and(|count| subscriber.told < count),
    ))
}

impl Listening for Subscriber<'_, '_> {
    fn is_done(&self) -> bool {
        self.told >= self.most
    }

    fn wait(&mut self, deadline: Instant, wake: Option<BorrowedFd<'_>>) -> Result<Gathered, Error> {
        self.client.wait(deadline, wake)
    }

    fn report(&mut self) -> Result<(), Failure> {
        for event in self.client.events() {
            if self.told < self.most {
                let (name, object) = event?;
                self.out.named_event(name, object)?;
                self.told += 1;
            }
        }
        Ok(self.out.flush()?)
    }

    fn overrun(&mut self, error: &Error) {
        self.out.error(error);
    }
}
