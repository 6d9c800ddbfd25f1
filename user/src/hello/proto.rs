// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The messages of nlhello, made of `uapi/hello.yaml` by `make spec`.

use crate::netlink::{
    AttrFormat, AttrSpec, DumpRequest, Error, MessageSpec, ReplyAttrs, Request, RequestAttrs,
};
use crate::uapi::*;
use crate::wire::{Attr, Message};

/// The messages by the names that they have in C.
pub(super) static MESSAGES: &[MessageSpec] = &[
    MessageSpec {
        nlmsg_type: HELLO_CMD_HELLO,
        name: "HELLO_CMD_HELLO",
        header: 0,
        is_get: false,
        attr_prefix: "HELLO_A_",
        attrs: HELLO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: HELLO_CMD_GET_PEER,
        name: "HELLO_CMD_GET_PEER",
        header: 0,
        is_get: true,
        attr_prefix: "HELLO_A_",
        attrs: HELLO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: HELLO_CMD_GET_STATS,
        name: "HELLO_CMD_GET_STATS",
        header: 0,
        is_get: false,
        attr_prefix: "HELLO_A_",
        attrs: HELLO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: HELLO_CMD_SET_GREETING,
        name: "HELLO_CMD_SET_GREETING",
        header: 0,
        is_get: false,
        attr_prefix: "HELLO_A_",
        attrs: HELLO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: HELLO_CMD_HELLO_NTF,
        name: "HELLO_CMD_HELLO_NTF",
        header: 0,
        is_get: false,
        attr_prefix: "HELLO_A_",
        attrs: HELLO_ATTRS,
    },
];

/// The attributes of `hello` by the names that they have in C.
static HELLO_ATTRS: &[AttrSpec] = &[
    attr(HELLO_A_TEXT, "HELLO_A_TEXT", AttrFormat::String),
    attr(HELLO_A_DATA, "HELLO_A_DATA", AttrFormat::Bytes),
    attr(HELLO_A_GREETING, "HELLO_A_GREETING", AttrFormat::String),
    attr(HELLO_A_PORTID, "HELLO_A_PORTID", AttrFormat::U32),
    attr(HELLO_A_MESSAGES, "HELLO_A_MESSAGES", AttrFormat::U64),
    attr(HELLO_A_BYTES, "HELLO_A_BYTES", AttrFormat::U64),
    attr(HELLO_A_LAST_NS, "HELLO_A_LAST_NS", AttrFormat::U64),
    attr(HELLO_A_HELLOS, "HELLO_A_HELLOS", AttrFormat::U64),
    attr(HELLO_A_CLASSIC, "HELLO_A_CLASSIC", AttrFormat::U64),
    attr(HELLO_A_REFUSED, "HELLO_A_REFUSED", AttrFormat::U64),
    attr(HELLO_A_DROPPED, "HELLO_A_DROPPED", AttrFormat::U64),
    attr(HELLO_A_PEERS, "HELLO_A_PEERS", AttrFormat::U32),
    attr(HELLO_A_EVICTED, "HELLO_A_EVICTED", AttrFormat::U64),
];

const fn attr(nla_type: u16, name: &'static str, format: AttrFormat) -> AttrSpec {
    AttrSpec {
        nla_type,
        name,
        format,
    }
}

/// `HELLO_CMD_HELLO`: says hello. The answer brings the data back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HelloRequest<'a> {
    /// Text of the client, without its NUL.
    pub text: Option<&'a [u8]>,
    /// Bytes, sent back as they came.
    pub data: Option<&'a [u8]>,
}

impl HelloRequest<'_> {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = RequestAttrs::new(op);
        self.put(&mut attrs)?;

        Request::new(op, HELLO_CMD_HELLO, attrs.into_bytes())
    }

    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        if let Some(text) = self.text {
            attrs.put_str(HELLO_A_TEXT, "TEXT", NLHELLO_TEXT_MAX, text)?;
        }
        if let Some(data) = self.data {
            attrs.put(HELLO_A_DATA, "DATA", NLHELLO_DATA_MAX, data)?;
        }
        Ok(())
    }
}

/// The answer to a `HELLO_CMD_HELLO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloReply<'a> {
    /// Greeting of the kernel, without its NUL.
    pub greeting: &'a [u8],
    /// Bytes, sent back as they came.
    pub data: Option<&'a [u8]>,
}

impl<'a> HelloReply<'a> {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'a>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, HELLO_CMD_HELLO, message)?;

