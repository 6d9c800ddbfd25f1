// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Payload of a request: a fixed header and attributes, some of them in nests.

use crate::netlink::{Error, Request};
use crate::wire::{put_attr, put_str};
use std::io;
use std::net::IpAddr;

/// A payload that is being written. The first error is kept, and what follows it does nothing.
pub struct RequestPayload {
    bytes: Vec<u8>,
    error: Option<io::Error>,
}

impl RequestPayload {
    /// Begins with a fixed header, whose size is a multiple of 4.
    pub fn new(header: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(header);

        Self { bytes, error: None }
    }

    /// Appends an attribute.
    pub fn put(&mut self, kind: u16, value: &[u8]) {
        self.append(|bytes| put_attr(bytes, kind, value));
    }

    /// Appends an attribute if there is a value.
    pub fn put_if<const N: usize>(&mut self, kind: u16, value: Option<[u8; N]>) {
        if let Some(value) = value {
            self.put(kind, &value);
        }
    }

    /// Appends a number in host order, if there is one.
    pub fn put_u32(&mut self, kind: u16, value: Option<u32>) {
        self.put_if(kind, value.map(u32::to_ne_bytes));
    }

    /// Appends a string with a NUL at its end, if there is one.
    pub fn put_str(&mut self, kind: u16, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.append(|bytes| put_str(bytes, kind, value));
        }
    }

    /// Appends an address, if there is one.
    pub fn put_ip(&mut self, kind: u16, value: Option<IpAddr>) {
        match value {
            Some(IpAddr::V4(v4)) => self.put(kind, &v4.octets()),
            Some(IpAddr::V6(v6)) => self.put(kind, &v6.octets()),
            None => {}
        }
    }

    /// Appends an attribute that holds `header` and the attributes that `fill` appends.
    pub fn nest(&mut self, kind: u16, header: &[u8], fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.put(kind, header);
        fill(self);
        self.append(|bytes| set_len(bytes, start));
    }

    /// Appends `bytes`, whose number is a multiple of 4.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns what was written since there were `start` bytes, to be changed.
    pub fn since(&mut self, start: usize) -> &mut [u8] {
        self.bytes.get_mut(start..).unwrap_or_default()
    }

    /// Returns how many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns what was written, to do `op`.
    pub fn bytes(self, op: &'static str) -> Result<Vec<u8>, Error> {
        match self.error {
            Some(error) => Err(Error::from_io(op, &error)),
            None => Ok(self.bytes),
        }
    }

    /// Makes a request of it.
    pub fn request(self, op: &'static str, nlmsg_type: u16, flags: u16) -> Result<Request, Error> {
        Request::change_with(op, nlmsg_type, flags, self.bytes(op)?)
    }

    fn append(&mut self, put: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
        if self.error.is_none() {
            self.error = put(&mut self.bytes).err();
        }
    }
}

/// Sets `nla_len` of the attribute at `start` so that it ends where the buffer ends.
fn set_len(bytes: &mut [u8], start: usize) -> io::Result<()> {
    let attr = bytes.get_mut(start..).unwrap_or_default();
    let too_long = |_| io::Error::from_raw_os_error(libc::EMSGSIZE);
    let nla_len = u16::try_from(attr.len()).map_err(too_long)?;

    if let Some((len, _)) = attr.split_first_chunk_mut::<2>() {
        *len = nla_len.to_ne_bytes();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Message, NLA_HDRLEN};

    #[test]
    fn a_nest_reaches_as_far_as_what_is_in_it() {
        let mut payload = RequestPayload::new(&[1; 4]);
        payload.nest(1, &[2; 8], |nest| {
            nest.put_str(2, Some(b"a"));
            nest.nest(3, &[], |_| {});
        });
        payload.put_u32(4, Some(7));
        let request = payload.request("test", 16, 0).unwrap();
        let message = Message::from_bytes(request.bytes()).unwrap();

        let attrs: Vec<_> = message.attrs(4).map(Result::unwrap).collect();
        assert_eq!(attrs.len(), 2);
        assert_eq!(attrs[0].value().len(), 8 + 8 + NLA_HDRLEN);
        assert_eq!(&attrs[0].value()[..8], [2; 8]);
        assert_eq!(attrs[1].u32(), Ok(7));
    }

    #[test]
    fn what_no_length_can_count_is_an_error() {
        let long = [0; 40_000];
        let mut nest = RequestPayload::new(&[]);
        nest.nest(1, &[], |nest| {
            nest.put(2, &long);
            nest.put(3, &long);
        });
        let mut value = RequestPayload::new(&[]);
        value.put_str(1, Some(&[b'x'; 70_000]));
        value.put_u32(2, Some(7));

        for payload in [nest, value] {
            let error = payload.request("test", 16, 0).unwrap_err();
            assert_eq!(error.errno.0, libc::EMSGSIZE);
        }
    }
}
