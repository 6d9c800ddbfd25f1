// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages as they are on the wire, header fields and attributes decoded.

use super::escape::Escaped;
use nlhello::netlink::{Ack, AttrFormat, AttrSpec, Datagram, Errno, Spec, Tap, EXT_ACK_ATTRS};
use nlhello::wire::{align, Attr, Attrs, Message, Messages, Nlmsghdr, NLMSG_DONE, NLMSG_MIN_TYPE};
use std::fmt;
use std::io::{self, Write};

/// Most bytes of a value that are shown.
const SHOWN: usize = 32;

const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// Writes every message to standard error.
pub struct Trace {
    spec: &'static Spec,
    color: bool,
}

impl Trace {
    /// Shows messages with the names that `spec` has for them.
    pub fn new(spec: &'static Spec, color: bool) -> Self {
        Self { spec, color }
    }

    fn print(&self, arrow: &str, datagram: &[u8]) {
        let mut text = Vec::new();
        // Neither a vector nor a trace that nobody can read is worth an error.
        let _ = self.datagram(&mut text, arrow, datagram);
        let _ = io::stderr().write_all(&text);
    }

    /// Writes the messages of `datagram` to `out`, each header behind `arrow`.
    pub fn datagram(&self, out: &mut dyn Write, arrow: &str, datagram: &[u8]) -> io::Result<()> {
        let mut start = 0;
        for message in Messages::new(datagram) {
            match message {
                Ok(message) => self.message(out, arrow, &message)?,
                Err(error) => writeln!(out, "{arrow} {error}: {}", Bytes(&datagram[start..]))?,
            }
            start += message.map_or(0, |message| align(message.bytes().len()));
        }
        Ok(())
    }

    fn message(&self, out: &mut dyn Write, arrow: &str, message: &Message<'_>) -> io::Result<()> {
        let header = HeaderLine(self.spec, message.header());
        match self.color {
            true => writeln!(out, "{BOLD}{arrow} {header}{RESET}")?,
            false => writeln!(out, "{arrow} {header}")?,
        }
        self.payload(out, message)
    }

    fn payload(&self, out: &mut dyn Write, message: &Message<'_>) -> io::Result<()> {
        let nlmsg_type = message.header().nlmsg_type;
        match self.spec.message(nlmsg_type) {
            Some(known) => write_attrs(out, message.attrs(known.header), known.attrs, 1),
            None if i32::from(nlmsg_type) == libc::NLMSG_ERROR => self.ack(out, message),
            None if is_end_of_dump(message.header()) => write_done(out, message),
            None => write_payload(out, message.payload()),
        }
    }

    fn ack(&self, out: &mut dyn Write, message: &Message<'_>) -> io::Result<()> {
        let Ok(ack) = Ack::from_message(message) else {
            return write_payload(out, message.payload());
        };
        write_errno(out, "nlmsgerr error", ack.errno)?;
        writeln!(out, "    {}", HeaderLine(self.spec, &ack.request))?;
        write_attrs(out, ack.attrs, EXT_ACK_ATTRS, 1)
    }
}

impl Tap for Trace {
    fn sent(&mut self, datagram: &[u8]) {
        self.print(">", datagram);
    }

    fn received(&mut self, datagram: Datagram<'_>) {
        match datagram.portid {
            0 => self.print("<", datagram.bytes),
            // Not the kernel: worth seeing, if not believing.
            portid => self.print(&format!("< (from port {portid})"), datagram.bytes),
        }
    }
}

/// Classic hello's answer is of this type as well, and its payload a text.
fn is_end_of_dump(header: &Nlmsghdr) -> bool {
    header.nlmsg_type == NLMSG_DONE && i32::from(header.nlmsg_flags) & libc::NLM_F_MULTI != 0
}

fn write_done(out: &mut dyn Write, message: &Message<'_>) -> io::Result<()> {
    let done = Ack::from_done(message);

    write_errno(out, "error", done.errno)?;
    write_attrs(out, done.attrs, EXT_ACK_ATTRS, 1)
}

fn write_errno(out: &mut dyn Write, name: &str, errno: i32) -> io::Result<()> {
    match errno {
        0 => writeln!(out, "    {name}=0"),
        errno => writeln!(out, "    {name}=-{errno}({})", Errno(errno)),
    }
}

