// SPDX-License-Identifier: GPL-2.0

//! The policy of a family, told by a command of its own.
//!
//! The layout, the order and the numbers are those of the core, see `ctrl_dumppolicy()` in
//! [`net/netlink/genetlink.c`](srctree/net/netlink/genetlink.c) and
//! [`net/netlink/policy.c`](srctree/net/netlink/policy.c).
//!
//! What is not generic is `#[inline]`, so that it is in no module whose families lack the command.

use super::{
    attributes::{
        Rule,
        NLA_TYPE_MAX, //
    },
    command::Commands,
    ffi::{
        NlaPolicy,
        NlaPolicyForm, //
    },
    put::{
        self,
        Integer, //
    },
    Call,
    Command,
    Dump,
    ExtAck,
    Family,
    Payload, //
};
use core::{
    iter,
    marker::PhantomData, //
};
use kernel::{
    bindings,
    prelude::*, //
};

// The bindings of Linux 6.12 lack what is in include/uapi/linux/genetlink.h.
const CTRL_ATTR_POLICY: u16 = 8;
const CTRL_ATTR_OP_POLICY: u16 = 9;
const CTRL_ATTR_POLICY_DO: u16 = 1;
const CTRL_ATTR_POLICY_DUMP: u16 = 2;

// `NL_POLICY_TYPE_ATTR_*`.
const TYPE: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_TYPE as u16;
const MIN_VALUE_S: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MIN_VALUE_S as u16;
const MAX_VALUE_S: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MAX_VALUE_S as u16;
const MIN_VALUE_U: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MIN_VALUE_U as u16;
const MAX_VALUE_U: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MAX_VALUE_U as u16;
const MIN_LENGTH: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MIN_LENGTH as u16;
const MAX_LENGTH: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MAX_LENGTH as u16;
const POLICY_IDX: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_POLICY_IDX as u16;
const POLICY_MAXTYPE: u16 =
    bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE as u16;
const BITFIELD32_MASK: u16 =
    bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_BITFIELD32_MASK as u16;
const MASK: u16 = bindings::netlink_policy_type_attr_NL_POLICY_TYPE_ATTR_MASK as u16;

impl<T: Family> Command<T> {
    /// A request with `NLM_F_DUMP`, of no attribute, that is answered by what each command takes:
    /// `Command::policy::<20>()` is of type 20, and so are the messages of the answer.
    ///
    /// They have the layout of generic netlink's `CTRL_CMD_GETPOLICY`, but for its header and
    /// `CTRL_ATTR_FAMILY_ID`, each with one attribute:
    ///
    /// - `CTRL_ATTR_OP_POLICY`, for each message type, says which policy a request has, and which one
    ///   with `NLM_F_DUMP`, by number;
    /// - `CTRL_ATTR_POLICY`, for each attribute of each policy, holds `NL_POLICY_TYPE_ATTR_*`: what it
    ///   has to be, and the number of the policy of what is in it. Of a policy that allows nothing
    ///   there is none.
    ///
    /// Sets that declare the same attributes in the same order are one policy. As in generic netlink,
    /// there is no word for a big-endian number, nor for whether an attribute has to be there, or may
    /// be there again.
    ///
    /// # Panics
    ///
    /// When `NLMSG_TYPE` is below 16, or a command has a type above 0x3fff, which no attribute can
    /// have. A `const` table does not compile then.
    pub const fn policy<const NLMSG_TYPE: u16>() -> Self {
        Self::dump::<PolicyDump<T, NLMSG_TYPE>>(NLMSG_TYPE)
    }
}

/// The dump of [`Command::policy`].
pub(super) struct PolicyDump<T: Family, const NLMSG_TYPE: u16> {
    policies: Policies,
    /// The message type that was told last; 0 before the first.
    nlmsg_type: u16,
    /// The index of the policy that is being told.
    index: usize,
    /// The attribute of it that was told last; 0 before the first.
    nla_type: u16,
    _family: PhantomData<fn(T)>,
}

/// Entry of the dump, a message.
pub(super) enum PolicyEntry {
    Command(CommandPolicy),
    Attr(AttrPolicy),
}

/// Policies of the commands of a message type, by index.
pub(super) struct CommandPolicy {
    nlmsg_type: u16,
    request: Option<u32>,
    dump: Option<u32>,
}

/// Policy of an attribute.
pub(super) struct AttrPolicy {
    /// The policy that it is of.
    index: u16,
    nla_type: u16,
    policy: &'static NlaPolicy,
    nested: Option<NestedPolicy>,
}

/// The policy of what is in a nest.
pub(super) struct NestedPolicy {
    index: u32,
    /// The largest type of an attribute in it.
    maxtype: u16,
}

