// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The C header: the wire contract.

use super::model::{
    Attr, Const, ConstValue, Definition, EnumType, Exchange, Family, Member, Message, Set,
};
use super::text::{listed, lower_first, sentence, wrap};

/// Longest line of a comment.
const WIDTH: usize = 80;

/// Returns the header.
pub fn header(family: &Family) -> String {
    let guard = &family.c.guard;
    let mut out = format!(
        "/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */\n\
         {}#ifndef {guard}\n#define {guard}\n\n",
        preamble(family)
    );
    if let Some(number) = family.protonum {
        out += "/* The protocol: the third argument of socket(2). */\n";
        out += &format!("#define {} {number}\n\n", family.c.protocol);
    }
    for definition in &family.definitions {
        out += &match definition {
            Definition::Const(constant) => define(constant),
            Definition::Enum(found) => enum_type(found).source(),
        };
    }
    out += &messages(family).source();
    for set in &family.sets {
        out += &attrs(set).source();
    }
    if !family.groups.is_empty() {
        out += &groups(family).source();
    }
    out += &format!("#endif /* {guard} */\n");
    out
}

fn preamble(family: &Family) -> String {
    let made = format!(
        "Made by `make spec`: change what it is made of. {}",
        family.doc
    );
    let mut paragraphs = family.c.preamble.clone();
    if paragraphs.is_empty() {
        paragraphs.push(made);
    }
    let paragraphs: Vec<_> = paragraphs
        .iter()
        .map(|text| wrap(text, WIDTH, " * ", " * "))
        .collect();

    format!("/*\n{}\n */\n", paragraphs.join("\n *\n"))
}

fn define(constant: &Const) -> String {
    let value = match &constant.value {
        ConstValue::Text(text) => format!("{text:?}"),
        ConstValue::Number(number) => number.to_string(),
    };
    let comment = match constant.doc.is_empty() {
        true => String::new(),
        false => {
            wrap(
                &format!("{} */", sentence(&constant.doc)),
                WIDTH,
                "/* ",
                " * ",
            ) + "\n"
        }
    };

    format!("{comment}#define {} {value}\n\n", constant.c_name)
}

/// An enum with its kernel-doc.
struct Enum<'a> {
    name: &'a str,
    title: String,
    rows: Vec<Row>,
}

/// An enumerator.
struct Row {
    name: String,
    value: i64,
    doc: String,
}

impl Enum<'_> {
    fn source(&self) -> String {
        let title = self.title.trim_end_matches('.');
        let mut out = format!("/**\n * enum {} - {title}\n", self.name);
        for row in self.rows.iter().filter(|row| !row.doc.is_empty()) {
            let doc = format!("@{}: {}", row.name, row.doc);
            out += &format!("{}\n", wrap(&doc, WIDTH, " * ", " *\t"));
        }
        out += &format!(" */\nenum {} {{\n", self.name);
        let mut next = 0;
        for row in &self.rows {
            out += &match row.value == next {
                true => format!("\t{},\n", row.name),
                false => format!("\t{} = {},\n", row.name, row.value),
            };
            next = row.value + 1;
        }
        out + "};\n\n"
    }
}

fn enum_type(found: &EnumType) -> Enum<'_> {
    let title = match found.doc.is_empty() {
        true => found.name.replace('-', " "),
        false => lower_first(&found.doc),
    };
    let row = |entry: &super::model::EnumEntry| Row {
        name: entry.c_name.clone(),
        value: entry.value,
        doc: lower_first(&entry.doc),
    };

    Enum {
        name: &found.c_name,
        title,
        rows: found.entries.iter().map(row).collect(),
    }
}

fn messages(family: &Family) -> Enum<'_> {
    let title = match (family.protonum.is_some(), family.is_genl) {
        (true, true) => "commands, as nlmsg_type, over generic netlink as cmd",
        (true, false) => "commands, as nlmsg_type",
        (false, _) => "commands, as cmd of struct genlmsghdr",
    };
    let row = |message: &Message| Row {
        name: message.c_name.clone(),
        value: message.value.into(),
        doc: lower_first(&sentence(&message.doc)) + &carried(message, family),
    };

    Enum {
        name: &family.message_enum,
        title: title.into(),
        rows: family.messages.iter().map(row).collect(),
    }
}

/// Returns sentences about what a message carries.
fn carried(message: &Message, family: &Family) -> String {
    let mut out = String::new();
    if let Some(exchange) = &message.single {
        out += &exchanged("Request", exchange);
    }
    if let Some(dump) = &message.dump {
        out += &match dump.request.is_empty() && message.single.is_some() {
            true => " With NLM_F_DUMP, all of them.".into(),
            false => exchanged("With NLM_F_DUMP: request", dump),
        };
    }
    if let Some(event) = &message.event {
        let group = &family.groups[event.group].c_name;
        out += &format!(
            " Notification to {group}: {}.",
            members(&event.attrs, false)
        );
    }
    out
}

fn exchanged(request: &str, exchange: &Exchange) -> String {
    let reply = match &exchange.reply {
        Some(reply) => format!("answer: {}", members(reply, false)),
        None => "answer: the ACK alone".into(),
    };

    format!(" {request}: {}; {reply}.", members(&exchange.request, true))
}

/// Returns the names of the attributes: of a request, those that are required are marked, else
/// those that may be missing.
fn members(members: &[Member], is_request: bool) -> String {
    let mark = if is_request {
        " (required)"
    } else {
        " (optional)"
    };
    let names: Vec<_> = members
        .iter()
        .map(|member| match member.is_always == is_request {
            true => format!("{}{mark}", member.attr.c_name),
            false => member.attr.c_name.clone(),
        })
        .collect();

    match names.is_empty() {
        true => "no attribute".into(),
        false => listed(&names),
    }
}

fn attrs(set: &Set) -> Enum<'_> {
    let title = match set.doc.is_empty() {
        true => format!("attributes of {}, as nla_type", set.name),
        false => format!(
            "{}, as nla_type",
            lower_first(set.doc.trim_end_matches('.'))
        ),
    };
    let unspec = Row {
        name: format!("{}UNSPEC", set.prefix),
        value: 0,
        doc: "never sent".into(),
    };
    let row = |attr: &Attr| Row {
        name: attr.c_name.clone(),
        value: attr.value.into(),
        doc: format!(
            "{}, {}",
            attr.kind.describe(),
            lower_first(attr.doc.trim_end_matches('.'))
        ),
    };

    Enum {
        name: &set.enum_name,
        title,
        rows: [unspec]
            .into_iter()
            .chain(set.attrs.iter().map(row))
            .collect(),
    }
}

fn groups(family: &Family) -> Enum<'_> {
    let prefix = family.c.group_enum.to_uppercase();
    let unspec = Row {
        name: format!("{prefix}_UNSPEC"),
        value: 0,
        doc: "none".into(),
    };
    let rows = family.groups.iter().map(|group| Row {
        name: group.c_name.clone(),
        value: group.value.into(),
        doc: lower_first(&group.doc),
    });

    Enum {
        name: &family.c.group_enum,
        title: "multicast groups".into(),
        rows: [unspec].into_iter().chain(rows).collect(),
    }
}
