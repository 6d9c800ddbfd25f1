// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages as they are on the wire, decoded: header fields, attributes, and the values of both.
//!
//! [`Walk`] finds out what the bytes say and tells it to a [`Sink`], of which there are two: text
//! for people and JSON objects. [`Templates`] do without it for a message that is like an earlier one.
//! [`Decoder`] is all of it with what earlier messages said, for who has datagrams; [`Trace`] shows
//! those of a connection.

mod json;
mod leaf;
mod memory;
mod sink;
mod templates;
mod text;
mod value;
mod walk;

#[cfg(test)]
mod tests;

use super::buffer::Buffer;
use json::JsonSink;
use memory::Memory;
use nlhello::netlink::{Datagram, Spec, Tap};
use nlhello::wire::{self, Message, Messages, Nlmsghdr, NLMSG_HDRLEN};
use sink::Sink;
use std::io::{self, Stderr};
use templates::{SpanValue, TemplateKey, Templates};
use text::TextSink;
use walk::Walk;

/// How to show messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceForm {
    /// Text, a line a header and an attribute.
    Text,
    /// Text for a terminal: in color, the values below each other.
    Color,
    /// JSON, an object and a line a message.
    Json,
}

impl TraceForm {
    /// Returns the one for JSON or else for text, in color or not.
    pub fn new(json: bool, color: bool) -> Self {
        match (json, color) {
            (true, _) => Self::Json,
            (false, true) => Self::Color,
            (false, false) => Self::Text,
        }
    }
}

/// Where a datagram is from, as it is to be said with each of its messages.
#[derive(Clone, Copy, Debug)]
pub struct DatagramOrigin<'a> {
    /// Begins the first line of a message, in text.
    pub arrow: &'a str,
    /// Begins the object, in JSON: members, without a comma behind the last.
    pub members: &'a str,
}

/// Decodes datagrams, and learns from them the names of links and of families. What it learns is
/// true in one network namespace.
pub struct Decoder {
    form: TraceForm,
    memory: Memory,
    templates: Templates,
}

impl Decoder {
    /// Makes one that knows no link and no family yet.
    pub fn new(form: TraceForm) -> Self {
        Self {
            form,
            memory: Memory::default(),
            templates: Templates::default(),
        }
    }

    /// Writes to `out` the messages of `datagram`, which was sent over `protocol` (`NETLINK_*`).
    pub fn datagram(
        &mut self,
        out: &mut Buffer,
        protocol: i32,
        origin: DatagramOrigin<'_>,
        datagram: &[u8],
    ) -> io::Result<()> {
        let record = whole_record(protocol, datagram);
        let datagram = record.as_deref().unwrap_or(datagram);
        let mut messages = Messages::new(datagram);
        let mut rest = datagram;
        while let Some(message) = messages.next() {
            match message {
                Ok(message) => self.message(out, protocol, origin, &message)?,
                Err(error) => self.broken_message(out, origin, error, rest)?,
            }
            rest = messages.rest();
        }
        Ok(())
    }

    /// Writes to `out` a message of `protocol`.
    #[inline(always)]
    pub fn message(
        &mut self,
        out: &mut Buffer,
        protocol: i32,
        origin: DatagramOrigin<'_>,
        message: &Message<'_>,
    ) -> io::Result<()> {
        let text = out.text();
        self.memory.learn(protocol, message);
        match self.form {
            TraceForm::Json => self.push_json(text, protocol, origin.members, message),
            form => {
                let color = form == TraceForm::Color;
                self.push_text(text, protocol, (origin.arrow, color), message);
            }
        }
        out.spill()
    }

    #[inline(always)]
    fn push_text(
        &mut self,
        text: &mut Vec<u8>,
        protocol: i32,
        (arrow, color): (&str, bool),
        message: &Message<'_>,
    ) {
        TextSink::new(text, arrow, color).open_message();
        let is_shown = self.by_template(text, protocol, message, |text, value| {
            value.write(TextSink::new(text, arrow, color));
        });
        if !is_shown {
            self.decode(TextSink::new(text, arrow, color), protocol, message);
        }
    }

    fn push_json(
        &mut self,
        text: &mut Vec<u8>,
        protocol: i32,
        members: &str,
        message: &Message<'_>,
    ) {
        JsonSink::new(text, members).open_message();
        let is_shown = self.by_template(text, protocol, message, |text, value| {
            value.write(JsonSink::new(text, members));
        });
        if !is_shown {
            self.decode(JsonSink::new(text, members), protocol, message);
        }
    }

