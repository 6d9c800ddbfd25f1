// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests, built with neli.

use super::Error;
use crate::wire::{Nlmsghdr, Sink, NLMSG_HDRLEN};
use neli::consts::nl::NlmF;
use neli::err::SerError;
use neli::nl::{NlPayload, NlmsghdrBuilder};
use neli::types::Buffer;
use neli::ToBytes;
use std::io::{self, Cursor};
use std::mem::offset_of;

/// Where `nlmsg_seq` is in a message.
const SEQ: usize = offset_of!(libc::nlmsghdr, nlmsg_seq);

/// A request as it goes over the socket, built once and sent any number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    op: &'static str,
    object: Option<String>,
    bytes: Vec<u8>,
}

/// A request for all entries of a table (`NLM_F_DUMP`): many messages answer it.
///
/// The type is not [`Request`], so that nothing which waits for a single answer takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpRequest(pub(super) Request);

impl Request {
    /// Builds a request of type `nlmsg_type` whose payload is `attrs`, a row of padded attributes.
    ///
    /// `op` names what it is for, in an [`Error`]: `say hello`.
    ///
    /// # Errors
    ///
    /// `EINVAL` when neli cannot make a message of it.
    pub fn new(op: &'static str, nlmsg_type: u16, attrs: Vec<u8>) -> Result<Self, Error> {
        Self::with_flags(op, nlmsg_type, NlmF::REQUEST, attrs)
    }

    /// Builds a request for all entries of a table (`NLM_F_DUMP`); see [`Request::new`].
    ///
    /// # Errors
    ///
    /// As [`Request::new`].
    pub fn dump(op: &'static str, nlmsg_type: u16, attrs: Vec<u8>) -> Result<DumpRequest, Error> {
        Self::with_flags(op, nlmsg_type, NlmF::REQUEST | NlmF::DUMP, attrs).map(DumpRequest)
    }

    /// Builds a request that the kernel confirms when it is done (`NLM_F_ACK`); see
    /// [`Request::new`].
    ///
    /// # Errors
    ///
    /// As [`Request::new`].
    pub fn change(op: &'static str, nlmsg_type: u16, attrs: Vec<u8>) -> Result<Self, Error> {
        Self::change_with(op, nlmsg_type, 0, attrs)
    }

    /// Builds a [`Request::change`] with more flags: `NLM_F_CREATE` and its like.
    ///
    /// # Errors
    ///
    /// As [`Request::new`].
    pub fn change_with(
        op: &'static str,
        nlmsg_type: u16,
        flags: u16,
        attrs: Vec<u8>,
    ) -> Result<Self, Error> {
        let flags = NlmF::REQUEST | NlmF::ACK | NlmF::from_bits_retain(flags);

        Self::with_flags(op, nlmsg_type, flags, attrs)
    }

    /// Returns it as the family `family_id` of generic netlink has it: the type becomes the command in a
    /// `struct genlmsghdr` of this version.
    #[must_use]
    pub fn in_generic(mut self, family_id: u16, version: u8) -> Self {
        let command = Nlmsghdr::from_bytes(&self.bytes).map_or(0, |header| header.nlmsg_type);
        // Commands of generic netlink are bytes.
        let genlmsghdr = [command as u8, version, 0, 0];
        self.bytes.splice(NLMSG_HDRLEN..NLMSG_HDRLEN, genlmsghdr);
        if let Some(mut header) = Nlmsghdr::from_bytes(&self.bytes) {
            header.nlmsg_len += genlmsghdr.len() as u32;
            header.nlmsg_type = family_id;
            self.bytes[..NLMSG_HDRLEN].copy_from_slice(&header.to_bytes());
        }
        self
    }

    fn with_flags(
        op: &'static str,
        nlmsg_type: u16,
        flags: NlmF,
        attrs: Vec<u8>,
    ) -> Result<Self, Error> {
        let bytes = build(nlmsg_type, flags, attrs)
            .map_err(|error| Error::new(op, libc::EINVAL).message(error.to_string()))?;

        Ok(Self {
            op,
            object: None,
            bytes,
        })
    }

    /// Says what it is about, for an [`Error`]: `10.0.0.0/8`.
    pub fn about(self, object: impl Into<String>) -> Self {
        let object = Some(object.into());

        Self { object, ..self }
    }

    /// Returns what the request is for.
    pub fn op(&self) -> &'static str {
        self.op
    }

    /// Returns what it is about, if that was said.
    pub fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// Returns the message as it goes over the socket.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the sequence number that the answer will repeat.
    pub fn seq(&self) -> u32 {
        Nlmsghdr::from_bytes(&self.bytes).map_or(0, |header| header.nlmsg_seq)
    }

    /// Makes it the request number `seq`, without building it again.
    pub fn set_seq(&mut self, seq: u32) {
        let seq = seq.to_ne_bytes();
        if let Some(field) = self.bytes.get_mut(SEQ..SEQ + seq.len()) {
            field.copy_from_slice(&seq);
        }
    }
}

impl DumpRequest {
    /// Says what it is about; see [`Request::about`].
    pub fn about(self, object: impl Into<String>) -> Self {
        Self(self.0.about(object))
    }

    /// Returns it as generic netlink has it; see [`Request::in_generic`].
    #[must_use]
    pub fn in_generic(self, family_id: u16, version: u8) -> Self {
        Self(self.0.in_generic(family_id, version))
    }

    /// Returns what the request is for.
    pub fn op(&self) -> &'static str {
        self.0.op
    }

    /// Returns the message as it goes over the socket.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// neli counts the padding of the payload in `nlmsg_len`: right for attributes, whose last one may
/// be padded, wrong for anything else.
fn build(nlmsg_type: u16, flags: NlmF, attrs: Vec<u8>) -> Result<Vec<u8>, SerError> {
    let message = NlmsghdrBuilder::default()
        .nl_type(nlmsg_type)
        .nl_flags(flags)
        .nl_payload(NlPayload::Payload(Buffer::from(attrs)))
        .build()
        .map_err(SerError::new)?;
    let mut bytes = Cursor::new(Vec::with_capacity(NLMSG_HDRLEN));
    message.to_bytes(&mut bytes)?;
    Ok(bytes.into_inner())
}

/// Appends to a vector: there is always room.
impl Sink for Vec<u8> {
    type Error = io::Error;

    fn too_long() -> Self::Error {
        io::Error::from_raw_os_error(libc::EMSGSIZE)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}
