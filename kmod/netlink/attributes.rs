// SPDX-License-Identifier: GPL-2.0

//! Attributes of requests: declared once, checked before a handler is called, read when it asks.
//!
//! Strict from the first byte, as new families shall be: see "Strict checking" in
//! [`userspace-api/netlink/intro.rst`][intro].
//!
//! Nests are followed as deep as the policy goes, not as deep as a request goes.
//!
//! [intro]: srctree/Documentation/userspace-api/netlink/intro.rst

pub mod kind;
mod rule;
mod violation;

pub use rule::{
    Rule,
    RuleBuilder, //
};
pub(super) use violation::Violation;

use crate::wire::{
    Attr,
    Attrs, //
};
use core::marker::PhantomData;
use kernel::prelude::*;
use rule::Shape;
use violation::Fault;

/// Declares the attributes that requests, or nests in them, may carry.
///
/// Each `struct` is a set: what one command takes, or one nest. An attribute of it has a name, a
/// number (`nla_type`), a [kind](crate::netlink::kind), and maybe limits:
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
            $vis struct [<$set View>]<'a>($crate::netlink::Attributes<'a, $set>);

            const _: () = {
                #[allow(unused_imports)] // A set may be empty.
                use $crate::netlink::kind::*;

                impl $crate::netlink::AttributeSet for $set {
                    type View<'a> = [<$set View>]<'a>;

                    const POLICY: &'static [$crate::netlink::Rule] = {
                        #[allow(unused_doc_comments)] // They are for the methods.
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
                    fn view<'a>(attrs: $crate::netlink::Attributes<'a, Self>) -> Self::View<'a> {
                        [<$set View>](attrs)
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
    /// What a handler reads them with.
    type View<'a>;

    /// What they have to be.
    #[doc(hidden)]
    const POLICY: &'static [Rule];

    /// Reads `attrs` with a view.
    #[doc(hidden)]
    fn view(attrs: Attributes<'_, Self>) -> Self::View<'_>
    where
        Self: Sized;
}

impl AttributeSet for () {
    type View<'a> = ();

    const POLICY: &'static [Rule] = &[];

    #[inline]
    fn view(_attrs: Attributes<'_, Self>) {}
}

/// How often an attribute may be there: once, if it is a [kind] by itself, at most once if it is an
/// `Option` of one, and any number of times if it is a [`Multi`](kind::Multi) of one.
pub trait Occurrence {
    /// What it holds.
    #[doc(hidden)]
    type Kind: kind::AttrKind;

    /// What a view returns for it.
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
    fn value(attrs: AttrsOf<'_>) -> Self::Output<'_>;

    /// Returns where `attrs` stand.
    #[doc(hidden)]
    fn place(attrs: AttrsOf<'_>) -> Self::Place<'_>;
}

/// The attributes of a request, or of a nest in it.
///
/// # Invariants
///
/// The bytes are a row of attributes that keep to the policy of `S`, or none at all.
pub struct Attributes<'a, S> {
    attrs: Attrs<'a>,
    _set: PhantomData<S>,
}

impl<'a, S: AttributeSet> Attributes<'a, S> {
    /// Returns all attributes `nla_type`.
    #[doc(hidden)]
    #[inline]
    pub fn all(&self, nla_type: u16) -> AttrsOf<'a> {
        AttrsOf {
            attrs: self.attrs.clone(),
            nla_type,
        }
    }

    /// Returns the view of the attributes that `bytes` are.
    ///
    /// They keep to the policy of `S`, or are none.
    #[inline]
    fn view(bytes: &'a [u8]) -> S::View<'a> {
        // INVARIANT: By the caller's word.
        S::view(Self {
            attrs: Attrs::new(bytes),
            _set: PhantomData,
        })
    }
}

/// The attributes of one type, in order.
#[derive(Clone)]
pub struct AttrsOf<'a> {
    attrs: Attrs<'a>,
    nla_type: u16,
}

impl<'a> Iterator for AttrsOf<'a> {
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
pub const fn check_policy(policy: &[Rule]) {
    let mut rest = policy;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        let mut others = tail;
        while let [other, tail @ ..] = others {
            assert!(
                other.nla_type != rule.nla_type,
                "two rules for one attribute"
            );
            others = tail;
        }
        rest = tail;
    }
}

/// Reads the attributes that `bytes` are, if they keep to the policy of `S`.
#[inline(always)] // Where the policy is known, so is what to check.
pub(super) fn parse<S: AttributeSet>(bytes: &[u8]) -> Result<S::View<'_>, Violation<'_>> {
    check_all(Attrs::new(bytes), S::POLICY)?;

    Ok(Attributes::<S>::view(bytes))
}

/// Checks that `all` keep to `policy`.
#[inline(always)] // Once where requests come in, and once for nests: see `check_nest`.
fn check_all<'a>(all: Attrs<'a>, policy: &'static [Rule]) -> Result<(), Violation<'a>> {
    let mut attrs = all.clone();

    while let Some(attr) = next(&mut attrs)? {
        let rule = rule_for(&attr, policy)?;

        check(&attr, rule)?;
        if !rule.is_multi && is_in(&attrs, rule.nla_type) {
            return Err(Violation::new(Fault::Twice, attr.bytes()));
        }
    }
    check_required(&all, policy)
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

/// Returns what `attr` has to be.
#[inline(always)]
fn rule_for<'a>(attr: &Attr<'a>, policy: &'static [Rule]) -> Result<&'static Rule, Violation<'a>> {
    policy
        .iter()
        .find(|rule| rule.nla_type == attr.kind())
        .ok_or_else(|| Violation::new(Fault::Unknown, attr.bytes()))
}

/// Checks `attr`, and what is in it.
#[inline(always)]
fn check<'a>(attr: &Attr<'a>, rule: &'static Rule) -> Result<(), Violation<'a>> {
    rule.check(attr)
        .map_err(|breach| Violation::new(Fault::Wrong(rule, breach), attr.bytes()))?;
    match rule.shape {
        Shape::Nested(policy) => check_nest(attr, policy),
        Shape::Array(policy) => check_entries(attr, policy),
        _ => Ok(()),
    }
}

/// Checks the attributes that `nest` holds.
#[inline(never)] // As it calls itself, requests without nests would pay for it.
fn check_nest<'a>(nest: &Attr<'a>, policy: &'static [Rule]) -> Result<(), Violation<'a>> {
    check_all(nest.nested(), policy).map_err(|violation| violation.inside(nest))
}

/// Checks the nests that `array` holds. Their own types say nothing, as in an `NLA_NESTED_ARRAY`.
#[inline(never)] // As above.
fn check_entries<'a>(array: &Attr<'a>, policy: &'static [Rule]) -> Result<(), Violation<'a>> {
    let mut entries = array.nested();

    while let Some(entry) = next(&mut entries)? {
        check_nest(&entry, policy)?;
    }
    Ok(())
}

/// Checks that nothing is missing.
#[inline(always)]
fn check_required<'a>(all: &Attrs<'a>, policy: &'static [Rule]) -> Result<(), Violation<'a>> {
    policy
        .iter()
        .find(|rule| rule.is_required && !is_in(all, rule.nla_type))
        .map_or(Ok(()), |rule| Err(Violation::new(Fault::Missing(rule), &[])))
}

/// Says whether an attribute `nla_type` is among `attrs`.
#[inline(always)]
fn is_in(attrs: &Attrs<'_>, nla_type: u16) -> bool {
    let mut all = AttrsOf {
        attrs: attrs.clone(),
        nla_type,
    };

    all.next().is_some()
}

#[cfg(nl_kunit)]
mod tests;
