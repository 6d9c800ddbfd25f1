// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Fields that views read in the messages of captures.

use crate::capture;
use nlhello::names::uapi::{RTAX_MTU, RTAX_RTO_MIN};
use nlhello::rtnl::mdb::Group;
use nlhello::rtnl::*;
use std::time::Duration;

/// Returns the messages of a capture, for as long as the tests run.
fn captured(name: &str) -> &'static [Vec<u8>] {
    capture(name).leak()
}

/// Returns the routes of a capture.
fn routes() -> Vec<Route<'static>> {
    let routes = captured("route-ip").iter();
    routes
        .map(|route| Route::from_payload(route).unwrap())
        .collect()
}

#[test]
fn a_link_is_read() {
    let [lo, port] = [0, 2].map(|at| Link::from_payload(&captured("link-ip")[at]).unwrap());

    assert_eq!(lo.header().index, 1);
    assert_eq!(lo.name(), Some(b"lo".as_slice()));
    assert!(lo.is_up());
    assert_eq!((lo.mtu(), lo.group()), (Some(65536), Some(0)));
    assert_eq!((lo.master(), lo.kind()), (None, None));
    assert_eq!(lo.address(), Some(&[0; 6][..]));
    assert_eq!(lo.broadcast(), Some(&[0; 6][..]));
    assert_eq!(port.kind(), Some(b"veth".as_slice()));
    assert_eq!(port.slave_kind(), Some(b"bridge".as_slice()));
}

#[test]
fn a_link_of_ipv6_is_read() {
    let link = Ifinfo6::from_payload(&captured("ifinfo6")[0]).unwrap();

    assert_eq!(link.header().family, 10);
    assert_eq!(
        (link.name(), link.header().index),
        (Some(b"d0".as_slice()), 60003)
    );
}

#[test]
fn an_address_is_usable_once_it_is_no_duplicate() {
    let addrs = captured("addr-ip");
    let is_usable = |at: usize| Addr::from_payload(&addrs[at]).unwrap().is_usable();

    // The address of a link itself is tentative.
    assert!(is_usable(1) && !is_usable(2));
}

#[test]
fn a_neighbour_has_an_address_of_the_link_layer_once_it_is_resolved() {
    let neighs = captured("neigh-ip");
    let lladdr = |at: usize| Neigh::from_payload(&neighs[at]).unwrap().lladdr();

    assert_eq!(lladdr(0), Some(&[2, 0, 0, 0, 0, 0x10][..]));
    assert_eq!(lladdr(1), None);
}

#[test]
fn an_address_of_a_group_is_read() {
    let all = captured("maddr").iter();
    let all: Vec<_> = all.map(|one| Maddr::from_payload(one).unwrap()).collect();
    let anycast = "2001:db8:9::".parse().ok();

    assert!(all.iter().any(|one| one.anycast() == anycast));
    assert_eq!(all[0].multicast(), "ff01::1".parse().ok());
    assert_eq!((all[0].header().index, all[0].header().family), (60001, 10));
}

#[test]
fn settings_are_read() {
    let netconf = Netconf::from_payload(&captured("netconf")[0]).unwrap();

    assert_eq!(netconf.header().family, 2);
    assert_eq!(netconf.ifindex(), Some(60001));
}

#[test]
fn a_prefix_is_read() {
    let prefix = RaPrefix::from_payload(&captured("prefix")[0]).unwrap();

    assert_eq!(prefix.header().ifindex, 60001);
    assert_eq!(prefix.address(), "2001:db8:1::".parse().ok());
    assert_eq!(prefix.header().len, 64);
}

#[test]
fn options_are_read() {
    let message = NdUserOpt::from_payload(&captured("nduseropt")[2]).unwrap();

    assert_eq!(message.header().ifindex, 60001);
    assert_eq!(message.source(), "fe80::ff:fe00:2".parse().ok());
    let kinds: Vec<_> = message.options().map(|(kind, _)| kind).collect();
    // `ND_OPT_RDNSS`.
    assert_eq!(kinds, [25]);
}

