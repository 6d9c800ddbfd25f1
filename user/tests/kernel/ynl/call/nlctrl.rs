// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlctrl.yaml`: generic netlink about itself.

use super::*;

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let twins = Twins::make(&[]);
    let mut clients = twins.ask("nlctrl");

    let all = clients.dump("getfamily", json!({}));
    assert!(names(&all, "family-name").contains(&"nlctrl"), "{all}");
    let family = clients.get("getfamily", json!({"family-name": "nlctrl"}));
    assert_eq!(family["family-id"], 16);
    assert!(family["mcast-groups"].is_array(), "{family}");
    assert_eq!(clients.get("getfamily", json!({"family-id": 16})), family);
    let netdev = clients.get("getfamily", json!({"family-name": "netdev"}));
    assert!(netdev["ops"].is_array(), "{netdev}");

    let policy = clients.dump("getpolicy", json!({"family-name": "nlctrl"}));
    assert!(
        policy[0]["op-policy"].is_object() || policy[0]["op-policy"].is_array(),
        "{policy}"
    );
    clients.dump("getpolicy", json!({"family-name": "netdev"}));
    clients.dump("getpolicy", json!({"family-id": 16, "op": 10}));

    let refusal = clients.refused("getfamily", &[], json!({"family-name": "nonesuch"}));
    assert_eq!(refusal.errno, i64::from(libc::ENOENT));
    let refusal = clients.refused("getfamily", &[], json!({}));
    assert_eq!(refusal.errno, i64::from(libc::EINVAL));
    let refusal = clients.refused("getfamily", &[], json!({"family-name": "n".repeat(16)}));
    assert_eq!(refusal.attr.as_deref(), Some("family-name"));
}
