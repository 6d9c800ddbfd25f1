// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::{
        errno::emsgsize,
        put,
        skb::tests::Buffer,
        tests::ReceivedAck,
        Command,
        KernelSocket, //
    },
    wire::{
        Message,
        Messages, //
    },
};

/// A family that has nothing but the table.
struct TableFamily;

impl Family for TableFamily {
    const PROTOCOL: u32 = 31;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

/// The numbers from `next` to below `end`, which change at `change`; at the end there is a warning,
/// an error, or neither.
struct Table {
    next: u32,
    end: u32,
    change: u32,
    is_warning: bool,
    error: Option<Error>,
}

impl Dump for Table {
    type Family = TableFamily;
    type Attrs = ();
    type Item = u32;
    const NLMSG_TYPE: u16 = 77;

    fn start(_: &mut Call<'_, TableFamily>) -> Result<Self> {
        Err(EINVAL)
    }

    fn next(&mut self, (): &(), ext_ack: &mut ExtAck<'_>) -> Result<Option<u32>> {
        let number = self.next;
        self.next += 1;

        if number < self.end {
            return Ok(Some(number));
        }
        if self.is_warning {
            ext_ack.set_msg(c"the end");
        }
        self.error
            .map_or(Ok(None), |error| Err(ext_ack.refuse(error, c"broken")))
    }

    fn generation(&self, (): &()) -> u32 {
        // `next` is one beyond what is written.
        if self.next > self.change {
            2
        } else {
            1
        }
    }

    /// Returns as many bytes as the number is, with its value in each.
    fn payload(item: &u32) -> impl Payload {
        let bytes = BYTES.get(*item as usize).unwrap_or(&[0; END]);

        put::raw(bytes.get(..*item as usize).unwrap_or_default())
    }
}

/// More than any number that is written here.
const END: usize = 41;

/// For each number, as many bytes of its value as any number is.
static BYTES: [[u8; END]; END] = {
    let mut bytes = [[0; END]; END];
    let mut number = 0;

    // A constant cannot be made with iterators.
    while number < END {
        bytes[number] = [number as u8; END];
        number += 1;
    }
    bytes
};

const ENTRY_HEADER: Nlmsghdr = Nlmsghdr {
    nlmsg_len: 0,
    nlmsg_type: Table::NLMSG_TYPE,
    nlmsg_flags: NLM_F_MULTI,
    nlmsg_seq: 5,
    nlmsg_pid: 6,
};

fn dump(end: u32, change: u32) -> DumpState<Table> {
    DumpState {
        table: Table {
            next: 0,
            end,
            change,
            is_warning: false,
            error: None,
        },
        pending: None,
        ext_ack: ExtAck::new(),
        genl_id: None,
    }
}

/// Fills a buffer with `state`; returns its length, the result, and what `NLMSG_DONE` says then.
fn fill_one(state: &mut DumpState<Table>) -> Result<(usize, Result<usize>, ReceivedAck)> {
    let mut cb = bindings::netlink_callback::default();
    let mut buffer = Buffer::new(200)?;
    let result = fill_buffer(state, &(), &mut buffer.writer, ENTRY_HEADER, &mut cb);
    let ack = ReceivedAck::read(result.map(|_| ()), &state.ext_ack, &[]);

    Ok((buffer.written().len(), result, ack))
}

/// Says whether `message` is the entry `number`.
fn is_entry(message: &Message<'_>, number: u32, nlmsg_flags: u16) -> bool {
    let header = Nlmsghdr {
        nlmsg_len: 16 + number,
        nlmsg_flags,
        ..ENTRY_HEADER
    };
    let mut bytes = message.payload().iter();

    *message.header() == header && bytes.all(|byte| u32::from(*byte) == number)
}

#[kunit_tests(netlink_dump)]
mod suite {
    use super::*;

