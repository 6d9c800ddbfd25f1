// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of a namespace, chosen by words.

use crate::cli::SniffArgs;
use crate::commands::words::Words;
use nlhello::monitor::{Kind, Kinds};
use nlhello::names;
use nlhello::netlink::{Error, Protocol};
use nlhello::nlmon::{Owner, SHOWN, SNIFF};
use nlhello::rtnl::type_of_new;
use nlhello::uapi::NETLINK_USER;
use nlhello::wire::{Message, NLMSG_MIN_TYPE};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

const HELLO: Protocol = Protocol(NETLINK_USER as i32);

/// Longest name that the kernel keeps of a program, in bytes (`TASK_COMM_LEN` less the NUL).
const COMM_MAX: usize = 15;

const ALL_ELSE: &str = "nlhello sniff -- COMMAND shows what a program says, whatever the protocol";

/// Messages to show, by kind, name and process.
#[derive(Default)]
pub struct SniffChoice {
    kinds: Kinds,
    /// Messages by their names in C.
    names: Vec<String>,
    pid: Option<u32>,
    comm: Option<OsString>,
}

impl SniffChoice {
    /// Reads what is asked for.
    pub fn read(args: &SniffArgs) -> Result<Self, Error> {
        // A capture may have what a command said, of all protocols.
        if args.read.is_none() {
            args.protocols
                .iter()
                .try_for_each(|one| check_shown(*one))?;
        }
        let mut choice = Self {
            pid: args.pid,
            comm: args.comm.clone(),
            ..Self::default()
        };
        let mut words = Words::new(SNIFF, &args.words);
        while let Some(word) = words.keyword() {
            match Kind::of_name(word) {
                Some(Kind::Hello) if args.read.is_none() => return Err(unseen(HELLO)),
                Some(kind) => choice.kinds = choice.kinds | kind.into(),
                None if names::is_message(word) => choice.names.push(word.to_owned()),
                None => {
                    let message = format!("'{word}' is no kind and no type of message");
                    let error = Error::usage(SNIFF, message);
                    return Err(error.hint(
                        "kinds are link, addr, ...; types RTM_NEWLINK, ...; a command stands behind --",
                    ));
                }
            }
        }
        Ok(choice)
    }

    /// Says whether all is wanted, whoever says it.
    pub fn is_all(&self) -> bool {
        self.is_any_message() && self.is_anybody()
    }

    /// Says whether messages are wanted whatever they are.
    pub fn is_any_message(&self) -> bool {
        self.kinds.is_empty() && self.names.is_empty()
    }

    fn is_anybody(&self) -> bool {
        self.pid.is_none() && self.comm.is_none()
    }

    /// Says whether `message` of `protocol` is wanted, whose name in C `name` returns.
    pub fn wants<'n>(
        &self,
        protocol: u16,
        message: &Message<'_>,
        name: impl FnOnce() -> Option<&'n str>,
    ) -> bool {
        self.is_any_message()
            || name().is_some_and(|name| self.names.iter().any(|wanted| wanted == name))
            || kind_of(protocol, message).is_some_and(|kind| self.kinds.has(kind))
    }

    /// Says whether what is said on the socket of `owner` with this port id is wanted; `None` where nobody
    /// knows whose it is, but only some are.
    pub fn wants_of(&self, owner: Option<&Owner>, portid: Option<u32>) -> Option<bool> {
        if self.is_anybody() {
            return Some(true);
        }
        let Some(Owner { process, .. }) = owner else {
            // The kernel is no process.
            return (portid == Some(0)).then_some(false);
        };
        let is_comm = |comm: &OsString| {
            let comm = comm.as_bytes();
            comm[..comm.len().min(COMM_MAX)] == process.comm
        };

        Some(
            self.pid.is_none_or(|pid| pid == process.pid) && self.comm.as_ref().is_none_or(is_comm),
        )
    }
}

/// Returns the kind that a message is about.
fn kind_of(protocol: u16, message: &Message<'_>) -> Option<Kind> {
    let nlmsg_type = message.header().nlmsg_type;
    match protocol.into() {
        _ if nlmsg_type < NLMSG_MIN_TYPE => return None,
        libc::NETLINK_ROUTE => {}
        protocol => return (protocol == HELLO.0).then_some(Kind::Hello),
    }
    let nlmsg_new = type_of_new(nlmsg_type);
    match (Kind::of_message(nlmsg_new, message.payload()), nlmsg_new) {
        (Some((kind, _)), _) => Some(kind),
        // A request may have any family: iproute2's have AF_PACKET.
        (None, libc::RTM_NEWLINK) => Some(Kind::Link),
        (None, _) => None,
    }
}

fn check_shown(protocol: Protocol) -> Result<(), Error> {
    match SHOWN.contains(&protocol) {
        true => Ok(()),
        false => Err(unseen(protocol)),
    }
}

