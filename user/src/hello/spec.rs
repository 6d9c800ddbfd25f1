// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Description of the protocol.

use super::proto::MESSAGES;
use crate::netlink::Spec;
use crate::uapi;

/// Messages and attributes of the hello family.
pub static SPEC: Spec = Spec {
    protocol: uapi::NETLINK_USER as libc::c_int,
    unregistered_hint: "is hello.ko loaded?",
    messages: MESSAGES,
};
