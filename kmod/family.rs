// SPDX-License-Identifier: GPL-2.0

//! The hello protocol: what the kernel answers to whom.
//!
//! C header: `uapi/nlhello.h`, where the messages are described.

mod peers;

use crate::{
    attributes,
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
        Group,
        KernelSocket,
        Payload,
        RcuBuffer,
        RcuBytes,
        Request,
        Tick, //
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
    peers: Peers,
    counters: Counters<HelloCounter>,
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

attributes! {
    /// Attributes of a `HELLO_CMD_HELLO`.
    struct SayHello {
        /// Words of the sender.
        text(HELLO_A_TEXT): Option<NulString> where max_len = NLHELLO_TEXT_MAX;
        /// Bytes to give back.
        data(HELLO_A_DATA): Option<Binary> where max_len = NLHELLO_DATA_MAX;
    }

    /// Attributes of a `HELLO_CMD_GET_PEER` for one peer.
    struct GetPeer {
        /// Port id of the peer.
        portid(HELLO_A_PORTID): U32;
    }

    /// Attributes of a `HELLO_CMD_SET_GREETING`.
    struct SetGreeting {
        /// The greeting from now on.
        greeting(HELLO_A_GREETING): NulString where max_len = NLHELLO_GREETING_MAX;
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = NETLINK_USER;

    const GROUPS: &'static [Group] = &[Group::new(HELLO_GROUP_EVENTS)];

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(HELLO_CMD_HELLO, hello),
        Command::new(HELLO_CMD_GET_PEER, get_peer),
        Command::dump::<PeerDump>(HELLO_CMD_GET_PEER),
        Command::new(HELLO_CMD_GET_STATS, get_stats),
        Command::new(HELLO_CMD_SET_GREETING, set_greeting).uns_admin_perm(),
    ];

    type Net = HelloState;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<HelloState>> {
        Ok(HelloState {
            greeting: RcuBytes::none(),
            peers: Peers::new()?,
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

    fn closed(net: &HelloState, portid: u32) {
        net.peers.remove(portid);
    }
}

/// `HELLO_CMD_HELLO`: greets, and gives back the data.
#[inline(always)] // Into its only caller.
fn hello<'a>(call: &mut Call<'a, Hello, SayHello>) -> Result<Answer<'a, Hello, SayHello>> {
    let Call { request, attrs, .. } = call;
    let mut buffer = RcuBuffer::uninit();
    let greeting = request.net().greeting.read(&mut buffer);
    let data = attrs.data();
    let answer = request.reply(
        HELLO_CMD_HELLO,
        (
            put::str(HELLO_A_GREETING, greeting.unwrap_or(DEFAULT_GREETING)),
            data.map(|data| put::bytes(HELLO_A_DATA, data)),
        ),
    )?;

    Ok(answer.then(hello_answered))
}

/// Follows a `HELLO_CMD_HELLO`.
#[inline(always)] // Into its only caller, as `hello`.
fn hello_answered(call: &Call<'_, Hello, SayHello>) {
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
    net.peers
        .note(request.portid(), request.payload().len(), Tick::now());
}

/// `HELLO_CMD_HELLO_NTF`: tells those who listen who has said what.
#[inline]
fn notify<'a>(request: &Request<'a, Hello>, text: impl FnOnce() -> Option<&'a [u8]>) {
    // The hello is answered: what listeners miss is not its sender's business.
    let _ = request.notify(HELLO_GROUP_EVENTS, HELLO_CMD_HELLO_NTF, || {
        let text = text().filter(|text| text.len() <= NLHELLO_TEXT_MAX as usize);

        (
            put::u32(HELLO_A_PORTID, request.portid()),
            text.map(|text| put::str(HELLO_A_TEXT, text)),
        )
    });
}

/// `HELLO_CMD_GET_PEER` for one peer.
fn get_peer<'a>(call: &mut Call<'a, Hello, GetPeer>) -> Result<Answer<'a, Hello, GetPeer>> {
    let Call {
        request,
        attrs,
        ext_ack,
    } = call;
    let Some(peer) = request.net().peers.get(attrs.portid()) else {
        let attr = attrs.portid_attr();
        return Err(ext_ack.refuse_attr(ENOENT, attr, c"nobody of this port id has said hello"));
    };

    request.reply(HELLO_CMD_GET_PEER, peer_attrs(&peer))
}

/// `HELLO_CMD_GET_PEER` for all peers.
struct PeerDump(Cursor);

impl Dump for PeerDump {
    type Family = Hello;
    type Attrs = ();
    type Item = Peer;

    const NLMSG_TYPE: u16 = HELLO_CMD_GET_PEER;

    fn start(_call: &mut Call<'_, Hello>) -> Result<Self> {
        Ok(Self(Cursor::start()))
    }

    fn next(&mut self, net: &HelloState, _ext_ack: &mut ExtAck<'_>) -> Result<Option<Peer>> {
        Ok(net.peers.next(&mut self.0))
    }

    fn generation(&self, net: &HelloState) -> u32 {
        net.peers.generation()
    }

    fn payload(peer: &Peer) -> impl Payload {
        peer_attrs(peer)
    }
}

/// Returns the attributes of a peer.
fn peer_attrs(peer: &Peer) -> impl Payload {
    (
        put::u32(HELLO_A_PORTID, peer.portid),
        put::u64(HELLO_A_MESSAGES, peer.messages),
        put::u64(HELLO_A_BYTES, peer.bytes),
        put::u64(HELLO_A_LAST_NS, peer.last.real_ns()),
    )
}

/// `HELLO_CMD_GET_STATS`: the counters.
fn get_stats<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let HelloState {
        peers, counters, ..
    } = call.request.net();

    call.request.reply(
        HELLO_CMD_GET_STATS,
        (
            put::u64(HELLO_A_HELLOS, counters.sum(HelloCounter::Hellos)),
            put::u64(HELLO_A_CLASSIC, counters.sum(HelloCounter::Classic)),
            put::u64(HELLO_A_REFUSED, counters.sum(HelloCounter::Refused)),
            put::u64(HELLO_A_DROPPED, counters.sum(HelloCounter::Dropped)),
            put::u32(HELLO_A_PEERS, peers.count()),
            put::u64(HELLO_A_EVICTED, peers.evicted()),
        ),
    )
}

/// `HELLO_CMD_SET_GREETING`: says something else from now on.
fn set_greeting<'a>(
    call: &mut Call<'a, Hello, SetGreeting>,
) -> Result<Answer<'a, Hello, SetGreeting>> {
    call.request.net().greeting.set(call.attrs.greeting())?;
    Ok(call.request.done())
}
