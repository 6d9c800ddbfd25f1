// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The client of the hello family.
//!
//! ```no_run
//! use nlhello::hello::{Hello, HelloClient};
//! use std::time::Duration;
//!
//! let text = Some(b"Hello".as_slice());
//! let mut client = HelloClient::open("say hello")?;
//! let reply = client.hello(&Hello { text, data: None }, Duration::from_secs(1))?;
//! println!("{}", String::from_utf8_lossy(reply.greeting));
//! # Ok::<(), nlhello::netlink::Error>(())
//! ```
//!
//! [`HelloClient`] has a method for each command, [`HelloBatch`] says hello again and again, and [`Listener`]
//! hears who does. Each speaks raw netlink, or generic netlink where its [`HelloSocket`] does.

mod batch;
mod client;
mod events;
mod proto;
mod reply;
pub(crate) mod said;
mod spec;
mod summary;
mod transport;

pub use batch::HelloBatch;
pub use client::HelloClient;
pub use events::{HelloEvent, Listener};
pub use proto::{GetPeerReply as Peer, GetStatsReply as HelloStats, HelloRequest as Hello};
pub use reply::Reply;
pub use spec::SPEC;
pub use summary::{RoundTrips, Rtt, Summary};
pub use transport::{HelloSocket, Transport, GENL_NAME, GENL_SPEC};

use reply::OP;
