// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello link set` and its like: what is to be different.

mod addr;
mod link;
mod neigh;
mod route;

use super::words::Words;
use super::{tap, Failure};
use crate::cli::{Cli, Command, ShowArgs};
use nlhello::netlink::{Netns, Request};
use nlhello::object::{Client, Names};
use nlhello::rtnl::change::{self, Verb};
use nlhello::rtnl::{LinkNames, SPEC};
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for a change.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Kinds of objects.
#[derive(Clone, Copy)]
enum Kind {
    Link,
    Addr,
    Route,
    Neigh,
}

/// A change as a command line has it: `route add ...`.
pub struct Task<'w> {
    kind: Kind,
    verb: Verb,
    /// `AF_*`; 0 is not said.
    family: u8,
    /// Words behind the verb.
    words: &'w [OsString],
}

/// A change as the kernel has it.
pub struct Change {
    /// Request to send.
    pub request: Request,
    /// Whether names of links may mean others when it is done.
    pub renames: bool,
    /// Open until the request is sent, for it holds the descriptor.
    pub netns: Option<Netns>,
}

/// Where to find the links that words name.
pub trait Links {
    /// Returns the index of the link called `name`.
    fn index(&mut self, name: &[u8]) -> Result<u32, Failure>;

    /// Returns the names of everything else.
    fn names(&mut self) -> &mut Names;
}

impl Links for LinkNames {
    fn index(&mut self, name: &[u8]) -> Result<u32, Failure> {
        Ok(LinkNames::index(self, name)?)
    }

    fn names(&mut self) -> &mut Names {
        self.known()
    }
}

/// Does `task`.
pub fn run(cli: &Cli, task: &Task<'_>) -> Result<ExitCode, Failure> {
    let mut change = task.read(&mut LinkNames::new())?;
    let mut client = Client::open(change.request.op(), &SPEC)?;
    client.set_tap(tap(cli, &SPEC));
    client.change(&mut change.request, TIMEOUT)?;

    Ok(ExitCode::SUCCESS)
}

impl<'w> Task<'w> {
    /// Returns the change that `command` is, if it is one.
    pub fn of(command: &'w Command) -> Option<Self> {
        let (kind, args): (_, &ShowArgs) = match command {
            Command::Link(args) => (Kind::Link, args),
            Command::Addr(args) => (Kind::Addr, args),
            Command::Route(args) => (Kind::Route, args),
            Command::Neigh(args) => (Kind::Neigh, args),
            _ => return None,
        };

        Self::new(kind, args.family.number(), &args.words)
    }

    /// Returns the change that the words of a line are; `None` also where only clap can tell.
    pub fn of_line(line: &'w [OsString]) -> Option<Self> {
        let (kind, words) = line.split_first()?;
        let kind = match kind.to_str()? {
            "link" => Kind::Link,
            "addr" => Kind::Addr,
            "route" => Kind::Route,
            "neigh" => Kind::Neigh,
            _ => return None,
        };
        // Words that look like options are for clap, wherever they stand.
        let plain = !words
            .iter()
            .any(|word| word.as_encoded_bytes().starts_with(b"-"));

        plain.then(|| Self::new(kind, 0, words)).flatten()
    }

    fn new(kind: Kind, family: u8, words: &'w [OsString]) -> Option<Self> {
        let (verb, words) = words.split_first()?;
        let verb = match (verb.to_str()?, kind) {
            ("add", _) => Verb::Add,
            ("del" | "delete", _) => Verb::Del,
            ("set", Kind::Link) => Verb::Change,
            ("append", Kind::Route) => Verb::Append,
            ("replace", Kind::Addr | Kind::Route | Kind::Neigh) => Verb::Replace,
            ("change", Kind::Addr | Kind::Route | Kind::Neigh) => Verb::Change,
            _ => return None,
        };

        Some(Self {
            kind,
            verb,
            family,
            words,
        })
    }

    /// Reads the words.
    pub fn read(&self, links: &mut dyn Links) -> Result<Change, Failure> {
        let words = &mut Words::new(self.op(), self.words);
        let request = match self.kind {
            Kind::Link => return link::read(self.verb, words, links),
            Kind::Addr => addr::read(self, words, links),
            Kind::Route => route::read(self, words, links),
            Kind::Neigh => neigh::read(self, words, links),
        };

        Ok(Change {
            request: request?,
            renames: false,
            netns: None,
        })
    }

    fn op(&self) -> &'static str {
        match self.kind {
            Kind::Link => change::Link::op(self.verb),
            Kind::Addr => change::Addr::op(self.verb),
            Kind::Route => change::Route::op(self.verb),
            Kind::Neigh => change::Neigh::op(self.verb),
        }
    }
}

/// Returns the index of the link whose name is behind `keyword`.
fn index(keyword: &str, words: &mut Words<'_>, links: &mut dyn Links) -> Result<u32, Failure> {
    links.index(words.value(keyword)?)
}
