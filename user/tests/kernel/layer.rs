// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Other families on the module's netlink layer, which use what the hello family does not need.

#[path = "../../../kmod/tests/pair/uapi.rs"]
mod pair;
#[path = "../../../kmod/tests/probe/uapi.rs"]
pub mod uapi;

use crate::lab::*;
use neli::consts::socket::NlFamily;
use neli::socket::NlSocket;
use neli::utils::Groups;
use nlhello::netlink::{ExtAck, Socket};
use nlhello::wire::{
    nla_total_size, Attrs, NLA_F_NESTED, NLA_HDRLEN, NLMSG_HDRLEN, NLM_F_ACK, NLM_F_DUMP,
    NLM_F_DUMP_FILTERED, NLM_F_ECHO, NLM_F_REQUEST,
};
use pair::{NETLINK_FIRST, NETLINK_SECOND};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};
use uapi::*;

const NESTED_ITEM: u16 = PROBE_A_ITEM | NLA_F_NESTED;
const NESTED_SIZE: u16 = PROBE_ITEM_SIZE | NLA_F_NESTED;

impl Loaded {
    pub fn probe() -> (Self, Peer) {
        (Self::load("probe"), Peer::of(NETLINK_PROBE))
    }
}

#[test]
fn the_family_in_the_docs_of_the_layer_does_what_they_say() {
    let _module = Loaded::load("echo");
    let peer = Peer::of(29);
    let request = |payload: &[u8]| message(header(16, NLM_F_REQUEST, 7), payload);

    let attributes = attrs(&[(1, b"as it is in the docs\0")]);
    let answers = peer.exchange(&request(&attributes));
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(
        (answers[0].header.nlmsg_type, answers[0].header.nlmsg_seq),
        (16, 7)
    );
    assert_eq!(answers[0].payload, attributes);

    let long = attrs(&[(1, &[[b'x'; 101].as_slice(), b"\0"].concat())]);
    let answers = peer.exchange(&request(&long));
    let (errno, ext_ack) = answers[0].ack();
    assert_eq!(errno, libc::ERANGE);
    assert_eq!(ext_ack.message, Some(b"too long (limit 100)".as_slice()));
    assert!(ext_ack.policy.is_some());
}

#[test]
fn a_family_that_refuses_a_network_namespace_is_not_loaded_and_has_had_no_user() {
    let blue = Netns::add("blue");
    let output = Loaded::try_load("single").err().expect("it is loaded");
    let words = stderr(&output);
    assert!(words.contains("No space left on device"), "{words}");
    assert_eq!(single_errno(), Some(libc::EPROTONOSUPPORT));

    // The state that there was before the refusal is gone.
    drop(blue);
    let _module = load_single();
    assert_eq!(single_errno(), None);
}

#[test]
fn a_network_namespace_that_the_family_refuses_does_not_come_and_the_others_are_served() {
    let _module = load_single();
    assert!(Netns::try_add("blue").is_none());

    assert_eq!(single_errno(), None);
    let peer = Peer::of(NETLINK_SINGLE);
    let unknown = message(header(16, NLM_F_REQUEST, 1), b"");
    assert_eq!(peer.exchange(&unknown)[0].ack().0, libc::EOPNOTSUPP);
}

/// The protocol of the family that has one state.
const NETLINK_SINGLE: u32 = 28;

/// Loads it, when the network namespaces of the tests before are gone.
fn load_single() -> Loaded {
    wait_for("other namespaces go", || Loaded::try_load("single").ok())
}

/// Returns with which errno opening a socket of it fails.
fn single_errno() -> Option<i32> {
    let error = Socket::open(NETLINK_SINGLE as i32).err()?;
    error.raw_os_error()
}

#[test]
fn a_family_of_the_first_network_namespace_is_in_no_other() {
    let early = Netns::add("early");
    let _module = Loaded::load("pair");
    let late = Netns::add("late");
    let peer = Peer::of(NETLINK_FIRST);
    let get = message(header(16, NLM_F_REQUEST, 1), b"");
    let counts = |[joined, left, closed]: [u32; 3]| {
        attrs(&[
            (1, &joined.to_ne_bytes()),
            (2, &left.to_ne_bytes()),
            (3, &closed.to_ne_bytes()),
        ])
    };

    for netns in [&early, &late] {
        let elsewhere = Peer::of_in(NETLINK_FIRST, netns.name);
        let error = elsewhere.try_send(&get).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
        // Also one that the family does not have.
        for group in [1, 2] {
            let error = elsewhere.join(group).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
        }
    }
    // Commands of another family are not counted here.
    assert_eq!(peer.exchange(&get)[0].payload, counts([0, 0, 0]));

    let listener = Peer::of(NETLINK_FIRST);
    listener.join(1).unwrap();
    assert_eq!(peer.exchange(&get)[0].payload, counts([1, 0, 0]));
    drop(listener);
    assert_eq!(peer.exchange(&get)[0].payload, counts([1, 1, 1]));
}

