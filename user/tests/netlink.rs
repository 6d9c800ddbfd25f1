// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Sockets, requests, changes, dumps and refusals, most of this machine's own kernel over rtnetlink: every kernel
//! speaks it and needs no privilege to refuse.

use nlhello::names::{uapi::CTRL_CMD_GETFAMILY, GENL_ID_CTRL};
use nlhello::netlink::{
    deadline, AttrFormat, AttrSpec, Connection, Errno, Error, Gathered, MessageSpec, Netns,
    Request, Socket, Spec, Table,
};
use nlhello::wire::{put_attr, put_str, Message, Messages, Nlmsghdr};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

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

static GENERIC: Spec = spec(libc::NETLINK_GENERIC, "");

/// Only users talk there; there is no kernel socket.
static USERSOCK: Spec = spec(libc::NETLINK_USERSOCK, "");

static UNREGISTERED: Spec = spec(30, "none there");

const fn spec(protocol: i32, unregistered_hint: &'static str) -> Spec {
    Spec {
        protocol,
        unregistered_hint,
        messages: &[],
    }
}

fn open(spec: &'static Spec) -> Connection {
    Connection::open("look", spec).unwrap()
}

/// Returns how the kernel refuses a request of `nlmsg_type` with `payload`.
fn refusal(nlmsg_type: u16, payload: &[u8]) -> Error {
    let mut connection = open(&RTNETLINK);
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
    let mut connection = open(&RTNETLINK);
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
    let mut connection = open(&RTNETLINK);
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
    let mut connection = open(&RTNETLINK);
    let mut request = get_lo();

    for seq in 1..=3 {
        let (message, time) = connection.ask(&mut request, PATIENCE).unwrap();
        assert_eq!(link(&message), Ok((1, b"lo".to_vec())));
        assert_eq!(message.header().nlmsg_seq, seq);
        assert!(time < PATIENCE);
    }
}

/// A message of no known type below `RTM_BASE` changes nothing and gets an ACK.
fn noop() -> Request {
    Request::change("look", libc::NLMSG_NOOP as u16, Vec::new()).unwrap()
}

/// Without `NLM_F_ACK`, such a message gets no answer.
fn silent() -> Request {
    Request::new("look", libc::NLMSG_NOOP as u16, Vec::new()).unwrap()
}

fn unknown_type() -> Request {
    Request::change("look", 9999, vec![0; 4]).unwrap()
}

fn get_lo() -> Request {
    let payload = get_link(&[(libc::IFLA_IFNAME, b"lo\0")]);
    Request::new("look", libc::RTM_GETLINK, payload).unwrap()
}

#[test]
fn a_change_ends_with_the_kernels_word() {
    let mut connection = open(&RTNETLINK);
    assert_eq!(connection.change(&mut noop(), PATIENCE), Ok(()));

    let error = connection
        .change(&mut unknown_type(), PATIENCE)
        .unwrap_err();
    assert_eq!(error.errno, Errno(libc::EOPNOTSUPP));
}

#[test]
fn a_change_that_nobody_confirms_ends_in_a_timeout() {
    let error = open(&RTNETLINK)
        .change(&mut silent(), Duration::from_millis(30))
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "look: no reply within 0.03 s (ETIMEDOUT)"
    );
}

/// Returns a request of one attribute.
fn hello(text: &[u8]) -> Request {
    let mut attrs = Vec::new();
    put_str(&mut attrs, 1, text).unwrap();
    Request::new("look", 16, attrs).unwrap()
}

#[test]
fn a_request_is_one_whole_message() {
    let request = hello(b"Hello");
    let message = Message::from_bytes(request.bytes()).unwrap();

    assert_eq!(message.bytes(), request.bytes());
    assert_eq!(message.header().nlmsg_type, 16);
    assert_eq!(message.header().nlmsg_flags, libc::NLM_F_REQUEST as u16);
}

#[test]
fn a_dump_and_a_change_have_their_flags() {
    let flags = |bytes: &[u8]| i32::from(Nlmsghdr::from_bytes(bytes).unwrap().nlmsg_flags);

    let dump = Request::dump("look", 17, Vec::new()).unwrap();
    assert_eq!(flags(dump.bytes()), libc::NLM_F_REQUEST | libc::NLM_F_DUMP);
    let change = Request::change("look", 19, Vec::new()).unwrap();
    assert_eq!(flags(change.bytes()), libc::NLM_F_REQUEST | libc::NLM_F_ACK);
}

#[test]
fn the_value_of_an_attribute_is_not_padded() {
    let request = hello(b"Hello");
    let message = Message::from_bytes(request.bytes()).unwrap();
    let attr = message.attrs(0).next().unwrap().unwrap();

    assert_eq!(attr.value(), b"Hello\0");
}

