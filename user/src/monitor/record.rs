// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a monitor took in, in a file: `docs/record.md` has the format.

use super::{Kind, Kinds, Origin};
use crate::netlink::Error;
use crate::wire::{put_message, Message, Nlmsghdr};
use std::io::{self, BufWriter, Read, Write};
use std::time::{Duration, SystemTime};

const RECORD: &str = "record";
const REPLAY: &str = "replay";

/// A file of pcap with times in nanoseconds, and one with times in microseconds.
const MAGIC: u32 = 0xa1b2_3c4d;
const MAGIC_MICROS: u32 = 0xa1b2_c3d4;
const VERSION: [u16; 2] = [2, 4];
/// `LINKTYPE_NETLINK`.
const LINKTYPE: u32 = 253;
/// The longest packet: the kernel makes no longer message.
const LONGEST: u32 = 1 << 18;

/// `ARPHRD_NETLINK`.
const ARPHRD: u16 = 824;
/// Size of what is before each message.
const COOKED: usize = 16;

// Who sent a packet to whom, as in other cooked headers (`PACKET_*`).
const TO_US: u16 = 0;
const TO_ALL: u16 = 2;
const BY_US: u16 = 4;

// The protocols of netlink.
const ROUTE: u16 = libc::NETLINK_ROUTE as u16;
const HELLO: u16 = crate::uapi::NETLINK_USER as u16;

/// The message that means nothing to the kernel: what it has for us is text.
const NOOP: u16 = libc::NLMSG_NOOP as u16;
const NAME: &[u8] = b"nlhello";
/// Of the steps.
const EDITION: &[u8] = b"1";

