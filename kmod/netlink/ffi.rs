// SPDX-License-Identifier: GPL-2.0

//! The functions of `helpers.c`.

use kernel::{
    bindings,
    ffi::c_int, //
};

extern "C" {
    /// Opens the kernel's socket of protocol `unit`; null when it could not.
    pub(super) fn nl_helper_kernel_create(
        unit: c_int,
        cfg: *mut bindings::netlink_kernel_cfg,
    ) -> *mut bindings::sock;

    /// Returns the port id that the kernel recorded for the sender of `skb`.
    pub(super) fn nl_helper_portid(skb: *mut bindings::sk_buff) -> u32;

    /// Says whether all bytes of `skb` lie at `skb->data`.
    pub(super) fn nl_helper_is_linear(skb: *const bindings::sk_buff) -> bool;

    /// Allocates a buffer for one message with `payload` bytes; null when it could not.
    pub(super) fn nl_helper_nlmsg_new(payload: usize) -> *mut bindings::sk_buff;

    /// Frees a buffer.
    pub(super) fn nl_helper_nlmsg_free(skb: *mut bindings::sk_buff);

    /// Sends `reply`, which it frees, to the sender of `request`.
    pub(super) fn nl_helper_reply(
        request: *mut bindings::sk_buff,
        reply: *mut bindings::sk_buff,
    ) -> c_int;
}
