// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::netlink::tests::{
    init_net,
    states,
    FreeFamily,
    TestFamily,
    FREE_PROTOCOL,
    REFUSED_PROTOCOL,
    TAKEN_PROTOCOL, //
};
use core::ptr;

/// Calls the notifier of [`FreeFamily`] for an event; returns the sum of the port ids that are
/// closed.
///
/// # Safety
///
/// The states of [`FreeFamily`] must be registered.
unsafe fn closed_after(event: u32, protocol: u32, portid: u32) -> Option<u32> {
    let mut notify = bindings::netlink_notify {
        net: init_net(),
        portid,
        protocol: protocol as c_int,
    };
    let data = ptr::from_mut(&mut notify).cast();

    // SAFETY: The call takes any event of netlink; the caller vouches for the states, and the first
    // namespace stays.
    unsafe {
        Notifier::<FreeFamily>::call(ptr::null_mut(), event as c_ulong, data);
        slot::state::<FreeFamily>(init_net()).map(|state| state.closed.load(Relaxed))
    }
}

#[kunit_tests(netlink_registration)]
mod suite {
    use super::*;

    #[test]
    fn a_family_has_its_states_before_its_sockets() -> Result {
        // SAFETY: The protocol is the test's alone; no user gets a socket before it is dropped.
        let mut registration = unsafe { Registration::<FreeFamily>::prepare()? };
        assert!(states() > 0);
        assert!(registration.callbacks.is_none());
        // SAFETY: The protocol is the test's alone; no user gets a socket before it is dropped.
        unsafe { registration.open(false)? };
        assert!(registration.callbacks.is_some());

        drop(registration);
        assert_eq!(states(), 0);
        Ok(())
    }

    #[test]
    fn a_family_that_refuses_a_namespace_is_not_prepared() {
        // SAFETY: The protocol is the test's alone.
        let registration = unsafe { Registration::<TestFamily<REFUSED_PROTOCOL>>::prepare() };

        assert_eq!(registration.map(drop), Err(ENOSPC));
    }

    #[test]
    fn a_family_whose_protocol_is_taken_fails_or_is_left_out() -> Result {
        for has_users in [false, true] {
            // SAFETY: The slots of the protocol are free; no user gets a socket of it.
            let mut registration =
                unsafe { Registration::<TestFamily<TAKEN_PROTOCOL>>::prepare()? };
            assert!(states() > 0);
            // SAFETY: The slots of the protocol are free; no user gets a socket of it.
            let result = unsafe { registration.open(has_users) };

            assert_eq!(result, if has_users { Ok(()) } else { Err(EBUSY) });
            assert!(registration.callbacks.is_none());
            // Callbacks that were not opened are called for no sockets.
            assert_eq!(registration.states.is_none(), has_users);
        }
        assert_eq!(states(), 0);
        Ok(())
    }

    #[test]
    fn the_family_is_called_when_a_socket_of_its_own_is_closed() -> Result {
        const CLOSE: u32 = bindings::NETLINK_URELEASE;
        // SAFETY: The protocol is the test's alone, and no user gets a socket of it.
        let registration = unsafe { Registration::<FreeFamily>::prepare()? };

        // SAFETY: The registration has the states.
        let closed_after =
            |event, protocol, portid| unsafe { closed_after(event, protocol, portid) };
        assert_eq!(closed_after(CLOSE, FREE_PROTOCOL, 3), Some(3));
        assert_eq!(closed_after(CLOSE, TAKEN_PROTOCOL, 5), Some(3));
        assert_eq!(closed_after(CLOSE + 1, FREE_PROTOCOL, 7), Some(3));
        assert_eq!(closed_after(CLOSE, FREE_PROTOCOL, 11), Some(14));
        drop(registration);
        Ok(())
    }

    #[test]
    fn the_modules_families_are_registered_once() {
        use crate::FamilyModule;
        use kernel::{
            Module,
            ModuleMetadata, //
        };
        let again = <FamilyModule as Module>::init(&FamilyModule::THIS_MODULE);

        assert_eq!(again.map(drop), Err(EBUSY));
    }
}
