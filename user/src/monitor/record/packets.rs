// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writing a capture, and reading one.

use super::files::{Files, RecordFiles};
use super::input::Input;
use super::pcap::{
    count_packets, put_file_header, put_packet_header, whole_packets, Cooked, Head, PcapPackets,
    COOKED, LONGEST,
};
use crate::netlink::{Error, Packet, Protocol};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

/// How much is held before it is written out, in bytes.
const HELD: usize = 256 << 10;

/// A capture that is written, as `tcpdump(8)` has them of `nlmon`: pcap of `LINKTYPE_NETLINK`.
pub struct PacketFile {
    files: Files,
    writer: Box<dyn Write>,
    /// Packets that are not written yet.
    held: Vec<u8>,
    /// How many packets were written.
    written: u64,
}

impl PacketFile {
    /// Opens the file `path`, and makes it if there is none; what is in it stays until [`PacketFile::begin`]. It is
    /// written by what `wrap` makes of it, which may give up waiting for a reader.
    ///
    /// # Errors
    ///
    /// Those of `open(2)` and of `wrap`, with the file.
    pub fn open(
        path: impl Into<PathBuf>,
        wrap: impl FnOnce(File) -> io::Result<Box<dyn Write>>,
    ) -> Result<Self, Error> {
        let files = Files::open(RecordFiles::one(path))?;

        Ok(Self {
            writer: files.writer(wrap)?,
            files,
            held: Vec::with_capacity(HELD),
            written: 0,
        })
    }

    /// Begins the capture: what was in the file before is gone then.
    ///
    /// # Errors
    ///
    /// Those of `ftruncate(2)` and `write(2)`, with the file.
    pub fn begin(&mut self) -> Result<(), Error> {
        let mut header = Vec::new();
        put_file_header(&mut header);
        self.files.empty()?;
        self.files.append_by(&mut self.writer, &header, |_| 0)
    }

    /// Returns how many datagrams were written so far, without those that are held.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes the datagram `bytes`, which was `len` bytes long, of the moment `time` since the beginning of 1970;
    /// `pkttype`, `PACKET_*`, is what a capture says of
    /// its direction.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`, with the file.
    pub fn put(
        &mut self,
        time: Duration,
        pkttype: u8,
        protocol: Protocol,
        bytes: &[u8],
        len: usize,
    ) -> Result<(), Error> {
        let kept = bytes.len().min(LONGEST as usize - COOKED);
        put_packet_header(&mut self.held, time, COOKED + kept, COOKED + len);
        // All numbers of protocols are below 256.
        Cooked::new(pkttype.into(), protocol.0 as u16).put(&mut self.held);
        self.held.extend_from_slice(&bytes[..kept]);
        match self.held.len() {
            ..HELD => Ok(()),
            _ => self.flush(),
        }
    }

    /// Writes out what is held.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`, with the file.
    pub fn flush(&mut self) -> Result<(), Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        let before = self.files.len();
        let result = self
            .files
            .append_by(&mut self.writer, &self.held, whole_packets);
        let len = usize::try_from(self.files.len() - before).unwrap_or_default();
        self.written += count_packets(&self.held[..len]);
        self.held.clear();
        result
    }
}

/// A capture that is read: the datagrams in it.
pub struct PacketReader(PcapPackets);

impl PacketReader {
    /// Reads the start of a capture.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is none of pcap, or of other links than those of netlink; those of `read(2)`.
    pub fn open(input: Box<dyn Read>) -> Result<Self, Error> {
        let (input, header) = Input::begin(input)?;

        PcapPackets::open(input, &header).map(Self)
    }

    /// Returns the next datagram; `None` at the end. Packets that are not of netlink are left out.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when the capture is cut off there, or broken; those of `read(2)`.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, Error> {
        while let Some(head) = self.0.next_head()? {
            let cooked = Cooked::split(self.0.packet()).map(|(cooked, _)| cooked);
            if let Some(cooked) = cooked.filter(|cooked| cooked.is_netlink()) {
                return Ok(Some(self.packet(head, cooked)));
            }
        }
        Ok(None)
    }

    fn packet(&self, head: Head, cooked: Cooked) -> Packet<'_> {
        let bytes = self.0.packet().get(COOKED..).unwrap_or_default();
        Packet {
            time: head.time,
            protocol: cooked.protocol,
            bytes,
            len: head.len.saturating_sub(COOKED).max(bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn plain(file: File) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(file))
    }

    #[test]
    fn what_was_written_is_read_with_its_time_and_how_long_it_was() {
        let path = std::env::temp_dir().join(format!("packets-{}", std::process::id()));
        let time = Duration::new(7, 9);
        let long = vec![1; 300_000];
        let mut file = PacketFile::open(&path, plain).unwrap();
        file.begin().unwrap();
        for bytes in [&b"short"[..], &long] {
            let len = bytes.len() + 3;
            file.put(time, libc::PACKET_OUTGOING, Protocol(16), bytes, len)
                .unwrap();
        }
        file.flush().unwrap();
        let file = File::open(&path).unwrap();
        let mut reader = PacketReader::open(Box::new(file)).unwrap();
        for (kept, len) in [(5, 8), ((1 << 18) - COOKED, 300_003)] {
            let packet = reader.next_packet().unwrap().unwrap();
            assert_eq!((packet.time, packet.protocol), (time, 16));
            assert_eq!((packet.bytes.len(), packet.len), (kept, len));
        }
        assert!(reader.next_packet().unwrap().is_none());
        fs::remove_file(&path).unwrap();
    }

    /// A disk with room for so many bytes.
    struct Disk(File, usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let len = bytes.len().min(self.1);
            if len == 0 {
                return Err(io::Error::from_raw_os_error(libc::ENOSPC));
            }
            self.1 -= len;
            self.0.write(&bytes[..len])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn those_that_a_full_disk_has_room_for_are_written_and_counted() {
        let path = std::env::temp_dir().join(format!("full-{}", std::process::id()));
        fs::write(&path, [0; 4096]).unwrap();
        let disk = |file| -> io::Result<Box<dyn Write>> { Ok(Box::new(Disk(file, 200))) };
        let mut file = PacketFile::open(&path, disk).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 4096, "not begun");
        file.begin().unwrap();
        for _ in 0..9 {
            file.put(Duration::ZERO, 0, Protocol(0), &[7; 20], 20)
                .unwrap();
        }
        let error = file.flush().unwrap_err();

        assert_eq!(error.errno.0, libc::ENOSPC);
        // The header of the file has 24 bytes, a packet 16 + 16 + 20.
        assert_eq!(file.written(), 3);
        assert_eq!(fs::metadata(&path).unwrap().len(), 24 + 3 * 52);
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_full_disk_names_the_file() {
        let mut file = PacketFile::open("/dev/full", plain).unwrap();
        let error = file.begin().unwrap_err();

        assert_eq!(error.errno.0, libc::ENOSPC);
        assert_eq!(error.object.as_deref(), Some("/dev/full"));
    }
}
