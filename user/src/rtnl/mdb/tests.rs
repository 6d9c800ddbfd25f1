// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::object::described::{assert_told_whatever_the_bytes, description, payloads};
use crate::wire::put_attr;
use serde_json::{json, Value as Json};

const CAPTURE: &[u8] = include_bytes!("../../../tests/fixtures/mdb.bin");

fn tell(payload: &[u8]) -> Option<Json> {
    Mdb::from_payload(payload).ok().map(|it| description(&it))
}

/// Returns the entries of the whole capture.
fn all_entries() -> Vec<MdbEntry<'static>> {
    payloads(CAPTURE)
        .iter()
        .flat_map(|payload| Mdb::from_payload(payload).unwrap().entries())
        .collect()
}

/// Returns what the first of the entries for `group`, and from `source`, says.
fn entry(group: &str, source: Option<&str>) -> Json {
    all_entries()
        .iter()
        .map(description)
        .find(|told| told["grp"] == group && told.get("src") == source.map(Json::from).as_ref())
        .unwrap_or_else(|| panic!("{group} is not there"))
}

#[test]
fn an_entry_is_told_as_bridge_does() {
    assert_eq!(
        entry("239.1.1.1", None),
        json!({
            "index": 60004, "dev": "if60004", "port": "if60005", "grp": "239.1.1.1",
            "state": "permanent", "flags": [], "vid": 1, "filter_mode": "exclude",
            "protocol": "static", "timer": 0.0,
        })
    );
    assert_eq!(
        entry("239.1.1.2", Some("192.0.2.1")),
        json!({
            "index": 60004, "dev": "if60004", "port": "if60005", "grp": "239.1.1.2",
            "src": "192.0.2.1", "state": "permanent", "flags": [], "vid": 1,
            "filter_mode": "include", "protocol": "bgp", "timer": 0.0,
        })
    );
}

#[test]
fn the_senders_that_are_left_out_are_told_and_have_entries_of_their_own() {
    let mut group = entry("ff0e::1", None);
    let timer = group.as_object_mut().unwrap().remove("timer").unwrap();
    let blocked = entry("ff0e::1", Some("2001:db8::1"));

    assert!(timer.as_f64().unwrap() > 250.0, "{timer}");
    assert_eq!(
        group,
        json!({
            "index": 60004, "dev": "if60004", "port": "if60005", "grp": "ff0e::1",
            "state": "temp", "flags": [], "vid": 1, "filter_mode": "exclude",
            "source_list": [
                {"address": "2001:db8::2", "timer": 0.0},
                {"address": "2001:db8::1", "timer": 0.0},
            ],
            "protocol": "static",
        })
    );
    assert_eq!(blocked["flags"], json!(["blocked"]));
}

#[test]
fn groups_of_the_link_layer_and_of_the_host_are_told() {
    let link_layer = entry("03:00:00:00:00:01", None);
    let host = entry("ff0e::2", None);

    assert_eq!(link_layer["protocol"], "static");
    assert_eq!(
        (&host["port"], &host["dev"]),
        (&json!("if60004"), &json!("if60004"))
    );
}

#[test]
fn an_entry_of_a_vxlan_has_its_other_end() {
    assert_eq!(
        entry("239.1.1.3", None),
        json!({
            "index": 60006, "dev": "if60006", "port": "if60006", "grp": "239.1.1.3",
            "state": "permanent", "flags": [], "filter_mode": "exclude", "protocol": "static",
            "dst": "198.51.100.1", "dst_port": 1234, "vni": 20, "via": "if60001", "timer": 0.0,
        })
    );
    let six = entry("ff0e::3", Some("2001:db8::1"));
    assert_eq!((&six["dst"], six.get("via")), (&json!("2001:db8::9"), None));
}

#[test]
fn a_message_is_told_with_all_that_it_has() {
    let told: Vec<_> = payloads(CAPTURE).iter().map(|one| tell(one)).collect();
    let port = json!({"index": 60004, "dev": "if60004", "router": [{"port": "if60005"}]});
    let mut in_message = entry("239.1.1.1", None);
    for key in ["index", "dev"] {
        in_message.as_object_mut().unwrap().remove(key);
    }
    let message = json!({"index": 60004, "dev": "if60004", "mdb": [in_message]});

    assert!(told.contains(&Some(port)), "{told:#?}");
    assert!(told.contains(&Some(message)), "{told:#?}");
}

