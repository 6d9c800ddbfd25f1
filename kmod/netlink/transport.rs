// SPDX-License-Identifier: GPL-2.0

//! Transports: raw netlink and generic netlink.

use super::{
    protocol::Protocol,
    Family, //
};
use kernel::{
    bindings,
    ffi::c_int, //
};

/// The protocol of generic netlink: as [`Family::PROTOCOL`] it says that a family is there alone.
pub const NETLINK_GENERIC: u32 = bindings::NETLINK_GENERIC;

/// Transport of a message, or of the socket that sent it.
///
/// A process mostly has the same port id on both, so neither says by itself which socket is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The family's own protocol, [`Family::PROTOCOL`].
    Raw,
    /// Generic netlink, [`Family::GENL`].
    Genl,
}

impl Transport {
    /// Returns the transport of the family `T` that sockets of `protocol` use, if it has one.
    pub(super) fn of<T: Family>(protocol: c_int) -> Option<Self> {
        if protocol == NETLINK_GENERIC as c_int {
            T::GENL.map(|_| Self::Genl)
        } else {
            (protocol == Protocol::<T>::UNIT).then_some(Self::Raw)
        }
    }
}
