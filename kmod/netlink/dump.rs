// SPDX-License-Identifier: GPL-2.0

//! Dumps: tables that are read entry by entry, over as many buffers as it takes.
//!
//! `sendmsg(2)` fills the first buffer, and each `recvmsg(2)` that leaves the receive buffer at most
//! half full the next, until the table is at its end or the socket is closed.
//!
//! A first buffer for which there is no memory, or no room beside what is in the receive buffer, is
//! refused with `ENOBUFS`, as the core does for its own families, and the dump goes on all the same with
//! the next `recvmsg(2)`.

use super::{
    ffi::{
        self,
        DumpStep,
        Dumpit,
        GenlMessage, //
    },
    genlmsghdr::{
        Genlmsghdr,
        GENL_HDRLEN, //
    },
    protocol::Protocol,
    skb::SkbWriter,
    slot,
    Answer,
    AttributeSet,
    Call,
    ExtAck,
    Family,
    Payload, //
};
use crate::wire::{
    Nlmsghdr,
    NLMSG_MIN_TYPE,
    NLM_F_DUMP_FILTERED,
    NLM_F_DUMP_INTR,
    NLM_F_MULTI, //
};
use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_void, //
    },
    prelude::*, //
};

/// A place in a table that is being dumped.
///
/// `NLM_F_DUMP_INTR` tells the reader of each change between the moment before the first
/// [`Dump::next`] and the last one, which finds the end; on `NLMSG_DONE` where no entry came after
/// the change. Nothing tells of what happens after that, of what [`Dump::generation`] does not
/// count, and of so many changes between two entries that it returns the same number again.
///
/// An extended ACK that [`Dump::start`] or [`Dump::next`] fills in and does not refuse with is a
/// warning: its text arrives with `NLMSG_DONE`, unless it is longer than a buffer, see
/// [`Dump::MIN_DUMP_ALLOC`]; then it is left out.
pub trait Dump: Sized + Send + 'static {
    /// The family whose table it is.
    type Family: Family;

    /// Attributes of a request for the dump.
    type Attrs: AttributeSet;

    /// Entry of the table, as a copy of its own: no lock is held while it is written.
    type Item: Send;

    /// Message type of the entries, 16 or above, and at most 255 where the family is in generic netlink.
    const NLMSG_TYPE: u16;

    /// The least room of a buffer, in bytes: that of the largest entry, header and padding included.
    /// At most 65,536; the core has about a page where it is less, and more for who reads more at
    /// once.
    ///
    /// A `recvmsg(2)` with less room than an entry takes cuts it off (`MSG_TRUNC`).
    const MIN_DUMP_ALLOC: u32 = 0;

    /// Starts at the beginning.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the request. There is no dump then, and an `NLMSG_ERROR` says so.
    fn start(call: &mut Call<'_, Self::Family, Self::Attrs>) -> Result<Self>;

    /// Moves on; `None` at the end.
    ///
    /// # Errors
    ///
    /// Whatever keeps the table from being read on. The dump ends with an `NLMSG_DONE` that says so,
    /// behind the entries before.
    fn next(
        &mut self,
        net: &<Self::Family as Family>::Net,
        ext_ack: &mut ExtAck<'_>,
    ) -> Result<Option<Self::Item>>;

    /// Says whether entries are left out because the request asked for that
    /// (`NLM_F_DUMP_FILTERED`): the same from the start to the end.
    fn is_filtered(&self) -> bool {
        false
    }

    /// Returns a number that is another one after each change of the table, and never 0.
    ///
    /// It is to change under the lock that [`Dump::next`] takes: what `next` has met is counted.
    fn generation(&self, net: &<Self::Family as Family>::Net) -> u32;

    /// Returns what an entry holds.
    ///
    /// One that does not fit is written again into the next buffer.
    fn payload(item: &Self::Item) -> impl Payload;
}

