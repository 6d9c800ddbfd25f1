// SPDX-License-Identifier: GPL-2.0

//! The hello protocol: what the kernel answers to whom.
//!
//! C header: `uapi/nlhello.h`, where the messages are described.

mod greeting;
mod peers;

use crate::{
    netlink::{
        Attributes,
        Command,
        Counter,
        Counters,
        Dump,
        Entry,
        ExtAck,
        Family,
        PutAttrs,
        Rcu,
        Request,
        Rule,
        Tick, //
    },
    uapi::*,
    wire::{
        nla_total_size,
        nla_total_size_str,
        NLMSG_DONE, //
    },
};
use greeting::{
    Greeting,
    DEFAULT_GREETING, //
};
use kernel::prelude::*;
use peers::{
    Cursor,
    Peer,
    Peers, //
};

/// The hello family.
pub struct Hello;

/// What the family keeps in a network namespace.
pub struct State {
    // None until somebody sets one.
    greeting: Rcu<Greeting>,
    peers: Peers,
    counters: Counters<Counted>,
}

/// What is counted in a network namespace.
#[derive(Clone, Copy)]
enum Counted {
    Hellos,
    Classic,
    Refused,
    Dropped,
}

impl Counter for Counted {
    const COUNT: usize = 4;

    fn index(self) -> usize {
        self as usize
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = NETLINK_USER;

    const GROUPS: u32 = HELLO_GROUP_EVENTS;

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(
            HELLO_CMD_HELLO,
            &[
                Rule::string(HELLO_A_TEXT, NLHELLO_TEXT_MAX),
                Rule::bytes(HELLO_A_DATA, NLHELLO_DATA_MAX),
            ],
            hello,
        ),
        Command::new(
            HELLO_CMD_GET_PEER,
            &[Rule::u32(HELLO_A_PORTID).required()],
            get_peer,
        ),
        Command::dump::<PeerDump>(HELLO_CMD_GET_PEER, &[]),
        Command::new(HELLO_CMD_GET_STATS, &[], get_stats),
        Command::new(
            HELLO_CMD_SET_GREETING,
            &[Rule::string(HELLO_A_GREETING, NLHELLO_GREETING_MAX).required()],
            set_greeting,
        )
        .admin(),
    ];

    type Net = State;

    fn new_net() -> Result<Pin<KBox<State>>> {
        let state = State {
            greeting: Rcu::none(),
            peers: Peers::new()?,
            counters: Counters::new()?,
        };

        Ok(KBox::pin(state, GFP_KERNEL_ACCOUNT)?)
    }

    /// Classic hello, as the textbook's client says it: raw bytes in, a greeting out.
    #[inline]
    fn bare(request: &Request<'_, Self>) -> Result {
        let mut reply = request.reply(NLMSG_DONE, NLHELLO_GREETING.len())?;

        reply.put_raw(NLHELLO_GREETING)?;
        reply.send()?;
        heard(request, Counted::Classic);
        notify(request, || {
            request.payload().split(|byte| *byte == 0).next()
        });
        Ok(())
    }

    fn refused(net: &State) {
        net.counters.count(Counted::Refused);
    }

    fn dropped(net: &State) {
        net.counters.count(Counted::Dropped);
    }

    fn closed(net: &State, portid: u32) {
        net.peers.remove(portid);
    }
}

/// `HELLO_CMD_HELLO`: greets, and gives back the data.
fn hello(
    request: &Request<'_, Hello>,
    attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    let greeting = request.net().greeting.get();
    let greeting = greeting.as_ref().map_or(DEFAULT_GREETING, Greeting::text);
    let data = attrs.bytes(HELLO_A_DATA);
    let room =
        nla_total_size_str(greeting.len()) + data.map_or(0, |data| nla_total_size(data.len()));
    let mut reply = request.reply(HELLO_CMD_HELLO, room)?;

    reply.put_str(HELLO_A_GREETING, greeting)?;
    if let Some(data) = data {
        reply.put(HELLO_A_DATA, data)?;
    }
    reply.send()?;
    heard(request, Counted::Hellos);
    notify(request, || attrs.str(HELLO_A_TEXT));
    Ok(())
}

/// Notes that a hello was answered.
#[inline(always)] // Once for each of the two hellos.
fn heard(request: &Request<'_, Hello>, counted: Counted) {
    let net = request.net();

    net.counters.count(counted);
    net.peers
        .note(request.portid(), request.payload().len(), Tick::now());
}

