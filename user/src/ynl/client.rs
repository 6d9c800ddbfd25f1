// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests of a family that a spec describes, and what the kernel answers and tells.

use super::blame::AttrPlaces;
use super::encode::Encoder;
use super::family::{SpecFamily, SpecOperation, SpecTransport, OP};
use super::value::{SpecObject, SpecValue};
use crate::genl::{self, FamilyName, FamilyNumbers};
use crate::names::GENLMSGHDR;
use crate::netlink::{
    Connection, Error, Gathered, Request, Spec, Table, Tap, WholeAnswer, PROTOCOLS,
};
use crate::wire::Message;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// The way out when the kernel has no such protocol or family.
const NOT_LOADED: &str = "is the module loaded that has it?";

/// Protocols of which no more is known than their numbers.
static PROTOCOL: [Spec; PROTOCOLS] = {
    const NONE: Spec = Spec {
        protocol: 0,
        unregistered_hint: NOT_LOADED,
        messages: &[],
    };
    let mut specs = [NONE; PROTOCOLS];
    let mut number = 0;
    while number < PROTOCOLS {
        specs[number].protocol = number as libc::c_int;
        number += 1;
    }
    specs
};

/// A socket of a family.
pub struct SpecClient<'f> {
    connection: Connection,
    family: &'f SpecFamily,
    /// Numbers of the family in generic netlink: the type of its messages, and its groups.
    generic: Option<FamilyNumbers>,
}

/// A request that is ready to be sent.
pub struct SpecCall<'f> {
    operation: &'f SpecOperation,
    nlmsg_type: u16,
    payload: Vec<u8>,
    places: AttrPlaces,
    object: String,
}

/// Messages that answered a request.
pub struct Answers<'f> {
    family: &'f SpecFamily,
    operation: &'f SpecOperation,
    answer: WholeAnswer,
}

/// End of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableEnd {
    /// Whether the table changed while it was read, so that entries may be missing or be there twice.
    pub is_interrupted: bool,
    /// The kernel's warning, if it gave one.
    pub warning: Option<String>,
}

impl<'f> SpecClient<'f> {
    /// Opens a socket of the protocol that `family` is of.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when no module has registered the protocol, others of `socket(2)` and `setsockopt(2)`.
    pub fn open(family: &'f SpecFamily) -> Result<Self, Error> {
        let connection = Connection::open(OP, spec_of(family.transport))?;
        connection
            .socket()
            .set_strict()
            .map_err(|error| Error::from_io(OP, &error))?;

        Ok(Self {
            connection,
            family,
            generic: None,
        })
    }

