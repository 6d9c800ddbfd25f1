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
