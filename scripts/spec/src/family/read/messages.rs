// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Operations and multicast groups.

use super::attrs::{Direction, Scope, Scopes};
use super::keys::{check_keys, maps, need, number, place, text_of, Refused};
use super::{names, unknown};
use crate::family::model::{Access, Event, Exchange, Family, Group, Member, Message};
use crate::yaml::Node;
use crate::{upper, Result};

const LIST_KEYS: &[&str] = &["enum-model", "name-prefix", "enum-name", "list"];

const LIST_REFUSED: Refused = &[
    (
        "async-prefix",
        "notifications are in the enum of all messages",
    ),
    (
        "async-enum",
        "notifications are in the enum of all messages",
    ),
    (
        "fixed-header",
        "attributes follow the header of the message",
    ),
];

const KEYS: &[&str] = &[
    "name",
    "value",
    "doc",
    "attribute-set",
    "flags",
    "do",
    "dump",
    "event",
    "notify",
    "mcgrp",
];

const REFUSED: Refused = &[
    (
        "fixed-header",
        "attributes follow the header of the message",
    ),
    ("dont-validate", "all that is sent is checked"),
    ("config-cond", "a family has all its commands"),
];

const EXCHANGE_KEYS: &[&str] = &["request", "reply"];

const EXCHANGE_REFUSED: Refused = &[
    ("pre", "a handler calls what it needs"),
    ("post", "`Answer::then` follows the answer"),
];

const VALUE_REFUSED: Refused = &[("value", "requests and answers have one number")];

const GROUP_KEYS: &[&str] = &["name", "value", "c-define-name", "flags", "doc"];

/// Message types below are netlink's own.
const NLMSG_MIN_TYPE: u16 = 16;

/// Reads the operations into `family`.
pub fn read(root: Node<'_>, scopes: &Scopes, family: &mut Family) -> Result<()> {
    let node = root
        .get("operations")
        .ok_or_else(|| root.error("`operations` is missing"))?;
    check_keys(node, "`operations`", LIST_KEYS, LIST_REFUSED)?;
    if let Some(model) = node.get("enum-model") {
        if model.as_text().as_deref() != Some("unified") {
            return Err(
                model.error("`enum-model` has one value that is supported; allowed: unified")
            );
        }
    }
    let plain = format!("{}-cmd", family.name);
    let prefix = text_of(node, "name-prefix")?.unwrap_or_else(|| format!("{plain}-"));
    family.message_enum = text_of(node, "enum-name")?
        .unwrap_or(plain)
        .replace('-', "_");
    for operation in maps(node, "list")? {
        let message = read_message(operation, &prefix, scopes, family)?;
        family.messages.push(message);
    }
    match family.messages.is_empty() {
        true => Err(node.error("`list` is missing: the operations")),
        false => Ok(()),
    }
}

fn read_message(node: Node<'_>, prefix: &str, scopes: &Scopes, family: &Family) -> Result<Message> {
    check_keys(node, "operation", KEYS, REFUSED)?;
    let name = need(node, "name")?;
    let scope = node
        .get("attribute-set")
        .map(|set| scopes.get(set))
        .transpose()?;
    let exchange = |key| -> Result<Option<Exchange>> {
        let exchange = node
            .get(key)
            .map(|part| read_exchange(part, key, scope, scopes));
        exchange.transpose()
    };
    let message = Message {
        c_name: upper(&format!("{prefix}{name}")),
        value: read_value(node, &name, family)?,
        doc: need(node, "doc")?,
        is_admin: is_admin(node)?,
        single: exchange("do")?,
        dump: exchange("dump")?,
        event: read_event(node, scope, scopes, family)?,
        name,
    };

    check_parts(node, &message)?;
    Ok(message)
}

/// Checks that an operation is a request or a notification, and not both.
fn check_parts(node: Node<'_>, message: &Message) -> Result<()> {
    match (
        message.single.is_some() || message.dump.is_some(),
        &message.event,
    ) {
        (false, None) => Err(node.error("an operation has one of: do, dump, event, notify")),
        (true, Some(_)) => {
            Err(node.error("a notification has a number of its own: no `do` and no `dump`"))
        }
        (false, Some(_)) if message.is_admin => {
            Err(place(node, "flags")
                .error("`flags` is of requests: who may join is said by the group"))
        }
        _ if message
            .dump
            .as_ref()
            .is_some_and(|dump| dump.reply.is_none()) =>
        {
            Err(place(node, "dump").error("`dump` has entries: `reply` is missing"))
        }
        _ => Ok(()),
    }
}

fn read_value(node: Node<'_>, name: &str, family: &Family) -> Result<u16> {
    let next = family
        .messages
        .last()
        .map_or(1, |message| i64::from(message.value) + 1);
    let min = if family.protonum.is_some() {
        i64::from(NLMSG_MIN_TYPE)
    } else {
        1
    };
    let max = if family.is_genl { 255 } else { 65535 };
    let value = number(node, "value", min, max)?.unwrap_or(next);
    if !(min..=max).contains(&value) {
        return Err(node.error(format!(
            "`{name}` has the number {value}; `value` allows {min} to {max}"
        )));
    }

    match family
        .messages
        .iter()
        .find(|other| i64::from(other.value) == value || other.name == name)
    {
        Some(other) => Err(node.error(format!(
            "`{}` has the name or the number {value} already",
            other.name
        ))),
        None => Ok(value as u16),
    }
}

