// SPDX-License-Identifier: GPL-2.0

//! Messages sent for a request: its answer, its ACK, and notifications.

use super::{
    errno::to_result,
    ffi::{
        self,
        GenlMessage,
        NlaPolicy, //
    },
    group,
    skb::SkBuff,
    AttributeSet,
    Call,
    ExtAck,
    Family,
    Payload,
    Request, //
};
use crate::wire::{
    Nlmsghdr,
    NLM_F_ECHO, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// The answer to a request that carries the attributes `S`: a message, or the ACK alone.
///
/// A handler makes it and returns it, or an error. Only then it is sent, so there is exactly one
/// answer to a request whatever the handler does: it cannot forget to send one, send two, or refuse
/// what it has answered already. An answer belongs to its request alone, and is nowhere to be kept.
///
/// What no type tells is left to run time: whether [`Request::done`](super::Request::done) is all
/// that the sender waits for, whether the sender's socket has room for the message, and what a
/// handler sends there besides, by a [`KernelSocket`](super::KernelSocket). A handler that does not
/// return answers nothing.
#[must_use = "an answer that the handler does not return is not sent"]
pub struct Answer<'a, T: Family, S: AttributeSet = ()> {
    pub(super) message: Option<SkBuff>,
    pub(super) then: Option<Then<T, S>>,
    // Of this very request: neither a longer nor a shorter lifetime will do.
    _request: PhantomData<fn(&'a ()) -> &'a ()>,
}

/// Called when a request was answered, before the ACK. It cannot refuse any more.
pub type Then<T, S = ()> = fn(&Call<'_, T, S>);

impl<T: Family, S: AttributeSet> Answer<'_, T, S> {
    /// Answers with `message`, or by the ACK alone.
    #[inline]
    pub(super) fn new(message: Option<SkBuff>) -> Self {
        Self {
            message,
            then: None,
            _request: PhantomData,
        }
    }

    /// Has `then` called when the answer has reached the sender's socket; if it does not, the
    /// request is refused instead.
    #[inline]
    pub fn then(self, then: Then<T, S>) -> Self {
        Self {
            then: Some(then),
            ..self
        }
    }
}

impl<'a, T: Family> Request<'a, T> {
    /// Answers with a message of type `nlmsg_type` that holds `payload`. To make it may sleep.
    ///
    /// When the handler has returned it, it is sent to the sender's socket, without waiting for room
    /// there. That is also success where a filter on the socket drops it. Else the request is
    /// refused: with `EAGAIN` when the receive buffer is full (its next `recvmsg(2)` fails with
    /// `ENOBUFS`), with `ECONNREFUSED` when the socket is gone.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EMSGSIZE` where an `int` cannot count the message or `nla_len` an attribute, and
    /// over generic netlink `EINVAL` for a type above 255.
    #[inline]
    pub fn reply<S: AttributeSet>(
        &self,
        nlmsg_type: u16,
        payload: impl Payload,
    ) -> Result<Answer<'a, T, S>> {
        self.message(nlmsg_type, payload)
            .map(|skb| Answer::new(Some(skb)))
    }

    /// Answers by the ACK alone, where `NLM_F_ACK` asks for one.
    #[inline]
    pub fn done<S: AttributeSet>(&self) -> Answer<'a, T, S> {
        Answer::new(None)
    }

    /// Says whether a notification to `group` has receivers: listeners (maybe in another network
    /// namespace), or the sender, where `NLM_F_ECHO` asks for that. A group that the family does not
    /// have has none.
    pub fn has_receivers(&self, group: u32) -> bool {
        group::find::<T>(group).is_some() && self.is_wanted(group)
    }

    /// Says whether anybody is to receive notifications to `group`, which the family has.
    fn is_wanted(&self, group: u32) -> bool {
        self.has(NLM_F_ECHO) || self.has_listeners(group)
    }

    /// Says whether anybody in any network namespace listens to `group`.
    fn has_listeners(&self, group: u32) -> bool {
        // SAFETY: By the type invariants of `Datagram` the buffer belongs to the kernel's socket,
        // which stays while a callback runs.
        unsafe { ffi::nl_helper_has_listeners(self.skb(), self.core_group(group)) != 0 }
    }

    /// Notifies the listeners of `group` in the network namespace: a message of type `nlmsg_type`
    /// that holds what `payload` returns. Makes none where there are no [receivers], else it may sleep.
    ///
    /// A listener whose receive buffer is full misses it, and its next `recvmsg(2)` fails with
    /// `ENOBUFS`.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a group that the family does not have, `ENOMEM`, `EMSGSIZE` as for
    /// [`Request::reply`], those of a listener that wants the sender to know
    /// (`NETLINK_BROADCAST_ERROR`), and those of the echo.
    ///
    /// [receivers]: Request::has_receivers
    #[inline]
    pub fn notify<P: Payload>(
        &self,
        group: u32,
        nlmsg_type: u16,
        payload: impl FnOnce() -> P,
    ) -> Result {
        // For group 0 `nlmsg_notify()` would not even free the buffer.
        group::find::<T>(group).ok_or(EINVAL)?;
        if !self.is_wanted(group) {
            return Ok(());
        }
        let skb = self.message(nlmsg_type, payload())?;

        self.send_to_group(group, skb)
    }

    /// Makes a message that repeats the sequence number.
    #[inline]
    fn message(&self, nlmsg_type: u16, payload: impl Payload) -> Result<SkBuff> {
        let header = Nlmsghdr {
            nlmsg_len: 0,
            nlmsg_type,
            nlmsg_flags: 0,
            nlmsg_seq: self.nlmsg_seq(),
            nlmsg_pid: self.portid(),
        };

        SkBuff::new(header, &payload, bindings::GFP_KERNEL)
    }

    /// Hands `reply` to the sender's socket, without waiting for room there.
    #[inline]
    pub(super) fn send(&self, reply: SkBuff) -> Result {
        let (reply, len) = reply.into_raw();

        // SAFETY: By the type invariants of `Datagram` the request's buffer is alive and has the
        // socket that received it; `into_raw` gave up the reply, which the function frees.
        to_result(unsafe { ffi::nl_helper_reply(self.skb(), reply, len, self.genl_raw()) })
    }

    /// Hands `notification` to the listeners of `group`.
    fn send_to_group(&self, group: u32, notification: SkBuff) -> Result {
        let echo = self.has(NLM_F_ECHO);
        let group = self.core_group(group);
        let (skb, len) = notification.into_raw();

        // SAFETY: As in `send`.
        to_result(unsafe {
            ffi::nl_helper_notify(self.skb(), skb, len, group, echo, self.genl_raw())
        })
    }

    /// Returns what generic netlink adds, as C takes it.
    #[inline]
    fn genl_raw(&self) -> *const GenlMessage {
        self.genl().map_or(ptr::null(), ptr::from_ref)
    }

    /// Sends the `NLMSG_ERROR` that says how the request ended.
    #[inline]
    pub(super) fn ack(&self, result: Result, ext_ack: &ExtAck<'_>) {
        let err = result.map_or_else(|error| error.to_errno(), |()| 0);
        // An empty ext-ack is most common, and costs less to leave out than to fill in.
        let raw = (!ext_ack.is_empty()).then(|| ext_ack.to_raw(self.bytes()));
        let raw = raw.as_ref().map_or(ptr::null(), ptr::from_ref);

        // SAFETY: By the type invariants the header is one of a whole message in the buffer, which
        // is alive, and the function only reads there. `raw` is null, which it takes for an extended
        // ACK with nothing in it, or points to texts and bytes that `ext_ack` and the message keep
        // alive.
        unsafe { bindings::netlink_ack(self.skb(), self.nlmsghdr().cast_mut(), err, raw) };
    }

    /// Sends the `NLMSG_ERROR` that refuses the request, and tells in it the `policy` of the
    /// attribute that is to blame.
    pub(super) fn refuse(&self, error: Error, ext_ack: &ExtAck<'_>, policy: &NlaPolicy) {
        let mut raw = ext_ack.to_raw(self.bytes());

        // SAFETY: As in `ack`. The function writes to `raw`, and keeps nothing of it nor of `policy`.
        unsafe {
            ffi::nl_helper_refuse(
                self.skb(),
                self.nlmsghdr().cast_mut(),
                error.to_errno(),
                &mut raw,
                policy,
            )
        };
    }
}

#[cfg(nl_kunit)]
mod tests;