#[test]
fn families_of_one_module_have_nothing_but_that_in_common() {
    let module = Loaded::load("pair");
    let blue = Netns::add("blue");
    let first = Peer::of(NETLINK_FIRST);
    let (second, there) = (
        Peer::of(NETLINK_SECOND),
        Peer::of_in(NETLINK_SECOND, blue.name),
    );
    let request = message(header(16, NLM_F_REQUEST, 1), b"");

    for count in 0..3_u32 {
        for peer in [&second, &there] {
            let answers = peer.exchange(&request);
            assert_eq!(answers[0].payload, attrs(&[(1, &count.to_ne_bytes())]));
        }
        let answers = first.exchange(&request);
        assert_eq!(answers[0].payload.len(), 3 * nla_total_size(4));
    }
    // The first family alone has a group.
    first.join(1).unwrap();
    let error = second.join(1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));

    // A socket of either holds the module.
    for socket in [first, second] {
        assert!(!run(Command::new("rmmod").arg("pair")).status.success());
        drop(socket);
    }
    drop((there, module));
}

#[test]
fn a_family_whose_protocol_is_taken_is_left_out_of_its_module() {
    let echo = Loaded::load("echo");
    let module = Loaded::load("pair");
    let text = attrs(&[(1, b"still there\0")]);
    let request = |payload: &[u8]| message(header(16, NLM_F_REQUEST, 1), payload);

    assert_eq!(Peer::of(NETLINK_FIRST).exchange(&request(b"")).len(), 1);
    let peer = Peer::of(NETLINK_SECOND);
    assert_eq!(peer.exchange(&request(&text))[0].payload, text);
    let log = dmesg();
    let words = format!("pair: netlink protocol {NETLINK_SECOND} is left out: error -16");
    assert!(log.lines().any(|line| line == words), "{log}");

    // The sockets of the protocol hold the other module.
    drop(module);
    assert_eq!(peer.exchange(&request(&text))[0].payload, text);
    drop((peer, echo));
}

#[test]
fn nests_come_back_as_they_went() {
    let (_module, peer) = Loaded::probe();
    for nest in [
        id(1),
        [id(2), name(b"name\0")].concat(),
        [id(3), size()].concat(),
        [id(4), name(b"\0"), size()].concat(),
    ] {
        let sent = attrs(&[(NESTED_ITEM, &nest)]);
        let answer = only_answer(&peer, &item_request(0, &sent));
        assert_eq!(answer.header.nlmsg_type, PROBE_CMD_ITEM);
        assert_eq!(answer.payload, sent);
    }
}

#[test]
fn a_dump_and_a_notification_carry_nests() {
    let (_module, peer) = Loaded::probe();
    let dump = message(header(PROBE_CMD_ITEM, NLM_F_REQUEST | NLM_F_DUMP, 1), b"");
    let types: Vec<_> = peer.dump(&dump, 1 << 16);
    let types: Vec<_> = types.iter().map(|h| (h.nlmsg_type, h.nlmsg_len)).collect();
    // A header, a nest, a number and "item".
    let entry = (PROBE_CMD_ITEM, 16 + 4 + 8 + 12);
    assert_eq!(types[..3], [entry; 3]);
    assert_eq!(types.len(), 4);

    let sent = attrs(&[(NESTED_ITEM, &[id(4), size()].concat())]);
    let answers = peer.exchange(&item_request(NLM_F_ECHO, &sent));
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| (answer.header.nlmsg_type, answer.payload.clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (PROBE_CMD_ITEM, sent.clone()),
            (PROBE_CMD_ITEM_NTF, sent.clone())
        ]
    );
}

#[test]
fn a_dump_that_is_refused_at_its_start_is_refused_like_any_request() {
    let (_module, peer) = Loaded::probe();
    let request = numbers(3, &[(PROBE_A_SIZE, PROBE_SIZE_MAX + 1)]);
    let answer = only_answer(&peer, &request);
    let expected = ExtAck {
        message: Some(b"entries would be too large"),
        offset: Some((NLMSG_HDRLEN + nla_total_size(4)) as u32),
        ..ExtAck::default()
    };

    assert_eq!(answer.ack(), (libc::ERANGE, expected));
}

/// How many numbers without bytes fill a buffer: a header and two attributes take 28 bytes.
const FULL: u32 = (PROBE_SIZE_MAX + 100) / 28;

