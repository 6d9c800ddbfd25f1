// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The module and the client together, and both with a real kernel.
//!
//! Tests of rtnetlink alone are in `net`, and `make quick` runs them on this machine's own kernel; `make test`
//! runs all others inside a test kernel. They load and unload the module, so they run one at a time
//! (`--test-threads=1`).
//! `scripts/vm` gives them `$HELLO_KO`, the module, and `nlhello` in the PATH; `scripts/test` gives
//! `$TEST_PROGRAMS`, where the programs in C are built, and `$TEST_MODULES`, where other modules on
//! the netlink layer are.

mod attributes;
mod built_in;
mod classic;
mod client;
mod commands;
mod concurrency;
mod debug;
mod dumps;
mod genl;
mod hardware;
mod kinds;
mod lab;
mod layer;
mod lifetime;
mod link_kinds;
mod live;
mod messages;
mod monitor_hello;
mod net;
mod parity;
mod policy;
mod pressure;
mod random;
mod runs;
mod single_changes;
mod traced;
mod ynl;
