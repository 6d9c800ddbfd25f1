// SPDX-License-Identifier: GPL-2.0

//! From a command's handler to the ACK.

use super::{
    attributes::{
        self,
        Violation, //
    },
    Answer,
    AttributeSet,
    Call,
    ExtAck,
    Family,
    Request, //
};
use crate::wire::{
    NLM_F_ACK,
    NLM_F_DUMP, //
};
use core::{
    ffi::CStr,
    marker::PhantomData,
    mem::size_of,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::prelude::*;

/// Serves a request that carries the attributes `S`: a function.
///
/// An error becomes an `NLMSG_ERROR`; an [`Answer`] is sent, and an ACK follows it, if the request
/// asked for one.
pub trait Handler<T: Family, S: AttributeSet>:
    for<'a> Fn(&mut Call<'a, T, S>) -> Result<Answer<'a, T, S>> + Copy + 'static
{
}

impl<T: Family, S: AttributeSet, F> Handler<T, S> for F where
    F: for<'a> Fn(&mut Call<'a, T, S>) -> Result<Answer<'a, T, S>> + Copy + 'static
{
}

/// Serves a request by the handler `F`, if its attributes are as `S` declares them, and says how it
/// ended where that is due. Each handler has a copy of this: a function and a policy that it knows
/// cost less than pointers to any.
///
/// # Safety
///
/// There must be a value of `F`.
pub(super) unsafe fn serve_by<T: Family, S: AttributeSet, F: Handler<T, S>>(
    request: &Request<'_, T>,
) {
    let () = Function::<F>::IS_ONE;
    // SAFETY: There is nothing to read, at any place that is aligned. By the caller's word there is a
    // value, of which this is a copy.
    let handler: F = unsafe { ptr::read(NonNull::dangling().as_ptr()) };

    match attributes::parse::<S>(request.payload()) {
        Ok(attrs) => answer_by(handler, &mut Call::new(request, attrs)),
        Err(violation) => refuse_attrs(request, &violation),
    }
}

/// Answers a request by what `handler` returns.
#[inline]
fn answer_by<T: Family, S: AttributeSet>(handler: impl Handler<T, S>, call: &mut Call<'_, T, S>) {
    let answer = handler(call);
    let result = answer.and_then(|answer| send(call, answer));

    if result.is_err() || is_ack_due(call.request) {
        end(call.request, result, &call.ext_ack);
    }
}

/// Says whether an ACK follows the answer: `NLMSG_DONE` is the last word of a dump.
#[inline]
fn is_ack_due<T: Family>(request: &Request<'_, T>) -> bool {
    request.has(NLM_F_ACK) && !request.has(NLM_F_DUMP)
}

/// Says how a request ended.
#[inline(never)] // For all handlers.
fn end<T: Family>(request: &Request<'_, T>, result: Result, ext_ack: &ExtAck<'_>) {
    if result.is_err() {
        T::refused(request.net());
    }
    request.ack(result, ext_ack);
}

/// Refuses a request, whatever its attributes are.
#[cold]
pub(super) fn refuse<T: Family>(request: &Request<'_, T>, error: Error, msg: &'static CStr) {
    let mut ext_ack = ExtAck::new();
    let error = ext_ack.refuse(error, msg);

    end(request, Err(error), &ext_ack);
}

/// Refuses a request for its attributes.
#[cold]
fn refuse_attrs<'a, T: Family>(request: &'a Request<'_, T>, violation: &Violation<'a>) {
    let mut ext_ack = ExtAck::new();
    let error = violation.report_to(&mut ext_ack);

    match violation.policy() {
        Some(policy) => {
            T::refused(request.net());
            request.refuse(error, &ext_ack, policy);
        }
        None => end(request, Err(error), &ext_ack),
    }
}

/// A function, of which the type says all.
struct Function<F>(PhantomData<F>);

impl<F> Function<F> {
    /// Checked when the handler is compiled.
    const IS_ONE: () = assert!(size_of::<F>() == 0, "handler is not a function");
}

/// Sends `answer`, and calls what is to follow it.
#[inline]
pub(super) fn send<'a, T: Family, S: AttributeSet>(
    call: &Call<'a, T, S>,
    answer: Answer<'a, T, S>,
) -> Result {
    if let Some(message) = answer.message {
        call.request.send(message)?;
    }
    if let Some(then) = answer.then {
        then(call);
    }
    Ok(())
}

#[cfg(nl_kunit)]
mod tests;
