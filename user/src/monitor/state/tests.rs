// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dumps and events of real kernels, in the order in which they came.

use super::*;
use crate::fixtures::with;
use crate::names::uapi::{
    AF_MPLS, IFA_ADDRESS, IFA_CACHEINFO, IFA_LOCAL, IFLA_BR_HELLO_TIMER, IFLA_CAN_BERR_COUNTER,
    IFLA_GRE_IFLAGS, IFLA_GRE_IKEY, IFLA_HSR_SEQ_NR, IFLA_IFNAME, IFLA_INFO_DATA, IFLA_INFO_KIND,
    IFLA_LINK, IFLA_LINKINFO, IFLA_LINK_NETNSID, IFLA_MASTER, IFLA_MTU, NDA_DST, NDA_LLADDR,
    NDA_MASTER, NDA_VLAN, NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
    NETCONFA_RP_FILTER, RTA_DST, RTA_FLOW, RTA_GATEWAY, RTA_MULTIPATH, RTA_OIF, RTA_PRIORITY,
    RTA_TABLE, RTM_NEWLINK,
};
use std::ops::Range;

mod kinds;
mod model;
mod picture;

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
    let attrs: [(u16, &[u8]); 4] = [
        (RTA_DST, &[10, 0, net, 0]),
        (RTA_PRIORITY, &[metric, 0, 0, 0]),
        (RTA_TABLE, &[254, 0, 0, 0]),
        (RTA_GATEWAY, &[192, 0, 2, via]),
    ];
    with(&[family as u8, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0], &attrs)
}

/// Returns the route that is called `NET.METRIC.VIA`, of IPv4, or `VIA`, to the first prefix; `v6/` or `mpls/` before that
/// is its family.
fn route_called(name: &str) -> Vec<u8> {
    let (family, numbers) = name.split_once('/').unwrap_or(("v4", name));
    let family = match family {
        "v4" => libc::AF_INET,
        "v6" => libc::AF_INET6,
        _ => AF_MPLS.into(),
    };
    let numbers: Vec<_> = numbers.split('.').map(|n| n.parse().unwrap()).collect();
    match numbers[..] {
        [via] => route(family, 1, 0, via),
        [net, metric, via] => route(family, net, metric, via),
        _ => panic!("{name}"),
    }
}

fn link(index: u8, flags: u8, attrs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut header = [0; 16];
    (header[4], header[8]) = (index, flags);
    with(&header, attrs)
}

/// Returns a link of this kind, with what it says of that.
fn link_of_kind(kind: &[u8], data: &[(u16, &[u8])]) -> Vec<u8> {
    let data = with(&[], data);
    let info = with(&[], &[(IFLA_INFO_KIND, kind), (IFLA_INFO_DATA, &data)]);
    link(7, UP, &[(IFLA_LINKINFO, &info)])
}

/// A state, and what it told: `+`, `~` or `-`, and the last byte of the object.
struct StateLog {
    state: MonitorState,
    lines: Vec<String>,
}

impl StateLog {
    fn new() -> Self {
        Self {
            // Of most tests, links are no matter.
            state: MonitorState::of_capture(),
            lines: Vec::new(),
        }
    }

    fn event(&mut self, kind: Kind, is_there: bool, flags: u16, payload: &[u8]) {
        let news = News {
            object: Payload::new(kind, payload),
            is_there,
            flags,
            by: 0,
        };
        let lines = &mut self.lines;
        match kind.is_kept() {
            true => self.state.take(&news, &mut |event| lines.push(line(event))),
            false => self.state.note(&news),
        }
    }

    /// Takes in that an object is there.
    fn new_object(&mut self, kind: Kind, payload: &[u8]) {
        self.event(kind, true, 0, payload);
    }

    fn find(&mut self, kind: Kind, objects: &[Vec<u8>]) {
        for object in objects {
            self.state.find(&Payload::new(kind, object));
        }
    }

    fn close(&mut self) {
        let lines = &mut self.lines;
        self.state.close(&mut |event| lines.push(line(event)));
    }

    /// Reads all objects of this `kind`.
    fn read(&mut self, kind: Kind, objects: &[Vec<u8>]) {
        self.state.open(kind.into(), Origin::Missed);
        self.find(kind, objects);
        self.close();
    }

