// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The wire contract of the hello family: what bindgen reads from `uapi/nlhello.h`, now or, without
//! the feature `header`, before.
//!
//! The comments are the header's own.

// The names and the comments are C's.
#![allow(missing_docs, non_camel_case_types)]

#[cfg(feature = "header")]
include!(concat!(env!("OUT_DIR"), "/uapi.rs"));

#[cfg(not(feature = "header"))]
#[path = "../uapi.rs"]
mod made;
#[cfg(not(feature = "header"))]
pub use made::*;
