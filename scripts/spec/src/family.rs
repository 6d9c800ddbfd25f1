// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A family of one's own: from one description, `kmod/uapi/NAME.yaml`, all that says the same.
//!
//! The description has the kernel's own format ([`specs.rst`][specs], `netlink-raw` and `genetlink`)
//! and a few words more, for what the format has no word for:
//!
//! | word | where | meaning |
//! |---|---|---|
//! | `transports` | family | `netlink-raw`, `genetlink` or both, in the place of `protocol` |
//! | `c` | family | `protocol`: name of the number; `guard` and `preamble` of the header; `group-enum` |
//! | `required` | a `request`; a set, for nests in requests | attributes that have to be there |
//! | `optional` | a `reply` or `event`; a set, for nests in answers | attributes that may be missing |
//! | `doc` | a multicast group | the text for it |
//! | `cap-sys-admin` | `flags` of a multicast group | to join takes `CAP_SYS_ADMIN` |
//!
//! [`read`] makes a [`Family`] of it, and refuses by name, with the line, what of the format the
//! layer in `kmod/netlink` does not have. The other modules write one output each.
//!
//! [specs]: https://docs.kernel.org/userspace-api/netlink/specs.html

pub mod client;
pub mod header;
pub mod kernel;
pub mod model;
pub mod numbers;
pub mod output;
pub mod read;
pub mod tables;
pub mod text;
pub mod ynl;

pub use model::Family;
pub use output::Output;