/// Result of [`Dump::next`].
type NextEntry<D> = Result<Option<<D as Dump>::Item>>;

/// State of a dump from buffer to buffer.
struct DumpState<D: Dump> {
    table: D,
    // Entry that found no room in the last buffer.
    pending: Option<NextEntry<D>>,
    // Ext-ack of `NLMSG_DONE`, which the core writes after the last call.
    ext_ack: ExtAck<'static>,
    // The `nlmsg_type` of the family in generic netlink, where the request came by that.
    genl_id: Option<u16>,
}

impl<D: Dump> DumpState<D> {
    /// [`Dump::MIN_DUMP_ALLOC`], checked when the dump is compiled: more than this the allocator
    /// mostly does not have in one piece.
    const MIN_DUMP_ALLOC: u32 = {
        assert!(
            D::MIN_DUMP_ALLOC <= 1 << 16,
            "least room of a dump is above 65536"
        );
        D::MIN_DUMP_ALLOC
    };

    /// [`Dump::NLMSG_TYPE`], checked when the dump is compiled: an `NLMSG_DONE` would end it.
    const NLMSG_TYPE: u16 = {
        assert!(
            D::NLMSG_TYPE >= NLMSG_MIN_TYPE,
            "message type of a dump is netlink's own"
        );
        assert!(
            <D::Family as Family>::GENL.is_none() || D::NLMSG_TYPE <= u8::MAX as u16,
            "message type of a dump is above 255"
        );
        D::NLMSG_TYPE
    };

    /// The second header of the entries in generic netlink.
    const GENLMSGHDR: [u8; GENL_HDRLEN] = match <D::Family as Family>::GENL {
        Some(genl) => Genlmsghdr::new(genl, Self::NLMSG_TYPE as u8).to_bytes(),
        None => [0; GENL_HDRLEN],
    };

    /// Returns the `nlmsg_type` of the entries, and their second header, if they have one.
    fn entry_header(&self) -> (u16, &'static [u8]) {
        match <D::Family as Family>::GENL.and(self.genl_id) {
            Some(id) => (id, &Self::GENLMSGHDR),
            None => (Self::NLMSG_TYPE, &[]),
        }
    }

    /// Moves on.
    fn next(&mut self, net: &<D::Family as Family>::Net) -> NextEntry<D> {
        match self.pending.take() {
            Some(entry) => entry,
            None => self.table.next(net, &mut self.ext_ack),
        }
    }

    /// Returns the flag of a dump that leaves out entries, or none.
    fn filtered(&self) -> u16 {
        match self.table.is_filtered() {
            true => NLM_F_DUMP_FILTERED,
            false => 0,
        }
    }
}

/// The state on its way from [`start`] to [`begin`].
type Handover<D> = Option<KBox<DumpState<D>>>;

/// Starts a dump of `D` in answer to `request`.
///
/// Success means that `NLMSG_DONE` is the answer, and there is no ACK.
pub(super) fn start<'a, D: Dump>(
    call: &mut Call<'a, D::Family, D::Attrs>,
) -> Result<Answer<'a, D::Family, D::Attrs>> {
    let state = DumpState {
        table: D::start(call)?,
        pending: None,
        ext_ack: call.ext_ack.take_msg(),
        genl_id: call.request.genl_id(),
    };
    let state = KBox::new(state, GFP_KERNEL_ACCOUNT)?;

    match call.request.genl() {
        Some(message) => start_generic(message, state)?,
        None => start_raw(call, state)?,
    }
    Ok(call.request.done())
}

/// Hands `state` to the dump that the core is about to start.
#[cold] // Laid out of the way of raw requests.
fn start_generic<D: Dump>(message: &GenlMessage, state: KBox<DumpState<D>>) -> Result {
    // A dump over generic netlink is of a request for one.
    let cb = NonNull::new(message.dump).ok_or(EINVAL)?.as_ptr();

    // SAFETY: By the type invariants of `Request` the core lends `cb`, of which nobody else has set
    // the slot, and will call `done`, once.
    unsafe {
        (*cb).min_dump_alloc = DumpState::<D>::MIN_DUMP_ALLOC;
        state_slot(cb).write(KBox::into_raw(state).cast());
    }
    Ok(())
}

