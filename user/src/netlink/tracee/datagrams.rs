// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams in the memory of a process: what a system call sends or has received.

use super::calls::{CallForm, Direction};
use super::memory::{self, piece, PIECES_MAX};
use super::PeerAddress;
use libc::{c_int, iovec, pid_t};
use std::io;
use std::ops::Range;

/// Most bytes that are looked at of one call. More than that no socket takes whose room nobody has
/// raised a hundredfold.
const BYTES_MAX: usize = 16 << 20;

/// Most datagrams that are looked at of one call. `sendmmsg` takes fewer (`UIO_MAXIOV`), `recvmmsg` as many
/// as there are.
const DATAGRAMS_MAX: usize = 1 << 16;

/// Room that is kept of each thread from one call to the next: so many bytes, and so many datagrams.
const ROOM_KEPT: usize = 1 << 16;
const FOUND_KEPT: usize = 64;

/// Size of `struct sockaddr_nl`.
const ADDR_LEN: usize = 12;

/// The arguments of a call, with the memory that they point to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arguments {
    /// Thread whose memory the arguments point to.
    pub tid: pid_t,
    /// Size of a pointer there, in bytes.
    pub word: usize,
    pub form: CallForm,
    pub args: [u64; 6],
}

/// The datagrams of one call.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    bytes: Vec<u8>,
    found: Vec<Found>,
    /// Why the memory may not be read, where that is so.
    refusal: Option<c_int>,
}

/// Where in the bytes a datagram is, and what there is to say of it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    range: Range<usize>,
    /// How long it is, however much of it could be read. Of one that was received: how many bytes
    /// the call has returned for it, which is more if the rest is gone and was asked for.
    pub len: usize,
    /// How long it may have been at most.
    pub room: usize,
    /// Address that the datagram is for, or from, where the call has one.
    pub peer: Option<PeerAddress>,
    /// `msg_flags` of what was received.
    pub flags: c_int,
}

/// Buffers, address and length of a datagram, before its bytes are read.
#[derive(Debug, Default)]
struct DatagramCall {
    pieces: Vec<iovec>,
    name: Option<u64>,
    len: Option<usize>,
    flags: c_int,
}

impl Datagrams {
    /// Reads what a call is about to send; what cannot be read the kernel cannot read either.
    pub fn read_sent(&mut self, call: &Arguments) {
        self.clear();
        let read = call.each(PIECES_MAX, |described| {
            let room = described.room();
            self.add(call.tid, &described, room, room);
        });
        self.granted(read);
    }

    /// Reads what a call has received, which returned `result`: the length, or how many there are.
    pub fn read_received(&mut self, call: &Arguments, result: usize) {
        self.clear();
        let read = call.each(call.count(result), |described| {
            let len = described.len.unwrap_or(result);
            let room = described.room();
            self.add(call.tid, &described, len, room);
        });
        self.granted(read);
    }

    /// Adds one of `len` bytes, for which the call has `room`.
    fn add(&mut self, tid: pid_t, described: &DatagramCall, len: usize, room: usize) {
        let start = self.bytes.len();
        let wanted = len.min(room).min(BYTES_MAX - start.min(BYTES_MAX));
        // Behind the bytes the address, so that both are read at once.
        let mut pieces = clipped(&described.pieces, wanted);
        let name = described.name.filter(|_| pieces.len() < PIECES_MAX);
        pieces.extend(name.map(|address| piece(address, ADDR_LEN)));
        let total = wanted + name.map_or(0, |_| ADDR_LEN);
        self.bytes.resize(start + total, 0);
        let read = memory::read(tid, &pieces, &mut self.bytes[start..]);
        let read = self.granted(read);
        let peer = match read == total && name.is_some() {
            true => PeerAddress::of_sockaddr(&self.bytes[start + wanted..]),
            false => None,
        };
        let end = start + read.min(wanted);
        self.bytes.truncate(end);
        self.found.push(Found {
            range: start..end,
            len,
            room,
            peer,
            flags: described.flags,
        });
    }

    /// Returns what was read, nothing if it could not be; notes if that is because it may not.
    fn granted<T: Default>(&mut self, read: io::Result<T>) -> T {
        read.unwrap_or_else(|error| {
            self.refusal = error
                .raw_os_error()
                .filter(|errno| matches!(*errno, libc::EPERM | libc::EACCES | libc::ENOSYS));
            T::default()
        })
    }

    /// Returns why the memory of the process may not be read, as far as that is known.
    pub fn refusal(&self) -> Option<c_int> {
        self.refusal
    }

    /// Returns them, each with its bytes, as far as they could be read.
    pub fn iter(&self) -> impl Iterator<Item = (&Found, &[u8])> {
        self.found
            .iter()
            .map(|found| (found, &self.bytes[found.range.clone()]))
    }

    /// Returns how many there are.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.found.clear();
        self.refusal = None;
        self.bytes.shrink_to(ROOM_KEPT);
        self.found.shrink_to(FOUND_KEPT);
    }
}

