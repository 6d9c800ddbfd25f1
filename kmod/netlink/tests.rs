// SPDX-License-Identifier: GPL-2.0

//! Helpers that the KUnit suites share.
//!
//! `make NL_KUNIT=y` builds the suites into the module, and a kernel with `CONFIG_KUNIT=y` that was
//! booted with `kunit.enable=1` runs them when it is loaded; no other module holds any of it.
//! `#[kunit_tests]` came after Linux 6.12, so there the suites do not build; what they test does.
//!
//! Suites stand in the `tests.rs` of what they test. A failed assertion ends the test without a
//! destructor, so a test that failed also leaks. Outside a suite's own module `assert!` would
//! panic: what is shared returns, and the tests assert.

mod wire;

use super::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    errno::emsgsize,
    Bind,
    Command,
    ExtAck,
    Family,
    Group,
    KernelSocket,
    Transport,
    Unbind, //
};
use crate::wire::{
    put_attr,
    put_message,
    Nlmsghdr,
    Sink,
    NLMSG_HDRLEN, //
};
use core::ptr;
use kernel::{
    bindings,
    ffi::{
        c_char,
        c_int, //
    },
    prelude::*, //
};

impl Sink for KVec<u8> {
    type Error = Error;

    fn too_long() -> Error {
        emsgsize()
    }

    fn append(&mut self, bytes: &[u8]) -> Result {
        Ok(self.extend_from_slice(bytes, GFP_KERNEL)?)
    }
}

/// A message whose payload is this row of attributes; its header is zeroes.
pub(super) fn message(attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    message_of(&row(attrs)?)
}

/// A row of attributes.
pub(super) fn row(attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    for (nla_type, value) in attrs {
        put_attr(&mut bytes, *nla_type, value)?;
    }
    Ok(bytes)
}

/// A message with this payload; its header is zeroes.
pub(super) fn message_of(payload: &[u8]) -> Result<KVec<u8>> {
    let mut bytes = KVec::from_elem(0, NLMSG_HDRLEN, GFP_KERNEL)?;

    bytes.append(payload)?;
    Ok(bytes)
}

/// A message with this header, but for its length, and this payload.
pub(super) fn message_with(header: Nlmsghdr, payload: &[u8]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    put_message(&mut bytes, header, payload)?;
    Ok(bytes)
}

/// An attribute whose header says `nla_len`, whatever `value` has.
pub(super) fn attr(nla_len: u16, nla_type: u16, value: &[u8]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    bytes.append(&nla_len.to_ne_bytes())?;
    bytes.append(&nla_type.to_ne_bytes())?;
    bytes.append(value)?;
    Ok(bytes)
}

/// Offset of the first attribute in a message, in bytes.
pub(super) const FIRST: usize = NLMSG_HDRLEN;

/// Offset of what follows an attribute with 4 bytes there, in bytes.
pub(super) const SECOND: usize = FIRST + 8;

/// The bit of `nla_type` that says big-endian.
pub(super) const NET_BYTEORDER: u16 = bindings::NLA_F_NET_BYTEORDER as u16;

/// A header, but for its length.
pub(super) const HEADER: Nlmsghdr = Nlmsghdr {
    nlmsg_len: 0,
    nlmsg_type: 0x1234,
    nlmsg_flags: 0x5678,
    nlmsg_seq: 0x9abc_def0,
    nlmsg_pid: 0x0fed_cba9,
};

/// Room for a text of the extended ACK and its NUL, in bytes.
const MSG_SIZE: usize = bindings::NETLINK_MAX_FMTMSG_LEN as usize;

/// The ACK that the sender of a request receives, in the words of `struct netlink_ext_ack`.
#[derive(PartialEq, Eq)]
pub(super) struct ReceivedAck {
    errno: c_int,
    msg: [u8; MSG_SIZE],
    bad_attr: Option<usize>,
    miss_type: u16,
    miss_nest: Option<usize>,
}

impl ReceivedAck {
    /// Success, without a text.
    pub(super) fn success() -> Self {
        Self {
            errno: 0,
            msg: [0; MSG_SIZE],
            bad_attr: None,
            miss_type: 0,
            miss_nest: None,
        }
    }

    /// Success, and a text.
    pub(super) fn warning(msg: &str) -> Self {
        let mut ack = Self::success();

        for (place, byte) in ack.msg.iter_mut().zip(msg.bytes()) {
            *place = byte;
        }
        ack
    }

    /// An error and its text.
    pub(super) fn error(error: Error, msg: &str) -> Self {
        Self {
            errno: error.to_errno(),
            ..Self::warning(msg)
        }
    }

    /// As it is, and the offending attribute is at `offset` of the message.
    pub(super) fn at(self, offset: usize) -> Self {
        Self {
            bad_attr: Some(offset),
            ..self
        }
    }

