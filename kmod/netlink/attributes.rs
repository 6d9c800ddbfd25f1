// SPDX-License-Identifier: GPL-2.0

//! Attributes of requests: declared once, checked before a handler is called, read when it asks.
//!
//! Strict from the first byte, as new families shall be: see "Strict checking" in
//! [`userspace-api/netlink/intro.rst`][intro].
//!
//! Nests are followed as deep as the policy goes, not as deep as a request goes.
//!
//! # Beside `nlmsg_parse()`
//!
//! The core has a parser that families in C share ([`lib/nlattr.c`](srctree/lib/nlattr.c)). This
//! layer checks attributes by itself, because
//!
//! - the client reads answers with the same parser ([`wire`](crate::wire)), which is tested with
//!   random bytes in user space (`user/tests/wire.rs`);
//! - a policy is Rust, of which nonsense does not compile, and from which follows what a view
//!   returns: nobody says again how long a value is, or of which type;
//! - each rule is a constant in code of its own, while the core interprets a table;
//! - there is no array of pointers, one for each type up to the largest, that is cleared and filled
//!   for each request: what a handler does not read is only checked;
//! - an attribute that is missing or there twice, and bytes behind the NUL of a string are refused,
//!   which is left to families, or accepted, where the core checks;
//! - Rust on Linux 6.12 has no bindings for the core's parser and its policies.
//!
//! In turn, whoever reads an attribute searches for it. In instructions, as `make bench-attributes`
//! counts them on Linux 6.12.117 and, the same, on 7.3.4:
//!
//! | attributes | checked | by `nlmsg_parse()` | checked and read | in C |
//! |---|---|---|---|---|
//! | none | 30 | 104 | 36 | 112 |
//! | a string of 5 bytes | 95 | 251 | 144 | 281 |
//! | that and 64 bytes of data | 149 | 330 | 211 | 364 |
//!
//! [intro]: srctree/Documentation/userspace-api/netlink/intro.rst

#[cfg(nl_bench)]
mod bench;
pub mod kind;
mod rule;
mod violation;

pub(super) use rule::NLA_TYPE_MAX;
pub use rule::{
    Rule,
    RuleBuilder, //
};
pub(super) use violation::Violation;

use super::distinct::assert_distinct;
use crate::wire::{
    Attr,
    Attrs, //
};
use core::marker::PhantomData;
use kernel::prelude::*;
use kind::AttrKind;
use violation::Fault;

