// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where an object is, as far as that says which object it is.

use super::Payload;
use crate::object::attrs::{ip, u32};
use crate::rtnl::Prefix;

/// Where in a message stands where the object is: what it cannot change and be the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Whether its family is one of addresses.
    pub family: bool,
    /// The byte of the header that has the table, if that is below 256, and the attribute that has it in any case.
    pub table: Option<(usize, u16)>,
    /// The attributes that may have its address, of which the first that is there counts.
    pub address: &'static [u16],
    /// The byte of the header that says how many bits of it count; `None` is all. Where none count, there is no
    /// attribute.
    pub len: Option<usize>,
}

impl Place {
    /// Place of objects that can be anywhere.
    pub const NOWHERE: Self = Self {
        family: false,
        table: None,
        address: &[],
        len: None,
    };
}

impl Place {
    /// Returns the table that the object is in, if it is in one.
    pub fn table_of(&self, object: &Payload<'_>) -> Option<u32> {
        let (small, attr) = self.table?;
        let table = object.attr(attr).and_then(u32);

        table.or_else(|| object.header().get(small).map(|table| u32::from(*table)))
    }

    /// Returns the address of the object, or the addresses that it is about; `None` where its family has none of IP.
    pub fn prefix_of(&self, object: &Payload<'_>) -> Option<Prefix> {
        let any = Prefix::any_of(*object.header().first()?)?;
        let read = |attr: &u16| object.attr(*attr).and_then(ip);
        let address = self.address.iter().find_map(read);

        match self.len {
            None => address.map(Prefix::of_host),
            Some(len) => Some(Prefix {
                address: Some(address.unwrap_or(any)),
                len: *object.header().get(len)?,
            }),
        }
    }
}