    #[test]
    fn every_entry_is_written_once_whatever_the_buffers_size() -> Result {
        const LAST: u32 = 40;

        for capacity in (56..200).step_by(9) {
            let mut state = dump(LAST, u32::MAX);
            let mut cb = bindings::netlink_callback::default();
            let mut number = 0;
            let mut len = 1;
            while len != 0 {
                let mut buffer = Buffer::new(capacity)?;
                len = fill_buffer(&mut state, &(), &mut buffer.writer, ENTRY_HEADER, &mut cb)?;
                assert!(len == 0 || len == buffer.written().len());
                for message in Messages::new(buffer.written()) {
                    let message = message.map_err(|_| EINVAL)?;
                    assert!(is_entry(&message, number, NLM_F_MULTI));
                    number += 1;
                }
            }
            assert_eq!(number, LAST);
        }
        Ok(())
    }

    #[test]
    fn an_entry_that_fits_no_buffer_ends_the_dump() -> Result {
        let mut state = dump(40, u32::MAX);
        let mut cb = bindings::netlink_callback::default();
        let mut len = 1;

        // The entry 33 takes 52 bytes.
        while state.table.next <= 33 {
            assert!(len != 0);
            let mut buffer = Buffer::new(48)?;
            len = fill_buffer(&mut state, &(), &mut buffer.writer, ENTRY_HEADER, &mut cb)?;
        }
        let mut buffer = Buffer::new(48)?;
        let result = fill_buffer(&mut state, &(), &mut buffer.writer, ENTRY_HEADER, &mut cb);
        assert_eq!(result, Err(emsgsize()));
        assert_eq!(buffer.written().len(), 0);
        let ack = ReceivedAck::read(result.map(|_| ()), &state.ext_ack, &[]);
        assert!(ack == ReceivedAck::error(emsgsize(), "an entry fits no buffer"));
        Ok(())
    }

    #[test]
    fn an_empty_table_is_at_its_end() -> Result {
        let mut buffer = Buffer::new(100)?;
        let mut cb = bindings::netlink_callback::default();
        let len = fill_buffer(
            &mut dump(0, 0),
            &(),
            &mut buffer.writer,
            ENTRY_HEADER,
            &mut cb,
        )?;

        assert_eq!(len, 0);
        assert_eq!(buffer.written().len(), 0);
        assert!(buffer.is_clean());
        Ok(())
    }

    #[test]
    fn what_the_end_says_comes_in_a_buffer_of_its_own() -> Result {
        for (is_warning, error, ack) in [
            (true, None, ReceivedAck::warning("the end")),
            (false, Some(EIO), ReceivedAck::error(EIO, "broken")),
            // With entries before it, the core would take this one for a buffer that is full.
            (
                true,
                Some(emsgsize()),
                ReceivedAck::error(emsgsize(), "broken"),
            ),
        ] {
            let mut state = dump(3, u32::MAX);
            state.table.is_warning = is_warning;
            state.table.error = error;

            let (len, result, _) = fill_one(&mut state)?;
            assert!(len > 0 && result == Ok(len));
            let (len, result, said) = fill_one(&mut state)?;
            assert_eq!(len, 0);
            assert_eq!(result, error.map_or(Ok(0), Err));
            assert!(said == ack);
            // The end was met once.
            assert_eq!(state.table.next, 4);
        }
        Ok(())
    }

    #[test]
    fn an_end_with_nothing_to_say_follows_the_last_entry() -> Result {
        let (len, result, ack) = fill_one(&mut dump(3, u32::MAX))?;

        assert!(len > 0);
        assert_eq!(result, Ok(0));
        assert!(ack == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn the_first_message_after_a_change_tells_of_it() -> Result {
        for change in 0..6 {
            let mut state = dump(5, change);
            let mut cb = bindings::netlink_callback::default();
            let mut buffer = Buffer::new(200)?;
            fill_buffer(&mut state, &(), &mut buffer.writer, ENTRY_HEADER, &mut cb)?;

            for (number, message) in (0..).zip(Messages::new(buffer.written())) {
                let message = message.map_err(|_| EINVAL)?;
                let is_changed = number == change;
                let flags = NLM_F_MULTI | if is_changed { NLM_F_DUMP_INTR } else { 0 };
                assert!(is_entry(&message, number, flags));
            }
            // As the core asks for `NLMSG_DONE`.
            let is_flagged = consistent(ENTRY_HEADER, &cb).nlmsg_flags & NLM_F_DUMP_INTR != 0;
            assert_eq!(is_flagged, change == 5);
        }
        Ok(())
    }
}
