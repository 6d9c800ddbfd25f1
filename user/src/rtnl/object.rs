// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What all kinds of objects have in common.

use super::{Fields, Names};
use crate::netlink::{Error, Request};
use crate::wire::{self, Message};

/// An object of the kernel: a view over the message that tells of it.
pub trait Object {
    /// Tells all that is known of it; names are taken from `names`.
    fn describe<F: Fields>(&self, names: &mut Names, out: &mut F);
}

/// A question for all objects of a kind, or some of them.
pub trait Query {
    /// What is asked for.
    type Object<'a>: Object;

    /// Returns what it is for: `list routes`.
    fn op(&self) -> &'static str;

    /// Returns the request, a dump. It asks for no more than is wanted where the kernel can tell.
    ///
    /// # Errors
    ///
    /// As [`Request::dump`].
    fn request(&self) -> Result<Request, Error>;

    /// Reads an object in `message`; `None` where it is none that is wanted.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than its header.
    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Self::Object<'a>>, wire::Error>;
}
