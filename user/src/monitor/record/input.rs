// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bytes of a record or a capture, in order.
//!
//! Errors of a read are `EBADMSG`, where the file is none that can be read here, is cut off or broken, and those of `read(2)`.

use crate::netlink::Error;
use std::io::{ErrorKind, Read};

const REPLAY: &str = "replay";

pub const NO_RECORD: &str = "it is no record";

/// Input of a replay, and the position in it.
pub struct Input {
    input: Box<dyn Read>,
    at: u64,
}

impl Input {
    /// Reads the first `N` bytes of `input`, which every record has.
    pub fn begin<const N: usize>(input: Box<dyn Read>) -> Result<(Self, [u8; N]), Error> {
        let mut input = Self { input, at: 0 };
        let mut start = [0; N];
        match input.fill(&mut start)? {
            len if len < N => Err(bad(NO_RECORD)),
            _ => Ok((input, start)),
        }
    }

    /// Returns how many bytes were read.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Fills `buf`, which is of the packet at byte `packet`; says whether there was any left to read.
    pub fn read_or_end(&mut self, buf: &mut [u8], packet: u64) -> Result<bool, Error> {
        match self.fill(buf)? {
            0 if !buf.is_empty() => Ok(false),
            len if len < buf.len() => Err(cut_off(packet)),
            _ => Ok(true),
        }
    }

    /// Fills `buf`, which is of the packet at byte `packet`.
    pub fn read_all(&mut self, buf: &mut [u8], packet: u64) -> Result<(), Error> {
        match self.fill(buf)? {
            len if len < buf.len() => Err(cut_off(packet)),
            _ => Ok(()),
        }
    }

    /// Reads as much as there is, up to the size of `buf`; returns how much that was.
    pub fn fill(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        let mut len = 0;
        while len < buf.len() {
            match self.input.read(&mut buf[len..]) {
                Ok(0) => break,
                Ok(more) => len += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from_io(REPLAY, &error)),
            }
        }
        self.at += len as u64;
        Ok(len)
    }
}

fn cut_off(packet: u64) -> Error {
    bad(&format!("it is cut off in the packet at byte {packet}"))
}

/// Returns the error for a record that cannot be read.
pub fn bad(message: &str) -> Error {
    Error::new(REPLAY, libc::EBADMSG).message(message)
}
