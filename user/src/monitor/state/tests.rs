// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dumps and events of real kernels, in the order in which they came.

use super::*;
use crate::names::uapi::{
    AF_MPLS, IFA_ADDRESS, IFA_CACHEINFO, IFA_LOCAL, IFLA_BR_HELLO_TIMER, IFLA_GRE_IFLAGS,
    IFLA_GRE_IKEY, IFLA_IFNAME, IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_LINK, IFLA_LINKINFO,
    IFLA_LINK_NETNSID, IFLA_MASTER, IFLA_MTU, NDA_DST, NDA_LLADDR, NDA_MASTER, NDA_VLAN,
    NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, NETCONFA_RP_FILTER, RTA_DST,
    RTA_GATEWAY, RTA_PRIORITY, RTA_TABLE, RTM_NEWLINK, RTM_NEWRULE, RTNLGRP_LINK, RTNLGRP_NEIGH,
};
use crate::wire::put_attr;
use std::ops::Range;

mod kinds;
mod model;

/// Where `ndm_state` is in `struct ndmsg`, and `NUD_PERMANENT` in it.
const NDM_STATE: Range<usize> = 8..10;
const PERMANENT: u16 = 0x80;
/// `NTF_SELF`.
const SELF: u8 = 0x02;

/// `IFF_UP` and `IFF_RUNNING`.
const UP: u8 = 0x41;

const ADD: u16 = ONLY;
const APPEND: u16 = (libc::NLM_F_CREATE | libc::NLM_F_APPEND) as u16;

