// SPDX-License-Identifier: GPL-2.0

//! The functions of `helpers.c` and `genl.c`.

use super::Creds;
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_uint,
        c_void, //
    },
};

/// State and socket of a family in a network namespace, `struct nl_helper_net`.
#[repr(C)]
pub(super) struct NetSlot {
    /// The kernel's socket there, `struct nl_helper_socket`; null where the family is not.
    pub(super) socket: *mut c_void,
    /// The family's state there; null likewise.
    pub(super) state: *mut c_void,
}

/// Origin of a datagram, `struct nl_helper_received`.
#[repr(C)]
pub(super) struct Received {
    /// The slot in the network namespace of the socket that received it; null unless all its bytes
    /// lie at `skb->data`.
    pub(super) slot: *const NetSlot,
    /// The port id that the kernel recorded for the sender.
    pub(super) portid: u32,
}

/// Policy of an attribute, `struct nl_helper_policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(super) struct NlaPolicy {
    /// Least number or length; of a signed number, its bits.
    pub(super) min: u64,
    /// Greatest one, likewise.
    pub(super) max: u64,
    /// Bits that there may be.
    pub(super) mask: u32,
    /// `NL_ATTR_TYPE_*`, any of those that Linux 6.12 has but `INVALID` and `STRING`.
    pub(super) nl_attr_type: u8,
    /// Limits that are in force.
    pub(super) form: NlaPolicyForm,
}

/// Limits of an attribute, `enum nl_helper_policy_form`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum NlaPolicyForm {
    /// No limits.
    Bare,
    /// The least length.
    MinLen,
    /// The greatest length.
    MaxLen,
    /// Least and greatest length.
    LenRange,
    /// Least and greatest number.
    Range,
    /// Least and greatest number, signed.
    SignedRange,
    /// The mask of a number.
    Mask,
    /// The mask of a bitfield.
    Bitfield32,
}

/// Called for a network namespace that comes; 0 or a negative errno.
pub(super) type InitNet = unsafe extern "C" fn(net: *mut bindings::net) -> c_int;

/// Called for a network namespace that goes.
pub(super) type ExitNet = unsafe extern "C" fn(net: *mut bindings::net);

/// Facts that generic netlink adds to a message, `struct nl_helper_genl_message`.
#[repr(C)]
pub(super) struct GenlMessage {
    /// The dump that it asks for, about to start; null where it asks for none.
    pub(super) dump: *mut bindings::netlink_callback,
    /// Command that the sender asks for.
    pub(super) cmd: u8,
    /// Version of the family.
    pub(super) version: u8,
}

/// Facts of a request of generic netlink, `struct genl_info`; nobody here looks inside.
#[allow(non_camel_case_types)] // As C calls it: kCFI compares the names.
#[repr(C)]
pub(super) struct genl_info {
    _private: [u8; 0],
}

/// Called for a request, see `struct genl_split_ops`.
pub(super) type Doit =
    unsafe extern "C" fn(skb: *mut bindings::sk_buff, info: *mut genl_info) -> c_int;

/// Called for a dump that is about to start, or is done.
pub(super) type DumpStep = unsafe extern "C" fn(cb: *mut bindings::netlink_callback) -> c_int;

/// Called for each buffer of a dump.
pub(super) type Dumpit =
    unsafe extern "C" fn(skb: *mut bindings::sk_buff, cb: *mut bindings::netlink_callback) -> c_int;

/// Operation of a family of generic netlink, `struct nl_helper_genl_op`.
#[repr(C)]
pub(super) struct GenlOp {
    pub(super) doit: Doit,
    pub(super) start: DumpStep,
    /// For a dump alone, as the next.
    pub(super) dumpit: Option<Dumpit>,
    pub(super) done: Option<DumpStep>,
    /// `struct nl_helper_genl_policy`; null where no attribute is taken.
    pub(super) policy: *const c_void,
    pub(super) cmd: u8,
    pub(super) uns_admin_perm: bool,
}

