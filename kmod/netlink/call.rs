// SPDX-License-Identifier: GPL-2.0

//! Arguments of a handler.

use super::{
    AttributeSet,
    ExtAck,
    Family,
    Request, //
};

/// A message that is being served, of a command that takes the attributes `S`.
pub struct Call<'a, T: Family, S: AttributeSet = ()> {
    /// The message, and the way back to who sent it.
    pub request: &'a Request<'a, T>,
    /// The attributes that it carries, which are as `S` declares them.
    pub attrs: S::View<'a>,
    /// Ext-ack for the sender, besides the errno.
    pub ext_ack: ExtAck<'a>,
}

impl<'a, T: Family, S: AttributeSet> Call<'a, T, S> {
    /// Starts to serve `request`, which carries `attrs`.
    #[inline]
    pub(super) fn new(request: &'a Request<'a, T>, attrs: S::View<'a>) -> Self {
        Self {
            request,
            attrs,
            ext_ack: ExtAck::new(),
        }
    }
}
