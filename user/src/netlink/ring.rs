// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Packets of a link, in memory that the kernel fills (`TPACKET_V3`): no packet costs a system call.
//!
//! See `packet(7)` and `Documentation/networking/packet_mmap.rst`. C header: `include/uapi/linux/if_packet.h`.

use super::bpf::{end, jump, load};
use super::errno::check;
use super::socket::{attach_filter, get_option, set_option};
use super::Protocol;
use libc::{
    c_int, sock_filter, sockaddr_ll, tpacket3_hdr, tpacket_block_desc, tpacket_hdr_v1, BPF_JEQ,
    SOL_PACKET,
};
use std::io;
use std::mem::{self, offset_of};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Size of a block, in bytes: no longer packet is kept whole, as in a capture of tcpdump.
const BLOCK: usize = 256 << 10;

/// How many blocks there are. A block that is handed over takes its room however little is in it: so the
/// reader may be away for this many times as long as it lets a block be filled.
const BLOCKS: usize = 32;

/// Size of a frame, in bytes. Blocks of `TPACKET_V3` have none, but the kernel checks that it fits.
const FRAME: usize = 2048;

// Where in a block its status is, how many packets it has, and where the first one is.
const HEADER: usize = offset_of!(tpacket_block_desc, hdr);
const STATUS: usize = HEADER + offset_of!(tpacket_hdr_v1, block_status);
const COUNT: usize = HEADER + offset_of!(tpacket_hdr_v1, num_pkts);
const FIRST: usize = HEADER + offset_of!(tpacket_hdr_v1, offset_to_first_pkt);

/// Where in a packet its address is: behind the header, which is as long as `TPACKET_ALIGN` has it.
const ADDRESS: usize = mem::size_of::<tpacket3_hdr>().next_multiple_of(libc::TPACKET_ALIGNMENT);

/// Header of a packet in the ring: `struct tpacket3_hdr` and `struct sockaddr_ll`.
type PacketHeader = [u8; ADDRESS + mem::size_of::<sockaddr_ll>()];

/// A packet of a link, as it is in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// When the kernel had it, since the beginning of 1970.
    pub time: Duration,
    /// Protocol of the packet; from an `nlmon` device, `NETLINK_*`.
    pub protocol: u16,
    /// The packet, as far as there was room for it.
    pub bytes: &'a [u8],
    /// How long it was.
    pub len: usize,
}

/// Returns how long after the beginning of 1970 `time` is; a clock that is set to before it counts as that.
pub fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A packet socket and its ring.
pub struct Ring {
    socket: OwnedFd,
    memory: Mapping,
    /// The block that the kernel fills next, or has filled.
    next: usize,
    /// How many packets were in blocks and could not be found there.
    unread: u32,
}

impl Ring {
    /// Makes a ring that receives nothing until [`Ring::bind`] says of which link; then packets of
    /// `protocols` only, or all if that is empty. A block that is not full is handed over after `patience`,
    /// some milliseconds: the shorter that is, the more often the reader wakes up.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_RAW`; `EAFNOSUPPORT` where the kernel has no packet sockets; `ENOMEM`.
    pub fn open(protocols: &[Protocol], patience: Duration) -> io::Result<Self> {
        let socket = packet_socket()?;
        let version = libc::tpacket_versions::TPACKET_V3 as c_int;
        set_option(&socket, SOL_PACKET, libc::PACKET_VERSION, version)?;
        if !protocols.is_empty() {
            attach_filter(&socket, &program(protocols))?;
        }
        let frames = BLOCKS * (BLOCK / FRAME);
        // `struct tpacket_req3`. All of them are far below 2^32.
        let request = [
            BLOCK as u32,
            BLOCKS as u32,
            FRAME as u32,
            frames as u32,
            patience.as_millis() as u32,
            0,
            0,
        ];
        set_option(&socket, SOL_PACKET, libc::PACKET_RX_RING, request)?;

        Ok(Self {
            memory: Mapping::of(&socket)?,
            socket,
            next: 0,
            unread: 0,
        })
    }