#[test]
fn what_a_dump_fails_with_or_warns_of_arrives_in_its_last_message() {
    let (_module, peer) = Loaded::probe();
    let text = |message: &'static str| ExtAck {
        message: Some(message.as_bytes()),
        ..ExtAck::default()
    };

    for (option, errno, said) in [
        ((PROBE_A_FAIL, 0), 0, ExtAck::default()),
        ((PROBE_A_FAIL, 1), libc::EIO, text("the numbers end here")),
        (
            (PROBE_A_WARN, PROBE_WARN_START),
            0,
            text("this may take a while"),
        ),
        ((PROBE_A_WARN, PROBE_WARN_END), 0, text("these were all")),
    ] {
        // Counts: none, some, as many as leave no room behind the last one, and many more.
        for count in [0, 1, 100]
            .into_iter()
            .chain(FULL - 10..FULL + 10)
            .chain([5000])
        {
            let messages = peer.dump_whole(&numbers(count, &[option]), 1 << 16);
            let (done, entries) = messages.split_last().unwrap();

            assert_eq!(entries.len(), count as usize);
            assert_eq!(done.done(), (errno, said), "{count} {option:?}");
        }
    }
    assert_served(&peer);
}

#[test]
fn a_dump_that_leaves_out_entries_says_so_in_each_message() {
    let (_module, peer) = Loaded::probe();
    for (is_odd, count, flag) in [(0, 5000, 0), (1, 2500, NLM_F_DUMP_FILTERED)] {
        let headers = peer.dump(&numbers(5000, &[(PROBE_A_ODD, is_odd)]), 1 << 16);

        assert_eq!(headers.len(), count + 1);
        assert!(headers
            .iter()
            .all(|header| header.nlmsg_flags & NLM_F_DUMP_FILTERED == flag));
    }
}

#[test]
fn entries_larger_than_a_page_arrive_whole() {
    let (_module, peer) = Loaded::probe();
    for size in [5000, PROBE_SIZE_MAX] {
        let messages = peer.dump_whole(&numbers(3, &[(PROBE_A_SIZE, size)]), 1 << 16);
        let (done, entries) = messages.split_last().unwrap();
        let zeroes = vec![0; size as usize];
        let expected = [0, 1, 2].map(|number: u32| {
            attrs(&[
                (PROBE_A_COUNT, &number.to_ne_bytes()),
                (PROBE_A_BYTES, &zeroes),
            ])
        });

        assert!(entries
            .iter()
            .map(|entry| &entry.payload)
            .eq(expected.iter()));
        assert_eq!(done.done(), (0, ExtAck::default()));
    }
}

/// `PROBE_CMD_NUMBERS` for those below `count`, with these numbers as attributes.
fn numbers(count: u32, options: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> = [(PROBE_A_COUNT, count)]
        .iter()
        .chain(options)
        .flat_map(|(nla_type, number)| attrs(&[(*nla_type, &number.to_ne_bytes())]))
        .collect();
    let header = header(PROBE_CMD_NUMBERS, NLM_F_REQUEST | NLM_F_DUMP, 1);

    message(header, &payload)
}

#[test]
fn a_nest_without_its_flag_is_refused() {
    let (_module, peer) = Loaded::probe();
    let sent = attrs(&[(PROBE_A_ITEM, &id(1))]);
    assert_refused(&peer, &sent, libc::EINVAL, "NLA_F_NESTED is missing", 0);

    let inside = attrs(&[(PROBE_ITEM_SIZE, &width_and_height())]);
    let sent = attrs(&[(NESTED_ITEM, &[id(1), inside].concat())]);
    let offset = NLA_HDRLEN + nla_total_size(4);
    assert_refused(
        &peer,
        &sent,
        libc::EINVAL,
        "NLA_F_NESTED is missing",
        offset,
    );
}

#[test]
fn any_other_flag_in_the_type_of_an_attribute_is_refused() {
    const NET_BYTEORDER: u16 = 1 << 14;
    let (_module, peer) = Loaded::probe();
    let words = "unexpected flag in nla_type";
    let sent = attrs(&[(NESTED_ITEM | NET_BYTEORDER, &id(1))]);
    assert_refused(&peer, &sent, libc::EINVAL, words, 0);

    for flag in [NLA_F_NESTED, NET_BYTEORDER] {
        let inside = attrs(&[(PROBE_ITEM_ID | flag, &[0; 4])]);
        let sent = attrs(&[(NESTED_ITEM, &inside)]);
        assert_refused(&peer, &sent, libc::EINVAL, words, NLA_HDRLEN);
    }
}

