// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events that nobody wants to hear of, left out by the kernel: they take no room and no time.
//!
//! What passes is looked at again with [`Scope::holds`]: the program may let too much through, never
//! too little. It looks at the first message of a datagram, and the kernel tells of each change of an
//! address, a route, a neighbour or a rule in a datagram of its own. All else passes: other kinds, on
//! which routes depend, and what answers requests.

use super::{Kind, Kinds, Payload, Scope};
use crate::kind::{header, AddressFamilies, MessageTypes, Place, Snapshot};
use crate::netlink::bpf::{end, instruction};
use crate::netlink::{DumpRequest, Error, Request};
use crate::rtnl::Prefix;
use libc::{
    sock_filter, BPF_ABS, BPF_ALU, BPF_AND, BPF_B, BPF_H, BPF_IMM, BPF_IND, BPF_JA, BPF_JEQ,
    BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_LDX, BPF_MISC, BPF_TAX, BPF_W,
};
use std::net::IpAddr;

/// Filter of messages by kind and scope.
#[derive(Clone, Copy, Debug)]
pub struct SocketFilter {
    scope: Scope,
    /// The kinds that the scope is about.
    kinds: Kinds,
    /// Kinds that come to the group of another one, and that nobody wants: of them all is left out.
    unwanted: Kinds,
}

/// Where the fixed header of an object is in a message, behind `struct nlmsghdr`.
const HEADER: u32 = 16;
/// Where `nlmsg_type` is.
const TYPE: u32 = 4;
/// Where the family is: the first byte of every header.
const FAMILY: u32 = HEADER;

/// Operation of reading the state, as errors name it.
const READ: &str = "read the state";

/// Loading a word from here finds the attribute of type X from A on; A is then where its header is, or
/// 0 (`SKF_AD_OFF + SKF_AD_NLATTR`).
const FIND_ATTR: u32 = (libc::SKF_AD_OFF + libc::SKF_AD_NLATTR) as u32;

/// How much of the datagram is taken: all of it, or nothing.
const PASS: u32 = u32::MAX;
const DROP: u32 = 0;

/// A request for all objects of a kind, or of a family of it.
pub struct Question {
    pub request: DumpRequest,
    /// A request that the kernel refuses (`EOPNOTSUPP`) if it knows nothing of the family: asked for all objects of it, it
    /// has those of all families. `None` where every kernel knows it.
    pub probe: Option<Request>,
}

impl Question {
    fn new(kind: Kind, snapshot: &Snapshot, payload: Vec<u8>) -> Result<Self, Error> {
        let family = payload.first().copied().unwrap_or_default();
        let is_optional = snapshot.optional.contains(&family);
        let probe = || Request::new(READ, snapshot.get, header(family, kind.facts().header));

        Ok(Self {
            probe: is_optional.then(probe).transpose()?,
            request: Request::dump(READ, snapshot.get, payload)?,
        })
    }
}

impl SocketFilter {
    /// Returns that of the `wanted` kinds only objects in `scope` are heard of, and of those that
    /// others depend on, `needed`, all.
    pub fn new(scope: Scope, wanted: Kinds, needed: Kinds) -> Self {
        let is_limited = |kind: &Kind| scope.limits(*kind) && !needed.has(*kind);
        let received = wanted | needed;
        let is_unwanted = |kind: &Kind| !received.has(*kind) && comes_with(*kind, received);

        Self {
            scope,
            kinds: wanted.iter().filter(is_limited).collect(),
            unwanted: Kind::ALL.iter().copied().filter(is_unwanted).collect(),
        }
    }

    /// Says whether the object of this `kind` with this `payload` is heard of.
    pub fn passes(&self, object: &Payload<'_>) -> bool {
        !self.kinds.has(object.kind()) || self.scope.holds(object)
    }

