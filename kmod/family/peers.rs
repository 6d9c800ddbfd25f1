// SPDX-License-Identifier: GPL-2.0

//! Peers that have said hello: a bounded table.
//!
//! Hellos come on all CPUs at once, so the table is split by port id, each part with a lock and
//! memory of its own. A peer that comes or goes touches all CPUs' cache lines; a hello of one that
//! is known does not.

use crate::{
    netlink::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Tick, //
    },
    uapi::NLHELLO_PEERS_MAX, //
};
use kernel::{
    new_spinlock,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::SpinLock, //
};

/// How many parts the table has.
const SHARDS: usize = 16;

/// A peer that has said hello.
#[derive(Clone, Copy)]
pub(super) struct Peer {
    /// Port id of its socket.
    pub(super) portid: u32,
    /// How many hellos it said.
    pub(super) messages: u64,
    /// Payload of all of them, in bytes.
    pub(super) bytes: u64,
    /// When it said the last one.
    pub(super) last: Tick,
    // Order among peers whose last hello came in the same tick.
    number: u64,
}

impl Peer {
    fn new(number: u64, portid: u32, bytes: usize, now: Tick) -> Self {
        Self {
            number,
            portid,
            messages: 1,
            bytes: bytes as u64,
            last: now,
        }
    }

    /// Returns what is smallest for the peer that has been silent for longest.
    fn age_key(&self) -> (Tick, u64) {
        (self.last, self.number)
    }

    /// Notes a hello with `bytes` of payload at `now`.
    fn note(&mut self, bytes: usize, now: Tick) {
        self.messages = self.messages.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes as u64);
        self.last = now;
    }
}

/// The table.
pub(super) struct Peers {
    shards: KVec<Pin<KBox<Shard>>>,
    // Peers that are there, and those that are about to be.
    count: Atomic<u32>,
    added: Atomic<u64>,
    evicted: Atomic<u64>,
    generation: Atomic<u32>,
}

/// A part of the table, by port id, on cache lines of its own.
#[pin_data]
#[repr(align(64))]
struct Shard {
    #[pin]
    peers: SpinLock<RBTree<u32, Peer>>,
}

/// A place in the table: a part, and the first port id there that was not passed yet, if any.
pub(super) struct Cursor {
    shard: usize,
    portid: Option<u32>,
}

impl Cursor {
    /// Returns the first place.
    pub(super) fn start() -> Self {
        Self::at(0)
    }

    fn at(shard: usize) -> Self {
        Self {
            shard,
            portid: Some(0),
        }
    }
}

impl Peers {
    /// Makes an empty table.
    pub(super) fn new() -> Result<Self> {
        let mut shards = KVec::with_capacity(SHARDS, GFP_KERNEL_ACCOUNT)?;
        for _ in 0..SHARDS {
            let shard = pin_init!(Shard {
                peers <- new_spinlock!(RBTree::new()),
            });
            shards.push(
                KBox::pin_init(shard, GFP_KERNEL_ACCOUNT)?,
                GFP_KERNEL_ACCOUNT,
            )?;
        }

        Ok(Self {
            shards,
            count: Atomic::<u32>::new(0),
            added: Atomic::<u64>::new(0),
            evicted: Atomic::<u64>::new(0),
            generation: Atomic::<u32>::new(1),
        })
    }

    /// Returns how many peers there are.
    pub(super) fn count(&self) -> u32 {
        self.count.load(Relaxed)
    }