/// Writes a line for each of `attrs`, those of nests below them; `depth` is how far inside they are.
fn write_attrs(
    out: &mut dyn Write,
    attrs: Attrs<'_>,
    known: &'static [AttrSpec],
    depth: usize,
) -> io::Result<()> {
    let beside = &attrs.clone();
    let (mut attrs, mut rest) = (attrs, beside.rest());
    while let Some(attr) = attrs.next() {
        write!(out, "{:1$}", "", 4 * depth)?;
        match attr {
            Ok(attr) => write_attr(
                out,
                &attr,
                AttrSpec::find(known, attr.kind()),
                beside,
                depth,
            )?,
            Err(error) => writeln!(out, "{error}: {}", Bytes(rest))?,
        }
        rest = attrs.rest();
    }
    Ok(())
}

fn write_attr(
    out: &mut dyn Write,
    attr: &Attr<'_>,
    known: Option<&AttrSpec>,
    beside: &Attrs<'_>,
    depth: usize,
) -> io::Result<()> {
    let (len, kind) = (attr.bytes().len(), attr.kind());
    let name = known.map_or("unknown", |known| known.name);
    write!(out, "nlattr len={len} type={name}({kind})")?;

    let nest = known.and_then(|known| known.format.nest(beside.clone()));
    if let Some((header, known)) = nest.filter(|(header, _)| *header <= attr.value().len()) {
        let (header, attrs) = attr.value().split_at(header);
        match header {
            [] => writeln!(out)?,
            header => writeln!(out, " {}", Bytes(header))?,
        }
        return write_attrs(out, Attrs::new(attrs), known, depth + 1);
    }
    match Value::read(attr, known.map(|known| known.format)) {
        Value::Text(text) => writeln!(out, " \"{}\"", Escaped(text)),
        Value::Number(number) => writeln!(out, " {number}"),
        Value::Bytes(bytes) => writeln!(out, " {}", Bytes(bytes)),
    }
}

/// The value of an attribute, as it is to be shown.
enum Value<'a> {
    Text(&'a [u8]),
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Reads it as `format` says; what is not of that format is bytes.
    fn read(attr: &Attr<'a>, format: Option<AttrFormat>) -> Self {
        let value = match format {
            Some(AttrFormat::String) => attr.str().map(Self::Text),
            Some(AttrFormat::U32) => attr.u32().map(|number| Self::Number(number.into())),
            Some(AttrFormat::U64) => attr.u64().map(Self::Number),
            _ => Ok(Self::Bytes(attr.value())),
        };

        value.unwrap_or(Self::Bytes(attr.value()))
    }
}

/// Shows a payload of no known kind: as text if it looks like that, like classic hello's.
fn write_payload(out: &mut dyn Write, payload: &[u8]) -> io::Result<()> {
    match payload {
        [] => Ok(()),
        [text @ .., 0] if text.is_ascii() => writeln!(out, "    \"{}\"", Escaped(text)),
        bytes => writeln!(out, "    {}", Bytes(bytes)),
    }
}

/// A header on a line.
struct HeaderLine<'a>(&'static Spec, &'a Nlmsghdr);

impl fmt::Display for HeaderLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(spec, header) = self;
        let Nlmsghdr {
            nlmsg_len,
            nlmsg_type,
            nlmsg_seq,
            nlmsg_pid,
            ..
        } = header;
        let name = type_name(spec, *nlmsg_type);
        let flags = Flags::new(spec, header);

        write!(f, "nlmsghdr len={nlmsg_len} type={name}({nlmsg_type}) ")?;
        write!(f, "flags={flags} seq={nlmsg_seq} pid={nlmsg_pid}")
    }
}

/// Returns the name of messages of this type; `unknown` if there is none.
pub fn type_name(spec: &'static Spec, nlmsg_type: u16) -> &'static str {
    match (spec.message(nlmsg_type), i32::from(nlmsg_type)) {
        (Some(known), _) => known.name,
        (None, libc::NLMSG_NOOP) => "NLMSG_NOOP",
        (None, libc::NLMSG_ERROR) => "NLMSG_ERROR",
        (None, libc::NLMSG_DONE) => "NLMSG_DONE",
        (None, libc::NLMSG_OVERRUN) => "NLMSG_OVERRUN",
        (None, _) => "unknown",
    }
}

/// The flags by name, what has none in hexadecimal.
///
/// The upper byte means something else in every kind of message: that of an `NLMSG_ERROR` or
/// `NLMSG_DONE` is the same in all protocols, and both bits of a request that asks for something
/// make it a dump.
struct Flags {
    flags: u16,
    upper: &'static [(i32, &'static str)],
}