    /// Returns the requests for all objects of this `kind` that pass, and maybe some more.
    pub fn questions(&self, kind: Kind) -> Result<Vec<Question>, Error> {
        let Some(snapshot) = kind.snapshot() else {
            return Ok(Vec::new());
        };
        let table = self.scope.table.filter(|_| self.kinds.has(kind));
        let dumps = (snapshot.dumps)(table).into_iter();

        dumps
            .filter(|payload| self.asks(kind, payload))
            .map(|payload| Question::new(kind, snapshot, payload))
            .collect()
    }

    /// Says whether there may be an object of this `kind` that passes in the answer to a request with this `payload`.
    fn asks(&self, kind: Kind, payload: &[u8]) -> bool {
        let is_other =
            |asked: &u8| *asked != 0 && self.scope.family != 0 && *asked != self.scope.family;

        !self.kinds.has(kind) || !payload.first().is_some_and(is_other)
    }

    /// Returns the program for [`Socket::set_filter`](crate::netlink::Socket::set_filter); `None` where
    /// all is heard of.
    pub fn program(&self) -> Option<Vec<sock_filter>> {
        let mut program = Program(Vec::new());
        program.load(BPF_H, TYPE);
        for types in types_of(self.unwanted) {
            program.drop_type(*types);
        }
        for kind in self.kinds.iter() {
            let tests = self.tests(kind);
            for types in kind.facts().types {
                program.unless_type(*types, tests.0.len());
                program.0.extend(&tests.0);
            }
        }
        program.end(PASS);
        (!self.kinds.is_empty() || !self.unwanted.is_empty()).then_some(program.0)
    }

    /// Returns the end of the program for messages about a `kind`.
    fn tests(&self, kind: Kind) -> Program {
        let Scope { family, table, .. } = self.scope;
        let (facts, mut program) = (kind.facts(), Program(Vec::new()));
        let attrs = HEADER + kind.facts().header as u32;

        others_with_types_of(kind).for_each(|family| program.pass_family(*family));
        if family != 0 {
            program.need_family(family);
        }
        if let (Some(place), Some(table)) = (facts.place.table, table) {
            program.need_table(table, place, attrs);
        }
        if let Some((address, len)) = self.scope.prefix().and_then(parts) {
            program.need_place(&facts.place, (address, len), attrs);
        }
        program.end(PASS);
        program
    }
}

/// Says whether messages about this `kind` come to the groups of those that are `received`, and are told from theirs by
/// their type.
fn comes_with(kind: Kind, received: Kinds) -> bool {
    let is_group = |group: &u32| received.iter().any(|other| other.groups().contains(group));

    matches!(kind.facts().families, AddressFamilies::Any) && kind.groups().iter().any(is_group)
}

/// Returns the families of other kinds whose messages have the types of those about this `kind`.
fn others_with_types_of(kind: Kind) -> impl Iterator<Item = &'static u8> {
    let types = kind.facts().types;
    let is_other = move |other: &&Kind| **other != kind && other.facts().types == types;
    let others = Kind::ALL.iter().filter(is_other);

    others.flat_map(|other| match other.facts().families {
        AddressFamilies::Only(families) => families,
        AddressFamilies::Any | AddressFamilies::Except(_) => &[],
    })
}

fn types_of(kinds: Kinds) -> impl Iterator<Item = &'static MessageTypes> {
    kinds.iter().flat_map(|kind| kind.facts().types)
}

fn parts(prefix: Prefix) -> Option<(IpAddr, u8)> {
    Some((prefix.address?, prefix.len))
}

/// Instructions, each with how many are skipped behind it where a test holds, and where it does not.
///
/// Loads take the first byte to be the highest, as addresses have it and numbers of this host need not.
struct Program(Vec<sock_filter>);

impl Program {
    fn jump(&mut self, code: u32, k: u32, jt: u8, jf: u8) {
        self.0.push(instruction(code, k, jt, jf));
    }

    fn put(&mut self, code: u32, k: u32) {
        self.jump(code, k, 0, 0);
    }

    fn end(&mut self, verdict: u32) {
        self.0.push(end(verdict));
    }

