// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writing a capture, and reading one.

use super::files::{Files, RecordFiles};
use super::input::Input;
use super::pcap::{
    put_file_header, put_packet_header, whole_packets, Cooked, Head, Packets, COOKED, LONGEST,
};
use crate::netlink::{Error, Packet, Protocol};
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// How much is held before it is written out, in bytes.
const HELD: usize = 256 << 10;

/// A capture that is written, as `tcpdump(8)` has them of `nlmon`: pcap of `LINKTYPE_NETLINK`.
pub struct PacketFile {
    files: Files,
    /// Packets that are not written yet.
    held: Vec<u8>,
}

impl PacketFile {
    /// Begins the file `path`.
    ///
    /// # Errors
    ///
    /// Those of `open(2)` and `write(2)`, with the file.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let mut files = Files::create(RecordFiles::one(path))?;
        let mut header = Vec::new();
        put_file_header(&mut header);
        files.append(&header, |_| 0)?;

        Ok(Self {
            files,
            held: Vec::with_capacity(HELD),
        })
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
        let result = self.files.append(&self.held, whole_packets);
        self.held.clear();
        result
    }
}

/// A capture that is read: the datagrams in it.
pub struct PacketReader(Packets);

impl PacketReader {
    /// Reads the start of a capture.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is none of pcap, or of other links than those of netlink; those of `read(2)`.
    pub fn open(input: Box<dyn Read>) -> Result<Self, Error> {
        let (input, header) = Input::begin(input)?;

        Packets::open(input, &header).map(Self)
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
    use std::fs::{self, File};

    #[test]
    fn what_was_written_is_read_with_its_time_and_how_long_it_was() {
        let path = std::env::temp_dir().join(format!("packets-{}", std::process::id()));
        let time = Duration::new(7, 9);
        let long = vec![1; 300_000];
        let mut file = PacketFile::create(&path).unwrap();
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

    #[test]
    fn a_full_disk_names_the_file() {
        let error = PacketFile::create("/dev/full").err().unwrap();

        assert_eq!(error.errno.0, libc::ENOSPC);
        assert_eq!(error.object.as_deref(), Some("/dev/full"));
    }
}
