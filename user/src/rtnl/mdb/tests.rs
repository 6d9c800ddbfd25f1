// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::fixtures::with;
use crate::object::described::{assert_told_whatever_the_bytes, description};
use crate::rtnl::captures::{assert_has, assert_lacks, captured, described};
use serde_json::json;

/// Returns the parts of the whole capture.
fn all() -> impl Iterator<Item = Mdb<'static>> {
    let payloads = captured("mdb").iter();
    payloads.map(|payload| Mdb::from_payload(payload).unwrap())
}

/// Returns the entries of the whole capture.
fn all_entries() -> Vec<MdbEntry<'static>> {
    all().flat_map(|mdb| mdb.entries()).collect()
}

#[test]
fn an_entry_is_told_alone() {
    let expected = json!({
        "index": 60004, "dev": "if60004", "port": "if60005", "grp": "239.1.1.1",
        "state": "permanent", "flags": [], "vid": 1, "filter_mode": "exclude",
        "protocol": "static", "timer": 0.0,
    });
    assert!({ all_entries().iter().map(description) }.any(|described| described == expected));
}

#[test]
fn a_port_with_a_router_is_told_alone() {
    let ports: Vec<_> = all().flat_map(|mdb| mdb.routers()).collect();
    let expected = json!({"index": 60004, "dev": "if60004", "router": true, "port": "if60005"});

    // The port became a router port and ceased to be one.
    assert_eq!(ports.len(), 2);
    assert_eq!(description(&ports[0]), expected);
    let indices = (ports[0].ifindex(), ports[0].bridge().ifindex);
    assert_eq!(indices, (60005, 60004));
}

#[test]
fn a_port_with_a_router_says_for_how_long() {
    let attrs = [
        (MDBA_ROUTER_PATTR_TIMER, &2550u32.to_ne_bytes()[..]),
        (MDBA_ROUTER_PATTR_TYPE, &[1]),
        (MDBA_ROUTER_PATTR_VID, &7u16.to_ne_bytes()),
    ];
    let value = with(&60005u32.to_ne_bytes(), &attrs);
    let port = RouterPort::from_value(BrPortMsg::default(), &value).unwrap();

    let described = description(&port);
    let expected = json!({"timer": 25.5, "type": "temp", "vid": 7});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&described[key], value, "{key}");
    }
}

#[test]
fn a_message_with_an_entry_that_makes_no_sense_keeps_all_as_unknown() {
    let bridge = [7, 0, 0, 0, 100, 234, 0, 0];
    let nest = |kind, value: &[u8]| with(&[], &[(kind, value)]);
    let short = nest(MDBA_MDB_ENTRY, &nest(MDBA_MDB_ENTRY_INFO, &[1, 2, 3, 4]));
    let other = nest(9, &[]);

    for (value, hex) in [
        (&short[..], "0c0001000800010001020304"),
        (&[1, 2, 3], "010203"),
        (&other, "04000900"),
    ] {
        let payload = with(&bridge, &[(MDBA_MDB, value)]);
        let unknown = json!([{"type": 1, "hex": hex}]);
        assert_has(Kind::Mdb, &payload, json!({"unknown": unknown}));
        assert_lacks(Kind::Mdb, &payload, "/mdb");
        assert_eq!(Mdb::from_payload(&payload).unwrap().entries().count(), 0);
    }
}

#[test]
fn a_group_of_an_unknown_protocol_is_told_in_hexadecimal() {
    let mut odd = captured("mdb")[2].to_vec();
    let at = { odd.windows(4) }.position(|bytes| bytes == [239, 1, 1, 1]);
    odd[at.unwrap() + 16] = 0x12;

    let described = described(Kind::Mdb, &odd).unwrap();
    assert_eq!(
        described["mdb"][0]["grp"],
        "ef010101000000000000000000000000"
    );
}

#[test]
fn no_bytes_make_an_entry_or_a_port_panic() {
    assert_told_whatever_the_bytes(captured("mdb"), |payload| {
        let mdb = Mdb::from_payload(payload).ok()?;
        mdb.routers().for_each(|port| drop(description(&port)));
        mdb.entries().for_each(|entry| drop(description(&entry)));
        described(Kind::Mdb, payload)
    });
}
