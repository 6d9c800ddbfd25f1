// SPDX-License-Identifier: GPL-2.0

//! The hello protocol: what the kernel answers to whom.
//!
//! `uapi/hello.yaml` describes the messages, of which `proto` is made; C header: `uapi/nlhello.h`.

mod peers;
mod proto;

use crate::{
    netlink::{
        put,
        Answer,
        Call,
        Command,
        Counter,
        Counters,
        Dump,
        ExtAck,
        Family,
        Genl,
        Group,
        KernelSocket,
        Payload,
        RcuBuffer,
        RcuBytes,
        Request,
        Tick,
        Transport, //
    },
    uapi::*,
    wire::NLMSG_DONE,
};
use kernel::prelude::*;
use peers::{
    Cursor,
    Peer,
    Peers, //
};
use proto::{
    GetPeerReply,
    GetPeerRequest,
    GetStatsReply,
    Handlers,
    HelloNtf,
    HelloReply,
    HelloRequest,
    SetGreetingRequest, //
};

/// The hello family.
pub struct Hello;

/// Greeting of a network namespace in which none was set.
const DEFAULT_GREETING: &[u8] = match NLHELLO_GREETING {
    [text @ .., 0] => text,
    text => text,
};

/// State of the family in a network namespace.
pub struct HelloState {
    // `None` until a greeting is set.
    greeting: RcuBytes<{ NLHELLO_GREETING_MAX as usize }>,
    // Each transport has its own: a process mostly has the same port id on both.
    raw_peers: Peers,
    genl_peers: Peers,
    counters: Counters<HelloCounter>,
}

impl HelloState {
    /// Returns the peers whose sockets are of `transport`.
    #[inline]
    fn peers(&self, transport: Transport) -> &Peers {
        match transport {
            Transport::Raw => &self.raw_peers,
            Transport::Genl => &self.genl_peers,
        }
    }
}

/// Counters of a network namespace.
#[derive(Clone, Copy)]
enum HelloCounter {
    Hellos,
    Classic,
    Refused,
    Dropped,
}

impl Counter for HelloCounter {
    const COUNT: usize = 4;

    fn index(self) -> usize {
        self as usize
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = NETLINK_USER;

    const GENL: Option<Genl> = Some(Genl::new(c"nlhello", 1));

    const GROUPS: &'static [Group] = proto::GROUPS;

    const COMMANDS: &'static [Command<Self>] = Self::TABLE;

    type Net = HelloState;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<HelloState>> {
        Ok(HelloState {
            greeting: RcuBytes::none(),
            raw_peers: Peers::new()?,
            genl_peers: Peers::new()?,
            counters: Counters::new()?,
        })
    }

    /// Classic hello, as the textbook's client says it: raw bytes in, a greeting out.
    #[inline]
    fn bare<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        let answer = call.request.reply(NLMSG_DONE, put::raw(NLHELLO_GREETING))?;

        Ok(answer.then(classic_answered))
    }

    fn refused(net: &HelloState) {
        net.counters.count(HelloCounter::Refused);
    }

    fn dropped(net: &HelloState) {
        net.counters.count(HelloCounter::Dropped);
    }

    fn closed(net: &HelloState, transport: Transport, portid: u32) {
        net.peers(transport).remove(portid);
    }
}

