// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Labels of prefixes, by which IPv6 chooses the source address for a destination: `struct ifaddrlblmsg` and `IFAL_*`.
//!
//! C header: `include/uapi/linux/if_addrlabel.h`.

use super::{Kind, Prefix};
use crate::kind::word::attr_is;
use crate::kind::{
    describe, header, AddressFamilies, Argument, Facts, MessageTypes, Payload, Snapshot, Word,
};
use crate::names::uapi::*;
use crate::object::attrs::{ip, u32, Index};
use crate::object::fields::Fields;
use crate::object::schema::Format;
use crate::object::{Names, Object};
use crate::wire;
use std::ops::Range;

/// Size of `struct ifaddrlblmsg`, in bytes.
const IFADDRLBLMSG: usize = 12;

/// Where `ifal_prefixlen` is in it.
const PREFIX_LEN: usize = 2;

/// Where `ifal_seq` is: how often the table has changed.
const SEQ: Range<usize> = 8..12;

/// Room for the prefix in a table.
const WIDTH: usize = 26;

/// The label of the addresses in a prefix.
#[derive(Clone, Debug)]
pub struct AddrLabel<'a> {
    header: Ifaddrlblmsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct ifaddrlblmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ifaddrlblmsg {
    /// `AF_INET6`.
    pub family: u8,
    /// How many bits of the prefix count.
    pub prefix_len: u8,
    /// Index of the link that packets leave by; 0 is any.
    pub index: u32,
}

impl<'a> AddrLabel<'a> {
    /// Reads the payload of an `RTM_NEWADDRLABEL` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ifaddrlblmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        Self::of(&Payload::new(Kind::AddrLabel, payload))
    }

    fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let bytes = object.bytes().first_chunk::<IFADDRLBLMSG>();
        let [family, _, prefix_len, ..] = *bytes.ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header: Ifaddrlblmsg {
                family,
                prefix_len,
                index: object.link_in_header(),
            },
            attrs: object.attrs(),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ifaddrlblmsg {
        &self.header
    }

    /// Returns the prefix (`IFAL_ADDRESS`).
    pub fn prefix(&self) -> Prefix {
        Prefix {
            address: self.attrs.read(IFAL_ADDRESS, ip),
            len: self.header.prefix_len,
        }
    }

    /// Returns the label (`IFAL_LABEL`): a source address with that of the destination is preferred, rule 6 of RFC 6724.
    pub fn label(&self) -> Option<u32> {
        self.attrs.read(IFAL_LABEL, u32)
    }
}

impl Object for AddrLabel<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        let Prefix { address, len } = self.prefix();

        if let Some(address) = address {
            out.prefix(("address", address), ("prefixlen", len), WIDTH);
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(IFAL_ADDRESS, ip);

        if self.header.index != 0 {
            out.field("ifname", names.link(self.header.index));
        }
        attrs.describe(IFAL_LABEL, "label", Format::U32, out);
        attrs.finish(out);
    }
}

/// Facts of labels of prefixes: `struct ifaddrlblmsg`.
pub(crate) const FACTS: Facts = Facts {
    name: "addrlabel",
    types: &[MessageTypes::new(RTM_NEWADDRLABEL, RTM_DELADDRLABEL)],
    families: AddressFamilies::Only(&[libc::AF_INET6 as u8]),
    // `ip6addrlbl_newdel()` notifies nobody.
    unreceived: "the kernel sends no event when a label of a prefix changes",
    header: IFADDRLBLMSG,
    describe: |label, names, out| describe(AddrLabel::of(label), names, out),
    link: |label| Some(label.link_in_header()).filter(|index| *index != 0),
    words: WORDS,
    list: "list labels of prefixes",
    about: "Show labels of prefixes, by which IPv6 chooses source addresses: [show] [[prefix] PREFIX] [dev DEV] \
            [label N]",
    snapshot: Some(Snapshot {
        get: RTM_GETADDRLABEL,
        dumps: |_| vec![header(libc::AF_INET6 as u8, IFADDRLBLMSG)],
        settle: |header| header[SEQ].fill(0),
        // `__ip6addrlbl_add()`.
        identity: |label, key| {
            key.push(label.header()[PREFIX_LEN]);
            key.extend(label.link_bytes());
            label.put(&[IFAL_ADDRESS], key);
        },
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

static WORDS: &[Word] = &[
    Word::is(&["prefix"], |label, prefix| {
        AddrLabel::of(label).is_ok_and(|label| prefix.is_prefix(Some(label.prefix())))
    })
    .with(&Argument::PREFIX)
    .bare(),
    Word::is(&["label"], attr_is::<IFAL_LABEL>).with(&Argument::U32),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::captures::{capture, changed};

    #[test]
    fn a_label_is_the_same_whatever_its_number_and_however_often_the_table_has_changed() {
        let snapshot = Kind::AddrLabel.snapshot().unwrap();
        let read = |label: &[u8]| {
            let (mut body, mut key) = (Vec::new(), Vec::new());
            assert!(snapshot.put_body(&Payload::new(Kind::AddrLabel, label), &mut body));
            (snapshot.identity)(&Payload::new(Kind::AddrLabel, &body), &mut key);
            (body, key)
        };
        let [on_link, any] = capture("addrlabel");
        let other = changed(on_link, &[(36, 98)]);

        assert_eq!(read(&changed(on_link, &[(SEQ.start, 12)])), read(on_link));
        assert_ne!(read(&other).0, read(on_link).0);
        assert_eq!(read(&other).1, read(on_link).1);
        assert_ne!(read(any).1, read(on_link).1);
    }
}
