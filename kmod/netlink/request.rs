// SPDX-License-Identifier: GPL-2.0

//! Datagrams received, and the requests inside them.

use super::{
    ffi::{
        self,
        GenlMessage, //
    },
    genlmsghdr::{
        Genlmsghdr,
        GENL_HDRLEN, //
    },
    group,
    protocol::Protocol,
    slot,
    Creds,
    Family,
    KernelSocket,
    Transport, //
};
use crate::wire::{
    self,
    Message,
    Messages, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull,
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
            let received = ffi::nl_helper_receive(skb, Protocol::<T>::UNIT);
            let slot = NonNull::new(received.slot.cast_mut())?;
            let net = slot::state_in::<T>(slot.as_ptr());
            (NonNull::new_unchecked(skb), net, received.portid)
        };

        // Port 0 is the kernel's own: an answer to it would come back in here.
        // INVARIANT: The port id was just checked, and `skb` is linear where there is a slot. The caller
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
            let message = message?;

            // INVARIANT: A message of these bytes lies inside them.
            serve(&Request {
                datagram: self,
                message,
                payload: message.payload(),
                genl: None,
            });
            Ok(())
        })
    }

    /// Hands the message at the start, one of generic netlink, to `serve`.
    ///
    /// # Errors
    ///
    /// `EINVAL` where there is none, and those of `serve`.
    ///
    /// # Safety
    ///
    /// `dump` must be null, or what the netlink core hands to a `start()` of `T` for this message.
    pub(super) unsafe fn with_genl(
        self,
        dump: *mut bindings::netlink_callback,
        serve: impl FnOnce(&Request<'_, T>) -> Result,
    ) -> Result {
        let message = Messages::new(self.bytes()).next().and_then(Result::ok);
        let message = message.ok_or(EINVAL)?;
        let genl = GenlMessage {
            dump,
            cmd: Genlmsghdr::from_payload(message.payload())
                .ok_or(EINVAL)?
                .cmd,
            version: T::GENL.ok_or(EINVAL)?.version,
        };

        // INVARIANT: As in `for_each`; the caller vouches for `dump`.
        serve(&Request {
            datagram: self,
            message,
            payload: message.payload().get(GENL_HDRLEN..).unwrap_or_default(),
            genl: Some(&genl),
        })
    }

    /// Returns the family's state in the network namespace.
    pub(super) fn net(self) -> &'a T::Net {
        self.net
    }
}

/// `netlink_capable()`, or one of the same kind.
type HasCapability = unsafe extern "C" fn(*const bindings::sk_buff, c_int) -> bool;

/// A message of a datagram, and its sender.
///
/// # Invariants
///
/// `message` lies inside `datagram`. `genl` is what `Datagram::with_genl` was vouched for.
pub struct Request<'a, T: Family> {
    datagram: Datagram<'a, T>,
    message: Message<'a>,
    // Behind all headers.
    payload: &'a [u8],
    genl: Option<&'a GenlMessage>,
}

impl<'a, T: Family> Request<'a, T> {
    /// Returns what generic netlink adds, where the message came by that.
    #[inline(always)] // On the way of each reply; nothing at all for a family that is not there.
    pub(super) fn genl(&self) -> Option<&'a GenlMessage> {
        T::GENL.and(self.genl)
    }

    /// Returns the transport that the message came by.
    #[inline]
    pub fn transport(&self) -> Transport {
        match self.genl() {
            Some(_) => Transport::Genl,
            None => Transport::Raw,
        }
    }

    /// Returns the number that the core has for `group`, which the family has.
    #[inline]
    pub(super) fn core_group(&self, group: u32) -> c_uint {
        match self.genl() {
            Some(_) => genl_group::<T>(group),
            None => group as c_uint,
        }
    }

    /// Returns what the sender asks for: `nlmsg_type`, or `cmd` of generic netlink.
    #[inline]
    pub fn nlmsg_type(&self) -> u16 {
        match self.genl() {
            Some(genl) => genl.cmd.into(),
            None => self.message.header().nlmsg_type,
        }
    }

    /// Returns the `nlmsg_type` of all messages of the family in generic netlink, which the core gave
    /// it, where the message came by that.
    #[inline]
    pub(super) fn genl_id(&self) -> Option<u16> {
        self.genl().map(|_| self.message.header().nlmsg_type)
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

    /// Returns what follows the header, in generic netlink the second one.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Returns the sender's port id, from the socket and not from the message. On the other
    /// transport another socket may have the same.
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
            let net = ffi::nl_helper_skb_net(self.skb());
            let slot = ffi::nl_helper_net(net, Protocol::<T>::UNIT);
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
    /// machine; see [`Request::is_capable`].
    pub fn is_capable_everywhere(&self, cap: u32) -> bool {
        self.has_capability(cap, bindings::netlink_capable)
    }

    /// Says whether `has` finds the capability `cap`.
    fn has_capability(&self, cap: u32, has: HasCapability) -> bool {
        // SAFETY: By the type invariants of `Datagram` the buffer is one that a user sent, with
        // the socket it came from; the capability is one, as was just checked.
        cap <= bindings::CAP_LAST_CAP && unsafe { has(self.skb(), cap as c_int) }
    }

    /// Returns who sent it.
    pub fn creds(&self) -> Creds {
        // SAFETY: By the type invariants of `Datagram` the buffer is one that a user sent, in whose call
        // this is, and belongs to the kernel's socket, which stays while a callback runs.
        unsafe { ffi::nl_helper_creds(self.skb()) }
    }

    /// Returns the buffer that the message came in: as long as the request is, one that a user sent,
    /// with the kernel's socket that received it.
    #[inline]
    pub(super) fn skb(&self) -> *mut bindings::sk_buff {
        self.datagram.skb.as_ptr()
    }

    /// Returns the whole message.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.message.bytes()
    }

    /// Returns the header as C reads it, in [`Request::skb`]: messages start at multiples of 4 from the
    /// aligned `skb->data`.
    pub(super) fn nlmsghdr(&self) -> *const bindings::nlmsghdr {
        self.bytes().as_ptr().cast()
    }
}

/// Returns the number that the core has for `group` of the family `T` in generic netlink.
#[cold]
fn genl_group<T: Family>(group: u32) -> c_uint {
    // SAFETY: There are requests while the family is registered.
    unsafe { ffi::nl_helper_genl_group(Protocol::<T>::UNIT, group::index::<T>(group)) }
}

#[cfg(nl_kunit)]
pub(super) mod tests;
