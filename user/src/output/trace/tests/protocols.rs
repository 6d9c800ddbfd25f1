// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Protocols whose messages are not as those of rtnetlink are: what a number means depends on a family, on
//! a flag, or on what was asked.

use super::{as_json, decoded, message, Decoder, TraceForm, ORIGIN};
use crate::output::buffer::tests::text;
use nlhello::wire::put_attr;
use serde_json::{json, Value};

const REQUEST: u16 = 0x01;
const DUMP: u16 = 0x301;

/// `SOCK_DIAG_BY_FAMILY`.
const SOCKETS: u16 = 20;

fn be16(number: u16) -> [u8; 2] {
    number.to_be_bytes()
}

/// An IPv4 address in 16 bytes.
fn padded(address: [u8; 4]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&address);
    bytes
}

/// `struct inet_diag_sockid`: 192.0.2.1:22 to 198.51.100.7:4711.
fn sockid() -> Vec<u8> {
    let mut id = [be16(22), be16(4711)].concat();
    id.extend(padded([192, 0, 2, 1]));
    id.extend(padded([198, 51, 100, 7]));
    id.extend([0; 12]);
    id
}

/// A question for IPv4 sockets of `protocol`, with `attrs`.
fn ask_inet(protocol: u8, attrs: &[u8]) -> Vec<u8> {
    let mut request = vec![2, protocol, 0x02, 0];
    request.extend(2u32.to_ne_bytes());
    request.extend(sockid());
    request.extend(attrs);
    message(SOCKETS, DUMP, &request)
}

/// An answer to it: an established connection with `INET_DIAG_INFO` and `INET_DIAG_CONG`.
fn answer_inet() -> Vec<u8> {
    let mut answer = vec![2, 1, 0, 0];
    answer.extend(sockid());
    answer.extend([0; 20]);
    put_attr(&mut answer, 2, &[1, 0, 3, 0, 0, 0, 0, 0, 200, 0, 0, 0]).unwrap();
    put_attr(&mut answer, 4, b"cubic\0").unwrap();
    message(SOCKETS, 2, &answer)
}