        Ok(Self {
            greeting: attrs.get(HELLO_A_GREETING, "GREETING", Attr::str)?,
            data: attrs.find(HELLO_A_DATA, |attr| Ok(attr.value()))?,
        })
    }
}

/// `HELLO_CMD_GET_PEER`: asks who has said hello: the peer of this portid, which is required, or,
/// as a dump, all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetPeerRequest {
    /// Port id of a peer.
    pub portid: u32,
}

impl GetPeerRequest {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = RequestAttrs::new(op);
        self.put(&mut attrs)?;

        Request::new(op, HELLO_CMD_GET_PEER, attrs.into_bytes())
    }

    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        attrs.put(HELLO_A_PORTID, "PORTID", 4, &self.portid.to_ne_bytes())?;
        Ok(())
    }
}

/// `HELLO_CMD_GET_PEER` with `NLM_F_DUMP`: asks who has said hello: the peer of this portid, which
/// is required, or, as a dump, all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetPeerDumpRequest;

impl GetPeerDumpRequest {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<DumpRequest, Error> {
        Request::dump(op, HELLO_CMD_GET_PEER, Vec::new())
    }
}

/// The answer to a `HELLO_CMD_GET_PEER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetPeerReply {
    /// Port id of a peer.
    pub portid: u32,
    /// Hellos of a peer.
    pub messages: u64,
    /// Payload of all hellos of a peer, in bytes.
    pub bytes: u64,
    /// Time of the last hello, CLOCK_REALTIME in nanoseconds, to the tick of the kernel's timer (1
    /// to 10 ms), the same until the clock is set.
    pub last_ns: u64,
}

impl GetPeerReply {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'_>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, HELLO_CMD_GET_PEER, message)?;

        Ok(Self {
            portid: attrs.get(HELLO_A_PORTID, "PORTID", Attr::u32)?,
            messages: attrs.get(HELLO_A_MESSAGES, "MESSAGES", Attr::u64)?,
            bytes: attrs.get(HELLO_A_BYTES, "BYTES", Attr::u64)?,
            last_ns: attrs.get(HELLO_A_LAST_NS, "LAST_NS", Attr::u64)?,
        })
    }
}

/// `HELLO_CMD_GET_STATS`: asks for the counters of the network namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetStatsRequest;

impl GetStatsRequest {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        Request::new(op, HELLO_CMD_GET_STATS, Vec::new())
    }
}

/// The answer to a `HELLO_CMD_GET_STATS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetStatsReply {
    /// Hello messages that were answered.
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

impl GetStatsReply {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'_>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, HELLO_CMD_GET_STATS, message)?;

        Ok(Self {
            hellos: attrs.get(HELLO_A_HELLOS, "HELLOS", Attr::u64)?,
            classic: attrs.get(HELLO_A_CLASSIC, "CLASSIC", Attr::u64)?,
            refused: attrs.get(HELLO_A_REFUSED, "REFUSED", Attr::u64)?,
            dropped: attrs.get(HELLO_A_DROPPED, "DROPPED", Attr::u64)?,
            peers: attrs.get(HELLO_A_PEERS, "PEERS", Attr::u32)?,
            evicted: attrs.get(HELLO_A_EVICTED, "EVICTED", Attr::u64)?,
        })
    }
}

/// `HELLO_CMD_SET_GREETING`: sets what the kernel says, the greeting, which is required, in the
/// network namespace. Takes CAP_NET_ADMIN there. Classic hello stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetGreetingRequest<'a> {
    /// Greeting of the kernel, without its NUL.
    pub greeting: &'a [u8],
}

impl SetGreetingRequest<'_> {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = RequestAttrs::new(op);
        self.put(&mut attrs)?;

        Request::change(op, HELLO_CMD_SET_GREETING, attrs.into_bytes())
    }

    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        attrs.put_str(
            HELLO_A_GREETING,
            "GREETING",
            NLHELLO_GREETING_MAX,
            self.greeting,
        )?;
        Ok(())
    }
}

/// `HELLO_CMD_HELLO_NTF`, to the group `events`: the peer of this portid has said hello, and text
/// where it said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloNtf<'a> {
    /// Port id of a peer.
    pub portid: u32,
    /// Text of the client, without its NUL.
    pub text: Option<&'a [u8]>,
}

impl<'a> HelloNtf<'a> {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'a>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, HELLO_CMD_HELLO_NTF, message)?;

        Ok(Self {
            portid: attrs.get(HELLO_A_PORTID, "PORTID", Attr::u32)?,
            text: attrs.find(HELLO_A_TEXT, Attr::str)?,
        })
    }
}
