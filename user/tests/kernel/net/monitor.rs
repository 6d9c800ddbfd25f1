// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor`, `wait` and `replay` while the network changes.

mod explain;
mod filter;
pub mod idle;
mod kinds;
mod left_out;
pub mod netns;
mod objects;
pub mod pair;
mod picture;
pub mod record;
pub mod single;
mod storm;
mod storms;
mod storms_netns;
mod wait;
pub mod watcher;
