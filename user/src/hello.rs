// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The client of the hello family.
//!
//! ```no_run
//! use nlhello::hello::{Client, Hello};
//! use std::time::Duration;
//!
//! let text = Some(b"Hello".as_slice());
//! let mut client = Client::open(&Hello { text, data: None })?;
//! let reply = client.hello(Duration::from_secs(1))?;
//! println!("{}", String::from_utf8_lossy(reply.greeting));
//! # Ok::<(), nlhello::netlink::Error>(())
//! ```

mod client;
mod spec;
mod summary;

pub use client::{Client, Hello, Outcome, Reply};
pub use spec::SPEC;
pub use summary::{RoundTrips, Rtt, Summary};