/// Starts a dump with `state`.
fn start_raw<D: Dump>(call: &Call<'_, D::Family, D::Attrs>, state: KBox<DumpState<D>>) -> Result {
    let mut handover: Handover<D> = Some(state);
    let mut control = bindings::netlink_dump_control {
        start: Some(begin::<D>),
        dump: Some(fill::<D>),
        done: Some(done::<D>),
        data: ptr::addr_of_mut!(handover).cast(),
        min_dump_alloc: DumpState::<D>::MIN_DUMP_ALLOC,
        ..Default::default()
    };

    // SAFETY: The request's buffer is alive, and the function takes a reference of its own. `begin` is
    // called during this call or not at all, so `handover` is there; what it leaves in the slot is
    // what the other two expect. The dump holds a reference to the module.
    let err = unsafe {
        ffi::nl_helper_dump_start(call.request.skb(), call.request.nlmsghdr(), &mut control)
    };

    // A state that was not handed over is dropped here.
    match -err as u32 {
        bindings::EINTR => Ok(()),
        _ => Err(Error::from_errno(err)),
    }
}

/// Callbacks of a dump, for generic netlink.
#[derive(Clone, Copy)]
pub(super) struct DumpCallbacks {
    pub(super) fill: Dumpit,
    pub(super) done: DumpStep,
}

impl DumpCallbacks {
    /// Returns those of `D`.
    pub(super) const fn of<D: Dump>() -> Self {
        Self {
            fill: fill::<D>,
            done: done::<D>,
        }
    }
}

/// Returns the place that `cb` has for the [`DumpState`]; null in there until there is one. In generic
/// netlink `cb->data` is the core's own.
///
/// # Safety
///
/// `cb` must be a `struct netlink_callback`.
pub(super) unsafe fn state_slot(cb: *mut bindings::netlink_callback) -> *mut *mut c_void {
    // SAFETY: The caller vouches for it. `args` is an array of `long`, each as large and as aligned as
    // a pointer.
    unsafe { ptr::addr_of_mut!((*cb).__bindgen_anon_1).cast() }
}

/// Called by the core when the dump may begin: from here on `done` will be called.
///
/// # Safety
///
/// `cb->data` must point to a [`Handover`] of `D`.
unsafe extern "C" fn begin<D: Dump>(cb: *mut bindings::netlink_callback) -> c_int {
    // SAFETY: The caller vouches for it; the core calls once.
    unsafe {
        let handover = &mut *(*cb).data.cast::<Handover<D>>();
        match handover.take() {
            Some(state) => state_slot(cb).write(KBox::into_raw(state).cast()),
            None => return EINVAL.to_errno(),
        }
    }
    0
}

