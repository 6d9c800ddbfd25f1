// SPDX-License-Identifier: GPL-2.0

//! Multicast groups, and who may join them.

use super::{
    distinct::assert_distinct,
    Family, //
};
use kernel::bindings;

/// A multicast group of a family: its number, and what it takes to join it.
///
/// Whoever joins has to have a capability in the user namespace that owns the network namespace of
/// the socket: `CAP_NET_ADMIN`, unless the group says otherwise.
pub struct Group {
    number: u32,
    /// A capability (`CAP_*`).
    pub(super) cap: Option<u32>,
}

/// The largest number of a group: the core keeps a bit for each in every listening socket, and
/// counts the bits without a look at overflow.
const MAX_NUMBER: u32 = 1024;

impl Group {
    /// The group `number`, from 1 to 1,024.
    ///
    /// # Panics
    ///
    /// When it is another number. A `const` table does not compile then.
    #[inline]
    pub const fn new(number: u32) -> Self {
        assert!(number != 0, "group is 0");
        assert!(number <= MAX_NUMBER, "group is above 1024");
        Self {
            number,
            cap: Some(bindings::CAP_NET_ADMIN),
        }
    }

    /// To join takes `CAP_SYS_ADMIN` (`GENL_MCAST_CAP_SYS_ADMIN`).
    #[inline]
    pub const fn cap_sys_admin(self) -> Self {
        Self {
            cap: Some(bindings::CAP_SYS_ADMIN),
            ..self
        }
    }

    /// To join takes nothing: every user may receive what the group does (`NL_CFG_F_NONROOT_RECV`).
    #[inline]
    pub const fn nonroot(self) -> Self {
        Self { cap: None, ..self }
    }
}

/// Returns the group `number` of the family `T`, if it has one.
#[inline]
pub(super) fn find<T: Family>(number: u32) -> Option<&'static Group> {
    T::GROUPS.iter().find(|group| group.number == number)
}

/// The groups of a family in a `struct netlink_kernel_cfg`: how the core counts and guards them.
pub(super) struct GroupConfig {
    /// The largest number of a group.
    pub(super) last: u32,
    /// `NL_CFG_F_NONROOT_RECV`, where the core is not to ask for `CAP_NET_ADMIN` itself.
    pub(super) flags: u32,
}

/// Returns what the core has to know of `groups`.
///
/// # Panics
///
/// When two have one number. A `const` table does not compile then.
#[inline]
pub(super) const fn config(groups: &[Group]) -> GroupConfig {
    let mut rest = groups;
    let mut config = GroupConfig { last: 0, flags: 0 };

    assert_distinct!(groups, by number: "two groups of one number");
    // A `const fn` cannot use iterators.
    while let [group, tail @ ..] = rest {
        if group.number > config.last {
            config.last = group.number;
        }
        if !matches!(group.cap, Some(bindings::CAP_NET_ADMIN)) {
            config.flags = bindings::NL_CFG_F_NONROOT_RECV;
        }
        rest = tail;
    }
    config
}