/// `HELLO_CMD_HELLO_NTF`: tells those who listen who has said what.
fn notify<'a>(request: &Request<'a, Hello>, text: impl FnOnce() -> Option<&'a [u8]>) {
    if request.is_heard(HELLO_GROUP_EVENTS) {
        // The hello is answered: what listeners miss is not its sender's business.
        let _ = send_notification(request, text());
    }
}

fn send_notification(request: &Request<'_, Hello>, text: Option<&[u8]>) -> Result {
    let text = text.filter(|text| text.len() <= NLHELLO_TEXT_MAX as usize);
    let room = nla_total_size(4) + text.map_or(0, |text| nla_total_size_str(text.len()));
    let mut notification = request.notification(HELLO_GROUP_EVENTS, HELLO_CMD_HELLO_NTF, room)?;

    notification.put_u32(HELLO_A_PORTID, request.portid())?;
    if let Some(text) = text {
        notification.put_str(HELLO_A_TEXT, text)?;
    }
    notification.send()
}

/// `HELLO_CMD_GET_PEER` for one peer.
fn get_peer<'a>(
    request: &Request<'a, Hello>,
    attrs: &Attributes<'a>,
    ext_ack: &mut ExtAck<'a>,
) -> Result {
    let Some(attr) = attrs.get(HELLO_A_PORTID) else {
        return Err(ext_ack.refuse_missing(HELLO_A_PORTID));
    };
    let Some(peer) = attrs
        .u32(HELLO_A_PORTID)
        .and_then(|portid| request.net().peers.get(portid))
    else {
        return Err(ext_ack.refuse_attr(ENOENT, &attr, c"nobody of this port id has said hello"));
    };
    let mut reply = request.reply(HELLO_CMD_GET_PEER, PEER_SIZE)?;

    put_peer(&peer, &mut reply)?;
    reply.send()
}

/// `HELLO_CMD_GET_PEER` for all peers.
struct PeerDump(Cursor);

impl Dump for PeerDump {
    type Family = Hello;
    type Item = Peer;

    const NLMSG_TYPE: u16 = HELLO_CMD_GET_PEER;

    fn start<'a>(
        _request: &Request<'a, Hello>,
        _attrs: &Attributes<'a>,
        _ext_ack: &mut ExtAck<'a>,
    ) -> Result<Self> {
        Ok(Self(Cursor::start()))
    }

    fn next(&mut self, net: &State) -> Option<Peer> {
        net.peers.next(&mut self.0)
    }

    fn generation(&self, net: &State) -> u32 {
        net.peers.generation()
    }

    fn put(peer: &Peer, entry: &mut Entry<'_>) -> Result {
        put_peer(peer, entry)
    }
}

/// Room for the attributes of a peer, in bytes.
const PEER_SIZE: usize = nla_total_size(4) + 3 * nla_total_size(8);

/// Writes the attributes of a peer.
fn put_peer(peer: &Peer, message: &mut impl PutAttrs) -> Result {
    message.put_u32(HELLO_A_PORTID, peer.portid)?;
    message.put_u64(HELLO_A_MESSAGES, peer.messages)?;
    message.put_u64(HELLO_A_BYTES, peer.bytes)?;
    message.put_u64(HELLO_A_LAST_NS, peer.last.real_ns())
}

/// `HELLO_CMD_GET_STATS`: the counters.
fn get_stats(
    request: &Request<'_, Hello>,
    _attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    let State {
        peers, counters, ..
    } = request.net();
    let room = 5 * nla_total_size(8) + nla_total_size(4);
    let mut reply = request.reply(HELLO_CMD_GET_STATS, room)?;

    reply.put_u64(HELLO_A_HELLOS, counters.sum(Counted::Hellos))?;
    reply.put_u64(HELLO_A_CLASSIC, counters.sum(Counted::Classic))?;
    reply.put_u64(HELLO_A_REFUSED, counters.sum(Counted::Refused))?;
    reply.put_u64(HELLO_A_DROPPED, counters.sum(Counted::Dropped))?;
    reply.put_u32(HELLO_A_PEERS, peers.count())?;
    reply.put_u64(HELLO_A_EVICTED, peers.evicted())?;
    reply.send()
}

/// `HELLO_CMD_SET_GREETING`: says something else from now on.
fn set_greeting(
    request: &Request<'_, Hello>,
    attrs: &Attributes<'_>,
    ext_ack: &mut ExtAck<'_>,
) -> Result {
    let Some(text) = attrs.str(HELLO_A_GREETING) else {
        return Err(ext_ack.refuse_missing(HELLO_A_GREETING));
    };

    request.net().greeting.set(Greeting::new(text))
}
