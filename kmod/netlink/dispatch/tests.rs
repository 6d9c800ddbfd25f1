// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        request::tests::{
            drop_capabilities,
            Registered, //
        },
        tests::{
            message_with,
            FREE_PROTOCOL, //
        },
        Answer,
        Dump,
        KernelSocket,
        Payload, //
    },
    wire::Nlmsghdr, //
};

/// A command that is no dump.
const DO: u16 = 16;

/// A command that is a dump alone.
const DUMP: u16 = 17;

/// A type with a command of each kind.
const BOTH: u16 = 18;

/// A command for administrators.
const ADMIN: u16 = 19;

/// Notes of [`Family::bare`] and the two functions behind it: no type of a command is so small.
const BARE: u64 = 1;
const REFUSED: u64 = 2;
const DROPPED: u64 = 3;

/// A family that notes what was called.
struct DispatchFamily;

/// Functions called, a byte each, the last one in the lowest byte.
struct CallLog(Atomic<u64>);

impl CallLog {
    /// Notes a call. Nobody else does at the same time.
    fn note(&self, what: u64) {
        self.0.store(self.0.load(Relaxed) << 8 | what, Relaxed);
    }

    /// Returns what was called since the last time.
    fn take(&self) -> u64 {
        self.0.xchg(0, Relaxed)
    }
}

impl Family for DispatchFamily {
    const PROTOCOL: u32 = FREE_PROTOCOL;

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(DO, noted),
        Command::dump::<RefusedDump>(DUMP),
        Command::new(BOTH, noted),
        Command::dump::<RefusedDump>(BOTH),
        Command::new(ADMIN, noted).uns_admin_perm(),
    ];

    type Net = CallLog;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<CallLog>> {
        Ok(CallLog(Atomic::<u64>::new(0)))
    }

    fn bare<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        call.request.net().note(BARE);
        Ok(call.request.done())
    }

    fn refused(net: &CallLog) {
        net.note(REFUSED);
    }

    fn dropped(net: &CallLog) {
        net.note(DROPPED);
    }
}

fn noted<'a>(call: &mut Call<'a, DispatchFamily>) -> Result<Answer<'a, DispatchFamily>> {
    call.request.net().note(call.request.nlmsg_type().into());
    Ok(call.request.done())
}

/// A dump that does not begin.
struct RefusedDump;

impl Dump for RefusedDump {
    type Family = DispatchFamily;
    type Attrs = ();
    type Item = ();
    const NLMSG_TYPE: u16 = DUMP;

    fn start(_: &mut Call<'_, DispatchFamily>) -> Result<Self> {
        Err(EBUSY)
    }

    fn next(&mut self, _: &CallLog, _: &mut ExtAck<'_>) -> Result<Option<()>> {
        Ok(None)
    }

    fn generation(&self, _: &CallLog) -> u32 {
        1
    }

    fn payload((): &()) -> impl Payload {}
}

