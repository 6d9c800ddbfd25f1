// SPDX-License-Identifier: GPL-2.0

//! Commands: the requests that a family serves.

use super::{
    attributes::Rule,
    distinct::assert_distinct,
    dump::{
        self,
        DumpCallbacks, //
    },
    serve,
    AttributeSet,
    Dump,
    Family,
    Handler,
    Request, //
};
use crate::wire::NLMSG_MIN_TYPE;
use core::marker::PhantomData;

/// A type of request and the handler that serves it.
pub struct Command<T: Family> {
    pub(super) nlmsg_type: u16,
    pub(super) is_dump: bool,
    /// Callbacks of a dump.
    pub(super) dump: Option<DumpCallbacks>,
    pub(super) uns_admin_perm: bool,
    pub(super) policy: &'static [Rule],
    pub(super) serve: fn(&Request<'_, T>),
}

impl<T: Family> Command<T> {
    /// A request that is answered by one message, or by the ACK alone.
    ///
    /// `nlmsg_type` is 16 or above. The type of `handler` says which attributes it takes; others are
    /// refused.
    ///
    /// # Panics
    ///
    /// When it is below. A `const` table does not compile then, nor one whose `handler` is anything
    /// but a function, such as a pointer to one.
    pub const fn new<S: AttributeSet, F: Handler<T, S>>(nlmsg_type: u16, _handler: F) -> Self {
        assert!(
            nlmsg_type >= NLMSG_MIN_TYPE,
            "message type is netlink's own"
        );
        Self {
            nlmsg_type,
            is_dump: false,
            dump: None,
            uns_admin_perm: false,
            policy: S::POLICY,
            // SAFETY: `_handler` is a value of `F`.
            serve: |request| unsafe { serve::serve_by::<T, S, F>(request) },
        }
    }

    /// A request with `NLM_F_DUMP`, which is answered by the entries of `D`.
    ///
    /// # Panics
    ///
    /// As for [`Command::new`].
    pub const fn dump<D: Dump<Family = T>>(nlmsg_type: u16) -> Self {
        Self {
            is_dump: true,
            dump: Some(DumpCallbacks::of::<D>()),
            ..Self::new(nlmsg_type, dump::start::<D>)
        }
    }

    /// Reserves the command to senders with `CAP_NET_ADMIN` in the user namespace that owns the
    /// network namespace (`GENL_UNS_ADMIN_PERM`).
    pub const fn uns_admin_perm(self) -> Self {
        Self {
            uns_admin_perm: true,
            ..self
        }
    }
}

/// The commands of the family `T`.
pub(super) struct Commands<T: Family>(PhantomData<fn(T)>);

impl<T: Family> Commands<T> {
    /// [`Family::COMMANDS`], checked when the family is compiled: a type has at most one command that is
    /// a dump, and one that is not. For generic netlink they ascend, up to 255, each before its dump, and
    /// both take the same to use.
    pub(super) const TABLE: &'static [Command<T>] = {
        assert_distinct!(T::COMMANDS, by nlmsg_type, is_dump: "two commands of one type");
        if T::GENL.is_some() {
            check_genl(T::COMMANDS);
        }
        T::COMMANDS
    };

    /// Returns the command for requests of type `nlmsg_type`, as a dump or not.
    #[inline]
    pub(super) fn find(nlmsg_type: u16, is_dump: bool) -> Option<&'static Command<T>> {
        Self::TABLE
            .iter()
            .find(|command| command.nlmsg_type == nlmsg_type && command.is_dump == is_dump)
    }
}

/// Checks that generic netlink takes `commands`, in this order.
///
/// # Panics
///
/// When it does not. A `const` table does not compile then.
const fn check_genl<T: Family>(commands: &[Command<T>]) {
    let mut rest = commands;

    assert!(commands.len() <= u8::MAX as usize, "more than 255 commands");
    // A `const fn` cannot use iterators.
    while let [command, tail @ ..] = rest {
        assert!(
            command.nlmsg_type <= u8::MAX as u16,
            "message type is above 255"
        );
        if let [next, ..] = tail {
            check_order(command, next);
        }
        rest = tail;
    }
}

/// Checks that `next` may follow `command` in generic netlink.
const fn check_order<T: Family>(command: &Command<T>, next: &Command<T>) {
    let is_same_type = command.nlmsg_type == next.nlmsg_type;

    assert!(
        command.nlmsg_type < next.nlmsg_type || is_same_type && next.is_dump,
        "commands are not in ascending order, each before its dump"
    );
    assert!(
        !is_same_type || command.uns_admin_perm == next.uns_admin_perm,
        "a command and its dump are for different users"
    );
}