/// Returns as many of `pieces` as hold the first `len` bytes.
fn clipped(pieces: &[iovec], len: usize) -> Vec<iovec> {
    let mut left = len;
    let mut clipped = Vec::with_capacity(pieces.len() + 1);

    for piece in pieces {
        let iov_len = piece.iov_len.min(left);
        left -= iov_len;
        if iov_len > 0 {
            clipped.push(iovec { iov_len, ..*piece });
        }
    }
    clipped
}

impl DatagramCall {
    fn room(&self) -> usize {
        self.pieces
            .iter()
            .fold(0, |room, piece| room.saturating_add(piece.iov_len))
    }
}

impl Arguments {
    /// Returns the flags that the call was given, `MSG_*`.
    pub fn flags(&self) -> c_int {
        match self.form {
            CallForm::Buffer(_) | CallForm::Messages(_) => self.args[3] as c_int,
            CallForm::Message(_) => self.args[2] as c_int,
            _ => 0,
        }
    }

    /// Returns how many datagrams it has received if it returned `result`.
    pub fn count(&self, result: usize) -> usize {
        match self.form {
            CallForm::Messages(_) => result,
            _ => 1,
        }
    }

    /// Tells `take` what the call says of each of the first `count` of its datagrams.
    fn each(&self, count: usize, mut take: impl FnMut(DatagramCall)) -> io::Result<()> {
        let [_, address, number, ..] = self.args;
        match self.form {
            CallForm::Plain(_) => take(Self::plain(address, number)),
            CallForm::Buffer(direction) => take(self.buffer(direction)),
            CallForm::Vector(_) => take(DatagramCall {
                pieces: self.vector(address, number)?,
                ..DatagramCall::default()
            }),
            CallForm::Message(_) => self.messages(address, 1, 7, take)?,
            CallForm::Messages(_) => {
                let count = count.min(usize::try_from(number).unwrap_or(usize::MAX));
                self.messages(address, count.min(DATAGRAMS_MAX), 8, take)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn plain(address: u64, len: u64) -> DatagramCall {
        let len = usize::try_from(len).unwrap_or(usize::MAX);

        DatagramCall {
            pieces: vec![piece(address, len)],
            ..DatagramCall::default()
        }
    }

    fn buffer(&self, direction: Direction) -> DatagramCall {
        let [_, address, len, _, name, name_len] = self.args;
        let has_name = match direction {
            Direction::Sent => name_len >= ADDR_LEN as u64,
            Direction::Received => self.number_at(name_len) >= ADDR_LEN as u32,
        };

        DatagramCall {
            name: Some(name).filter(|name| *name != 0 && has_name),
            ..Self::plain(address, len)
        }
    }

    /// Returns the number at `address`; 0 if there is none.
    fn number_at(&self, address: u64) -> u32 {
        let mut bytes = [0; 4];
        match address {
            0 => 0,
            _ => match memory::read(self.tid, &[piece(address, 4)], &mut bytes) {
                Ok(4) => u32::from_ne_bytes(bytes),
                _ => 0,
            },
        }
    }

    /// Reads `count` headers at `address`, which are that many words apart: `struct msghdr` alone, or
    /// with the length that makes it a `struct mmsghdr`. One that makes no sense ends it, as it ends
    /// the call.
    fn messages(
        &self,
        address: u64,
        count: usize,
        words: usize,
        take: impl FnMut(DatagramCall),
    ) -> io::Result<()> {
        let bytes = self.read(address, count * words * self.word)?;
        let headers = bytes.chunks_exact(words * self.word);

        headers
            .map_while(|header| self.message(header).ok())
            .for_each(take);
        Ok(())
    }

    fn message(&self, header: &[u8]) -> io::Result<DatagramCall> {
        let word = |at: usize| word_at(header, at * self.word, self.word);
        let int = |at: usize| word_at(header, at * self.word, 4);
        let (name, name_len) = (word(0), int(1));

        Ok(DatagramCall {
            pieces: self.vector(word(2), word(3))?,
            name: Some(name).filter(|name| *name != 0 && name_len >= ADDR_LEN as u64),
            len: match self.form {
                CallForm::Messages(Direction::Received) => usize::try_from(int(7)).ok(),
                _ => None,
            },
            flags: int(6) as c_int,
        })
    }

    /// Reads `count` times `struct iovec` at `address`.
    fn vector(&self, address: u64, count: u64) -> io::Result<Vec<iovec>> {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(PIECES_MAX);
        let bytes = self.read(address, count * 2 * self.word)?;
        let vectors = bytes.chunks_exact(2 * self.word).map(|vector| {
            let len = word_at(vector, self.word, self.word);
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            piece(word_at(vector, 0, self.word), len)
        });

        Ok(vectors.collect())
    }

    /// Reads `len` bytes at `address`, or as many as there are.
    fn read(&self, address: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        if len > 0 {
            let read = memory::read(self.tid, &[piece(address, len)], &mut bytes)?;
            bytes.truncate(read);
        }
        Ok(bytes)
    }
}

/// Returns the number of `len` bytes, 4 or 8, at `at`; 0 where there are no such bytes.
pub(super) fn word_at(bytes: &[u8], at: usize, len: usize) -> u64 {
    let bytes = bytes.get(at..).unwrap_or_default();
    match len {
        4 => bytes
            .first_chunk()
            .map_or(0, |number| u32::from_ne_bytes(*number).into()),
        _ => bytes
            .first_chunk()
            .map_or(0, |number| u64::from_ne_bytes(*number)),
    }
}

impl PeerAddress {
    /// Reads it from the bytes of a `struct sockaddr_nl`.
    fn of_sockaddr(bytes: &[u8]) -> Option<Self> {
        let family = u16::from_ne_bytes(*bytes.first_chunk()?);

        (i32::from(family) == libc::AF_NETLINK).then(|| Self {
            portid: word_at(bytes, 4, 4) as u32,
            groups: word_at(bytes, 8, 4) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(form: CallForm, args: [u64; 6]) -> Arguments {
        Arguments {
            tid: std::process::id() as pid_t,
            word: size_of::<usize>(),
            form,
            args,
        }
    }

    fn address<T>(of: &[T]) -> u64 {
        of.as_ptr() as u64
    }

    fn found(datagrams: &Datagrams) -> Vec<(&[u8], usize)> {
        datagrams
            .iter()
            .map(|(found, bytes)| (bytes, found.len))
            .collect()
    }

    #[test]
    fn what_is_sent_is_put_together_from_its_pieces() {
        let (hello, kernel) = (*b"hello ", *b"kernel");
        let pieces = [
            piece(address(&hello), hello.len()),
            piece(0, 0),
            piece(address(&kernel), kernel.len()),
        ];
        let vector = call(
            CallForm::Vector(Direction::Sent),
            [3, address(&pieces), 3, 0, 0, 0],
        );
        let mut datagrams = Datagrams::default();
        datagrams.read_sent(&vector);

        assert_eq!(found(&datagrams), [(&b"hello kernel"[..], 12)]);
    }

    #[test]
    fn of_what_is_received_as_much_is_read_as_came() {
        let room = *b"hello, nobody";
        for (result, bytes) in [(5, &b"hello"[..]), (13, b"hello, nobody"), (99, &room)] {
            let args = [3, address(&room), room.len() as u64, 0, 0, 0];
            let mut datagrams = Datagrams::default();
            datagrams.read_received(&call(CallForm::Plain(Direction::Received), args), result);

            assert_eq!(found(&datagrams), [(bytes, result)]);
        }
    }

    #[test]
    fn who_it_is_for_is_read_behind_it() {
        let bytes = *b"hello";
        let mut name = [0_u8; ADDR_LEN];
        name[..2].copy_from_slice(&(libc::AF_NETLINK as u16).to_ne_bytes());
        name[4..8].copy_from_slice(&7_u32.to_ne_bytes());
        name[8..].copy_from_slice(&2_u32.to_ne_bytes());
        let args = [3, address(&bytes), 5, 0, address(&name), ADDR_LEN as u64];
        let mut datagrams = Datagrams::default();
        datagrams.read_sent(&call(CallForm::Buffer(Direction::Sent), args));
        let (found, bytes) = datagrams.iter().next().unwrap();
        let peer = PeerAddress {
            portid: 7,
            groups: 2,
        };

        assert_eq!((found.peer, bytes), (Some(peer), &b"hello"[..]));
    }

    #[test]
    fn a_length_that_no_memory_has_takes_none() {
        let bytes = *b"hello";
        let mut datagrams = Datagrams::default();
        let args = [3, address(&bytes), u64::MAX, 0, 0, 0];
        datagrams.read_sent(&call(CallForm::Buffer(Direction::Sent), args));

        assert!(datagrams.bytes.len() <= BYTES_MAX);
        datagrams.clear();
        assert!(datagrams.bytes.capacity() <= ROOM_KEPT);
    }

    #[test]
    fn no_arguments_make_it_panic() {
        let forms = vec![
            CallForm::Buffer(Direction::Sent),
            CallForm::Plain(Direction::Received),
            CallForm::Vector(Direction::Sent),
            CallForm::Message(Direction::Received),
            CallForm::Messages(Direction::Received),
            CallForm::Socketcall,
        ];
        let memory: Vec<u64> = (0..512).map(|at| at * 0x0101_0101).collect();
        let inside = address(&memory);
        proptest!(|(form in prop::sample::select(forms), word in prop::sample::select(vec![4_usize, 8]),
            args in any::<[u64; 6]>(), at in 0..4096_u64, result in 0..70_000_usize)| {
            let mut args = args;
            args[1] = inside + at;
            args[2] %= 4096;
            let call = Arguments { word, ..call(form, args) };
            let mut datagrams = Datagrams::default();
            datagrams.read_sent(&call);
            datagrams.read_received(&call, result);
        });
    }
}
