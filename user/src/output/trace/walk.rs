// SPDX-License-Identifier: Apache-2.0 OR MIT

//! From the bytes of a datagram to what they say.

use super::leaf::trimmed;
use super::memory::Memory;
use super::sink::{Flags, Sink, TypeName, CONTROL_FLAGS, DEL_FLAGS, GET_FLAGS, NEW_FLAGS};
use super::templates::Spans;
use super::value::Values;
use nlhello::hello;
use nlhello::names::{
    self, uapi, AttrRow, AttrSet, FamilyInfo, Name, Number, Operation, Struct, ValueFormat,
    GENLMSGHDR, GENL_ID_CTRL,
};
use nlhello::netlink::Ack;
use nlhello::wire::{
    align, Attr, Attrs, Message, Nlmsghdr, NLMSG_DONE, NLMSG_ERROR, NLMSG_HDRLEN, NLMSG_MIN_TYPE,
    NLM_F_MULTI, NLM_F_REQUEST,
};

/// Deepest nest that is looked into: the kernel's own policies end at 10.
const DEPTH: usize = 16;

/// `struct nduseroptmsg` says how long the options are that follow it, before the attributes.
const NDUSEROPTMSG: &str = "nduseroptmsg";

/// Tells of the messages of one protocol.
pub struct Walk<'a, S> {
    /// Takes what is told.
    pub sink: &'a mut S,
    /// Facts from earlier messages.
    pub memory: &'a Memory,
    /// Takes note of the values.
    pub spans: &'a mut Spans,
    /// `NETLINK_*`.
    pub protocol: i32,
}

