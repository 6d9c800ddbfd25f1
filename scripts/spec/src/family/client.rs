// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The client's side: `user/src/NAME/proto.rs`, on [`nlhello::netlink`].

use super::model::{
    Attr, AttrKind, CheckWord, Event, Exchange, Family, Member, Message, Number, Set,
};
use super::numbers::named;
use super::text::{camel, formatted, lower_first, sentence, snake, wrap};
use crate::{upper, Result};
use std::collections::BTreeSet;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// Returns the source of `proto.rs`.
///
/// # Errors
///
/// When it cannot be formatted.
pub fn client(family: &Family, source: &str) -> Result<String> {
    let mut body = names(family);
    for message in &family.messages {
        body += &of_message(message, family);
    }
    body += &nests(family);
    if body.contains("Bitfield32") {
        body += BITFIELD32;
    }

    formatted(&format!(
        "// SPDX-License-Identifier: Apache-2.0 OR MIT\n\n\
         //! The messages of {}, made of `uapi/{source}` by `make spec`.\n\n{}{body}",
        family.name,
        imports(&body)
    ))
}

const BITFIELD32: &str = "/// Bits, and which of them say something (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bitfield32 {
    /// The bits.
    pub value: u32,
    /// Bits that are meant, whether set or cleared.
    pub selector: u32,
}

impl Bitfield32 {
    fn read(attr: &Attr<'_>) -> Result<Self, wire::Error> {
        let [v0, v1, v2, v3, s0, s1, s2, s3] = attr.array()?;

        Ok(Self {
            value: u32::from_ne_bytes([v0, v1, v2, v3]),
            selector: u32::from_ne_bytes([s0, s1, s2, s3]),
        })
    }

    fn to_bytes(self) -> [u8; 8] {
        let [v0, v1, v2, v3] = self.value.to_ne_bytes();
        let [s0, s1, s2, s3] = self.selector.to_ne_bytes();

        [v0, v1, v2, v3, s0, s1, s2, s3]
    }
}
";

fn imports(body: &str) -> String {
    let uses = |name: &str| {
        body.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let list = |names: &[&str]| {
        let names: Vec<_> = names.iter().copied().filter(|name| uses(name)).collect();
        names.join(", ")
    };
    let netlink = list(&[
        "AttrFormat",
        "AttrSpec",
        "DumpRequest",
        "Error",
        "MessageSpec",
        "ReplyAttrs",
        "Request",
        "RequestAttrs",
    ]);
    let wire = list(&["wire", "Attr", "Message"]).replace("wire", "self");

    format!(
        "use crate::netlink::{{{netlink}}};\nuse crate::uapi::*;\nuse crate::wire::{{{wire}}};\n\n"
    )
}

fn doc(text: &str, indent: &str) -> String {
    let prefix = format!("{indent}/// ");

    wrap(&sentence(text), WIDTH, &prefix, &prefix).replace("///  ", "/// ") + "\n"
}

/// Returns the tables by which `-v` and errors name messages and attributes.
fn names(family: &Family) -> String {
    let mut out = String::from(
        "/// The messages by the names that they have in C.\n\
         pub(super) static MESSAGES: &[MessageSpec] = &[\n",
    );
    for message in &family.messages {
        let set = set_of(message, family);
        out += &format!(
            "MessageSpec {{\nnlmsg_type: {0},\nname: \"{0}\",\nheader: 0,\nis_get: {1},\n\
             attr_prefix: \"{2}\",\nattrs: {3},\n}},\n",
            message.c_name,
            message.dump.is_some(),
            set.map_or("", |set| &set.prefix),
            set.map_or("&[]".into(), table_name)
        );
    }
    out += "];\n\n";
    for set in &family.sets {
        out += &format!(
            "/// The attributes of `{}` by the names that they have in C.\n\
             static {}: &[AttrSpec] = &[\n",
            set.name,
            table_name(set)
        );
        for attr in &set.attrs {
            out += &format!(
                "attr({0}, \"{0}\", {1}),\n",
                attr.c_name,
                format_of(attr, family)
            );
        }
        out += "];\n\n";
    }
    out + "const fn attr(nla_type: u16, name: &'static str, format: AttrFormat) -> AttrSpec {\n\
           AttrSpec {\nnla_type,\nname,\nformat,\n}\n}\n\n"
}

fn table_name(set: &Set) -> String {
    upper(&set.name) + "_ATTRS"
}

/// Returns the set that the attributes of a message are of; the first one, where it carries none.
fn set_of<'a>(message: &Message, family: &'a Family) -> Option<&'a Set> {
    let parts = [&message.single, &message.dump];
    let exchanges = parts.into_iter().flatten();
    let members = exchanges
        .flat_map(|exchange| {
            exchange
                .request
                .iter()
                .chain(exchange.reply.iter().flatten())
        })
        .chain(message.event.iter().flat_map(|event| &event.attrs));
    let name = members.map(|member| &member.attr.c_name).next();
    let mut sets = family.sets.iter();

    match name {
        Some(name) => sets.find(|set| set.attrs.iter().any(|attr| attr.c_name == *name)),
        None => sets.next(),
    }
}