    /// Takes a step of one of the [`STORIES`].
    fn step(&mut self, step: &str) {
        let (verb, names) = step.split_once(' ').unwrap_or((step, ""));
        let routes: Vec<_> = names.split_whitespace().map(route_called).collect();
        match verb {
            "know" => {
                self.read(Kind::Route, &routes);
                self.lines.clear();
            }
            "open" => self.state.open(Kind::Route.into(), Origin::Missed),
            "dump" => self.find(Kind::Route, &routes),
            "pause" => self.state.pause(),
            "lose" => self.state.give_up(),
            "close" => self.close(),
            "del" => self.event(Kind::Route, false, 0, &routes[0]),
            "add" => self.event(Kind::Route, true, ADD, &routes[0]),
            "append" => self.event(Kind::Route, true, APPEND, &routes[0]),
            "replace" => self.event(Kind::Route, true, REPLACE, &routes[0]),
            "set" => self.event(Kind::Route, true, 0, &routes[0]),
            _ => panic!("{step}"),
        }
        if std::mem::take(&mut self.state.doubt).has(Kind::Route) {
            self.lines.push("?".to_owned());
        }
    }

    /// Returns the marks of the lines that were told.
    fn marks(&self) -> String {
        self.lines.iter().map(|line| &line[..1]).collect()
    }

    fn silent(&mut self) -> Vec<Kind> {
        std::mem::take(&mut self.state.silent).iter().collect()
    }

