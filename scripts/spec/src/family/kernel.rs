// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The kernel's side: `family/proto.rs`, on the layer in `kmod/netlink`.

use super::model::{
    Access, Attr, AttrKind, Check, CheckWord, Event, Exchange, Family, Group, Limit, Member,
    Message, Number,
};
use super::numbers::named;
use super::text::{camel, formatted, lower_first, sentence, snake, wrap};
use crate::Result;
use std::collections::BTreeSet;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// Most elements of a tuple that the layer takes for a payload.
const TUPLE_MAX: usize = 12;

/// Returns the source of `family/proto.rs`.
///
/// # Errors
///
/// When it cannot be formatted.
pub fn kernel(family: &Family, source: &str) -> Result<String> {
    let mut body = String::new();
    body += &groups(family);
    body += &requests(family);
    for message in &family.messages {
        body += &answers(message, family);
    }
    body += &nests_of_answers(family);
    body += &handlers(family);

    formatted(&format!(
        "// SPDX-License-Identifier: GPL-2.0\n\n\
         //! The messages of {}, made of `uapi/{source}` by `make spec`.\n\
         //!\n\
         //! A request is read by a view, of which each method looks for its attribute. An answer, or a\n\
         //! notification, is a struct: no attribute of it can be forgotten, and its length follows.\n\n\
         {}{body}",
        family.name,
        imports(&body)
    ))
}

