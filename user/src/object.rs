// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects that a kernel describes in attributes, of any protocol: [`rtnl`](crate::rtnl) and
//! [`genl`](crate::genl) stand on this.
//!
//! A [`Client`] sends a [`ListQuery`] or a [`GetQuery`]. What comes is an [`Object`], a view over the bytes that the kernel sent: it
//! [finds its attributes](attrs::Index) once, and describes itself, by a [table](schema::Known) of its attributes
//! where they are shown as they are, to whoever takes [`Fields`]: JSON and text for instance.

pub mod attrs;
mod client;
#[cfg(test)]
pub(crate) mod described;
pub mod fields;
mod names;
mod numbers;
mod query;
pub mod schema;

pub use client::{objects, Client, Listing};
pub use fields::{Fields, Nest, Value};
pub use names::Names;
pub use numbers::{Numbering, Numbers};
pub use query::{GetQuery, ListQuery, Object, Query, Rest};