#[test]
fn setting_the_sequence_number_changes_nothing_else() {
    let first = hello(b"Hello");
    let mut second = first.clone();
    second.set_seq(0x0102_0304);

    assert_eq!(second.seq(), 0x0102_0304);
    second.set_seq(first.seq());
    assert_eq!(second, first);
}

#[test]
fn an_error_shows_what_was_tried_why_it_failed_and_the_way_out() {
    let mut error = Error::new("say hello", libc::EINVAL)
        .message("too loud")
        .hint("whisper");
    error.attr = Some("TEXT".to_owned());

    assert_eq!(
        error.to_string(),
        "say hello: TEXT: too loud (EINVAL): whisper"
    );
    assert_eq!(
        error.object("to all").to_string(),
        "say hello to all: TEXT: too loud (EINVAL): whisper"
    );
}

#[test]
fn each_change_has_its_own_verdict_also_behind_a_refused_one() {
    let mut requests: Vec<_> = (0..200)
        .map(|n| if n % 3 == 1 { unknown_type() } else { noop() })
        .collect();
    let mut connection = open(&RTNETLINK);
    let verdicts = connection.change_all(&mut requests, PATIENCE).unwrap();

    for (n, verdict) in verdicts.iter().enumerate() {
        let errno = verdict.as_ref().err().map(|error| error.errno.0);
        assert_eq!(errno, (n % 3 == 1).then_some(libc::EOPNOTSUPP), "{n}");
    }
    assert_eq!(verdicts.len(), 200);
}

#[test]
fn the_word_that_is_lost_is_said_to_be() {
    let mut requests = [noop(), silent().about("it"), noop()];
    let verdicts = open(&RTNETLINK)
        .change_all(&mut requests, Duration::from_millis(30))
        .unwrap();

    assert_eq!((&verdicts[0], &verdicts[2]), (&Ok(()), &Ok(())));
    assert_eq!(
        verdicts[1].as_ref().unwrap_err().to_string(),
        "look it: no reply within 0.03 s (ETIMEDOUT): it may have been done"
    );
}

#[test]
fn words_that_the_kernel_had_no_room_for_are_lost_and_the_others_are_received() {
    let mut connection = open(&RTNETLINK);
    connection.socket().set_recv_buffer(0).unwrap();
    let mut requests: Vec<_> = (0..100).map(|_| noop()).collect();
    let verdicts = connection.change_all(&mut requests, PATIENCE).unwrap();

    let done = verdicts
        .iter()
        .take_while(|verdict| verdict.is_ok())
        .count();
    assert!((1..100).contains(&done), "{done}");
    for verdict in &verdicts[done..] {
        let error = verdict.as_ref().unwrap_err();
        assert_eq!(error.errno.0, libc::ENOBUFS);
        assert_eq!(error.hint, Some("it may have been done"));
    }
}

#[test]
fn what_cannot_be_sent_is_not_done() {
    let error = open(&USERSOCK)
        .change_all(&mut [get_lo()], PATIENCE)
        .unwrap_err();

    assert_eq!(error.errno.0, libc::ECONNREFUSED);
}

#[test]
fn what_came_is_taken_however_late_it_is_looked_at() {
    let mut connection = open(&RTNETLINK);
    for _ in 0..10 {
        let answer = connection.ask(&mut get_lo(), Duration::ZERO);
        assert_eq!(answer.unwrap().0.header().nlmsg_type, libc::RTM_NEWLINK);
    }
    assert_eq!(connection.change(&mut noop(), Duration::ZERO), Ok(()));

    // Then its end comes after the time was up, too.
    connection.set_inbox(1);
    let links = Request::dump("look", libc::RTM_GETLINK, vec![0; 16]).unwrap();
    let dump = connection.dump(&links, Duration::ZERO, |_| Ok(()));
    assert!(!dump.unwrap().entries.is_empty());
}

#[test]
fn a_late_ack_is_not_taken_for_another_changes() {
    let mut connection = open(&RTNETLINK);
    let mut late = noop();
    late.set_seq(77);
    connection.send(&late).unwrap();

    let error = connection.change(&mut unknown_type(), PATIENCE);
    assert_eq!(error.unwrap_err().errno.0, libc::EOPNOTSUPP);
}

/// Asks for all links.
fn links(connection: &mut Connection) -> Table<'_> {
    let request = Request::dump("look", libc::RTM_GETLINK, IFINFOMSG.to_vec()).unwrap();
    connection.table(request, PATIENCE).unwrap()
}

/// Asks for all families of generic netlink: so many that the kernel sends them in parts.
fn families(connection: &mut Connection) -> Table<'_> {
    let payload = vec![CTRL_CMD_GETFAMILY, 1, 0, 0];
    let request = Request::dump("look", GENL_ID_CTRL, payload).unwrap();
    connection.table(request, PATIENCE).unwrap()
}

