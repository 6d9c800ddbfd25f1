// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The tables of the protocol's document, between markers.

use super::model::{Access, Attr, CheckWord, Event, Family, Limit, Member, Set};
use super::text::{lower_first, thousands};
use crate::{Result, SourceError};

/// Returns `document` with the tables of `family` between their markers.
///
/// # Errors
///
/// When a marker is missing.
pub fn replace(document: &str, family: &Family) -> Result<String> {
    let document = between(document, "messages", &messages(family))?;

    between(&document, "attributes", &attributes(family))
}

/// Returns `document` with `table` between the markers `name`.
fn between(document: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = (
        format!("<!-- {name}: made by make spec -->\n"),
        format!("<!-- {name}: end -->\n"),
    );
    let (before, rest) = document
        .split_once(&begin)
        .ok_or_else(|| SourceError::new(format!("it has no line {begin:?}")))?;
    let (_, after) = rest
        .split_once(&end)
        .ok_or_else(|| SourceError::new(format!("it has no line {end:?}")))?;

    Ok(format!("{before}{begin}\n{table}\n{end}{after}"))
}

fn messages(family: &Family) -> String {
    let mut out = String::from(
        "| message | number | kind | attributes of the request | answer |\n|---|---|---|---|---|\n",
    );
    for message in &family.messages {
        let head = format!("| `{}` | {} |", message.c_name, message.value);
        let admin = if message.is_admin {
            ", `CAP_NET_ADMIN`"
        } else {
            ""
        };
        for (kind, exchange) in [("do", &message.single), ("dump", &message.dump)] {
            let Some(exchange) = exchange else { continue };
            let request = members(&exchange.request, family, true);
            let reply = match &exchange.reply {
                Some(reply) => members(reply, family, false),
                None => "the ACK, if asked for".into(),
            };
            let end = if kind == "dump" {
                ", for each, then `NLMSG_DONE`"
            } else {
                ""
            };
            out += &format!("{head} {kind}{admin} | {request} | {reply}{end} |\n");
        }
        if let Some(event) = &message.event {
            let attrs = members(&event.attrs, family, false);
            out += &format!("{head} {} | | {attrs} |\n", notification(event, family));
        }
    }
    out
}

fn notification(event: &Event, family: &Family) -> String {
    let group = &family.groups[event.group];
    let access = match group.access {
        Access::Anybody => "",
        Access::NetAdmin => ", which takes `CAP_NET_ADMIN` to join",
        Access::SysAdmin => ", which takes `CAP_SYS_ADMIN` to join",
    };

    format!(
        "notification to the group `{}` ({}){access}",
        group.name, group.value
    )
}

/// Returns the attributes by their names without the prefix of their set.
fn members(members: &[Member], family: &Family, is_request: bool) -> String {
    let mark = if is_request {
        " (required)"
    } else {
        " (optional)"
    };
    let names: Vec<_> = members
        .iter()
        .map(|member| {
            let name = short(&member.attr, family);
            match member.is_always == is_request {
                true => format!("`{name}`{mark}"),
                false => format!("`{name}`"),
            }
        })
        .collect();

    match names.is_empty() {
        true => "none".into(),
        false => names.join(", "),
    }
}

fn short<'a>(attr: &'a Attr, family: &Family) -> &'a str {
    let prefixes = family.sets.iter().map(|set| &*set.prefix);
    let names = prefixes.filter_map(|prefix| attr.c_name.strip_prefix(prefix));

    names.min_by_key(|name| name.len()).unwrap_or(&attr.c_name)
}

fn attributes(family: &Family) -> String {
    let mut out = String::from("| attribute | `nla_type` | value | limit |\n|---|---|---|---|\n");
    for attr in family.sets.iter().flat_map(|set: &Set| &set.attrs) {
        let doc = lower_first(attr.doc.trim_end_matches('.'));
        let often = if attr.is_multi {
            ", any number of times"
        } else {
            ""
        };
        out += &format!(
            "| `{}` | {} | {}{often}: {doc} |{} |\n",
            attr.c_name,
            attr.value,
            attr.kind.describe(),
            limits(attr)
        );
    }
    out
}

fn limits(attr: &Attr) -> String {
    let texts: Vec<_> = attr
        .checks
        .iter()
        .map(|check| limit(check.word, &check.limit))
        .collect();

    match texts.is_empty() {
        true => String::new(),
        false => format!(" {}", texts.join(", ")),
    }
}

fn limit(word: CheckWord, limit: &Limit) -> String {
    let number = thousands(limit.value);

    match word {
        CheckWord::Min => format!("at least {number}"),
        CheckWord::Max => format!("at most {number}"),
        CheckWord::MinLen => format!("at least {number} bytes"),
        CheckWord::MaxLen => format!("{number} bytes"),
        CheckWord::ExactLen => format!("exactly {number} bytes"),
        CheckWord::Mask => format!("bits {:#x}", limit.value),
    }
}
