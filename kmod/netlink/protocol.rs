// SPDX-License-Identifier: GPL-2.0

//! The protocol number of a family, as C takes it.

use super::Family;
use core::marker::PhantomData;
use kernel::{
    bindings,
    ffi::c_int, //
};

/// The number of protocols that netlink can have.
pub(super) const MAX_LINKS: usize = bindings::MAX_LINKS as usize;

/// The protocol of the family `T`.
pub(super) struct Protocol<T: Family>(PhantomData<fn(T)>);

impl<T: Family> Protocol<T> {
    /// The protocol number, checked when the family is compiled.
    pub(super) const UNIT: c_int = {
        assert!(
            (T::PROTOCOL as usize) < MAX_LINKS,
            "protocol number is 32 or more"
        );
        // The core has it for users alone: their sockets hold no reference to a module.
        assert!(
            T::PROTOCOL != bindings::NETLINK_USERSOCK,
            "protocol 2 is the users' own"
        );
        T::PROTOCOL as c_int
    };

    /// Whether there is a raw protocol: not where the number is that of generic netlink, which has
    /// to be declared then.
    pub(super) const IS_RAW: bool = {
        let is_raw = T::PROTOCOL != bindings::NETLINK_GENERIC;
        assert!(
            is_raw || T::GENL.is_some(),
            "protocol 16 without a name in generic netlink"
        );
        is_raw
    };

    /// The bit that stands for the protocol where there is one for each.
    pub(super) const BIT: u32 = 1 << Self::UNIT;
}
