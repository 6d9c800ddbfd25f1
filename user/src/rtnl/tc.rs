// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Traffic control: what [`Qdisc`](super::Qdisc), [`Class`](super::Class) and
//! [`Filter`](super::Filter) have in common, `struct tcmsg` and `TCA_*`.
//!
//! Counters are left out: they are those of the moment, and no change of them is an event.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `pkt_sched.h`.

mod options;

pub(super) use options::{describe_class, describe_qdisc, describe_unread};

use super::{split, DEV_WIDTH};
use crate::names::uapi::*;
use crate::object::attrs::{name, Index, Taker};
use crate::object::fields::{Fields, Value};
use crate::object::Names;
use crate::wire;

/// Size of `struct tcmsg`, in bytes.
const TCMSG: usize = 20;

/// Parent of what is at the link itself (`TC_H_ROOT`).
pub(super) const ROOT: u32 = u32::MAX;
/// No handle or parent (`TC_H_UNSPEC`).
pub(super) const UNSPEC: u32 = 0;

/// Room for a kind in a table.
pub(super) const KIND_WIDTH: usize = 10;
/// Room for a handle.
const HANDLE_WIDTH: usize = 6;

/// The fixed part, `struct tcmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tcmsg {
    /// `AF_UNSPEC`.
    pub family: u8,
    /// Index of the link; `TCM_IFINDEX_MAGIC_BLOCK` for filters that links share.
    pub ifindex: u32,
    /// Handle of the qdisc, class or filter: its major number, and for a class the minor one.
    pub handle: u32,
    /// Handle of its parent; for filters that links share, their number.
    pub parent: u32,
    /// How many refer to a qdisc; the qdisc of a class; protocol and preference of a filter.
    pub info: u32,
}

impl Tcmsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, _, _, i0, i1, i2, i3, h0, h1, h2, h3, p0, p1, p2, p3, t0, t1, t2, t3] =
            *bytes.first_chunk::<TCMSG>()?;

        Some(Self {
            family,
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            handle: u32::from_ne_bytes([h0, h1, h2, h3]),
            parent: u32::from_ne_bytes([p0, p1, p2, p3]),
            info: u32::from_ne_bytes([t0, t1, t2, t3]),
        })
    }

    /// Tells what it is attached to.
    pub(super) fn describe_parent(&self, out: &mut dyn Fields) {
        match self.parent {
            ROOT => out.field("root", Value::Bool(true)),
            UNSPEC => {}
            parent => out.field("parent", Value::Word(&classid(parent))),
        }
    }
}

/// A message of traffic control.
#[derive(Clone, Debug)]
pub(super) struct Tc<'a> {
    pub(super) header: Tcmsg,
    pub(super) attrs: Index<'a>,
}

impl<'a> Tc<'a> {
    pub(super) fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let (header, attrs) = split(payload, TCMSG, Tcmsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns what it is: `htb`.
    pub(super) fn kind(&self) -> Option<&'a [u8]> {
        self.attrs.read(TCA_KIND, name)
    }

    /// Returns the attributes but those that every description begins with, or leaves out.
    pub(super) fn taker(&self) -> Taker<'_, 'a> {
        let mut attrs = self.attrs.taker();
        for kind in [TCA_KIND, TCA_STATS, TCA_XSTATS, TCA_STATS2] {
            attrs.take(kind, Some);
        }
        attrs
    }

    /// Tells what it is, under `key`.
    pub(super) fn describe_kind(&self, key: &str, out: &mut dyn Fields) {
        if let Some(kind) = self.kind() {
            out.column(key, Value::Name(kind), KIND_WIDTH);
        }
    }

    /// Tells its handle and its link.
    pub(super) fn describe_place(&self, handle: &str, names: &mut Names, out: &mut dyn Fields) {
        out.column("handle", Value::Word(handle), HANDLE_WIDTH);
        out.column("dev", names.link(self.header.ifindex), DEV_WIDTH);
        self.header.describe_parent(out);
    }
}

/// Returns a handle as `tc` writes it: `1:10`, `8001:`, `root`.
pub(super) fn classid(handle: u32) -> String {
    let (major, minor) = (handle >> 16, handle & 0xffff);

    match (major, minor) {
        _ if handle == ROOT => "root".to_owned(),
        (0, 0) => "none".to_owned(),
        (0, minor) => format!(":{minor:x}"),
        (major, 0) => format!("{major:x}:"),
        (major, minor) => format!("{major:x}:{minor:x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_written_as_by_tc() {
        for (handle, text) in [
            (0x8001_0000, "8001:"),
            (0x0001_0010, "1:10"),
            (0x0001_0abc, "1:abc"),
            (0x10, ":10"),
            (0xffff_fff1, "ffff:fff1"),
            (ROOT, "root"),
            (UNSPEC, "none"),
        ] {
            assert_eq!(classid(handle), text);
        }
    }
}
