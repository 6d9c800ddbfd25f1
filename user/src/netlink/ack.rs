// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Acknowledgements and refusals: `NLMSG_ERROR` and its extended part.
//!
//! C header: `include/uapi/linux/netlink.h`, `struct nlmsgerr` and `enum nlmsgerr_attrs`.

use crate::names::uapi::{
    NLMSGERR_ATTR_MISS_NEST, NLMSGERR_ATTR_MISS_TYPE, NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS,
    NLMSGERR_ATTR_POLICY,
};
use crate::wire::{self, Attrs, Message, Nlmsghdr, NLMSG_DONE, NLMSG_HDRLEN};

/// The payload of an `NLMSG_ERROR` message, `struct nlmsgerr` and what follows it, or of the
/// `NLMSG_DONE` of a dump.
#[derive(Clone, Debug)]
pub struct Ack<'a> {
    /// 0 when the request was done, else a positive error number.
    pub errno: i32,
    /// The header of the request; all zeroes at the end of a dump.
    pub request: Nlmsghdr,
    /// The attributes of the extended ACK; none without `NETLINK_EXT_ACK`.
    pub attrs: Attrs<'a>,
}

/// The attributes of an extended ACK: `NLMSGERR_ATTR_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtAck<'a> {
    /// The kernel's words.
    pub message: Option<&'a [u8]>,
    /// Where in the request the trouble is: bytes from the start of its header.
    pub offset: Option<u32>,
    /// Policy that the attribute there violates: a row of attributes, `NL_POLICY_TYPE_ATTR_*`.
    pub policy: Option<&'a [u8]>,
    /// Type of the attribute that is missing from the request.
    pub miss_type: Option<u32>,
    /// Where in the request the nest is that it is missing from, if from any: bytes from the start
    /// of its header.
    pub miss_nest: Option<u32>,
}

impl<'a> Ack<'a> {
    /// Reads the payload of `message`, of type `NLMSG_ERROR`.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct nlmsgerr`.
    pub fn from_message(message: &Message<'a>) -> Result<Self, wire::Error> {
        let (error, rest) = message
            .payload()
            .split_first_chunk()
            .ok_or(wire::Error::Truncated)?;
        let request = Nlmsghdr::from_bytes(rest).ok_or(wire::Error::Truncated)?;
        let attrs = ext_ack(rest, &request, message.header().nlmsg_flags);

        Ok(Self {
            errno: i32::from_ne_bytes(*error).saturating_neg(),
            request,
            attrs: Attrs::new(attrs),
        })
    }

    /// Reads the payload of `message`, the `NLMSG_DONE` of a dump: an error number, and why.
    ///
    /// Without a payload there was no error; what follows the number is read as in a refusal.
    pub fn from_done(message: &Message<'a>) -> Self {
        let (error, rest) = message
            .payload()
            .split_first_chunk()
            .unwrap_or((&[0; 4], &[]));
        let attrs = match has(message.header().nlmsg_flags, libc::NLM_F_ACK_TLVS) {
            true => rest,
            false => &[],
        };

        Self {
            errno: i32::from_ne_bytes(*error).min(0).saturating_neg(),
            request: Nlmsghdr::default(),
            attrs: Attrs::new(attrs),
        }
    }

    /// Reads the payload of `message`, which ends an answer: of type `NLMSG_DONE`, or else `NLMSG_ERROR`.
    ///
    /// # Errors
    ///
    /// As [`Ack::from_message`].
    pub fn from_end(message: &Message<'a>) -> Result<Self, wire::Error> {
        match message.header().nlmsg_type {
            NLMSG_DONE => Ok(Self::from_done(message)),
            _ => Self::from_message(message),
        }
    }

    /// Returns the kernel's words, which are a warning where the request was done.
    pub fn words(&self) -> Option<String> {
        let words = self.ext_ack().ok()?.message?;

        Some(String::from_utf8_lossy(words).into_owned())
    }

