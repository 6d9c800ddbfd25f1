// SPDX-License-Identifier: Apache-2.0 OR MIT

use crate::rtnl::captures::{assert_has, capture, changed};
use crate::rtnl::Kind;
use serde_json::json;

/// Next hops: an address, a blackhole, a tunnel, a group, one of forwarding databases, a resilient one.
fn next_hops() -> [&'static [u8]; 6] {
    capture("nexthop-ip")
}

#[test]
fn weights_have_two_bytes_if_the_kernel_says_so() {
    let [.., group, _, _] = next_hops();
    // `NHA_OP_FLAGS` is the last attribute.
    let narrow = &group[..group.len() - 8];

    for (hop, weight) in [(group, 300), (narrow, 44)] {
        let members = json!([{"id": 1, "weight": 5}, {"id": 2, "weight": weight}]);
        assert_has(Kind::Nexthop, hop, json!({"group": members}));
    }
}

#[test]
fn a_member_that_is_cut_short_makes_the_group_unknown() {
    let [.., group, _, _] = next_hops();
    let unknown = json!([{"type": 2, "hex": "0100000004000000020000002b0100"}]);

    let cut = changed(group, &[(24, 19)]);
    assert_has(Kind::Nexthop, &cut, json!({"unknown": unknown}));
}
