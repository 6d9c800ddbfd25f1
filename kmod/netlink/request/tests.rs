// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::{
        net::{
            Sockets,
            States, //
        },
        tests::{
            init_net,
            message_with,
            FreeFamily,
            HEADER,
            OPEN, //
        },
    },
    wire::Nlmsghdr, //
};
use kernel::current;

/// Port id of a sender that has no socket: what is sent there is refused with `ECONNREFUSED`.
pub(in crate::netlink) const SENDER: u32 = 77;

/// User and group of that sender.
const IDS: (u32, u32) = (1001, 1002);

/// A family that is registered, until this is dropped.
pub(in crate::netlink) struct Registered<T: Family> {
    // The states go last.
    _sockets: Sockets<T>,
    _states: States<T>,
}

impl<T: Family> Registered<T> {
    /// Registers it.
    pub(in crate::netlink) fn new() -> Result<Self> {
        // SAFETY: No two families of the protocol of a test are registered at once, and no user has a
        // socket of one.
        let (states, sockets) = unsafe { (States::register()?, Sockets::register()?) };

        Ok(Self {
            _sockets: sockets,
            _states: states,
        })
    }

    /// Returns the state in the first network namespace.
    pub(in crate::netlink) fn net(&self) -> Result<&T::Net> {
        // SAFETY: The states are registered, and the first namespace stays.
        unsafe { slot::state::<T>(init_net()) }.ok_or(ENOENT)
    }

    /// Makes a datagram with `bytes`, from [`SENDER`] to the kernel's socket in the first network
    /// namespace.
    pub(in crate::netlink) fn datagram(&self, bytes: &[u8]) -> Result<Incoming<'_, T>> {
        let incoming = Incoming::new(self, bytes)?;

        // SAFETY: The slot of a family that is registered has a `struct nl_helper_socket`, which begins
        // with its `sk`. The buffer is ours alone, and its `cb` has room for what netlink puts there.
        unsafe {
            let slot = ffi::nl_helper_net(init_net(), Protocol::<T>::UNIT);
            let sk = *(*slot).socket.cast::<*mut bindings::sock>();
            (*incoming.skb.as_ptr()).sk = sk;
            incoming.parms().write(bindings::netlink_skb_parms {
                creds: bindings::scm_creds {
                    // As a process in a PID namespace of its own has it.
                    pid: 1,
                    uid: bindings::kuid_t { val: IDS.0 },
                    gid: bindings::kgid_t { val: IDS.1 },
                },
                portid: SENDER,
                // Without this flag the file of the sender's socket counts, which has none.
                flags: bindings::netlink_skb_flags_NETLINK_SKB_DST,
                sk,
                ..Default::default()
            });
        }
        Ok(incoming)
    }
}

/// A datagram to the family `T`.
pub(in crate::netlink) struct Incoming<'a, T: Family> {
    skb: NonNull<bindings::sk_buff>,
    _registered: &'a Registered<T>,
}

impl<'a, T: Family> Incoming<'a, T> {
    /// Makes one of nobody and to nobody.
    fn new(registered: &'a Registered<T>, bytes: &[u8]) -> Result<Self> {
        // SAFETY: The function takes any size that does not overflow an `int` with its header.
        let skb = unsafe { ffi::nl_helper_nlmsg_new(bytes.len(), bindings::GFP_KERNEL) };
        let skb = NonNull::new(skb).ok_or(ENOMEM)?;

        // SAFETY: The buffer is new, so it is ours and empty, and has room for that much.
        unsafe {
            let data = (*skb.as_ptr()).data;
            data.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            ffi::nl_helper_put(skb.as_ptr(), bytes.len() as u32);
        }
        Ok(Self {
            skb,
            _registered: registered,
        })
    }

    /// Returns what netlink notes in a buffer, `NETLINK_CB()`.
    fn parms(&self) -> *mut bindings::netlink_skb_parms {
        // SAFETY: The buffer is ours.
        unsafe { (&raw mut (*self.skb.as_ptr()).cb).cast() }
    }

    /// Returns it as the layer takes it, if it does.
    pub(in crate::netlink) fn as_datagram(&self) -> Option<Datagram<'_, T>> {
        // SAFETY: The buffer is as the core hands it to the family, and stays for the borrow.
        unsafe { Datagram::from_raw(self.skb.as_ptr()) }
    }

    /// Hands the first message to `read`, and returns what that does.
    pub(in crate::netlink) fn first<R>(&self, read: impl Fn(&Request<'_, T>) -> R) -> Result<R> {
        let mut result = None;

        // A broken header says nothing about the first message.
        let _ = self.as_datagram().ok_or(EINVAL)?.for_each(|request| {
            result.get_or_insert_with(|| read(request));
        });
        result.ok_or(ENODATA)
    }
}

impl<T: Family> Drop for Incoming<'_, T> {
    fn drop(&mut self) {
        // SAFETY: The buffer is ours, and holds no reference to its socket.
        unsafe {
            (*self.skb.as_ptr()).sk = core::ptr::null_mut();
            ffi::nl_helper_nlmsg_free(self.skb.as_ptr());
        }
    }
}

/// Takes all capabilities from the thread, which is the test's own and ends with it.
pub(in crate::netlink) fn drop_capabilities() -> Result {
    // SAFETY: The credentials are a copy of the thread's, and ours until they are its own.
    unsafe {
        let creds = NonNull::new(bindings::prepare_creds()).ok_or(ENOMEM)?;
        (*creds.as_ptr()).cap_effective = Default::default();
        bindings::commit_creds(creds.as_ptr());
    }
    Ok(())
}