#[test]
fn what_is_wrong_inside_a_nest_is_refused_where_it_is() {
    let (_module, peer) = Loaded::probe();
    let behind_id = NLA_HDRLEN + nla_total_size(4);
    let number = "number does not have 4 bytes";
    let too_long = name(&[vec![b'x'; PROBE_NAME_MAX as usize + 1], vec![0]].concat());
    let mut overrun = name(b"name\0");
    overrun[0] += 4;

    for (inside, errno, words, offset) in [
        (
            attrs(&[(PROBE_ITEM_ID, b"x")]),
            libc::EINVAL,
            number,
            NLA_HDRLEN,
        ),
        (
            [id(1), attrs(&[(9, b"")])].concat(),
            libc::EINVAL,
            "unknown attribute",
            behind_id,
        ),
        (
            [id(1), id(1)].concat(),
            libc::EINVAL,
            "attribute is given twice",
            NLA_HDRLEN,
        ),
        (
            [id(1), too_long].concat(),
            libc::ERANGE,
            "too long (limit 8)",
            behind_id,
        ),
        (
            [id(1), vec![0; 2]].concat(),
            libc::EINVAL,
            "bytes after the last attribute",
            behind_id,
        ),
        (
            [id(1), overrun].concat(),
            libc::EINVAL,
            "nla_len does not fit the message",
            behind_id,
        ),
    ] {
        let sent = attrs(&[(NESTED_ITEM, &inside)]);
        assert_refused(&peer, &sent, errno, words, offset);
    }

    let height = attrs(&[(PROBE_SIZE_WIDTH, &[0; 4]), (PROBE_SIZE_HEIGHT, &[0; 8])]);
    let inside = [id(1), attrs(&[(NESTED_SIZE, &height)])].concat();
    let sent = attrs(&[(NESTED_ITEM, &inside)]);
    let offset = behind_id + NLA_HDRLEN + nla_total_size(4);
    assert_refused(&peer, &sent, libc::EINVAL, number, offset);
}

#[test]
fn what_is_missing_is_named_with_the_nest_that_it_is_missing_from() {
    let (_module, peer) = Loaded::probe();
    let request = NLMSG_HDRLEN;
    let inner = request + NLA_HDRLEN + nla_total_size(4);
    let width = attrs(&[(PROBE_SIZE_WIDTH, &[0; 4])]);
    let without_height = [id(1), attrs(&[(NESTED_SIZE, &width)])].concat();
    let unnamed = attrs(&[(PROBE_ITEM_ID, &[0; 4])]);

    for (sent, miss_type, miss_nest) in [
        (vec![], PROBE_A_ITEM, None),
        (attrs(&[(NESTED_ITEM, b"")]), PROBE_ITEM_ID, Some(request)),
        (
            attrs(&[(NESTED_ITEM, &without_height)]),
            PROBE_SIZE_HEIGHT,
            Some(inner),
        ),
        // The missing name is found by the handler, not by the policy.
        (
            attrs(&[(NESTED_ITEM, &unnamed)]),
            PROBE_ITEM_NAME,
            Some(request),
        ),
    ] {
        let answer = only_answer(&peer, &item_request(0, &sent));
        let expected = ExtAck {
            message: Some(b"required attribute is missing"),
            miss_type: Some(miss_type.into()),
            miss_nest: miss_nest.map(|offset| offset as u32),
            ..ExtAck::default()
        };
        assert_eq!(answer.ack(), (libc::EINVAL, expected));
    }
}

#[test]
fn nests_a_hundred_deep_and_more_are_refused_where_the_policy_ends() {
    let (_module, peer) = Loaded::probe();
    for depth in [100, 4000] {
        // Each holds an item where its policy ends.
        let deep = (0..depth).fold(vec![], |inside, _| attrs(&[(NESTED_SIZE, &inside)]));
        let sent = attrs(&[(NESTED_ITEM, &[id(1), deep].concat())]);
        // PROBE_ITEM_SIZE in a PROBE_ITEM_SIZE is 3, and unknown there.
        let offset = NLA_HDRLEN + nla_total_size(4) + NLA_HDRLEN;
        assert_refused(&peer, &sent, libc::EINVAL, "unknown attribute", offset);
    }
}

#[test]
fn a_message_with_a_nest_that_its_length_cannot_count_is_not_made() {
    let (_module, peer) = Loaded::probe();
    let answer = only_answer(
        &peer,
        &message(header(PROBE_CMD_LONG_NEST, NLM_F_REQUEST, 1), b""),
    );

    let errno = (libc::EMSGSIZE as u32).to_ne_bytes();
    assert_eq!(answer.payload, attrs(&[(PROBE_A_ANSWER, &errno)]));
}

#[test]
fn a_warning_arrives_with_the_ack() {
    let (_module, peer) = Loaded::probe();
    let warn = |flags| message(header(PROBE_CMD_WARN, NLM_F_REQUEST | flags, 1), b"");
    let answer = only_answer(&peer, &warn(NLM_F_ACK));
    let expected = ExtAck {
        message: Some(b"done, but do not do it again"),
        ..ExtAck::default()
    };
    assert_eq!(answer.ack(), (0, expected));

    assert_eq!(peer.exchange(&warn(0)), []);
}