/// A message of this type, with these flags.
fn message(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Result<KVec<u8>> {
    let header = Nlmsghdr {
        nlmsg_type,
        nlmsg_flags,
        ..Nlmsghdr::default()
    };

    message_with(header, payload)
}

/// Command that answers a request of a type: its own type, and whether that is a dump.
type Choice = Result<(u16, bool), Refusal>;

/// Chooses the command of a request with these flags besides `NLM_F_REQUEST`.
fn choose(nlmsg_type: u16, flags: u16) -> Result<Choice> {
    let registered = Registered::<DispatchFamily>::new()?;
    let incoming = registered.datagram(&message(nlmsg_type, NLM_F_REQUEST | flags, b"")?)?;

    incoming
        .first(|request| command_for(request).map(|command| (command.nlmsg_type, command.is_dump)))
}

/// Returns what a message of this type is.
fn kind(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Result<MessageKind> {
    let registered = Registered::<DispatchFamily>::new()?;
    let incoming = registered.datagram(&message(nlmsg_type, nlmsg_flags, payload)?)?;

    incoming.first(MessageKind::of)
}

/// Serves the datagram `bytes`; returns what was called.
fn calls(bytes: &[u8]) -> Result<u64> {
    let registered = Registered::<DispatchFamily>::new()?;

    receive(registered.datagram(bytes)?.as_datagram().ok_or(EINVAL)?);
    Ok(registered.net()?.take())
}

#[kunit_tests(netlink_dispatch)]
mod suite {
    use super::*;

    #[test]
    fn a_request_has_the_command_of_its_type_and_its_dump_flag() -> Result {
        for (nlmsg_type, flags, is_dump) in [
            (DO, 0, false),
            (DUMP, NLM_F_DUMP, true),
            (BOTH, 0, false),
            (BOTH, NLM_F_DUMP, true),
            (ADMIN, 0, false),
        ] {
            assert_eq!(choose(nlmsg_type, flags)?, Ok((nlmsg_type, is_dump)));
        }
        Ok(())
    }

    #[test]
    fn a_request_without_a_command_is_refused_with_the_reason() -> Result {
        for (nlmsg_type, flags, msg) in [
            (DO, NLM_F_DUMP, c"command has no dump"),
            (DUMP, 0, c"command is a dump: NLM_F_DUMP is missing"),
            (ADMIN + 1, 0, c"unknown command"),
            (u16::MAX, NLM_F_DUMP, c"unknown command"),
        ] {
            assert_eq!(choose(nlmsg_type, flags)?, Err((eopnotsupp(), msg)));
        }
        Ok(())
    }

    #[test]
    fn flags_that_a_command_does_not_know_are_refused() -> Result {
        let unknown = Err((EINVAL, c"unknown flag in nlmsg_flags"));
        for bit in 0..16 {
            let flag = 1 << bit;
            let is_known = flag & (NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO) != 0;
            let expected = |choice| if is_known { Ok(choice) } else { unknown };
            assert_eq!(choose(DO, flag)?, expected((DO, false)));
            // Half of `NLM_F_DUMP` asks for no dump, and says nothing to one that is whole.
            let is_known = is_known || flag & NLM_F_DUMP != 0;
            let expected = if is_known { Ok((DUMP, true)) } else { unknown };
            assert_eq!(choose(DUMP, NLM_F_DUMP | flag)?, expected);
        }
        Ok(())
    }

    #[test]
    fn a_sender_without_the_right_is_refused_that_command_alone() -> Result {
        let missing = Err((EPERM, c"CAP_NET_ADMIN is missing"));
        drop_capabilities()?;

        assert_eq!(choose(ADMIN, 0)?, missing);
        assert_eq!(choose(DO, 0)?, Ok((DO, false)));
        // Errors that do not depend on the sender come first.
        let unknown = Err((EINVAL, c"unknown flag in nlmsg_flags"));
        assert_eq!(choose(ADMIN, 0x100)?, unknown);
        Ok(())
    }

    #[test]
    fn types_1_to_15_are_no_requests_whatever_their_flags() -> Result {
        for nlmsg_type in 1..NLMSG_MIN_TYPE {
            for payload in [&b""[..], b"payload"] {
                for flags in [0, NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_DUMP] {
                    let kind = kind(nlmsg_type, flags, payload)?;
                    assert_eq!(kind, MessageKind::Nothing);
                }
                for flags in [NLM_F_ACK, NLM_F_REQUEST | NLM_F_ACK] {
                    let kind = kind(nlmsg_type, flags, payload)?;
                    assert_eq!(kind, MessageKind::AckOnly);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn type_0_is_bare_with_a_payload_and_without_the_flags_of_a_request() -> Result {
        assert_eq!(kind(0, 0, b"payload")?, MessageKind::Bare);
        assert_eq!(kind(0, NLM_F_ECHO, b"payload")?, MessageKind::Bare);
        assert_eq!(kind(0, 0, b"")?, MessageKind::Nothing);
        assert_eq!(kind(0, NLM_F_REQUEST, b"payload")?, MessageKind::Nothing);
        for flags in [NLM_F_ACK, NLM_F_REQUEST | NLM_F_ACK] {
            assert_eq!(kind(0, flags, b"payload")?, MessageKind::AckOnly);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_request_is_ignored_unless_it_asks_for_an_ack() -> Result {
        for nlmsg_type in [NLMSG_MIN_TYPE, u16::MAX] {
            for payload in [&b""[..], b"payload"] {
                assert_eq!(kind(nlmsg_type, 0, payload)?, MessageKind::Nothing);
                assert_eq!(kind(nlmsg_type, NLM_F_ACK, payload)?, MessageKind::AckOnly);
                let kind = kind(nlmsg_type, NLM_F_REQUEST, payload)?;
                assert_eq!(kind, MessageKind::Request);
            }
        }
        Ok(())
    }

    #[test]
    fn each_message_of_a_datagram_is_served_up_to_a_broken_header() -> Result {
        let mut bytes = KVec::new();
        for message in [
            message(DO, NLM_F_REQUEST, b"")?,
            message(0, 0, b"bare")?,
            // Only a request has a command.
            message(DO, 0, b"")?,
            message(DUMP, NLM_F_REQUEST | NLM_F_DUMP, b"")?,
            message(ADMIN + 1, NLM_F_REQUEST, b"")?,
            message(7, NLM_F_REQUEST, b"payload")?,
            message(BOTH, NLM_F_REQUEST | NLM_F_ACK, b"")?,
        ] {
            bytes.extend_from_slice(&message, GFP_KERNEL)?;
        }
        let calls_of_all = u64::from_be_bytes([0, 0, 0, DO as u8, 1, 2, 2, BOTH as u8]);
        assert_eq!(calls(&bytes)?, calls_of_all);

        // A header with a length that no header has, and a request behind it.
        bytes.extend_from_slice(&[0; 16], GFP_KERNEL)?;
        bytes.extend_from_slice(&message(DO, NLM_F_REQUEST, b"")?, GFP_KERNEL)?;
        assert_eq!(calls(&bytes)?, calls_of_all << 8 | DROPPED);
        Ok(())
    }

    #[test]
    fn attributes_of_a_command_that_takes_none_are_refused() -> Result {
        let request = message(DO, NLM_F_REQUEST, b"\x04\0\x01\0")?;

        assert_eq!(calls(&request)?, REFUSED);
        Ok(())
    }
}
