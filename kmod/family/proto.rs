// SPDX-License-Identifier: GPL-2.0

//! The messages of nlhello, made of `uapi/hello.yaml` by `make spec`.
//!
//! A request is read by a view, of which each method looks for its attribute. An answer, or a
//! notification, is a struct: no attribute of it can be forgotten, and its length follows.

use crate::{
    attributes,
    netlink::{
        put,
        Answer,
        Call,
        Command,
        Dump,
        Family,
        Group,
        Payload,
        Request, //
    },
    uapi::*, //
};
use kernel::prelude::*;

/// The multicast groups.
pub(super) const GROUPS: &[Group] = &[Group::new(HELLO_GROUP_EVENTS).name(c"events")];

attributes! {
    /// Attributes of a `HELLO_CMD_HELLO`.
    pub(super) struct HelloRequest {
        /// Text of the client, without its NUL.
        text(HELLO_A_TEXT): Option<NulString> where max_len = NLHELLO_TEXT_MAX;
        /// Bytes, sent back as they came.
        data(HELLO_A_DATA): Option<Binary> where max_len = NLHELLO_DATA_MAX;
    }

    /// Attributes of a `HELLO_CMD_GET_PEER`.
    pub(super) struct GetPeerRequest {
        /// Port id of a peer.
        portid(HELLO_A_PORTID): U32;
    }

    /// Attributes of a `HELLO_CMD_SET_GREETING`.
    pub(super) struct SetGreetingRequest {
        /// Greeting of the kernel, without its NUL.
        greeting(HELLO_A_GREETING): NulString where max_len = NLHELLO_GREETING_MAX;
    }
}

/// The answer to a `HELLO_CMD_HELLO`.
#[derive(Clone, Copy)]
pub(super) struct HelloReply<'v> {
    /// Greeting of the kernel, without its NUL.
    pub(super) greeting: &'v [u8],
    /// Bytes, sent back as they came.
    pub(super) data: Option<&'v [u8]>,
}

impl put::ToPayload for HelloReply<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            put::str(HELLO_A_GREETING, self.greeting),
            self.data.map(|data| put::bytes(HELLO_A_DATA, data)),
        )
    }
}

impl HelloReply<'_> {
    /// Answers `request`; fails as [`Request::reply`] does.
    #[inline(always)] // Once for each command.
    pub(super) fn answer<'a, T: Family>(
        self,
        request: &Request<'a, T>,
    ) -> Result<Answer<'a, T, HelloRequest>> {
        request.reply(HELLO_CMD_HELLO, self)
    }
}

/// The answer to a `HELLO_CMD_GET_PEER`.
#[derive(Clone, Copy)]
pub(super) struct GetPeerReply {
    /// Port id of a peer.
    pub(super) portid: u32,
    /// Hellos of a peer.
    pub(super) messages: u64,
    /// Payload of all hellos of a peer, in bytes.
    pub(super) bytes: u64,
    /// Time of the last hello, CLOCK_REALTIME in nanoseconds, to the tick of the kernel's timer (1
    /// to 10 ms), the same until the clock is set.
    pub(super) last_ns: u64,
}

impl put::ToPayload for GetPeerReply {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            put::u32(HELLO_A_PORTID, self.portid),
            put::u64(HELLO_A_MESSAGES, self.messages),
            put::u64(HELLO_A_BYTES, self.bytes),
            put::u64(HELLO_A_LAST_NS, self.last_ns),
        )
    }
}

impl GetPeerReply {
    /// Answers `request`; fails as [`Request::reply`] does.
    #[inline(always)] // Once for each command.
    pub(super) fn answer<'a, T: Family>(
        self,
        request: &Request<'a, T>,
    ) -> Result<Answer<'a, T, GetPeerRequest>> {
        request.reply(HELLO_CMD_GET_PEER, self)
    }
}

/// The answer to a `HELLO_CMD_GET_STATS`.
#[derive(Clone, Copy)]
pub(super) struct GetStatsReply {
    /// Hello messages that were answered.
    pub(super) hellos: u64,
    /// Classic hellos that were answered.
    pub(super) classic: u64,
    /// Requests that were refused.
    pub(super) refused: u64,
    /// Broken headers, dropped with all behind them.
    pub(super) dropped: u64,
    /// Peers that are remembered now.
    pub(super) peers: u32,
    /// Peers that were forgotten to make room.
    pub(super) evicted: u64,
}

