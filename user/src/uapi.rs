// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The wire contract of the hello family: what bindgen reads from `uapi/nlhello.h`.
//!
//! The comments are the header's own.

// The names and the comments are C's.
#![allow(missing_docs, non_camel_case_types)]

include!(concat!(env!("OUT_DIR"), "/uapi.rs"));