#[kunit_tests(netlink_request)]
mod suite {
    use super::*;

    #[test]
    fn a_request_is_as_its_header_says_but_for_the_sender() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"abcde")?)?;

        let header = incoming.first(|request| Nlmsghdr {
            nlmsg_len: request.payload().len() as u32,
            nlmsg_type: request.nlmsg_type(),
            nlmsg_flags: request.nlmsg_flags(),
            nlmsg_seq: request.nlmsg_seq(),
            nlmsg_pid: request.portid(),
        })?;
        assert_eq!(
            header,
            Nlmsghdr {
                nlmsg_len: 5,
                nlmsg_pid: SENDER,
                ..HEADER
            }
        );
        assert!(incoming.first(|request| request.payload() == b"abcde")?);
        Ok(())
    }

    #[test]
    fn a_request_has_flags_if_it_has_all_of_them() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let header = Nlmsghdr {
            nlmsg_flags: 0x105,
            ..HEADER
        };
        let incoming = registered.datagram(&message_with(header, b"")?)?;

        for (flags, has) in [
            (0, true),
            (0x105, true),
            (0x100, true),
            (0x300, false),
            (2, false),
        ] {
            assert_eq!(incoming.first(|request| request.has(flags))?, has);
        }
        Ok(())
    }

    #[test]
    fn a_request_finds_the_state_of_its_network_namespace() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let state = incoming.first(|request| core::ptr::from_ref(request.net()))?;

        assert!(core::ptr::eq(state, registered.net()?));
        Ok(())
    }

    #[test]
    fn messages_come_in_order_and_a_broken_header_ends_them() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let mut bytes = KVec::new();
        for (nlmsg_seq, payload) in [(1, &b"a"[..]), (2, b""), (3, b"abcd")] {
            let header = Nlmsghdr {
                nlmsg_seq,
                ..HEADER
            };
            bytes.extend_from_slice(&message_with(header, payload)?, GFP_KERNEL)?;
        }
        let whole = bytes.len();
        // No header has so few bytes.
        bytes.extend_from_slice(&15_u32.to_ne_bytes(), GFP_KERNEL)?;
        bytes.extend_from_slice(&[0; 20], GFP_KERNEL)?;

        for (len, end) in [(whole, Ok(())), (bytes.len(), Err(wire::Error::BadLength))] {
            let incoming = registered.datagram(&bytes[..len])?;
            let mut seqs = 0;
            let datagram = incoming.as_datagram().ok_or(EINVAL)?;
            let result = datagram.for_each(|request| seqs = 10 * seqs + request.nlmsg_seq());

            assert_eq!((seqs, result), (123, end));
        }
        Ok(())
    }

    #[test]
    fn a_datagram_without_bytes_has_no_messages() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(b"")?;

        assert_eq!(incoming.first(|_| ()), Err(ENODATA));
        Ok(())
    }

    #[test]
    fn what_comes_from_the_kernel_or_not_in_one_piece_is_no_datagram() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let skb = incoming.skb.as_ptr();
        assert!(incoming.as_datagram().is_some());

        // SAFETY: The buffer is ours; the length goes back before anybody believes it.
        unsafe { (*skb).data_len = 1 };
        assert!(incoming.as_datagram().is_none());
        // SAFETY: The buffer is ours; this is the length that it had.
        unsafe { (*skb).data_len = 0 };
        // SAFETY: The buffer is ours, and `datagram` has written there.
        unsafe { (*incoming.parms()).portid = 0 };
        assert!(incoming.as_datagram().is_none());
        Ok(())
    }

    #[test]
    fn nobody_has_a_capability_that_there_is_not() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let has = |cap| {
            incoming.first(|request| (request.is_capable(cap), request.is_capable_everywhere(cap)))
        };

        for cap in [0, bindings::CAP_NET_ADMIN, bindings::CAP_LAST_CAP] {
            assert_eq!(has(cap)?, (true, true));
        }
        for cap in [bindings::CAP_LAST_CAP + 1, i32::MAX as u32 + 1, u32::MAX] {
            assert_eq!(has(cap)?, (false, false));
        }
        drop_capabilities()?;
        assert_eq!(has(bindings::CAP_NET_ADMIN)?, (false, false));
        Ok(())
    }

    #[test]
    fn the_sender_has_the_ids_that_the_kernel_recorded_and_the_number_of_its_process() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let (uid, gid) = IDS;
        // A thread of the kernel is a process.
        let pid = current!().pid() as u32;

        assert_eq!(
            incoming.first(|request| request.creds())?,
            Creds { pid, uid, gid }
        );
        Ok(())
    }

    #[test]
    fn the_socket_for_later_is_that_of_the_network_namespace_and_outlives_the_request() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let socket = incoming.first(|request| request.kernel_socket())?;
        drop(incoming);
        assert_eq!(socket.multicast(OPEN, 16, || (), GFP_KERNEL), Ok(()));

        drop(registered);
        let enotconn = Error::from_errno(-(bindings::ENOTCONN as c_int));
        assert_eq!(socket.multicast(OPEN, 16, || (), GFP_KERNEL), Err(enotconn));
        Ok(())
    }
}
