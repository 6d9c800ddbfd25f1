// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A client of the hello family, a raw netlink protocol, and the layers that it stands on.
//!
//! | module | knows | and nothing of |
//! |---|---|---|
//! | [`wire`] | `nlmsghdr` and `nlattr` over bytes | sockets |
//! | [`uapi`] | the numbers of the hello family, from its C header | Rust types |
//! | [`names`] | the kernel's names for numbers, of all its families | sockets |
//! | [`kind`] | what is known of a kind of objects, as facts | which kinds there are |
//! | [`netlink`] | sockets, requests, answers, errors of any protocol | the hello family |
//! | [`object`] | objects described in attributes, questions for them | which protocols there are |
//! | [`rtnl`], [`genl`] | the objects of one protocol each | each other |
//! | [`ynl`] | families by their netlink specs, read at run time | what any of them is for |
//! | [`hello`] | the commands of the hello family | how a terminal shows them |
//!
//! Requests are built with [neli](https://docs.rs/neli); replies are read in place through
//! [`wire`], the source that the kernel module compiles too.

#![warn(missing_docs)]
#![deny(unsafe_code)]

// Each group may import from those before it, and the last one within itself.
pub mod uapi;
pub mod wire;

pub mod names;

pub mod netlink;

pub mod object;

pub mod diag;
#[cfg(test)]
mod fixtures;
pub mod genl;
pub mod hello;
pub mod kind;
pub mod monitor;
pub mod nlmon;
pub mod rtnl;
pub mod ynl;
