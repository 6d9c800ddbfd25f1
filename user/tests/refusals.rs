// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dumps and refusals of this machine's own kernel, over rtnetlink: every kernel speaks it and needs
//! no privilege to refuse.

use nlhello::netlink::{
    AttrFormat, AttrSpec, Connection, Errno, Error, MessageSpec, Request, Spec,
};
use nlhello::wire::{put_attr, Message};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// `struct ifinfomsg`, all zeroes.
const IFINFOMSG: [u8; 16] = [0; 16];

static RTNETLINK: Spec = Spec {
    protocol: libc::NETLINK_ROUTE,
    unregistered_hint: "",
    messages: &[MessageSpec {
        nlmsg_type: libc::RTM_GETLINK,
        name: "RTM_GETLINK",
        header: IFINFOMSG.len(),
        is_get: true,
        attr_prefix: "",
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

    connection.ask(&mut request, PATIENCE).unwrap_err()
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

/// Returns the index and the name of an `RTM_NEWLINK`.
fn link(message: &Message<'_>) -> Result<(i32, Vec<u8>), Error> {
    assert_eq!(message.header().nlmsg_type, libc::RTM_NEWLINK);
    let index = message.payload()[4..8].try_into().unwrap();
    let name = message
        .attrs(IFINFOMSG.len())
        .flatten()
        .find(|attr| attr.kind() == libc::IFLA_IFNAME)
        .map(|attr| attr.str().unwrap().to_vec());
    Ok((i32::from_ne_bytes(index), name.unwrap()))
}

fn dump(nlmsg_type: u16, payload: &[u8]) -> Result<Vec<(i32, Vec<u8>)>, Error> {
    let mut connection = Connection::open("look", &RTNETLINK).unwrap();
    let request = Request::dump("look", nlmsg_type, payload.to_vec()).unwrap();

    connection
        .dump(&request, PATIENCE, link)
        .map(|dump| dump.entries)
}

#[test]
fn a_dump_has_every_link() {
    let mut found: Vec<_> = dump(libc::RTM_GETLINK, &IFINFOMSG)
        .unwrap()
        .into_iter()
        .map(|(_, name)| String::from_utf8(name).unwrap())
        .collect();
    let mut expected: Vec<_> = std::fs::read_to_string("/proc/net/dev")
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim().to_owned())
        .collect();

    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn dumps_follow_one_another_on_a_connection() {
    let mut connection = Connection::open("look", &RTNETLINK).unwrap();
    for _ in 0..100 {
        let request = Request::dump("look", libc::RTM_GETLINK, IFINFOMSG.to_vec()).unwrap();
        let dump = connection.dump(&request, PATIENCE, link).unwrap();
        assert!(dump.entries.contains(&(1, b"lo".to_vec())));
    }
}

#[test]
fn a_dump_that_is_refused_is_an_error_in_the_kernels_words() {
    let error = dump(9999, &IFINFOMSG).unwrap_err();

    assert_eq!(error.errno, Errno(libc::EOPNOTSUPP));
}

#[test]
fn one_answer_is_all_that_a_question_gets() {
    let mut connection = Connection::open("look", &RTNETLINK).unwrap();
    let mut request = Request::new(
        "look",
        libc::RTM_GETLINK,
        get_link(&[(libc::IFLA_IFNAME, b"lo\0")]),
    )
    .unwrap();

    for seq in 1..=3 {
        let (message, time) = connection.ask(&mut request, PATIENCE).unwrap();
        assert_eq!(link(&message), Ok((1, b"lo".to_vec())));
        assert_eq!(message.header().nlmsg_seq, seq);
        assert!(time < PATIENCE);
    }
}

#[test]
fn a_change_ends_with_the_kernels_word() {
    let mut connection = Connection::open("touch", &RTNETLINK).unwrap();
    // A message of no known type below RTM_BASE changes nothing and gets an ACK.
    let noop = libc::NLMSG_NOOP as u16;
    let mut done = Request::change("touch", noop, Vec::new()).unwrap();
    assert_eq!(connection.change(&mut done, PATIENCE), Ok(()));

    let mut refused = Request::change("touch", 9999, vec![0; 4]).unwrap();
    let error = connection.change(&mut refused, PATIENCE).unwrap_err();
    assert_eq!(error.errno, Errno(libc::EOPNOTSUPP));
}

#[test]
fn a_change_that_nobody_confirms_ends_in_a_timeout() {
    let mut connection = Connection::open("touch", &RTNETLINK).unwrap();
    let noop = libc::NLMSG_NOOP as u16;
    let mut request = Request::new("touch", noop, Vec::new()).unwrap();
    let error = connection
        .change(&mut request, Duration::from_millis(30))
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "touch: no reply within 0.03 s (ETIMEDOUT)"
    );
}
