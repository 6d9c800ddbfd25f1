// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello route` and its like: what the kernel has.

mod addr;
mod genl;
mod route;
mod stream;

use super::choice::{ChosenWord, Purpose};
use super::words::Words;
use super::{tap, Failure};
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

/// Shows the objects of a kind that are asked for.
pub fn objects(cli: &Cli, shown: &Shown, out: &mut Output) -> Result<ExitCode, Failure> {
    let args = &shown.args;
    match shown.kind {
        Kind::Link => links(cli, args, out),
        Kind::Addr => addr::show(cli, args, out),
        Kind::Nexthop => nexthops(cli, args, out),
        Kind::Route => routes(cli, args, out),
        Kind::Neigh => show::<Neigh<'static>>(cli, args, out),
        Kind::Rule => show::<Rule<'static>>(cli, args, out),
        Kind::Fdb => show::<FdbEntry<'static>>(cli, args, out),
        kind => {
            let mut links = LinkNames::new();
            let choice = choose(args, &[kind], &mut links)?;
            show_query(cli, args, out, links, Any { kind, choice })
        }
    }
}

/// Shows links, or the one of a name if it is as it should be.
fn links(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut links = LinkNames::new();
    let choice = choose(args, &[Kind::Link], &mut links)?;
    let stats = cli.globals.json || args.details;
    let Some(Operand::Name(name)) = choice.operand(Kind::Link, "dev").cloned() else {
        let query = Links::from(choice).with_stats(stats);
        return show_query(cli, args, out, links, query);
    };
    let query = LinkNamed { name: &name, stats };
    let mut client = client(cli, &query)?;
    let link = query.get(&mut client, TIMEOUT)?;
    let is_wanted = choice.wants(&Payload::new(Kind::Link, link.payload()));

    write_one(cli, args, &mut links, Some(&link).filter(|_| is_wanted))
}

/// Shows routes, or the one that a packet takes.
fn routes(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut links = LinkNames::new();

    match route::lookup(args, &mut links)? {
        Some(lookup) => show_one(cli, args, links, &lookup),
        None => show::<Route<'static>>(cli, args, out),
    }
}

/// Shows next hops, or the one of a number.
fn nexthops(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut links = LinkNames::new();
    let choice = choose(args, &[Kind::Nexthop], &mut links)?;

    match choice.operand(Kind::Nexthop, "id") {
        Some(Operand::Number(id)) => {
            let stats = choice.has(Kind::Nexthop, "stats");
            let id = u32::try_from(*id).unwrap_or_default();
            show_one(cli, args, links, &NexthopId { id, stats })
        }
        _ => show_query(cli, args, out, links, Nexthops::from(choice)),
    }
}

/// Reads which objects of `kinds` are asked for, of which the first that takes a word takes it.
fn choose(args: &ShowArgs, kinds: &[Kind], links: &mut LinkNames) -> Result<Choice, Error> {
    let mut words = Words::new(kinds[0].list_op(), &args.words);
    let mut choice = Choice::of_family(args.family.number());

    if !words.skip("show") {
        words.skip("list");
    }
    while let Some(word) = words.word() {
        ChosenWord::read(word, &mut words, kinds)?.choose(
            kinds,
            Purpose::List,
            &mut choice,
            links,
        )?;
    }
    choice.add_usual(kinds[0]);
    Ok(choice)
}

/// Shows the families of generic netlink, or one of them with all that it takes.
pub fn families(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    match genl::name(args)? {
        Some(name) => genl::show(cli, args, name),
        None => show_query(cli, args, out, LinkNames::new(), Families),
    }
}

/// Shows the objects of the kind of `V` that are asked for.
fn show<V: Listed + Sync>(
    cli: &Cli,
    args: &ShowArgs,
    out: &mut Output,
) -> Result<ExitCode, Failure> {
    let mut links = LinkNames::new();
    let choice = choose(args, &[V::KIND], &mut links)?;

    show_query(cli, args, out, links, List::<V>::from(choice))
}

/// Shows the objects that `query` asks for.
fn show_query(
    cli: &Cli,
    args: &ShowArgs,
    out: &mut Output,
    mut links: LinkNames,
    query: impl ListQuery + Sync,
) -> Result<ExitCode, Failure> {
    let mut client = client(cli, &query)?;
    let mut listing = client.list(&query, TIMEOUT)?;
    let records = Records::new(style(cli, args))?;

    write_all(&mut listing, &query, records, |records, object| {
        records.write(object, &mut links)
    })?;
    Ok(verdict(query.op(), args, out, listing.is_interrupted()))
}

/// Writes each object as `write` does.
fn write_all<Q: ListQuery + Sync>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut records: Records,
    mut write: impl FnMut(&mut Records, &Q::Object<'_>) -> io::Result<()> + Send,
) -> Result<(), Failure> {
    let told = stream::write_each(listing, &mut |row| {
        for object in object::objects(query, row) {
            write(&mut records, &object?)?;
        }
        Ok(())
    });
    match told {
        Err(Failure::Output(error)) => Err(error.into()),
        told => records.end().map_err(Failure::from).and(told),
    }
}

/// Shows the object that `query` asks for.
fn show_one(
    cli: &Cli,
    args: &ShowArgs,
    mut links: LinkNames,
    query: &impl GetQuery,
) -> Result<ExitCode, Failure> {
    let mut client = client(cli, query)?;
    let object = client.get(query, TIMEOUT)?;

    write_one(cli, args, &mut links, Some(&object))
}

/// Writes a single object, if there is one.
fn write_one(
    cli: &Cli,
    args: &ShowArgs,
    links: &mut LinkNames,
    object: Option<&impl Object>,
) -> Result<ExitCode, Failure> {
    let mut records = Records::new(style(cli, args))?;

    if let Some(object) = object {
        records.write(object, links)?;
    }
    records.end()?;
    Ok(ExitCode::SUCCESS)
}

/// Opens a socket, to ask `query`.
fn client<Q: Query>(cli: &Cli, query: &Q) -> Result<Client, Error> {
    let mut client = Client::open(query.op(), Q::SPEC)?;

    client.set_tap(tap(cli, Q::SPEC));
    Ok(client)
}

/// Warns of a table that changed; returns the exit status.
fn verdict(op: &str, args: &ShowArgs, out: &Output, interrupted: bool) -> ExitCode {
    if interrupted {
        out.warning(op, INTERRUPTED);
    }
    match interrupted && args.strict {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn style(cli: &Cli, args: &ShowArgs) -> RecordStyle {
    match cli.globals.json {
        true => RecordStyle::Json,
        false => RecordStyle::Text {
            details: args.details,
            color: cli.globals.color.on(&io::stdout()),
        },
    }
}