impl<S: Sink> Walk<'_, S> {
    /// Tells of `message`.
    pub fn message(&mut self, message: &Message<'_>) {
        let header = message.header();
        let known = self.nlmsghdr(message.bytes(), header, message.payload());
        match (header.nlmsg_type, known) {
            (_, Some(known)) => self.known(message, &known),
            (NLMSG_ERROR, _) => self.ack(message),
            (NLMSG_DONE, _) if header.nlmsg_flags & NLM_F_MULTI != 0 => self.done(message),
            _ => self.payload(message.payload()),
        }
        self.sink.close_message();
    }

    /// Tells the `header` at the start of `bytes`; returns what is known of messages with it and this `payload`.
    fn nlmsghdr(
        &mut self,
        bytes: &[u8],
        header: &Nlmsghdr,
        payload: &[u8],
    ) -> Option<names::MessageInfo> {
        let known = find(self.memory, self.protocol, header, payload);
        let name = type_name(
            self.memory,
            self.protocol,
            header.nlmsg_type,
            known.as_ref(),
        );
        let texts = self
            .sink
            .nlmsghdr(header, name, flags_of(header, known.as_ref()));
        for (value, text) in bytes[8..NLMSG_HDRLEN].chunks(4).zip(texts) {
            let format = (ValueFormat::Number(Number::default()), 0);
            self.spans.note(value, text, format, false);
        }
        known
    }

    fn known(&mut self, message: &Message<'_>, known: &names::MessageInfo) {
        let payload = message.payload();
        if known.is_opaque() {
            return self.payload(payload);
        }
        if self.protocol == libc::NETLINK_GENERIC {
            self.genlmsghdr(payload, Some(known.name));
        }
        let row = AttrRow {
            bytes: payload.get(align(known.header_size)..).unwrap_or_default(),
            set: known.attrs,
            family: self.address_family(known, payload),
            ip_protocol: match self.protocol {
                libc::NETLINK_SOCK_DIAG => self.memory.ip_protocol(message.header().nlmsg_seq),
                _ => None,
            },
            outer: None,
        };
        let Some(header) = known.header else {
            self.attrs(&row, DEPTH);
            return;
        };
        let start = known.header_size - header.size();
        let bytes = payload.get(start..).unwrap_or_default();
        self.header_and_attrs(header, bytes, &row);
    }

    /// Tells the fixed header at the start of `bytes`, and the attributes behind it.
    fn header_and_attrs(&mut self, header: Struct, bytes: &[u8], row: &AttrRow<'_>) {
        let len = match header.is_open() {
            true => bytes.len(),
            false => bytes.len().min(header.size()),
        };
        self.header(header, &bytes[..len], row.family);
        if header.is_open() {
            return;
        }
        let attrs = match header.name() {
            NDUSEROPTMSG => self.options(bytes, row.bytes),
            _ => row.bytes,
        };
        let row = AttrRow {
            bytes: attrs,
            ..*row
        };
        self.attrs(&row, DEPTH);
    }

    /// Returns the family of the addresses in a message, `AF_*`: it is the first byte, but in XFRM, whose
    /// headers have it in the middle.
    fn address_family(&self, known: &names::MessageInfo, payload: &[u8]) -> u8 {
        match (self.protocol, known.header) {
            // The first byte is the command there.
            (libc::NETLINK_GENERIC, _) => 0,
            (libc::NETLINK_XFRM, Some(header)) => header.family(payload).unwrap_or_default(),
            (libc::NETLINK_XFRM, None) => 0,
            _ => payload.first().copied().unwrap_or_default(),
        }
    }

    fn genlmsghdr(&mut self, payload: &[u8], command: Option<&'static str>) {
        let [number, version, ..] = *payload else {
            return;
        };
        self.sink.open_header("genlmsghdr");
        self.sink.field("cmd");
        match command {
            Some(rest) => self.sink.word(Name { prefix: "", rest }, number.into()),
            None => self.sink.unsigned(number.into()),
        }
        self.sink.field("version");
        self.sink.unsigned(version.into());
        self.sink.close_header();
    }

    fn header(&mut self, header: Struct, bytes: &[u8], family: u8) {
        self.sink.open_header(header.name());
        self.values(family).fields(header, bytes, 4);
        self.sink.close_header();
    }

    /// Tells the options of a router advertisement as they came; returns what is behind them.
    fn options<'m>(&mut self, payload: &[u8], rest: &'m [u8]) -> &'m [u8] {
        let len = payload.get(2..).and_then(|rest| rest.first_chunk());
        let len = len.map_or(0, |len| usize::from(u16::from_ne_bytes(*len)));
        let (options, _) = rest.split_at(len.min(rest.len()));
        self.spans.stop();

        self.sink.payload(options);
        rest.get(align(len)..).unwrap_or_default()
    }

    fn ack(&mut self, message: &Message<'_>) {
        let Ok(ack) = Ack::from_message(message) else {
            return self.payload(message.payload());
        };
        // The copy of the request begins with the header; the rest of it is there if it was refused.
        let copy = message.payload().get(4..).unwrap_or_default();
        let payload = copy.get(NLMSG_HDRLEN..).unwrap_or_default();
        self.sink.open_errno(ack.errno, true);
        self.nlmsghdr(copy, &ack.request, payload);
        self.sink.close_errno();
        self.ext_ack(ack.attrs.rest());
    }

    fn done(&mut self, message: &Message<'_>) {
        let done = Ack::from_done(message);

        self.sink.open_errno(done.errno, false);
        self.sink.close_errno();
        self.ext_ack(done.attrs.rest());
    }

    fn ext_ack(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let row = AttrRow {
            bytes,
            set: names::ext_ack(),
            family: 0,
            ip_protocol: None,
            outer: None,
        };
        self.attrs(&row, DEPTH);
    }

    /// Tells of the payload of a message that is not known, or is neither a header nor attributes; in
    /// generic netlink it has both all the same, and what the audit system says is text.
    fn payload(&mut self, payload: &[u8]) {
        match payload.split_at_checked(GENLMSGHDR) {
            Some((_, bytes)) if self.protocol == libc::NETLINK_GENERIC => {
                self.genlmsghdr(payload, None);
                let row = AttrRow {
                    bytes,
                    set: AttrSet::EMPTY,
                    family: 0,
                    ip_protocol: None,
                    outer: None,
                };
                self.attrs(&row, DEPTH);
            }
            _ if payload.is_empty() => {}
            _ if self.protocol == libc::NETLINK_AUDIT => self.sink.message_text(trimmed(payload)),
            _ => match payload {
                [text @ .., 0] if text.is_ascii() => self.sink.message_text(text),
                bytes => self.sink.payload(bytes),
            },
        }
    }

    /// Tells of the attributes in `row`; returns what they need of the rows around it.
    fn attrs(&mut self, row: &AttrRow<'_>, depth: usize) -> Needs {
        let needs = self.each_attr(row.bytes, |walk, attr| walk.attr(row, attr, depth));
        if needs > 0 {
            self.spans.fix_attrs(row.bytes);
        }
        needs.saturating_sub(1)
    }

    /// Tells of attributes, each by `visit`; returns what all of them need.
    fn each_attr(
        &mut self,
        bytes: &[u8],
        mut visit: impl FnMut(&mut Self, &Attr<'_>) -> Needs,
    ) -> Needs {
        self.sink.open_attrs();
        let mut needs = 0;
        let mut attrs = Attrs::new(bytes);
        let mut rest = bytes;
        while let Some(attr) = attrs.next() {
            match attr {
                Ok(attr) => needs = needs.max(visit(self, &attr)),
                Err(error) => self.sink.broken_attr(error, rest),
            }
            rest = attrs.rest();
        }
        self.sink.close_attrs();
        needs
    }

    fn attr(&mut self, row: &AttrRow<'_>, attr: &Attr<'_>, depth: usize) -> Needs {
        let known = row.set.find(attr.kind());
        let len = attr.bytes().len();
        self.sink
            .open_attr(len, attr.kind(), known.map(|known| known.name));
        let format = known.map_or(ValueFormat::Binary, |known| known.format);
        let chosen = self.chosen(row, attr, format);
        let needs = self.inside(row, attr.value(), chosen, depth);
        self.sink.close_attr();
        needs.max(needs_of(format))
    }

    /// Returns what the value of `attr` is.
    fn chosen(&mut self, row: &AttrRow<'_>, attr: &Attr<'_>, format: ValueFormat) -> ValueFormat {
        if is_peer(row, attr) {
            return NUMBER;
        }
        if matches!(format, ValueFormat::ByProtocol(_)) {
            self.spans.stop();
        }
        row.chosen(format).unwrap_or(format)
    }

    /// Tells what is in an attribute of `row`.
    fn inside(
        &mut self,
        row: &AttrRow<'_>,
        value: &[u8],
        format: ValueFormat,
        depth: usize,
    ) -> Needs {
        let family = row.family;
        match format {
            ValueFormat::Nest(..)
            | ValueFormat::Nests(..)
            | ValueFormat::Message(..)
            | ValueFormat::Nexthops(..)
            | ValueFormat::List(_)
            | ValueFormat::Addresses
                if depth == 0 =>
            {
                self.sink.raw_value(value);
                0
            }
            ValueFormat::Nest(header, _) if header > value.len() => {
                self.sink.raw_value(value);
                0
            }
            ValueFormat::Nest(header, set) => {
                let (header, bytes) = value.split_at(header);
                if !header.is_empty() {
                    self.sink.raw_value(header);
                }
                self.nest(row, bytes, set, depth)
            }
            ValueFormat::Nests(levels @ 2.., set) => {
                self.counted(row, value, depth, ValueFormat::Nests(levels - 1, set))
            }
            ValueFormat::Nests(_, set) => {
                self.counted(row, value, depth, ValueFormat::Nest(0, set))
            }
            ValueFormat::List(number) => {
                self.counted(row, value, depth, ValueFormat::Number(number))
            }
            ValueFormat::Addresses => self.counted(row, value, depth, ValueFormat::Ip),
            ValueFormat::Message(header, set) => {
                let size = header.size();
                self.header(header, &value[..size.min(value.len())], family);
                let bytes = value.get(align(size)..).unwrap_or_default();
                self.nest(row, bytes, set, depth)
            }
            ValueFormat::Nexthops(header, set) => self.nexthops(row, value, header, set, depth),
            format => {
                self.values(family).attr(format, value);
                0
            }
        }
    }

    fn nest(&mut self, outer: &AttrRow<'_>, bytes: &[u8], set: AttrSet, depth: usize) -> Needs {
        let row = AttrRow {
            bytes,
            set,
            family: outer.family,
            ip_protocol: outer.ip_protocol,
            outer: Some(outer),
        };

        self.attrs(&row, depth - 1)
    }

    /// Tells of attributes whose types only count; `format` is that of each.
    fn counted(
        &mut self,
        outer: &AttrRow<'_>,
        bytes: &[u8],
        depth: usize,
        format: ValueFormat,
    ) -> Needs {
        self.each_attr(bytes, |walk, attr| {
            walk.sink
                .open_attr(attr.bytes().len(), attr.kind(), Some(COUNTED));
            let needs = walk.inside(outer, attr.value(), format, depth - 1);
            walk.sink.close_attr();
            needs
        })
    }

    /// Tells of rows that begin with their length (`struct rtnexthop`).
    fn nexthops(
        &mut self,
        outer: &AttrRow<'_>,
        value: &[u8],
        header: Struct,
        set: AttrSet,
        depth: usize,
    ) -> Needs {
        let size = header.size();
        let mut needs = 0;
        let mut rest = value;
        self.sink.open_attrs();
        while !rest.is_empty() {
            let len = rest
                .first_chunk()
                .map_or(0, |len| u16::from_ne_bytes(*len).into());
            let Some(row) = rest.get(..len).filter(|row| row.len() >= size) else {
                self.sink.broken_attr(nlhello::wire::Error::BadLength, rest);
                break;
            };
            let (fields, attrs) = row.split_at(size);
            self.sink.open_element();
            self.header(header, fields, outer.family);
            self.spans.fix(&row[..2]);
            needs = needs.max(self.nest(outer, attrs, set, depth));
            self.sink.close_attr();
            rest = rest.get(align(len)..).unwrap_or_default();
        }
        self.sink.close_attrs();
        needs
    }

    fn values(&mut self, family: u8) -> Values<'_, S> {
        Values {
            sink: self.sink,
            memory: self.memory,
            family,
            spans: self.spans,
        }
    }
}

