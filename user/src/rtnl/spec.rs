// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The names of rtnetlink's numbers.

use crate::netlink::Spec;

/// What the client knows of rtnetlink.
pub static SPEC: Spec = Spec {
    protocol: libc::NETLINK_ROUTE,
    unregistered_hint: "",
    attr_prefix: "",
    messages: &[],
};
