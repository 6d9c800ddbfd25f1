// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The client of the hello family.
//!
//! ```no_run
//! use nlhello::hello::{Client, Hello};
//! use std::time::Duration;
//!
//! let text = Some(b"Hello".as_slice());
//! let mut client = Client::open("say hello")?;
//! let reply = client.hello(&Hello { text, data: None }, Duration::from_secs(1))?;
//! println!("{}", String::from_utf8_lossy(reply.greeting));
//! # Ok::<(), nlhello::netlink::Error>(())
//! ```
//!
//! [`Client`] has a method for each command, [`Batch`] says hello again and again, and [`Listener`]
//! hears who does.

mod batch;
mod client;
mod events;
mod fields;
mod peer;
mod reply;
pub(crate) mod said;
mod spec;
mod summary;

pub use batch::Batch;
pub use client::Client;
pub use events::{Heard, Listener};
pub use peer::{Peer, Stats};
pub use reply::{Hello, Reply};
pub use spec::SPEC;
pub use summary::{RoundTrips, Rtt, Summary};

use reply::OP;