/// How many of the rows of attributes around something choose what it is.
type Needs = u8;

/// Returns what it needs to know which format an attribute has.
fn needs_of(format: ValueFormat) -> Needs {
    match format {
        ValueFormat::Select(_, false, _) => 1,
        ValueFormat::Select(_, true, _) => 2,
        _ => 0,
    }
}

/// Name of an attribute whose type only counts.
const COUNTED: Name = Name {
    prefix: "",
    rest: "",
};

/// Attributes with the index of a link, by what their names begin with and their type, and the type of the one
/// beside it that says that the link is in another network namespace.
const PEERS: [(&str, u16, u16); 2] = [
    ("IFLA_", uapi::IFLA_LINK, uapi::IFLA_LINK_NETNSID),
    ("NDA_", uapi::NDA_IFINDEX, uapi::NDA_LINK_NETNSID),
];

/// The index of a link that has no name here.
const NUMBER: ValueFormat = ValueFormat::Number(Number {
    size: 4,
    is_big_endian: false,
    is_signed: true,
    is_hex: false,
    words: None,
});

/// Says whether `attr` of `row` is the index of a link in another network namespace.
#[inline]
fn is_peer(row: &AttrRow<'_>, attr: &Attr<'_>) -> bool {
    let is_it = |(prefix, nla_type, _): &&(&str, u16, u16)| {
        *nla_type == attr.kind() && row.set.prefix() == *prefix
    };
    PEERS.iter().find(is_it).is_some_and(|(.., netnsid)| {
        row.attrs()
            .flatten()
            .any(|beside| beside.kind() == *netnsid)
    })
}