const FLAGS: [(i32, &str); 6] = [
    (libc::NLM_F_REQUEST, "NLM_F_REQUEST"),
    (libc::NLM_F_MULTI, "NLM_F_MULTI"),
    (libc::NLM_F_ACK, "NLM_F_ACK"),
    (libc::NLM_F_ECHO, "NLM_F_ECHO"),
    (libc::NLM_F_DUMP_INTR, "NLM_F_DUMP_INTR"),
    (libc::NLM_F_DUMP_FILTERED, "NLM_F_DUMP_FILTERED"),
];

const CONTROL_FLAGS: [(i32, &str); 2] = [
    (libc::NLM_F_CAPPED, "NLM_F_CAPPED"),
    (libc::NLM_F_ACK_TLVS, "NLM_F_ACK_TLVS"),
];

const GET_FLAGS: [(i32, &str); 1] = [(libc::NLM_F_DUMP, "NLM_F_DUMP")];

impl Flags {
    fn new(spec: &Spec, header: &Nlmsghdr) -> Self {
        let is_request = i32::from(header.nlmsg_flags) & libc::NLM_F_REQUEST != 0;
        let is_get = |nlmsg_type| spec.message(nlmsg_type).is_some_and(|known| known.is_get);

        Self {
            flags: header.nlmsg_flags,
            upper: match header.nlmsg_type {
                0..NLMSG_MIN_TYPE => &CONTROL_FLAGS,
                nlmsg_type if is_request && is_get(nlmsg_type) => &GET_FLAGS,
                _ => &[],
            },
        }
    }

