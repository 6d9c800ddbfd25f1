// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `ethtool.yaml`: a generic family whose requests have a header of their own and sets of bits in nests. Test kernels that are built here have no
//! ethtool over netlink, Debian's has.

use super::*;

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let twins = Twins::make(&[
        "link add one type veth peer two",
        "link set one up",
        "link set two up",
    ]);
    let mut clients = twins.ask("ethtool");
    let one = json!({"dev-name": "one"});

    let strings = clients.get("strset-get", json!({"header": one}));
    let ifindex = twins.ifindex("one");
    assert_eq!(strings["header"]["dev-index"], ifindex, "{strings}");
    let links = clients.dump("linkinfo-get", json!({}));
    assert!(links.is_array());
    let features = clients.dump("features-get", json!({}));
    assert!(
        with(
            &features,
            "header",
            json!({"dev-index": ifindex, "dev-name": "one"})
        )["hw"]["bits"]["bit"]
            .is_array(),
        "{features}"
    );
    clients.get("features-get", json!({"header": one}));
    let wanted = json!([{"name": "tx-scatter-gather", "value": true}, {"name": "rx-gro"}]);
    let set = json!({"header": one, "wanted": {"bits": {"bit": wanted}}});
    let changed = clients.get("features-set", set);
    assert!(changed.is_object(), "{changed}");
    let compact = json!({"dev-name": "one", "flags": ["compact-bitsets"]});
    let compact = clients.get("features-get", json!({"header": compact}));
    assert!(compact["hw"]["value"].is_string(), "{compact}");
    clients.dump("tsinfo-get", json!({}));
    let states = clients.dump("linkstate-get", json!({}));
    assert!(
        states
            .as_array()
            .unwrap()
            .iter()
            .any(|state| state["link"] == 1),
        "{states}"
    );
    clients.dump("linkmodes-get", json!({}));
    clients.get("channels-get", json!({"header": {"dev-index": ifindex}}));

    let nobody = json!({"header": {"dev-name": "nope"}});
    let refusal = clients.refused("features-get", &[], nobody);
    assert_eq!(refusal.attr.as_deref(), Some("header.dev-name"));
    assert_eq!(refusal.message.as_deref(), Some("no device matches name"));
    let refusal = clients.refused("features-get", &[], json!({}));
    assert_eq!(refusal.attr.as_deref(), Some("header"));
    let unknown = json!({"bits": {"bit": [{"name": "nonesuch", "value": true}]}});
    let refusal = clients.refused(
        "features-set",
        &[],
        json!({"header": one, "wanted": unknown}),
    );
    assert_eq!(refusal.attr.as_deref(), Some("wanted.bits.bit.name"));
}
