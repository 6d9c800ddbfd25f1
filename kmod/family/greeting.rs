// SPDX-License-Identifier: GPL-2.0

//! What the kernel says.

use crate::uapi::{
    NLHELLO_GREETING,
    NLHELLO_GREETING_MAX, //
};

/// What the kernel says when nobody told it to say something else.
pub(super) const DEFAULT_GREETING: &[u8] = match NLHELLO_GREETING {
    [text @ .., 0] => text,
    text => text,
};

/// Room for the longest greeting, in bytes.
const SIZE: usize = NLHELLO_GREETING_MAX as usize;

/// A greeting.
///
/// # Invariants
///
/// `len` is at most [`SIZE`].
#[derive(Clone, Copy)]
pub(super) struct Greeting {
    bytes: [u8; SIZE],
    len: usize,
}

impl Greeting {
    /// Holds `text`, of which no more than the longest greeting has.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut bytes = [0; SIZE];
        let len = text.len().min(SIZE);

        for (place, byte) in bytes.iter_mut().zip(text) {
            *place = *byte;
        }
        // INVARIANT: Just cut.
        Self { bytes, len }
    }

    /// Returns the text, without a NUL.
    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