    /// Loads what is at `offset`, of this `size`.
    fn load(&mut self, size: u32, offset: u32) {
        self.put(BPF_LD | size | BPF_ABS, offset);
    }

    /// Loads the word that is so many bytes behind the header of the attribute at X.
    fn load_value(&mut self, offset: u32) {
        self.put(BPF_LD | BPF_W | BPF_IND, 4 + offset);
    }

    fn take_x(&mut self) {
        self.put(BPF_MISC | BPF_TAX, 0);
    }

    /// Looks for the attribute of this type.
    fn find(&mut self, kind: u32, attrs: u32) {
        self.put(BPF_LD | BPF_IMM, attrs);
        self.put(BPF_LDX | BPF_IMM, kind);
        self.load(BPF_W, FIND_ATTR);
    }

    fn if_equal(&mut self, k: u32, jt: u8, jf: u8) {
        self.jump(BPF_JMP | BPF_JEQ | BPF_K, k, jt, jf);
    }

    /// Drops the message unless what was loaded is `k`.
    fn need(&mut self, k: u32) {
        self.if_equal(k, 1, 0);
        self.end(DROP);
    }

    /// Skips `count` instructions unless the type that was loaded is one of these.
    fn unless_type(&mut self, MessageTypes { new, del }: MessageTypes, count: usize) {
        let as_loaded = |number: u16| u16::from_be_bytes(number.to_ne_bytes()).into();

        self.if_equal(as_loaded(new), 2, 0);
        self.if_equal(as_loaded(del.unwrap_or(new)), 1, 0);
        self.put(BPF_JMP | BPF_JA, count as u32);
    }

    fn drop_type(&mut self, types: MessageTypes) {
        self.unless_type(types, 1);
        self.end(DROP);
    }

    fn pass_family(&mut self, family: u8) {
        self.load(BPF_B, FAMILY);
        self.if_equal(family.into(), 0, 1);
        self.end(PASS);
    }

    fn need_family(&mut self, family: u8) {
        self.load(BPF_B, FAMILY);
        self.need(family.into());
    }

    /// The number is in the header where it is below 256, and in any case in an attribute.
    fn need_table(&mut self, table: u32, (small, attr): (usize, u16), attrs: u32) {
        self.find(attr.into(), attrs);
        self.if_equal(0, 3, 0);
        self.take_x();
        self.load_value(0);
        self.if_equal(u32::from_be_bytes(table.to_ne_bytes()), 3, 2);
        self.load(BPF_B, HEADER + small as u32);
        self.if_equal(table, 1, 0);
        self.end(DROP);
    }

    /// Of what says how many bits of its address count, those that are looked for have to.
    fn need_place(&mut self, place: &Place, (address, len): (IpAddr, u8), attrs: u32) {
        let [first, others @ ..] = place.address else {
            return;
        };
        self.need_family(family_of(address));
        if let Some(at) = place.len {
            self.load(BPF_B, HEADER + at as u32);
            self.jump(BPF_JMP | BPF_JGE | BPF_K, len.into(), 1, 0);
            self.end(DROP);
        }
        if len == 0 {
            return;
        }
        self.find((*first).into(), attrs);
        for other in others {
            self.if_equal(0, 0, 3);
            self.find((*other).into(), attrs);
        }
        self.need_bits(address, len);
    }

    /// Drops the message unless the attribute that was found begins with these bits; without one it is
    /// not for us to say.
    fn need_bits(&mut self, address: IpAddr, len: u8) {
        self.if_equal(0, 0, 1);
        self.end(PASS);
        self.take_x();
        for (index, word) in words(address).into_iter().enumerate() {
            let bits = u32::from(len).saturating_sub(32 * index as u32).min(32);
            if bits == 0 {
                break;
            }
            let mask = u32::MAX << (32 - bits);
            self.load_value(4 * index as u32);
            self.put(BPF_ALU | BPF_AND | BPF_K, mask);
            self.need(word & mask);
        }
    }
}

fn family_of(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => libc::AF_INET as u8,
        IpAddr::V6(_) => libc::AF_INET6 as u8,
    }
}