fn format_of(attr: &Attr, family: &Family) -> String {
    const U32: Number = Number {
        size: Some(4),
        is_signed: false,
        is_big_endian: false,
    };
    const U64: Number = Number {
        size: Some(8),
        ..U32
    };
    let plain = match &attr.kind {
        AttrKind::String => "String",
        AttrKind::Number(U32) => "U32",
        AttrKind::Number(U64) => "U64",
        AttrKind::Nest(name) => {
            let set = family.sets.iter().find(|set| set.name == *name);
            return set.map_or("AttrFormat::Bytes".into(), |set| {
                format!("AttrFormat::Nested(0, {})", table_name(set))
            });
        }
        _ => "Bytes",
    };

    format!("AttrFormat::{plain}")
}

fn of_message(message: &Message, family: &Family) -> String {
    let mut out = String::new();
    let about = lower_first(&sentence(&message.doc));
    if let Some(exchange) = &message.single {
        let name = camel(&message.name) + "Request";
        let doc = format!("`{}`: {about}", message.c_name);
        out += &request(message, exchange, &name, &doc, false);
    }
    if let Some(exchange) = &message.dump {
        let name = camel(&message.name) + "DumpRequest";
        let doc = format!("`{}` with `NLM_F_DUMP`: {about}", message.c_name);
        out += &request(message, exchange, &name, &doc, true);
    }
    for (members, name, what) in replies(message) {
        let doc = format!("{what} a `{}`.", message.c_name);
        out += &reply(&doc, &name, members, Some(&message.c_name));
    }
    if let Some(Event { attrs, group }) = &message.event {
        let group = &family.groups[*group].name;
        let doc = named(
            &message.c_name,
            &format!(", to the group `{group}`"),
            &message.doc,
        );
        out += &reply(&doc, &camel(&message.name), attrs, Some(&message.c_name));
    }
    out
}

fn reply_of(exchange: &Option<Exchange>) -> Option<&[Member]> {
    exchange.as_ref()?.reply.as_deref()
}

/// Returns what the answers to a message carry, with the names of the types, and what each is.
fn replies(message: &Message) -> Vec<(&[Member], String, &'static str)> {
    let dump = reply_of(&message.dump).filter(|_| !message.has_one_reply());
    let name = camel(&message.name);

    let single =
        reply_of(&message.single).map(|members| (members, name.clone() + "Reply", "The answer to"));
    let entry = dump.map(|members| (members, name + message.entry_suffix(), "An entry of"));
    single.into_iter().chain(entry).collect()
}

/// Returns the struct of a request, and how it is built.
fn request(
    message: &Message,
    exchange: &Exchange,
    name: &str,
    about: &str,
    is_dump: bool,
) -> String {
    let constructor = match (is_dump, &exchange.reply) {
        (true, _) => "dump",
        (false, Some(_)) => "new",
        (false, None) => "change",
    };
    let result = if is_dump { "DumpRequest" } else { "Request" };
    let members = &exchange.request;
    let (start, attrs) = match members.is_empty() {
        true => ("", "Vec::new()"),
        false => (
            "let mut attrs = RequestAttrs::new(op);\nself.put(&mut attrs)?;\n\n",
            "attrs.into_bytes()",
        ),
    };

    record(about, name, members, Side::Request)
        + &format!(
            "impl {name}{} {{\n\
             /// Builds the request, to do `op`.\n///\n/// # Errors\n///\n\
             /// `ERANGE` when no attribute can hold a value.\n\
             pub(crate) fn request(&self, op: &'static str) -> Result<{result}, Error> {{\n\
             {start}Request::{constructor}(op, {}, {attrs})\n}}\n{}}}\n\n",
            elided(members, Side::Request),
            message.c_name,
            put_method(members)
        )
}