/// Something that a monitor took in or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// It begins; these are the words of whoever asked for the record.
    Begin(Vec<&'a [u8]>),
    /// The state of these kinds is read from now on; what differs is told as of this origin.
    Read(Origin, Kinds),
    /// What was read is compared.
    Done,
    /// What there was at the start is known.
    Started,
    /// An event came.
    Event(Message<'a>),
    /// An object was read.
    Found(Message<'a>),
    /// Somebody said hello to the module.
    Said(Message<'a>),
    /// So many of those events were lost.
    LostHellos(u32),
    /// Events were lost, so many where it was told.
    Lost(Option<u32>),
    /// It was told that all is told.
    Sync,
}

impl<'a> Step<'a> {
    /// Puts it behind its cooked header into `out`.
    fn put(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Event(message) => put_packet(out, TO_ALL, ROUTE, message.bytes()),
            Self::Said(message) => put_packet(out, TO_ALL, HELLO, message.bytes()),
            Self::Found(message) => put_packet(out, TO_US, ROUTE, message.bytes()),
            Self::Begin(words) => put_mark(out, b"begin", &[&[EDITION], &words[..]].concat())?,
            Self::Read(origin, kinds) => {
                let kinds = kinds.iter().map(|kind| kind.name().as_bytes());
                let words: Vec<_> = [name_of(*origin)].into_iter().chain(kinds).collect();
                put_mark(out, b"read", &words)?;
            }
            Self::Done => put_mark(out, b"done", &[])?,
            Self::Started => put_mark(out, b"started", &[])?,
            Self::Lost(None) => put_mark(out, b"lost", &[])?,
            Self::Lost(Some(drops)) => put_mark(out, b"lost", &[drops.to_string().as_bytes()])?,
            Self::LostHellos(drops) => {
                put_mark(out, b"lost-hellos", &[drops.to_string().as_bytes()])?;
            }
            Self::Sync => put_mark(out, b"sync", &[])?,
        }
        Ok(())
    }

    /// Reads it from a packet.
    fn of(packet: &'a [u8]) -> Option<Self> {
        let (cooked, bytes) = packet.split_at_checked(COOKED)?;
        let message = Message::from_bytes(bytes).ok()?;

        let number = |at: usize| u16::from_be_bytes([cooked[at], cooked[at + 1]]);

        match number(0) {
            TO_ALL if number(14) == HELLO => Some(Self::Said(message)),
            TO_ALL => Some(Self::Event(message)),
            TO_US => Some(Self::Found(message)),
            BY_US if message.header().nlmsg_type == NOOP => Self::of_mark(message.payload()),
            _ => None,
        }
    }

    fn of_mark(text: &'a [u8]) -> Option<Self> {
        let mut words = text.strip_suffix(b"\0")?.split(|byte| *byte == 0);
        if words.next() != Some(NAME) {
            return None;
        }
        Some(match words.next()? {
            b"begin" if words.next() == Some(EDITION) => Self::Begin(words.collect()),
            b"read" => {
                let origin = origin_of(words.next()?)?;
                let kinds: Option<Kinds> = words.map(kind_of).collect();
                Self::Read(origin, kinds?)
            }
            b"done" => Self::Done,
            b"started" => Self::Started,
            b"lost" => Self::Lost(match words.next() {
                None => None,
                Some(drops) => Some(number_of(drops)?),
            }),
            b"lost-hellos" => Self::LostHellos(number_of(words.next()?)?),
            b"sync" => Self::Sync,
            _ => return None,
        })
    }
}

fn name_of(origin: Origin) -> &'static [u8] {
    match origin {
        Origin::Initial => b"initial",
        Origin::Event => b"event",
        Origin::Implied => b"implied",
        Origin::Missed => b"missed",
    }
}

fn origin_of(name: &[u8]) -> Option<Origin> {
    [
        Origin::Initial,
        Origin::Event,
        Origin::Implied,
        Origin::Missed,
    ]
    .into_iter()
    .find(|origin| name_of(*origin) == name)
}

fn number_of(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn kind_of(name: &[u8]) -> Option<Kind> {
    Kind::of_name(std::str::from_utf8(name).ok()?)
}

fn put_packet(out: &mut Vec<u8>, direction: u16, protocol: u16, message: &[u8]) {
    out.extend_from_slice(&direction.to_be_bytes());
    out.extend_from_slice(&ARPHRD.to_be_bytes());
    out.extend_from_slice(&[0; 10]);
    out.extend_from_slice(&protocol.to_be_bytes());
    out.extend_from_slice(message);
}

fn put_mark(out: &mut Vec<u8>, verb: &[u8], words: &[&[u8]]) -> io::Result<()> {
    let mut text = Vec::new();
    for word in [NAME, verb].iter().chain(words) {
        text.extend_from_slice(word);
        text.push(0);
    }
    let mut message = Vec::new();
    let header = Nlmsghdr {
        nlmsg_type: NOOP,
        ..Nlmsghdr::default()
    };
    put_message(&mut message, header, &text)?;
    put_packet(out, BY_US, ROUTE, &message);
    Ok(())
}

/// Writes what a monitor takes in.
pub struct Recorder {
    out: BufWriter<Box<dyn Write + Send>>,
    packet: Vec<u8>,
}

impl Recorder {
    /// Begins a record in `out`; none of the `words` may have a NUL.
    pub fn begin(out: Box<dyn Write + Send>, words: &[&[u8]]) -> Result<Self, Error> {
        let mut recorder = Self {
            out: BufWriter::new(out),
            packet: Vec::new(),
        };
        recorder.put_header().map_err(failed)?;
        recorder.note(&Step::Begin(words.to_vec()))?;
        Ok(recorder)
    }

    fn put_header(&mut self) -> io::Result<()> {
        self.out.write_all(&MAGIC.to_ne_bytes())?;
        self.out.write_all(&VERSION[0].to_ne_bytes())?;
        self.out.write_all(&VERSION[1].to_ne_bytes())?;
        // The zone and the accuracy of times, both always 0.
        self.out.write_all(&[0; 8])?;
        self.out.write_all(&LONGEST.to_ne_bytes())?;
        self.out.write_all(&LINKTYPE.to_ne_bytes())
    }

    /// Writes a `step`, with the time that it is.
    pub fn note(&mut self, step: &Step<'_>) -> Result<(), Error> {
        self.put(step).map_err(failed)
    }

    fn put(&mut self, step: &Step<'_>) -> io::Result<()> {
        let time = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        self.packet.clear();
        step.put(&mut self.packet)?;
        let len = self.packet.len() as u32;
        // The format has 32 bits for them, which last until 2106.
        for number in [time.as_secs() as u32, time.subsec_nanos(), len, len] {
            self.out.write_all(&number.to_ne_bytes())?;
        }
        self.out.write_all(&self.packet)
    }

    /// Writes out what is held.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(failed)
    }
}

fn failed(error: io::Error) -> Error {
    Error::from_io(RECORD, &error)
}

/// Reads what a [`Recorder`] wrote.
pub struct Reader {
    input: Box<dyn Read>,
    packet: Vec<u8>,
    /// Where the next packet is in the file.
    at: u64,
    has_micros: bool,
}

impl Reader {
    /// Reads the start of the file.
    pub fn open(mut input: Box<dyn Read>) -> Result<Self, Error> {
        let mut header = [0; 24];
        if fill(&mut *input, &mut header)? < header.len() {
            return Err(bad("it is no record"));
        }
        let [magic, _, _, _, _, linktype] = numbers(&header);
        match magic {
            MAGIC | MAGIC_MICROS => {}
            _ if [MAGIC, MAGIC_MICROS].contains(&magic.swap_bytes()) => {
                return Err(bad("it was made on a machine with another order of bytes"));
            }
            _ => return Err(bad("it is no record")),
        }
        // The upper bits are about other things.
        if linktype & 0x0fff_ffff != LINKTYPE {
            return Err(bad("it is no record of netlink messages"));
        }
        Ok(Self {
            input,
            packet: Vec::new(),
            at: header.len() as u64,
            has_micros: magic == MAGIC_MICROS,
        })
    }

    /// Returns the next step, and when it was; `None` at the end.
    pub fn next_step(&mut self) -> Result<Option<(SystemTime, Step<'_>)>, Error> {
        let mut header = [0; 16];
        match fill(&mut *self.input, &mut header)? {
            0 => return Ok(None),
            16 => {}
            _ => return Err(self.cut_off()),
        }
        let [secs, fraction, len, _] = numbers(&header);
        if len > LONGEST {
            return Err(bad(&format!("what is at byte {} is no packet", self.at)));
        }
        self.packet.resize(len as usize, 0);
        if fill(&mut *self.input, &mut self.packet)? < self.packet.len() {
            return Err(self.cut_off());
        }
        let fraction = match self.has_micros {
            true => Duration::from_micros(fraction.into()),
            false => Duration::from_nanos(fraction.into()),
        };
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(secs.into()) + fraction;
        let at = self.at;
        self.at += 16 + u64::from(len);
        match Step::of(&self.packet) {
            Some(step) => Ok(Some((time, step))),
            None => Err(bad(&format!(
                "what is at byte {at} means nothing to this program"
            ))),
        }
    }

    fn cut_off(&self) -> Error {
        bad(&format!("it is cut off in the packet at byte {}", self.at))
    }
}

/// Reads as much as there is, up to the size of `buf`; returns how much that was.
fn fill(input: &mut dyn Read, buf: &mut [u8]) -> Result<usize, Error> {
    let mut len = 0;
    while len < buf.len() {
        match input.read(&mut buf[len..]) {
            Ok(0) => break,
            Ok(more) => len += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::from_io(REPLAY, &error)),
        }
    }
    Ok(len)
}