impl<T: Family, const NLMSG_TYPE: u16> Dump for PolicyDump<T, NLMSG_TYPE> {
    type Family = T;
    type Attrs = ();
    type Item = PolicyEntry;

    /// The type of the command, with those of all commands checked when it is compiled.
    const NLMSG_TYPE: u16 = {
        check_types(T::COMMANDS);
        NLMSG_TYPE
    };

    fn start(_call: &mut Call<'_, T>) -> Result<Self> {
        Self::new()
    }

    fn next(&mut self, _net: &T::Net, _ext_ack: &mut ExtAck<'_>) -> Result<Option<PolicyEntry>> {
        Ok(self.next_command().or_else(|| self.next_attr()))
    }

    fn generation(&self, _net: &T::Net) -> u32 {
        // Policies are fixed when the module is compiled.
        1
    }

    fn payload(entry: &PolicyEntry) -> impl Payload {
        match entry {
            PolicyEntry::Command(command) => (Some(command.payload()), None),
            PolicyEntry::Attr(attr) => (None, Some(attr.payload())),
        }
    }
}

impl<T: Family, const NLMSG_TYPE: u16> PolicyDump<T, NLMSG_TYPE> {
    fn new() -> Result<Self> {
        Ok(Self {
            policies: Policies::gather::<T>()?,
            nlmsg_type: 0,
            index: 0,
            nla_type: 0,
            _family: PhantomData,
        })
    }

    /// Moves on to the next message type.
    fn next_command(&mut self) -> Option<PolicyEntry> {
        let nlmsg_type = next_type::<T>(self.nlmsg_type)?;
        let index = |is_dump| {
            let policy = policy_of::<T>(nlmsg_type, is_dump)?;
            self.policies.index_of(policy)
        };
        let command = CommandPolicy {
            nlmsg_type,
            request: index(false),
            dump: index(true),
        };

        self.nlmsg_type = nlmsg_type;
        Some(PolicyEntry::Command(command))
    }

    /// Moves on to the next attribute that netlink has words for, maybe of another policy.
    fn next_attr(&mut self) -> Option<PolicyEntry> {
        while let Some(all) = self.policies.get(self.index) {
            while let Some(rule) = next_rule(all, self.nla_type) {
                self.nla_type = rule.nla_type();
                if let Some(policy) = rule.nla_policy() {
                    return Some(PolicyEntry::Attr(self.attr(rule, policy)));
                }
            }
            self.index += 1;
            self.nla_type = 0;
        }
        None
    }

    /// Returns what is told of the attribute of `rule`.
    fn attr(&self, rule: &Rule, policy: &'static NlaPolicy) -> AttrPolicy {
        let nested = rule.nested().and_then(|nested| {
            Some(NestedPolicy {
                index: self.policies.index_of(nested)?,
                maxtype: in_order(nested).last().map_or(0, Rule::nla_type),
            })
        });

        AttrPolicy {
            // There are not as many sets of attributes in a source as an `nla_type` can count.
            index: self.index as u16,
            nla_type: rule.nla_type(),
            policy,
            nested,
        }
    }
}

/// All policies of a family, each once.
struct Policies(KVec<&'static [Rule]>);

impl Policies {
    /// Gathers those of all commands of `T`, and those of their nests.
    fn gather<T: Family>() -> Result<Self> {
        let types = iter::successors(next_type::<T>(0), |nlmsg_type| next_type::<T>(*nlmsg_type));
        let mut policies = Self(KVec::new());

        for policy in types
            .flat_map(|nlmsg_type| [(nlmsg_type, false), (nlmsg_type, true)])
            .filter_map(|(nlmsg_type, is_dump)| policy_of::<T>(nlmsg_type, is_dump))
        {
            policies.add_whole(policy)?;
        }
        Ok(policies)
    }

    /// Adds `policy`, and then those of its nests, level by level.
    #[inline]
    fn add_whole(&mut self, policy: &'static [Rule]) -> Result {
        let mut index = self.0.len();

        self.add(policy)?;
        while let Some(policy) = self.get(index) {
            for nested in in_order(policy).filter_map(Rule::nested) {
                self.add(nested)?;
            }
            index += 1;
        }
        Ok(())
    }

    /// Adds `policy`, if it is not there.
    #[inline]
    fn add(&mut self, policy: &'static [Rule]) -> Result {
        if self.index_of(policy).is_none() {
            self.0.push(policy, GFP_KERNEL_ACCOUNT)?;
        }
        Ok(())
    }

    /// Returns the policy at `index`.
    #[inline]
    fn get(&self, index: usize) -> Option<&'static [Rule]> {
        self.0.get(index).copied()
    }

    /// Returns where `policy` is, or one that says the same: where a constant lies says nothing.
    #[inline]
    fn index_of(&self, policy: &[Rule]) -> Option<u32> {
        (0..)
            .zip(self.0.iter())
            .find_map(|(index, other)| (*other == policy).then_some(index))
    }
}

