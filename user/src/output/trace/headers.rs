// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is known of a message, and how its header is shown, by what messages of a kind have in common.

use super::memory::Memory;
use super::sink::Sink;
use super::walk;
use crate::output::record::memo::{mix, place};
use nlhello::names;
use nlhello::wire::Nlmsghdr;

/// How many kinds are remembered; a power of two.
const SLOTS: usize = 256;

/// Kinds of messages, each in the place that the hash of its key gives it: the last one there stays.
#[derive(Default)]
pub struct Headers {
    /// None before the first message.
    slots: Vec<Slot>,
}

/// What is known of a kind of messages.
#[derive(Clone, Default)]
pub struct Slot {
    /// `None` while there is nothing.
    key: Option<Key>,
    /// What their payload is.
    pub known: Option<names::Message>,
    /// Their header as it is shown, up to `nlmsg_seq`.
    pub start: Vec<u8>,
}

/// All that the header up to `nlmsg_seq` and the name of a message depend on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    /// `nlmsg_len`, `nlmsg_type` and `nlmsg_flags`, as one number.
    common: u64,
    /// The protocol, and the first byte of the payload, an address family or the command in generic netlink.
    place: u64,
    /// Which families of generic netlink are known.
    families: u64,
}

impl Headers {
    /// Returns what is known of messages with this `header` and `payload`, shown as `S` does.
    #[inline]
    pub fn find<S: Sink>(
        &mut self,
        memory: &Memory,
        protocol: i32,
        header: &Nlmsghdr,
        payload: &[u8],
    ) -> &Slot {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        let key = Key::new(memory, protocol, header, payload);
        let slot = &mut self.slots[key.slot()];
        if slot.key != Some(key) {
            slot.fill::<S>(memory, protocol, header, payload);
            slot.key = Some(key);
        }
        slot
    }
}

impl Key {
    #[inline]
    fn new(memory: &Memory, protocol: i32, header: &Nlmsghdr, payload: &[u8]) -> Self {
        let [common @ .., _, _, _, _, _, _, _, _] = header.to_bytes();
        // No byte is a number as well.
        let first = payload.first().map_or(256, |first| u64::from(*first));
        Self {
            common: u64::from_ne_bytes(common),
            place: (first << 32) | u64::from(protocol as u32),
            families: memory.families(),
        }
    }

    #[inline]
    fn slot(&self) -> usize {
        place(mix(self.place, &self.common.to_ne_bytes()), SLOTS)
    }
}

impl Slot {
    #[cold]
    fn fill<S: Sink>(&mut self, memory: &Memory, protocol: i32, header: &Nlmsghdr, payload: &[u8]) {
        let known = walk::find(memory, protocol, header, payload);
        let name = walk::type_name(memory, protocol, header.nlmsg_type, known.as_ref());
        let flags = walk::flags_of(header, known.as_ref());
        self.known = known;
        self.start.clear();
        S::nlmsghdr(&mut self.start, header, name, flags);
    }
}
