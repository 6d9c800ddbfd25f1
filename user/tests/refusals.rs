// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Refusals of this machine's own kernel, over rtnetlink: every kernel speaks it and needs no
//! privilege to refuse.

use nlhello::netlink::{
    AttrFormat, AttrSpec, Connection, Errno, Error, MessageSpec, Request, Spec,
};
use nlhello::wire::put_attr;
use std::time::{Duration, Instant};

/// `struct ifinfomsg`, all zeroes.
const IFINFOMSG: [u8; 16] = [0; 16];

static RTNETLINK: Spec = Spec {
    protocol: libc::NETLINK_ROUTE,
    unregistered_hint: "",
    messages: &[MessageSpec {
        nlmsg_type: libc::RTM_GETLINK,
        name: "RTM_GETLINK",
        header: IFINFOMSG.len(),
        attrs: &[
            AttrSpec {
                nla_type: libc::IFLA_IFNAME,
                name: "IFLA_IFNAME",
                format: AttrFormat::String,
            },
            AttrSpec {
                nla_type: libc::IFLA_MTU,
                name: "IFLA_MTU",
                format: AttrFormat::U32,
            },
        ],
    }],
};

/// Returns how the kernel refuses a request of `nlmsg_type` with `payload`.
fn refusal(nlmsg_type: u16, payload: &[u8]) -> Error {
    let mut connection = Connection::open("look", &RTNETLINK).unwrap();
    let mut request = Request::new("look", nlmsg_type, payload.to_vec()).unwrap();
    request.set_seq(7);
    connection.send(&request).unwrap();

    let deadline = Instant::now() + Duration::from_secs(5);
    connection.receive(&request, deadline, None).unwrap_err()
}

fn get_link(attrs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut payload = IFINFOMSG.to_vec();
    for (nla_type, value) in attrs {
        put_attr(&mut payload, *nla_type, value).unwrap();
    }
    payload
}

#[test]
fn the_offset_becomes_the_name_of_the_attribute() {
    let long = [b'x'; 40];
    let (name, mtu) = (
        (libc::IFLA_IFNAME, &b"lo\0"[..]),
        (libc::IFLA_MTU, &b"1"[..]),
    );
    for (attrs, blamed) in [
        (&[mtu][..], "IFLA_MTU"),
        (&[name, mtu], "IFLA_MTU"),
        (
            &[(libc::IFLA_IFNAME, &long), (libc::IFLA_MTU, &[0; 4])],
            "IFLA_IFNAME",
        ),
    ] {
        let error = refusal(libc::RTM_GETLINK, &get_link(attrs));
        assert_eq!(error.op, "look");
        assert_eq!(error.errno, Errno(libc::ERANGE));
        assert_eq!(error.attr.as_deref(), Some(blamed));
        assert!(error.message.contains("policy"), "{error}");
    }
}

#[test]
fn an_attribute_without_a_name_is_blamed_by_number() {
    let error = refusal(
        libc::RTM_GETLINK,
        &get_link(&[(libc::IFLA_NET_NS_PID, b"1")]),
    );

    assert_eq!(
        error.attr,
        Some(format!("attribute {}", libc::IFLA_NET_NS_PID))
    );
}

#[test]
fn the_words_are_the_kernels_own() {
    let error = refusal(libc::RTM_GETNSID, &[0; 4]);

    assert_eq!(
        error.to_string(),
        "look: Peer netns reference is missing (EINVAL)"
    );
}

#[test]
fn a_refusal_without_words_gets_those_of_the_c_library() {
    let unknown_type = refusal(9999, &[0; 4]);
    let no_such_link = refusal(
        libc::RTM_GETLINK,
        &get_link(&[(libc::IFLA_IFNAME, b"nosuch\0")]),
    );

    assert_eq!(
        unknown_type.to_string(),
        "look: Operation not supported (EOPNOTSUPP)"
    );
    assert_eq!(no_such_link.to_string(), "look: No such device (ENODEV)");
}
