// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The commands: what to ask the kernel, and what to tell of the answer.

mod batch;
mod call;
mod change;
mod choice;
mod hello;
mod listen;
mod listening;
mod monitor;
mod remembered;
mod show;
mod sniff;
mod sockets;
mod wait;
mod words;

use crate::cli::{self, Cli, Command};
use crate::output::{Output, Printable, Trace, TraceForm};
use nlhello::hello::{Hello, HelloClient, HelloSocket, Transport};
use nlhello::netlink::{Error, Netns, Spec, Tap};
use nlhello::object::Client;
use signal_hook::{consts::SIGPIPE, low_level::emulate_default_handler};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How long `nlhello` alone waits for the reply.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Operation that fails where the options do not fit the command, as errors name it.
const OP: &str = "read the options";

/// Exit status of a command line that makes no sense, as clap has it.
const USAGE: u8 = 2;

/// Why a command ended early.
enum Failure {
    /// The kernel refused, or could not be asked.
    Netlink(Error),
    /// The failure was written already.
    Reported,
    /// Standard output does not take what there is to tell.
    Output(io::Error),
}

impl Failure {
    /// Says whether nobody is left to read what there is to tell.
    fn is_unread(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Netlink(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Does what the command line says; returns the exit status.
pub fn run(cli: &Cli) -> ExitCode {
    let mut out = Output::new(cli.globals.json);

    match command(cli, &mut out) {
        Ok(status) => status,
        Err(failure) => report(&out, &failure),
    }
}

/// Prints `message`, what clap has to say instead of a command line: help, or what is wrong; returns
/// the exit status.
pub fn explain(message: &clap::Error) -> ExitCode {
    let json = cli::asks_for_json();
    let out = Output::new(json);
    match (message.use_stderr(), json) {
        (true, true) => out.error(&cli::usage_error(message)),
        // Where nobody can read it, the exit status has to do.
        (true, false) => drop(message.print()),
        (false, _) => {
            if let Err(error) = message.print() {
                return report(&out, &Failure::Output(error));
            }
        }
    }
    ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(USAGE))
}

fn command(cli: &Cli, out: &mut Output) -> Result<ExitCode, Failure> {
    if let Some(name) = &cli.globals.netns {
        Netns::open(name)?.enter()?;
    }
    perform(cli, out)
}

/// Does what the command line says, in the namespace where we are.
fn perform(cli: &Cli, out: &mut Output) -> Result<ExitCode, Failure> {
    if cli.globals.genl && !speaks_to_hello(cli.command.as_ref()) {
        return Err(Error::usage(OP, "--genl is for the commands of the hello family").into());
    }
    if let Some(task) = cli.command.as_ref().and_then(change::Task::of) {
        return change::run(cli, &task);
    }
    match &cli.command {
        None => once(cli, out),
        Some(Command::Hello(args)) => hello::run(cli, args, out),
        Some(Command::Listen(args)) => listen::run(cli, args, out),
        Some(Command::Peers(args)) => remembered::peers(cli, args, out),
        Some(Command::Stats(wait)) => remembered::stats(cli, wait, out),
        Some(Command::Greeting(args)) => remembered::greeting(cli, args, out),
        Some(Command::Show(shown)) => show::objects(cli, shown, out),
        Some(Command::Genl(args)) => show::families(cli, args, out),
        Some(Command::Sockets(args)) => sockets::run(cli, args, out),
        Some(Command::Call(args)) => call::run(cli, args, out),
        Some(Command::Batch(args)) => batch::run(cli, args, out),
        Some(Command::Monitor(args)) => monitor::run(cli, args, out),
        Some(Command::Replay(args)) => monitor::replay(cli, args, out),
        Some(Command::Sniff(args)) => sniff::run(cli, args, out),
        Some(Command::Wait(args)) => wait::run(cli, args),
    }
}

/// Says whether `command` speaks to the hello family, which has two transports.
fn speaks_to_hello(command: Option<&Command>) -> bool {
    matches!(
        command,
        None | Some(
            Command::Hello(_)
                | Command::Listen(_)
                | Command::Peers(_)
                | Command::Stats(_)
                | Command::Greeting(_)
        )
    )
}

/// Says one hello.
fn once(cli: &Cli, out: &mut Output) -> Result<ExitCode, Failure> {
    let text = Some(b"Hello".as_slice());
    let mut client = client(cli, "say hello")?;
    let reply = client.hello(&Hello { text, data: None }, TIMEOUT)?;

    out.event(&Printable::Greeting(reply))?;
    Ok(ExitCode::SUCCESS)
}

/// Opens a socket of the protocol that `spec` is about, to do `op`.
fn netlink_client(cli: &Cli, op: &'static str, spec: &'static Spec) -> Result<Client, Error> {
    let mut client = Client::open(op, spec)?;

    client.set_tap(tap(cli, spec));
    Ok(client)
}

/// Opens a socket of the hello family, to do `op`.
fn client(cli: &Cli, op: &'static str) -> Result<HelloClient, Error> {
    hello_socket(cli, op).map(HelloClient::on)
}

/// Opens a socket of the hello family on the transport that is asked for, to do `op`.
fn hello_socket(cli: &Cli, op: &'static str) -> Result<HelloSocket, Error> {
    let transport = match cli.globals.genl {
        true => Transport::Genl,
        false => Transport::Raw,
    };

    HelloSocket::open(op, transport, tap(cli, transport.spec()))
}

/// Returns what shows the messages of the protocol `spec`, if they are to be shown.
fn tap(cli: &Cli, spec: &'static Spec) -> Option<Box<dyn Tap>> {
    cli.globals.verbose.then(|| -> Box<dyn Tap> {
        let color = cli.globals.color.on(&io::stderr());
        Box::new(Trace::new(spec, TraceForm::new(cli.globals.json, color)))
    })
}

/// Opens the file `path`, or standard input for `-`.
fn open_input(op: &'static str, path: &Path) -> Result<Box<dyn Read>, Error> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::new(file))),
        Err(error) => Err(Error::from_io(op, &error).object(path.display().to_string())),
    }
}

/// Says whether anybody is left to read what a run that ended so has to say.
fn is_read(result: &Result<(), Failure>) -> bool {
    !result.as_ref().is_err_and(Failure::is_unread)
}

/// Returns the exit status of a run that did all that was asked for, or was cut short.
fn exit_code(is_short: bool) -> ExitCode {
    ExitCode::from(u8::from(is_short))
}

fn report(out: &Output, failure: &Failure) -> ExitCode {
    match failure {
        Failure::Netlink(error) => {
            out.error(error);
            if error.is_usage {
                return ExitCode::from(USAGE);
            }
        }
        Failure::Reported => {}
        unread if unread.is_unread() => die_of_sigpipe(),
        Failure::Output(error) => out.error(&Error::from_io("write to standard output", error)),
    }
    ExitCode::FAILURE
}

/// Ends the program as the signal would have that Rust's runtime ignores: nobody is left to read.
fn die_of_sigpipe() {
    // A return means that the signal could not be raised; the exit status tells then.
    let _ = emulate_default_handler(SIGPIPE);
}