/// Called by the core for each buffer.
///
/// Returns 0 at the end of the table, something positive before, and else a negative errno.
///
/// # Safety
///
/// The slot of `cb` must hold a state of `D`, and `done` not have been called; nobody else may use either argument.
unsafe extern "C" fn fill<D: Dump>(
    skb: *mut bindings::sk_buff,
    cb: *mut bindings::netlink_callback,
) -> c_int {
    // SAFETY: By the caller's word the state is in the slot, and ours until we return; the
    // core allocated the buffer for this call, linear, empty, and owned by the socket that asked,
    // whose network namespace holds a state of the family. What `extack` points to is there for this
    // call.
    let (state, net, mut writer, cb, extack) = unsafe {
        let writer = SkbWriter::new(NonNull::new_unchecked(skb), 0, ffi::nl_helper_tailroom(skb));
        let unit = Protocol::<D::Family>::UNIT;
        let slot = ffi::nl_helper_net(ffi::nl_helper_skb_net(skb), unit);
        let net = slot::state_in::<D::Family>(slot);
        let extack = (*cb).extack.as_mut();
        let state = &mut *state_slot(cb).read().cast::<DumpState<D>>();
        (state, net, writer, &mut *cb, extack)
    };
    // SAFETY: The core keeps the request, and its header, until the dump is done.
    let mut header = unsafe {
        Nlmsghdr {
            nlmsg_flags: NLM_F_MULTI,
            nlmsg_seq: (*cb.nlh).nlmsg_seq,
            nlmsg_pid: ffi::nl_helper_portid(cb.skb),
            ..Nlmsghdr::default()
        }
    };
    // `NLMSG_DONE` carries these flags, too.
    cb.answer_flags = state.filtered();
    header.nlmsg_flags |= cb.answer_flags;

    let result = fill_buffer(state, net, &mut writer, header, cb);
    writer.commit();
    if let Some(extack) = extack {
        state.ext_ack.write_to(extack);
    }
    match result {
        Ok(len) => len as c_int,
        Err(error) => error.to_errno(),
    }
}

/// Writes entries until the buffer is full; returns 0 at the end of the table, else the length.
///
/// An end that has something to say waits for a buffer of its own: behind entries the core may have
/// no room for the words.
fn fill_buffer<D: Dump>(
    state: &mut DumpState<D>,
    net: &<D::Family as Family>::Net,
    writer: &mut SkbWriter,
    header: Nlmsghdr,
    cb: &mut bindings::netlink_callback,
) -> Result<usize> {
    let (nlmsg_type, second) = state.entry_header();
    let header = Nlmsghdr {
        nlmsg_type,
        ..header
    };

    if cb.prev_seq == 0 {
        // Before the table is looked at for the first time.
        cb.prev_seq = state.table.generation(net);
    }

    loop {
        let entry = state.next(net);
        let is_empty = writer.len() == 0;

        // The core compares once more, for `NLMSG_DONE`.
        cb.seq = state.table.generation(net);
        match &entry {
            Ok(Some(item)) => {
                let payload = D::payload(item);
                let result = writer.put_message(consistent(header, cb), second, &payload);
                match result {
                    Ok(()) => {
                        cb.prev_seq = cb.seq;
                        continue;
                    }
                    Err(error) if is_empty => return Err(too_large(state, error)),
                    Err(_) => {}
                }
            }
            Ok(None) if is_empty || state.ext_ack.is_empty() => return Ok(0),
            Err(error) if is_empty => return Err(*error),
            _ => {}
        }
        state.pending = Some(entry);
        return Ok(writer.len());
    }
}

/// Ends a dump with `error`, for an entry that no buffer has room for.
fn too_large<D: Dump>(state: &mut DumpState<D>, error: Error) -> Error {
    state.ext_ack.refuse(error, c"an entry fits no buffer")
}

/// Returns `header`, flagged where the table has changed since the last look
/// (`nl_dump_check_consistent()`).
fn consistent(header: Nlmsghdr, cb: &bindings::netlink_callback) -> Nlmsghdr {
    let is_changed = cb.prev_seq != 0 && cb.seq != cb.prev_seq;

    Nlmsghdr {
        nlmsg_flags: header.nlmsg_flags | if is_changed { NLM_F_DUMP_INTR } else { 0 },
        ..header
    }
}

/// Called by the core once, at the end of the dump or of its socket.
///
/// # Safety
///
/// The slot of `cb` must hold a state of `D`.
unsafe extern "C" fn done<D: Dump>(cb: *mut bindings::netlink_callback) -> c_int {
    // SAFETY: By the caller's word there is a box in the slot, and it is given up here.
    drop(unsafe { KBox::<DumpState<D>>::from_raw(state_slot(cb).read().cast()) });
    0
}

#[cfg(nl_kunit)]
mod tests;
