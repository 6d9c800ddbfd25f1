// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Peers and counters that the module keeps.

use super::fields::ReplyAttrs;
use super::spec::{
    BYTES, CLASSIC, DROPPED, EVICTED, HELLOS, LAST_NS, MESSAGES, PEERS, PORTID, REFUSED,
};
use crate::netlink::Error;

/// A peer that has said hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Port id of its socket; often, but not always, a process id.
    pub portid: u32,
    /// How many hellos it said.
    pub messages: u64,
    /// Payload of all of them, in bytes.
    pub bytes: u64,
    /// When it said the last one: nanoseconds since 1970, to the tick of the kernel's timer.
    pub last_ns: u64,
}

/// The counters of a network namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloStats {
    /// `HELLO_CMD_HELLO` messages that were answered.
    pub hellos: u64,
    /// Classic hellos that were answered.
    pub classic: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Broken headers, dropped with all behind them.
    pub dropped: u64,
    /// Peers that are remembered now.
    pub peers: u32,
    /// Peers that were forgotten to make room.
    pub evicted: u64,
}

impl Peer {
    pub(super) fn read(fields: &ReplyAttrs<'_>) -> Result<Self, Error> {
        Ok(Self {
            portid: fields.u32(PORTID)?,
            messages: fields.u64(MESSAGES)?,
            bytes: fields.u64(BYTES)?,
            last_ns: fields.u64(LAST_NS)?,
        })
    }
}

impl HelloStats {
    pub(super) fn read(fields: &ReplyAttrs<'_>) -> Result<Self, Error> {
        Ok(Self {
            hellos: fields.u64(HELLOS)?,
            classic: fields.u64(CLASSIC)?,
            refused: fields.u64(REFUSED)?,
            dropped: fields.u64(DROPPED)?,
            peers: fields.u32(PEERS)?,
            evicted: fields.u64(EVICTED)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::{GET_PEER, GET_STATS};
    use super::*;
    use crate::wire::Message;

    /// An entry of a dump, as the module sent it.
    const PEER: [u8; 60] = [
        60, 0, 0, 0, 17, 0, 2, 0, 1, 0, 0, 0, 0x39, 5, 0, 0, // nlmsghdr: HELLO_CMD_GET_PEER
        8, 0, 4, 0, 0x38, 5, 0, 0, // HELLO_A_PORTID: 1336
        12, 0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0, // HELLO_A_MESSAGES: 3
        12, 0, 6, 0, 36, 0, 0, 0, 0, 0, 0, 0, // HELLO_A_BYTES: 36
        12, 0, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, // HELLO_A_LAST_NS: 1 << 32
    ];

    fn peer(bytes: &[u8]) -> Result<Peer, Error> {
        let message = Message::from_bytes(bytes).unwrap();
        Peer::read(&ReplyAttrs::new("list peers", GET_PEER, &message)?)
    }

    #[test]
    fn a_peer_is_read() {
        let Peer {
            portid,
            messages,
            bytes,
            last_ns,
        } = peer(&PEER).unwrap();

        assert_eq!((portid, messages, bytes, last_ns), (1336, 3, 36, 1 << 32));
    }

    #[test]
    fn a_peer_without_an_attribute_is_malformed_and_says_which() {
        let mut cut = PEER[..48].to_vec();
        cut[0] = 48;

        let error = peer(&cut).unwrap_err().to_string();
        assert_eq!(
            error,
            "list peers: malformed reply: it has no LAST_NS (EBADMSG)"
        );
    }

    #[test]
    fn a_number_of_another_size_or_type_is_malformed() {
        let mut short = PEER;
        short[26] = 5;
        short[18] = 5;
        assert!(peer(&short).is_err());

        let message = Message::from_bytes(&PEER).unwrap();
        assert!(ReplyAttrs::new("get statistics", GET_STATS, &message).is_err());
    }
}