    /// Receives from now on what goes over the link with this `index`.
    ///
    /// # Errors
    ///
    /// `ENODEV` where there is none; `ENETDOWN` where it is down.
    pub fn bind(&self, index: u32) -> io::Result<()> {
        // SAFETY: the struct holds integers only.
        let mut address: sockaddr_ll = unsafe { mem::zeroed() };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        address.sll_ifindex = c_int::try_from(index).unwrap_or_default();
        // SAFETY: the pointer and the size are those of `address`, which outlives the call.
        check(unsafe {
            libc::bind(
                self.socket.as_raw_fd(),
                ptr::from_ref(&address).cast(),
                mem::size_of::<sockaddr_ll>() as libc::socklen_t,
            )
        })?;
        self.check()
    }

    /// Fails where the link was taken down, or removed, since the last call.
    ///
    /// # Errors
    ///
    /// `ENETDOWN` for both.
    pub fn check(&self) -> io::Result<()> {
        let mut errno: c_int = 0;
        get_option(&self.socket, libc::SOL_SOCKET, libc::SO_ERROR, &mut errno)?;
        match errno {
            0 => Ok(()),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    /// Hands the packets that are there to `take`, one after the other, until that breaks; returns what
    /// it broke with. Those behind it in the same block are gone then.
    ///
    /// It ends, however fast more of them come.
    pub fn read<B>(
        &mut self,
        mut take: impl FnMut(&Packet<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for _ in 0..BLOCKS {
            if !self.memory.is_ours(self.next) {
                break;
            }
            let mut packets = BlockPackets::of(self.memory.block(self.next));
            let flow = packets.try_for_each(|packet| take(&packet));
            if flow.is_continue() {
                self.unread = self.unread.saturating_add(packets.left);
            }
            self.memory.hand_back(self.next);
            self.next = (self.next + 1) % BLOCKS;
            flow?;
        }
        ControlFlow::Continue(())
    }

    /// Returns how many packets were lost since the last call, for want of room.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    pub fn lost(&mut self) -> io::Result<u32> {
        // `struct tpacket_stats_v3`: packets, drops, and how often there was no room.
        let mut stats = [0u32; 3];
        get_option(
            &self.socket,
            SOL_PACKET,
            libc::PACKET_STATISTICS,
            &mut stats,
        )?;
        Ok(stats[1].saturating_add(mem::take(&mut self.unread)))
    }
}

/// Readable when a block is full, or when something is wrong with the link.
impl AsFd for Ring {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Opens a socket for packets without the header of their link, of no protocol yet, so of no link.
fn packet_socket() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
    // SAFETY: the call takes numbers.
    let fd = check(unsafe { libc::socket(libc::AF_PACKET, kind, 0) })?;
    // SAFETY: the kernel has just made it for us, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Returns a program that lets packets of `protocols` pass, whole, and no others.
fn program(protocols: &[Protocol]) -> Vec<sock_filter> {
    let mut program = vec![load((libc::SKF_AD_OFF + libc::SKF_AD_PROTOCOL) as u32)];
    for protocol in protocols {
        program.push(jump(BPF_JEQ, protocol.0 as u32, 0, 1));
        program.push(end(u32::MAX));
    }
    program.push(end(0));
    program
}

/// The memory of a ring.
///
/// # Invariants
///
/// `start` is that of [`BLOCKS`] blocks, which stay mapped as long as this lives. The kernel writes to a
/// block as long as `TP_STATUS_USER` is not set in it.
struct Mapping {
    start: NonNull<u8>,
}

impl Mapping {
    const LEN: usize = BLOCK * BLOCKS;

    fn of(socket: &OwnedFd) -> io::Result<Self> {
        // SAFETY: the kernel chooses a place where nothing else is.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                Self::LEN,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::InvalidData)?;
        // INVARIANT: the kernel has just mapped it, with this length.
        Ok(Self { start })
    }

    fn status(&self, block: usize) -> &AtomicU32 {
        let at = block % BLOCKS * BLOCK + STATUS;
        // SAFETY: by the invariant it is inside of what is mapped as long as `self` lives. Blocks begin
        // where pages do, so it is aligned; the kernel reads and writes it at once.
        unsafe { AtomicU32::from_ptr(self.start.as_ptr().add(at).cast()) }
    }

    /// Says whether the kernel has filled `block`, and handed it over.
    fn is_ours(&self, block: usize) -> bool {
        self.status(block).load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
    }

    /// Returns what is in `block`; nothing as long as that is not ours.
    fn block(&self, block: usize) -> &[u8] {
        if !self.is_ours(block) {
            return &[];
        }
        // SAFETY: by the invariant it is inside of what is mapped, and the kernel writes nothing to it until
        // `hand_back`, which takes `self` exclusively, so that nobody has these bytes any more.
        unsafe {
            std::slice::from_raw_parts(self.start.as_ptr().add(block % BLOCKS * BLOCK), BLOCK)
        }
    }

    /// Lets the kernel fill `block` again.
    fn hand_back(&mut self, block: usize) {
        let status = self.status(block);
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the pointer and the length are of what was mapped, and nobody has a part of it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), Self::LEN) };
    }
}