/// Reads whether a command takes `CAP_NET_ADMIN`.
fn is_admin(node: Node<'_>) -> Result<bool> {
    let mut is_admin = false;
    for (flag, node) in names(node, "flags")? {
        match flag.as_str() {
            "uns-admin-perm" => is_admin = true,
            "admin-perm" => {
                return Err(node.error(
                    "`admin-perm` asks for a right over the whole machine, which no command does; allowed: uns-admin-perm",
                ))
            }
            other => return Err(node.error(format!("there is no flag `{other}`; allowed: uns-admin-perm"))),
        }
    }
    Ok(is_admin)
}

fn read_exchange(
    node: Node<'_>,
    key: &str,
    scope: Option<&Scope>,
    scopes: &Scopes,
) -> Result<Exchange> {
    // `do:` alone stands for a request and an answer without attributes.
    if node.as_text().is_none() && !node.is_map() {
        return Ok(Exchange {
            request: Vec::new(),
            reply: None,
        });
    }
    check_keys(node, &format!("`{key}`"), EXCHANGE_KEYS, EXCHANGE_REFUSED)?;
    let part = |key, special, direction| -> Result<Option<Vec<Member>>> {
        let Some(part) = node.get(key) else {
            return Ok(None);
        };
        check_keys(
            part,
            &format!("`{key}`"),
            &["attributes", special],
            VALUE_REFUSED,
        )?;
        members(part, scope, scopes, direction).map(Some)
    };

    Ok(Exchange {
        request: part("request", "required", Direction::Request)?.unwrap_or_default(),
        reply: part("reply", "optional", Direction::Answer)?,
    })
}

fn members(
    node: Node<'_>,
    scope: Option<&Scope>,
    scopes: &Scopes,
    direction: Direction,
) -> Result<Vec<Member>> {
    match scope {
        Some(scope) => scopes.members(scope, node, direction),
        None => Err(node.error("`attribute-set` of the operation is missing")),
    }
}

fn read_event(
    node: Node<'_>,
    scope: Option<&Scope>,
    scopes: &Scopes,
    family: &Family,
) -> Result<Option<Event>> {
    let attrs = match (node.get("event"), node.get("notify")) {
        (None, None) => match node.get("mcgrp") {
            Some(group) => {
                return Err(
                    group.error("`mcgrp` is of notifications: `event` or `notify` is missing")
                )
            }
            None => return Ok(None),
        },
        (Some(event), None) => {
            check_keys(event, "`event`", &["attributes", "optional"], &[])?;
            members(event, scope, scopes, Direction::Answer)?
        }
        (None, Some(notify)) => notified(notify, family)?,
        (Some(_), Some(notify)) => {
            return Err(notify.error("`notify` and `event` are one too many"))
        }
    };
    let group = node
        .get("mcgrp")
        .ok_or_else(|| node.error("`mcgrp` is missing: the group that is notified"))?;
    let name = group.as_text().unwrap_or_default();
    let found = family.groups.iter().position(|group| group.name == name);

    found.map_or_else(
        || {
            Err(unknown(
                group,
                &name,
                "group",
                family.groups.iter().map(|group| &*group.name),
            ))
        },
        |group| Ok(Some(Event { attrs, group })),
    )
}

/// Returns what the answer carries to the command that `node` names: the notification is like it.
fn notified(node: Node<'_>, family: &Family) -> Result<Vec<Member>> {
    let name = node.as_text().unwrap_or_default();
    let reply = |message: &Message| message.single.as_ref()?.reply.clone();
    let found = family.messages.iter().find(|message| message.name == name);

    found.and_then(reply).ok_or_else(|| {
        let all = family
            .messages
            .iter()
            .filter(|message| reply(message).is_some());
        unknown(
            node,
            &name,
            "command with a reply before it",
            all.map(|message| &*message.name),
        )
    })
}

/// Reads the multicast groups.
pub fn groups(root: Node<'_>, family: &Family) -> Result<Vec<Group>> {
    let Some(node) = root.get("mcast-groups") else {
        return Ok(Vec::new());
    };
    check_keys(node, "`mcast-groups`", &["list"], &[])?;
    let mut groups: Vec<Group> = Vec::new();
    for node in maps(node, "list")? {
        let group = read_group(node, &groups, family)?;
        groups.push(group);
    }
    Ok(groups)
}

fn read_group(node: Node<'_>, groups: &[Group], family: &Family) -> Result<Group> {
    check_keys(node, "group", GROUP_KEYS, &[])?;
    let name = need(node, "name")?;
    let next = groups.last().map_or(1, |group| i64::from(group.value) + 1);
    let value = number(node, "value", 1, 1024)?.unwrap_or(next) as u32;
    if let Some(other) = groups
        .iter()
        .find(|group| group.value == value || group.name == name)
    {
        return Err(node.error(format!(
            "`{}` has the name or the number {value} already",
            other.name
        )));
    }
    let prefix = family.c.group_enum.replace('_', "-");

    Ok(Group {
        c_name: upper(
            &text_of(node, "c-define-name")?.unwrap_or_else(|| format!("{prefix}-{name}")),
        ),
        value,
        access: access(node)?,
        doc: text_of(node, "doc")?.unwrap_or_default(),
        name,
    })
}

fn access(node: Node<'_>) -> Result<Access> {
    let mut access = Access::Anybody;
    for (flag, node) in names(node, "flags")? {
        access = match flag.as_str() {
            "uns-admin-perm" => Access::NetAdmin,
            "cap-sys-admin" => Access::SysAdmin,
            other => {
                return Err(node.error(format!(
                    "there is no flag `{other}` of a group; allowed: uns-admin-perm, cap-sys-admin"
                )))
            }
        };
    }
    Ok(access)
}