/// Returns the imports that `body` uses, as the kernel writes them.
fn imports(body: &str) -> String {
    let uses = |name: &str| {
        body.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let layer: Vec<_> = [
        ("kind::Bitfield32", "Bitfield32"),
        ("put", "put"),
        ("Answer", "Answer"),
        ("Call", "Call"),
        ("Command", "Command"),
        ("Dump", "Dump"),
        ("Family", "Family"),
        ("Group", "Group"),
        ("Payload", "Payload"),
        ("Request", "Request"),
    ]
    .iter()
    .filter(|(_, name)| uses(name))
    .map(|(path, _)| format!("        {path},\n"))
    .collect();
    let mut layer = layer.concat();
    layer.truncate(layer.trim_end().len());
    let attributes = if body.contains("attributes! {") {
        "    attributes,\n"
    } else {
        ""
    };

    format!(
        "use crate::{{\n{attributes}    netlink::{{\n{layer} //\n    }},\n    uapi::*, //\n}};\n\
         use kernel::prelude::*;\n\n"
    )
}

fn doc(text: &str, indent: &str) -> String {
    let prefix = format!("{indent}/// ");

    wrap(&sentence(text), WIDTH, &prefix, &prefix).replace("///  ", "/// ") + "\n"
}

fn groups(family: &Family) -> String {
    if family.groups.is_empty() {
        return String::new();
    }
    let groups: Vec<_> = family
        .groups
        .iter()
        .map(|group| format!("    {},\n", group_of(group)))
        .collect();

    format!(
        "/// The multicast groups.\npub(super) const GROUPS: &[Group] = &[\n{}];\n\n",
        groups.concat()
    )
}

fn group_of(group: &Group) -> String {
    let access = match group.access {
        Access::Anybody => ".nonroot()",
        Access::NetAdmin => "",
        Access::SysAdmin => ".cap_sys_admin()",
    };

    format!(
        "Group::new({}).name(c\"{}\"){access}",
        group.c_name, group.name
    )
}

/// Returns the name of what a command takes, `()` where that is nothing.
fn request_name(message: &Message, exchange: &Exchange, is_dump: bool) -> String {
    match (exchange.request.is_empty(), is_dump) {
        (true, _) => "()".into(),
        (false, false) => camel(&message.name) + "Request",
        (false, true) => camel(&message.name) + "DumpRequest",
    }
}

/// Returns the name of what an answer carries.
fn reply_name(message: &Message, is_dump: bool) -> String {
    let suffix = match is_dump {
        true => message.entry_suffix(),
        false => "Reply",
    };

    camel(&message.name) + suffix
}

fn nest_name(set: &str) -> String {
    camel(set) + "Nest"
}

fn nest_reply_name(set: &str) -> String {
    camel(set) + "NestReply"
}

/// Returns the declaration of the attributes that requests carry.
fn requests(family: &Family) -> String {
    let mut sets = Vec::new();
    let mut nests = BTreeSet::new();
    for message in &family.messages {
        for (exchange, is_dump) in [(&message.single, false), (&message.dump, true)] {
            let Some(exchange) = exchange.as_ref().filter(|e| !e.request.is_empty()) else {
                continue;
            };
            let with = if is_dump { " with `NLM_F_DUMP`" } else { "" };
            sets.push(set(
                &format!("Attributes of a `{}`{with}.", message.c_name),
                &request_name(message, exchange, is_dump),
                &exchange.request,
            ));
            nests_of_requests(&exchange.request, &mut nests, &mut sets);
        }
    }

    match sets.is_empty() {
        true => String::new(),
        false => format!("attributes! {{\n{}}}\n\n", sets.join("\n")),
    }
}

/// Adds the declarations of what is inside `members`, each once.
fn nests_of_requests(members: &[Member], names: &mut BTreeSet<String>, sets: &mut Vec<String>) {
    for member in members {
        let Some(inside) = member.attr.kind.inside() else {
            continue;
        };
        if names.insert(inside.to_owned()) {
            let doc = format!("Attributes in a nest of `{inside}`.");
            sets.push(set(&doc, &nest_name(inside), &member.inside));
            nests_of_requests(&member.inside, names, sets);
        }
    }
}

fn set(about: &str, name: &str, members: &[Member]) -> String {
    let mut out = doc(about, "    ");
    out += &format!("    pub(super) struct {name} {{\n");
    for member in members {
        let attr = &member.attr;
        out += &doc(&about_attr(attr), "        ");
        out += &format!(
            "        {}({}): {}{};\n",
            snake(&attr.name),
            attr.c_name,
            occurrence(member),
            limits(attr)
        );
    }
    out + "    }\n"
}

fn about_attr(attr: &Attr) -> String {
    match attr.doc.is_empty() {
        true => format!("`{}`", attr.name),
        false => attr.doc.clone(),
    }
}

/// Returns how often an attribute may be there, and its kind, in the words of the layer.
fn occurrence(member: &Member) -> String {
    let kind = match &member.attr.kind {
        AttrKind::Unused => unreachable!("no message carries it"),
        AttrKind::Flag => return "Flag".into(),
        AttrKind::String => "NulString".into(),
        AttrKind::Binary => "Binary".into(),
        AttrKind::Bitfield32 => "Bitfield32".into(),
        AttrKind::Number(number) => camel(&number_word(*number)),
        AttrKind::Nest(set) => format!("NestOf<{}>", nest_name(set)),
        AttrKind::Array(set) => format!("ArrayOf<{}>", nest_name(set)),
    };

    match (member.attr.is_multi, member.is_always) {
        (true, _) => format!("Multi<{kind}>"),
        (false, true) => kind,
        (false, false) => format!("Option<{kind}>"),
    }
}

/// Returns the word of the layer for the form of a number.
fn number_word(number: Number) -> String {
    let sign = match (number.is_big_endian, number.is_signed) {
        (true, _) => "be",
        (false, true) => "s",
        (false, false) => "u",
    };

    match number.size {
        Some(size) => format!("{sign}{}", 8 * size),
        None => format!("{sign}int"),
    }
}

fn limits(attr: &Attr) -> String {
    let checks: Vec<_> = attr
        .checks
        .iter()
        .map(|check| {
            let word = match check.word {
                CheckWord::Mask => "mask".into(),
                word => word.name().replace('-', "_"),
            };
            format!("{word} = {}", limit(check, &attr.kind))
        })
        .collect();

    match checks.is_empty() {
        true => String::new(),
        false => format!(" where {}", checks.join(", ")),
    }
}

/// Returns the bound of a check, in the type that the layer has for it.
fn limit(check: &Check, kind: &AttrKind) -> String {
    let Limit { value, name } = &check.limit;
    let constant = name.as_ref().map(|(name, added)| match added {
        0 => name.clone(),
        added => format!("({name} - {})", -added),
    });

    match (constant, check.word, kind) {
        (_, CheckWord::Mask, _) => format!("{value:#x}"),
        (Some(name), CheckWord::Min | CheckWord::Max, AttrKind::Number(number))
            if number.rust_type() != "u32" =>
        {
            format!("{name} as {}", number.rust_type())
        }
        (Some(name), ..) => name.trim_matches(['(', ')']).to_owned(),
        (None, ..) => value.to_string(),
    }
}

/// Returns the structs of what a message of the kernel carries.
fn answers(message: &Message, family: &Family) -> String {
    let mut out = String::new();
    for (exchange, is_dump) in [(&message.single, false), (&message.dump, true)] {
        let Some(exchange) = exchange else { continue };
        let Some(reply) = &exchange.reply else {
            continue;
        };
        let name = reply_name(message, is_dump);
        if !is_dump || !message.has_one_reply() {
            let what = if is_dump {
                "An entry of"
            } else {
                "The answer to"
            };
            out += &record(&format!("{what} a `{}`.", message.c_name), &name, reply);
        }
        if !is_dump {
            out += &answer_method(message, exchange, &name, reply);
        }
    }
    if let Some(event) = &message.event {
        out += &notification(message, event, family);
    }
    out
}

fn answer_method(message: &Message, exchange: &Exchange, name: &str, reply: &[Member]) -> String {
    let request = request_name(message, exchange, false);
    let lifetime = if is_borrowed(reply) { "<'_>" } else { "" };
    let result = match request.as_str() {
        "()" => "Answer<'a, T>".to_owned(),
        request => format!("Answer<'a, T, {request}>"),
    };

    format!(
        "impl {name}{lifetime} {{\n\
         /// Answers `request`; fails as [`Request::reply`] does.\n\
         #[inline(always)] // Once for each command.\n\
         pub(super) fn answer<'a, T: Family>(self, request: &Request<'a, T>) -> Result<{result}> {{\n\
         request.reply({}, self)\n}}\n}}\n\n",
        message.c_name
    )
}

fn notification(message: &Message, event: &Event, family: &Family) -> String {
    let group = &family.groups[event.group];
    let name = camel(&message.name);
    let lifetime = if is_borrowed(&event.attrs) {
        "<'_>"
    } else {
        ""
    };
    let about = format!(
        "`{}`, to the group `{}`: {}",
        message.c_name,
        group.name,
        lower_first(&sentence(&message.doc))
    );

    record(&about, &name, &event.attrs)
        + &format!(
            "impl {name}{lifetime} {{\n\
             /// Notifies the listeners, in the network namespace of `request`, of what `event` returns;\n\
             /// fails as [`Request::notify`] does.\n\
             #[inline(always)] // Once for each notification.\n\
             pub(super) fn notify<T: Family>(\n\
             request: &Request<'_, T>,\n\
             event: impl FnOnce() -> Self,\n\
             ) -> Result {{\n\
             request.notify({}, {}, event)\n}}\n}}\n\n",
            group.c_name, message.c_name
        )
}

/// Returns the structs of the nests in answers.
fn nests_of_answers(family: &Family) -> String {
    let mut names = BTreeSet::new();
    let mut out = String::new();
    for message in &family.messages {
        let replies = [&message.single, &message.dump]
            .into_iter()
            .flatten()
            .filter_map(|exchange| exchange.reply.as_ref());
        let events = message.event.as_ref().map(|event| &event.attrs);
        for members in replies.chain(events) {
            nests_inside(members, &mut names, &mut out);
        }
    }
    out
}

fn nests_inside(members: &[Member], names: &mut BTreeSet<String>, out: &mut String) {
    for member in members {
        let Some(inside) = member.attr.kind.inside() else {
            continue;
        };
        if names.insert(inside.to_owned()) {
            let about = format!("A nest of `{inside}` in answers.");
            *out += &record(&about, &nest_reply_name(inside), &member.inside);
            nests_inside(&member.inside, names, out);
        }
    }
}

/// Returns a struct of what the kernel sends.
fn record(about: &str, name: &str, members: &[Member]) -> String {
    let lifetime = if is_borrowed(members) { "<'v>" } else { "" };
    let elided = if is_borrowed(members) { "<'_>" } else { "" };
    let mut out = doc(about, "");
    out += "#[derive(Clone, Copy)]\n";
    out += &match members.is_empty() {
        true => format!("pub(super) struct {name};\n\n"),
        false => {
            let fields: Vec<_> = members.iter().map(field).collect();
            format!(
                "pub(super) struct {name}{lifetime} {{\n{}}}\n\n",
                fields.concat()
            )
        }
    };
    out += &format!(
        "impl put::ToPayload for {name}{elided} {{\n\
         #[inline(always)] // So that the optimizer sees through it.\n\
         fn payload(&self) -> impl Payload {{\n{}\n}}\n}}\n\n",
        payload(members)
    );
    out
}

fn field(member: &Member) -> String {
    doc(&about_attr(&member.attr), "    ")
        + &format!(
            "    pub(super) {}: {},\n",
            snake(&member.attr.name),
            field_type(member)
        )
}

fn field_type(member: &Member) -> String {
    let value = match &member.attr.kind {
        AttrKind::Unused => unreachable!("no message carries it"),
        AttrKind::Flag => return "bool".into(),
        AttrKind::String | AttrKind::Binary => "&'v [u8]".to_owned(),
        AttrKind::Bitfield32 => "Bitfield32".to_owned(),
        AttrKind::Number(number) => number.rust_type(),
        AttrKind::Nest(set) => nest_type(set, &member.inside),
        AttrKind::Array(set) => format!("&'v [{}]", nest_type(set, &member.inside)),
    };

    match (member.attr.is_multi, member.is_always) {
        (true, _) => format!("&'v [{value}]"),
        (false, true) => value,
        (false, false) => format!("Option<{value}>"),
    }
}

fn nest_type(set: &str, inside: &[Member]) -> String {
    let lifetime = if is_borrowed(inside) { "<'v>" } else { "" };

    nest_reply_name(set) + lifetime
}

/// Says whether one of the fields is borrowed.
fn is_borrowed(members: &[Member]) -> bool {
    members
        .iter()
        .any(|member| field_type(member).contains("'v"))
}

/// Returns the expression of what is sent.
fn payload(members: &[Member]) -> String {
    let parts: Vec<_> = members.iter().map(part).collect();

    tuple(parts)
}

/// Returns tuples in tuples, none of them longer than the layer takes.
fn tuple(mut parts: Vec<String>) -> String {
    while parts.len() > TUPLE_MAX {
        parts = parts
            .chunks(TUPLE_MAX)
            .map(|chunk| tuple(chunk.to_vec()))
            .collect();
    }

    match parts.as_slice() {
        [part] => part.clone(),
        parts => format!("({})", parts.join(", ")),
    }
}

fn part(member: &Member) -> String {
    let attr = &member.attr;
    let name = snake(&attr.name);

    if attr.is_multi {
        let value = put(attr, &name);
        return format!("put::each(self.{name}, |{name}| {value})");
    }
    match member.is_always || attr.kind == AttrKind::Flag {
        true => put(attr, &format!("self.{name}")),
        false => format!("self.{name}.map(|{name}| {})", put(attr, &name)),
    }
}

fn put(attr: &Attr, value: &str) -> String {
    let function = match &attr.kind {
        AttrKind::Unused => unreachable!("no message carries it"),
        AttrKind::Flag => "flag".into(),
        AttrKind::String => "str".into(),
        AttrKind::Binary => "bytes".into(),
        AttrKind::Bitfield32 => "bitfield32".into(),
        AttrKind::Number(number) => number_word(*number),
        AttrKind::Nest(_) => "nested".into(),
        AttrKind::Array(_) => "array".into(),
    };

    format!("put::{function}({}, {value})", attr.c_name)
}

/// Returns the trait with a method for each command, and the table of commands.
fn handlers(family: &Family) -> String {
    let mut items = String::new();
    let mut rows = String::new();
    for message in &family.messages {
        let admin = if message.is_admin {
            ".uns_admin_perm()"
        } else {
            ""
        };
        if let Some(exchange) = &message.single {
            items += &handler(message, exchange);
            let name = snake(&message.name);
            rows += &format!("Command::new({}, Self::{name}){admin},\n", message.c_name);
        }
        if let Some(exchange) = &message.dump {
            items += &dump(message, exchange);
            let name = camel(&message.name) + "Dump";
            rows += &format!(
                "Command::dump::<Self::{name}>({}){admin},\n",
                message.c_name
            );
        }
    }

    format!(
        "/// The handlers of a family, one for each command.\n\
         pub(super) trait Handlers: Family {{\n\
         /// [`Family::COMMANDS`].\n\
         const TABLE: &'static [Command<Self>] = &[\n{rows}];\n\n{items}}}\n"
    )
}

fn handler(message: &Message, exchange: &Exchange) -> String {
    let attrs = match request_name(message, exchange, false).as_str() {
        "()" => String::new(),
        name => format!(", {name}"),
    };
    let answer = match exchange.reply {
        Some(_) => format!("Answered by a [`{}`].", reply_name(message, false)),
        None => "Answered by the ACK alone.".into(),
    };

    doc(&named(&message.c_name, "", &message.doc), "    ")
        + "    ///\n"
        + &doc(&answer, "    ")
        + &format!(
            "    fn {}<'a>(call: &mut Call<'a, Self{attrs}>) -> Result<Answer<'a, Self{attrs}>>;\n\n",
            snake(&message.name)
        )
}

fn dump(message: &Message, exchange: &Exchange) -> String {
    let about = format!(
        "`{}` with `NLM_F_DUMP`; an entry is a [`{}`]",
        message.c_name,
        reply_name(message, true)
    );

    doc(&about, "    ")
        + &format!(
            "    type {}Dump: Dump<Family = Self, Attrs = {}>;\n\n",
            camel(&message.name),
            request_name(message, exchange, true)
        )
}