/// Returns a route of this `family` to prefix number `net`, with this metric, to gateway `via`.
fn route(family: i32, net: u8, metric: u8, via: u8) -> Vec<u8> {
    let mut payload = vec![family as u8, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    for (kind, value) in [
        (RTA_DST, [10, 0, net, 0]),
        (RTA_PRIORITY, [metric, 0, 0, 0]),
        (RTA_TABLE, [254, 0, 0, 0]),
        (RTA_GATEWAY, [192, 0, 2, via]),
    ] {
        put_attr(&mut payload, kind, &value).unwrap();
    }
    payload
}

fn ipv4(via: u8) -> Vec<u8> {
    route(libc::AF_INET, 1, 0, via)
}

fn link(index: u8, flags: u8) -> Vec<u8> {
    let mut payload = vec![0; 16];
    (payload[4], payload[8]) = (index, flags);
    payload
}

/// A state, and what it told: `+`, `~` or `-`, and the last byte of the object.
struct StateLog {
    state: MonitorState,
    lines: Vec<String>,
}

impl StateLog {
    fn new() -> Self {
        Self {
            state: MonitorState::new(),
            lines: Vec::new(),
        }
    }

    /// A state that was read, with these routes.
    fn of(routes: &[Vec<u8>]) -> Self {
        let mut told = Self::new();
        told.read(|told| told.dump(routes));
        told.lines.clear();
        told
    }

    fn event(&mut self, kind: Kind, is_there: bool, flags: u16, payload: &[u8]) {
        let news = News {
            object: Payload::new(kind, payload),
            is_there,
            flags,
            by: 0,
        };
        let lines = &mut self.lines;
        self.state.take(&news, &mut |event| lines.push(line(event)));
    }

    fn new_route(&mut self, flags: u16, payload: &[u8]) {
        self.event(Kind::Route, true, flags, payload);
    }

    fn del_route(&mut self, payload: &[u8]) {
        self.event(Kind::Route, false, 0, payload);
    }

    fn dump(&mut self, routes: &[Vec<u8>]) {
        for route in routes {
            self.state.find(&Payload::new(Kind::Route, route));
        }
    }

    /// Reads routes; `meanwhile` does what happens between the fence and the marker.
    fn read(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.state.open(Kind::Route.into(), Origin::Missed);
        meanwhile(self);
        let lines = &mut self.lines;
        self.state.close(&mut |event| lines.push(line(event)));
    }

    fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    fn silent(&mut self) -> Vec<Kind> {
        self.state.take_silent().iter().collect()
    }

    fn is_in_doubt(&mut self) -> bool {
        self.state.take_doubt().has(Kind::Route)
    }
}

fn line(event: &Event<'_>) -> String {
    let what = match event.what {
        Action::New => '+',
        Action::Change => '~',
        Action::Del => '-',
    };
    let origin = match event.origin {
        Origin::Event => "",
        _ => " read",
    };
    format!("{what}{}{origin}", event.body.bytes().last().unwrap())
}

#[test]
fn events_alone_are_told_as_they_come() {
    let mut told = StateLog::new();
    told.new_route(ADD, &ipv4(1));
    told.new_route(APPEND, &ipv4(2));
    told.del_route(&ipv4(1));
    told.new_route(REPLACE, &ipv4(3));
    told.del_route(&ipv4(3));

    assert_eq!(told.take_lines(), ["+1", "+2", "-1", "~3", "-3"]);
    assert!(!told.is_in_doubt());
}

#[test]
fn who_hears_the_same_twice_tells_it_once() {
    let mut told = StateLog::of(&[ipv4(1)]);
    told.new_route(ADD, &ipv4(1));
    told.del_route(&ipv4(1));
    told.del_route(&ipv4(1));

    assert_eq!(told.take_lines(), ["-1"]);
}

#[test]
fn what_is_in_doubt_while_others_are_read_is_read_after_them() {
    let ipv6 = |via| route(libc::AF_INET6, 1, 0, via);
    let mut told = StateLog::of(&[ipv6(1)]);
    told.state.open(Kind::Rule.into(), Origin::Implied);
    told.new_route(APPEND, &ipv6(2));
    told.state.close(&mut |_| {});

    assert!(told.is_in_doubt());
}

#[test]
fn what_is_replaced_among_many_is_read() {
    let mut told = StateLog::of(&[ipv4(1), ipv4(2)]);
    told.new_route(REPLACE, &ipv4(3));

    assert_eq!(told.take_lines(), [""; 0]);
    assert!(told.is_in_doubt());
}

#[test]
fn of_mpls_there_is_one_route_of_a_label_whatever_the_flags() {
    let label = |via| route(AF_MPLS.into(), 1, 0, via);
    let mut told = StateLog::of(&[label(1), ipv4(7)]);
    told.read(|told| {
        told.new_route(REPLACE, &label(2));
        told.del_route(&label(3));
        told.new_route(0, &label(4));
        told.dump(&[label(4), ipv4(7)]);
    });

    assert_eq!(told.take_lines(), ["~2", "-2", "+4"]);
    assert!(!told.is_in_doubt());
}

#[test]
fn several_hops_of_ipv6_are_read() {
    let hop = |via| route(libc::AF_INET6, 1, 0, via);
    let mut told = StateLog::of(&[hop(1)]);
    told.new_route(APPEND, &hop(2));

    assert!(told.is_in_doubt());
}

#[test]
fn what_differs_in_a_dump_is_told() {
    let others = [ipv4(1), route(libc::AF_INET, 2, 0, 2)];
    let mut told = StateLog::of(&others);
    told.read(|told| told.dump(&[others[0].clone(), route(libc::AF_INET, 3, 0, 3)]));
    assert_eq!(told.take_lines(), ["-2 read", "+3 read"]);

    told.read(|told| told.dump(&[ipv4(4), route(libc::AF_INET, 3, 0, 3)]));
    assert_eq!(told.take_lines(), ["~4 read"]);
    assert!(!told.is_in_doubt());
}

#[test]
fn what_has_changed_is_told_of_the_one_on_the_same_link() {
    const RTA_OIF: u16 = 4;
    const RTA_FLOW: u16 = 11;
    let on = |oif, flow| {
        let mut route = ipv4(1);
        for (kind, number) in [(RTA_OIF, oif), (RTA_FLOW, flow)] {
            put_attr(&mut route, kind, &[0, 0, 0, number]).unwrap();
        }
        route
    };
    for olds in [[on(1, 1), on(2, 2)], [on(2, 2), on(1, 1)]] {
        let mut told = StateLog::of(&olds);
        told.read(|told| told.dump(&[on(2, 3)]));
        assert_eq!(told.take_lines(), ["-1 read", "~3 read"]);
        told.read(|told| told.dump(&[on(1, 4)]));
        assert_eq!(told.take_lines(), ["~4 read"], "there is only one");
    }
}

#[test]
fn what_is_found_of_a_kind_that_is_not_read_is_left_out() {
    let mut told = StateLog::new();
    told.read(|told| told.state.find(&Payload::new(Kind::Link, &link(7, 1))));
    told.state.open(Kind::Link.into(), Origin::Missed);
    told.state.give_up();

    assert_eq!(told.state.count(Kind::Link), 0);
    assert_eq!(told.state.bodies(Kind::Link).count(), 0);
}

#[test]
fn what_a_dump_has_twice_is_told_once() {
    let mut told = StateLog::new();
    told.read(|told| told.dump(&[ipv4(1), ipv4(1)]));

    assert_eq!(told.take_lines(), ["+1 read"]);
}

#[test]
fn an_event_while_a_dump_is_read_counts_more_than_the_dump() {
    // Added behind the place where the dump is; deleted before it gets there.
    let mut told = StateLog::of(&[ipv4(1)]);
    told.read(|told| {
        told.new_route(ADD, &route(libc::AF_INET, 2, 0, 2));
        told.del_route(&ipv4(1));
    });

    assert_eq!(told.take_lines(), ["+2", "-1"]);
    assert!(!told.is_in_doubt());
}

#[test]
fn a_route_that_was_replaced_and_deleted_among_others_is_read_again() {
    // There are 1 and 3; 2 takes the place of 1 and is deleted; the dump shows 3. Whoever replays
    // both events over that has nothing left.
    let mut told = StateLog::new();
    told.read(|told| {
        told.new_route(REPLACE, &ipv4(2));
        told.del_route(&ipv4(2));
        told.dump(&[ipv4(3)]);
    });
    assert!(told.is_in_doubt());

    told.read(|told| told.dump(&[ipv4(3)]));
    assert_eq!(told.take_lines().last().unwrap(), "+3 read");
    assert!(!told.is_in_doubt());
}

#[test]
fn what_a_dump_leaves_out_where_it_pauses_is_not_taken_to_be_gone() {
    // Routes of several metrics to one prefix are in one place, where the dump goes on by counting.
    let all: Vec<_> = (0..4)
        .map(|metric| route(libc::AF_INET, 1, metric, metric))
        .collect();
    let mut told = StateLog::of(&all);
    told.read(|told| {
        told.dump(&all[..2]);
        told.state.pause();
        told.del_route(&all[0]);
        told.dump(&all[3..]);
    });

    assert_eq!(told.take_lines(), ["-0"]);
    assert!(told.is_in_doubt());
}

#[test]
fn what_a_dump_leaves_out_at_the_start_is_found_by_the_next() {
    let all: Vec<_> = (0..3)
        .map(|metric| route(libc::AF_INET, 1, metric, metric))
        .collect();
    let mut told = StateLog::new();
    told.read(|told| {
        told.dump(&all[..1]);
        told.state.pause();
        told.del_route(&all[0]);
        told.dump(&all[2..]);
    });
    assert!(told.is_in_doubt());

    told.read(|told| told.dump(&all[1..]));
    assert!(told.take_lines().contains(&"+1 read".to_owned()));
    assert!(!told.is_in_doubt());
}

#[test]
fn what_events_were_lost_about_is_told_by_the_next_reading() {
    let mut told = StateLog::of(&[ipv4(1)]);
    told.state.open(Kind::Route.into(), Origin::Missed);
    told.dump(&[ipv4(2)]);
    told.state.give_up();
    assert_eq!(told.take_lines(), [""; 0]);

    told.read(|told| told.dump(&[ipv4(2)]));
    assert_eq!(told.take_lines(), ["~2 read"]);
}

#[test]
fn what_runs_by_itself_is_no_change() {
    let addr = |secs| {
        let mut payload = vec![libc::AF_INET as u8, 24, 0, 0, 7, 0, 0, 0];
        put_attr(&mut payload, IFA_LOCAL, &[10, 0, 0, 1]).unwrap();
        put_attr(&mut payload, IFA_CACHEINFO, &[secs; 16]).unwrap();
        payload
    };
    let mut told = StateLog::new();
    told.event(Kind::Addr, true, 0, &addr(9));
    told.event(Kind::Addr, true, 0, &addr(8));

    assert_eq!(told.lines.len(), 1);
}

#[test]
fn what_goes_away_in_silence_is_to_be_read() {
    let mut told = StateLog::new();
    told.event(Kind::Link, true, 0, &link(7, UP));
    assert_eq!(told.silent(), [Kind::Link, Kind::Rule, Kind::Fdb]);
    told.event(Kind::Link, true, 0, &link(7, UP));
    assert_eq!(told.silent(), [Kind::Fdb]);
    told.event(Kind::Link, true, 0, &link(7, 0xc1));
    let of_flags = [
        Kind::Link,
        Kind::Nexthop,
        Kind::Route,
        Kind::Rule,
        Kind::Fdb,
    ];
    assert_eq!(told.silent(), of_flags);
    told.event(Kind::Link, true, 0, &link(7, 0xc0));
    let silent = told.silent();
    assert!(silent.contains(&Kind::Addr), "{silent:?}");
    assert_eq!(silent.len(), of_flags.len() + 1);
    told.event(Kind::Link, false, 0, &link(7, 0xc0));
    assert_eq!(told.silent(), of_flags);
    told.event(Kind::Nexthop, false, 0, &[0; 8]);
    assert_eq!(told.silent(), [Kind::Route, Kind::Fdb]);
}

/// Returns a link that is above another, which may be in another namespace.
fn above(index: u8, lower: u8, netnsid: Option<u8>) -> Vec<u8> {
    let mut payload = link(index, 1);
    put_attr(&mut payload, IFLA_LINK, &[lower, 0, 0, 0]).unwrap();
    if let Some(id) = netnsid {
        put_attr(&mut payload, IFLA_LINK_NETNSID, &[id, 0, 0, 0]).unwrap();
    }
    payload
}

/// Reads links, of which none has changed; returns the index of each that is told to be as it was, once it was.
fn told_again(told: &mut StateLog) -> Vec<u8> {
    let all: Vec<_> = told.state.bodies(Kind::Link).map(Cow::into_owned).collect();
    told.state.open(Kind::Link.into(), Origin::Implied);
    all.iter()
        .for_each(|link| told.state.find(&Payload::new(Kind::Link, link)));
    let mut again = Vec::new();
    told.state.close(&mut |event| {
        assert_eq!((event.what, event.old), (Action::Change, Some(event.body)));
        again.push(event.body.bytes()[4]);
    });
    again
}

#[test]
fn what_is_above_a_link_is_told_again_when_that_goes_up_or_down_comes_or_goes() {
    let mut told = StateLog::new();
    for link in [above(8, 7, None), above(9, 7, None), above(10, 7, Some(0))] {
        told.event(Kind::Link, true, 0, &link);
    }
    told_again(&mut told);
    for (is_there, flags, again) in [
        (true, 1, &[8, 9][..]),
        (true, 0x41, &[]),
        (true, 0x40, &[8, 9]),
        (true, 0, &[]),
        (false, 0, &[8, 9]),
    ] {
        told.event(Kind::Link, is_there, 0, &link(7, flags));
        assert_eq!(told.state.is_emitted(), again.is_empty());
        assert_eq!(told_again(&mut told), again, "{is_there} {flags}");
        assert!(told.state.is_emitted());
    }
}

#[test]
fn a_vrf_takes_routes_and_addresses_of_a_link_without_a_word() {
    let with_master = |master: u8| {
        let mut payload = link(7, UP);
        put_attr(&mut payload, IFLA_MASTER, &[master, 0, 0, 0]).unwrap();
        payload
    };
    let mut told = StateLog::new();
    told.event(Kind::Link, true, 0, &with_master(8));
    told.silent();
    told.event(Kind::Link, true, 0, &with_master(9));

    let silent = [Kind::Link, Kind::Addr, Kind::Route, Kind::Fdb];
    assert_eq!(told.silent(), silent);
}

#[test]
fn any_event_of_a_link_without_a_carrier_may_have_changed_routes() {
    let mut told = StateLog::new();
    told.event(Kind::Link, true, 0, &link(7, 1));
    told.silent();
    told.event(Kind::Link, true, 0, &link(7, 1));

    assert_eq!(told.silent(), [Kind::Route, Kind::Fdb]);
}

#[test]
fn a_key_that_the_headers_of_a_tunnel_do_not_have_is_no_change() {
    let with_key = |kind: &[u8], key: u8, flags: u8| {
        let (mut info, mut data) = (Vec::new(), Vec::new());
        put_attr(&mut data, IFLA_GRE_IFLAGS, &[flags, 0]).unwrap();
        put_attr(&mut data, IFLA_GRE_IKEY, &[0, 0, 0, key]).unwrap();
        put_attr(&mut info, IFLA_INFO_KIND, kind).unwrap();
        put_attr(&mut info, IFLA_INFO_DATA, &data).unwrap();
        let mut payload = link(7, UP);
        put_attr(&mut payload, IFLA_LINKINFO, &info).unwrap();
        payload
    };
    for kind in [&b"gre\0"[..], b"ip6gre\0"] {
        let mut told = StateLog::new();
        for (key, flags, lines) in [(0, 0, 1), (5, 0, 1), (5, 0x20, 2), (6, 0x20, 3)] {
            told.event(Kind::Link, true, 0, &with_key(kind, key, flags));
            assert_eq!(told.lines.len(), lines, "{kind:?} {key} {flags}");
        }
    }
}

#[test]
fn rules_follow_the_names_of_links_and_routes_of_ipv6_their_mtu() {
    let mut told = StateLog::new();
    let named = |name: &[u8], mtu: u8| {
        let mut payload = link(7, UP);
        put_attr(&mut payload, IFLA_IFNAME, name).unwrap();
        put_attr(&mut payload, IFLA_MTU, &[mtu, 5, 0, 0]).unwrap();
        payload
    };
    told.event(Kind::Link, true, 0, &named(b"a\0", 220));
    told.silent();
    told.event(Kind::Link, true, 0, &named(b"b\0", 220));
    assert_eq!(told.silent(), [Kind::Rule, Kind::Fdb]);
    told.event(Kind::Link, true, 0, &named(b"b\0", 0));
    assert_eq!(told.silent(), [Kind::Link, Kind::Route, Kind::Fdb]);
}

#[test]
fn what_a_link_says_of_its_kind_may_be_said_by_others_now_too() {
    let of_mode = |mode: u8| {
        let (mut info, mut data) = (Vec::new(), Vec::new());
        put_attr(&mut data, 1, &[mode, 0]).unwrap();
        put_attr(&mut info, IFLA_INFO_KIND, b"ipvlan\0").unwrap();
        put_attr(&mut info, IFLA_INFO_DATA, &data).unwrap();
        let mut payload = link(7, UP);
        put_attr(&mut payload, IFLA_LINKINFO, &info).unwrap();
        payload
    };
    let mut told = StateLog::new();
    told.event(Kind::Link, true, 0, &of_mode(1));
    told.silent();
    for (mode, silent) in [(1, &[Kind::Fdb][..]), (2, &[Kind::Link, Kind::Fdb])] {
        told.event(Kind::Link, true, 0, &of_mode(mode));
        assert_eq!(told.silent(), silent);
    }
}

#[test]
fn timers_of_a_bridge_make_nothing_be_read_again() {
    let with_timer = |ticks: u8| {
        let (mut info, mut data) = (Vec::new(), Vec::new());
        put_attr(&mut data, IFLA_BR_HELLO_TIMER, &[ticks; 8]).unwrap();
        put_attr(&mut info, IFLA_INFO_KIND, b"bridge\0").unwrap();
        put_attr(&mut info, IFLA_INFO_DATA, &data).unwrap();
        let mut payload = link(7, UP);
        put_attr(&mut payload, IFLA_LINKINFO, &info).unwrap();
        payload
    };
    let mut told = StateLog::new();
    told.event(Kind::Link, true, 0, &with_timer(1));
    told.silent();
    told.event(Kind::Link, true, 0, &with_timer(2));

    assert_eq!(told.silent(), [Kind::Fdb]);
}

#[test]
fn routes_die_with_a_setting_of_their_link() {
    let netconf = |attrs: &[u16]| {
        let mut payload = vec![libc::AF_INET as u8, 0, 0, 0];
        for attr in attrs {
            put_attr(&mut payload, *attr, &[1, 0, 0, 0]).unwrap();
        }
        payload
    };
    let mut told = StateLog::new();
    for (attrs, silent) in [
        (
            &[NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN][..],
            &[Kind::Route][..],
        ),
        (&[NETCONFA_RP_FILTER], &[]),
        // All settings of a link that is new.
        (
            &[NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN],
            &[],
        ),
    ] {
        told.state.note(&News {
            object: Payload::new(Kind::Netconf, &netconf(attrs)),
            is_there: true,
            flags: 0,
            by: 0,
        });
        assert_eq!(told.silent(), silent, "{attrs:?}");
    }
}

#[test]
fn a_route_by_router_advertisement_is_read_when_the_router_was_heard_out() {
    const RTM_PROTOCOL: usize = 5;
    const RTPROT_RA: u8 = 9;
    let mut told = StateLog::new();
    for (family, protocol, is_unfinished) in [
        (libc::AF_INET6, RTPROT_RA, true),
        (libc::AF_INET6, libc::RTPROT_KERNEL, false),
        (libc::AF_INET, RTPROT_RA, false),
    ] {
        let mut payload = route(family, 0, 0, 1);
        payload[RTM_PROTOCOL] = protocol;
        told.new_route(ADD, &payload);
        let unfinished = told.state.take_unfinished();
        assert!([Kind::Route, Kind::Link].map(|kind| unfinished.has(kind)) == [is_unfinished; 2]);
        told.del_route(&payload);
        assert!(told.state.take_unfinished().is_empty());
    }
    // Kinds that an event of an advertisement has changed silently.
    for (kind, silent) in [
        (Kind::Ifinfo6, &[Kind::Link, Kind::Route][..]),
        (Kind::Prefix, &[Kind::Link, Kind::Route]),
    ] {
        told.state.note(&News {
            object: Payload::new(kind, &link(7, 1)),
            is_there: true,
            flags: 0,
            by: 0,
        });
        assert_eq!(told.silent(), silent);
    }
}

#[test]
fn links_are_read_once_their_first_address_of_ipv6_comes_or_goes() {
    let mut told = StateLog::new();
    for (family, scope, later) in [
        (libc::AF_INET6, libc::RT_SCOPE_LINK, &[Kind::Link][..]),
        (libc::AF_INET6, libc::RT_SCOPE_UNIVERSE, &[]),
        (libc::AF_INET, libc::RT_SCOPE_LINK, &[]),
    ] {
        let addr = [family as u8, 64, 0, scope, 7, 0, 0, 0];
        for is_there in [true, false] {
            told.event(Kind::Addr, is_there, 0, &addr);
            let unfinished = told.state.take_unfinished();
            assert!(unfinished.iter().eq(later.iter().copied()));
        }
    }
}

#[test]
fn a_rule_may_change_what_is_said_of_others_or_leave_one_like_it() {
    let mut told = StateLog::new();
    told.event(Kind::Rule, false, 0, &[0; 12]);

    assert_eq!(told.silent(), [Kind::Rule]);
}

/// Returns a forwarding entry of the link itself for this address, which may lead elsewhere.
fn entry(address: [u8; 6], dst: Option<u8>) -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, 7, 0, 0, 0, 0, 0, SELF, 0];
    payload[NDM_STATE].copy_from_slice(&PERMANENT.to_ne_bytes());
    put_attr(&mut payload, NDA_LLADDR, &address).unwrap();
    if let Some(dst) = dst {
        put_attr(&mut payload, NDA_DST, &[10, 0, 0, dst]).unwrap();
    }
    payload
}

