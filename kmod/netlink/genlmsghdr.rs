// SPDX-License-Identifier: GPL-2.0

//! The header of generic netlink.

use super::genl::Genl;

/// Length of the header, in bytes (`GENL_HDRLEN`).
pub(super) const GENL_HDRLEN: usize = 4;

/// The header behind that of netlink, `struct genlmsghdr`.
#[derive(Clone, Copy)]
pub(super) struct Genlmsghdr {
    pub(super) cmd: u8,
    version: u8,
}

impl Genlmsghdr {
    /// Returns the header of a message of type `cmd` of the family `genl`.
    #[inline]
    pub(super) const fn new(genl: Genl, cmd: u8) -> Self {
        Self {
            cmd,
            version: genl.version,
        }
    }

    /// Reads the header at the start of the payload of a message; `None` when that is too short.
    #[inline]
    pub(super) fn from_payload(payload: &[u8]) -> Option<Self> {
        let (&[cmd, version, ..], _) = payload.split_first_chunk::<GENL_HDRLEN>()?;

        Some(Self { cmd, version })
    }

    /// Returns the header as it goes over the socket.
    #[inline]
    pub(super) const fn to_bytes(self) -> [u8; GENL_HDRLEN] {
        [self.cmd, self.version, 0, 0]
    }
}