    /// Reads the attributes.
    ///
    /// # Errors
    ///
    /// When one of them is broken.
    pub fn ext_ack(&self) -> Result<ExtAck<'a>, wire::Error> {
        let mut ext_ack = ExtAck::default();
        for attr in self.attrs.clone() {
            let attr = attr?;
            match attr.kind() {
                NLMSGERR_ATTR_MSG => ext_ack.message = Some(attr.str()?),
                NLMSGERR_ATTR_OFFS => ext_ack.offset = Some(attr.u32()?),
                NLMSGERR_ATTR_POLICY => ext_ack.policy = Some(attr.value()),
                NLMSGERR_ATTR_MISS_TYPE => ext_ack.miss_type = Some(attr.u32()?),
                NLMSGERR_ATTR_MISS_NEST => ext_ack.miss_nest = Some(attr.u32()?),
                // A newer kernel may say more.
                _ => {}
            }
        }
        Ok(ext_ack)
    }
}

/// Returns the bytes after the copy of the request in `rest`.
///
/// The copy is the header alone if the kernel capped it, or if there is nothing to complain of.
fn ext_ack<'a>(rest: &'a [u8], request: &Nlmsghdr, flags: u16) -> &'a [u8] {
    let copied = match has(flags, libc::NLM_F_CAPPED) {
        true => NLMSG_HDRLEN,
        false => wire::align(request.nlmsg_len as usize),
    };

    match has(flags, libc::NLM_F_ACK_TLVS) {
        true => rest.get(copied..).unwrap_or_default(),
        false => &[],
    }
}

fn has(flags: u16, flag: libc::c_int) -> bool {
    i32::from(flags) & flag != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answer of Linux 6.18 to `NETDEV_CMD_DEV_GET` without attributes, ext-ack and capped.
    const MISSING: [u8; 44] = [
        44, 0, 0, 0, 2, 0, 0, 3, 2, 0, 0, 0, 0x1c, 0x3d, 0, 0, // nlmsghdr: NLMSG_ERROR
        0xea, 0xff, 0xff, 0xff, // error: -EINVAL
        20, 0, 0, 0, 20, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, // nlmsghdr of the request
        8, 0, 5, 0, 1, 0, 0, 0, // NLMSGERR_ATTR_MISS_TYPE: 1
    ];

    #[test]
    fn the_type_of_a_missing_attribute_is_read() {
        let message = Message::from_bytes(&MISSING).unwrap();
        let ack = Ack::from_message(&message).unwrap();

        assert_eq!(ack.errno, libc::EINVAL);
        assert_eq!((ack.request.nlmsg_type, ack.request.nlmsg_seq), (20, 2));
        assert_eq!(
            ack.ext_ack(),
            Ok(ExtAck {
                miss_type: Some(1),
                ..ExtAck::default()
            })
        );
    }

    #[test]
    fn without_the_flag_nothing_is_taken_for_attributes() {
        let mut bytes = MISSING;
        bytes[7] &= !2;
        let message = Message::from_bytes(&bytes).unwrap();

        assert_eq!(Ack::from_message(&message).unwrap().attrs.count(), 0);
    }

    #[test]
    fn a_whole_copy_of_the_request_is_skipped() {
        // The request was 20 bytes long, 4 of them payload.
        let mut bytes = [&MISSING[..36], &[0xff; 4], &MISSING[36..]].concat();
        bytes[0] = 48;
        bytes[7] &= !1;
        let message = Message::from_bytes(&bytes).unwrap();
        let ext_ack = Ack::from_message(&message).unwrap().ext_ack().unwrap();

        assert_eq!(ext_ack.miss_type, Some(1));
    }

    #[test]
    fn every_truncation_is_an_error_or_has_no_attributes() {
        for len in NLMSG_HDRLEN..MISSING.len() {
            let mut bytes = MISSING[..len].to_vec();
            bytes[0] = len as u8;
            let message = Message::from_bytes(&bytes).unwrap();
            match Ack::from_message(&message) {
                Ok(ack) if len == 36 => assert_eq!(ack.ext_ack(), Ok(ExtAck::default())),
                Ok(ack) => assert!(ack.ext_ack().is_err(), "{len}"),
                Err(error) => assert_eq!(error, wire::Error::Truncated, "{len}"),
            }
        }
    }
}
