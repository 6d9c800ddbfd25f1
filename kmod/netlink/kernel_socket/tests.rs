// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::netlink::{
    errno::econnrefused,
    net::{
        Sockets,
        States, //
    },
    slot::state,
    tests::{
        init_net,
        FreeFamily,
        CLOSED,
        OPEN, //
    }, //
};
use kernel::bindings;

/// A port id that no socket has.
const NOBODY: u32 = 77;

/// Tries to send in every way; returns how a group's and a port's message ended.
fn send(socket: &KernelSocket<FreeFamily>, flags: Flags) -> [Result; 2] {
    [
        socket.multicast(OPEN, 16, || (), flags),
        socket.unicast(NOBODY, 0, 16, (), flags),
    ]
}

fn enotconn() -> Error {
    Error::from_errno(-(bindings::ENOTCONN as i32))
}

#[kunit_tests(netlink_kernel_socket)]
mod suite {
    use super::*;

    #[test]
    fn a_handle_is_of_use_as_long_as_the_socket_is_open() -> Result {
        // SAFETY: The protocol is the test's alone.
        let states = unsafe { States::<FreeFamily>::register()? };
        // SAFETY: The states are registered, and the first namespace stays.
        let state = unsafe { state::<FreeFamily>(init_net()) }.ok_or(ENOENT)?;
        let socket = state.socket.clone();
        assert_eq!(send(&socket, GFP_KERNEL), [Err(enotconn()); 2]);

        // SAFETY: The states are registered, and are dropped later; no user has a socket.
        let sockets = unsafe { Sockets::<FreeFamily>::register()? };
        assert_eq!(send(&socket, GFP_KERNEL), [Ok(()), Err(econnrefused())]);
        assert_eq!(send(&socket, GFP_ATOMIC), [Ok(()), Err(econnrefused())]);
        drop(sockets);
        assert_eq!(send(&socket, GFP_KERNEL), [Err(enotconn()); 2]);
        drop(states);
        assert_eq!(send(&socket, GFP_KERNEL), [Err(enotconn()); 2]);
        Ok(())
    }

    #[test]
    fn what_goes_nowhere_is_refused_in_any_case() -> Result {
        let socket = KernelSocket::<FreeFamily>::new()?;

        assert_eq!(socket.unicast(0, 0, 16, (), GFP_KERNEL), Err(EINVAL));
        for group in [0, CLOSED + 1, u32::MAX] {
            let result = socket.multicast(group, 16, || (), GFP_KERNEL);
            assert_eq!(result, Err(EINVAL));
        }
        Ok(())
    }

    #[test]
    fn flags_are_those_of_c() {
        use kernel::alloc::flags::__GFP_NOWARN;

        assert_eq!(gfp(GFP_KERNEL), bindings::GFP_KERNEL);
        assert_eq!(gfp(GFP_ATOMIC), bindings::GFP_ATOMIC);
        assert_eq!(gfp(GFP_KERNEL_ACCOUNT), bindings::GFP_KERNEL_ACCOUNT);
        assert_eq!(
            gfp(GFP_ATOMIC | __GFP_NOWARN),
            bindings::GFP_ATOMIC | bindings::__GFP_NOWARN
        );
    }
}