    /// Writes to `out` the `rest` of a datagram, which is no message.
    #[cold]
    fn broken_message(
        &mut self,
        out: &mut Buffer,
        origin: DatagramOrigin<'_>,
        error: wire::Error,
        rest: &[u8],
    ) -> io::Result<()> {
        let text = out.text();
        match self.form {
            TraceForm::Json => JsonSink::new(text, origin.members).broken_message(error, rest),
            form => TextSink::new(text, origin.arrow, form == TraceForm::Color)
                .broken_message(error, rest),
        }
        out.spill()
    }

    /// Learns what `message` says of names, without a word.
    pub fn learn(&mut self, protocol: i32, message: &Message<'_>) {
        self.memory.learn(protocol, message);
    }

    /// Returns the name that messages like this have in C.
    pub fn name(&self, protocol: i32, message: &Message<'_>) -> Option<&'static str> {
        walk::name(&self.memory, protocol, message)
    }

    /// Shows a message by a template; returns whether there is one.
    #[inline]
    fn by_template(
        &mut self,
        text: &mut Vec<u8>,
        protocol: i32,
        message: &Message<'_>,
        write: impl Fn(&mut Vec<u8>, SpanValue<'_>),
    ) -> bool {
        let key = TemplateKey::new(&self.memory, protocol, message);

        self.templates
            .show(text, &self.memory, &key, message.bytes(), write)
    }

    /// Tells of a message that has no template.
    #[cold]
    fn decode<S: Sink>(&mut self, mut sink: S, protocol: i32, message: &Message<'_>) {
        let key = TemplateKey::new(&self.memory, protocol, message);
        let start = sink.out().len();
        let spans = self.templates.begin(&key, message.bytes(), start);
        // Where a line goes on in the next one depends on how long values are.
        if self.form == TraceForm::Color {
            spans.stop();
        }
        let mut walk = Walk {
            sink: &mut sink,
            memory: &self.memory,
            spans,
            protocol,
        };
        walk.message(message);
        let text = &sink.out()[start..];
        self.templates
            .keep(&self.memory, &key, message.bytes(), text);
    }
}

/// Returns a datagram of the audit system with the length that it has, if it does not say that: in that of a
/// record for the audit daemon the kernel leaves out the header (`audit_log_end`).
#[inline]
fn whole_record(protocol: i32, datagram: &[u8]) -> Option<Vec<u8>> {
    if protocol != libc::NETLINK_AUDIT {
        return None;
    }
    let len = datagram.len() as u32;
    let header = Nlmsghdr::from_bytes(datagram)?;
    if header.nlmsg_len.checked_add(NLMSG_HDRLEN as u32) != Some(len) {
        return None;
    }
    let header = Nlmsghdr {
        nlmsg_len: len,
        ..header
    };
    Some([&header.to_bytes(), &datagram[NLMSG_HDRLEN..]].concat())
}

/// Writes every message to standard error.
pub struct Trace {
    out: Buffer<Stderr>,
    decoder: Decoder,
    protocol: i32,
}

impl Trace {
    /// Shows messages of the protocol that `spec` is about.
    pub fn new(spec: &'static Spec, form: TraceForm) -> Self {
        Self {
            out: Buffer::new(io::stderr()),
            decoder: Decoder::new(form),
            protocol: spec.protocol,
        }
    }

    fn print(&mut self, origin: DatagramOrigin<'_>, datagram: &[u8]) {
        let Self {
            out,
            decoder,
            protocol,
        } = self;
        let written = decoder.datagram(out, *protocol, origin, datagram);
        // A trace that nobody can read is not worth an error.
        let _ = written.and_then(|()| out.flush());
    }
}

impl Tap for Trace {
    fn sent(&mut self, datagram: &[u8]) {
        let (arrow, members) = (">", r#""direction":"sent""#);

        self.print(DatagramOrigin { arrow, members }, datagram);
    }

    fn received(&mut self, datagram: Datagram<'_>) {
        let (mut arrow, mut members) = ("<".to_owned(), r#""direction":"received""#.to_owned());
        // Not the kernel: worth seeing, if not believing.
        if datagram.portid != 0 {
            arrow += &format!(" (from port {})", datagram.portid);
            members += &format!(r#","portid":{}"#, datagram.portid);
        }
        let (arrow, members) = (&*arrow, &*members);
        self.print(DatagramOrigin { arrow, members }, datagram.bytes);
    }
}
