// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects that a kernel describes in attributes, of any protocol: [`rtnl`](crate::rtnl) and
//! [`genl`](crate::genl) stand on this.
//!
//! ```no_run
//! use nlhello::object::Client;
//! use nlhello::rtnl::{LinkNamed, Routes, SPEC};
//! use std::time::Duration;
//!
//! let wait = Duration::from_secs(5);
//! let mut client = Client::new(&SPEC)?;
//! let eth0 = LinkNamed { name: b"eth0", stats: false };
//! println!("{:02x?}", eth0.get(&mut client, wait)?.address());
//!
//! let mut routes = client.list(Routes::default(), wait)?;
//! while let Some(route) = routes.next_object()? {
//!     let mtu = route.metrics().and_then(|metrics| metrics.mtu());
//!     println!("{:?} via {:?}, {} next hops, MTU {mtu:?}", route.dst(), route.via(), route.hops().count());
//! }
//! # Ok::<(), nlhello::netlink::Error>(())
//! ```
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
