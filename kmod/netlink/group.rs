// SPDX-License-Identifier: GPL-2.0

//! Multicast groups, and who may join them.

use super::{
    distinct::assert_distinct,
    genl,
    Family, //
};
use core::ffi::CStr;
use kernel::bindings;

/// A multicast group of a family: its number, and what it takes to join it.
///
/// Whoever joins has to have a capability in the user namespace that owns the network namespace of
/// the socket: `CAP_NET_ADMIN`, unless the group says otherwise.
pub struct Group {
    number: u32,
    name: Option<&'static CStr>,
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
            name: None,
            cap: Some(bindings::CAP_NET_ADMIN),
        }
    }

    /// Name of the group, of at most 15 bytes, which it needs in generic netlink: its number there is the
    /// core's choice.
    ///
    /// # Panics
    ///
    /// When the name is empty or longer. A `const` table does not compile then.
    #[inline]
    pub const fn name(self, name: &'static CStr) -> Self {
        genl::check_name(name);
        Self {
            name: Some(name),
            ..self
        }
    }

    /// Returns its name.
    pub(super) fn genl_name(&self) -> &'static CStr {
        // By `check_names()` it has one.
        self.name.unwrap_or_default()
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

/// Returns which of the groups of the family `T`, from 0 on, is `number`, which the family has.
pub(super) fn index<T: Family>(number: u32) -> u32 {
    let others = T::GROUPS.iter().take_while(|group| group.number != number);

    others.count() as u32
}

/// Checks that each of `groups` has a name.
///
/// # Panics
///
/// When one has none. A `const` family does not compile then.
#[inline]
pub(super) const fn check_names(groups: &[Group]) {
    let mut rest = groups;

    // A `const fn` cannot use iterators.
    while let [group, tail @ ..] = rest {
        assert!(group.name.is_some(), "group without a name");
        rest = tail;
    }
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