#[test]
fn a_capability_is_asked_for_in_the_network_namespace_or_over_the_whole_machine() {
    let (_module, peer) = Loaded::probe();
    const CAP_NET_ADMIN: u32 = 12;
    let cap = attrs(&[(PROBE_A_CAP, &CAP_NET_ADMIN.to_ne_bytes())]);
    let request = message(header(PROBE_CMD_IS_CAPABLE, NLM_F_REQUEST, 1), &cap);
    assert_eq!(only_answer(&peer, &request).payload, capable([1, 1]));

    let program = "/tmp/ask";
    std::fs::copy(test_program("ask"), program).unwrap();
    let ask = [program.to_owned(), NETLINK_PROBE.to_string(), hex(&request)];
    let own_namespace = ["unshare", "--map-root-user", "--net"].map(str::to_owned);
    for (command, is_capable) in [
        (ask.to_vec(), [0, 0]),
        ([own_namespace.as_slice(), &ask].concat(), [1, 0]),
    ] {
        let output = as_nobody(&command);
        assert_eq!(
            stdout(&output).trim(),
            hex(&capable(is_capable)),
            "{output:?}"
        );
    }
    assert_served(&peer);
}

/// The answer to `PROBE_CMD_IS_CAPABLE`: in the network namespace, and everywhere.
fn capable([here, everywhere]: [u32; 2]) -> Vec<u8> {
    attrs(&[
        (PROBE_A_ANSWER, &here.to_ne_bytes()),
        (PROBE_A_EVERYWHERE, &everywhere.to_ne_bytes()),
    ])
}

#[test]
fn who_sent_a_request_is_known_as_the_owner_of_the_network_namespace_numbers_users() {
    let (_module, peer) = Loaded::probe();
    let request = message(header(PROBE_CMD_GET_CREDS, NLM_F_REQUEST, 1), b"");
    let ids = |pid: u32, id: u32| {
        attrs(&[
            (PROBE_A_PID, &pid.to_ne_bytes()),
            (PROBE_A_UID, &id.to_ne_bytes()),
            (PROBE_A_GID, &id.to_ne_bytes()),
        ])
    };
    assert_eq!(
        only_answer(&peer, &request).payload,
        ids(std::process::id(), 0)
    );

    let program = "/tmp/ask";
    std::fs::copy(test_program("ask"), program).unwrap();
    let ask = [program.to_owned(), NETLINK_PROBE.to_string(), hex(&request)];
    let own_namespace = ["unshare", "--map-root-user", "--net"].map(str::to_owned);
    let ends_with_ids = |command: &[String], id| {
        let ids = hex(&ids(0, id)[8..]);
        let output = as_nobody(command);
        assert!(stdout(&output).trim().ends_with(&ids), "{output:?}");
    };
    ends_with_ids(&ask, NOBODY);
    ends_with_ids(&[own_namespace.as_slice(), &ask].concat(), 0);
}

#[test]
fn the_process_that_sent_a_request_has_its_number_in_the_first_pid_namespace() {
    let (_module, _peer) = Loaded::probe();
    let request = message(header(PROBE_CMD_GET_CREDS, NLM_F_REQUEST, 1), b"");
    // The first word in there is the process's number in the namespace that mounted /proc.
    let script = "read pid rest </proc/self/stat; echo $pid $$; exec \"$@\"";
    let output = run(Command::new("unshare")
        .args(["--fork", "--pid", "sh", "-c", script, "sh"])
        .arg(test_program("ask"))
        .args([NETLINK_PROBE.to_string(), hex(&request)]));
    let said = stdout(&output);
    let [pid, in_namespace, answer] = said.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{output:?}");
    };
    let pid: u32 = pid.parse().unwrap();

    assert_eq!(in_namespace, "1");
    assert_ne!(pid, 1);
    let attr = hex(&attrs(&[(PROBE_A_PID, &pid.to_ne_bytes())]));
    assert!(answer.starts_with(&attr), "{output:?}");
}

#[test]
fn nobody_has_a_capability_that_there_is_not() {
    let (_module, peer) = Loaded::probe();
    const CAP_LAST_CAP: u32 = 40;
    for (cap, is_capable) in [(CAP_LAST_CAP, 1), (CAP_LAST_CAP + 1, 0), (u32::MAX, 0)] {
        let cap = attrs(&[(PROBE_A_CAP, &cap.to_ne_bytes())]);
        let request = message(header(PROBE_CMD_IS_CAPABLE, NLM_F_REQUEST, 1), &cap);
        let answer = capable([is_capable; 2]);
        assert_eq!(only_answer(&peer, &request).payload, answer);
    }
}

#[test]
fn a_group_that_the_family_does_not_have_gets_no_notification() {
    let (_module, peer) = Loaded::probe();
    let notify = |flags, group: u32| {
        let group = attrs(&[(PROBE_A_GROUP, &group.to_ne_bytes())]);
        let request = message(header(PROBE_CMD_NOTIFY, NLM_F_REQUEST | flags, 1), &group);
        peer.exchange(&request)
    };
    let answer = |errno: i32, has_receivers: u32| {
        attrs(&[
            (PROBE_A_ANSWER, &errno.to_ne_bytes()),
            (PROBE_A_HAS_RECEIVERS, &has_receivers.to_ne_bytes()),
        ])
    };

    for group in [
        0,
        PROBE_GROUP_CLOSED + 1,
        32,
        PROBE_GROUP_CLOSINGS + 1,
        u32::MAX,
    ] {
        for flags in [0, NLM_F_ECHO] {
            let answers = notify(flags, group);
            assert_eq!(answers.len(), 1, "{answers:?}");
            assert_eq!(answers[0].payload, answer(libc::EINVAL, 0), "{group}");
        }
    }
    assert_eq!(notify(0, PROBE_GROUP_OPEN)[0].payload, answer(0, 0));
    // The notification is there first: the family sends it before its answer.
    let answers = notify(NLM_F_ECHO, PROBE_GROUP_OPEN);
    assert_eq!(answers[0].header.nlmsg_type, PROBE_CMD_ITEM_NTF);
    assert_eq!(answers[1].payload, answer(0, 1));
}