#[allow(improper_ctypes)] // Linux 6.12 without lockdep: an empty struct, behind a pointer.
extern "C" {
    /// Makes the slots of protocol `unit`, which is below 32 here and everywhere. Calls `init` for
    /// each network namespace that is and comes, and `exit` for each that goes.
    pub(super) fn nl_helper_register_states(unit: c_int, init: InitNet, exit: ExitNet) -> c_int;

    /// Calls `exit` for each network namespace, and takes the slots away.
    pub(super) fn nl_helper_unregister_states(unit: c_int);

    /// As `nl_helper_register_states`, which comes before it, but makes no slots.
    pub(super) fn nl_helper_register_sockets(unit: c_int, init: InitNet, exit: ExitNet) -> c_int;

    /// Calls `exit` for each network namespace.
    pub(super) fn nl_helper_unregister_sockets(unit: c_int);

    /// Returns the slot of protocol `unit` in `net`; zeroes before the first `init`.
    pub(super) fn nl_helper_net(net: *const bindings::net, unit: c_int) -> *mut NetSlot;

    /// Returns the network namespace of the socket that `skb` belongs to.
    pub(super) fn nl_helper_skb_net(skb: *const bindings::sk_buff) -> *mut bindings::net;

    /// Says whether `net` is the first namespace, which is there before all others and stays.
    pub(super) fn nl_helper_is_init_net(net: *const bindings::net) -> bool;

    /// Makes a `struct nl_helper_socket`, which is not open; null when there is no memory.
    pub(super) fn nl_helper_socket_new() -> *mut c_void;

    /// Takes a reference to `socket`.
    pub(super) fn nl_helper_socket_get(socket: *mut c_void);

    /// Gives up a reference to `socket`; the last one is not that of an open socket.
    pub(super) fn nl_helper_socket_put(socket: *mut c_void);

    /// Opens the socket of the slot of protocol `unit` in `net`, if there is one; 0 or a negative
    /// errno: `EBUSY` in the first namespace, else `ENOMEM`.
    pub(super) fn nl_helper_socket_open(
        net: *mut bindings::net,
        unit: c_int,
        cfg: *mut bindings::netlink_kernel_cfg,
    ) -> c_int;

    /// Closes the socket of the slot of protocol `unit` in `net`, when all have done with it that use
    /// it now. There may be none, and it may not have been opened.
    pub(super) fn nl_helper_socket_close(net: *mut bindings::net, unit: c_int);

    /// Says, by something positive, that somebody listens to `group` of the protocol of `socket`;
    /// a negative errno unless it is open.
    pub(super) fn nl_helper_socket_has_listeners(socket: *mut c_void, group: c_uint) -> c_int;

    /// Sends `skb`, which it consumes, with `len` bytes that are put as for `nl_helper_reply`, by
    /// `socket` to the listeners of `group` or, where that is 0, to the port id `portid`; 0 or a
    /// negative errno, also unless it is open.
    pub(super) fn nl_helper_socket_send(
        socket: *mut c_void,
        skb: *mut bindings::sk_buff,
        len: c_uint,
        portid: u32,
        group: c_uint,
        flags: bindings::gfp_t,
    ) -> c_int;

    /// Says whether the calling task has the capability `cap` in the user namespace that owns `net`.
    pub(super) fn nl_helper_ns_capable(net: *const bindings::net, cap: c_int) -> bool;

    /// Returns the port id that the kernel recorded for the sender of `skb`.
    pub(super) fn nl_helper_portid(skb: *mut bindings::sk_buff) -> u32;

    /// Returns who sent `skb`, to be called in the sender's own context.
    pub(super) fn nl_helper_creds(skb: *mut bindings::sk_buff) -> Creds;

    /// Returns what `skb`, which a socket of protocol `unit` received, came with.
    pub(super) fn nl_helper_receive(skb: *mut bindings::sk_buff, unit: c_int) -> Received;

    /// Allocates a buffer for one message with `payload` bytes; null when it could not.
    pub(super) fn nl_helper_nlmsg_new(
        payload: usize,
        flags: bindings::gfp_t,
    ) -> *mut bindings::sk_buff;

    /// Frees a buffer.
    pub(super) fn nl_helper_nlmsg_free(skb: *mut bindings::sk_buff);

    /// Appends the `len` bytes behind the end of `skb`, for which there must be room.
    pub(super) fn nl_helper_put(skb: *mut bindings::sk_buff, len: c_uint);

    /// Returns how many bytes may be appended to `skb`.
    pub(super) fn nl_helper_tailroom(skb: *const bindings::sk_buff) -> usize;

    /// Sends `reply`, which it consumes, to the sender of `request`; a negative errno when that failed.
    /// The reply has `len` bytes that are put as by `nl_helper_put`, but behind room for a second header,
    /// which they get where `genl` is not null.
    pub(super) fn nl_helper_reply(
        request: *mut bindings::sk_buff,
        reply: *mut bindings::sk_buff,
        len: c_uint,
        genl: *const GenlMessage,
    ) -> c_int;

    /// Says, by anything but 0, that somebody listens to `group` of the protocol that `request`
    /// came by.
    pub(super) fn nl_helper_has_listeners(
        request: *const bindings::sk_buff,
        group: c_uint,
    ) -> c_int;

    /// Sends `skb`, which it consumes, likewise to the listeners of `group`, as the core numbers it, in
    /// the network namespace of `request`, and where `echo` says so to its sender; 0 or a negative errno.
    pub(super) fn nl_helper_notify(
        request: *mut bindings::sk_buff,
        skb: *mut bindings::sk_buff,
        len: c_uint,
        group: c_uint,
        echo: bool,
        genl: *const GenlMessage,
    ) -> c_int;

    /// Starts a dump for the message `nlh` of `request`, in this module's name.
    pub(super) fn nl_helper_dump_start(
        request: *mut bindings::sk_buff,
        nlh: *const bindings::nlmsghdr,
        control: *mut bindings::netlink_dump_control,
    ) -> c_int;

    /// Sends the `NLMSG_ERROR` that refuses the message `nlh` of `request` with `err`, as
    /// `netlink_ack()` does, and tells in it the policy of the attribute that is to blame, as far as
    /// the core can: a least length it tells only beside a greatest one of at most 32,767.
    pub(super) fn nl_helper_refuse(
        request: *mut bindings::sk_buff,
        nlh: *mut bindings::nlmsghdr,
        err: c_int,
        extack: *mut bindings::netlink_ext_ack,
        policy: *const NlaPolicy,
    );

    /// Makes the family of generic netlink of protocol `unit`, with room for as many operations, at most
    /// 255, and groups, unregistered; 0 or a negative errno. Copies `name`, of at most 15 bytes and a NUL.
    pub(super) fn nl_helper_genl_new(
        unit: c_int,
        name: *const u8,
        version: u8,
        netnsok: bool,
        n_ops: usize,
        n_groups: usize,
    ) -> c_int;

    /// Frees it and its policies; it is not registered.
    pub(super) fn nl_helper_genl_free(unit: c_int);

    /// Adds a group to it, which takes `cap` to join, -1 for nothing. Copies `name`, likewise.
    pub(super) fn nl_helper_genl_add_group(unit: c_int, name: *const u8, cap: c_int);

    /// Adds a policy to it, for attributes up to `maxattr`; null when there is no memory.
    pub(super) fn nl_helper_genl_new_policy(unit: c_int, maxattr: u16) -> *mut c_void;

    /// Adds an attribute to such a policy, and `nested`, null or another one, for what is in it.
    pub(super) fn nl_helper_genl_add_rule(
        policy: *mut c_void,
        nla_type: u16,
        rule: *const NlaPolicy,
        nested: *const c_void,
    );

    /// Adds an operation to it. They come by command, and of each the dump last.
    pub(super) fn nl_helper_genl_add_op(unit: c_int, op: *const GenlOp);

    /// Registers it; 0 or a negative errno: `EEXIST` where another one has the name.
    pub(super) fn nl_helper_genl_register(unit: c_int) -> c_int;

    /// Unregisters it, when the calls are over that are under way.
    pub(super) fn nl_helper_genl_unregister(unit: c_int);

    /// Returns the number that the core has given to the group that was added as number `index`, from
    /// 0 on; it is registered.
    pub(super) fn nl_helper_genl_group(unit: c_int, index: c_uint) -> c_uint;

    /// Allocates `count` counters for each CPU, at 0; null when it could not.
    pub(super) fn nl_helper_counters_new(count: usize) -> *mut c_void;

    /// Frees counters.
    pub(super) fn nl_helper_counters_free(counters: *mut c_void);

    /// Adds 1 to the counter `index` of this CPU.
    pub(super) fn nl_helper_counters_inc(counters: *mut c_void, index: usize);

    /// Returns the sum of the counters `index` of all CPUs.
    pub(super) fn nl_helper_counters_sum(counters: *const c_void, index: usize) -> u64;

    /// Begins a section, and returns what `place` points to, which stays until the section ends; null,
    /// and no section, where it points to nothing.
    pub(super) fn nl_helper_rcu_read_begin(
        place: *mut *mut bindings::callback_head,
    ) -> *mut bindings::callback_head;

    /// Ends such a section.
    pub(super) fn nl_helper_rcu_read_end();

    /// Has `place` point to `new`, and frees what it pointed to when all sections have ended that began
    /// before; does not wait for that. Both begin with their `rcu` and come from `kmalloc()`; the old one
    /// may be null.
    pub(super) fn nl_helper_rcu_replace(
        place: *mut *mut bindings::callback_head,
        new: *mut bindings::callback_head,
    );

    /// Says whether the calling task has been killed, and returns to no user.
    pub(super) fn nl_helper_is_dying() -> bool;

    /// Returns the time of the last tick: `CLOCK_BOOTTIME`, in nanoseconds.
    pub(super) fn nl_helper_tick() -> u64;

    /// Returns what `CLOCK_REALTIME`, as it is set now, says of that time, in nanoseconds.
    pub(super) fn nl_helper_tick_real_ns(tick: u64) -> u64;
}