#[test]
fn an_entry_of_a_vxlan_that_leads_elsewhere_may_have_taken_the_place_of_another() {
    let mut told = StateLog::new();
    let [one, other] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    for (address, dst, silent) in [
        (one, 1, &[][..]),
        (one, 1, &[]),
        (other, 2, &[]),
        (one, 2, &[Kind::Fdb]),
    ] {
        told.event(Kind::Fdb, true, 0, &entry(address, Some(dst)));
        assert_eq!(told.silent(), silent, "{address:?} {dst}");
    }
}

#[test]
fn an_event_that_does_not_say_where_an_entry_of_a_vxlan_leads_only_repeats_that_which_does() {
    let mut told = StateLog::new();
    let address = [2, 0, 0, 0, 0, 1];
    for dst in [Some(1), None] {
        told.event(Kind::Fdb, true, 0, &entry(address, dst));
        assert_eq!(told.silent(), []);
    }
    // Where there is no other, the entry is one of the link itself.
    told.event(Kind::Fdb, true, 0, &entry([2, 0, 0, 0, 0, 2], None));

    assert_eq!(told.lines.len(), 2);
    assert_eq!(told.state.count(Kind::Fdb), 2);
}

/// Returns what a bridge tells of an address that it has seen on this port.
fn learned(port: u8, vlan: Option<u8>) -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, port, 0, 0, 0, 2, 0, 0, 0];
    put_attr(&mut payload, NDA_LLADDR, &[2, 0, 0, 0, 0, 1]).unwrap();
    put_attr(&mut payload, NDA_MASTER, &[9, 0, 0, 0]).unwrap();
    if let Some(vlan) = vlan {
        put_attr(&mut payload, NDA_VLAN, &[vlan, 0]).unwrap();
    }
    payload
}

