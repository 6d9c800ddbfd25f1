// SPDX-License-Identifier: GPL-2.0

//! The probe family: a command for each thing to try out.

use crate::{
    attributes,
    kinds,
    netlink::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        put,
        Answer,
        Bind,
        Call,
        Command,
        Creds,
        Dump,
        ExtAck,
        Family,
        Group,
        KernelSocket,
        Payload,
        Transport,
        Unbind, //
    },
    uapi::*, //
};
use kernel::{
    alloc::Flags,
    new_spinlock,
    prelude::*,
    sync::SpinLock,
    workqueue, //
};

/// The probe family.
pub struct Probe;

/// State of the probe in a network namespace.
#[pin_data]
pub struct ProbeState {
    // How often sockets joined and left [`PROBE_GROUP_OPEN`].
    joined: Atomic<u32>,
    left: Atomic<u32>,
    socket: KernelSocket<Probe>,
    // How often [`PROBE_CMD_SEND`] has sent.
    #[pin]
    sent: SpinLock<u32>,
}

attributes! {
    /// Attributes of a `PROBE_CMD_ITEM` for one item.
    struct OneItem {
        item(PROBE_A_ITEM): NestOf<Item>;
    }

    /// Attributes in a [`PROBE_A_ITEM`].
    struct Item {
        id(PROBE_ITEM_ID): U32;
        name(PROBE_ITEM_NAME): Option<NulString> where max_len = PROBE_NAME_MAX;
        size(PROBE_ITEM_SIZE): Option<NestOf<Size>>;
    }

    /// Attributes in a [`PROBE_ITEM_SIZE`].
    struct Size {
        width(PROBE_SIZE_WIDTH): U32;
        height(PROBE_SIZE_HEIGHT): U32;
    }

    /// Attributes of a `PROBE_CMD_IS_CAPABLE`.
    struct IsCapable {
        cap(PROBE_A_CAP): U32;
    }

    /// Attributes of a `PROBE_CMD_NOTIFY`.
    struct Notify {
        group(PROBE_A_GROUP): U32;
    }

    /// Attributes of a `PROBE_CMD_NUMBERS`.
    struct Wanted {
        count(PROBE_A_COUNT): U32;
        size(PROBE_A_SIZE): Option<U32>;
        odd(PROBE_A_ODD): Option<U32>;
        warn(PROBE_A_WARN): Option<U32>;
        fail(PROBE_A_FAIL): Option<U32>;
    }

    /// Attributes of a `PROBE_CMD_SEND` and a `PROBE_CMD_SEND_LATER`.
    struct Address {
        group(PROBE_A_GROUP): Option<U32>;
        portid(PROBE_A_PORTID): Option<U32>;
    }
}

impl Family for Probe {
    const PROTOCOL: u32 = NETLINK_PROBE;

    const GROUPS: &'static [Group] = &[
        Group::new(PROBE_GROUP_OPEN),
        Group::new(PROBE_GROUP_CLOSED),
        Group::new(PROBE_GROUP_NONROOT).nonroot(),
        Group::new(PROBE_GROUP_SYS_ADMIN).cap_sys_admin(),
        Group::new(PROBE_GROUP_CLOSINGS),
    ];

    const BIND: Option<Bind<Self>> = Some(bind);

    const UNBIND: Option<Unbind<Self>> = Some(unbind);

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(PROBE_CMD_ITEM, item),
        Command::dump::<Items>(PROBE_CMD_ITEM),
        Command::new(PROBE_CMD_WARN, warn),
        Command::new(PROBE_CMD_LONG_NEST, long_nest),
        Command::new(PROBE_CMD_IS_CAPABLE, is_capable),
        Command::new(PROBE_CMD_GET_MEMBERS, get_members),
        Command::new(PROBE_CMD_NOTIFY, notify_group),
        Command::new(PROBE_CMD_GET_CREDS, get_creds),
        Command::dump::<NumberDump>(PROBE_CMD_NUMBERS),
        Command::new(PROBE_CMD_SEND, send),
        Command::new(PROBE_CMD_SEND_LATER, send_later),
        Command::new(PROBE_CMD_FOLLOW, follow),
        Command::new(PROBE_CMD_GET_WORK, get_work),
        Command::new(PROBE_CMD_KINDS, kinds::kinds),
        Command::policy::<PROBE_CMD_GET_POLICY>(),
    ];

    type Net = ProbeState;

    fn new_net(socket: &KernelSocket<Self>) -> Result<impl PinInit<ProbeState>> {
        let socket = socket.clone();

        Ok(pin_init!(ProbeState {
            joined: Atomic::<u32>::new(0),
            left: Atomic::<u32>::new(0),
            socket,
            sent <- new_spinlock!(0),
        }))
    }

    fn closed(net: &ProbeState, _transport: Transport, portid: u32) {
        let payload = || put::u32(PROBE_A_PORTID, portid);

        // A notification that listeners miss is no error of the socket that is closed.
        let _ = net.socket.multicast(
            PROBE_GROUP_CLOSINGS,
            PROBE_CMD_CLOSED_NTF,
            payload,
            GFP_KERNEL,
        );
    }
}

