// SPDX-License-Identifier: GPL-2.0

//! Attributes that are checked and read, for `../bench.c` to count the instructions.

use super::parse;
use crate::{
    attributes,
    wire::NLMSG_HDRLEN, //
};
use core::slice;
use kernel::{
    bindings,
    ffi::c_int,
    prelude::*, //
};

attributes! {
    /// Attributes that `bench.c` declares for C, too.
    struct Measured {
        text(1): Option<NulString> where max_len = 1024;
        data(2): Option<Binary> where max_len = 65_000;
    }
}

/// Returns what follows the header of a message.
///
/// # Safety
///
/// As many bytes as `nlmsg_len` says must be there, for `'a`, and nobody may write to them.
#[inline(always)]
unsafe fn payload<'a>(nlh: *const bindings::nlmsghdr) -> &'a [u8] {
    // SAFETY: As the caller vouches.
    let bytes = unsafe { slice::from_raw_parts(nlh.cast::<u8>(), (*nlh).nlmsg_len as usize) };

    bytes.get(NLMSG_HDRLEN..).unwrap_or_default()
}

/// Checks the attributes of a message: 0, or a negative errno.
///
/// # Safety
///
/// As for [`payload`].
#[no_mangle]
unsafe extern "C" fn nl_bench_check(nlh: *const bindings::nlmsghdr) -> c_int {
    // SAFETY: As the caller vouches.
    match parse::<Measured>(unsafe { payload(nlh) }) {
        Ok(_) => 0,
        Err(_) => EINVAL.to_errno(),
    }
}

/// Does the same, and returns how many bytes they have.
///
/// # Safety
///
/// As for [`payload`].
#[no_mangle]
unsafe extern "C" fn nl_bench_read(nlh: *const bindings::nlmsghdr) -> c_int {
    // SAFETY: As the caller vouches.
    match parse::<Measured>(unsafe { payload(nlh) }) {
        Ok(attrs) => {
            let [text, data] =
                [attrs.text(), attrs.data()].map(|value| value.map_or(0, <[u8]>::len));
            (text + data) as c_int
        }
        Err(_) => EINVAL.to_errno(),
    }
}