/// Returns the numbers in `bytes`, of this host's order.
fn numbers<const N: usize>(bytes: &[u8]) -> [u32; N] {
    std::array::from_fn(|index| {
        let word = bytes.get(4 * index..).and_then(|rest| rest.first_chunk());
        word.map_or(0, |word| u32::from_ne_bytes(*word))
    })
}

/// Returns the error for a record that cannot be read.
pub fn bad(message: &str) -> Error {
    Error::new(REPLAY, libc::EBADMSG).message(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::sync::{Arc, Mutex};

    /// Bytes that somebody else reads while they are written.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn record(steps: &[Step<'_>], words: &[&[u8]]) -> Vec<u8> {
        let out = Shared::default();
        let mut recorder = Recorder::begin(Box::new(out.clone()), words).unwrap();
        steps.iter().for_each(|step| recorder.note(step).unwrap());
        recorder.flush().unwrap();
        drop(recorder);
        let bytes = out.0.lock().unwrap();
        bytes.clone()
    }

    /// Reads a record to its end or to where it is bad; returns how many steps there were.
    fn read(bytes: &[u8]) -> (usize, Option<String>) {
        let mut count = 0;
        let result =
            Reader::open(Box::new(io::Cursor::new(bytes.to_vec()))).and_then(|mut reader| {
                while reader.next_step()?.is_some() {
                    count += 1;
                }
                Ok(())
            });
        (count, result.err().map(|error| error.message))
    }

    fn message() -> Vec<u8> {
        let mut message = Vec::new();
        let header = Nlmsghdr {
            nlmsg_type: libc::RTM_NEWADDR,
            ..Nlmsghdr::default()
        };
        put_message(&mut message, header, &[2; 8]).unwrap();
        message
    }

    fn some_steps(message: &[u8]) -> Vec<Step<'_>> {
        let message = Message::from_bytes(message).unwrap();
        let kinds = [Kind::Link, Kind::Fdb].into_iter().collect();

        vec![
            Step::Read(Origin::Initial, kinds),
            Step::Found(message),
            Step::Done,
            Step::Started,
            Step::Event(message),
            Step::Lost(Some(7)),
            Step::Lost(None),
            Step::Said(message),
            Step::LostHellos(3),
            Step::Read(Origin::Missed, Kinds::default()),
            Step::Sync,
        ]
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let before = SystemTime::now();
        let message = message();
        let bytes = record(&some_steps(&message), &[b"", b"route", b"\xff "]);
        let mut reader = Reader::open(Box::new(io::Cursor::new(bytes))).unwrap();
        let begin = Step::Begin(vec![b"", b"route", b"\xff "]);

        for expected in [begin].into_iter().chain(some_steps(&message)) {
            let (time, step) = reader.next_step().unwrap().unwrap();
            assert_eq!(step, expected);
            assert!(time >= before && time <= SystemTime::now());
        }
        assert_eq!(reader.next_step(), Ok(None));
    }

    #[test]
    fn what_other_programs_look_at_is_as_they_expect() {
        let message = message();
        let bytes = record(&[Step::Event(Message::from_bytes(&message).unwrap())], &[]);
        let packet = &bytes[bytes.len() - COOKED - message.len()..];

        assert_eq!(numbers::<6>(&bytes)[0], 0xa1b2_3c4d);
        assert_eq!(numbers::<6>(&bytes)[5], 253);
        assert_eq!(
            packet[..16],
            [0, 2, 3, 56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        );
        assert_eq!(packet[16..], message);
    }

    #[test]
    fn a_record_that_is_cut_off_is_read_up_to_there() {
        let message = message();
        let whole = record(&some_steps(&message), &[]);
        let steps = 1 + some_steps(&message).len();

        assert_eq!(read(&whole), (steps, None));
        for len in [whole.len() - 1, whole.len() - 40] {
            let (count, message) = read(&whole[..len]);
            assert_eq!(count, steps - 1);
            assert!(message
                .unwrap()
                .starts_with("it is cut off in the packet at byte"));
        }
        assert_eq!(read(&whole[..10]).1.unwrap(), "it is no record");
    }

    #[test]
    fn what_is_no_record_says_so() {
        let mut bytes = record(&[], &[]);
        bytes[20] = 1;
        assert_eq!(
            read(&bytes).1.unwrap(),
            "it is no record of netlink messages"
        );
        bytes[..4].reverse();
        assert!(read(&bytes).1.unwrap().contains("order of bytes"));
        assert_eq!(read(&[0; 100]).1.unwrap(), "it is no record");

        let mut strange = record(&[], &[]);
        let len = strange.len();
        strange[len - 5] ^= 1;
        assert!(read(&strange).1.unwrap().contains("means nothing"));
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let message = message();
        let whole = record(&some_steps(&message), &[b"route"]);
        proptest!(|(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8))| {
            let mut bytes = whole.clone();
            for (index, byte) in changes {
                bytes[index.index(whole.len())] = byte;
            }
            read(&bytes);
        });
    }
}