fn bind(net: &ProbeState, group: u32) -> Result {
    match group {
        PROBE_GROUP_OPEN => {
            net.joined.fetch_add(1, Relaxed);
            Ok(())
        }
        PROBE_GROUP_CLOSED => Err(EBUSY),
        _ => Ok(()),
    }
}

fn unbind(net: &ProbeState, group: u32) {
    if group == PROBE_GROUP_OPEN {
        net.left.fetch_add(1, Relaxed);
    }
}

/// Returns `item` as a [`PROBE_A_ITEM`].
fn item_attr<'a>(item: &ItemView<'a>) -> impl Payload + 'a {
    put::nested(
        PROBE_A_ITEM,
        (
            put::u32(PROBE_ITEM_ID, item.id()),
            item.name().map(|name| put::str(PROBE_ITEM_NAME, name)),
            item.size().map(|size| size_attr(&size)),
        ),
    )
}

/// Returns `size` as a [`PROBE_ITEM_SIZE`].
fn size_attr(size: &SizeView<'_>) -> impl Payload {
    put::nested(
        PROBE_ITEM_SIZE,
        (
            put::u32(PROBE_SIZE_WIDTH, size.width()),
            put::u32(PROBE_SIZE_HEIGHT, size.height()),
        ),
    )
}

/// `PROBE_CMD_ITEM` for one item.
fn item<'a>(call: &mut Call<'a, Probe, OneItem>) -> Result<Answer<'a, Probe, OneItem>> {
    let Call {
        request,
        attrs,
        ext_ack,
    } = call;
    let item = attrs.item();
    if item.id() == 0 && item.name().is_none() {
        return Err(ext_ack.refuse_missing_in(attrs.item_attr(), PROBE_ITEM_NAME));
    }

    let answer = request.reply(PROBE_CMD_ITEM, item_attr(&item))?;
    Ok(answer.then(item_answered))
}

/// `PROBE_CMD_ITEM_NTF`.
fn item_answered(call: &Call<'_, Probe, OneItem>) {
    let item = call.attrs.item();

    // A notification that listeners miss is no error of the sender.
    let _ = call
        .request
        .notify(PROBE_GROUP_OPEN, PROBE_CMD_ITEM_NTF, || item_attr(&item));
}

/// `PROBE_CMD_ITEM` as a dump: the ids from 1 to 3.
struct Items(u32);

impl Dump for Items {
    type Family = Probe;
    type Attrs = ();
    type Item = u32;

    const NLMSG_TYPE: u16 = PROBE_CMD_ITEM;

    fn start(_call: &mut Call<'_, Probe>) -> Result<Self> {
        Ok(Self(0))
    }

    fn next(&mut self, _net: &ProbeState, _ext_ack: &mut ExtAck<'_>) -> Result<Option<u32>> {
        self.0 += 1;
        Ok((self.0 <= 3).then_some(self.0))
    }

    fn generation(&self, _net: &ProbeState) -> u32 {
        1
    }

    fn payload(id: &u32) -> impl Payload {
        put::nested(
            PROBE_A_ITEM,
            (
                put::u32(PROBE_ITEM_ID, *id),
                put::str(PROBE_ITEM_NAME, b"item"),
            ),
        )
    }
}

/// `PROBE_CMD_NUMBERS`.
struct NumberDump {
    next: u32,
    end: u32,
    size: u32,
    is_odd: bool,
    is_warning: bool,
    is_failing: bool,
}

/// A number, and how many bytes go with it.
struct NumberEntry(u32, u32);

impl Dump for NumberDump {
    type Family = Probe;
    type Attrs = Wanted;
    type Item = NumberEntry;

    const NLMSG_TYPE: u16 = PROBE_CMD_NUMBERS;

