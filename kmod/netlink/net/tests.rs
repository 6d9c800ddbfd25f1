// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::netlink::tests::{
    init_net,
    states,
    FreeFamily,
    TestFamily,
    CLOSED,
    OPEN,
    REFUSED_PROTOCOL,
    TAKEN_PROTOCOL, //
};

#[kunit_tests(netlink_net)]
mod suite {
    use super::*;

    #[test]
    fn each_namespace_has_a_state_while_they_are_registered() -> Result {
        assert_eq!(states(), 0);
        // SAFETY: The protocol is the test's alone.
        let registered = unsafe { States::<FreeFamily>::register()? };
        assert!(states() > 0);
        // SAFETY: The states are registered, and the first namespace stays.
        assert!(unsafe { state::<FreeFamily>(init_net()) }.is_some());

        drop(registered);
        assert_eq!(states(), 0);
        Ok(())
    }

    #[test]
    fn a_state_that_is_refused_leaves_none() {
        // SAFETY: The protocol is the test's alone.
        let registered = unsafe { States::<TestFamily<REFUSED_PROTOCOL>>::register() };

        assert_eq!(registered.map(drop), Err(ENOSPC));
        assert_eq!(states(), 0);
    }

    #[test]
    fn a_protocol_is_registered_over_and_over() -> Result {
        for _ in 0..8 {
            // SAFETY: The protocol is the test's alone; the states are dropped after the sockets, of
            // which no user has one.
            let (states, sockets) = unsafe {
                (
                    States::<FreeFamily>::register()?,
                    Sockets::<FreeFamily>::register()?,
                )
            };
            drop(sockets);
            drop(states);
        }
        assert_eq!(states(), 0);
        Ok(())
    }

    #[test]
    fn a_protocol_of_somebody_else_is_busy() -> Result {
        // SAFETY: The slots of the protocol are free, and states are dropped after the sockets.
        let (registered, sockets) = unsafe {
            let states = States::<TestFamily<TAKEN_PROTOCOL>>::register()?;
            (states, Sockets::<TestFamily<TAKEN_PROTOCOL>>::register())
        };
        assert_eq!(sockets.map(drop), Err(EBUSY));

        drop(registered);
        assert_eq!(states(), 0);
        Ok(())
    }

    #[test]
    fn a_group_is_joined_if_the_family_has_it_and_does_not_refuse() -> Result {
        // SAFETY: The protocol is the test's alone.
        let registered = unsafe { States::<FreeFamily>::register()? };

        for (group, err) in [
            (OPEN, 0),
            (CLOSED, ENOSPC.to_errno()),
            (CLOSED + 1, EINVAL.to_errno()),
            (0, EINVAL.to_errno()),
            (u32::MAX, EINVAL.to_errno()),
        ] {
            // SAFETY: The states are registered, and the first namespace stays.
            let bound = unsafe { Sockets::<FreeFamily>::bind(init_net(), group as c_int) };
            assert_eq!(bound, err);
        }
        drop(registered);
        Ok(())
    }

    #[test]
    fn a_namespace_without_the_family_refuses_whatever_the_group_and_the_right() -> Result {
        for group in [OPEN, CLOSED, CLOSED + 1] {
            for has in [false, true] {
                let result = Sockets::<FreeFamily>::join(None, group, |_| has);
                assert_eq!(result, Err(econnrefused()));
            }
        }
        Ok(())
    }

    #[test]
    fn a_group_is_joined_with_its_right() -> Result {
        // SAFETY: The protocol is the test's alone.
        let registered = unsafe { States::<FreeFamily>::register()? };
        // SAFETY: The states are registered, and the first namespace stays.
        let state = unsafe { state::<FreeFamily>(init_net()) };
        let join = |group, has| Sockets::<FreeFamily>::join(state, group, |_| has);

        assert_eq!(join(OPEN, false), Ok(()));
        assert_eq!(join(CLOSED, false), Err(EPERM));
        assert_eq!(join(CLOSED, true), Err(ENOSPC));
        assert_eq!(join(CLOSED + 1, false), Err(EINVAL));
        drop(registered);
        Ok(())
    }

    #[test]
    fn leaving_a_group_that_the_family_does_not_have_calls_nothing() -> Result {
        // SAFETY: The protocol is the test's alone.
        let registered = unsafe { States::<FreeFamily>::register()? };
        let unbind = |group: u32| {
            // SAFETY: The states are registered, and the first namespace stays.
            unsafe {
                Sockets::<FreeFamily>::unbind(init_net(), group as c_int);
                state::<FreeFamily>(init_net()).map(|state| state.left.load(Relaxed))
            }
        };

        assert_eq!(unbind(OPEN), Some(1));
        assert_eq!(unbind(CLOSED + 1), Some(1));
        assert_eq!(unbind(CLOSED), Some(2));
        drop(registered);
        Ok(())
    }

    #[test]
    fn the_core_guards_groups_that_all_take_the_same_right() {
        use crate::netlink::Group;

        let guarded = group::config(&[Group::new(7), Group::new(3)]);
        assert_eq!((guarded.last, guarded.flags), (7, 0));
        let none = group::config(&[]);
        assert_eq!((none.last, none.flags), (0, 0));
        for other in [Group::new(1).nonroot(), Group::new(1).cap_sys_admin()] {
            let flags = group::config(&[Group::new(2), other]).flags;
            assert_eq!(flags, bindings::NL_CFG_F_NONROOT_RECV);
        }
    }
}