/// Returns the method that adds the attributes; none where there are none.
fn put_method(members: &[Member]) -> String {
    let puts: Vec<_> = members.iter().map(put).collect();

    match puts.is_empty() {
        true => String::new(),
        false => format!(
            "\nfn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {{\n{}Ok(())\n}}\n",
            puts.concat()
        ),
    }
}

fn put(member: &Member) -> String {
    let attr = &member.attr;
    let name = snake(&attr.name);

    if attr.is_multi {
        return format!(
            "for {name} in self.{name} {{\n{}}}\n",
            put_value(member, &name, true)
        );
    }
    match (&attr.kind, member.is_always) {
        (AttrKind::Flag, _) => format!(
            "if self.{name} {{\nattrs.put({}, {:?}, 0, &[])?;\n}}\n",
            attr.c_name,
            short(attr)
        ),
        (_, true) => put_value(member, &format!("self.{name}"), false),
        (_, false) => format!(
            "if let Some({name}) = self.{name} {{\n{}}}\n",
            put_value(member, &name, false)
        ),
    }
}

fn put_value(member: &Member, value: &str, is_reference: bool) -> String {
    let attr = &member.attr;
    let (c_name, short, limit) = (&attr.c_name, short(attr), limit(attr));
    let star = if is_reference { "*" } else { "" };

    match &attr.kind {
        AttrKind::Unused | AttrKind::Flag => unreachable!("no message carries it so"),
        AttrKind::String => format!("attrs.put_str({c_name}, {short:?}, {limit}, {value})?;\n"),
        AttrKind::Binary => format!("attrs.put({c_name}, {short:?}, {limit}, {value})?;\n"),
        AttrKind::Bitfield32 => {
            format!("attrs.put({c_name}, {short:?}, 8, &{value}.to_bytes())?;\n")
        }
        AttrKind::Number(number) => {
            let order = if number.is_big_endian { "be" } else { "ne" };
            let size = number.size.unwrap_or(8);
            format!("attrs.put({c_name}, {short:?}, {size}, &{value}.to_{order}_bytes())?;\n")
        }
        AttrKind::Nest(_) => {
            format!("attrs.put_nest({c_name}, {short:?}, |nest| {value}.put(nest))?;\n")
        }
        AttrKind::Array(_) => format!(
            "attrs.put_nest({c_name}, {short:?}, |array| {{\n\
             for (item, number) in {star}{value}.iter().zip(1..) {{\n\
             array.put_nest(number, {short:?}, |nest| item.put(nest))?;\n}}\nOk(())\n}})?;\n"
        ),
    }
}

/// Returns how many bytes the kernel takes at most.
fn limit(attr: &Attr) -> String {
    let checks = attr.checks.iter();
    let mut limits =
        checks.filter(|check| matches!(check.word, CheckWord::MaxLen | CheckWord::ExactLen));

    match limits.next().map(|check| &check.limit) {
        Some(limit) => match &limit.name {
            Some((name, 0)) => name.clone(),
            Some((name, added)) => format!("{name} - {}", -added),
            None => limit.value.to_string(),
        },
        None => "wire::NLA_MAX_VALUE as u32".into(),
    }
}

/// Returns the name of an attribute as errors have it.
fn short(attr: &Attr) -> String {
    upper(&attr.name)
}

/// Direction of what a struct is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Reply,
}

/// Returns a struct with a field for each attribute.
fn record(about: &str, name: &str, members: &[Member], side: Side) -> String {
    let lifetime = if is_borrowed(members, side) {
        "<'a>"
    } else {
        ""
    };
    let traits = match side {
        Side::Request => "Clone, Copy, Debug, Default, PartialEq, Eq",
        Side::Reply if is_copy(members) => "Clone, Copy, Debug, PartialEq, Eq",
        Side::Reply => "Clone, Debug, PartialEq, Eq",
    };
    let fields: Vec<_> = members.iter().map(|member| field(member, side)).collect();
    let body = match members.is_empty() {
        true => ";".into(),
        false => format!(" {{\n{}}}", fields.concat()),
    };

    doc(about, "") + &format!("#[derive({traits})]\npub struct {name}{lifetime}{body}\n\n")
}