#[test]
fn an_address_that_is_seen_on_another_port_of_a_bridge_has_moved_there() {
    let mut told = StateLog::new();
    for (port, vlan) in [(1, None), (2, None), (1, Some(5)), (2, Some(5))] {
        told.event(Kind::Fdb, true, 0, &learned(port, vlan));
    }
    let whats: String = told.lines.iter().map(|line| &line[..1]).collect();

    assert_eq!(whats, "+~+~");
    assert_eq!(told.state.count(Kind::Fdb), 2);
}

#[test]
fn an_entry_that_an_event_tells_with_one_state_more_than_a_dump_is_the_same() {
    let mut told = StateLog::new();
    let mut added = entry([2, 0, 0, 0, 0, 1], None);
    added[NDM_STATE].copy_from_slice(&0xc0u16.to_ne_bytes());
    told.event(Kind::Fdb, true, 0, &added);
    told.take_lines();
    told.state.open(Kind::Fdb.into(), Origin::Implied);
    told.state
        .find(&Payload::new(Kind::Fdb, &entry([2, 0, 0, 0, 0, 1], None)));
    let lines = &mut told.lines;
    told.state.close(&mut |event| lines.push(line(event)));

    assert_eq!(told.take_lines(), [""; 0]);
    assert_eq!(told.state.count(Kind::Fdb), 1);
}