#[test]
fn a_port_with_a_router_is_told_alone() {
    let ports: Vec<_> = payloads(CAPTURE)
        .iter()
        .flat_map(|payload| Mdb::from_payload(payload).unwrap().routers())
        .collect();
    let expected = json!({"index": 60004, "dev": "if60004", "router": true, "port": "if60005"});

    // The port became a router port and ceased to be one.
    assert_eq!(ports.len(), 2);
    assert_eq!(description(&ports[0]), expected);
    assert_eq!(
        (ports[0].ifindex(), ports[0].bridge().ifindex),
        (60005, 60004)
    );
}

#[test]
fn a_port_with_a_router_says_for_how_long() {
    let mut value = 60005u32.to_ne_bytes().to_vec();
    put_attr(&mut value, 1, &2550u32.to_ne_bytes()).unwrap();
    put_attr(&mut value, 2, &[1]).unwrap();
    put_attr(&mut value, 5, &7u16.to_ne_bytes()).unwrap();
    let told = description(&RouterPort::from_value(BrPortMsg::default(), &value).unwrap());

    assert_eq!(
        (&told["timer"], &told["type"], &told["vid"]),
        (&json!(25.5), &json!("temp"), &json!(7))
    );
}

#[test]
fn entries_are_read() {
    let all = all_entries();
    let group = |text: &str| Group::Ip(text.parse().unwrap());
    let find = |group| {
        all.iter()
            .find(|entry| entry.header().group == group)
            .unwrap()
    };

    let with_source = find(group("239.1.1.2"));
    assert_eq!(with_source.source(), "192.0.2.1".parse().ok());
    assert_eq!(
        (with_source.header().vid, with_source.header().ifindex),
        (1, 60005)
    );
    let remote = find(group("239.1.1.3"));
    assert_eq!(remote.dst(), "198.51.100.1".parse().ok());
    assert_eq!(remote.bridge().ifindex, 60006);
    find(Group::Mac([3, 0, 0, 0, 0, 1]));
}

#[test]
fn a_message_with_an_entry_that_makes_no_sense_keeps_all_as_unknown() {
    // MDBA_MDB, MDBA_MDB_ENTRY, MDBA_MDB_ENTRY_INFO with 4 bytes.
    let short = [
        7, 0, 0, 0, 100, 234, 0, 0, 16, 0, 1, 0, 12, 0, 1, 0, 8, 0, 1, 0, 1, 2, 3, 4,
    ];
    let told = tell(&short).unwrap();

    assert_eq!(
        told["unknown"],
        json!([{"type": 1, "hex": "0c0001000800010001020304"}])
    );
    assert_eq!(told.get("mdb"), None);
    assert_eq!(Mdb::from_payload(&short).unwrap().entries().count(), 0);
}

#[test]
fn what_is_no_entry_is_not_left_out_in_silence() {
    // MDBA_MDB with one byte too few for an attribute, and with one of another type.
    for bad in [[7, 0, 1, 0, 1, 2, 3, 0], [8, 0, 1, 0, 4, 0, 9, 0]] {
        let payload = [&[7, 0, 0, 0, 100, 234, 0, 0], &bad[..]].concat();
        let told = tell(&payload).unwrap();

        assert_eq!(told["unknown"].as_array().unwrap().len(), 1, "{told}");
        assert_eq!(told.get("mdb"), None);
    }
}

#[test]
fn a_group_of_an_unknown_protocol_is_told_in_hexadecimal() {
    let mut odd = payloads(CAPTURE)[2].to_vec();
    let at = odd
        .windows(4)
        .position(|bytes| bytes == [239, 1, 1, 1])
        .unwrap();
    odd[at + 16] = 0x12;
    let told = tell(&odd).unwrap();

    assert_eq!(told["mdb"][0]["grp"], "ef010101000000000000000000000000");
}

#[test]
fn no_bytes_make_it_panic() {
    assert_told_whatever_the_bytes(payloads(CAPTURE), tell);
    assert_told_whatever_the_bytes(payloads(CAPTURE), |payload| {
        let mdb = Mdb::from_payload(payload).ok()?;
        mdb.routers().for_each(|port| drop(description(&port)));
        mdb.entries().for_each(|entry| drop(description(&entry)));
        tell(payload)
    });
}