    fn unfinished(&mut self) -> Vec<Kind> {
        std::mem::take(&mut self.state.unfinished).iter().collect()
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

/// Steps of stories, and what is told of them.
const STORIES: &[&str] = &[
    // Events alone are told as they come.
    "add 1, append 2, del 1, replace 3, del 3 -> +1, +2, -1, ~3, -3",
    // An event that comes twice is told once.
    "know 1, add 1, del 1, del 1 -> -1",
    // A replacement among many is read.
    "know 1 2, replace 3 -> ?",
    // An event without a flag tells what hardware does with a route that is there.
    "know 1, set 2 -> ~2",
    "know 1 2, set 3 -> ?",
    "know v6/1, set v6/2 -> ~2",
    // Several hops of IPv6 are read.
    "know v6/1, append v6/2 -> ?",
    // Of MPLS there is one route of a label, whatever the flags.
    "know mpls/1 7, open, replace mpls/2, del mpls/3, set mpls/4, dump mpls/4 7, \
     close -> ~2, -2, +4",
    // Differences in a dump are told.
    "know 1 2.0.2, open, dump 1 3.0.3, close -> -2 read, +3 read",
    "know 1 3.0.3, open, dump 4 3.0.3, close -> ~4 read",
    // An object that a dump shows twice is told once.
    "open, dump 1 1, close -> +1 read",
    // An event while a dump is read counts more than the dump: added behind the place where the dump is; deleted before
    // it gets there.
    "know 1, open, add 2.0.2, del 1, close -> +2, -1",
    // There are 1 and 3; 2 takes the place of 1 and is deleted; the dump shows 3. Whoever replays both events over that
    // has nothing left.
    "open, replace 2, del 2, dump 3, close, open, dump 3, close -> +2, -2, ?, +3 read",
    // Routes of several metrics to one prefix are in one place, where the dump goes on by counting: what it leaves out
    // there is not taken to be gone.
    "know 1.0.0 1.1.1 1.2.2 1.3.3, open, dump 1.0.0 1.1.1, pause, del 1.0.0, dump 1.3.3, \
     close -> -0, ?",
    // At the start, it is found by the next.
    "open, dump 1.0.0, pause, del 1.0.0, dump 1.2.2, close, open, dump 1.1.1 1.2.2, \
     close -> +2 read, ?, +1 read",
    // Objects of lost events are told by the next reading.
    "know 1, open, dump 2, lose -> ",
    "know 1, open, dump 2, lose, open, dump 2, close -> ~2 read",
    // Cases that `model` found. What is deleted and was not told is not taken for another.
    "know 1, open, dump 1, del 2, close -> ?",
    // An only route has no others.
    "know 1 2, open, add 2, dump 2, close -> -1",
    // A route that was replaced and deleted may not be the one that the dump showed.
    "know 4, open, dump 4, replace 1, del 1, close, open, dump 4, close -> ~1, -1, ?, +4 read",
];

/// Returns what is told of `steps`, with `?` where it is not known then what is there. Between `open` and `close` is what
/// happens between the fence and the marker of a reading; `know` is a whole one, of which nothing is told.
fn emitted_of(steps: &str) -> String {
    let mut emitted = StateLog::new();
    steps.split(", ").for_each(|step| emitted.step(step));
    emitted.lines.join(", ")
}

#[test]
fn what_is_told_of_routes_is_what_is_there() {
    for story in STORIES {
        let (steps, lines) = story.split_once(" -> ").unwrap();
        assert_eq!(emitted_of(steps), lines, "{steps}");
    }
}

#[test]
fn what_is_in_doubt_while_others_are_read_is_read_after_them() {
    let mut emitted = StateLog::new();
    emitted.read(Kind::Route, &[route_called("v6/1")]);
    emitted.state.open(Kind::Rule.into(), Origin::Implied);
    emitted.event(Kind::Route, true, APPEND, &route_called("v6/2"));
    emitted.close();

    assert!(emitted.state.doubt.has(Kind::Route));
}

#[test]
fn what_has_changed_is_told_of_the_one_on_the_same_link() {
    let on = |oif, flow| {
        let attrs: [(u16, &[u8]); 2] = [(RTA_OIF, &[0, 0, 0, oif]), (RTA_FLOW, &[0, 0, 0, flow])];
        with(&route_called("1"), &attrs)
    };
    for olds in [[on(1, 1), on(2, 2)], [on(2, 2), on(1, 1)]] {
        let mut emitted = StateLog::new();
        emitted.read(Kind::Route, &olds);
        emitted.lines.clear();
        emitted.read(Kind::Route, &[on(2, 3)]);
        // There is only one.
        emitted.read(Kind::Route, &[on(1, 4)]);
        assert_eq!(emitted.lines, ["-1 read", "~3 read", "~4 read"]);
    }
}

#[test]
fn what_is_found_of_a_kind_that_is_not_read_is_left_out() {
    let mut emitted = StateLog::new();
    emitted.state.open(Kind::Route.into(), Origin::Missed);
    emitted.find(Kind::Link, &[link(7, 1, &[])]);
    emitted.close();
    emitted.state.open(Kind::Link.into(), Origin::Missed);
    emitted.state.give_up();

    assert_eq!(emitted.state.count(Kind::Link), 0);
    assert_eq!(emitted.state.bodies(Kind::Link).count(), 0);
}

#[test]
fn what_runs_by_itself_is_no_change() {
    let mut emitted = StateLog::new();
    for secs in [9, 8] {
        let attrs: [(u16, &[u8]); 2] = [(IFA_LOCAL, &[10, 0, 0, 1]), (IFA_CACHEINFO, &[secs; 16])];
        emitted.new_object(Kind::Addr, &with(&[2, 24, 0, 0, 7, 0, 0, 0], &attrs));
    }

    assert_eq!(emitted.lines.len(), 1);
}

#[test]
fn what_goes_away_in_silence_is_to_be_read() {
    use Kind::*;
    let mut emitted = StateLog::new();
    for (flags, silent) in [
        (UP, &[Link, Rule, Fdb][..]),
        (UP, &[Fdb]),
        (0xc1, &[Link, Nexthop, Route, Rule, Fdb]),
        (0xc0, &[Link, Addr, Nexthop, Route, Rule, Fdb]),
    ] {
        emitted.new_object(Link, &link(7, flags, &[]));
        assert_eq!(emitted.silent(), silent);
    }
    emitted.event(Link, false, 0, &link(7, 0xc0, &[]));
    assert_eq!(emitted.silent(), [Link, Nexthop, Route, Rule, Fdb]);
    emitted.event(Nexthop, false, 0, &[0; 8]);
    assert_eq!(emitted.silent(), [Route, Fdb]);
    // A rule may change what is said of others, or leave one like it.
    emitted.event(Rule, false, 0, &[0; 12]);
    assert_eq!(emitted.silent(), [Rule]);
}

#[test]
fn what_changes_with_a_link_without_a_word_is_to_be_read() {
    use Kind::*;
    let ipvlan = |mode| link_of_kind(b"ipvlan\0", &[(1, &[mode, 0])]);
    let bridge = |ticks| link_of_kind(b"bridge\0", &[(IFLA_BR_HELLO_TIMER, &[ticks; 8])]);
    let in_vrf = |master| link(7, UP, &[(IFLA_MASTER, &[master, 0, 0, 0])]);
    let named = |name, mtu| link(7, UP, &[(IFLA_IFNAME, name), (IFLA_MTU, &[mtu, 5, 0, 0])]);
    for (before, after, silent) in [
        // A VRF takes routes and addresses of a link.
        (in_vrf(8), in_vrf(9), &[Link, Addr, Route, Fdb][..]),
        // Any event of a link without a carrier may have changed routes.
        (link(7, 1, &[]), link(7, 1, &[]), &[Route, Fdb]),
        // Rules follow the names of links.
        (named(b"a\0", 220), named(b"b\0", 220), &[Rule, Fdb]),
        // Routes of IPv6 follow the MTU of links.
        (named(b"b\0", 220), named(b"b\0", 0), &[Link, Route, Fdb]),
        // Timers of a bridge make nothing be read again.
        (bridge(1), bridge(2), &[Fdb]),
        // Options of a kind may be those of other links now too.
        (ipvlan(1), ipvlan(2), &[Link, Fdb]),
        (ipvlan(1), ipvlan(1), &[Fdb]),
    ] {
        let mut emitted = StateLog::new();
        emitted.new_object(Link, &before);
        emitted.silent();
        emitted.new_object(Link, &after);
        assert_eq!(emitted.silent(), silent, "{before:?} {after:?}");
    }
}

#[test]
fn what_runs_by_itself_in_the_settings_of_a_link_is_no_change() {
    for (kind, attr) in [
        (&b"bridge\0"[..], IFLA_BR_HELLO_TIMER),
        (b"can\0", IFLA_CAN_BERR_COUNTER),
        (b"hsr\0", IFLA_HSR_SEQ_NR),
    ] {
        let mut emitted = StateLog::new();
        for count in 1..4 {
            emitted.new_object(Kind::Link, &link_of_kind(kind, &[(attr, &[count; 8])]));
        }
        assert_eq!(emitted.lines.len(), 1, "{kind:?}");
    }
}

/// Returns a link that is above another, which may be in another namespace.
fn above(index: u8, lower: u8, netnsid: Option<u8>) -> Vec<u8> {
    let lower = link(index, 1, &[(IFLA_LINK, &[lower, 0, 0, 0])]);
    match netnsid {
        Some(id) => with(&lower, &[(IFLA_LINK_NETNSID, &[id, 0, 0, 0])]),
        None => lower,
    }
}

/// Reads links, of which none has changed; returns the index of each that is told to be as it was, once it was.
fn emitted_again(emitted: &mut StateLog) -> Vec<u8> {
    let all: Vec<_> = emitted
        .state
        .bodies(Kind::Link)
        .map(Cow::into_owned)
        .collect();
    emitted.state.open(Kind::Link.into(), Origin::Implied);
    emitted.find(Kind::Link, &all);
    let mut again = Vec::new();
    emitted.state.close(&mut |event| {
        assert_eq!((event.what, event.old), (Action::Change, Some(event.body)));
        again.push(event.body.bytes()[4]);
    });
    again
}

#[test]
fn what_is_above_a_link_is_told_again_when_that_goes_up_or_down_comes_or_goes() {
    let mut emitted = StateLog::new();
    for link in [above(8, 7, None), above(9, 7, None), above(10, 7, Some(0))] {
        emitted.new_object(Kind::Link, &link);
    }
    emitted_again(&mut emitted);
    for (is_there, flags, again) in [
        (true, 1, &[8, 9][..]),
        (true, 0x41, &[]),
        (true, 0x40, &[8, 9]),
        (true, 0, &[]),
        (false, 0, &[8, 9]),
    ] {
        emitted.event(Kind::Link, is_there, 0, &link(7, flags, &[]));
        assert_eq!(emitted.state.is_emitted(), again.is_empty());
        assert_eq!(emitted_again(&mut emitted), again, "{is_there} {flags}");
        assert!(emitted.state.is_emitted());
    }
}

#[test]
fn a_key_that_the_headers_of_a_tunnel_do_not_have_is_no_change() {
    for kind in [&b"gre\0"[..], b"ip6gre\0"] {
        let mut emitted = StateLog::new();
        for (key, flags, lines) in [(0, 0, 1), (5, 0, 1), (5, 0x20, 2), (6, 0x20, 3)] {
            let data: [(u16, &[u8]); 2] = [
                (IFLA_GRE_IFLAGS, &[flags, 0]),
                (IFLA_GRE_IKEY, &[0, 0, 0, key]),
            ];
            emitted.new_object(Kind::Link, &link_of_kind(kind, &data));
            assert_eq!(emitted.lines.len(), lines, "{kind:?} {key} {flags}");
        }
    }
}

#[test]
fn routes_die_with_a_setting_of_their_link() {
    const IGNORED: u16 = NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN;
    let mut emitted = StateLog::new();
    for (attrs, silent) in [
        (&[IGNORED][..], &[Kind::Route][..]),
        (&[NETCONFA_RP_FILTER], &[]),
        // All settings of a link that is new.
        (&[NETCONFA_FORWARDING, IGNORED], &[]),
    ] {
        let all: Vec<_> = attrs
            .iter()
            .map(|attr| (*attr, &[1, 0, 0, 0][..]))
            .collect();
        emitted.new_object(Kind::Netconf, &with(&[2, 0, 0, 0], &all));
        assert_eq!(emitted.silent(), silent, "{attrs:?}");
    }
}

#[test]
fn a_route_by_router_advertisement_is_read_when_the_router_was_processed() {
    const RTM_PROTOCOL: usize = 5;
    const RTPROT_RA: u8 = 9;
    let mut emitted = StateLog::new();
    for (family, protocol, unfinished) in [
        (libc::AF_INET6, RTPROT_RA, &[Kind::Link, Kind::Route][..]),
        (libc::AF_INET6, libc::RTPROT_KERNEL, &[]),
        (libc::AF_INET, RTPROT_RA, &[]),
    ] {
        let mut payload = route(family, 0, 0, 1);
        payload[RTM_PROTOCOL] = protocol;
        emitted.event(Kind::Route, true, ADD, &payload);
        assert_eq!(emitted.unfinished(), unfinished);
        emitted.event(Kind::Route, false, 0, &payload);
        assert_eq!(emitted.unfinished(), []);
    }
    emitted.silent();
    // Kinds that an event of an advertisement has changed silently.
    for kind in [Kind::Ifinfo6, Kind::Prefix] {
        emitted.new_object(kind, &link(7, 1, &[]));
        assert_eq!(emitted.silent(), [Kind::Link, Kind::Route]);
    }
}

#[test]
fn links_are_read_once_their_first_address_of_ipv6_comes_or_goes() {
    let mut emitted = StateLog::new();
    for (family, scope, unfinished) in [
        (libc::AF_INET6, libc::RT_SCOPE_LINK, &[Kind::Link][..]),
        (libc::AF_INET6, libc::RT_SCOPE_UNIVERSE, &[]),
        (libc::AF_INET, libc::RT_SCOPE_LINK, &[]),
    ] {
        let addr = [family as u8, 64, 0, scope, 7, 0, 0, 0];
        for is_there in [true, false] {
            emitted.event(Kind::Addr, is_there, 0, &addr);
            assert_eq!(emitted.unfinished(), unfinished);
        }
    }
}

const ONE: [u8; 6] = [2, 0, 0, 0, 0, 1];
const OTHER: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// Returns a forwarding entry of the link itself for this address, which may lead elsewhere.
fn entry(address: [u8; 6], dst: Option<u8>) -> Vec<u8> {
    let mut header = [7, 0, 0, 0, 7, 0, 0, 0, 0, 0, SELF, 0];
    header[NDM_STATE].copy_from_slice(&PERMANENT.to_ne_bytes());
    let dst = dst.map(|dst| [10, 0, 0, dst]);
    let attrs: [(u16, &[u8]); 2] = [
        (NDA_LLADDR, &address),
        (NDA_DST, dst.as_ref().map_or(&[], |dst| dst)),
    ];
    with(&header, &attrs[..1 + usize::from(dst.is_some())])
}

#[test]
fn an_entry_of_a_vxlan_that_leads_elsewhere_may_have_taken_the_place_of_another() {
    let mut emitted = StateLog::new();
    for (address, dst, silent) in [
        (ONE, 1, &[][..]),
        (ONE, 1, &[]),
        (OTHER, 2, &[]),
        (ONE, 2, &[Kind::Fdb]),
    ] {
        emitted.new_object(Kind::Fdb, &entry(address, Some(dst)));
        assert_eq!(emitted.silent(), silent, "{address:?} {dst}");
    }
}

#[test]
fn an_event_that_does_not_say_where_an_entry_of_a_vxlan_leads_only_repeats_that_which_does() {
    let mut emitted = StateLog::new();
    for dst in [Some(1), None] {
        emitted.new_object(Kind::Fdb, &entry(ONE, dst));
        assert_eq!(emitted.silent(), []);
    }
    // Where there is no other, the entry is one of the link itself.
    emitted.new_object(Kind::Fdb, &entry(OTHER, None));

    assert_eq!(emitted.lines.len(), 2);
    assert_eq!(emitted.state.count(Kind::Fdb), 2);
}

/// Returns what a bridge tells of an address that it has seen on this port.
fn learned(port: u8, vlan: Option<u8>) -> Vec<u8> {
    let attrs: [(u16, &[u8]); 3] = [
        (NDA_LLADDR, &ONE),
        (NDA_MASTER, &[9, 0, 0, 0]),
        (NDA_VLAN, &[vlan.unwrap_or_default(), 0]),
    ];
    let header = [7, 0, 0, 0, port, 0, 0, 0, 2, 0, 0, 0];
    with(&header, &attrs[..2 + usize::from(vlan.is_some())])
}

#[test]
fn an_address_that_is_seen_on_another_port_of_a_bridge_has_moved_there() {
    let mut emitted = StateLog::new();
    for (port, vlan) in [(1, None), (2, None), (1, Some(5)), (2, Some(5))] {
        emitted.new_object(Kind::Fdb, &learned(port, vlan));
    }

    assert_eq!(emitted.marks(), "+~+~");
    assert_eq!(emitted.state.count(Kind::Fdb), 2);
}

#[test]
fn an_entry_that_an_event_tells_with_one_state_more_than_a_dump_is_the_same() {
    let mut emitted = StateLog::new();
    let mut added = entry(ONE, None);
    added[NDM_STATE].copy_from_slice(&0xc0u16.to_ne_bytes());
    emitted.new_object(Kind::Fdb, &added);
    emitted.lines.clear();
    emitted.read(Kind::Fdb, &[entry(ONE, None)]);

    assert_eq!(emitted.lines, [""; 0]);
    assert_eq!(emitted.state.count(Kind::Fdb), 1);
}

#[test]
fn an_address_of_ipv6_with_another_peer_or_length_is_the_same_address() {
    let mut emitted = StateLog::new();
    for (len, peer) in [(128, 2), (128, 3), (64, 3)] {
        let header = [libc::AF_INET6 as u8, len, 0, 0, 7, 0, 0, 0];
        let attrs: [(u16, &[u8]); 2] = [(IFA_ADDRESS, &[peer; 16]), (IFA_LOCAL, &[1; 16])];
        emitted.new_object(Kind::Addr, &with(&header, &attrs));
    }

    assert_eq!(emitted.marks(), "+~~");
    assert_eq!(emitted.state.count(Kind::Addr), 1);
}

#[test]
fn what_a_bridge_says_of_a_port_makes_links_be_read_again() {
    let hinted = |family: i32| Kind::hinted(RTM_NEWLINK, &[family as u8]);

    assert_eq!(hinted(libc::AF_BRIDGE), Kind::Link.into());
    assert!(hinted(libc::AF_UNSPEC).is_empty());
}

#[test]
fn groups_that_a_link_has_joined_are_told_by_events_alone() {
    let mut emitted = StateLog::new();
    let entries = [[0x33, 0x33, 0, 0, 0, 1], ONE].map(|address| entry(address, None));
    emitted.read(Kind::Fdb, &entries);
    assert_eq!(emitted.state.count(Kind::Fdb), 1);

    emitted.new_object(Kind::Fdb, &entries[0]);
    emitted.read(Kind::Fdb, &entries);
    assert_eq!(emitted.state.count(Kind::Fdb), 2);
}

#[test]
fn a_link_that_is_deleted_is_gone_whatever_else_is_said_of_it() {
    let mut emitted = StateLog::new();
    emitted.state.open(Kind::Route.into(), Origin::Missed);
    emitted.new_object(Kind::Link, &link(7, 1, &[]));
    emitted.event(Kind::Link, false, 0, &link(7, 0, &[]));
    emitted.close();

    assert_eq!(emitted.state.count(Kind::Link), 0);
}

#[test]
fn an_entry_whose_link_is_not_emitted_yet_is_read_again_a_little_later() {
    let mut emitted = StateLog {
        state: MonitorState::new(),
        lines: Vec::new(),
    };
    let entry = entry([2, 0, 0, 0, 0, 1], None);
    let index = Payload::new(Kind::Fdb, &entry).link().unwrap();
    emitted.new_object(Kind::Fdb, &entry);
    assert_eq!(emitted.unfinished(), [Kind::Fdb]);
    assert_eq!(emitted.state.count(Kind::Fdb), 0);

    emitted.new_object(Kind::Link, &link(index as u8, UP, &[]));
    emitted.unfinished();
    emitted.new_object(Kind::Fdb, &entry);
    assert_eq!(emitted.unfinished(), []);
    assert_eq!(emitted.state.count(Kind::Fdb), 1);
}