impl put::ToPayload for GetStatsReply {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            put::u64(HELLO_A_HELLOS, self.hellos),
            put::u64(HELLO_A_CLASSIC, self.classic),
            put::u64(HELLO_A_REFUSED, self.refused),
            put::u64(HELLO_A_DROPPED, self.dropped),
            put::u32(HELLO_A_PEERS, self.peers),
            put::u64(HELLO_A_EVICTED, self.evicted),
        )
    }
}

impl GetStatsReply {
    /// Answers `request`; fails as [`Request::reply`] does.
    #[inline(always)] // Once for each command.
    pub(super) fn answer<'a, T: Family>(self, request: &Request<'a, T>) -> Result<Answer<'a, T>> {
        request.reply(HELLO_CMD_GET_STATS, self)
    }
}

/// `HELLO_CMD_HELLO_NTF`, to the group `events`: the peer of this portid has said hello, and text
/// where it said something.
#[derive(Clone, Copy)]
pub(super) struct HelloNtf<'v> {
    /// Port id of a peer.
    pub(super) portid: u32,
    /// Text of the client, without its NUL.
    pub(super) text: Option<&'v [u8]>,
}

impl put::ToPayload for HelloNtf<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            put::u32(HELLO_A_PORTID, self.portid),
            self.text.map(|text| put::str(HELLO_A_TEXT, text)),
        )
    }
}

impl HelloNtf<'_> {
    /// Notifies the listeners, in the network namespace of `request`, of what `event` returns;
    /// fails as [`Request::notify`] does.
    #[inline(always)] // Once for each notification.
    pub(super) fn notify<T: Family>(
        request: &Request<'_, T>,
        event: impl FnOnce() -> Self,
    ) -> Result {
        request.notify(HELLO_GROUP_EVENTS, HELLO_CMD_HELLO_NTF, event)
    }
}

/// The handlers of a family, one for each command.
pub(super) trait Handlers: Family {
    /// [`Family::COMMANDS`].
    const TABLE: &'static [Command<Self>] = &[
        Command::new(HELLO_CMD_HELLO, Self::hello),
        Command::new(HELLO_CMD_GET_PEER, Self::get_peer),
        Command::dump::<Self::GetPeerDump>(HELLO_CMD_GET_PEER),
        Command::new(HELLO_CMD_GET_STATS, Self::get_stats),
        Command::new(HELLO_CMD_SET_GREETING, Self::set_greeting).uns_admin_perm(),
    ];

    /// `HELLO_CMD_HELLO`: says hello. The answer brings the data back.
    ///
    /// Answered by a [`HelloReply`].
    fn hello<'a>(call: &mut Call<'a, Self, HelloRequest>)
        -> Result<Answer<'a, Self, HelloRequest>>;

    /// `HELLO_CMD_GET_PEER`: asks who has said hello: the peer of this portid, which is required,
    /// or, as a dump, all of them.
    ///
    /// Answered by a [`GetPeerReply`].
    fn get_peer<'a>(
        call: &mut Call<'a, Self, GetPeerRequest>,
    ) -> Result<Answer<'a, Self, GetPeerRequest>>;

    /// `HELLO_CMD_GET_PEER` with `NLM_F_DUMP`; an entry is a [`GetPeerReply`].
    type GetPeerDump: Dump<Family = Self, Attrs = ()>;

    /// `HELLO_CMD_GET_STATS`: asks for the counters of the network namespace.
    ///
    /// Answered by a [`GetStatsReply`].
    fn get_stats<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>>;

    /// `HELLO_CMD_SET_GREETING`: sets what the kernel says, the greeting, which is required, in the
    /// network namespace. Takes CAP_NET_ADMIN there. Classic hello stays as it is.
    ///
    /// Answered by the ACK alone.
    fn set_greeting<'a>(
        call: &mut Call<'a, Self, SetGreetingRequest>,
    ) -> Result<Answer<'a, Self, SetGreetingRequest>>;
}
