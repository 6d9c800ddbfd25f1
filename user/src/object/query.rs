// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects of all kinds, and queries for them.

use super::{Fields, Names};
use crate::netlink::{DumpRequest, Error, Request, Spec};
use crate::wire::{self, Message};

/// Operation of a query, as errors name it by default.
const ASK: &str = "ask the kernel";

/// An object of the kernel: a view over the message that tells of it.
pub trait Object {
    /// Tells what it is called by, the first of its fields.
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields);

    /// Tells all else that is known of it; names are taken from `names`.
    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields);

    /// Returns the bytes that alone decide what [`describe_rest`](Object::describe_rest) tells, for
    /// a kind of which there are many that differ in their head only.
    #[inline]
    fn rest(&self) -> Option<Rest<'_>> {
        None
    }
}

/// The bytes of an object but for those of its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest<'a> {
    /// Address family.
    pub family: u8,
    /// Bytes before the head.
    pub before: &'a [u8],
    /// Bytes after the head.
    pub after: &'a [u8],
}

/// A question for objects: how they are read from the messages that answer it.
///
/// Whether many objects answer or one is a matter of type: [`ListQuery`] or [`GetQuery`].
pub trait Query {
    /// The protocol.
    const SPEC: &'static Spec;
    /// The object that is asked for.
    type Object<'a>: Object;

    /// Returns what the question is for, as errors say it: `list routes`.
    fn op(&self) -> &'static str {
        ASK
    }

    /// Reads an object in `message`; `None` where it is none that is wanted.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than its header.
    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Self::Object<'a>>, wire::Error>;
}

/// A question for all objects of a kind, or some of them: [`Client::list`](super::Client::list) asks it.
///
/// [`Client::get`](super::Client::get) takes none:
///
/// ```compile_fail,E0277
/// # use nlhello::{netlink::Error, object::Client, rtnl::Links};
/// # use std::time::Duration;
/// # fn ask(client: &mut Client) -> Result<(), Error> {
/// client.get(&Links::default(), Duration::from_secs(5))?;
/// # Ok(())
/// # }
/// ```
pub trait ListQuery: Query {
    /// Returns the request. It asks for no more than is wanted where the kernel can tell.
    ///
    /// # Errors
    ///
    /// As [`Request::dump`].
    fn request(&self) -> Result<DumpRequest, Error>;

    /// Says whether `error` only means that there is none.
    fn is_none(&self, error: &Error) -> bool {
        let _ = error;
        false
    }
}

/// A question for one object: [`Client::get`](super::Client::get) asks it.
///
/// [`Client::list`](super::Client::list) takes none:
///
/// ```compile_fail,E0277
/// # use nlhello::{netlink::Error, object::Client, rtnl::LinkNamed};
/// # use std::time::Duration;
/// # fn ask(client: &mut Client) -> Result<(), Error> {
/// let lo = LinkNamed { name: b"lo", stats: false };
/// client.list(lo, Duration::from_secs(5))?;
/// # Ok(())
/// # }
/// ```
pub trait GetQuery: Query {
    /// Returns the request.
    ///
    /// # Errors
    ///
    /// As [`Request::new`].
    fn request(&self) -> Result<Request, Error>;
}

impl<Q: Query> Query for &Q {
    const SPEC: &'static Spec = Q::SPEC;
    type Object<'a> = Q::Object<'a>;

    fn op(&self) -> &'static str {
        Q::op(self)
    }

    #[inline]
    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Q::Object<'a>>, wire::Error> {
        Q::select(self, message)
    }
}

impl<Q: ListQuery> ListQuery for &Q {
    fn request(&self) -> Result<DumpRequest, Error> {
        Q::request(self)
    }

    fn is_none(&self, error: &Error) -> bool {
        Q::is_none(self, error)
    }
}