    const MIN_DUMP_ALLOC: u32 = PROBE_SIZE_MAX + 100;

    fn start(call: &mut Call<'_, Probe, Wanted>) -> Result<Self> {
        let Call { attrs, ext_ack, .. } = call;
        let size = attrs.size().unwrap_or(0);
        let is_odd = attrs.odd().unwrap_or(0) != 0;

        if size > PROBE_SIZE_MAX {
            let attr = attrs.size_attr();
            return Err(ext_ack.refuse_attr(ERANGE, attr, c"entries would be too large"));
        }
        if attrs.warn() == Some(PROBE_WARN_START) {
            ext_ack.set_msg(c"this may take a while");
        }
        Ok(Self {
            next: is_odd.into(),
            end: attrs.count(),
            size,
            is_odd,
            is_warning: attrs.warn() == Some(PROBE_WARN_END),
            is_failing: attrs.fail().unwrap_or(0) != 0,
        })
    }

    fn next(&mut self, _net: &ProbeState, ext_ack: &mut ExtAck<'_>) -> Result<Option<NumberEntry>> {
        if self.next < self.end {
            let number = self.next;
            self.next += if self.is_odd { 2 } else { 1 };
            return Ok(Some(NumberEntry(number, self.size)));
        }
        if self.is_failing {
            return Err(ext_ack.refuse(EIO, c"the numbers end here"));
        }
        if self.is_warning {
            ext_ack.set_msg(c"these were all");
        }
        Ok(None)
    }

    fn is_filtered(&self) -> bool {
        self.is_odd
    }

    fn generation(&self, _net: &ProbeState) -> u32 {
        1
    }

    fn payload(NumberEntry(number, size): &NumberEntry) -> impl Payload {
        static ZEROES: [u8; PROBE_SIZE_MAX as usize] = [0; PROBE_SIZE_MAX as usize];

        (
            put::u32(PROBE_A_COUNT, *number),
            put::bytes(
                PROBE_A_BYTES,
                ZEROES.get(..*size as usize).unwrap_or_default(),
            ),
        )
    }
}

/// `PROBE_CMD_WARN`.
fn warn<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    call.ext_ack.set_msg(c"done, but do not do it again");
    Ok(call.request.done())
}

/// `PROBE_CMD_LONG_NEST`.
fn long_nest<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    static HALF: [u8; 1 << 15] = [0; 1 << 15];
    let nest = || {
        put::nested(
            PROBE_A_ITEM,
            (
                put::bytes(PROBE_ITEM_NAME, &HALF),
                put::bytes(PROBE_ITEM_NAME, &HALF),
            ),
        )
    };
    let result: Result<Answer<'_, Probe>> = call.request.reply(PROBE_CMD_LONG_NEST, nest());
    let errno = result.map_or_else(|error| -error.to_errno(), |_| 0);

    call.request
        .reply(PROBE_CMD_LONG_NEST, put::u32(PROBE_A_ANSWER, errno as u32))
}

/// `PROBE_CMD_IS_CAPABLE`.
fn is_capable<'a>(call: &mut Call<'a, Probe, IsCapable>) -> Result<Answer<'a, Probe, IsCapable>> {
    let cap = call.attrs.cap();
    let here = call.request.is_capable(cap);
    let everywhere = call.request.is_capable_everywhere(cap);

    call.request.reply(
        PROBE_CMD_IS_CAPABLE,
        (
            put::u32(PROBE_A_ANSWER, here.into()),
            put::u32(PROBE_A_EVERYWHERE, everywhere.into()),
        ),
    )
}

/// `PROBE_CMD_GET_CREDS`.
fn get_creds<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    let Creds { pid, uid, gid } = call.request.creds();

    call.request.reply(
        PROBE_CMD_GET_CREDS,
        (
            put::u32(PROBE_A_PID, pid),
            put::u32(PROBE_A_UID, uid),
            put::u32(PROBE_A_GID, gid),
        ),
    )
}

/// `PROBE_CMD_GET_MEMBERS`.
fn get_members<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    let ProbeState { joined, left, .. } = call.request.net();

    call.request.reply(
        PROBE_CMD_GET_MEMBERS,
        (
            put::u32(PROBE_A_JOINED, joined.load(Relaxed)),
            put::u32(PROBE_A_LEFT, left.load(Relaxed)),
        ),
    )
}

