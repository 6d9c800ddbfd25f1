// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Control messages that the kernel passes with a datagram: `recvmsg(2)`.

use libc::{c_int, cmsghdr, msghdr};
use std::{mem, ptr};

/// `NETLINK_LISTEN_ALL_NSID`, as an option and as what comes of it.
pub(super) const NETLINK_LISTEN_ALL_NSID: c_int = 8;

/// Control message with a number, `CMSG_SPACE(sizeof(int))` bytes: one option has the kernel send it.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Control {
    header: cmsghdr,
    value: c_int,
}

impl Control {
    /// Returns room in which nothing is said.
    pub(super) fn empty() -> Self {
        // SAFETY: there are integers only, for which 0 is a valid value; some C libraries have
        // private padding in the header, so there is no other way to make one.
        unsafe { mem::zeroed() }
    }

    /// Has the kernel write it with what is received as `msg`.
    pub(super) fn attach(&mut self, msg: &mut msghdr) {
        msg.msg_control = ptr::from_mut(self).cast();
        msg.msg_controllen = mem::size_of::<Self>() as _;
    }

    /// Returns the id of the network namespace that the datagram is from; `None` if that is ours.
    pub(super) fn nsid(&self) -> Option<u32> {
        let header = &self.header;
        let kind = (header.cmsg_level, header.cmsg_type);
        let is_nsid = kind == (libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID);
        is_nsid.then(|| self.value.try_into().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_takes_the_room_that_the_kernel_takes_for_it() {
        // SAFETY: the function only computes.
        let room = unsafe { libc::CMSG_SPACE(mem::size_of::<c_int>() as libc::c_uint) };

        assert_eq!(mem::size_of::<Control>(), room as usize);
    }

    #[test]
    fn the_id_is_found_where_the_kernel_says_one() {
        for (kind, value, nsid) in [
            (NETLINK_LISTEN_ALL_NSID, 5, Some(5)),
            (NETLINK_LISTEN_ALL_NSID, 0, Some(0)),
            (NETLINK_LISTEN_ALL_NSID, -1, None),
            (1, 2, None),
        ] {
            let mut control = Control::empty();
            let header = &mut control.header;
            (header.cmsg_level, header.cmsg_type) = (libc::SOL_NETLINK, kind);
            control.value = value;
            assert_eq!(control.nsid(), nsid);
        }
        assert_eq!(Control::empty().nsid(), None);
    }
}
