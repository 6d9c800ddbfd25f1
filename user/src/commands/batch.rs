// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello batch`: commands from a file, a line each.

mod lines;

use super::change::{FindLink, PendingChange, Task, TIMEOUT};
use super::{netlink_client, open_input, perform, Failure};
use crate::cli::{self, BatchArgs, Cli, Command, Globals};
use crate::output::{FileLine, Output};
use lines::{BatchLine, BatchLines};
use nlhello::netlink::{Error, Netns, Request};
use nlhello::object::{Client, Names};
use nlhello::rtnl::{LinkNames, SPEC};
use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;

const OP: &str = "do a batch";

/// Most changes that are sent at once.
const AT_ONCE: usize = 64;

/// Room for the kernel's words on them, in bytes: generously.
const ROOM: usize = AT_ONCE * 4096;

/// Does what each line of the file says.
pub fn run(cli: &Cli, args: &BatchArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let file = args.file.to_string_lossy();
    let mut lines = BatchLines::new(open_input(OP, &args.file)?);
    let mut batch = BatchRun::open(cli, args, &file, out)?;

    loop {
        // A writer that sends line after line may wait for the result of each before the next.
        if !lines.has_line() {
            batch.flush()?;
        }
        match lines.next_line() {
            Ok(Some(line)) => batch.take(&line)?,
            Ok(None) => break,
            Err(error) => {
                batch.flush()?;
                return Err(Error::from_io(OP, &error).object(&*file).into());
            }
        }
    }
    batch.flush()?;
    Ok(batch.status)
}

/// The lines that were read and not done yet, and what it takes to do them.
struct BatchRun<'a> {
    cli: &'a Cli,
    file: &'a str,
    out: &'a mut Output,
    /// Go on where a line fails.
    force: bool,
    status: ExitCode,
    client: Client,
    link_names: LinkNames,
    /// Links that were asked for since changes were sent last: later they may be others.
    links: HashMap<Vec<u8>, u32>,
    /// Changes that wait to be sent, and the lines that they are from.
    requests: Vec<Request>,
    lines: Vec<u64>,
    /// Open until they are sent.
    netns: Vec<Netns>,
    /// Whether one of them changes which link has which name.
    renames: bool,
}

impl<'a> BatchRun<'a> {
    fn open(
        cli: &'a Cli,
        args: &BatchArgs,
        file: &'a str,
        out: &'a mut Output,
    ) -> Result<Self, Error> {
        let mut client = netlink_client(cli, OP, &SPEC)?;
        client.set_room(ROOM);

        Ok(Self {
            cli,
            file,
            out,
            force: args.force,
            status: ExitCode::SUCCESS,
            client,
            link_names: LinkNames::new(),
            links: HashMap::new(),
            requests: Vec::new(),
            lines: Vec::new(),
            netns: Vec::new(),
            renames: false,
        })
    }

    /// Does what `line` says, now or with others.
    fn take(&mut self, line: &BatchLine) -> Result<(), Failure> {
        self.perform(line)
            .or_else(|failure| self.fail(line.number, failure))
    }

    fn perform(&mut self, line: &BatchLine) -> Result<(), Failure> {
        let words = line.words().map_err(usage)?;
        if let Some(task) = Task::of_line(words) {
            return self.change(line.number, &task);
        }
        let cli = self.read(words)?;
        match cli.command.as_ref().and_then(Task::of) {
            Some(task) => self.change(line.number, &task),
            None => self.other(&cli),
        }
    }

    /// Reads a line that may be any command.
    fn read(&self, words: &[OsString]) -> Result<Cli, Error> {
        let line = cli::parse_line(words).map_err(|error| match error.use_stderr() {
            true => cli::usage_error(&error),
            false => usage("help is for the command line"),
        })?;
        if line.globals.netns.is_some() || matches!(line.command, Some(Command::Batch(_))) {
            return Err(usage("a batch is in one namespace, and has no batch in it"));
        }
        let globals = Globals {
            json: self.cli.globals.json,
            color: self.cli.globals.color,
            verbose: self.cli.globals.verbose || line.globals.verbose,
            netns: None,
            genl: self.cli.globals.genl || line.globals.genl,
        };
        Ok(Cli { globals, ..line })
    }

    /// Has a change wait to be sent, or sends it.
    fn change(&mut self, line: u64, task: &Task<'_>) -> Result<(), Failure> {
        let PendingChange {
            request,
            renames,
            netns,
        } = task.read(self)?;
        self.requests.push(request);
        self.lines.push(line);
        self.netns.extend(netns);
        self.renames |= renames;

        // The kernel would do the changes behind one that it refuses, so where they must not be done
        // each is sent alone.
        match self.force && self.requests.len() < AT_ONCE {
            true => Ok(()),
            false => self.flush(),
        }
    }

    /// Does what is no change.
    fn other(&mut self, cli: &Cli) -> Result<(), Failure> {
        self.flush()?;

        if perform(cli, self.out)? != ExitCode::SUCCESS {
            self.status = ExitCode::FAILURE;
            return self.go_on();
        }
        Ok(())
    }

    /// Sends the changes that wait, and tells what became of them.
    fn flush(&mut self) -> Result<(), Failure> {
        let mut requests = std::mem::take(&mut self.requests);
        let lines = std::mem::take(&mut self.lines);
        if requests.is_empty() {
            return Ok(());
        }
        self.links.clear();
        self.renames = false;
        let verdicts = self.client.change_all(&mut requests, TIMEOUT);
        self.netns.clear();

        for (line, verdict) in lines.into_iter().zip(verdicts?) {
            if let Err(error) = verdict {
                self.report(line, &error);
            }
        }
        self.go_on()
    }

    /// Tells why `line` failed, behind what there is to tell of those before it.
    fn fail(&mut self, line: u64, failure: Failure) -> Result<(), Failure> {
        match failure {
            Failure::Netlink(error) => {
                self.flush()?;
                self.report(line, &error);
                self.go_on()
            }
            told_or_output => Err(told_or_output),
        }
    }

    fn report(&mut self, line: u64, error: &Error) {
        let file = self.file;

        self.out.error_at(Some(FileLine { file, line }), error);
        self.status = ExitCode::FAILURE;
    }

    /// Ends the batch if a line has failed, unless it is to go on.
    fn go_on(&self) -> Result<(), Failure> {
        match self.force || self.status == ExitCode::SUCCESS {
            true => Ok(()),
            false => Err(Failure::Reported),
        }
    }
}

impl FindLink for BatchRun<'_> {
    fn index(&mut self, name: &[u8]) -> Result<u32, Failure> {
        // A pending rename decides which link has the name.
        if self.renames {
            self.flush()?;
        }
        if let Some(index) = self.links.get(name) {
            return Ok(*index);
        }
        let index = self.link_names.index(name)?;
        self.links.insert(name.to_vec(), index);
        Ok(index)
    }

    fn names(&mut self) -> &mut Names {
        self.link_names.known()
    }
}

fn usage(message: &str) -> Error {
    Error::usage(OP, message)
}