/// `PROBE_CMD_NOTIFY`.
fn notify_group<'a>(call: &mut Call<'a, Probe, Notify>) -> Result<Answer<'a, Probe, Notify>> {
    let Call { request, attrs, .. } = call;
    let group = attrs.group();
    let result = request.notify(group, PROBE_CMD_ITEM_NTF, || ());
    let errno = result.map_or_else(|error| -error.to_errno(), |()| 0);

    request.reply(
        PROBE_CMD_NOTIFY,
        (
            put::u32(PROBE_A_ANSWER, errno as u32),
            put::u32(PROBE_A_HAS_RECEIVERS, request.has_receivers(group).into()),
        ),
    )
}

/// Where a [`PROBE_CMD_SENT_NTF`] goes.
enum To {
    Group(u32),
    Port(u32),
}

/// A [`PROBE_CMD_SENT_NTF`].
struct Sent {
    to: To,
    nlmsg_seq: u32,
}

impl Sent {
    /// To the group or the port that the request names, else back to its sender.
    fn from_call(call: &Call<'_, Probe, Address>) -> Self {
        let portid = call.attrs.portid();

        Self {
            to: match call.attrs.group() {
                Some(group) => To::Group(group),
                None => To::Port(portid.unwrap_or_else(|| call.request.portid())),
            },
            nlmsg_seq: call.request.nlmsg_seq(),
        }
    }

    fn send(&self, socket: &KernelSocket<Probe>, count: u32, flags: Flags) -> Result {
        let nlmsg_type = PROBE_CMD_SENT_NTF;
        let payload = put::u32(PROBE_A_COUNT, count);

        match self.to {
            To::Group(group) => socket.multicast(group, nlmsg_type, || payload, flags),
            To::Port(portid) => socket.unicast(portid, self.nlmsg_seq, nlmsg_type, payload, flags),
        }
    }
}

/// `PROBE_CMD_SEND`.
fn send<'a>(call: &mut Call<'a, Probe, Address>) -> Result<Answer<'a, Probe, Address>> {
    let ProbeState { socket, sent, .. } = call.request.net();
    let mut count = sent.lock();

    *count = count.wrapping_add(1);
    // A spinlock is held, so the allocation must not sleep.
    Sent::from_call(call).send(socket, *count, GFP_ATOMIC)?;
    Ok(call.request.done())
}

/// How many work items there are.
static WORK: Atomic<u32> = Atomic::<u32>::new(0);

/// With which errno the last [`PROBE_CMD_FOLLOW`] ended.
static ERRNO: Atomic<u32> = Atomic::<u32>::new(0);

/// A work item, which is counted.
struct WorkItem(());

impl WorkItem {
    fn new() -> Self {
        WORK.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for WorkItem {
    fn drop(&mut self) {
        WORK.fetch_sub(1, Relaxed);
    }
}

/// `PROBE_CMD_SEND_LATER`.
fn send_later<'a>(call: &mut Call<'a, Probe, Address>) -> Result<Answer<'a, Probe, Address>> {
    let socket = call.request.kernel_socket().clone();
    let (sent, item) = (Sent::from_call(call), WorkItem::new());

    workqueue::system().try_spawn(GFP_KERNEL, move || {
        // The result of the work item is read by nobody.
        let _ = sent.send(&socket, 0, GFP_KERNEL);
        drop((socket, item));
    })?;
    Ok(call.request.done())
}

/// `PROBE_CMD_FOLLOW`.
fn follow<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    notify_on(call.request.kernel_socket().clone(), WorkItem::new())?;

    Ok(call.request.done())
}

/// Notifies [`PROBE_GROUP_OPEN`], and again when that is done, until it fails.
fn notify_on(socket: KernelSocket<Probe>, item: WorkItem) -> Result {
    workqueue::system().try_spawn(GFP_KERNEL, move || {
        let result = socket.multicast(PROBE_GROUP_OPEN, PROBE_CMD_SENT_NTF, || (), GFP_KERNEL);

        match result.and_then(|()| notify_on(socket, WorkItem::new())) {
            Ok(()) => {}
            Err(error) => ERRNO.store(error.to_errno().unsigned_abs(), Relaxed),
        }
        // Only now, so that the errno is there when the last one has gone.
        drop(item);
    })?;
    Ok(())
}

/// `PROBE_CMD_GET_WORK`.
fn get_work<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    call.request.reply(
        PROBE_CMD_GET_WORK,
        (
            put::u32(PROBE_A_COUNT, WORK.load(Relaxed)),
            put::u32(PROBE_A_ANSWER, ERRNO.load(Relaxed)),
        ),
    )
}
