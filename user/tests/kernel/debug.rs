// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What only a `-debug` kernel can show; `scripts/test` leaves these out on the others.

mod concurrency;
mod faults;
mod kunit;