    /// As it is, and the attribute `miss_type` is missing.
    pub(super) fn missing(self, miss_type: u16) -> Self {
        Self { miss_type, ..self }
    }

    /// As it is, and what is missing is missing from the nest at `offset` of the message.
    pub(super) fn inside(self, offset: usize) -> Self {
        Self {
            miss_nest: Some(offset),
            ..self
        }
    }

    /// Reads the ACK that `netlink_ack()` makes of these for `message`.
    pub(super) fn read(result: Result, ext_ack: &ExtAck<'_>, message: &[u8]) -> Self {
        let raw = ext_ack.to_raw(message);
        let offset = |attr: *const bindings::nlattr| {
            let offset = attr.addr().wrapping_sub(message.as_ptr().addr());
            (!attr.is_null()).then_some(offset)
        };

        Self {
            errno: result.map_or_else(|error| error.to_errno(), |()| 0),
            // SAFETY: `ext_ack` is alive, and so is what it points to.
            msg: unsafe { text_at(raw._msg) },
            bad_attr: offset(raw.bad_attr),
            miss_type: raw.miss_type,
            miss_nest: offset(raw.miss_nest),
        }
    }
}

/// A protocol that nobody has.
pub(super) const FREE_PROTOCOL: u32 = 24;

/// A protocol that nobody has, and whose family refuses every network namespace.
pub(super) const REFUSED_PROTOCOL: u32 = 25;

/// The protocol of rtnetlink.
pub(super) const TAKEN_PROTOCOL: u32 = bindings::NETLINK_ROUTE;

/// The group that whoever likes may join.
pub(super) const OPEN: u32 = 1;

/// The group that the family lets nobody join.
pub(super) const CLOSED: u32 = 2;

/// A family of the protocol `PROTOCOL`.
pub(super) struct TestFamily<const PROTOCOL: u32>;

/// The family of the protocol that nobody has.
pub(super) type FreeFamily = TestFamily<FREE_PROTOCOL>;

/// How many states there are of all these families.
static STATES: Atomic<u32> = Atomic::<u32>::new(0);

/// State of a test family in a network namespace.
pub(super) struct TestState<const PROTOCOL: u32> {
    pub(super) socket: KernelSocket<TestFamily<PROTOCOL>>,
    /// How often a socket left a group.
    pub(super) left: Atomic<u32>,
    /// The sum of the port ids of the sockets that were closed.
    pub(super) closed: Atomic<u32>,
}

/// Returns how many states there are.
pub(super) fn states() -> u32 {
    STATES.load(Relaxed)
}

/// The first network namespace.
pub(super) fn init_net() -> *mut bindings::net {
    ptr::addr_of_mut!(bindings::init_net)
}

impl<const PROTOCOL: u32> Family for TestFamily<PROTOCOL> {
    const PROTOCOL: u32 = PROTOCOL;

    const GROUPS: &'static [Group] = &[Group::new(OPEN).nonroot(), Group::new(CLOSED)];

    const BIND: Option<Bind<Self>> = Some(|_, group| match group {
        CLOSED => Err(ENOSPC),
        _ => Ok(()),
    });

    const UNBIND: Option<Unbind<Self>> = Some(|net, _| {
        net.left.fetch_add(1, Relaxed);
    });

    const COMMANDS: &'static [Command<Self>] = &[];

    type Net = TestState<PROTOCOL>;

    fn new_net(socket: &KernelSocket<Self>) -> Result<impl PinInit<TestState<PROTOCOL>>> {
        if PROTOCOL == REFUSED_PROTOCOL {
            return Err(ENOSPC);
        }
        STATES.fetch_add(1, Relaxed);
        Ok(TestState {
            socket: socket.clone(),
            left: Atomic::<u32>::new(0),
            closed: Atomic::<u32>::new(0),
        })
    }

    fn closed(net: &Self::Net, _transport: Transport, portid: u32) {
        net.closed.fetch_add(portid, Relaxed);
    }
}

impl<const PROTOCOL: u32> Drop for TestState<PROTOCOL> {
    fn drop(&mut self) {
        STATES.fetch_sub(1, Relaxed);
    }
}

/// Reads a text up to its NUL; one that has none within its room fills all of it.
///
/// # Safety
///
/// `msg` must be null, or point to a NUL within [`MSG_SIZE`] bytes or to that many.
unsafe fn text_at(msg: *const c_char) -> [u8; MSG_SIZE] {
    let mut text = [0; MSG_SIZE];

    for (offset, place) in text.iter_mut().enumerate() {
        if msg.is_null() {
            break;
        }
        // SAFETY: By the caller's word it is inside; no NUL was seen yet.
        match unsafe { ptr::read(msg.add(offset)) } {
            0 => break,
            byte => *place = byte,
        }
    }
    text
}