#[test]
fn rows_are_the_entries_one_behind_the_other() {
    let mut connection = open(&RTNETLINK);
    let mut entries = Vec::new();
    let mut table = links(&mut connection);
    while let Some(entry) = table.next_entry().unwrap() {
        entries.push(entry.payload()[..8].to_vec());
    }
    assert!(!entries.is_empty());
    drop(table);

    let mut table = links(&mut connection);
    let mut in_rows = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        in_rows.extend(Messages::new(row).map(|entry| entry.unwrap().payload()[..8].to_vec()));
    }
    assert_eq!(in_rows, entries);
    assert_eq!(table.next_row(), Ok(None));
    assert!(!table.is_streamed());
}

#[test]
fn a_table_that_is_dropped_halfway_is_in_the_way_of_no_other() {
    let mut connection = open(&GENERIC);
    for _ in 0..3 {
        drop(families(&mut connection));
    }
    let mut entries = 0;
    let mut table = families(&mut connection);
    while table.next_entry().unwrap().is_some() {
        entries += 1;
    }

    assert!(entries > 0);
}

#[test]
fn another_descriptor_ends_the_wait() {
    let (wake, mut writer) = UnixStream::pair().unwrap();
    writer.write_all(b"x").unwrap();
    let later = Instant::now() + PATIENCE;
    let gathered = open(&RTNETLINK).gather("look", later, Some(wake.as_fd()));

    assert_eq!(gathered, Ok(Gathered::Woken));
}

#[test]
fn a_namespace_without_the_kernels_socket_is_named() {
    let error = open(&USERSOCK).send(&get_lo()).unwrap_err();

    assert_eq!(error.errno.0, libc::ECONNREFUSED);
    assert!(error.hint.is_some_and(|hint| hint.contains("nsenter")));
}

#[test]
fn a_protocol_that_nobody_registered_is_named_with_the_way_out() {
    let error = Connection::open("look", &UNREGISTERED).err().unwrap();

    assert_eq!(
        error.to_string(),
        "look: protocol 30 is not registered (EPROTONOSUPPORT): none there"
    );
}

fn usersock() -> Socket {
    Socket::open(libc::NETLINK_USERSOCK).unwrap()
}

#[test]
fn receiving_ends_when_time_is_up() {
    let start = Instant::now();
    let mut buf = [0; 64];
    let received = usersock().recv(&mut buf, Duration::from_millis(30));

    assert_eq!(received.unwrap(), None);
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[test]
fn the_kernel_is_port_zero() {
    let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
    socket.send(noop().bytes()).unwrap();
    let mut buf = [0; 64];
    let datagram = socket.recv(&mut buf, PATIENCE).unwrap().unwrap();

    assert_eq!(datagram.portid, 0);
    assert_ne!(socket.portid(), 0);
}

#[test]
fn a_refusal_does_not_repeat_the_payload_of_the_request() {
    let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
    let unknown = Request::new("look", 9999, vec![0; 4096]).unwrap();
    socket.send(unknown.bytes()).unwrap();
    let mut buf = [0; 512];
    let datagram = socket.recv(&mut buf, PATIENCE);

    assert!(!datagram.unwrap().unwrap().truncated);
}

#[test]
fn a_group_that_the_protocol_does_not_have_cannot_be_joined() {
    let error = Socket::open(libc::NETLINK_ROUTE).unwrap().join(4096);

    assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EINVAL));
}

#[test]
fn a_receive_buffer_beyond_the_limit_is_no_error() {
    usersock().set_recv_buffer(usize::MAX).unwrap();
    usersock().set_recv_buffer(0).unwrap();
}

#[test]
fn a_timeout_of_ages_does_not_overflow() {
    assert!(deadline(Instant::now(), Duration::MAX) > Instant::now());
}

#[test]
fn a_name_that_is_not_there_is_an_error_with_its_file_and_the_way_out() {
    let error = Netns::open("no-such-namespace").unwrap_err();

    assert_eq!(
        error.to_string(),
        "enter network namespace: /run/netns/no-such-namespace: No such file or directory \
         (ENOENT): ip netns list shows those with a name"
    );
}

#[test]
fn where_one_cannot_be_nothing_is_done() {
    let error = Netns::open("/dev/null")
        .unwrap()
        .visit(|| Ok(()))
        .unwrap_err();

    assert_eq!(error.errno.0, libc::EINVAL);
}

#[test]
fn a_file_of_another_kind_is_named() {
    for path in ["/dev/null", "/", "/proc/self/ns/uts"] {
        let error = Netns::open(path).unwrap().enter().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("enter network namespace: {path}: not a network namespace (EINVAL)")
        );
    }
}
