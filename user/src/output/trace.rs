// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages as they are on the wire, decoded: header fields, attributes, and the values of both.
//!
//! [`Walk`] finds out what the bytes say and tells it to a [`Sink`], of which there are two: text
//! for people and JSON objects. [`Decoder`] is both with what earlier messages said, for who has
//! datagrams; [`Trace`] shows those of a connection.

mod json;
mod memory;
mod sink;
mod text;
mod value;
mod walk;

#[cfg(test)]
mod tests;

use json::Json;
use memory::Memory;
use nlhello::netlink::{Datagram, Spec, Tap};
use nlhello::wire::{align, Message, Messages};
use sink::Sink;
use std::io::{self, Write};
use text::Text;
use walk::Walk;

/// How to show messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text, a line a header and an attribute.
    Text,
    /// Text for a terminal: in color, the values below each other.
    Color,
    /// JSON, an object and a line a message.
    Json,
}

/// Where a datagram is from, as it is to be said with each of its messages.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Begins the first line of a message, in text.
    pub arrow: &'a str,
    /// Begins the object, in JSON: members, without a comma behind the last.
    pub members: &'a str,
}

/// Decodes datagrams, and learns from them the names of links and of families. What it learns is
/// true in one network namespace.
pub struct Decoder {
    form: Form,
    memory: Memory,
    /// What is written next; kept for its room.
    out: Vec<u8>,
}

impl Decoder {
    /// Makes one that knows no link and no family yet.
    pub fn new(form: Form) -> Self {
        Self {
            form,
            memory: Memory::default(),
            out: Vec::new(),
        }
    }

    /// Writes to `out`, at once, the messages of `datagram`, which was sent over `protocol`
    /// (`NETLINK_*`).
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn datagram(
        &mut self,
        out: &mut dyn Write,
        protocol: i32,
        origin: Origin<'_>,
        datagram: &[u8],
    ) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.out);
        text.clear();
        match self.form {
            Form::Json => self.tell(
                &mut Json::new(&mut text, origin.members),
                protocol,
                datagram,
            ),
            form => {
                let is_colored = form == Form::Color;
                self.tell(
                    &mut Text::new(&mut text, origin.arrow, is_colored),
                    protocol,
                    datagram,
                );
            }
        }
        let result = out.write_all(&text);

        self.out = text;
        result
    }

    /// Learns what `message` says of names, without a word.
    pub fn learn(&mut self, protocol: i32, message: &Message<'_>) {
        self.memory.learn(protocol, message);
    }

    /// Returns the name that messages like this have in C.
    pub fn name(&self, protocol: i32, message: &Message<'_>) -> Option<&'static str> {
        walk::name(&self.memory, protocol, message)
    }

    fn tell<S: Sink>(&mut self, sink: &mut S, protocol: i32, datagram: &[u8]) {
        let mut start = 0;
        for message in Messages::new(datagram) {
            match message {
                Ok(message) => {
                    self.memory.learn(protocol, &message);
                    let mut walk = Walk {
                        sink: &mut *sink,
                        memory: &self.memory,
                        protocol,
                    };
                    walk.message(&message);
                    start += align(message.bytes().len());
                }
                Err(error) => {
                    sink.broken_message(error, datagram.get(start..).unwrap_or_default());
                }
            }
        }
    }
}

/// Writes every message to standard error.
pub struct Trace {
    decoder: Decoder,
    protocol: i32,
}

impl Trace {
    /// Shows messages of the protocol that `spec` is about.
    pub fn new(spec: &'static Spec, form: Form) -> Self {
        Self {
            decoder: Decoder::new(form),
            protocol: spec.protocol,
        }
    }

    fn print(&mut self, origin: Origin<'_>, datagram: &[u8]) {
        // A trace that nobody can read is not worth an error.
        let _ = self
            .decoder
            .datagram(&mut io::stderr(), self.protocol, origin, datagram);
    }
}

impl Tap for Trace {
    fn sent(&mut self, datagram: &[u8]) {
        let origin = Origin {
            arrow: ">",
            members: "\"direction\":\"sent\"",
        };

        self.print(origin, datagram);
    }

    fn received(&mut self, datagram: Datagram<'_>) {
        let (arrow, members);
        let origin = match datagram.portid {
            0 => Origin {
                arrow: "<",
                members: "\"direction\":\"received\"",
            },
            // Not the kernel: worth seeing, if not believing.
            portid => {
                arrow = format!("< (from port {portid})");
                members = format!("\"direction\":\"received\",\"portid\":{portid}");
                Origin {
                    arrow: &arrow,
                    members: &members,
                }
            }
        };

        self.print(origin, datagram.bytes);
    }
}