/// Declares the attributes that requests, or nests in them, may carry.
///
/// Each `struct` is a set: what one command takes, or one nest. An attribute of it has a name, a
/// number (`nla_type`), a [kind], and maybe limits:
///
/// ```
/// attributes! {
///     /// What an order carries.
///     struct Order {
///         /// What is ordered.
///         what(ORDER_A_WHAT): NulString where max_len = 100;
///         /// How many; 1 where it is left out.
///         count(ORDER_A_COUNT): Option<U32> where min = 1, max = 12;
///         /// Where to, in any number of parts.
///         address(ORDER_A_ADDRESS): Multi<NestOf<Address>>;
///         /// Whether it is urgent.
///         is_urgent(ORDER_A_URGENT): Flag;
///     }
///
///     /// What is in an `ORDER_A_ADDRESS`.
///     struct Address {
///         line(ADDRESS_A_LINE): NulString;
///     }
/// }
/// ```
///
/// A kind by itself has to be there, once (but for a flag); an `Option` of one may be left out; a
/// `Multi` of one may come any number of times, which YNL calls `multi-attr`. Everything else is
/// refused before a handler is called, with its place and, where the attribute is known, its policy.
///
/// A set is an [`AttributeSet`], which a handler names in the type of its
/// [`Call`](crate::netlink::Call). What the request carries is then an `OrderView`, with the methods
/// `what()`, `count()` and so on for the values, and `what_attr()`, `count_attr()` and so on for
/// where they stand, which [`ExtAck`](crate::netlink::ExtAck) takes. Each looks for its attribute
/// when it is called.
///
/// A declaration that makes no sense does not compile: a number that is 0, has flag bits or is in
/// the set already, limits that the kind does not have, that leave nothing, or that its values
/// cannot reach, and nests more than ten deep or in themselves.
#[macro_export]
macro_rules! attributes {
    ($(
        $(#[$($set_meta:tt)*])*
        $vis:vis struct $set:ident {
            $(
                $(#[$($meta:tt)*])*
                $name:ident($nla_type:expr): $occurrence:ty $(where $($check:ident = $limit:expr),+)?
            );* $(;)?
        }
    )*) => { $(
        $(#[$($set_meta)*])*
        $vis enum $set {}

        ::kernel::macros::paste! {
            #[doc = concat!("What a request carries of [`", stringify!($set), "`].")]
            #[allow(dead_code)] // A set may be empty.
            $vis struct [<$set View>]<'a>($crate::netlink::ValidAttrs<'a, $set>);

            const _: () = {
                #[allow(unused_imports)] // A set may be empty.
                use $crate::netlink::kind::*;

                impl $crate::netlink::AttributeSet for $set {
                    type View<'a> = [<$set View>]<'a>;

                    const POLICY: &'static [$crate::netlink::Rule] = {
                        #[allow(unused_doc_comments)] // Doc comments are for the methods.
                        const RULES: &[$crate::netlink::Rule] = &[$(
                            $(#[$($meta)*])*
                            $crate::netlink::RuleBuilder::of::<$occurrence>($nla_type)
                                $($(.$check($limit))+)?
                                .build()
                        ),*];

                        $crate::netlink::check_policy(RULES);
                        RULES
                    };

                    #[inline]
                    fn view<'a>(attrs: $crate::netlink::ValidAttrs<'a, Self>) -> Self::View<'a> {
                        [<$set View>](attrs)
                    }

                    #[allow(unused_doc_comments)] // Doc comments are for the methods.
                    #[inline(always)]
                    fn check<'a>(attr: &$crate::wire::Attr<'a>) -> $crate::netlink::Checked<'a> {
                        $(
                            $(#[$($meta)*])*
                            {
                                const RULE: &$crate::netlink::Rule = $crate::netlink::rule_for(
                                    <$set as $crate::netlink::AttributeSet>::POLICY,
                                    $nla_type,
                                );

                                if RULE.is_for(attr) {
                                    return $crate::netlink::Checked::by::<$occurrence>(RULE, attr);
                                }
                            }
                        )*
                        $crate::netlink::Checked::unknown(attr)
                    }
                }

                // Also where no command takes the set.
                const _: &[$crate::netlink::Rule] =
                    <$set as $crate::netlink::AttributeSet>::POLICY;

                #[allow(dead_code)] // A family need not read all that it takes.
                impl<'a> [<$set View>]<'a> {
                    $(
                        $(#[$($meta)*])*
                        #[inline]
                        $vis fn $name(
                            &self,
                        ) -> <$occurrence as $crate::netlink::Occurrence>::Output<'a> {
                            <$occurrence as $crate::netlink::Occurrence>::value(
                                self.0.all($nla_type),
                            )
                        }

                        $(#[$($meta)*])*
                        ///
                        /// Returns where it stands.
                        #[inline]
                        $vis fn [<$name _attr>](
                            &self,
                        ) -> <$occurrence as $crate::netlink::Occurrence>::Place<'a> {
                            <$occurrence as $crate::netlink::Occurrence>::place(
                                self.0.all($nla_type),
                            )
                        }
                    )*
                }
            };
        }
    )* };
}

/// The attributes that a request, or a nest, may carry: what
/// [`attributes!`](crate::attributes) declares, or `()` for none.
pub trait AttributeSet: 'static {
    /// View of the attributes, by which a handler reads them.
    type View<'a>;

    /// Policy of the attributes, one rule each.
    #[doc(hidden)]
    const POLICY: &'static [Rule];

    /// Reads `attrs` with a view.
    #[doc(hidden)]
    fn view(attrs: ValidAttrs<'_, Self>) -> Self::View<'_>
    where
        Self: Sized;

    /// Checks `attr` as [`AttributeSet::POLICY`] says, written out: each rule is a constant.
    #[doc(hidden)]
    fn check<'a>(attr: &Attr<'a>) -> Checked<'a>;
}