/// The packets of a block: each says where the next one is. What makes no sense ends them.
struct BlockPackets<'b> {
    block: &'b [u8],
    at: usize,
    /// How many there are yet, as the block says.
    left: u32,
}

impl<'b> BlockPackets<'b> {
    fn of(block: &'b [u8]) -> Self {
        Self {
            block,
            at: word(block, FIRST).unwrap_or_default() as usize,
            left: word(block, COUNT).unwrap_or_default(),
        }
    }
}

impl<'b> Iterator for BlockPackets<'b> {
    type Item = Packet<'b>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let frame = self.block.get(self.at..)?;
        let header = frame.first_chunk()?;
        let packet = Packet::of(header, frame)?;
        self.left -= 1;
        self.at = match word(header, offset_of!(tpacket3_hdr, tp_next_offset))? {
            // An offset of 0 marks the last packet of the block.
            0 => self.block.len(),
            step => self.at.saturating_add(step as usize),
        };
        Some(packet)
    }
}

impl<'b> Packet<'b> {
    /// Reads the packet at the start of `frame`, which begins with this `header`, if it is one.
    #[inline]
    fn of(header: &PacketHeader, frame: &'b [u8]) -> Option<Self> {
        let word = |at| word(header, at);
        let half = |at: usize| header.get(at..)?.first_chunk().copied();
        let mac = u16::from_ne_bytes(half(offset_of!(tpacket3_hdr, tp_mac))?);
        let kept = word(offset_of!(tpacket3_hdr, tp_snaplen))?;
        let protocol = half(ADDRESS + offset_of!(sockaddr_ll, sll_protocol))?;
        let time = Duration::new(
            word(offset_of!(tpacket3_hdr, tp_sec))?.into(),
            word(offset_of!(tpacket3_hdr, tp_nsec))?,
        );

        Some(Self {
            time,
            protocol: u16::from_be_bytes(protocol),
            bytes: frame.get(usize::from(mac)..)?.get(..kept as usize)?,
            len: word(offset_of!(tpacket3_hdr, tp_len))? as usize,
        })
    }
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..)?.first_chunk()?;

    Some(u32::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::super::bpf::tests::verdict;
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;

    /// Bytes from the start of a packet to its data.
    const DATA: usize = ADDRESS + mem::size_of::<sockaddr_ll>() + 12;

    fn set(block: &mut [u8], at: usize, word: u32) {
        block[at..at + 4].copy_from_slice(&word.to_ne_bytes());
    }

    /// Returns a block with one packet for each of `all`, a protocol and data.
    fn block(all: &[(u16, &[u8])]) -> Vec<u8> {
        let first = mem::size_of::<tpacket_block_desc>();
        let mut block = vec![0; first];
        set(&mut block, COUNT, all.len() as u32);
        set(&mut block, FIRST, first as u32);
        for (number, (protocol, data)) in all.iter().enumerate() {
            let at = block.len();
            let size = (DATA + data.len()).next_multiple_of(8);
            block.resize(at + size, 0);
            let frame = &mut block[at..];
            let is_last = number + 1 == all.len();
            set(frame, 0, if is_last { 0 } else { size as u32 });
            set(frame, offset_of!(tpacket3_hdr, tp_sec), 1);
            set(frame, offset_of!(tpacket3_hdr, tp_nsec), number as u32);
            let len = data.len() as u32;
            set(frame, offset_of!(tpacket3_hdr, tp_snaplen), len);
            set(frame, offset_of!(tpacket3_hdr, tp_len), len + 1);
            let mac = offset_of!(tpacket3_hdr, tp_mac);
            frame[mac..mac + 2].copy_from_slice(&(DATA as u16).to_ne_bytes());
            frame[ADDRESS + 2..ADDRESS + 4].copy_from_slice(&protocol.to_be_bytes());
            frame[DATA..DATA + data.len()].copy_from_slice(data);
        }
        block
    }

    #[test]
    fn each_packet_of_a_block_is_found_with_its_time_and_its_protocol() {
        let block = block(&[(0, b"route"), (16, b""), (12, b"netfilter")]);
        let mut packets = BlockPackets::of(&block);
        let found: Vec<_> = packets.by_ref().collect();
        let expected = [(0, &b"route"[..]), (16, b""), (12, b"netfilter")];
        for (number, (packet, (protocol, bytes))) in found.iter().zip(expected).enumerate() {
            assert_eq!((packet.protocol, packet.bytes), (protocol, bytes));
            assert_eq!(packet.len, bytes.len() + 1);
            let since = Duration::new(1, number as u32);
            assert_eq!(packet.time, since);
        }
        assert_eq!((found.len(), packets.left), (3, 0));
    }

    #[test]
    fn a_block_without_packets_has_none() {
        assert_eq!(BlockPackets::of(&block(&[])).count(), 0);
        assert_eq!(BlockPackets::of(&[]).count(), 0);
    }

    #[test]
    fn what_reaches_beyond_the_block_ends_it_and_is_counted() {
        let whole = block(&[(0, b"first"), (0, b"second")]);
        let first = mem::size_of::<tpacket_block_desc>();
        let mac = first + offset_of!(tpacket3_hdr, tp_mac);
        for (at, word, read) in [
            (FIRST, u32::MAX, 0),
            (first, u32::MAX, 1),
            (first + offset_of!(tpacket3_hdr, tp_snaplen), u32::MAX, 0),
            (mac & !3, u32::MAX, 0),
        ] {
            let mut block = whole.clone();
            set(&mut block, at, word);
            let mut packets = BlockPackets::of(&block);
            assert_eq!(packets.by_ref().count(), read, "{at}");
            assert_eq!(packets.left as usize, 2 - read, "{at}");
        }
        for len in 0..whole.len() {
            assert!(BlockPackets::of(&whole[..len]).count() < 2 || len + 8 > whole.len());
        }
    }

    proptest! {
        /// Any numbers in a block have the packets end, and each packet that the block counts is found or left.
        #[test]
        fn any_bytes_are_a_block(
            count in any::<u32>(),
            changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..16),
            len in any::<Index>(),
        ) {
            let mut bytes = block(&[(0, b"first"), (16, b"second"), (12, b"third")]);
            set(&mut bytes, COUNT, count);
            for (index, byte) in changes {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(len.index(bytes.len()) + 1);
            let mut packets = BlockPackets::of(&bytes);
            let found = packets.by_ref().count();
            let count = word(&bytes, COUNT).unwrap_or_default();
            prop_assert!(found <= bytes.len());
            prop_assert_eq!(found as u32 + packets.left, count);
        }
    }

    #[test]
    fn the_program_lets_the_protocols_pass_that_are_asked_for() {
        let program = program(&[Protocol(0), Protocol(16)]);
        let of_protocol = |protocol| verdict(&program, |_| protocol);
        let verdicts = [0, 4, 12, 16].map(of_protocol);

        assert_eq!(verdicts, [u32::MAX, 0, 0, u32::MAX]);
    }
}
