// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of a capture that a replay leaves out.

use crate::netlink::{protocol_name, PROTOCOLS};
use std::fmt;

/// How many messages of a capture were not told, and why; all are 0 for a record of a monitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unemitted {
    /// Requests: what came of them is told.
    pub requests: u64,
    /// Objects in the answer to a request, which are known from then on.
    pub answers: u64,
    /// Errors, ACKs and ends of dumps.
    pub control: u64,
    /// Further copies of an event: there is one for each socket that listened.
    pub copies: u64,
    /// Messages of rtnetlink of kinds that a monitor does not tell of.
    pub others: u64,
    /// Messages that the capture has the beginning of, or that make no sense.
    pub broken: u64,
    /// Packets that are not of netlink.
    pub foreign: u64,
    /// Packets of other protocols, by number; the last one is for all that there cannot be.
    protocols: Protocols,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Protocols([u64; PROTOCOLS], u64);

impl Unemitted {
    /// Counts a packet of another protocol.
    pub fn count_protocol(&mut self, protocol: u16) {
        let Protocols(known, others) = &mut self.protocols;

        *known.get_mut(usize::from(protocol)).unwrap_or(others) += 1;
    }

    /// Says whether all was told.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `12 requests, 3 packets of generic`: what there is none of is left out.
impl fmt::Display for Unemitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Protocols(known, others) = &self.protocols;
        let of_protocol = |(protocol, count): (u16, &u64)| {
            let name = protocol_name(protocol).map_or(protocol.to_string(), str::to_owned);
            (*count, format!("packets of {name}"))
        };
        let messages = [
            (self.requests, "requests"),
            (self.answers, "objects in answers"),
            (self.control, "errors, ACKs and ends of dumps"),
            (self.copies, "copies of events"),
            (self.others, "messages of other kinds"),
            (self.broken, "messages that are cut off or broken"),
            (self.foreign, "packets that are not of netlink"),
            (*others, "packets of protocols that do not exist"),
        ]
        .map(|(count, what)| (count, what.to_owned()));
        let all = messages
            .into_iter()
            .chain((0..).zip(known).map(of_protocol));
        let some = all.filter(|(count, _)| *count > 0);
        let texts: Vec<_> = some
            .map(|(count, what)| format!("{count} {what}"))
            .collect();

        f.write_str(&texts.join(", "))
    }
}