#[test]
fn an_address_of_ipv6_with_another_peer_or_length_is_the_same_address() {
    let mut told = StateLog::new();
    let addr = |family: i32, len: u8, peer: u8| {
        let mut payload = vec![family as u8, len, 0, 0, 7, 0, 0, 0];
        put_attr(&mut payload, IFA_ADDRESS, &[peer; 16]).unwrap();
        put_attr(&mut payload, IFA_LOCAL, &[1; 16]).unwrap();
        payload
    };
    for (len, peer) in [(128, 2), (128, 3), (64, 3)] {
        told.event(Kind::Addr, true, 0, &addr(libc::AF_INET6, len, peer));
    }
    let whats: String = told.lines.iter().map(|line| &line[..1]).collect();

    assert_eq!(whats, "+~~");
    assert_eq!(told.state.count(Kind::Addr), 1);
}

#[test]
fn rules_of_multicast_routing_are_no_rules() {
    let of_family = |family| Kind::of_message(RTM_NEWRULE, &[family]);

    assert_eq!(of_family(libc::AF_INET6 as u8), Some((Kind::Rule, true)));
    assert_eq!([128, 129].map(of_family), [None, None]);
}

#[test]
fn what_a_bridge_says_of_a_port_makes_links_be_read_again() {
    let hinted = |family: i32, group| Kind::hinted(RTM_NEWLINK, &[family as u8], group);

    assert_eq!(hinted(libc::AF_BRIDGE, RTNLGRP_LINK), Kind::Link.into());
    assert!(hinted(libc::AF_UNSPEC, RTNLGRP_LINK).is_empty());
    assert!(hinted(libc::AF_BRIDGE, RTNLGRP_NEIGH).is_empty());
}