#[test]
fn the_family_is_asked_before_a_socket_joins_a_group_and_notified_when_it_leaves() {
    let (_module, peer) = Loaded::probe();
    let socket = NlSocket::connect(NlFamily::from(NETLINK_PROBE as i32), None, Groups::empty());
    let socket = socket.unwrap();
    let open = || Groups::new_groups(&[PROBE_GROUP_OPEN]);

    socket.add_mcast_membership(open()).unwrap();
    assert_eq!(members(&peer), (1, 0));
    socket.drop_mcast_membership(open()).unwrap();
    assert_eq!(members(&peer), (1, 1));
    socket.add_mcast_membership(open()).unwrap();
    drop(socket);
    assert_eq!(members(&peer), (2, 2));
}

#[test]
fn a_group_that_the_family_refuses_is_not_joined() {
    let (_module, peer) = Loaded::probe();
    let listener = Peer::of(NETLINK_PROBE);

    for (group, errno) in [
        (PROBE_GROUP_CLOSED, libc::EBUSY),
        // The family has none of these.
        (PROBE_GROUP_CLOSED + 1, libc::EINVAL),
        (32, libc::EINVAL),
        (PROBE_GROUP_CLOSINGS + 1, libc::EINVAL),
    ] {
        let error = listener.join(group).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(errno), "{group}");
    }
    listener.join(PROBE_GROUP_CLOSINGS).unwrap();
    assert_served(&peer);
}

#[test]
fn groups_that_were_joined_are_left_when_one_of_them_is_refused() {
    let (_module, peer) = Loaded::probe();
    let open = 1 << (PROBE_GROUP_OPEN - 1);
    let closed = 1 << (PROBE_GROUP_CLOSED - 1);

    for (groups, words, expected) in [
        (open, "done\n", (1, 1)),
        (open | closed, "Device or resource busy\n", (2, 2)),
        (closed, "Device or resource busy\n", (2, 2)),
        (0, "done\n", (2, 2)),
    ] {
        let output = run(Command::new(test_program("members"))
            .args([NETLINK_PROBE.to_string(), groups.to_string()]));
        assert_eq!(stdout(&output), words);
        assert_eq!(members(&peer), expected, "{groups}");
    }
}

#[test]
fn who_has_no_right_to_join_is_refused_before_the_family_is_asked() {
    let (_module, peer) = Loaded::probe();
    let program = "/tmp/members";
    std::fs::copy(test_program("members"), program).unwrap();
    let output = as_nobody(&[
        program.to_owned(),
        NETLINK_PROBE.to_string(),
        "1".to_owned(),
    ]);

    assert_eq!(stdout(&output), "Operation not permitted\n");
    assert_eq!(members(&peer), (0, 0));
}

#[test]
fn each_group_has_a_right_of_its_own_to_join_it() {
    let (_module, _peer) = Loaded::probe();
    let program = "/tmp/members";
    std::fs::copy(test_program("members"), program).unwrap();
    let join = |group: u32| {
        let groups = 1_u32 << (group - 1);
        [
            program.to_owned(),
            NETLINK_PROBE.to_string(),
            groups.to_string(),
        ]
    };
    let own_namespace = ["unshare", "--map-root-user", "--net"].map(str::to_owned);
    let without_sys_admin = ["setpriv", "--bounding-set=-sys_admin"].map(str::to_owned);
    let refused = "Operation not permitted\n";

    for (group, nobody, there, net_admin, root) in [
        (PROBE_GROUP_OPEN, refused, "done\n", "done\n", "done\n"),
        (PROBE_GROUP_NONROOT, "done\n", "done\n", "done\n", "done\n"),
        (PROBE_GROUP_SYS_ADMIN, refused, "done\n", refused, "done\n"),
    ] {
        let join = join(group);
        let output = as_nobody(&join);
        assert_eq!(stdout(&output), nobody, "{group} {output:?}");
        // In a namespace of their own.
        let output = as_nobody(&[&own_namespace[..], &join].concat());
        assert_eq!(stdout(&output), there, "{group} {output:?}");
        let command = [&without_sys_admin[..], &join].concat();
        let output = run(Command::new(&command[0]).args(&command[1..]));
        assert_eq!(stdout(&output), net_admin, "{group} {output:?}");
        let output = run(Command::new(&join[0]).args(&join[1..]));
        assert_eq!(stdout(&output), root, "{group} {output:?}");
    }
}