fn sockets(datagrams: &[Vec<u8>]) -> Vec<Value> {
    let text = decoded(
        TraceForm::Json,
        libc::NETLINK_SOCK_DIAG,
        &datagrams.concat(),
    );

    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_question_for_sockets_is_shown_by_its_family() {
    let asked = as_json(libc::NETLINK_SOCK_DIAG, &ask_inet(6, b""));

    assert_eq!(asked["nlmsghdr"]["type"], "SOCK_DIAG_BY_FAMILY");
    assert_eq!(
        asked["nlmsghdr"]["nlmsg_flags"],
        json!(["NLM_F_REQUEST", "NLM_F_DUMP"])
    );
    let header = &asked["inet_diag_req_v2"];
    assert_eq!(header["sdiag_family"], "AF_INET");
    assert_eq!(header["sdiag_protocol"], "IPPROTO_TCP");
    assert_eq!(header["idiag_states"], json!(["TCP_ESTABLISHED"]));
    assert_eq!(header["id"]["idiag_src"], "192.0.2.1");
    assert_eq!(header["id"]["idiag_dport"], 4711);

    let unix = as_json(libc::NETLINK_SOCK_DIAG, &message(SOCKETS, DUMP, &[1; 24]));
    assert_eq!(unix["unix_diag_req"]["sdiag_family"], "AF_UNIX");
    let nobodys = as_json(
        libc::NETLINK_SOCK_DIAG,
        &message(SOCKETS, DUMP, &[30, 1, 2, 3]),
    );
    assert_eq!(nobodys["nlmsghdr"]["type"], "SOCK_DIAG_BY_FAMILY");
    assert_eq!(nobodys["hex"], "1e010203");
}

#[test]
fn counters_of_a_socket_are_those_of_the_protocol_that_was_asked_for() {
    let written = sockets(&[ask_inet(6, b""), answer_inet()]);
    let info = &written[1]["attrs"][0];
    assert_eq!(
        written[1]["inet_diag_msg"]["idiag_state"],
        "TCP_ESTABLISHED"
    );
    assert_eq!(
        written[1]["inet_diag_msg"]["id"]["idiag_dst"],
        "198.51.100.7"
    );
    assert_eq!(info["value"]["tcpi_retransmits"], 3);
    assert_eq!(written[1]["attrs"][1]["value"], "cubic");

    // IPPROTO_MPTCP does not fit into the header: it is 6 in there.
    let mut mptcp = Vec::new();
    put_attr(&mut mptcp, 3, &262u32.to_ne_bytes()).unwrap();
    let others = [
        vec![ask_inet(132, b""), answer_inet()],
        vec![ask_inet(6, &mptcp), answer_inet()],
        vec![answer_inet()],
    ];
    for datagrams in others {
        let written = sockets(&datagrams);
        let info = &written.last().unwrap()["attrs"][0];
        assert_eq!(info["type"], "INET_DIAG_INFO");
        assert_eq!(info["hex"], "0100030000000000c8000000");
    }
}

#[test]
fn a_netlink_socket_is_shown_with_its_groups_and_memory() {
    let mut answer = vec![16, 3, 0, 7];
    answer.extend(4711u32.to_ne_bytes());
    answer.extend([0; 20]);
    let memory: Vec<u8> = (0..9u32).flat_map(u32::to_ne_bytes).collect();
    put_attr(&mut answer, 1, &0x8000_0001u32.to_ne_bytes()).unwrap();
    put_attr(&mut answer, 0, &memory).unwrap();
    put_attr(&mut answer, 4, &0x22u32.to_ne_bytes()).unwrap();
    let written = as_json(libc::NETLINK_SOCK_DIAG, &message(SOCKETS, 2, &answer));

    assert_eq!(written["netlink_diag_msg"]["ndiag_type"], "SOCK_RAW");
    assert_eq!(
        written["netlink_diag_msg"]["ndiag_protocol"],
        "NETLINK_ROUTE"
    );
    assert_eq!(written["netlink_diag_msg"]["ndiag_portid"], 4711);
    assert_eq!(
        written["attrs"],
        json!([
            {"type": "NETLINK_DIAG_GROUPS", "nla_type": 1, "nla_len": 8, "value": [2147483649u32]},
            {"type": "NETLINK_DIAG_MEMINFO", "nla_type": 0, "nla_len": 40, "value": {
                "RMEM_ALLOC": 0, "RCVBUF": 1, "WMEM_ALLOC": 2, "SNDBUF": 3, "FWD_ALLOC": 4, "WMEM_QUEUED": 5,
                "OPTMEM": 6, "BACKLOG": 7, "DROPS": 8,
            }},
            {"type": "NETLINK_DIAG_FLAGS", "nla_type": 4, "nla_len": 8,
             "value": ["NDIAG_FLAG_PKTINFO", "NDIAG_FLAG_CAP_ACK"]},
        ])
    );
}

/// `struct xfrm_selector` of `family`, from 10.0.0.0 (or a00::) on.
fn selector(family: u16) -> Vec<u8> {
    let mut selector = padded([10, 0, 0, 0]).to_vec();
    selector.extend(padded([10, 0, 0, 1]));
    selector.extend([0; 8]);
    selector.extend(family.to_ne_bytes());
    selector.extend([8, 32, 17, 0, 0, 0]);
    selector.extend([0; 8]);
    selector
}

/// `struct xfrm_usersa_info` of an IPv4 tunnel, whose selector is of `inner`.
fn usersa(inner: u16) -> Vec<u8> {
    let mut sa = selector(inner);
    sa.extend(padded([192, 0, 2, 1]));
    sa.extend(0x1234u32.to_be_bytes());
    sa.extend([50, 0, 0, 0]);
    sa.extend(padded([192, 0, 2, 2]));
    sa.resize(sa.len().next_multiple_of(8), 0);
    sa.extend([0; 64 + 32 + 12 + 4]);
    sa.extend(7u32.to_ne_bytes());
    sa.extend(2u16.to_ne_bytes());
    sa.extend([1, 32, 0x20, 0, 0, 0]);
    sa.resize(sa.len().next_multiple_of(8), 0);
    sa
}

#[test]
fn addresses_of_a_security_association_are_of_the_family_around_them() {
    for (inner, daddr) in [(2, "10.0.0.0"), (10, "a00::"), (0, "10.0.0.0")] {
        let mut sa = usersa(inner);
        put_attr(&mut sa, 14, &padded([192, 0, 2, 9])).unwrap();
        let written = as_json(libc::NETLINK_XFRM, &message(0x10, REQUEST, &sa));
        let info = &written["xfrm_usersa_info"];

        assert_eq!(written["nlmsghdr"]["type"], "XFRM_MSG_NEWSA");
        assert_eq!(info["sel"]["daddr"], daddr);
        assert_eq!(info["id"]["daddr"], "192.0.2.1");
        assert_eq!(info["id"]["spi"], 0x1234);
        assert_eq!(info["id"]["proto"], "IPPROTO_ESP");
        assert_eq!(info["saddr"], "192.0.2.2");
        assert_eq!(info["reqid"], 7);
        assert_eq!(info["mode"], "XFRM_MODE_TUNNEL");
        assert_eq!(info["flags"], json!(["XFRM_STATE_AF_UNSPEC"]));
        assert_eq!(written["attrs"][0]["type"], "XFRMA_COADDR");
        assert_eq!(written["attrs"][0]["value"], "192.0.2.9");
    }
}

#[test]
fn an_address_is_shown_anew_if_the_family_is_another_one_than_in_the_last_message() {
    let [v4, v6] = [2u16, 10].map(|family| {
        let mut sa = usersa(0);
        sa[212..214].copy_from_slice(&family.to_ne_bytes());
        put_attr(&mut sa, 14, &padded([192, 0, 2, 9])).unwrap();
        message(0x10, REQUEST, &sa)
    });
    let mut decoder = Decoder::new(TraceForm::Text);
    for bytes in [&v4, &v6, &v4] {
        let shown = text(|out| {
            let protocol = libc::NETLINK_XFRM;
            decoder.datagram(out, protocol, ORIGIN, bytes).unwrap();
        });
        assert_eq!(shown, decoded(TraceForm::Text, libc::NETLINK_XFRM, bytes));
    }
}

#[test]
fn a_dump_of_security_associations_has_attributes_and_no_header() {
    let mut attrs = Vec::new();
    put_attr(&mut attrs, 25, &[50]).unwrap();
    let written = as_json(libc::NETLINK_XFRM, &message(0x12, DUMP, &attrs));

    assert_eq!(written["nlmsghdr"]["type"], "XFRM_MSG_GETSA");
    assert_eq!(
        written["attrs"],
        json!([{"type": "XFRMA_PROTO", "nla_type": 25, "nla_len": 5, "value": "IPPROTO_ESP"}])
    );
    let mut one = padded([192, 0, 2, 1]).to_vec();
    one.extend([0, 0, 0x12, 0x34]);
    one.extend(2u16.to_ne_bytes());
    one.extend([50, 0]);
    let written = as_json(libc::NETLINK_XFRM, &message(0x12, REQUEST, &one));
    assert_eq!(written["xfrm_usersa_id"]["daddr"], "192.0.2.1");
}

#[test]
fn data_center_bridging_is_shown_with_its_tables() {
    let mut payload = vec![0, 21, 0, 0];
    put_attr(&mut payload, 1, b"eth0\0").unwrap();
    let mut apps = Vec::new();
    put_attr(&mut apps, 1, &[5, 3, 46, 0]).unwrap();
    let mut ieee = Vec::new();
    put_attr(&mut ieee, 3, &apps).unwrap();
    put_attr(&mut payload, 13, &ieee).unwrap();
    let written = as_json(libc::NETLINK_ROUTE, &message(78, 0, &payload));

    assert_eq!(written["nlmsghdr"]["type"], "RTM_GETDCB");
    assert_eq!(written["dcbmsg"]["cmd"], "DCB_CMD_IEEE_GET");
    assert_eq!(written["attrs"][0]["value"], "eth0");
    let table = &written["attrs"][1]["attrs"][0];
    assert_eq!(table["type"], "DCB_ATTR_IEEE_APP_TABLE");
    assert_eq!(
        table["attrs"][0]["value"]["selector"],
        "IEEE_8021QAZ_APP_SEL_DSCP"
    );
}

#[test]
fn what_the_audit_system_says_is_text_or_a_struct() {
    let audit = |nlmsg_type, flags, payload: &[u8]| {
        as_json(libc::NETLINK_AUDIT, &message(nlmsg_type, flags, payload))
    };
    let syscall = audit(1300, 0, b"audit(1.2:3): arch=c000003e\x1b");
    assert_eq!(syscall["nlmsghdr"]["type"], "AUDIT_SYSCALL");
    assert_eq!(syscall["text"], "audit(1.2:3): arch=c000003e\u{1b}");
    // Programs have numbers of their own.
    assert_eq!(audit(1112, 1, b"op=login\0")["text"], "op=login");
    assert_eq!(audit(1000, 5, b"").get("text"), None);

    // The kernel leaves the header out of the length of a record for the daemon.
    let mut record = message(1300, 0, b"audit(1.2:3): arch=c000003e");
    let len = record.len() as u32 - 16;
    record[..4].copy_from_slice(&len.to_ne_bytes());
    let shown = as_json(libc::NETLINK_AUDIT, &record);
    assert_eq!(shown["text"], "audit(1.2:3): arch=c000003e");
    assert_eq!(shown["nlmsghdr"]["nlmsg_len"], record.len());

    let status = audit(1000, 0, &[1u32, 1, 2].map(u32::to_ne_bytes).concat());
    assert_eq!(
        status["audit_status"]["mask"],
        json!(["AUDIT_STATUS_ENABLED"])
    );
    assert_eq!(status["audit_status"]["failure"], "AUDIT_FAIL_PANIC");
    assert_eq!(status["audit_status"].get("pid"), None);

    let mut rule = vec![0; 4 * (3 + 4 * 64)];
    rule[0] = 4;
    rule.extend(4u32.to_ne_bytes());
    rule.extend(b"/etc");
    let rule = audit(1013, 2, &rule);
    assert_eq!(rule["audit_rule_data"]["flags"], "AUDIT_FILTER_EXIT");
    assert_eq!(rule["audit_rule_data"]["buf"], "/etc");
    assert_eq!(rule.get("attrs"), None);
}