/// Checks that the type of each command can be that of an attribute.
///
/// # Panics
///
/// When one cannot. A `const` table does not compile then.
const fn check_types<T: Family>(commands: &[Command<T>]) {
    let mut rest = commands;

    // A `const fn` cannot use iterators.
    while let [command, tail @ ..] = rest {
        assert!(
            command.nlmsg_type <= NLA_TYPE_MAX,
            "message type is beyond what a policy can tell"
        );
        rest = tail;
    }
}

/// Returns the least message type of a command of `T` that is above `nlmsg_type`.
fn next_type<T: Family>(nlmsg_type: u16) -> Option<u16> {
    Commands::<T>::TABLE
        .iter()
        .map(|command| command.nlmsg_type)
        .filter(|other| *other > nlmsg_type)
        .min()
}

/// Returns the policy of the command of `T` for requests of type `nlmsg_type`, as a dump or not.
fn policy_of<T: Family>(nlmsg_type: u16, is_dump: bool) -> Option<&'static [Rule]> {
    Commands::<T>::find(nlmsg_type, is_dump).map(|command| command.policy)
}

/// Returns the rule of `policy` for the least attribute above `nla_type`.
#[inline]
fn next_rule(policy: &'static [Rule], nla_type: u16) -> Option<&'static Rule> {
    policy
        .iter()
        .filter(|rule| rule.nla_type() > nla_type)
        .min_by_key(|rule| rule.nla_type())
}

/// Returns the rules of `policy` as C has them, in the order of their attributes' types.
#[inline]
fn in_order(policy: &'static [Rule]) -> impl Iterator<Item = &'static Rule> {
    iter::successors(next_rule(policy, 0), move |rule| {
        next_rule(policy, rule.nla_type())
    })
}

impl CommandPolicy {
    #[inline]
    fn payload(&self) -> impl Payload {
        let index = |nla_type, index: Option<u32>| index.map(|index| put::u32(nla_type, index));
        let policies = (
            index(CTRL_ATTR_POLICY_DO, self.request),
            index(CTRL_ATTR_POLICY_DUMP, self.dump),
        );

        put::nested(CTRL_ATTR_OP_POLICY, put::nested(self.nlmsg_type, policies))
    }
}

impl AttrPolicy {
    #[inline]
    fn payload(&self) -> impl Payload {
        let nested = self.nested.as_ref().map(|nested| {
            (
                put::u32(POLICY_IDX, nested.index),
                put::u32(POLICY_MAXTYPE, nested.maxtype.into()),
            )
        });
        let nl_attr_type = put::u32(TYPE, self.policy.nl_attr_type.into());
        let attr = put::nested(self.nla_type, (nested, limits(self.policy), nl_attr_type));

        put::nested(CTRL_ATTR_POLICY, put::nested(self.index, attr))
    }
}

/// Lengths or bits, and numbers, each maybe two.
type Limits = (
    (Option<Integer<4>>, Option<Integer<4>>),
    (Option<Integer<8>>, Option<Integer<8>>),
);

/// Returns what tells of the limits of an attribute.
#[inline]
fn limits(policy: &NlaPolicy) -> Limits {
    let NlaPolicy { min, max, mask, .. } = *policy;
    let min_len = Some(put::u32(MIN_LENGTH, min as u32));
    let max_len = Some(put::u32(MAX_LENGTH, max as u32));
    let number = |nla_type, number| Some(put::u64(nla_type, number));
    let none = (None, None);

    match policy.form {
        NlaPolicyForm::Bare => ((None, None), none),
        NlaPolicyForm::MinLen => ((min_len, None), none),
        NlaPolicyForm::MaxLen => ((None, max_len), none),
        NlaPolicyForm::LenRange => ((min_len, max_len), none),
        NlaPolicyForm::Bitfield32 => ((Some(put::u32(BITFIELD32_MASK, mask)), None), none),
        NlaPolicyForm::Range => (
            (None, None),
            (number(MIN_VALUE_U, min), number(MAX_VALUE_U, max)),
        ),
        NlaPolicyForm::SignedRange => (
            (None, None),
            (number(MIN_VALUE_S, min), number(MAX_VALUE_S, max)),
        ),
        NlaPolicyForm::Mask => ((None, None), (number(MASK, mask.into()), None)),
    }
}

#[cfg(nl_kunit)]
mod tests;
