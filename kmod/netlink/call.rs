// SPDX-License-Identifier: GPL-2.0

//! What a handler is called with.

use super::{
    Attributes,
    ExtAck,
    Family,
    Request, //
};

/// A message that is being served.
pub struct Call<'a, T: Family> {
    /// The message, and the way back to who sent it.
    pub request: Request<'a, T>,
    /// The attributes that it carries, which keep to the command's policy.
    pub attrs: Attributes<'a>,
    /// What its sender is told besides the errno.
    pub ext_ack: ExtAck<'a>,
}

impl<'a, T: Family> Call<'a, T> {
    /// Starts to serve `request`, of which no attribute has been read yet.
    #[inline]
    pub(super) fn new(request: Request<'a, T>) -> Self {
        Self {
            request,
            attrs: Attributes::none(),
            ext_ack: ExtAck::new(),
        }
    }
}
