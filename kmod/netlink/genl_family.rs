// SPDX-License-Identifier: GPL-2.0

//! Families of generic netlink: the same commands as over the raw protocol, for the same handlers.
//!
//! The core checks what it is told of: flags, capabilities and policies. What it lets through goes to
//! [`serve_by`](super::serve::serve_by), as a raw request does, which parses again, since more is
//! refused there, and sends answer and ACK. `EINTR` tells the core that none is due any more.
//!
//! Sockets of generic netlink hold no reference to the module. Its exit ends the calls, and dumps
//! hold one each.

use super::{
    attributes::Rule,
    command::Commands,
    dump,
    errno::eopnotsupp,
    ffi::{
        self,
        genl_info,
        GenlOp, //
    },
    genl::Genl,
    group,
    protocol::Protocol,
    request::Datagram,
    Command,
    Family, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    bindings,
    error::to_result,
    ffi::{
        c_int,
        c_void, //
    },
    prelude::*, //
};

/// The family `T` in generic netlink, until it is dropped.
///
/// # Invariants
///
/// The family is registered, and the [`States`](super::net::States) of `T` are for longer.
pub(super) struct GenlFamily<T: Family>(PhantomData<fn(T)>);

/// Description of a family `T` to the core, until it is dropped.
///
/// # Invariants
///
/// C has made it, and the core does not know of it unless a [`GenlFamily`] of `T` is there.
struct Description<T: Family>(PhantomData<fn(T)>);

impl<T: Family> GenlFamily<T> {
    /// [`Family::GENL`], checked when the family is compiled.
    const GENL: Option<Genl> = {
        if T::GENL.is_some() {
            group::check_names(T::GROUPS);
            // The core does not say in which network namespace.
            assert!(
                T::BIND.is_none() && T::UNBIND.is_none(),
                "generic netlink calls neither BIND nor UNBIND"
            );
        }
        T::GENL
    };

    /// Registers it, if it is to be: from here on the family is called. If that fails, it was not.
    ///
    /// # Safety
    ///
    /// The [`States`](super::net::States) of `T` must be registered, for longer than the result, which
    /// the module's exit must drop, or nobody if the module has none.
    pub(super) unsafe fn register() -> Result<Option<Self>> {
        let Some(genl) = Self::GENL else {
            return Ok(None);
        };
        let description = Description::<T>::new(genl)?;

        // SAFETY: By the type invariants C has made it, and nobody has registered it. The callbacks in
        // it are what the core expects; the caller vouches for the states that they use.
        to_result(unsafe { ffi::nl_helper_genl_register(Protocol::<T>::UNIT) })?;
        // From here on it is freed by `drop` below.
        core::mem::forget(description);
        // INVARIANT: Just registered; the caller vouches for the states.
        Ok(Some(Self(PhantomData)))
    }

    /// Returns the name there.
    pub(super) fn name() -> &'static str {
        // A name that is no UTF-8 is shown as none.
        Self::GENL.map_or("", |genl| genl.name.to_str().unwrap_or_default())
    }

    /// Called by the core for a request that is no dump, in its sender's context.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core hands to a `doit()` of the family.
    unsafe extern "C" fn doit(skb: *mut bindings::sk_buff, _info: *mut genl_info) -> c_int {
        // SAFETY: The caller vouches for `skb`.
        match unsafe { Self::serve(skb, ptr::null_mut()) } {
            // The layer has said how it ended.
            Ok(()) => -(bindings::EINTR as c_int),
            Err(error) => error.to_errno(),
        }
    }

    /// Called by the core for a dump that is about to start, in its sender's context.
    ///
    /// # Safety
    ///
    /// `cb` must be what the netlink core hands to a `start()` of the family.
    unsafe extern "C" fn start(cb: *mut bindings::netlink_callback) -> c_int {
        // SAFETY: The caller vouches for `cb`, whose buffer is that of the request, and which is
        // zeroes where nobody wrote.
        let (result, is_started) = unsafe {
            let result = Self::serve((*cb).skb, cb);
            (result, !dump::state_slot(cb).read().is_null())
        };

        match result {
            Ok(()) if is_started => 0,
            // The layer has said why not.
            Ok(()) => -(bindings::EINTR as c_int),
            Err(error) => error.to_errno(),
        }
    }

    /// Serves the message at the start of `skb` by its command.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core hands to a `doit()` or, with `dump`, to a `start()` of the
    /// family, and `dump` null or what it hands to the latter.
    unsafe fn serve(skb: *mut bindings::sk_buff, dump: *mut bindings::netlink_callback) -> Result {
        // SAFETY: The caller vouches for `skb`, and the datagram that is borrowed from it is gone when
        // this returns. The core calls while the family is registered, and so are the states by the
        // contract of `register`; and only in network namespaces that the family is in.
        let datagram = unsafe { Datagram::<T>::from_raw(skb) }.ok_or(EINVAL)?;

        // SAFETY: The caller vouches for `dump`, which stays for this call.
        unsafe {
            datagram.with_genl(dump, |request| {
                let command =
                    Commands::find(request.nlmsg_type(), !dump.is_null()).ok_or_else(eopnotsupp)?;

                (command.serve)(request);
                Ok(())
            })
        }
    }
}

