// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The two ways to the hello family: its own protocol, and generic netlink.

use super::spec::SPEC;
use crate::genl::{FamilyName, FamilyNumbers};
use crate::netlink::{Connection, DumpRequest, Error, Request, Spec, Tap};
use crate::uapi::HELLO_GROUP_EVENTS;
use crate::wire::Message;
use std::time::Duration;

/// Name of the family in generic netlink.
pub const GENL_NAME: &str = "nlhello";

/// Name of its multicast group there, whose number the kernel chooses.
const GENL_GROUP: &[u8] = b"events";

/// Version in the `struct genlmsghdr` of a request.
const GENL_VERSION: u8 = 1;

/// How long the answer to the question for the family may take; the kernel may have to load the module.
const PATIENCE: Duration = Duration::from_secs(10);

/// Messages and attributes of the family in generic netlink.
pub static GENL_SPEC: Spec = Spec {
    protocol: libc::NETLINK_GENERIC,
    unregistered_hint: "",
    messages: SPEC.messages,
};

/// Transport of the family's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// The family's own protocol, `NETLINK_USER`.
    #[default]
    Raw,
    /// Generic netlink, where the family is called `nlhello`.
    Genl,
}

/// Form of the family's messages on a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// `nlmsg_type` is the command, and attributes follow the header.
    Raw,
    /// `nlmsg_type` is the number of the family, and `struct genlmsghdr` holds the command.
    Genl { family_id: u16 },
}

/// A socket of the hello family on one of its transports.
pub struct HelloSocket {
    pub(super) connection: Connection,
    pub(super) framing: Framing,
    /// Number of the group of events.
    pub(super) events: Option<u32>,
}

impl Transport {
    /// Returns the description of the messages on this transport.
    pub fn spec(self) -> &'static Spec {
        match self {
            Self::Raw => &SPEC,
            Self::Genl => &GENL_SPEC,
        }
    }
}

impl HelloSocket {
    /// Opens a socket, to do `op`; `tap` sees what is sent and received. Over generic netlink the first
    /// exchange is a question for the family.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT`, or `ENOENT` in generic netlink, when hello.ko is not loaded; others of
    /// [`Connection::ask`].
    pub fn open(
        op: &'static str,
        transport: Transport,
        tap: Option<Box<dyn Tap>>,
    ) -> Result<Self, Error> {
        let mut connection = Connection::open(op, transport.spec())?;
        connection.set_tap(tap);

        match transport {
            Transport::Raw => Ok(Self {
                connection,
                framing: Framing::Raw,
                events: Some(HELLO_GROUP_EVENTS),
            }),
            Transport::Genl => Self::in_generic(op, connection),
        }
    }

    /// Asks `connection`, a socket of generic netlink, for the family.
    fn in_generic(op: &'static str, mut connection: Connection) -> Result<Self, Error> {
        let name = GENL_NAME.into();
        let numbers = FamilyNumbers::look_up(&mut connection, &FamilyName { name }, PATIENCE)?
            .ok_or_else(|| no_family(op))?;

        Ok(Self {
            framing: Framing::Genl {
                family_id: numbers.id,
            },
            events: numbers.group(GENL_GROUP),
            connection,
        })
    }

    /// Joins the group of events, for `op`.
    ///
    /// # Errors
    ///
    /// As [`Connection::join`]; `ENOENT` when the family has no such group.
    pub(super) fn join_events(&self, op: &'static str) -> Result<(), Error> {
        let group = self.events.ok_or_else(|| {
            Error::new(op, libc::ENOENT).message(format!("family {GENL_NAME} has no group events"))
        })?;

        self.connection.join(op, group)
    }
}

impl Framing {
    /// Returns `request`, which is one of the raw protocol, in this form.
    pub(super) fn request(self, request: Request) -> Request {
        match self {
            Self::Raw => request,
            Self::Genl { family_id } => request.in_generic(family_id, GENL_VERSION),
        }
    }

    /// Does the same for the request of a dump.
    pub(super) fn dump(self, request: DumpRequest) -> DumpRequest {
        match self {
            Self::Raw => request,
            Self::Genl { family_id } => request.in_generic(family_id, GENL_VERSION),
        }
    }

    /// Returns `message`, which is in this form, as the raw protocol has it; as it is where it is no
    /// message of the family.
    pub(super) fn message<'a>(self, message: &Message<'a>) -> Message<'a> {
        let of_command = match self {
            Self::Genl { family_id } if family_id == message.header().nlmsg_type => {
                message.of_command()
            }
            _ => None,
        };

        of_command.unwrap_or(*message)
    }
}

/// Returns the error for `op` where generic netlink has no such family.
fn no_family(op: &'static str) -> Error {
    Error::new(op, libc::ENOENT)
        .message(format!("generic netlink has no family {GENL_NAME}"))
        .hint(SPEC.unregistered_hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::HELLO_CMD_GET_PEER;

    const GENL: Framing = Framing::Genl { family_id: 0x23 };

    #[test]
    fn the_command_is_the_type_or_stands_behind_the_header() {
        let raw = Request::change("test", HELLO_CMD_GET_PEER, b"attrs...".to_vec()).unwrap();

        assert_eq!(Framing::Raw.request(raw.clone()), raw);
        let request = GENL.request(raw.clone());
        let message = Message::from_bytes(request.bytes()).unwrap();
        assert_eq!(message.header().nlmsg_type, 0x23);
        let payload = [&[HELLO_CMD_GET_PEER as u8, 1, 0, 0], &b"attrs..."[..]].concat();
        assert_eq!(message.payload(), payload);

        let (raw, seen) = (
            Message::from_bytes(raw.bytes()).unwrap(),
            GENL.message(&message),
        );
        assert_eq!(
            (seen.header(), seen.payload()),
            (raw.header(), raw.payload())
        );
    }

    #[test]
    fn a_message_that_is_not_of_the_family_stays_as_it_is() {
        for (nlmsg_type, payload) in [(0x24, &[16, 1, 0, 0][..]), (0x23, b"")] {
            let request = Request::new("test", nlmsg_type, payload.to_vec()).unwrap();
            let message = Message::from_bytes(request.bytes()).unwrap();
            assert_eq!(GENL.message(&message), message);
        }
    }

    #[test]
    fn a_family_that_is_not_there_says_the_way_out() {
        let name = no_family("say hello").to_string();

        assert_eq!(
            name,
            "say hello: generic netlink has no family nlhello (ENOENT): is hello.ko loaded?"
        );
    }
}