impl AttributeSet for () {
    type View<'a> = ();

    const POLICY: &'static [Rule] = &[];

    #[inline]
    fn view(_attrs: ValidAttrs<'_, Self>) {}

    #[inline(always)]
    fn check<'a>(attr: &Attr<'a>) -> Checked<'a> {
        Checked::unknown(attr)
    }
}

/// How often an attribute that keeps to its rule may be there, or what is wrong with it.
#[doc(hidden)]
pub struct Checked<'a, R = Multiplicity>(Result<R, Violation<'a>>);

/// How often an attribute may and must be there.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Multiplicity {
    is_required: bool,
    is_multi: bool,
}

impl<'a> Checked<'a> {
    /// Checks `attr`, which occurs as `O` says, and what is in it.
    #[inline(always)]
    pub fn by<O: Occurrence>(rule: &'static Rule, attr: &Attr<'a>) -> Self {
        let result = rule
            .check(attr)
            .map_err(|breach| Violation::new(Fault::Wrong(rule, breach), attr.bytes()));

        let multiplicity = Multiplicity {
            is_required: O::IS_REQUIRED,
            is_multi: O::IS_MULTI,
        };

        Self(result.and_then(|()| O::Kind::check_inside(attr).0.map(|()| multiplicity)))
    }

    /// Refuses `attr`, for which there is no rule.
    #[inline(always)]
    pub fn unknown(attr: &Attr<'a>) -> Self {
        Self(Err(Violation::new(Fault::Unknown, attr.bytes())))
    }
}

/// How often an attribute may be there: once, if it is a [kind] by itself, at most once if it is an
/// `Option` of one, and any number of times if it is a [`Multi`](kind::Multi) of one.
pub trait Occurrence {
    /// Kind of the attribute.
    #[doc(hidden)]
    type Kind: kind::AttrKind;

    /// Type that a view returns for the attribute.
    type Output<'a>;

    /// Where it stands.
    type Place<'a>;

    /// Whether a request without it is wrong.
    #[doc(hidden)]
    const IS_REQUIRED: bool;

    /// Whether it may be there more than once.
    #[doc(hidden)]
    const IS_MULTI: bool;

    /// Reads what `attrs` hold.
    #[doc(hidden)]
    fn value(attrs: AttrsOfType<'_>) -> Self::Output<'_>;

    /// Returns where `attrs` stand.
    #[doc(hidden)]
    fn place(attrs: AttrsOfType<'_>) -> Self::Place<'_>;
}

/// The attributes of a request, or of a nest in it, which were checked.
///
/// # Invariants
///
/// The bytes are a row of attributes that keep to the policy of `S`, or none at all.
pub struct ValidAttrs<'a, S> {
    attrs: Attrs<'a>,
    _set: PhantomData<S>,
}

impl<'a, S: AttributeSet> ValidAttrs<'a, S> {
    /// How many attributes have to be there, counted when the set is compiled.
    const REQUIRED: usize = count_required(S::POLICY);

    /// Returns all attributes `nla_type`.
    #[doc(hidden)]
    #[inline]
    pub fn all(&self, nla_type: u16) -> AttrsOfType<'a> {
        AttrsOfType::new(self.attrs.rest(), nla_type)
    }

    /// Returns the view of the attributes that `bytes` are.
    ///
    /// They keep to the policy of `S`, or are none.
    #[inline]
    fn view(bytes: &'a [u8]) -> S::View<'a> {
        // INVARIANT: Callers have checked them, or have none.
        S::view(Self {
            attrs: Attrs::new(bytes),
            _set: PhantomData,
        })
    }
}

/// The attributes of one type, in order.
#[derive(Clone)]
pub struct AttrsOfType<'a> {
    attrs: Attrs<'a>,
    nla_type: u16,
}

impl<'a> AttrsOfType<'a> {
    /// Starts at the first of the attributes that `bytes` are.
    #[inline]
    fn new(bytes: &'a [u8], nla_type: u16) -> Self {
        Self {
            attrs: Attrs::new(bytes),
            nla_type,
        }
    }
}

impl<'a> Iterator for AttrsOfType<'a> {
    type Item = Attr<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attr<'a>> {
        let nla_type = self.nla_type;

