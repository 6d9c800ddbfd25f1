// SPDX-License-Identifier: Apache-2.0 OR MIT

//! rtnetlink alone. No test here needs the module, another kernel than the oldest that is tested, or other
//! links than pairs (veth) and bridges: `make test` runs them on this machine's own kernel, in network
//! namespaces of their own, where that can be done, and else inside the test kernel.

pub mod change;
pub mod monitor;
mod sockets;
mod tables;
