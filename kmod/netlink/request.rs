// SPDX-License-Identifier: GPL-2.0

//! What came in: datagrams and the requests inside them.

use super::{
    errno::to_result,
    ffi::{
        self,
        NlaPolicy, //
    },
    group,
    net::{
        self,
        Sockets, //
    },
    skb::SkBuff,
    Answer,
    AttributeSet,
    ExtAck,
    Family,
    KernelSocket,
    Payload, //
};
use crate::wire::{
    self,
    Message,
    Messages,
    Nlmsghdr,
    NLM_F_ECHO, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_uint, //
    },
    prelude::*, //
};

/// A datagram that the input callback of `T` was handed, borrowed for `'a`.
///
/// # Invariants
///
/// - `skb` is a linear buffer that the netlink core handed to an input callback of `T` which has
///   not returned, and stays so for `'a`; nobody writes to its bytes meanwhile.
/// - `portid` is the sender's, as the kernel recorded it, and not 0.
/// - `net` is the family's state in the sender's network namespace.
pub(super) struct Datagram<'a, T: Family> {
    skb: NonNull<bindings::sk_buff>,
    portid: u32,
    net: &'a T::Net,
    _bytes: PhantomData<&'a [u8]>,
}

impl<T: Family> Clone for Datagram<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Family> Copy for Datagram<'_, T> {}

impl<'a, T: Family> Datagram<'a, T> {
    /// Borrows `skb`; `None` when it is not what a user sends.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core handed to an input callback of `T`, which does not
    /// return during `'a`, in a network namespace that `T` is in.
    pub(super) unsafe fn from_raw(skb: *mut bindings::sk_buff) -> Option<Self> {
        // SAFETY: The caller vouches for `skb`, which is not null, and for the state in the slot,
        // which stays while the sender's socket is open.
        let (skb, net, portid) = unsafe {
            let received = ffi::nl_helper_receive(skb, Sockets::<T>::UNIT);
            let slot = NonNull::new(received.slot.cast_mut())?;
            let net = net::state_in::<T>(slot.as_ptr());
            (NonNull::new_unchecked(skb), net, received.portid)
        };

        // Port 0 is the kernel's own: an answer to it would come back in here.
        // INVARIANT: That was just checked, and `skb` is linear where there is a slot. The caller
        // vouches for the rest: what a callback is lent may be shared, so nobody writes to it.
        (portid != 0).then_some(Self {
            skb,
            portid,
            net,
            _bytes: PhantomData,
        })
    }

    /// Returns all bytes.
    fn bytes(self) -> &'a [u8] {
        let skb = self.skb.as_ptr();

        // SAFETY: By the type invariants the buffer is linear, so `len` bytes lie at `data`, and
        // nobody writes to them during `'a`.
        unsafe { slice::from_raw_parts((*skb).data, (*skb).len as usize) }
    }

    /// Hands each message to `serve`, in order.
    ///
    /// # Errors
    ///
    /// What is wrong with the header behind the last of them.
    #[inline]
    pub(super) fn for_each(
        self,
        mut serve: impl FnMut(&Request<'a, T>),
    ) -> Result<(), wire::Error> {
        Messages::new(self.bytes()).try_for_each(|message| {
            // INVARIANT: A message of these bytes lies inside them.
            serve(&Request {
                datagram: self,
                message: message?,
            });
            Ok(())
        })
    }

    /// Returns the family's state in the network namespace.
    pub(super) fn net(self) -> &'a T::Net {
        self.net
    }
}

/// Who sent a message, as the kernel recorded it (`struct scm_creds`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Creds {
    /// Process, as its own PID namespace numbers it.
    pub pid: u32,
    /// User, as the user namespace that owns the network namespace numbers it; the overflow id
    /// (65534) where it does not.
    pub uid: u32,
    /// Group, numbered likewise.
    pub gid: u32,
}

/// `netlink_capable()`, or one of the same kind.
type HasCapability = unsafe extern "C" fn(*const bindings::sk_buff, c_int) -> bool;

/// One message of a datagram, and the way back to who sent it.
///
/// # Invariants
///
/// `message` lies inside `datagram`.
pub struct Request<'a, T: Family> {
    datagram: Datagram<'a, T>,
    message: Message<'a>,
}

impl<'a, T: Family> Request<'a, T> {
    /// Returns what the sender asks for, `nlmsg_type`.
    #[inline]
    pub fn nlmsg_type(&self) -> u16 {
        self.message.header().nlmsg_type
    }

    /// Returns the `NLM_F_*` flags.
    #[inline]
    pub fn nlmsg_flags(&self) -> u16 {
        self.message.header().nlmsg_flags
    }

