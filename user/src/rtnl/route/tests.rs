// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::fixtures::with;
use crate::kind::Argument;
use crate::names::uapi::RTAX_HOPLIMIT;
use crate::object::Numbers;
use crate::rtnl::captures::{assert_has, assert_lacks, capture, captured, changed, described};
use serde_json::json;

/// Routes: with metrics, with realms, with several next hops, that expires, cloned, of labels, to the end of a segment.
fn routes() -> [&'static [u8]; 7] {
    capture("route-ip")
}

#[test]
fn realms_without_a_source_and_a_type_of_service_without_a_name_are_told() {
    let [_, realms, ..] = routes();
    let one = changed(realms, &[(3, 0x03), (50, 0)]);

    assert_has(
        Kind::Route,
        &one,
        json!({"flow": {"to": "7"}, "tos": "0x03"}),
    );
    assert_lacks(Kind::Route, &one, "/flow/from");
}

#[test]
fn a_route_of_mpls_can_lead_to_an_address_of_the_link_layer() {
    let [.., labels, _] = routes();
    // The family is AF_PACKET.
    let route = with(&labels[..28], &[(RTA_VIA, &[17, 0, 2, 0, 0, 0, 0, 9])]);

    let via = json!({"family": "link", "host": "02:00:00:00:00:09"});
    assert_has(Kind::Route, &route, json!({"via": via}));
    assert_lacks(Kind::Route, &route, "/unknown");
    assert_eq!(Route::from_payload(&route).unwrap().via(), None);
}

#[test]
fn what_a_packet_to_a_group_comes_to_has_times_to_live() {
    // As `ip route get 239.1.2.3 from 10.9.0.2 iif va` has it: AF_INET, and RTM_F_CLONED.
    let cloned = changed(captured("mroute")[0], &[(0, 2), (9, 2)]);
    let hops = json!([{"dev": "if60003", "ttl": 3, "flags": []}]);

    let expected = json!({"nexthops": hops, "iif": "if60001"});
    assert_has(Kind::Route, &cloned, expected);
}

#[test]
fn a_next_hop_of_another_family_is_asked_for_with_or_without_it() {
    let read = |text: &str| Argument::VIA.read(text, &Numbers::default());

    assert_eq!(read("inet6 2001:db8::1"), read("2001:db8::1"));
    assert!(read("2001:db8::1").is_some());
    for wrong in ["inet 2001:db8::1", "inet6 10.0.0.1", "inet6", "any", ""] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn why_a_route_was_deleted_is_told_and_no_part_of_it() {
    let [_, realms, ..] = routes();
    let snapshot = Kind::Route.snapshot().unwrap();
    let body = |route: &[u8]| {
        let mut body = Vec::new();
        assert!(snapshot.put_body(&Payload::new(Kind::Route, route), &mut body));
        body
    };
    let because = |reason: u32| with(realms, &[(RTA_DEL_REASON, &reason.to_ne_bytes())]);

    for (reason, expected) in [(1, "expired"), (2, "ra_withdrawn"), (3, "3")] {
        let route = because(reason);
        assert_has(Kind::Route, &route, json!({"del_reason": expected}));
        assert_eq!(body(&route), body(realms));
    }
    assert_eq!(
        described(Kind::Route, &because(0)),
        described(Kind::Route, realms)
    );
}

#[test]
fn a_hop_limit_of_the_system_is_none() {
    let attrs = with(&[], &[(RTAX_HOPLIMIT, &u32::MAX.to_ne_bytes())]);

    assert_eq!(Metrics::new(&attrs).hoplimit(), None);
}
