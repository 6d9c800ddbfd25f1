// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of Linux 7.3 about the controller itself.

use super::*;
use crate::object::described::{assert_told_whatever_the_bytes, description};
use serde_json::{json, Value as Json};

/// `CTRL_CMD_NEWFAMILY`
const NLCTRL: [u8; 120] = [
    1, 2, 0, 0, // genlmsghdr
    11, 0, 2, 0, 110, 108, 99, 116, 114, 108, 0, 0, // CTRL_ATTR_FAMILY_NAME
    6, 0, 1, 0, 16, 0, 0, 0, // CTRL_ATTR_FAMILY_ID
    8, 0, 3, 0, 2, 0, 0, 0, // CTRL_ATTR_VERSION
    8, 0, 4, 0, 0, 0, 0, 0, // CTRL_ATTR_HDRSIZE
    8, 0, 5, 0, 0, 0, 0, 0, // CTRL_ATTR_MAXATTR
    44, 0, 6, 0, 20, 0, 1, 0, 8, 0, 1, 0, 3, 0, 0, 0, 8, 0, 2, 0, 14, 0, 0, 0, 20, 0, 2, 0, 8, 0,
    1, 0, 10, 0, 0, 0, 8, 0, 2, 0, 12, 0, 0, 0, // CTRL_ATTR_OPS
    28, 0, 7, 0, 24, 0, 1, 0, 8, 0, 2, 0, 16, 0, 0, 0, 11, 0, 1, 0, 110, 111, 116, 105, 102, 121,
    0, 0, // CTRL_ATTR_MCAST_GROUPS
];

/// `genlmsghdr` and `CTRL_ATTR_FAMILY_ID` of each `CTRL_CMD_GETPOLICY`.
const POLICY_HEAD: [u8; 12] = [10, 2, 0, 0, 6, 0, 1, 0, 16, 0, 0, 0];

/// `CTRL_ATTR_OP_POLICY` of the first two of them, `CTRL_ATTR_POLICY` of the others.
const POLICIES: [&[u8]; 7] = [
    &[
        24, 0, 9, 128, 20, 0, 3, 128, 8, 0, 1, 0, 0, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0,
    ],
    &[16, 0, 9, 128, 12, 0, 10, 128, 8, 0, 2, 0, 1, 0, 0, 0],
    &[
        44, 0, 8, 128, 40, 0, 0, 128, 36, 0, 1, 128, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 5,
        0, 255, 255, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0,
    ],
    &[
        28, 0, 8, 128, 24, 0, 0, 128, 20, 0, 2, 128, 8, 0, 7, 0, 15, 0, 0, 0, 8, 0, 1, 0, 12, 0, 0,
        0,
    ],
    &[
        44, 0, 8, 128, 40, 0, 1, 128, 36, 0, 1, 128, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 5,
        0, 255, 255, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0,
    ],
    &[
        28, 0, 8, 128, 24, 0, 1, 128, 20, 0, 2, 128, 8, 0, 7, 0, 15, 0, 0, 0, 8, 0, 1, 0, 12, 0, 0,
        0,
    ],
    &[
        44, 0, 8, 128, 40, 0, 1, 128, 36, 0, 10, 128, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0,
        5, 0, 255, 255, 255, 255, 0, 0, 0, 0, 8, 0, 1, 0, 4, 0, 0, 0,
    ],
];

fn policies() -> &'static [&'static [u8]] {
    let policies = POLICIES.map(|policy| &*[&POLICY_HEAD, policy].concat().leak());
    policies.to_vec().leak()
}

fn describe(payload: &[u8]) -> Option<Json> {
    Family::from_payload(payload)
        .ok()
        .map(|family| description(&family))
}

/// Tells the family and the policy in `payloads`.
fn whole(payloads: &[&[u8]]) -> Json {
    let mut policy = Policy::default();
    for payload in payloads {
        let message = Request::new(GET, GENL_ID_CTRL, payload.to_vec()).unwrap();
        policy.add(&Message::from_bytes(message.bytes()).unwrap());
    }
    description(&Whole {
        family: Family::from_payload(&NLCTRL).unwrap(),
        policy: &policy,
    })
}

#[test]
fn a_family_is_told_with_its_groups_and_operations() {
    let family = json!({
        "family_name": "nlctrl", "family_id": 16, "version": 2, "hdrsize": 0, "maxattr": 0,
        "mcast_groups": [{"name": "notify", "id": 16}],
        "ops": [
            {"id": 3, "flags": ["cmd_cap_do", "cmd_cap_dump", "cmd_cap_haspol"]},
            {"id": 10, "flags": ["cmd_cap_dump", "cmd_cap_haspol"]},
        ],
    });

    assert_eq!(describe(&NLCTRL), Some(family));
}

#[test]
fn a_policy_is_gathered_from_all_messages() {
    let described = whole(policies());

    assert_eq!(
        described["op_policy"],
        json!([{"op": 3, "do": 0, "dump": 0}, {"op": 10, "dump": 1}])
    );
    let first = json!({"policy_idx": 0, "attrs": [
        {"attr": 1, "type": "u16", "min_value_u": 0, "max_value_u": 65535},
        {"attr": 2, "type": "nul_string", "max_length": 15},
    ]});
    assert_eq!(described["policy"][0], first);
    assert_eq!(described["policy"].as_array().unwrap().len(), 2);
}

#[test]
fn no_bytes_make_it_panic() {
    assert_told_whatever_the_bytes(&[&NLCTRL], describe);
    assert_told_whatever_the_bytes(policies(), |payload| Some(whole(&[payload])));
}