fn elided(members: &[Member], side: Side) -> &'static str {
    match is_borrowed(members, side) {
        true => "<'_>",
        false => "",
    }
}

fn is_borrowed(members: &[Member], side: Side) -> bool {
    members
        .iter()
        .any(|member| field_type(member, side).contains("'a"))
}

/// Says whether no answer has a list.
fn is_copy(members: &[Member]) -> bool {
    members.iter().all(|member| {
        !member.attr.is_multi
            && !matches!(member.attr.kind, AttrKind::Array(_))
            && is_copy(&member.inside)
    })
}

fn field(member: &Member, side: Side) -> String {
    let attr = &member.attr;
    let about = match attr.doc.is_empty() {
        true => format!("`{}`", attr.c_name),
        false => attr.doc.clone(),
    };

    doc(&about, "    ")
        + &format!(
            "    pub {}: {},\n",
            snake(&attr.name),
            field_type(member, side)
        )
}

fn field_type(member: &Member, side: Side) -> String {
    let list = |item: String| match side {
        Side::Request => format!("&'a [{item}]"),
        Side::Reply => format!("Vec<{item}>"),
    };
    let nest = |set: &str| {
        let lifetime = if is_borrowed(&member.inside, side) {
            "<'a>"
        } else {
            ""
        };
        nest_name(set, side) + lifetime
    };
    let value = match &member.attr.kind {
        AttrKind::Unused => unreachable!("no message carries it"),
        AttrKind::Flag => return "bool".into(),
        AttrKind::String | AttrKind::Binary => "&'a [u8]".into(),
        AttrKind::Bitfield32 => "Bitfield32".into(),
        AttrKind::Number(number) => number.rust_type(),
        AttrKind::Nest(set) => nest(set),
        AttrKind::Array(set) => list(nest(set)),
    };

    match (member.attr.is_multi, member.is_always) {
        (true, _) => list(value),
        (false, true) => value,
        (false, false) => format!("Option<{value}>"),
    }
}

fn nest_name(set: &str, side: Side) -> String {
    camel(set)
        + match side {
            Side::Request => "Nest",
            Side::Reply => "NestReply",
        }
}

/// Returns the struct of an answer, and how it is read: from a message of the type `c_name`, or a nest.
fn reply(about: &str, name: &str, members: &[Member], c_name: Option<&str>) -> String {
    let lifetime = if is_borrowed(members, Side::Reply) {
        "<'a>"
    } else {
        ""
    };
    let generic = if lifetime.is_empty() { "<'_>" } else { "<'a>" };
    let imp = if lifetime.is_empty() { "" } else { "<'a>" };
    let reads: Vec<_> = members
        .iter()
        .map(|member| format!("{}: {},\n", snake(&member.attr.name), read(member)))
        .collect();
    let whole = match members.is_empty() {
        true => "Ok(Self)".into(),
        false => format!("Ok(Self {{\n{}}})", reads.concat()),
    };
    let method = match c_name {
        Some(c_name) => format!(
            "/// Reads `message`, which came for `op`.\n///\n/// # Errors\n///\n\
             /// `EBADMSG` when it is another message, or malformed.\n\
             pub(crate) fn read(op: &'static str, message: &Message{generic}) -> Result<Self, Error> {{\n\
             let {}attrs = ReplyAttrs::new(op, {c_name}, message)?;\n\n{whole}\n}}\n",
            if members.is_empty() { "_" } else { "" }
        ),
        None => format!(
            "fn read(attrs: &ReplyAttrs{generic}) -> Result<Self, Error> {{\n{whole}\n}}\n"
        ),
    };

    record(about, name, members, Side::Reply)
        + &format!("impl{imp} {name}{lifetime} {{\n{method}}}\n\n")
}