#[test]
fn groups_that_a_link_has_joined_are_told_by_events_alone() {
    let mut told = StateLog::new();
    let [group, single] = [[0x33, 0x33, 0, 0, 0, 1], [2, 0, 0, 0, 0, 1]];
    let read = |told: &mut StateLog| {
        told.state.open(Kind::Fdb.into(), Origin::Implied);
        told.state
            .find(&Payload::new(Kind::Fdb, &entry(group, None)));
        told.state
            .find(&Payload::new(Kind::Fdb, &entry(single, None)));
        told.state.close(&mut |_| {});
        told.state.count(Kind::Fdb)
    };

    assert_eq!(read(&mut told), 1);
    told.event(Kind::Fdb, true, 0, &entry(group, None));
    assert_eq!(read(&mut told), 2);
}

#[test]
fn a_link_that_is_deleted_is_gone_whatever_else_is_said_of_it() {
    let mut told = StateLog::new();
    told.read(|told| {
        told.event(Kind::Link, true, 0, &link(7, 1));
        told.event(Kind::Link, false, 0, &link(7, 0));
    });

    assert_eq!(told.state.count(Kind::Link), 0);
}

// Cases that `model` found.

#[test]
fn what_is_deleted_and_was_not_told_is_not_taken_for_another() {
    let mut told = StateLog::of(&[ipv4(1)]);
    told.read(|told| {
        told.dump(&[ipv4(1)]);
        told.del_route(&ipv4(2));
    });

    assert_eq!(told.take_lines(), [""; 0]);
    assert!(told.is_in_doubt());
}

#[test]
fn who_is_the_only_one_has_no_others() {
    let mut told = StateLog::of(&[ipv4(1), ipv4(2)]);
    told.read(|told| {
        told.new_route(ADD, &ipv4(2));
        told.dump(&[ipv4(2)]);
    });

    assert_eq!(told.take_lines(), ["-1"]);
    assert!(!told.is_in_doubt());
}

#[test]
fn what_is_replaced_and_deleted_may_not_be_what_the_dump_showed() {
    let mut told = StateLog::of(&[ipv4(4)]);
    told.read(|told| {
        told.dump(&[ipv4(4)]);
        told.new_route(REPLACE, &ipv4(1));
        told.del_route(&ipv4(1));
    });
    assert!(told.is_in_doubt());

    told.read(|told| told.dump(&[ipv4(4)]));
    assert_eq!(told.take_lines(), ["~1", "-1", "+4 read"]);
}