    /// Returns the protocol that the family is of.
    pub fn spec(&self) -> &'static Spec {
        self.connection.spec()
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.connection.set_tap(tap);
    }

    /// Asks for `bytes` of room for what the kernel tells, as far as it allows that.
    pub fn set_room(&mut self, bytes: usize) {
        self.connection.set_inbox(usize::MAX);
        let _ = self.connection.socket().set_recv_buffer(bytes);
    }

    /// Asks the kernel which number the family has in generic netlink; nothing where it is of another protocol.
    ///
    /// # Errors
    ///
    /// `ENOENT` where the kernel has no such family; others of [`Connection::ask`].
    pub fn look_up(&mut self, timeout: Duration) -> Result<(), Error> {
        if let (SpecTransport::Generic(_), None) = (self.family.transport, &self.generic) {
            self.generic = Some(self.ask_for_family(timeout)?);
        }
        Ok(())
    }

    fn ask_for_family(&mut self, timeout: Duration) -> Result<FamilyNumbers, Error> {
        let name = &self.family.name;
        let query = FamilyName {
            name: name.clone().into_bytes(),
        };
        let numbers = FamilyNumbers::look_up(&mut self.connection, &query, timeout)?;

        numbers.ok_or_else(|| {
            Error::new(OP, libc::ENOENT)
                .message(format!("the kernel has no family `{name}`"))
                .hint(NOT_LOADED)
        })
    }

    /// Makes a request for `operation` with `values`; see [`SpecClient::look_up`], which comes first.
    ///
    /// # Errors
    ///
    /// A usage error where the operation is no request, or a value does not fit.
    pub fn call(
        &self,
        operation: &'f SpecOperation,
        values: &SpecObject<'_>,
    ) -> Result<SpecCall<'f>, Error> {
        let object = format!("{} {}", self.family.name, operation.name);
        let Some(command) = operation.request else {
            return Err(
                Error::usage(OP, "the kernel tells it, nobody can ask for it").object(object),
            );
        };
        let (nlmsg_type, start) = match (self.family.transport, &self.generic) {
            (SpecTransport::Generic(version), Some(generic)) => {
                let command = u8::try_from(command)
                    .map_err(|_| Error::usage(OP, format!("command {command} is beyond 255")))?;
                (generic.id, vec![command, version, 0, 0])
            }
            _ => (command, Vec::new()),
        };
        let encoder = Encoder::encode(self.family, operation, start, values)
            .map_err(|error| error.object(&*object))?;

        Ok(SpecCall {
            operation,
            nlmsg_type,
            payload: encoder.bytes,
            places: encoder.places,
            object,
        })
    }

    /// Sends `call` with the flags `NLM_F_*`, and waits for all that answers it and for the word that it is done.
    ///
    /// # Errors
    ///
    /// The kernel's refusal, which names the attribute; `ETIMEDOUT`; others of [`Connection::ask_all`].
    pub fn perform(
        &mut self,
        call: &SpecCall<'f>,
        flags: u16,
        timeout: Duration,
    ) -> Result<Answers<'f>, Error> {
        let request = Request::change_with(OP, call.nlmsg_type, flags, call.payload.clone());
        let mut request = request?.about(&*call.object);
        let answer = self
            .connection
            .ask_all(&mut request, timeout)
            .map_err(|error| call.blame(self.family, error))?;

        Ok(Answers {
            family: self.family,
            operation: call.operation,
            answer,
        })
    }

    /// Reads the whole table that `call` asks for; hands each entry to `take`.
    ///
    /// # Errors
    ///
    /// As [`SpecClient::perform`].
    pub fn dump<E: From<Error>>(
        &mut self,
        call: &SpecCall<'_>,
        timeout: Duration,
        mut take: impl FnMut(SpecObject<'_>) -> Result<(), E>,
    ) -> Result<TableEnd, E> {
        let family = self.family;
        let request = Request::dump(OP, call.nlmsg_type, call.payload.clone())?;
        let mut table = self
            .connection
            .table(request.about(&*call.object), timeout)?;
        while let Some(message) = next_entry(&mut table, family, call)? {
            if let Some(object) = decode_answer(family, call.operation, &message)? {
                take(object)?;
            }
        }
        Ok(TableEnd {
            is_interrupted: table.is_interrupted(),
            warning: table.warning().map(str::to_owned),
        })
    }

    /// Joins the multicast group called `name`; see [`SpecClient::look_up`], which comes first.
    ///
    /// # Errors
    ///
    /// A usage error where there is none; those of [`Connection::join`].
    pub fn subscribe(&self, name: &str) -> Result<(), Error> {
        let number = match &self.generic {
            Some(generic) => group_of(generic, self.family, name)?,
            None => {
                let number = self.family.group(name)?.number;
                number
                    .ok_or_else(|| Error::usage(OP, format!("the spec gives `{name}` no number")))?
            }
        };

        self.connection
            .join(OP, number)
            .map_err(|error| error.object(format!("{} {name}", self.family.name)))
    }

    /// Waits until the kernel tells something, until `deadline` or until `wake` is readable.
    ///
    /// # Errors
    ///
    /// As [`Connection::gather`].
    pub fn wait(
        &mut self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Gathered, Error> {
        self.connection.gather(OP, deadline, wake)
    }

    /// Returns what came, each message with the name of its operation.
    pub fn events(&self) -> impl Iterator<Item = Result<(&str, SpecObject<'_>), Error>> {
        let family = self.family;

        self.connection.messages(OP).filter_map(move |message| {
            message
                .and_then(|message| decode_event(family, &message))
                .transpose()
        })
    }
}

impl Answers<'_> {
    /// Returns the kernel's warning, if it gave one.
    pub fn warning(&self) -> Option<&str> {
        self.answer.warning.as_deref()
    }

    /// Returns the answer: null where there was none, an object, or a list of several.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when a message is malformed.
    pub fn value(&self) -> Result<SpecValue<'_>, Error> {
        let mut objects = Vec::new();
        for message in &self.answer.messages {
            let message =
                Message::from_bytes(message).map_err(|error| Error::malformed(OP, error))?;
            let object = decode_answer(self.family, self.operation, &message)?;
            objects.extend(object.map(SpecValue::Object));
        }

        Ok(match objects.len() {
            0 => SpecValue::Null,
            1 => objects.remove(0),
            _ => SpecValue::List(objects),
        })
    }
}