impl<T: Family> Drop for GenlFamily<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants it is registered, and `drop` runs once. The function waits for
        // calls, and a dump would hold the module.
        unsafe { ffi::nl_helper_genl_unregister(Protocol::<T>::UNIT) };
        // INVARIANT: The core does not know of it any more.
        drop(Description::<T>(PhantomData));
    }
}

impl<T: Family> Description<T> {
    /// Makes it, of what `T` declares.
    fn new(genl: Genl) -> Result<Self> {
        // SAFETY: The function copies the name. No other family has the protocol's number in this
        // module, so nobody has made one.
        to_result(unsafe {
            ffi::nl_helper_genl_new(
                Protocol::<T>::UNIT,
                genl.name.to_bytes_with_nul().as_ptr().cast(),
                genl.version,
                T::NETNS_OK,
                Commands::<T>::TABLE.len(),
                T::GROUPS.len(),
            )
        })?;
        // INVARIANT: Just made, and not registered.
        let description = Self(PhantomData);

        description.add_groups();
        description.add_ops()?;
        Ok(description)
    }

    /// Tells of the groups, in order.
    fn add_groups(&self) {
        for group in T::GROUPS {
            let cap = group.cap.map_or(-1, |cap| cap as c_int);
            // SAFETY: By the type invariants it is there, with room for as many groups. The function
            // copies the name.
            unsafe {
                ffi::nl_helper_genl_add_group(
                    Protocol::<T>::UNIT,
                    group.genl_name().to_bytes_with_nul().as_ptr().cast(),
                    cap,
                )
            };
        }
    }

    /// Tells of the commands, which are in the core's order.
    fn add_ops(&self) -> Result {
        Commands::<T>::TABLE
            .iter()
            .try_for_each(|command| self.add_op(command))
    }

    fn add_op(&self, command: &'static Command<T>) -> Result {
        // SAFETY: By the type invariants C has made it.
        let policy = unsafe { new_policy(Protocol::<T>::UNIT, command.policy)? };
        let op = GenlOp {
            doit: GenlFamily::<T>::doit,
            start: GenlFamily::<T>::start,
            dumpit: command.dump.map(|dump| dump.fill),
            done: command.dump.map(|dump| dump.done),
            policy,
            // `Commands::TABLE` has no larger one.
            cmd: command.nlmsg_type as u8,
            uns_admin_perm: command.uns_admin_perm,
        };

        // SAFETY: By the type invariants it is there, with room for as many commands; the function
        // copies `op`.
        unsafe { ffi::nl_helper_genl_add_op(Protocol::<T>::UNIT, &op) };
        Ok(())
    }
}

/// Makes the policy of `rules` for the family of generic netlink of protocol `unit`; null where there are
/// none.
///
/// # Safety
///
/// C must have made the family.
unsafe fn new_policy(unit: c_int, rules: &'static [Rule]) -> Result<*const c_void> {
    let maxattr = rules.iter().fold(0, |max, rule| max.max(rule.nla_type()));
    if maxattr == 0 {
        return Ok(ptr::null());
    }
    // SAFETY: The caller vouches for the family.
    let policy = unsafe { ffi::nl_helper_genl_new_policy(unit, maxattr) };

    if policy.is_null() {
        return Err(ENOMEM);
    }
    for rule in rules {
        // SAFETY: The caller vouches for the family. The policy was just made, for types up to `maxattr`;
        // that of the nest is null or was, and is freed no sooner.
        unsafe {
            let nested = new_policy(unit, rule.nested().unwrap_or_default())?;
            ffi::nl_helper_genl_add_rule(policy, rule.nla_type(), rule.limits(), nested);
        }
    }
    Ok(policy)
}

impl<T: Family> Drop for Description<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants it is there and not registered, and `drop` runs once.
        unsafe { ffi::nl_helper_genl_free(Protocol::<T>::UNIT) };
    }
}
