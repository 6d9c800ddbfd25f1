// SPDX-License-Identifier: GPL-2.0

//! Tables in which a number stands once.

/// Asserts that no two entries of a table, a slice, are the same in all of these fields.
///
/// A macro, as no `const fn` can be told which fields, nor use iterators.
macro_rules! assert_distinct {
    ($table:expr, by $($field:ident),+: $msg:literal) => {{
        let mut rest = $table;

        while let [entry, others @ ..] = rest {
            let mut behind = others;
            while let [other, tail @ ..] = behind {
                assert!($(entry.$field != other.$field)||+, $msg);
                behind = tail;
            }
            rest = others;
        }
    }};
}

pub(super) use assert_distinct;