#[test]
fn a_family_sends_to_a_group_or_a_port_while_it_holds_a_lock() {
    let (_module, peer) = Loaded::probe();
    let (listener, other) = (Peer::of(NETLINK_PROBE), Peer::of(NETLINK_PROBE));
    listener.join(PROBE_GROUP_OPEN).unwrap();

    for (number, (to, receiver, seq, pid)) in (1..).zip([
        (vec![], &peer, SEND_SEQ, peer.portid()),
        (vec![(PROBE_A_GROUP, PROBE_GROUP_OPEN)], &listener, 0, 0),
        (
            vec![(PROBE_A_PORTID, other.portid())],
            &other,
            SEND_SEQ,
            other.portid(),
        ),
    ]) {
        peer.send(&send(PROBE_CMD_SEND, &to));
        let received = receiver.recv();
        assert_eq!(received.header.nlmsg_type, PROBE_CMD_SENT_NTF);
        assert_eq!(
            (received.header.nlmsg_seq, received.header.nlmsg_pid),
            (seq, pid)
        );
        assert_eq!(received.payload, count_attr(number));
    }
    // The group of closings has no members.
    let to_nobody = send(PROBE_CMD_SEND, &[(PROBE_A_GROUP, PROBE_GROUP_CLOSINGS)]);
    assert_eq!(peer.exchange(&to_nobody), []);
    for silent in [&peer, &listener, &other] {
        silent.assert_silent();
    }
}

#[test]
fn what_a_family_cannot_send_is_an_error_to_it() {
    let (_module, peer) = Loaded::probe();
    let full = Peer::of(NETLINK_PROBE);
    let to_full = send(PROBE_CMD_SEND, &[(PROBE_A_PORTID, full.portid())]);
    let mut answers = std::iter::repeat_with(|| peer.exchange(&to_full));
    let refusals = answers.find(|answers| !answers.is_empty()).unwrap();
    assert_eq!(refusals[0].ack().0, libc::EAGAIN);

    const NOBODY_HAS: u32 = 0x7fff_ffff;
    for (to, errno) in [
        ((PROBE_A_GROUP, 0), libc::EINVAL),
        ((PROBE_A_GROUP, PROBE_GROUP_CLOSINGS + 1), libc::EINVAL),
        ((PROBE_A_PORTID, 0), libc::EINVAL),
        ((PROBE_A_PORTID, NOBODY_HAS), libc::ECONNREFUSED),
    ] {
        let answer = only_answer(&peer, &send(PROBE_CMD_SEND, &[to]));
        assert_eq!(answer.ack().0, errno, "{to:?}");
    }
}

#[test]
fn a_work_item_sends_when_its_request_is_over() {
    let (_module, peer) = Loaded::probe();
    let blue = Netns::add("blue");
    let (listener, elsewhere) = (
        Peer::of(NETLINK_PROBE),
        Peer::of_in(NETLINK_PROBE, blue.name),
    );
    for socket in [&listener, &elsewhere] {
        socket.join(PROBE_GROUP_OPEN).unwrap();
    }

    peer.send(&send(PROBE_CMD_SEND_LATER, &[]));
    let answer = peer.recv();
    assert_eq!(answer.header.nlmsg_type, PROBE_CMD_SENT_NTF);
    assert_eq!(answer.header.nlmsg_seq, SEND_SEQ);
    assert_eq!(answer.payload, count_attr(0));

    let to_group = send(PROBE_CMD_SEND_LATER, &[(PROBE_A_GROUP, PROBE_GROUP_OPEN)]);
    peer.send(&to_group);
    let received = listener.recv();
    assert_eq!(received.header.nlmsg_type, PROBE_CMD_SENT_NTF);
    assert_eq!(received.payload, count_attr(0));
    wait_for_work(&peer);
    for silent in [&peer, &listener, &elsewhere] {
        silent.assert_silent();
    }
}

#[test]
fn listeners_receive_that_a_socket_was_closed() {
    let (_module, _peer) = Loaded::probe();
    let listener = Peer::of(NETLINK_PROBE);
    listener.join(PROBE_GROUP_CLOSINGS).unwrap();
    let closed = Peer::of(NETLINK_PROBE);
    let portid = closed.portid();
    drop(closed);

    let received = listener.recv();
    assert_eq!(received.header.nlmsg_type, PROBE_CMD_CLOSED_NTF);
    assert_eq!(
        received.payload,
        attrs(&[(PROBE_A_PORTID, &portid.to_ne_bytes())])
    );
}