    /// Returns how many peers had to leave for others.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted.load(Relaxed)
    }

    /// Returns a number that is another one after peers came or went, and never 0.
    pub(super) fn generation(&self) -> u32 {
        self.generation.load(Relaxed)
    }

    /// Notes that `portid` said hello with `bytes` of payload at `now`.
    ///
    /// Where there is no memory for a new peer, it stays unknown.
    #[inline(always)] // As `record_hello` is.
    pub(super) fn note(&self, portid: u32, bytes: usize, now: Tick) {
        if !self.update(portid, bytes, now) {
            // A peer that stays unknown for want of memory has its hello answered all the same.
            let _ = self.add(portid, bytes, now);
        }
    }

    /// Returns the peer `portid`.
    pub(super) fn get(&self, portid: u32) -> Option<Peer> {
        self.shard(portid)?.lock().get(&portid).copied()
    }

    /// Forgets `portid`; says whether it was known.
    pub(super) fn remove(&self, portid: u32) -> bool {
        let Some(peers) = self.shard(portid) else {
            return false;
        };
        let mut peers = peers.lock();
        let is_known = peers.remove(&portid).is_some();

        if is_known {
            self.count.fetch_sub(1, Relaxed);
            self.changed();
        }
        is_known
    }

    /// Returns the first peer that `cursor` has not passed, and passes it.
    pub(super) fn next(&self, cursor: &mut Cursor) -> Option<Peer> {
        loop {
            let shard = self.shards.get(cursor.shard)?;
            let found = cursor.portid.and_then(|portid| first_from(shard, portid));

            if let Some(peer) = found {
                cursor.portid = peer.portid.checked_add(1);
                return Some(peer);
            }
            *cursor = Cursor::at(cursor.shard + 1);
        }
    }

    /// Notes a hello of a peer that is known; says whether it is.
    #[inline(always)] // As `record_hello` is.
    fn update(&self, portid: u32, bytes: usize, now: Tick) -> bool {
        let Some(peers) = self.shard(portid) else {
            return false;
        };
        let mut peers = peers.lock();

        match peers.get_mut(&portid) {
            Some(peer) => peer.note(bytes, now),
            None => return false,
        }
        true
    }

    /// Adds a peer that is not known, at the cost of the oldest when there are too many.
    ///
    /// Two hellos of one socket may come here at once; then one of them is lost to the table.
    #[cold]
    fn add(&self, portid: u32, bytes: usize, now: Tick) -> Result {
        let peers = self.shard(portid).ok_or(EINVAL)?;
        let number = self.added.fetch_add(1, Relaxed);
        let peer = Peer::new(number, portid, bytes, now);
        // No lock is held here: this may sleep.
        let node = RBTreeNode::new(portid, peer, GFP_KERNEL_ACCOUNT)?;

        self.make_room()?;
        let mut peers = peers.lock();
        if peers.insert(node).is_some() {
            self.count.fetch_sub(1, Relaxed);
        }
        self.changed();
        Ok(())
    }

    /// Counts a peer that is about to come, at the cost of the oldest when there are too many.
    fn make_room(&self) -> Result {
        // A race with another CPU: it may take the room that this one made, or add the same peer.
        while !self.count_one() {
            let oldest = self.oldest().ok_or(ENOSPC)?;
            if self.remove(oldest.portid) {
                self.evicted.fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }

    /// Counts one more, unless that are too many.
    fn count_one(&self) -> bool {
        let mut count = self.count();

        while count < NLHELLO_PEERS_MAX {
            match self.count.cmpxchg(count, count + 1, Relaxed) {
                Ok(_) => return true,
                Err(now) => count = now,
            }
        }
        false
    }

    /// Returns the peer that has been silent for longest.
    fn oldest(&self) -> Option<Peer> {
        let oldest = self.shards.iter().filter_map(|shard| oldest_of(shard));

        oldest.min_by_key(Peer::age_key)
    }

    /// Tells dumps that peers came or went, under the lock of their part: whoever sees the change
    /// sees that it was told.
    fn changed(&self) {
        // From 1 on by 2, so at no moment is it 0, which would say that nothing can be said.
        self.generation.fetch_add(2, Relaxed);
    }

    /// Returns the part that `portid` belongs to.
    fn shard(&self, portid: u32) -> Option<&SpinLock<RBTree<u32, Peer>>> {
        self.shards
            .get(portid as usize % SHARDS)
            .map(|shard| &shard.peers)
    }
}

/// Returns the first peer of `shard` whose port id is `portid` or above.
fn first_from(shard: &Shard, portid: u32) -> Option<Peer> {
    let peers = &mut *shard.peers.lock();
    let cursor = peers.cursor_lower_bound(&portid)?;
    let (_, peer) = cursor.current();

    Some(*peer)
}

/// Returns the peer of `shard` that has been silent for longest.
fn oldest_of(shard: &Shard) -> Option<Peer> {
    let peers = shard.peers.lock();

    peers.values().copied().min_by_key(Peer::age_key)
}