/// Returns the error for a protocol that nobody can see.
fn unseen(protocol: Protocol) -> Error {
    let shown: Vec<_> = SHOWN.iter().filter_map(|one| one.name()).collect();
    let message = format!(
        "the kernel shows nlmon nothing of {protocol} ({}), only {}",
        protocol.0,
        shown.join(", ")
    );

    Error::usage(SNIFF, message).hint(ALL_ELSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::diag::Process;
    use nlhello::wire::{put_message, Nlmsghdr};
    use std::path::PathBuf;

    fn choice(words: &[&str]) -> Result<SniffChoice, Error> {
        choice_from(None, words)
    }

    /// Reads `words` for this capture, or for what is said now.
    fn choice_from(read: Option<&str>, words: &[&str]) -> Result<SniffChoice, Error> {
        SniffChoice::read(&SniffArgs {
            protocols: Vec::new(),
            pid: None,
            comm: None,
            count: None,
            read: read.map(PathBuf::from),
            write: None,
            output: None,
            words: words.iter().map(OsString::from).collect(),
            command: Vec::new(),
        })
    }

    fn wants(words: &[&str], protocol: i32, nlmsg_type: u16, name: &str) -> bool {
        let header = Nlmsghdr {
            nlmsg_type,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, &[0; 16]).unwrap();
        let message = Message::from_bytes(&bytes).unwrap();
        choice_from(Some("-"), words)
            .unwrap()
            .wants(protocol as u16, &message, || Some(name))
    }

    #[test]
    fn messages_are_chosen_by_what_they_are_about_and_by_name() {
        for (words, protocol, nlmsg_type, name, is_wanted) in [
            (&[][..], 0, 18, "RTM_GETLINK", true),
            (&["link"], 0, 18, "RTM_GETLINK", true),
            (&["link"], 0, 19, "RTM_SETLINK", true),
            (&["link"], 16, 18, "RTM_GETLINK", false),
            (&["link"], 0, 26, "RTM_GETROUTE", false),
            (&["link"], 0, 2, "NLMSG_ERROR", false),
            (&["addr", "NLMSG_ERROR"], 0, 2, "NLMSG_ERROR", true),
            (&["RTM_GETLINK"], 0, 18, "RTM_GETLINK", true),
            (&["RTM_GETLINK"], 0, 16, "RTM_NEWLINK", false),
            (&["hello"], 31, 16, "HELLO_CMD_HELLO", true),
            (&["hello"], 31, 2, "NLMSG_ERROR", false),
            (&["hello"], 0, 16, "RTM_NEWLINK", false),
            (&["link"], 31, 16, "HELLO_CMD_HELLO", false),
        ] {
            let found = wants(words, protocol, nlmsg_type, name);
            assert_eq!(found, is_wanted, "{words:?} {name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused_with_the_other_way() {
        for error in [
            choice(&["hello"]).err(),
            check_shown(Protocol(31)).err(),
            check_shown(Protocol(15)).err(),
        ] {
            let error = error.unwrap();
            assert!(error.is_usage);
            assert_eq!(error.hint, Some(ALL_ELSE));
            assert!(error.message.contains("only route, usersock"), "{error}");
        }
        assert!(choice(&["links"]).is_err());
        assert!(choice(&["RTM_NEWNOTHING"]).is_err());
        assert!(check_shown(Protocol(0)).is_ok());
    }

    #[test]
    fn of_whom_nobody_knows_is_neither_wanted_nor_not() {
        let owner = Owner {
            process: Process {
                pid: 7,
                comm: b"ip".to_vec(),
            },
            is_sure: false,
        };
        let by = |pid, comm: Option<&str>| SniffChoice {
            pid,
            comm: comm.map(OsString::from),
            ..SniffChoice::default()
        };

        let of = |choice: &SniffChoice, owner| choice.wants_of(owner, Some(9));

        assert_eq!(of(&by(None, None), None), Some(true));
        assert_eq!(of(&by(Some(7), None), None), None);
        assert_eq!(by(Some(7), None).wants_of(None, None), None);
        assert_eq!(
            by(Some(7), None).wants_of(None, Some(0)),
            Some(false),
            "the kernel"
        );
        assert_eq!(of(&by(Some(7), Some("ip")), Some(&owner)), Some(true));
        assert_eq!(of(&by(Some(7), Some("tc")), Some(&owner)), Some(false));
        assert_eq!(of(&by(Some(8), None), Some(&owner)), Some(false));
    }

    #[test]
    fn a_name_is_known_by_as_much_of_it_as_the_kernel_keeps() {
        let owner = Owner {
            process: Process {
                pid: 7,
                comm: b"systemd-network".to_vec(),
            },
            is_sure: true,
        };
        for (comm, is_wanted) in [
            ("systemd-networkd", true),
            ("systemd-network", true),
            ("systemd-net", false),
            ("systemd-resolved", false),
        ] {
            let choice = SniffChoice {
                comm: Some(comm.into()),
                ..SniffChoice::default()
            };
            assert_eq!(
                choice.wants_of(Some(&owner), None),
                Some(is_wanted),
                "{comm}"
            );
        }
    }
}