#[test]
fn a_work_item_sends_until_its_network_namespace_is_gone() {
    let (_module, peer) = Loaded::probe();
    // With somebody to hear it anywhere, each notification is made and sent.
    let listener = Peer::of(NETLINK_PROBE);
    listener.join(PROBE_GROUP_OPEN).unwrap();

    for _ in 0..10 {
        let blue = Netns::add("blue");
        let there = Peer::of_in(NETLINK_PROBE, blue.name);
        for _ in 0..4 {
            let request = message(header(PROBE_CMD_FOLLOW, NLM_F_REQUEST, 1), b"");
            assert_eq!(there.exchange(&request), []);
        }
        assert!(work(&peer)[0] >= 4);
        drop((there, blue));
        assert_eq!(wait_for_work(&peer), libc::ENOTCONN as u32);
    }
    listener.assert_silent();
    assert_served(&peer);
}

/// The sequence number of [`send`].
const SEND_SEQ: u32 = 77;

/// A command that sends to what these attributes say.
fn send(nlmsg_type: u16, to: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> = to
        .iter()
        .flat_map(|(nla_type, number)| attrs(&[(*nla_type, &number.to_ne_bytes())]))
        .collect();

    message(header(nlmsg_type, NLM_F_REQUEST, SEND_SEQ), &payload)
}

fn count_attr(count: u32) -> Vec<u8> {
    attrs(&[(PROBE_A_COUNT, &count.to_ne_bytes())])
}

/// Returns how many work items there are, and with which errno the last one that followed ended.
fn work(peer: &Peer) -> [u32; 2] {
    let request = message(header(PROBE_CMD_GET_WORK, NLM_F_REQUEST, 1), b"");
    let answers = peer.exchange(&request);
    assert_eq!(answers.len(), 1, "{answers:?}");

    [PROBE_A_COUNT, PROBE_A_ANSWER].map(|nla_type| {
        let mut attrs = Attrs::new(&answers[0].payload).flatten();
        let attr = attrs.find(|attr| attr.kind() == nla_type).unwrap();
        attr.u32().unwrap()
    })
}

/// Waits until there is no work item; returns the errno.
fn wait_for_work(peer: &Peer) -> u32 {
    let errno = wait_for("work items end", || match work(peer) {
        [0, errno] => Some(errno),
        _ => None,
    });
    // The last one ends a moment after it counts as gone, and has to before the module goes.
    std::thread::sleep(std::time::Duration::from_millis(200));
    errno
}

fn id(id: u32) -> Vec<u8> {
    attrs(&[(PROBE_ITEM_ID, &id.to_ne_bytes())])
}

/// `text` ends in its NUL.
fn name(text: &[u8]) -> Vec<u8> {
    attrs(&[(PROBE_ITEM_NAME, text)])
}

fn size() -> Vec<u8> {
    attrs(&[(NESTED_SIZE, &width_and_height())])
}

fn width_and_height() -> Vec<u8> {
    attrs(&[
        (PROBE_SIZE_WIDTH, &640_u32.to_ne_bytes()),
        (PROBE_SIZE_HEIGHT, &480_u32.to_ne_bytes()),
    ])
}

fn item_request(flags: u16, attrs: &[u8]) -> Vec<u8> {
    message(header(PROBE_CMD_ITEM, NLM_F_REQUEST | flags, 1), attrs)
}

/// Returns how often the family was asked and told about its open group.
fn members(peer: &Peer) -> (u32, u32) {
    let request = message(header(PROBE_CMD_GET_MEMBERS, NLM_F_REQUEST, 2), b"");
    let answers = peer.exchange(&request);
    let attrs: Vec<_> = Attrs::new(&answers[0].payload).flatten().collect();
    let number = |nla_type| attrs.iter().find(|attr| attr.kind() == nla_type);
    let number = |nla_type| number(nla_type).unwrap().u32().unwrap();

    assert_eq!(answers.len(), 1, "{answers:?}");
    (number(PROBE_A_JOINED), number(PROBE_A_LEFT))
}

/// Asserts that a request is answered, and nothing else is in the queue.
fn assert_served(peer: &Peer) {
    members(peer);
}

/// Returns the only answer to `request`; the next request is answered as well.
pub fn only_answer(peer: &Peer, request: &[u8]) -> Answer {
    let mut answers = peer.exchange(request);
    assert_served(peer);

    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

/// Asserts that an item is refused, for what is `offset` bytes into its payload `attrs`.
fn assert_refused(peer: &Peer, attrs: &[u8], errno: i32, words: &str, offset: usize) {
    let answer = only_answer(peer, &item_request(0, attrs));
    let (found, ext_ack) = answer.ack();
    let expected = ExtAck {
        message: Some(words.as_bytes()),
        offset: Some((NLMSG_HDRLEN + offset) as u32),
        policy: ext_ack.policy,
        ..ExtAck::default()
    };

    assert_eq!((found, ext_ack), (errno, expected));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs `command` without any privilege.
fn as_nobody(command: &[String]) -> Output {
    run(Command::new(&command[0])
        .args(&command[1..])
        .uid(NOBODY)
        .gid(NOBODY))
}