impl Handlers for Hello {
    #[inline(always)] // Into its only caller.
    fn hello<'a>(
        call: &mut Call<'a, Self, HelloRequest>,
    ) -> Result<Answer<'a, Self, HelloRequest>> {
        let Call { request, attrs, .. } = call;
        let mut buffer = RcuBuffer::uninit();
        let greeting = request.net().greeting.read(&mut buffer);
        let reply = HelloReply {
            greeting: greeting.unwrap_or(DEFAULT_GREETING),
            data: attrs.data(),
        };

        Ok(reply.answer(request)?.then(hello_answered))
    }

    fn get_peer<'a>(
        call: &mut Call<'a, Self, GetPeerRequest>,
    ) -> Result<Answer<'a, Self, GetPeerRequest>> {
        let Call {
            request,
            attrs,
            ext_ack,
        } = call;
        let peers = request.net().peers(request.transport());
        let Some(peer) = peers.get(attrs.portid()) else {
            let attr = attrs.portid_attr();
            return Err(ext_ack.refuse_attr(
                ENOENT,
                attr,
                c"nobody of this port id has said hello",
            ));
        };

        GetPeerReply::from(&peer).answer(request)
    }

    type GetPeerDump = PeerDump;

    fn get_stats<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        let HelloState { counters, .. } = call.request.net();
        let peers = call.request.net().peers(call.request.transport());
        let reply = GetStatsReply {
            hellos: counters.sum(HelloCounter::Hellos),
            classic: counters.sum(HelloCounter::Classic),
            refused: counters.sum(HelloCounter::Refused),
            dropped: counters.sum(HelloCounter::Dropped),
            peers: peers.count(),
            evicted: peers.evicted(),
        };

        reply.answer(call.request)
    }

    fn set_greeting<'a>(
        call: &mut Call<'a, Self, SetGreetingRequest>,
    ) -> Result<Answer<'a, Self, SetGreetingRequest>> {
        call.request.net().greeting.set(call.attrs.greeting())?;
        Ok(call.request.done())
    }
}

/// Follows a `HELLO_CMD_HELLO`.
#[inline(always)] // Into its only caller, as `hello`.
fn hello_answered(call: &Call<'_, Hello, HelloRequest>) {
    record_hello(call.request, HelloCounter::Hellos);
    notify(call.request, || call.attrs.text());
}

/// Follows a classic hello.
#[inline(always)] // Into its only caller, as `hello`.
fn classic_answered(call: &Call<'_, Hello>) {
    record_hello(call.request, HelloCounter::Classic);
    notify(call.request, || {
        call.request.payload().split(|byte| *byte == 0).next()
    });
}

/// Notes that a hello was answered.
#[inline(always)] // Once for each of the two hellos.
fn record_hello(request: &Request<'_, Hello>, counter: HelloCounter) {
    let net = request.net();

    net.counters.count(counter);
    net.peers(request.transport())
        .note(request.portid(), request.payload().len(), Tick::now());
}

/// `HELLO_CMD_HELLO_NTF`: tells those who listen who has said what.
#[inline]
fn notify<'a>(request: &Request<'a, Hello>, text: impl FnOnce() -> Option<&'a [u8]>) {
    // The hello is answered: what listeners miss is not its sender's business.
    let _ = HelloNtf::notify(request, || HelloNtf {
        portid: request.portid(),
        text: text().filter(|text| text.len() <= NLHELLO_TEXT_MAX as usize),
    });
}

/// `HELLO_CMD_GET_PEER` for all peers.
struct PeerDump {
    transport: Transport,
    cursor: Cursor,
}

impl Dump for PeerDump {
    type Family = Hello;
    type Attrs = ();
    type Item = Peer;

    const NLMSG_TYPE: u16 = HELLO_CMD_GET_PEER;

    fn start(call: &mut Call<'_, Hello>) -> Result<Self> {
        Ok(Self {
            transport: call.request.transport(),
            cursor: Cursor::start(),
        })
    }

    fn next(&mut self, net: &HelloState, _ext_ack: &mut ExtAck<'_>) -> Result<Option<Peer>> {
        Ok(net.peers(self.transport).next(&mut self.cursor))
    }

    fn generation(&self, net: &HelloState) -> u32 {
        net.peers(self.transport).generation()
    }

    fn payload(peer: &Peer) -> impl Payload {
        GetPeerReply::from(peer)
    }
}

impl From<&Peer> for GetPeerReply {
    fn from(peer: &Peer) -> Self {
        Self {
            portid: peer.portid,
            messages: peer.messages,
            bytes: peer.bytes,
            last_ns: peer.last.real_ns(),
        }
    }
}
