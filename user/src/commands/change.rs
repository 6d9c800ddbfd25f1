// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello link set` and its like: what is to be different.

mod addr;
mod link;
mod neigh;
mod route;

use super::words::Words;
use super::{netlink_client, Failure};
use crate::cli::{Cli, Command, Shown};
use nlhello::netlink::{Error, Netns, Request};
use nlhello::object::{Names, Numbering, Numbers};
use nlhello::rtnl::change::{self, Verb};
use nlhello::rtnl::{Kind, LinkNames, SPEC};
use std::ffi::OsString;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for a change.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Kinds of objects.
#[derive(Clone, Copy)]
enum Changeable {
    Link,
    Addr,
    Route,
    Neigh,
}

impl Changeable {
    /// Returns `kind` if its objects can be changed.
    fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Link => Some(Self::Link),
            Kind::Addr => Some(Self::Addr),
            Kind::Route => Some(Self::Route),
            Kind::Neigh => Some(Self::Neigh),
            _ => None,
        }
    }
}

/// A change as a command line has it: `route add ...`.
pub struct Task<'w> {
    kind: Changeable,
    verb: Verb,
    /// `AF_*`; 0 is not said.
    family: u8,
    /// Words behind the verb.
    words: &'w [OsString],
}

/// A change as the kernel has it.
pub struct PendingChange {
    /// Request to send.
    pub request: Request,
    /// Whether names of links may mean others when it is done.
    pub renames: bool,
    /// Open until the request is sent, for it holds the descriptor.
    pub netns: Option<Netns>,
}

/// Where to find the links that words name.
pub trait FindLink {
    /// Returns the index of the link called `name`.
    fn index(&mut self, name: &[u8]) -> Result<u32, Failure>;

    /// Returns the names of everything else.
    fn names(&mut self) -> &mut Names;
}

impl FindLink for LinkNames {
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
    let mut client = netlink_client(cli, change.request.op(), &SPEC)?;
    client.change(&mut change.request, TIMEOUT)?;

    Ok(ExitCode::SUCCESS)
}

impl<'w> Task<'w> {
    /// Returns the change that `command` is, if it is one.
    pub fn of(command: &'w Command) -> Option<Self> {
        let Command::Show(Shown { kind, args }) = command else {
            return None;
        };

        Self::new(Changeable::of(*kind)?, args.family.number(), &args.words)
    }

    /// Returns the change that the words of a line are; `None` also where only clap can tell.
    pub fn of_line(line: &'w [OsString]) -> Option<Self> {
        let (kind, words) = line.split_first()?;
        let kind = Changeable::of(Kind::of_command(kind.to_str()?)?)?;
        // Words that look like options are for clap, wherever they stand.
        let is_option = |word: &OsString| word.as_encoded_bytes().starts_with(b"-");
        match words.iter().any(is_option) {
            true => None,
            false => Self::new(kind, 0, words),
        }
    }

    fn new(kind: Changeable, family: u8, words: &'w [OsString]) -> Option<Self> {
        let (verb, words) = words.split_first()?;
        let verb = match (verb.to_str()?, kind) {
            ("add", _) => Verb::Add,
            ("del" | "delete", _) => Verb::Del,
            ("set", Changeable::Link) => Verb::Change,
            ("append", Changeable::Route) => Verb::Append,
            ("replace", Changeable::Addr | Changeable::Route | Changeable::Neigh) => Verb::Replace,
            ("change", Changeable::Addr | Changeable::Route | Changeable::Neigh) => Verb::Change,
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
    pub fn read(&self, links: &mut dyn FindLink) -> Result<PendingChange, Failure> {
        let words = Words::new(self.op(), self.words);
        let words = &mut ChangeWords { words, links };
        let request = match self.kind {
            Changeable::Link => return link::read(self.verb, words),
            Changeable::Addr => addr::read(self, words),
            Changeable::Route => route::read(self, words),
            Changeable::Neigh => neigh::read(self, words),
        };

        Ok(PendingChange {
            request: request?,
            renames: false,
            netns: None,
        })
    }

    fn op(&self) -> &'static str {
        match self.kind {
            Changeable::Link => change::LinkChange::op(self.verb),
            Changeable::Addr => change::AddrChange::op(self.verb),
            Changeable::Route => change::RouteChange::op(self.verb),
            Changeable::Neigh => change::NeighChange::op(self.verb),
        }
    }
}

/// Words of a change, and where to find the links that they name.
struct ChangeWords<'w, 'l> {
    words: Words<'w>,
    links: &'l mut dyn FindLink,
}

impl ChangeWords<'_, '_> {
    /// Returns the index of the link whose name is behind `keyword`.
    fn index(&mut self, keyword: &str) -> Result<u32, Failure> {
        self.links.index(self.words.value(keyword)?)
    }

    /// Returns the number behind `keyword`, or that of the name there, which should be a `kind` of those in `of`.
    fn numbered<T: TryFrom<u32>>(
        &mut self,
        keyword: &str,
        kind: &str,
        of: fn(&Numbers) -> &Numbering,
    ) -> Result<T, Error> {
        let numbers = self.links.names().numbers();

        self.words.numbered(keyword, kind, of(numbers))
    }

    /// Returns the number of the scope behind `scope`.
    fn scope(&mut self) -> Result<u8, Error> {
        self.numbered("scope", "scope", |numbers| &numbers.scopes)
    }

    /// Returns the number of the one table behind `table`.
    fn one_table(&mut self) -> Result<u32, Error> {
        self.numbered("table", "table", |numbers| &numbers.tables)
    }
}

impl<'w> Deref for ChangeWords<'w, '_> {
    type Target = Words<'w>;

    fn deref(&self) -> &Words<'w> {
        &self.words
    }
}

impl<'w> DerefMut for ChangeWords<'w, '_> {
    fn deref_mut(&mut self) -> &mut Words<'w> {
        &mut self.words
    }
}
