// SPDX-License-Identifier: Apache-2.0 OR MIT

mod captures;
mod hostile;
mod protocols;

use super::*;
use crate::output::buffer::tests::{text, writes};
use crate::output::buffer::HELD;
use nlhello::hello::SPEC;
use nlhello::netlink::Request;
use nlhello::rtnl::change::{LinkChange, LinkKind, Target, Verb};
use nlhello::wire::{put_attr, put_message, put_str, Nlmsghdr};
use serde_json::{json, Value};

const ORIGIN: DatagramOrigin<'_> = DatagramOrigin {
    arrow: ">",
    members: "\"direction\":\"sent\"",
};

fn message(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Vec<u8> {
    let header = Nlmsghdr {
        nlmsg_type,
        nlmsg_flags,
        nlmsg_seq: 1,
        ..Nlmsghdr::default()
    };
    let mut bytes = Vec::new();
    put_message(&mut bytes, header, payload).unwrap();
    bytes
}

fn decoded(form: TraceForm, protocol: i32, datagram: &[u8]) -> String {
    text(|out| {
        let mut decoder = Decoder::new(form);
        decoder.datagram(out, protocol, ORIGIN, datagram).unwrap();
    })
}

fn traced(datagram: &[u8]) -> String {
    decoded(TraceForm::Text, SPEC.protocol, datagram)
}

fn as_json(protocol: i32, datagram: &[u8]) -> Value {
    serde_json::from_str(&decoded(TraceForm::Json, protocol, datagram)).unwrap()
}

#[test]
fn a_hello_is_shown_with_its_attributes() {
    let mut attrs = Vec::new();
    put_str(&mut attrs, 1, b"Hello\x1b").unwrap();
    put_attr(&mut attrs, 2, &[0xab; 40]).unwrap();
    put_attr(&mut attrs, 99, b"").unwrap();
    let bytes = "ab".repeat(32);

    assert_eq!(
        traced(&message(16, 1, &attrs)),
        format!(
            "> nlmsghdr len=76 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST seq=1 pid=0\n    \
             nlattr len=11 type=HELLO_A_TEXT(1) \"Hello\\x1b\"\n    \
             nlattr len=44 type=HELLO_A_DATA(2) {bytes}... (40 bytes)\n    \
             nlattr len=4 type=unknown(99) \n"
        )
    );
}

#[test]
fn a_refusal_is_shown_with_its_request_and_the_kernels_words() {
    let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
    payload.extend(
        Nlmsghdr::from_bytes(&message(16, 5, b""))
            .unwrap()
            .to_bytes(),
    );
    put_str(&mut payload, 1, b"no").unwrap();
    put_attr(&mut payload, 2, &16u32.to_ne_bytes()).unwrap();

    assert_eq!(
        traced(&message(2, 0x300, &payload)),
        "> nlmsghdr len=52 type=NLMSG_ERROR(2) flags=NLM_F_CAPPED|NLM_F_ACK_TLVS seq=1 pid=0\n    \
         nlmsgerr error=-22(EINVAL)\n    \
         nlmsghdr len=16 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST|NLM_F_ACK seq=1 pid=0\n    \
         nlattr len=7 type=NLMSGERR_ATTR_MSG(1) \"no\"\n    \
         nlattr len=8 type=NLMSGERR_ATTR_OFFS(2) 16\n"
    );
}

#[test]
fn a_dump_is_shown_as_one_with_its_numbers_and_its_end() {
    let mut attrs = Vec::new();
    put_attr(&mut attrs, 4, &7u32.to_ne_bytes()).unwrap();
    put_attr(&mut attrs, 5, &(1u64 << 40).to_ne_bytes()).unwrap();
    put_attr(&mut attrs, 6, b"odd").unwrap();
    let messages = [
        message(17, 0x301, b""),
        message(17, 0x12, &attrs),
        message(3, 2, &[0; 4]),
    ];

    assert_eq!(
        traced(&messages.concat()),
        "> nlmsghdr len=16 type=HELLO_CMD_GET_PEER(17) flags=NLM_F_REQUEST|NLM_F_DUMP seq=1 pid=0\n\
         > nlmsghdr len=44 type=HELLO_CMD_GET_PEER(17) flags=NLM_F_MULTI|NLM_F_DUMP_INTR seq=1 pid=0\n    \
         nlattr len=8 type=HELLO_A_PORTID(4) 7\n    \
         nlattr len=12 type=HELLO_A_MESSAGES(5) 1099511627776\n    \
         nlattr len=7 type=HELLO_A_BYTES(6) 6f6464\n\
         > nlmsghdr len=20 type=NLMSG_DONE(3) flags=NLM_F_MULTI seq=1 pid=0\n    \
         error=0\n"
    );
}

#[test]
fn an_event_shows_how_its_object_was_asked_for() {
    let event = message(libc::RTM_NEWROUTE, 0x500, &[0; 12]);
    let text = decoded(TraceForm::Text, libc::NETLINK_ROUTE, &event);

    assert!(
        text.contains("flags=NLM_F_REPLACE|NLM_F_CREATE seq="),
        "{text}"
    );
}

#[test]
fn an_error_that_is_no_error_number_is_shown_as_it_came() {
    let payload = [&5_i32.to_ne_bytes()[..], &[0; 16]].concat();
    let text = traced(&message(2, 0, &payload));

    assert!(text.contains("nlmsgerr error=5(errno -5)\n"), "{text}");
}

#[test]
fn a_datagram_of_many_messages_is_not_held_as_a_whole() {
    for form in [TraceForm::Text, TraceForm::Json] {
        let datagram = message(16, 0, b"").repeat(100_000);
        let writes = writes(|out| {
            let mut decoder = Decoder::new(form);
            decoder
                .datagram(out, SPEC.protocol, ORIGIN, &datagram)
                .unwrap();
        });
        let longest = writes.iter().map(Vec::len).max();
        assert!(longest < Some(HELD + 1024), "{longest:?}");
    }
}

#[test]
fn the_end_of_a_dump_that_failed_is_shown_with_the_kernels_words() {
    let mut payload = (-libc::EIO).to_ne_bytes().to_vec();
    put_str(&mut payload, 1, b"no").unwrap();

    assert_eq!(
        traced(&message(3, 0x202, &payload)),
        "> nlmsghdr len=28 type=NLMSG_DONE(3) flags=NLM_F_MULTI|NLM_F_ACK_TLVS seq=1 pid=0\n    \
         error=-5(EIO)\n    \
         nlattr len=7 type=NLMSGERR_ATTR_MSG(1) \"no\"\n"
    );
}

#[test]
fn half_a_dump_flag_has_its_own_name_and_that_of_another_command_has_none() {
    for (nlmsg_type, flags, shown) in [(17, 0x101, "NLM_F_ROOT"), (19, 0x301, "0x300")] {
        let line = traced(&message(nlmsg_type, flags, b""));
        let shown = format!("flags=NLM_F_REQUEST|{shown} ");
        assert!(line.contains(&shown), "{line}");
    }
}

#[test]
fn classic_hello_is_shown_as_the_text_that_it_is() {
    assert_eq!(
        traced(&message(3, 0, b"Hello from kernel\0")),
        "> nlmsghdr len=34 type=NLMSG_DONE(3) flags=0 seq=1 pid=0\n    \
         \"Hello from kernel\"\n"
    );
}

fn add_veth() -> Request {
    let kind = LinkKind::Veth { peer: Some(b"b") };
    let link = LinkChange {
        kind: Some(kind),
        ..LinkChange::new(Target::Name(b"a"))
    };

    link.request(Verb::Add).unwrap()
}

#[test]
fn the_attributes_of_a_nest_are_shown_below_it() {
    let request = add_veth();
    let shown = decoded(TraceForm::Text, libc::NETLINK_ROUTE, request.bytes());
    let (_, rest) = shown.split_once('\n').unwrap();

    assert_eq!(
        rest,
        "    ifinfomsg ifi_family=AF_UNSPEC(0) ifi_type=0 ifi_index=0 ifi_flags=0 ifi_change=0\n    \
         nlattr len=6 type=IFLA_IFNAME(3) \"a\"\n    \
         nlattr len=48 type=IFLA_LINKINFO(18)\n        \
         nlattr len=9 type=IFLA_INFO_KIND(1) \"veth\"\n        \
         nlattr len=32 type=IFLA_INFO_DATA(2)\n            \
         nlattr len=28 type=VETH_INFO_PEER(1) ifinfomsg ifi_family=AF_UNSPEC(0) ifi_type=0 \
         ifi_index=0 ifi_flags=0 ifi_change=0\n                \
         nlattr len=6 type=IFLA_IFNAME(3) \"b\"\n"
    );
}

#[test]
fn json_has_the_same_as_an_object_a_line() {
    let request = add_veth();
    let written = as_json(libc::NETLINK_ROUTE, request.bytes());
    let header = json!({"ifi_family": "AF_UNSPEC", "ifi_type": 0, "ifi_index": 0, "ifi_flags": [], "ifi_change": 0});

    assert_eq!(written["direction"], "sent");
    assert_eq!(written["nlmsghdr"]["type"], "RTM_NEWLINK");
    assert_eq!(written["ifinfomsg"], header);
    assert_eq!(
        written["attrs"],
        json!([
            {"type": "IFLA_IFNAME", "nla_type": 3, "nla_len": 6, "value": "a"},
            {"type": "IFLA_LINKINFO", "nla_type": 18, "nla_len": 48, "attrs": [
                {"type": "IFLA_INFO_KIND", "nla_type": 1, "nla_len": 9, "value": "veth"},
                {"type": "IFLA_INFO_DATA", "nla_type": 2, "nla_len": 32, "attrs": [
                    {"type": "VETH_INFO_PEER", "nla_type": 1, "nla_len": 28, "ifinfomsg": header, "attrs": [
                        {"type": "IFLA_IFNAME", "nla_type": 3, "nla_len": 6, "value": "b"},
                    ]},
                ]},
            ]},
        ])
    );
}

/// A route to 10.0.0.0/8 by two next hops, as the kernel tells of it.
fn multipath() -> Vec<u8> {
    let mut attrs = vec![2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    put_attr(&mut attrs, 1, &[10, 0, 0, 0]).unwrap();
    put_attr(&mut attrs, 15, &254u32.to_ne_bytes()).unwrap();
    let mut hops = Vec::new();
    for index in [2u8, 3] {
        hops.extend([16, 0, 4, 0, index, 0, 0, 0]);
        put_attr(&mut hops, 5, &[192, 0, 2, index]).unwrap();
    }
    put_attr(&mut attrs, 9, &hops).unwrap();
    attrs
}

#[test]
fn the_same_bytes_are_something_else_beside_another_kind() {
    let qdisc = |kind: &[u8]| {
        let mut payload = vec![0; 20];
        put_str(&mut payload, 1, kind).unwrap();
        put_attr(&mut payload, 2, &1000_u32.to_ne_bytes()).unwrap();
        message(36, 0, &payload)
    };
    let mut decoder = Decoder::new(TraceForm::Text);
    let mut shown = |kind| text(|out| decoder.datagram(out, 0, ORIGIN, &qdisc(kind)).unwrap());

    assert!(shown(b"pfifo").contains("TCA_OPTIONS(2) limit=1000\n"));
    assert!(shown(b"other").contains("TCA_OPTIONS(2) e8030000\n"));
    assert!(shown(b"pfifo").contains("TCA_OPTIONS(2) limit=1000\n"));
}

#[test]
fn links_have_the_names_that_were_received() {
    let mut link = vec![0; 16];
    link[4] = 2;
    put_str(&mut link, 3, b"eth0\x1b").unwrap();
    let datagram = [message(16, 0, &link), message(24, 0, &multipath())].concat();
    let shown = decoded(TraceForm::Text, libc::NETLINK_ROUTE, &datagram);
    let (_, route) = shown.split_once("type=RTM_NEWROUTE").unwrap();
    let (_, route) = route.split_once('\n').unwrap();

    assert_eq!(
        route,
        "    rtmsg rtm_family=AF_INET(2) rtm_dst_len=8 rtm_src_len=0 rtm_tos=0 rtm_table=RT_TABLE_MAIN(254) \
         rtm_protocol=RTPROT_BOOT(3) rtm_scope=RT_SCOPE_UNIVERSE(0) rtm_type=RTN_UNICAST(1) rtm_flags=0\n    \
         nlattr len=8 type=RTA_DST(1) 10.0.0.0\n    \
         nlattr len=8 type=RTA_TABLE(15) RT_TABLE_MAIN(254)\n    \
         nlattr len=36 type=RTA_MULTIPATH(9)\n        \
         - rtnexthop rtnh_len=16 rtnh_flags=RTNH_F_ONLINK rtnh_hops=0 rtnh_ifindex=eth0\\x1b(2)\n            \
         nlattr len=8 type=RTA_GATEWAY(5) 192.0.2.2\n        \
         - rtnexthop rtnh_len=16 rtnh_flags=RTNH_F_ONLINK rtnh_hops=0 rtnh_ifindex=3\n            \
         nlattr len=8 type=RTA_GATEWAY(5) 192.0.2.3\n"
    );
}

#[test]
fn a_link_of_another_namespace_gives_no_name_to_the_number_here() {
    let link = |name: &[u8], netnsid: &[u8]| {
        let mut payload = vec![0; 16];
        payload[4] = 2;
        put_attr(&mut payload, 46, netnsid).unwrap();
        put_str(&mut payload, 3, name).unwrap();
        message(16, 0, &payload)
    };
    let here = {
        let mut payload = vec![0; 16];
        payload[4] = 2;
        put_str(&mut payload, 3, b"eth0").unwrap();
        message(16, 0, &payload)
    };
    let route = message(24, 0, &multipath());
    let datagram = [here, link(b"other", &[0; 4]), route].concat();
    let shown = decoded(TraceForm::Text, libc::NETLINK_ROUTE, &datagram);

    assert!(shown.contains("rtnh_ifindex=eth0(2)"), "{shown}");
}

#[test]
fn the_index_of_a_peer_in_another_namespace_has_no_name_of_this_one() {
    let link = |index: u8, name: &[u8], netnsid: Option<[u8; 4]>| {
        let mut payload = vec![0; 16];
        payload[4] = index;
        put_str(&mut payload, 3, name).unwrap();
        put_attr(&mut payload, 5, &2u32.to_ne_bytes()).unwrap();
        put_attr(&mut payload, 10, &2u32.to_ne_bytes()).unwrap();
        if let Some(netnsid) = netnsid {
            put_attr(&mut payload, 37, &netnsid).unwrap();
        }
        message(16, 0, &payload)
    };
    let neigh = {
        let mut payload = vec![7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];
        put_attr(&mut payload, 8, &2u32.to_ne_bytes()).unwrap();
        put_attr(&mut payload, 10, &[0; 4]).unwrap();
        message(28, 0, &payload)
    };
    for form in [TraceForm::Text, TraceForm::Json] {
        let mut decoder = Decoder::new(form);
        let mut shown = |bytes: &[u8]| text(|out| decoder.datagram(out, 0, ORIGIN, bytes).unwrap());
        // Told again and again, as what is remembered is.
        for _ in 0..3 {
            let own = shown(&link(2, b"eth0", None));
            let other = shown(&link(3, b"veth0", Some([0; 4])));
            let neigh = shown(&neigh);
            match form {
                TraceForm::Json => assert!(other.contains(r#""nla_len":8,"value":2}"#), "{other}"),
                _ => {
                    assert!(own.contains("IFLA_LINK(5) eth0(2)\n"), "{own}");
                    assert!(other.contains("IFLA_LINK(5) 2\n"), "{other}");
                    assert!(other.contains("IFLA_MASTER(10) eth0(2)\n"), "{other}");
                    assert!(neigh.contains("ndm_ifindex=eth0(2)"), "{neigh}");
                    assert!(neigh.contains("NDA_IFINDEX(8) 2\n"), "{neigh}");
                }
            }
        }
    }
}

/// Returns the controller's message about the family `name`, whose number is `id`.
fn family(name: &[u8], id: u16) -> Vec<u8> {
    let mut payload = vec![1, 2, 0, 0];
    put_attr(&mut payload, 1, &id.to_ne_bytes()).unwrap();
    put_str(&mut payload, 2, name).unwrap();
    message(16, 0, &payload)
}

#[test]
fn families_are_known_once_the_controller_has_told_of_them() {
    let mut payload = vec![1, 1, 0, 0];
    put_attr(&mut payload, 1, &7u32.to_ne_bytes()).unwrap();
    let ask = message(23, 1, &payload);
    let generic = |datagram: &[u8]| decoded(TraceForm::Text, libc::NETLINK_GENERIC, datagram);
    let shown = generic(&[family(b"netdev", 23), ask.clone()].concat());

    assert!(shown.contains("type=nlctrl(16)"), "{shown}");
    assert!(
        shown.contains("genlmsghdr cmd=CTRL_CMD_NEWFAMILY(1) version=2\n"),
        "{shown}"
    );
    assert!(
        shown.contains("type=CTRL_ATTR_FAMILY_NAME(2) \"netdev\"\n"),
        "{shown}"
    );
    assert!(shown.contains("type=netdev(23)"), "{shown}");
    assert!(
        shown.contains("genlmsghdr cmd=NETDEV_CMD_DEV_GET(1) version=1\n"),
        "{shown}"
    );
    assert!(
        shown.contains("type=NETDEV_A_DEV_IFINDEX(1) 7\n"),
        "{shown}"
    );
    assert!(generic(&ask)
        .contains("    genlmsghdr cmd=1 version=1\n    nlattr len=8 type=unknown(1) 07000000\n"));
}

#[test]
fn the_policy_of_a_refused_attribute_is_shown() {
    let mut payload = (-libc::ERANGE).to_ne_bytes().to_vec();
    payload.extend(&message(16, 5, b"")[..16]);
    let mut policy = Vec::new();
    put_attr(&mut policy, 1, &4u32.to_ne_bytes()).unwrap();
    put_attr(&mut policy, 5, &9u64.to_ne_bytes()).unwrap();
    put_attr(&mut payload, 4, &policy).unwrap();
    let shown = decoded(
        TraceForm::Text,
        libc::NETLINK_ROUTE,
        &message(2, 0x300, &payload),
    );
    let (_, rest) = shown.split_once("nlattr").unwrap();

    assert_eq!(
        rest,
        " len=24 type=NLMSGERR_ATTR_POLICY(4)\n        \
         nlattr len=8 type=NL_POLICY_TYPE_ATTR_TYPE(1) NL_ATTR_TYPE_U32(4)\n        \
         nlattr len=12 type=NL_POLICY_TYPE_ATTR_MAX_VALUE_U(5) 9\n"
    );
}

#[test]
fn the_upper_flags_are_those_of_what_a_request_does() {
    for (nlmsg_type, flags, shown) in [
        (16, 0x601, "NLM_F_CREATE|0x200"),
        (16, 0x401, "NLM_F_CREATE"),
        (17, 0x101, "NLM_F_NONREC"),
        (18, 0x301, "NLM_F_DUMP"),
    ] {
        let line = decoded(
            TraceForm::Text,
            libc::NETLINK_ROUTE,
            &message(nlmsg_type, flags, &[0; 16]),
        );
        let shown = shown.replace("NLM_F_CREATE|0x200", "NLM_F_EXCL|NLM_F_CREATE");
        assert!(
            line.contains(&format!("flags=NLM_F_REQUEST|{shown} ")),
            "{line}"
        );
    }
}

#[test]
fn broken_bytes_are_named_not_hidden() {
    assert_eq!(traced(b"short"), "> header is truncated: 73686f7274\n");
    assert_eq!(
        traced(&message(16, 0x401, b"\x01\0\x01\0")),
        "> nlmsghdr len=20 type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST|0x400 seq=1 pid=0\n    \
         length field does not fit the bytes: 01000100\n"
    );
}

#[test]
fn color_is_used_only_when_asked_for() {
    let done = message(3, 0, b"");

    assert!(decoded(TraceForm::Color, 31, &done).starts_with("\x1b[1m"));
    assert!(!traced(&done).contains('\x1b'));
}

#[test]
fn on_a_terminal_values_stand_below_each_other() {
    let request = add_veth();
    let shown = decoded(TraceForm::Color, libc::NETLINK_ROUTE, request.bytes());
    let plain = without_color(&shown);
    let places: Vec<_> = plain
        .lines()
        .filter(|line| line.starts_with("    nlattr"))
        .filter_map(|line| line.find(['"', '\u{0}']))
        .collect();

    assert!(shown.contains("\x1b[36mIFLA_IFNAME\x1b[0m"), "{shown}");
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{plain}");
}

fn without_color(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        out.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    out + rest
}