fn read(member: &Member) -> String {
    let attr = &member.attr;
    let (c_name, short) = (&attr.c_name, short(attr));

    match (&attr.kind, attr.is_multi, member.is_always) {
        (AttrKind::Flag, ..) => format!("attrs.find({c_name}, |_| Ok(()))?.is_some()"),
        (AttrKind::Nest(_) | AttrKind::Array(_), true, _) => format!(
            "attrs.all({c_name}).map(|attr| {}).collect::<Result<_, _>>()?",
            read_inside(attr, "&attr?")
        ),
        (_, true, _) => format!(
            "attrs.all({c_name}).map(|attr| attrs.checked(({})(&attr?))).collect::<Result<_, _>>()?",
            reader(attr)
        ),
        (AttrKind::Nest(_) | AttrKind::Array(_), _, true) => {
            let nest = format!("&attrs.get({c_name}, {short:?}, |attr| Ok(*attr))?");
            format!("{}?", read_inside(attr, &nest))
        }
        (AttrKind::Nest(_) | AttrKind::Array(_), _, false) => format!(
            "attrs.find({c_name}, |attr| Ok(*attr))?.map(|attr| {}).transpose()?",
            read_inside(attr, "&attr")
        ),
        (_, _, true) => format!("attrs.get({c_name}, {short:?}, {})?", reader(attr)),
        (_, _, false) => format!("attrs.find({c_name}, {})?", reader(attr)),
    }
}

/// Returns the expression that reads what is in the attribute `nest`.
fn read_inside(attr: &Attr, nest: &str) -> String {
    match &attr.kind {
        AttrKind::Array(set) => format!(
            "attrs.items({nest}).map(|item| {}::read(&attrs.inside(&item?))).collect::<Result<Vec<_>, _>>()",
            nest_name(set, Side::Reply)
        ),
        kind => format!(
            "{}::read(&attrs.inside({nest}))",
            nest_name(kind.inside().unwrap_or_default(), Side::Reply)
        ),
    }
}

/// Returns the function that reads a value.
fn reader(attr: &Attr) -> String {
    match &attr.kind {
        AttrKind::String => "Attr::str".into(),
        AttrKind::Binary => "|attr| Ok(attr.value())".into(),
        AttrKind::Bitfield32 => "Bitfield32::read".into(),
        AttrKind::Number(Number {
            size: None,
            is_signed,
            ..
        }) => {
            let sign = if *is_signed { 'i' } else { 'u' };
            format!(
                "|attr: &Attr<'_>| match attr.array() {{\n\
                 Ok(four) => Ok({sign}32::from_ne_bytes(four).into()),\n\
                 Err(_) => attr.array().map({sign}64::from_ne_bytes),\n}}"
            )
        }
        AttrKind::Number(number) => match (number.rust_type().as_str(), number.is_big_endian) {
            (name @ ("u32" | "u64"), false) => format!("Attr::{name}"),
            (name, is_big) => {
                let order = if is_big { "be" } else { "ne" };
                format!("|attr: &Attr<'_>| attr.array().map({name}::from_{order}_bytes)")
            }
        },
        _ => unreachable!("flags and nests are read otherwise"),
    }
}

/// Returns the structs of nests, of requests and of answers, each once.
fn nests(family: &Family) -> String {
    let mut out = String::new();
    let mut names = BTreeSet::new();
    for message in &family.messages {
        for exchange in [&message.single, &message.dump].into_iter().flatten() {
            nests_inside(&exchange.request, Side::Request, &mut names, &mut out);
            let reply = exchange.reply.iter().flatten().cloned().collect::<Vec<_>>();
            nests_inside(&reply, Side::Reply, &mut names, &mut out);
        }
        if let Some(event) = &message.event {
            nests_inside(&event.attrs, Side::Reply, &mut names, &mut out);
        }
    }
    out
}

fn nests_inside(members: &[Member], side: Side, names: &mut BTreeSet<String>, out: &mut String) {
    for member in members {
        let Some(set) = member.attr.kind.inside() else {
            continue;
        };
        let name = nest_name(set, side);
        if !names.insert(name.clone()) {
            continue;
        }
        *out += &match side {
            Side::Request => {
                let about = format!("A nest of `{set}` in requests.");
                record(&about, &name, &member.inside, side)
                    + &format!(
                        "impl {name}{} {{{}}}\n\n",
                        elided(&member.inside, side),
                        put_method(&member.inside)
                    )
            }
            Side::Reply => {
                let about = format!("A nest of `{set}` in answers.");
                reply(&about, &name, &member.inside, None)
            }
        };
        nests_inside(&member.inside, side, names, out);
    }
}
