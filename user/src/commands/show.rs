// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello route` and its like: what the kernel has.

mod addr;
mod genl;
mod route;
mod stream;

use super::choice::{ChosenWord, Purpose};
use super::words::Words;
use super::{exit_code, netlink_client, Failure};
use crate::cli::{Cli, ShowArgs, Shown};
use crate::output::{Output, RecordStyle, Records};
use nlhello::genl::Families;
use nlhello::kind::{Choice, Operand, Payload};
use nlhello::monitor::Kind;
use nlhello::netlink::Error;
use nlhello::object::{self, Client, GetQuery, ListQuery, Listing, Object, Query};
use nlhello::rtnl::{Any, FdbEntry, LinkNamed, LinkNames, Links, List, Listed};
use nlhello::rtnl::{Neigh, NexthopId, Nexthops, Route, Rule};
use std::io;
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for the next part of a table.
const TIMEOUT: Duration = Duration::from_secs(30);

const INTERRUPTED: &str =
    "the table changed while it was read: some of it may be missing, or there twice";

/// A list that is asked for, and what it takes to write it.
struct Show<'a> {
    cli: &'a Cli,
    args: &'a ShowArgs,
    out: &'a Output,
    links: LinkNames,
}

/// Shows the objects of a kind that are asked for.
pub fn objects(cli: &Cli, shown: &Shown, out: &Output) -> Result<ExitCode, Failure> {
    let mut show = Show::new(cli, &shown.args, out);
    match shown.kind {
        Kind::Link => show.show_links(),
        Kind::Addr => addr::show(show),
        Kind::Nexthop => show.show_nexthops(),
        Kind::Route => match route::lookup(&shown.args, &mut show.links)? {
            Some(lookup) => show.show_one(&lookup),
            None => show.show_kind::<Route<'static>>(),
        },
        Kind::Neigh => show.show_kind::<Neigh<'static>>(),
        Kind::Rule => show.show_kind::<Rule<'static>>(),
        Kind::Fdb => show.show_kind::<FdbEntry<'static>>(),
        kind => {
            let choice = show.choose(&[kind])?;
            show.show_all(Any { kind, choice })
        }
    }
}

/// Shows the families of generic netlink, or one of them with all that it takes.
pub fn families(cli: &Cli, args: &ShowArgs, out: &Output) -> Result<ExitCode, Failure> {
    let show = Show::new(cli, args, out);
    match genl::name(args)? {
        Some(name) => genl::show(show, name),
        None => show.show_all(Families),
    }
}

impl<'a> Show<'a> {
    fn new(cli: &'a Cli, args: &'a ShowArgs, out: &'a Output) -> Self {
        let links = LinkNames::new();

        Self {
            cli,
            args,
            out,
            links,
        }
    }

    /// Shows links, or the one of a name if it is as it should be.
    fn show_links(mut self) -> Result<ExitCode, Failure> {
        let choice = self.choose(&[Kind::Link])?;
        let stats = self.cli.globals.json || self.args.details;
        let Some(Operand::Name(name)) = choice.operand(Kind::Link, "dev").cloned() else {
            return self.show_all(Links::from(choice).with_stats(stats));
        };
        let query = LinkNamed { name: &name, stats };
        let mut client = self.client(&query)?;
        let link = query.get(&mut client, TIMEOUT)?;
        let is_wanted = choice.wants(&Payload::new(Kind::Link, link.payload()));

        self.write_one(Some(&link).filter(|_| is_wanted))
    }

    /// Shows next hops, or the one of a number.
    fn show_nexthops(mut self) -> Result<ExitCode, Failure> {
        let choice = self.choose(&[Kind::Nexthop])?;
        let Some(Operand::Number(id)) = choice.operand(Kind::Nexthop, "id") else {
            return self.show_all(Nexthops::from(choice));
        };
        let stats = choice.has(Kind::Nexthop, "stats");
        let id = u32::try_from(*id).unwrap_or_default();
        self.show_one(&NexthopId { id, stats })
    }

    /// Shows the objects of the kind of `V` that are asked for.
    fn show_kind<V: Listed + Sync>(mut self) -> Result<ExitCode, Failure> {
        let choice = self.choose(&[V::KIND])?;

        self.show_all(List::<V>::from(choice))
    }

    /// Reads which objects of `kinds` are asked for, of which the first that takes a word takes it.
    fn choose(&mut self, kinds: &[Kind]) -> Result<Choice, Error> {
        let mut words = Words::new(kinds[0].list_op(), &self.args.words);
        let mut choice = Choice::of_family(self.args.family.number());

        words.skip_show();
        while let Some(word) = words.word() {
            let chosen = ChosenWord::read(word, &mut words, kinds)?;
            chosen.choose(kinds, Purpose::List, &mut choice, &mut self.links)?;
        }
        choice.add_usual(kinds[0]);
        Ok(choice)
    }

    /// Shows the objects that `query` asks for.
    fn show_all(mut self, query: impl ListQuery + Sync) -> Result<ExitCode, Failure> {
        let mut client = self.client(&query)?;
        let mut listing = client.list(&query, TIMEOUT)?;
        let (records, links) = (self.records()?, &mut self.links);

        write_all(&mut listing, &query, records, |records, object| {
            records.write(object, links)
        })?;
        Ok(self.verdict(query.op(), listing.is_interrupted()))
    }

    /// Shows the object that `query` asks for.
    fn show_one(self, query: &impl GetQuery) -> Result<ExitCode, Failure> {
        let mut client = self.client(query)?;
        let object = client.get(query, TIMEOUT)?;

        self.write_one(Some(&object))
    }

    /// Writes a single object, if there is one.
    fn write_one(mut self, object: Option<&impl Object>) -> Result<ExitCode, Failure> {
        let mut records = self.records()?;
        if let Some(object) = object {
            records.write(object, &mut self.links)?;
        }
        records.end()?;
        Ok(ExitCode::SUCCESS)
    }

    /// Opens a socket, to ask `query`.
    fn client<Q: Query>(&self, query: &Q) -> Result<Client, Error> {
        netlink_client(self.cli, query.op(), Q::SPEC)
    }

    fn records(&self) -> io::Result<Records> {
        Records::new(match self.cli.globals.json {
            true => RecordStyle::Json,
            false => RecordStyle::Text {
                details: self.args.details,
                color: self.cli.globals.color.on(&io::stdout()),
            },
        })
    }

    /// Warns of a table that changed; returns the exit status.
    fn verdict(&self, op: &str, interrupted: bool) -> ExitCode {
        if interrupted {
            self.out.warning(op, INTERRUPTED);
        }
        exit_code(interrupted && self.args.strict)
    }
}

/// Writes each object as `write` does.
fn write_all<Q: ListQuery + Sync>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut records: Records,
    mut write: impl FnMut(&mut Records, &Q::Object<'_>) -> io::Result<()> + Send,
) -> Result<(), Failure> {
    let written = stream::write_each(listing, &mut |row| {
        for object in object::objects(query, row) {
            write(&mut records, &object?)?;
        }
        Ok(())
    });
    match written {
        Err(Failure::Output(error)) => Err(error.into()),
        written => records.end().map_err(Failure::from).and(written),
    }
}
