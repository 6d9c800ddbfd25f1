// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tests that need a `-debug` kernel; `scripts/test` leaves these out on the others.

mod concurrency;
mod faults;
mod kunit;