    fn known(&self) -> impl Iterator<Item = (i32, &'static str)> + '_ {
        FLAGS
            .iter()
            .chain(self.upper)
            .copied()
            .filter(|(flag, _)| i32::from(self.flags) & flag == *flag)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = i32::from(self.flags);
        let mut bar = "";
        for (flag, name) in self.known() {
            write!(f, "{bar}{name}")?;
            rest &= !flag;
            bar = "|";
        }
        match (rest, bar) {
            (0, "|") => Ok(()),
            (0, _) => f.write_str("0"),
            _ => write!(f, "{bar}{rest:#x}"),
        }
    }
}

/// Bytes in hexadecimal, the first few of them.
struct Bytes<'a>(&'a [u8]);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(SHOWN) {
            write!(f, "{byte:02x}")?;
        }
        match self.0.len() {
            0..=SHOWN => Ok(()),
            len => write!(f, "... ({len} bytes)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::hello::SPEC;
    use nlhello::rtnl::{
        self,
        change::{Kind, Link, Target, Verb},
    };
    use nlhello::wire::{put_attr, put_message, put_str};

    fn message(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_flags,
            nlmsg_seq: 1,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    fn traced(datagram: &[u8], color: bool) -> String {
        let mut out = Vec::new();
        Trace::new(&SPEC, color)
            .datagram(&mut out, ">", datagram)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_hello_is_shown_with_its_attributes() {
        let mut attrs = Vec::new();
        put_str(&mut attrs, 1, b"Hello\x1b").unwrap();
        put_attr(&mut attrs, 2, &[0xab; 40]).unwrap();
        put_attr(&mut attrs, 99, b"").unwrap();
        let bytes = "ab".repeat(32);

        assert_eq!(
            traced(&message(16, 1, &attrs), false),
            format!(
                "> nlmsghdr len=76 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST seq=1 pid=0\n    \
                 nlattr len=11 type=HELLO_A_TEXT(1) \"Hello\\x1b\"\n    \
                 nlattr len=44 type=HELLO_A_DATA(2) {bytes}... (40 bytes)\n    \
                 nlattr len=4 type=unknown(99) \n"
            )
        );
    }

    #[test]
    fn a_refusal_is_shown_with_its_request_and_the_kernels_words() {
        let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
        payload.extend(
            Nlmsghdr::from_bytes(&message(16, 5, b""))
                .unwrap()
                .to_bytes(),
        );
        put_str(&mut payload, 1, b"no").unwrap();
        put_attr(&mut payload, 2, &16u32.to_ne_bytes()).unwrap();

        assert_eq!(
            traced(&message(2, 0x300, &payload), false),
            "> nlmsghdr len=52 type=NLMSG_ERROR(2) flags=NLM_F_CAPPED|NLM_F_ACK_TLVS seq=1 pid=0\n    \
             nlmsgerr error=-22(EINVAL)\n    \
             nlmsghdr len=16 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST|NLM_F_ACK seq=1 pid=0\n    \
             nlattr len=7 type=NLMSGERR_ATTR_MSG(1) \"no\"\n    \
             nlattr len=8 type=NLMSGERR_ATTR_OFFS(2) 16\n"
        );
    }

    #[test]
    fn a_dump_is_shown_as_one_with_its_numbers_and_its_end() {
        let mut attrs = Vec::new();
        put_attr(&mut attrs, 4, &7u32.to_ne_bytes()).unwrap();
        put_attr(&mut attrs, 5, &(1u64 << 40).to_ne_bytes()).unwrap();
        put_attr(&mut attrs, 6, b"odd").unwrap();
        let messages = [
            message(17, 0x301, b""),
            message(17, 0x12, &attrs),
            message(3, 2, &[0; 4]),
        ];

        assert_eq!(
            traced(&messages.concat(), false),
            "> nlmsghdr len=16 type=HELLO_CMD_GET_PEER(17) flags=NLM_F_REQUEST|NLM_F_DUMP seq=1 pid=0\n\
             > nlmsghdr len=44 type=HELLO_CMD_GET_PEER(17) flags=NLM_F_MULTI|NLM_F_DUMP_INTR seq=1 pid=0\n    \
             nlattr len=8 type=HELLO_A_PORTID(4) 7\n    \
             nlattr len=12 type=HELLO_A_MESSAGES(5) 1099511627776\n    \
             nlattr len=7 type=HELLO_A_BYTES(6) 6f6464\n\
             > nlmsghdr len=20 type=NLMSG_DONE(3) flags=NLM_F_MULTI seq=1 pid=0\n    \
             error=0\n"
        );
    }

    #[test]
    fn the_end_of_a_dump_that_failed_is_shown_with_the_kernels_words() {
        let mut payload = (-libc::EIO).to_ne_bytes().to_vec();
        put_str(&mut payload, 1, b"no").unwrap();

        assert_eq!(
            traced(&message(3, 0x202, &payload), false),
            "> nlmsghdr len=28 type=NLMSG_DONE(3) flags=NLM_F_MULTI|NLM_F_ACK_TLVS seq=1 pid=0\n    \
             error=-5(EIO)\n    \
             nlattr len=7 type=NLMSGERR_ATTR_MSG(1) \"no\"\n"
        );
    }

    #[test]
    fn half_a_dump_flag_and_that_of_another_command_have_no_name() {
        for (nlmsg_type, flags, shown) in [(17, 0x101, "0x100"), (19, 0x301, "0x300")] {
            let line = traced(&message(nlmsg_type, flags, b""), false);
            let shown = format!("flags=NLM_F_REQUEST|{shown} ");
            assert!(line.contains(&shown), "{line}");
        }
    }

    #[test]
    fn classic_hello_is_shown_as_the_text_that_it_is() {
        assert_eq!(
            traced(&message(3, 0, b"Hello from kernel\0"), false),
            "> nlmsghdr len=34 type=NLMSG_DONE(3) flags=0 seq=1 pid=0\n    \
             \"Hello from kernel\"\n"
        );
    }

    #[test]
    fn the_attributes_of_a_nest_are_shown_below_it() {
        let kind = Kind::Veth { peer: Some(b"b") };
        let link = Link {
            kind: Some(kind),
            ..Link::new(Target::Name(b"a"))
        };
        let request = link.request(Verb::Add).unwrap();
        let mut out = Vec::new();
        Trace::new(&rtnl::SPEC, false)
            .datagram(&mut out, ">", request.bytes())
            .unwrap();

        let shown = String::from_utf8(out).unwrap();
        let (_, attrs) = shown.split_once('\n').unwrap();
        assert_eq!(
            attrs,
            "    nlattr len=6 type=IFLA_IFNAME(3) \"a\"\n    \
             nlattr len=48 type=IFLA_LINKINFO(18)\n        \
             nlattr len=9 type=IFLA_INFO_KIND(1) \"veth\"\n        \
             nlattr len=32 type=IFLA_INFO_DATA(2)\n            \
             nlattr len=28 type=VETH_INFO_PEER(1) 00000000000000000000000000000000\n                \
             nlattr len=6 type=IFLA_IFNAME(3) \"b\"\n"
        );
    }

    #[test]
    fn broken_bytes_are_named_not_hidden() {
        assert_eq!(
            traced(b"short", false),
            "> header is truncated: 73686f7274\n"
        );
        assert_eq!(
            traced(&message(16, 0x401, b"\x01\0\x01\0"), false),
            "> nlmsghdr len=20 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST|0x400 seq=1 pid=0\n    \
             length field does not fit the bytes: 01000100\n"
        );
    }

    #[test]
    fn color_is_used_only_when_asked_for() {
        let done = message(3, 0, b"");

        assert!(traced(&done, true).starts_with(BOLD));
        assert!(!traced(&done, false).contains('\x1b'));
    }
}