    /// Returns the sequence number, which an answer repeats.
    pub fn nlmsg_seq(&self) -> u32 {
        self.message.header().nlmsg_seq
    }

    /// Says whether all bits of `flags` are set.
    #[inline]
    pub fn has(&self, flags: u16) -> bool {
        self.nlmsg_flags() & flags == flags
    }

    /// Returns what follows the header.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.message.payload()
    }

    /// Returns the sender's port id, from the socket and not from the message.
    #[inline]
    pub fn portid(&self) -> u32 {
        self.datagram.portid
    }

    /// Returns the family's state in the sender's network namespace.
    #[inline]
    pub fn net(&self) -> &'a T::Net {
        self.datagram.net()
    }

    /// Returns the kernel's socket in the sender's network namespace, to send by when the request is
    /// over.
    pub fn kernel_socket(&self) -> KernelSocket<T> {
        // SAFETY: By the type invariants of `Datagram` the family is in the network namespace of the
        // socket that received the buffer, and so has a socket there; its slot keeps a reference of
        // its own.
        unsafe {
            let net = ffi::nl_helper_skb_net(self.datagram.skb.as_ptr());
            let slot = ffi::nl_helper_net(net, Sockets::<T>::UNIT);
            let socket = ManuallyDrop::new(KernelSocket::from_raw((*slot).socket));
            KernelSocket::clone(&socket)
        }
    }

    /// Says whether the sender has the capability `cap` (`CAP_*`) in the user namespace that owns
    /// the network namespace, and, unless it gave an address as `sendto(2)` does, whoever opened its
    /// socket had it too. Nobody has one that the kernel does not know.
    pub fn is_capable(&self, cap: u32) -> bool {
        self.has_capability(cap, bindings::netlink_net_capable)
    }

    /// Says whether the sender has the capability `cap` in the first user namespace, over the whole
    /// machine, else as [`Request::is_capable`].
    pub fn is_capable_everywhere(&self, cap: u32) -> bool {
        self.has_capability(cap, bindings::netlink_capable)
    }

    /// Says whether `has` finds the capability `cap`.
    fn has_capability(&self, cap: u32, has: HasCapability) -> bool {
        // SAFETY: By the type invariants of `Datagram` the buffer is one that a user sent, with
        // the socket it came from; the capability is one, as was just checked.
        cap <= bindings::CAP_LAST_CAP && unsafe { has(self.datagram.skb.as_ptr(), cap as c_int) }
    }

    /// Returns who sent it.
    pub fn creds(&self) -> Creds {
        // SAFETY: By the type invariants of `Datagram` the buffer is one that a user sent, and
        // belongs to the kernel's socket, which stays while a callback runs.
        unsafe { ffi::nl_helper_creds(self.datagram.skb.as_ptr()) }
    }

    /// Answers with a message of type `nlmsg_type` that holds `payload`.
    ///
    /// When the handler has returned it, it is sent to the sender's socket, without waiting for room
    /// there. That is also success where a filter on the socket drops it. Else the request is
    /// refused: with `EAGAIN` when the receive buffer is full (its next `recvmsg(2)` fails with
    /// `ENOBUFS`), with `ECONNREFUSED` when the socket is gone.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and `EMSGSIZE` where an `int` cannot count the message or `nla_len` an attribute.
    #[inline]
    pub fn reply<S: AttributeSet>(
        &self,
        nlmsg_type: u16,
        payload: impl Payload,
    ) -> Result<Answer<'a, T, S>> {
        let header = self.answer_header(nlmsg_type);

        SkBuff::new(header, &payload, bindings::GFP_KERNEL).map(|skb| Answer::new(Some(skb)))
    }

    /// Answers by the ACK alone, where `NLM_F_ACK` asks for one.
    #[inline]
    pub fn done<S: AttributeSet>(&self) -> Answer<'a, T, S> {
        Answer::new(None)
    }

    /// Says whether anybody would hear a notification to `group`: a listener (maybe in another
    /// network namespace), or the sender, where `NLM_F_ECHO` asks for that. Nobody hears one to a
    /// group that the family does not have.
    pub fn has_receivers(&self, group: u32) -> bool {
        group::find::<T>(group).is_some() && (self.has(NLM_F_ECHO) || self.has_listeners(group))
    }

    /// Says whether anybody in any network namespace listens to `group`.
    fn has_listeners(&self, group: u32) -> bool {
        // SAFETY: By the type invariants of `Datagram` the buffer belongs to the kernel's socket,
        // which stays while a callback runs.
        unsafe { ffi::nl_helper_has_listeners(self.datagram.skb.as_ptr(), group as c_uint) != 0 }
    }

    /// Notifies the listeners of `group` in the network namespace: a message of type `nlmsg_type`
    /// that holds what `payload` returns. Makes none where nobody would hear it.
    ///
    /// A listener whose receive buffer is full misses it, and its next `recvmsg(2)` fails with
    /// `ENOBUFS`.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a group that the family does not have, `ENOMEM`, `EMSGSIZE` as for
    /// [`Request::reply`], those of a listener that wants the sender to know
    /// (`NETLINK_BROADCAST_ERROR`), and those of the echo.
    #[inline]
    pub fn notify<P: Payload>(
        &self,
        group: u32,
        nlmsg_type: u16,
        payload: impl FnOnce() -> P,
    ) -> Result {
        // For group 0 `nlmsg_notify()` would not even free the buffer.
        group::find::<T>(group).ok_or(EINVAL)?;
        if !self.has_receivers(group) {
            return Ok(());
        }
        let header = self.answer_header(nlmsg_type);
        let skb = SkBuff::new(header, &payload(), bindings::GFP_KERNEL)?;

        self.send_to_group(group, skb)
    }

    /// Returns the header of an answer, which repeats the sequence number.
    fn answer_header(&self, nlmsg_type: u16) -> Nlmsghdr {
        Nlmsghdr {
            nlmsg_len: 0,
            nlmsg_type,
            nlmsg_flags: 0,
            nlmsg_seq: self.nlmsg_seq(),
            nlmsg_pid: self.portid(),
        }
    }

    /// Hands `reply` to the sender's socket, without waiting for room there.
    #[inline]
    pub(super) fn send(&self, reply: SkBuff) -> Result {
        let (reply, len) = reply.into_raw();

        // SAFETY: By the type invariants of `Datagram` the request's buffer is alive and has the
        // socket that received it; `into_raw` gave up the reply, which the function frees.
        to_result(unsafe { ffi::nl_helper_reply(self.datagram.skb.as_ptr(), reply, len) })
    }

    /// Hands `notification` to the listeners of `group`.
    fn send_to_group(&self, group: u32, notification: SkBuff) -> Result {
        let echo = self.has(NLM_F_ECHO);
        let (skb, len) = notification.into_raw();

        // SAFETY: As in `send`.
        to_result(unsafe {
            ffi::nl_helper_notify(self.datagram.skb.as_ptr(), skb, len, group as c_uint, echo)
        })
    }

    /// Sends the `NLMSG_ERROR` that says how the request ended.
    #[inline]
    pub(super) fn ack(&self, result: Result, ext_ack: &ExtAck<'_>) {
        let err = result.map_or_else(|error| error.to_errno(), |()| 0);
        // Nothing to say is most common, and costs less to leave out than to fill in.
        let raw = (!ext_ack.is_empty()).then(|| ext_ack.to_raw(self.message.bytes()));
        let raw = raw.as_ref().map_or(ptr::null(), ptr::from_ref);

        // SAFETY: By the type invariants the header is one of a whole message in the buffer, which
        // is alive, and the function only reads there. `raw` is null, or points to texts and bytes
        // that `ext_ack` and the message keep alive.
        unsafe {
            bindings::netlink_ack(
                self.datagram.skb.as_ptr(),
                self.nlmsghdr().cast_mut(),
                err,
                raw,
            )
        };
    }

    /// Sends the `NLMSG_ERROR` that refuses the request, and tells in it the `policy` of the
    /// attribute that is to blame.
    pub(super) fn refuse(&self, error: Error, ext_ack: &ExtAck<'_>, policy: &NlaPolicy) {
        let mut raw = ext_ack.to_raw(self.message.bytes());

        // SAFETY: As in `ack`. The function writes to `raw`, and keeps nothing of it nor of `policy`.
        unsafe {
            ffi::nl_helper_refuse(
                self.datagram.skb.as_ptr(),
                self.nlmsghdr().cast_mut(),
                error.to_errno(),
                &mut raw,
                policy,
            )
        };
    }

    /// Starts a dump that answers the request, see `netlink_dump_start()`.
    ///
    /// # Safety
    ///
    /// `control` must hold callbacks that the core may call, for as long as they are in memory.
    pub(super) unsafe fn start_dump(&self, control: &mut bindings::netlink_dump_control) -> c_int {
        // SAFETY: By the type invariants of `Datagram` the buffer is alive, and the function takes
        // a reference of its own; the caller vouches for `control`.
        unsafe { ffi::nl_helper_dump_start(self.datagram.skb.as_ptr(), self.nlmsghdr(), control) }
    }

    /// Returns the header as C reads it: messages start at multiples of 4 from the aligned
    /// `skb->data`.
    fn nlmsghdr(&self) -> *const bindings::nlmsghdr {
        self.message.bytes().as_ptr().cast()
    }
}
