// SPDX-License-Identifier: GPL-2.0

//! Answers to requests.

use super::{
    skb::SkBuff,
    AttributeSet,
    Call,
    Family, //
};
use core::marker::PhantomData;

/// The answer to a request that carries the attributes `S`: a message, or the ACK alone.
///
/// A handler makes it and returns it, or an error. Only then it is sent, so there is exactly one
/// answer to a request whatever the handler does: it cannot forget to send one, send two, or refuse
/// what it has answered already. An answer belongs to its request alone, and is nowhere to be kept.
///
/// What no type tells is left to run time: whether [`Request::done`](super::Request::done) is all
/// that the sender waits for, and whether the sender's socket has room for the message. A handler
/// that does not return answers nothing.
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