/// Returns what is known of a message that begins so.
pub fn find(
    memory: &Memory,
    protocol: i32,
    header: &Nlmsghdr,
    payload: &[u8],
) -> Option<names::MessageInfo> {
    let nlmsg_type = header.nlmsg_type;
    if nlmsg_type < NLMSG_MIN_TYPE {
        return None;
    }
    if protocol == hello::SPEC.protocol {
        return hello::SPEC.listed(nlmsg_type);
    }
    let flags = header.nlmsg_flags;
    if protocol == libc::NETLINK_GENERIC {
        let command = (*payload.first()?).into();
        let family = match nlmsg_type {
            GENL_ID_CTRL => FamilyInfo::of_name(b"nlctrl"),
            _ => {
                let known = memory.family(nlmsg_type)?;
                if *known.name == *hello::GENL_NAME.as_bytes() {
                    let listed = hello::GENL_SPEC.listed(command);
                    return listed.map(names::MessageInfo::in_generic);
                }
                known.family
            }
        };
        return family?.message(command, flags, payload);
    }

    FamilyInfo::of_protocol(protocol)?.message(nlmsg_type, flags, payload)
}

/// Returns the name that messages like this have in C; in generic netlink, that of the command.
pub fn name(memory: &Memory, protocol: i32, message: &Message<'_>) -> Option<&'static str> {
    match message.header().nlmsg_type {
        nlmsg_type @ 0..NLMSG_MIN_TYPE => names::control(nlmsg_type),
        _ => find(memory, protocol, message.header(), message.payload()).map(|known| known.name),
    }
}

/// Returns the name of messages of type `nlmsg_type`, those of generic netlink being of a family.
pub fn type_name<'m>(
    memory: &'m Memory,
    protocol: i32,
    nlmsg_type: u16,
    known: Option<&names::MessageInfo>,
) -> TypeName<'m> {
    let name = match (protocol, nlmsg_type) {
        (_, 0..NLMSG_MIN_TYPE) => names::control(nlmsg_type),
        (libc::NETLINK_GENERIC, GENL_ID_CTRL) => Some("nlctrl"),
        (libc::NETLINK_GENERIC, _) => {
            let known = memory.family(nlmsg_type);
            return known.map_or(TypeName::Unknown, |known| TypeName::Family(&known.name));
        }
        _ => known.map(|known| known.name),
    };

    name.map_or(TypeName::Unknown, TypeName::Known)
}

/// Returns the flags of a message, of which so much is known.
pub fn flags_of(header: &Nlmsghdr, known: Option<&names::MessageInfo>) -> Flags {
    let is_request = header.nlmsg_flags & NLM_F_REQUEST != 0;
    let upper = match (header.nlmsg_type, known.map(|known| known.verb)) {
        (0..NLMSG_MIN_TYPE, _) => CONTROL_FLAGS,
        (_, Some(Operation::Get)) if is_request => GET_FLAGS,
        // An event may tell how it was asked for.
        (_, Some(Operation::New)) => NEW_FLAGS,
        (_, Some(Operation::Del)) => DEL_FLAGS,
        _ => &[],
    };

    Flags {
        bits: header.nlmsg_flags,
        upper,
    }
}