#[test]
fn a_qdisc_is_read() {
    let qdisc = Qdisc::from_payload(&captured("qdisc")[2]).unwrap();
    let header = qdisc.header();

    assert_eq!(qdisc.kind(), Some(b"fq_codel".as_slice()));
    assert_eq!((header.handle, header.parent), (0x8001_0000, 0x1_0010));
    assert_eq!(header.ifindex, 60001);
}

#[test]
fn a_class_is_read() {
    let class = Class::from_payload(&captured("class")[1]).unwrap();

    assert_eq!(class.kind(), Some(b"htb".as_slice()));
    assert_eq!(class.header().handle, 0x1_0abc);
}

#[test]
fn a_filter_is_read() {
    let filter = Filter::from_payload(&captured("filter")[1]).unwrap();

    assert_eq!(filter.kind(), Some(b"u32".as_slice()));
    assert_eq!((filter.protocol(), filter.preference()), (0x86dd, 6));
    assert_eq!(
        (filter.chain(), filter.header().parent),
        (Some(3), 0x1_0000)
    );
}

#[test]
fn stats_are_read() {
    let stats = Stats::from_payload(&captured("stats")[0]).unwrap();

    assert_eq!(stats.header().ifindex, 60001);
    assert_eq!(stats.header().filter_mask, 0x9);
}

#[test]
fn a_route_of_a_group_is_read() {
    let route = Route::from_payload(&captured("mroute")[0]).unwrap();

    assert_eq!(route.dst(), "239.1.2.3".parse().ok());
    assert_eq!(route.src(), "10.9.0.2".parse().ok());
    assert_eq!((route.iif(), route.table()), (Some(60001), 253));
}

#[test]
fn the_next_hops_of_a_route_are_read() {
    let (metrics, multipath) = (&routes()[0], &routes()[2]);
    let via = |text: &str| text.parse().ok();

    let hops = { multipath.hops() }.map(|hop| (hop.oif(), hop.via(), hop.weight(), hop.flags()));
    assert!(hops.eq([
        (70001, via("10.1.0.2"), 3, 0),
        (70001, via("10.2.0.2"), 200, 0)
    ]));
    assert_eq!(multipath.nexthop_id(), None);
    assert_eq!(metrics.hops().count(), 0);
}

#[test]
fn the_metrics_of_a_route_are_read_in_units_of_time_and_bytes() {
    let metrics = routes()[0].metrics().unwrap();

    let sizes = [metrics.mtu(), metrics.window(), metrics.advmss()];
    assert_eq!(sizes, [1400, 100, 1300].map(Some));
    let counts = [metrics.hoplimit(), metrics.initcwnd(), metrics.initrwnd()];
    assert_eq!(counts, [33, 9, 11].map(Some));
    assert_eq!(metrics.congestion(), Some(&b"cubic"[..]));
    // 160 eighths, 40 quarters.
    let times = [metrics.rtt(), metrics.rttvar(), metrics.rto_min()];
    let milliseconds = |ms| Some(Duration::from_millis(ms));
    assert_eq!(times, [20, 10, 300].map(milliseconds));
    assert!(metrics.is_locked(RTAX_RTO_MIN) && !metrics.is_locked(RTAX_MTU));
    assert!(!metrics.is_locked(u16::MAX));
    assert_eq!(routes()[2].metrics(), None);
}

#[test]
fn entries_of_groups_are_read() {
    let mdbs = captured("mdb").iter();
    let mdbs = mdbs.map(|mdb| Mdb::from_payload(mdb).unwrap());
    let all: Vec<_> = mdbs.flat_map(|mdb| mdb.entries()).collect();
    let find = |group| all.iter().find(|entry| entry.header().group == group);
    let of_ip = |text: &str| find(Group::Ip(text.parse().unwrap())).unwrap();

    let with_source = of_ip("239.1.1.2");
    assert_eq!(with_source.source(), "192.0.2.1".parse().ok());
    let header = with_source.header();
    assert_eq!((header.vid, header.ifindex), (1, 60005));
    let remote = of_ip("239.1.1.3");
    assert_eq!(remote.dst(), "198.51.100.1".parse().ok());
    assert_eq!(remote.bridge().ifindex, 60006);
    assert!(find(Group::Mac([3, 0, 0, 0, 0, 1])).is_some());
}