        self.attrs
            .find_map(|attr| attr.ok().filter(|attr| attr.kind() == nla_type))
    }
}

/// Checks that no two rules are for one attribute.
///
/// # Panics
///
/// When two are. A `const` policy does not compile then.
#[doc(hidden)]
#[inline]
pub const fn check_policy(policy: &[Rule]) {
    assert_distinct!(policy, by nla_type: "two rules for one attribute");
}

/// Returns the rule of `policy` for the attribute `nla_type`.
///
/// # Panics
///
/// When there is none. A `const` rule does not compile then.
#[doc(hidden)]
#[inline]
pub const fn rule_for(policy: &'static [Rule], nla_type: u16) -> &'static Rule {
    let mut rest = policy;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        if rule.nla_type == nla_type {
            return rule;
        }
        rest = tail;
    }
    panic!("no rule for the attribute")
}

/// Reads the attributes that `bytes` are, if they keep to the policy of `S`.
#[inline(always)] // Once for each command.
pub(super) fn parse<S: AttributeSet>(bytes: &[u8]) -> Result<S::View<'_>, Violation<'_>> {
    check_all::<S>(Attrs::new(bytes))?;

    Ok(ValidAttrs::<S>::view(bytes))
}

/// Checks that `all` keep to the policy of `S`.
#[inline(always)] // Once for each set that is a command's, and once for each in a nest.
fn check_all<S: AttributeSet>(all: Attrs<'_>) -> Result<(), Violation<'_>> {
    let mut attrs = all.clone();
    let mut required = 0_usize;

    while let Some(attr) = next(&mut attrs)? {
        let multiplicity = S::check(&attr).0?;
        let rest = attrs.rest();

        if !multiplicity.is_multi && !rest.is_empty() && is_in(rest, attr.kind()) {
            return Err(Violation::new(Fault::Twice, attr.bytes()));
        }
        required = required.wrapping_add(multiplicity.is_required.into());
    }
    match required == ValidAttrs::<S>::REQUIRED {
        true => Ok(()),
        false => Err(missing(all.rest(), S::POLICY)),
    }
}

/// Returns the next attribute, `None` at the end.
#[inline(always)]
fn next<'a>(attrs: &mut Attrs<'a>) -> Result<Option<Attr<'a>>, Violation<'a>> {
    let place = attrs.rest();

    attrs
        .next()
        .transpose()
        .map_err(|error| Violation::new(Fault::Broken(error), place))
}

/// Checks the attributes that `nest` holds.
#[inline(never)] // Requests without nests would pay for it.
fn check_nest<'a, S: AttributeSet>(nest: &Attr<'a>) -> Result<(), Violation<'a>> {
    check_all::<S>(nest.nested()).map_err(|violation| violation.inside(nest))
}

/// Checks the nests that `array` holds. Their own types say nothing, as in an `NLA_NESTED_ARRAY`.
#[inline(never)] // Requests without nests would pay for it.
fn check_entries<'a, S: AttributeSet>(array: &Attr<'a>) -> Result<(), Violation<'a>> {
    let mut entries = array.nested();

    while let Some(entry) = next(&mut entries)? {
        check_nest::<S>(&entry)?;
    }
    Ok(())
}

/// Returns how many attributes `policy` requires.
#[inline]
const fn count_required(policy: &[Rule]) -> usize {
    let mut rest = policy;
    let mut count = 0;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        count += rule.is_required as usize;
        rest = tail;
    }
    count
}

/// Returns what the attributes `bytes` lack that `policy` requires.
#[cold]
fn missing<'a>(bytes: &'a [u8], policy: &'static [Rule]) -> Violation<'a> {
    let rule = policy
        .iter()
        .find(|rule| rule.is_required && !is_in(bytes, rule.nla_type));

    Violation::new(rule.map_or(Fault::Unknown, Fault::Missing), &[])
}

/// Says whether an attribute `nla_type` is among those that `bytes` are.
#[inline(never)] // For all commands.
fn is_in(bytes: &[u8], nla_type: u16) -> bool {
    AttrsOfType::new(bytes, nla_type).next().is_some()
}

#[cfg(nl_kunit)]
mod tests;