impl SpecCall<'_> {
    /// Names the attribute that a refusal is about.
    fn blame(&self, family: &SpecFamily, error: Error) -> Error {
        let blamed = error.blamed.as_deref();
        let attr = blamed.and_then(|blamed| self.places.blamed(family, blamed));

        Error {
            object: Some(self.object.clone()),
            attr: attr.or(error.attr),
            ..error
        }
    }
}

/// Returns the number of the group called `name` of a family of generic netlink.
fn group_of(numbers: &FamilyNumbers, family: &SpecFamily, name: &str) -> Result<u32, Error> {
    match numbers.group(name.as_bytes()) {
        Some(number) => Ok(number),
        None => {
            family.group(name)?;
            let words = format!("the kernel's family has no multicast group `{name}`");
            Err(Error::new(OP, libc::ENOENT).message(words))
        }
    }
}

fn spec_of(transport: SpecTransport) -> &'static Spec {
    match transport {
        SpecTransport::Generic(_) => &genl::SPEC,
        SpecTransport::Raw(number) => &PROTOCOL[usize::from(number)],
    }
}

fn next_entry<'t>(
    table: &'t mut Table<'_>,
    family: &SpecFamily,
    call: &SpecCall<'_>,
) -> Result<Option<Message<'t>>, Error> {
    table
        .next_entry()
        .map_err(|error| call.blame(family, error))
}

/// Returns the number of a message and its payload behind the header of generic netlink.
fn parts<'a>(family: &SpecFamily, message: &Message<'a>) -> Result<(u16, &'a [u8]), Error> {
    let payload = message.payload();

    match family.transport {
        SpecTransport::Raw(_) => Ok((message.header().nlmsg_type, payload)),
        SpecTransport::Generic(_) => match (payload.first(), payload.get(GENLMSGHDR..)) {
            (Some(command), Some(rest)) => Ok(((*command).into(), rest)),
            _ => Err(Error::malformed(OP, crate::wire::Error::Truncated)),
        },
    }
}

/// Decodes a message that answers `operation`; `None` where it is something else that the spec does not know.
fn decode_answer<'a>(
    family: &'a SpecFamily,
    operation: &SpecOperation,
    message: &Message<'a>,
) -> Result<Option<SpecObject<'a>>, Error> {
    let (number, payload) = parts(family, message)?;
    let operation = match operation.reply {
        Some(reply) if reply == number => Some(operation),
        // A kernel that is asked to echo a change tells it.
        _ => family.of_reply(number),
    };

    operation
        .map(|operation| family.decode(operation, payload))
        .transpose()
        .map_err(|error| Error::malformed(OP, error))
}

fn decode_event<'a>(
    family: &'a SpecFamily,
    message: &Message<'a>,
) -> Result<Option<(&'a str, SpecObject<'a>)>, Error> {
    let (number, payload) = parts(family, message)?;
    let Some(operation) = family.of_reply(number) else {
        return Ok(None);
    };
    let object = family.decode(operation, payload);

    object
        .map(|object| Some((&*operation.name, object)))
        .map_err(|error| Error::malformed(OP, error))
}
