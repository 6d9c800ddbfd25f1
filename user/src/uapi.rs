// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The wire contract of the hello family: the numbers of `uapi/nlhello.h`, which is what C includes.
//!
//! With the feature `header` the build fails where the two differ.

#[path = "../uapi.rs"]
mod numbers;
pub use numbers::*;