fn words(address: IpAddr) -> Vec<u32> {
    match address {
        IpAddr::V4(address) => vec![address.to_bits()],
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            [96, 64, 32, 0].map(|shift| (bits >> shift) as u32).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{message, with};
    use crate::names::uapi::{RTA_TABLE, RTM_NEWCHAIN};
    use crate::netlink::{send_to, Socket};
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::TestRunner;
    use std::time::Duration;

    const ALL: Kinds = Kinds::of(Kind::ALL);
    const KINDS: [Kind; 4] = [Kind::Addr, Kind::Route, Kind::Neigh, Kind::Rule];

    /// A socket that hears what a socket_filter lets through, and one that talks to it.
    struct Pair {
        from: Socket,
        to: Socket,
    }

    impl Pair {
        fn open() -> Self {
            let [from, to] = [(); 2].map(|()| Socket::open(libc::NETLINK_USERSOCK).unwrap());
            Self { from, to }
        }

        /// Says whether the kernel lets the message through.
        fn passes(&self, socket_filter: &SocketFilter, nlmsg_type: u16, payload: &[u8]) -> bool {
            let program = socket_filter.program().unwrap();
            self.to.set_filter(&program).unwrap();
            let (message, mut buf) = (message(nlmsg_type, 0, payload), [0; 1024]);
            send_to(&self.from, self.to.portid(), &message).unwrap();
            let datagram = self.to.recv(&mut buf, Duration::ZERO).unwrap();
            assert!(datagram.is_none_or(|datagram| datagram.bytes == message));
            datagram.is_some()
        }
    }

    fn socket_filter(family: u8, table: Option<u32>, within: Option<&str>) -> SocketFilter {
        let scope = Scope {
            family,
            table,
            within: within.map(|prefix| Prefix::parse(prefix).unwrap()),
        };
        SocketFilter::new(scope, ALL, Kinds::NONE)
    }

    /// A route to an address of IPv4 in a table, as the kernel tells of it.
    fn route(table: u32, dst: [u8; 4], len: u8) -> Vec<u8> {
        let small = u8::try_from(table).unwrap_or(252);
        let header = [2, len, 0, 0, small, 3, 0, 1, 0, 0, 0, 0];
        let table = table.to_ne_bytes();
        match len {
            0 => with(&header, &[(15, &table), (4, &[7, 0, 0, 0])]),
            _ => with(&header, &[(15, &table), (1, &dst), (4, &[7, 0, 0, 0])]),
        }
    }

    #[test]
    fn a_route_is_received_by_its_table_and_its_destination() {
        let pair = Pair::open();
        for (table, within, payload, passes) in [
            (Some(100), None, route(100, [10, 1, 0, 0], 16), true),
            (Some(100), None, route(200, [10, 1, 0, 0], 16), false),
            (Some(100), None, route(100, [0; 4], 0), true),
            (Some(1000), None, route(1000, [10, 1, 0, 0], 16), true),
            (Some(1000), None, route(1256, [10, 1, 0, 0], 16), false),
            (Some(252), None, route(1000, [10, 1, 0, 0], 16), false),
            (None, Some("10.0.0.0/8"), route(1, [10, 1, 0, 0], 16), true),
            (None, Some("10.0.0.0/8"), route(1, [11, 1, 0, 0], 16), false),
            (None, Some("10.0.0.0/8"), route(1, [10, 0, 0, 0], 7), false),
            (None, Some("10.0.0.0/8"), route(1, [0; 4], 0), false),
            (None, Some("0.0.0.0/0"), route(1, [0; 4], 0), true),
            (None, Some("::/0"), route(1, [10, 1, 0, 0], 16), false),
        ] {
            let socket_filter = socket_filter(0, table, within);
            let case = format!("{table:?} {within:?} {payload:?}");
            for nlmsg_type in [libc::RTM_NEWROUTE, libc::RTM_DELROUTE] {
                let is_let_through = pair.passes(&socket_filter, nlmsg_type, &payload);
                assert_eq!(is_let_through, passes, "{case}");
            }
            let object = Payload::new(Kind::Route, &payload);
            assert_eq!(socket_filter.passes(&object), passes, "{case}");
        }
    }

    #[test]
    fn an_address_is_its_own_and_not_that_of_the_other_end() {
        let pair = Pair::open();
        let header = [2, 24, 0, 0, 7, 0, 0, 0];
        let socket_filter = socket_filter(0, None, Some("10.1.0.0/24"));
        let (own, other): (&[u8], &[u8]) = (&[10, 1, 0, 1], &[192, 0, 2, 1]);
        for (attrs, passes) in [
            (&[(1, own)][..], true),
            (&[(1, other)], false),
            (&[(1, other), (2, own)], true),
            (&[(1, own), (2, other)], false),
        ] {
            let payload = with(&header, attrs);
            let is_let_through = pair.passes(&socket_filter, libc::RTM_NEWADDR, &payload);
            assert_eq!(is_let_through, passes, "{attrs:?}");
        }
    }

    #[test]
    fn what_others_depend_on_and_what_answers_us_passes() {
        let pair = Pair::open();
        let strict = socket_filter(10, Some(100), Some("2001:db8::/32"));
        for (nlmsg_type, header) in [
            (libc::RTM_NEWLINK, &[0; 16][..]),
            (libc::RTM_DELLINK, &[0; 16]),
            (104, &[2; 8]),
            (libc::NLMSG_ERROR as u16, &[0; 20]),
            (libc::NLMSG_DONE as u16, &[0; 4]),
            (libc::RTM_NEWNEIGH, &[7; 12]),
            (libc::RTM_NEWROUTE, &[128; 12]),
            (libc::RTM_DELROUTE, &[129; 12]),
            (9999, &[2; 12]),
        ] {
            assert!(pair.passes(&strict, nlmsg_type, header), "{nlmsg_type}");
        }
        let socket_filter = SocketFilter::new(strict.scope, ALL, Kind::Addr.into());
        assert!(pair.passes(&socket_filter, libc::RTM_DELADDR, &[2; 8]));
        assert!(!pair.passes(&strict, libc::RTM_DELADDR, &[2; 8]));
    }

    #[test]
    fn what_cannot_pass_is_not_asked_for() {
        for (family, table, kind, count) in [
            // MPLS has the main table alone.
            (0, Some(100), Kind::Route, 2),
            (0, Some(254), Kind::Route, 3),
            (0, None, Kind::Route, 3),
            (10, None, Kind::Route, 1),
            (10, None, Kind::Neigh, 2),
            (10, None, Kind::Fdb, 1),
            (10, None, Kind::Addr, 1),
        ] {
            let questions = socket_filter(family, table, None).questions(kind);
            assert_eq!(
                questions.unwrap().len(),
                count,
                "{family} {table:?} {kind:?}"
            );
        }
    }

    #[test]
    fn of_routes_the_kernel_is_asked_for_one_table_only() {
        let table = |table| {
            socket_filter(0, table, None)
                .questions(Kind::Route)
                .unwrap()
        };
        let attr = [8, 0, RTA_TABLE as u8, 0, 100, 0, 0, 0];

        let ends = |q: &Question| q.request.bytes().ends_with(&attr);
        assert!(table(Some(100)).iter().all(ends));
        assert!(table(None).iter().all(|q| q.request.bytes().len() == 28));
    }

    #[test]
    fn what_comes_to_the_group_of_another_kind_is_left_out_unless_it_is_wanted() {
        let pair = Pair::open();
        let socket_filter =
            |wanted, needed| SocketFilter::new(Scope::default(), wanted, Kinds::from(needed));
        let links = socket_filter(Kind::Link.into(), Kind::Qdisc);
        for (nlmsg_type, passes) in [
            (libc::RTM_NEWQDISC, true),
            (libc::RTM_NEWLINK, true),
            (libc::RTM_NEWTCLASS, false),
            (libc::RTM_DELTFILTER, false),
            (RTM_NEWCHAIN, false),
        ] {
            assert_eq!(pair.passes(&links, nlmsg_type, &[0; 20]), passes);
        }
        let classes = socket_filter(Kind::Class.into(), Kind::Qdisc);
        assert!(pair.passes(&classes, libc::RTM_NEWTCLASS, &[0; 20]));
        assert!(socket_filter(ALL, Kind::Qdisc).program().is_none());
        assert!(socket_filter(Kind::Route.into(), Kind::Link)
            .program()
            .is_none());
    }

    #[test]
    fn without_limits_there_is_no_program() {
        assert!(socket_filter(0, None, None).program().is_none());
        assert!(socket_filter(0, None, Some("default")).program().is_none());
    }

    /// Addresses that differ late, of a family.
    fn address(family: u8, number: u8) -> Vec<u8> {
        let mut address = match family {
            10 => vec![0x20, 1, 0xd, 0xb8, 0, 0, 0, number % 4],
            _ => vec![10, 1, number % 3 * 64],
        };
        address.resize(if family == 10 { 15 } else { 3 }, 0);
        address.push(number % 2);
        address
    }

    /// Any object of a kind, as the kernel may tell of it, near to what is looked for.
    fn any_object() -> impl Strategy<Value = (Kind, Vec<u8>)> {
        let attr = prop_oneof![
            (1u16..3, any::<u8>().prop_map(|number| vec![number])),
            (
                Just(15),
                any_table().prop_map(|table| table.to_ne_bytes().to_vec())
            ),
            (3u16..15, proptest::collection::vec(any::<u8>(), 0..9)),
        ];
        let header = (
            select(vec![2u8, 10, 7, 28]),
            select(vec![0u8, 8, 16, 24, 31, 32, 47, 64, 128]),
            select(vec![100u8, 254, 252]),
        );
        let attrs = proptest::collection::vec(attr, 0..4);

        (select(KINDS.to_vec()), header, attrs).prop_map(
            |(kind, (family, len, table), mut attrs)| {
                let mut header = vec![family, len, 0, 0, table, 0, 0, 0];
                header.resize(if kind == Kind::Addr { 8 } else { 12 }, 0);
                for (_, value) in attrs.iter_mut().filter(|(kind, _)| *kind < 3) {
                    *value = address(family, value[0]);
                }
                let attrs: Vec<_> = attrs
                    .iter()
                    .map(|(kind, value)| (*kind, &value[..]))
                    .collect();
                (kind, with(&header, &attrs))
            },
        )
    }

    fn any_table() -> impl Strategy<Value = u32> {
        select(vec![100u32, 254, 1000, 252])
    }

    #[test]
    fn what_is_watched_is_never_left_out() {
        let pair = Pair::open();
        let prefix = select(vec![
            "10.1.64.1/32",
            "10.1.0.0/17",
            "0.0.0.0/0",
            "2001:db8:0:1::/64",
            "2001:db8::/63",
            "2001:db8:0:1::1",
        ]);
        let scope = (
            select(vec![0u8, 2, 10]),
            proptest::option::of(any_table()),
            proptest::option::of(prefix),
        );
        let mut runner = TestRunner::new(ProptestConfig::with_cases(4000));
        runner
            .run(
                &(scope, any_object()),
                |((family, table, within), (kind, payload))| {
                    let socket_filter = socket_filter(family, table, within);
                    if socket_filter.program().is_none() {
                        return Ok(());
                    }
                    let nlmsg_type = kind.facts().type_of_new();
                    // Bridges have other objects for the same type.
                    let is_of_bridge = payload[0] == 7;
                    let passes = pair.passes(&socket_filter, nlmsg_type, &payload);
                    prop_assert!(
                        passes
                            || is_of_bridge
                            || !socket_filter.passes(&Payload::new(kind, &payload))
                    );
                    Ok(())
                },
            )
            .unwrap();
    }
}
