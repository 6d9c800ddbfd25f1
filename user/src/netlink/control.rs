// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Control messages that the kernel passes with a datagram: `recvmsg(2)`.

use libc::{c_int, cmsghdr, msghdr};
use std::{mem, ptr};

/// `NETLINK_LISTEN_ALL_NSID`, as an option and as what comes of it.
pub(super) const NETLINK_LISTEN_ALL_NSID: c_int = 8;

/// How many messages there is room for: there are two options that have the kernel send one.
const MESSAGES: usize = 2;

/// Control messages, for the kernel to write.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Control([ControlMessage; MESSAGES]);

/// Control message with a number, `CMSG_SPACE(sizeof(int))` bytes.
#[repr(C)]
#[derive(Clone, Copy)]
struct ControlMessage {
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

    /// Returns the multicast group that the datagram was sent to; 0 is none, or nobody asked
    /// (`NETLINK_PKTINFO`).
    pub(super) fn group(&self) -> u32 {
        let group = self.find(libc::NETLINK_PKTINFO);
        group.and_then(|group| group.try_into().ok()).unwrap_or(0)
    }

    /// Returns the id of the network namespace that the datagram is from; `None` if that is ours.
    pub(super) fn nsid(&self) -> Option<u32> {
        self.find(NETLINK_LISTEN_ALL_NSID)?.try_into().ok()
    }

    fn find(&self, kind: c_int) -> Option<c_int> {
        self.0
            .iter()
            .find(|message| {
                let header = &message.header;
                (header.cmsg_level, header.cmsg_type) == (libc::SOL_NETLINK, kind)
            })
            .map(|message| message.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: c_int, value: c_int) -> ControlMessage {
        let [mut message, _] = Control::empty().0;
        (message.header.cmsg_level, message.header.cmsg_type) = (libc::SOL_NETLINK, kind);
        message.value = value;
        message
    }

    #[test]
    fn a_message_takes_the_room_that_the_kernel_takes_for_it() {
        // SAFETY: the function only computes.
        let room = unsafe { libc::CMSG_SPACE(mem::size_of::<c_int>() as libc::c_uint) };

        assert_eq!(mem::size_of::<ControlMessage>(), room as usize);
    }

    #[test]
    fn the_group_and_the_id_are_found_in_any_order() {
        let group = message(libc::NETLINK_PKTINFO, 7);
        let nsid = |id| message(NETLINK_LISTEN_ALL_NSID, id);
        let said = |messages| {
            let control = Control(messages);
            (control.group(), control.nsid())
        };

        assert_eq!(said([group, nsid(0)]), (7, Some(0)));
        assert_eq!(said([nsid(5), group]), (7, Some(5)));
        assert_eq!(said([nsid(-1), message(1, 2)]), (0, None));
        assert_eq!(said(Control::empty().0), (0, None));
    }
}
