// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The module and the client together, inside a test kernel: `make test` runs this there.
//!
//! The tests load and unload the module, so they run one at a time (`--test-threads=1`).
//! `scripts/vm` gives them `$HELLO_KO`, the module, and `nlhello` in the PATH; `scripts/test` gives
//! `$TEST_PROGRAMS`, where the programs in C are built, and `$TEST_MODULES`, where other modules on
//! the netlink layer are.

mod attributes;
mod change;
mod classic;
mod client;
mod commands;
mod concurrency;
mod debug;
mod dumps;
mod lab;
mod layer;
mod lifetime;
mod messages;
mod monitor;
mod monitor_kinds;
mod monitor_netns;
mod monitor_storm_netns;
mod monitor_wait;
mod parity;
mod picture;
mod pressure;
mod random;
mod runs;
mod storm;
mod tables;
mod ynl;
