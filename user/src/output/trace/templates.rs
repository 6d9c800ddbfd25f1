// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Templates: messages with their text, by which messages are shown that differ from them in a few values.
//! A program says much the same again and again, and the objects of a dump are alike. The message that was
//! shown last by a template is what it has then: of the next one, only what differs is written.

use super::leaf::Leaf;
use super::memory::Memory;
use super::sink::Sink;
use crate::output::record::digits::{count_on, ipv4};
use crate::output::record::memo::{mix, place};
use nlhello::names::ValueFormat;
use nlhello::wire::{Message, NLMSG_HDRLEN};
use std::mem;
use std::ops::Range;

/// How many sets of templates there are, a power of two, and how many templates a set has: messages of one
/// length, type and flags may have different attributes.
const SETS: usize = 32;
const WAYS: usize = 4;

/// How many messages that have no template are left alone, at most, after one that became a template: to make
/// one takes time, and where each message is of another kind, none is of use.
const PAUSE_MAX: u8 = 63;

/// Limits of a template, for its message and its text in bytes, and for the number of its values: those of a
/// link with its settings are below.
const BYTES_MAX: usize = 4096;
const TEXT_MAX: usize = 16 << 10;
const VALUES_MAX: usize = 512;

/// Templates, each in the set that the hash of its key gives it.
#[derive(Default)]
pub struct Templates {
    /// Empty before the first message.
    sets: Vec<Set>,
    /// The values of the message that is shown now.
    spans: Spans,
}

#[derive(Clone, Default)]
struct Set {
    templates: [Template; WAYS],
    /// The template that is replaced next.
    next: usize,
    /// The keys of the last messages that had no template: as many kinds may take turns.
    last: [TemplateKey; WAYS],
    /// How many messages are left alone before the next template is made, and how many will be after it.
    left: u8,
    pause: u8,
}

/// Parts that a message must have in common with its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TemplateKey {
    /// `nlmsg_len`, `nlmsg_type` and `nlmsg_flags`, as one number.
    header: u64,
    /// `NETLINK_*`.
    protocol: i32,
    /// [`Memory::families`].
    families: u64,
}

/// The message that was shown last, and its text.
#[derive(Clone, Default)]
struct Template {
    key: TemplateKey,
    bytes: Vec<u8>,
    /// For each byte of the message 0 if it is in one of the values in `varying`, else 255.
    mask: Vec<u8>,
    text: Vec<u8>,
    /// In order, none in another.
    spans: Vec<Span>,
    /// Spans of the values that have differed once, but those that are counted.
    varying: Vec<usize>,
    counts: Vec<Count>,
    /// [`Memory::renames`] when the text was written.
    renames: u64,
}

/// A number of four bytes that has differed once, whose text is that in decimal: programs number their messages.
#[derive(Clone, Copy)]
struct Count {
    /// Place of its span in the list.
    index: usize,
    /// Where in the message it is, and where in the text its first digit and what is behind its last.
    at: usize,
    start: usize,
    end: usize,
    value: u32,
}

/// A value of a message, and where its text is.
#[derive(Clone, Debug)]
struct Span {
    /// First byte of the value in the message, and the byte behind its last.
    at: u16,
    end: u16,
    /// First byte of its text in that of the message, and how long it is.
    text: u32,
    text_len: u32,
    format: ValueFormat,
    /// Address family that the value was shown with, `AF_*`.
    family: u8,
    /// Whether the value is that of an attribute, not a part of one.
    is_attr: bool,
    /// Whether it is a number of four bytes, whose text is that in decimal.
    is_count: bool,
    /// Whether it is an IPv4 address with nothing around its text.
    is_ipv4: bool,
    /// Whether other texts depend on the value, so that it must be that of the template.
    is_fixed: bool,
}

/// A value of a message, to be written anew.
pub struct SpanValue<'v> {
    bytes: &'v [u8],
    format: &'v ValueFormat,
    family: u8,
    memory: &'v Memory,
}

impl SpanValue<'_> {
    /// Writes it to `sink`.
    pub fn write<S: Sink>(&self, mut sink: S) {
        let mut leaf = Leaf {
            sink: &mut sink,
            memory: self.memory,
            family: self.family,
        };
        leaf.write_value(self.format, self.bytes);
    }
}

/// The values of a message, as they are shown.
#[derive(Default)]
pub struct Spans {
    /// Whether they are wanted.
    is_on: bool,
    /// The addresses of the message.
    message: Range<usize>,
    /// Where its text begins.
    text: usize,
    spans: Vec<Span>,
}

impl TemplateKey {
    /// Returns the key of `message`.
    #[inline]
    pub fn new(memory: &Memory, protocol: i32, message: &Message<'_>) -> Self {
        let header = message.bytes().first_chunk();

        Self {
            header: header.map_or(0, |header| u64::from_ne_bytes(*header)),
            protocol,
            families: memory.families(),
        }
    }

    #[inline]
    fn set(&self) -> usize {
        place(mix(self.protocol as u64, &self.header.to_ne_bytes()), SETS)
    }
}

impl Templates {
    /// Appends the text of the message `bytes` to `out` by a template, which has `write` write what is another value now;
    /// returns whether there is one.
    #[inline]
    pub fn show(
        &mut self,
        out: &mut Vec<u8>,
        memory: &Memory,
        key: &TemplateKey,
        bytes: &[u8],
        write: impl Fn(&mut Vec<u8>, SpanValue<'_>),
    ) -> bool {
        let Some(set) = self.sets.get_mut(key.set()) else {
            return false;
        };
        let mut templates = set.templates.iter_mut();
        let Some(template) = templates.find_map(|one| one.fits(key, bytes).then_some(one)) else {
            return false;
        };
        template.update(out, memory, bytes, &write);
        out.extend_from_slice(&template.text);
        if template.text.len() > TEXT_MAX {
            *template = Template::default();
        }
        (set.left, set.pause) = (0, 0);
        true
    }

    /// Returns what takes note of the values of the message `bytes`, whose text will begin at `text`.
    pub fn begin(&mut self, key: &TemplateKey, bytes: &[u8], text: usize) -> &mut Spans {
        self.sets.resize_with(SETS, Set::default);
        let set = &mut self.sets[key.set()];
        let is_wanted = set.is_wanted(key);
        let range = bytes.as_ptr_range();
        let spans = mem::take(&mut self.spans.spans);
        self.spans = Spans {
            is_on: is_wanted && bytes.len() <= BYTES_MAX,
            message: range.start.addr()..range.end.addr(),
            text,
            spans,
        };
        self.spans.spans.clear();
        &mut self.spans
    }

    /// Keeps the message `bytes` with its `text` as a template, if all that it depends on was noted.
    pub fn keep(&mut self, memory: &Memory, key: &TemplateKey, bytes: &[u8], text: &[u8]) {
        let Spans { is_on, spans, .. } = &mut self.spans;
        let is_small = text.len() <= TEXT_MAX && spans.len() <= VALUES_MAX;
        if !*is_on || !is_small || !spans.is_sorted_by(|one, next| one.end <= next.at) {
            return;
        }
        let set = &mut self.sets[key.set()];
        let template = &mut set.templates[set.next];
        set.next = (set.next + 1) % WAYS;
        template.key = *key;
        template.bytes.clear();
        template.bytes.extend_from_slice(bytes);
        template.mask.clear();
        template.mask.resize(bytes.len(), u8::MAX);
        template.text.clear();
        template.text.extend_from_slice(text);
        template.varying.clear();
        template.counts.clear();
        template.renames = memory.renames();
        mem::swap(&mut template.spans, spans);
    }
}

impl Set {
    /// Says whether a message that has no template is to become one.
    fn is_wanted(&mut self, key: &TemplateKey) -> bool {
        // A message that comes once is not worth a copy, or the place of another.
        let is_again = self.last.contains(key);
        if !is_again {
            self.last.rotate_right(1);
            self.last[0] = *key;
        }
        if self.left > 0 || !is_again {
            self.left = self.left.saturating_sub(1);
            return false;
        }
        self.left = self.pause;
        self.pause = (2 * self.pause + 1).min(PAUSE_MAX);
        true
    }
}

impl Spans {
    /// Notes that the text at `text` is that of `value`, which has this `format`.
    pub fn note(
        &mut self,
        value: &[u8],
        text: Range<usize>,
        (format, family): (ValueFormat, u8),
        is_attr: bool,
    ) {
        let at = self.place(value);
        // The first byte behind the header is the address family in most protocols.
        let is_first = at.start == NLMSG_HDRLEN;
        let is_in = at.start <= at.end && at.end <= self.message.len();
        self.is_on &= is_in && !(is_first && format == ValueFormat::Ifindex);
        if !self.is_on {
            return;
        }
        // A place that is too large is cut off: a message or a text that long is not kept.
        self.spans.push(Span {
            at: at.start as u16,
            end: at.end as u16,
            text: (text.start - self.text) as u32,
            text_len: text.len() as u32,
            format,
            family,
            is_attr,
            is_count: value.len() == 4 && is_count(format),
            is_ipv4: false,
            is_fixed: is_first,
        });
    }

    /// Notes that other texts depend on the values in `bytes`.
    pub fn fix(&mut self, bytes: &[u8]) {
        self.each_in(bytes, |span| span.is_fixed = true);
    }

    /// Notes that other texts depend on the values of attributes in `row`, but none on the index of a link.
    pub fn fix_attrs(&mut self, row: &[u8]) {
        self.each_in(row, |span| span.is_fixed |= span.is_attr && !span.is_link());
    }

    /// Notes that the text depends on more than the message.
    pub fn stop(&mut self) {
        self.is_on = false;
    }

    fn each_in(&mut self, bytes: &[u8], change: impl FnMut(&mut Span)) {
        let place = self.place(bytes);
        let is_in = |span: &&mut Span| {
            usize::from(span.at) < place.end && usize::from(span.end) > place.start
        };
        self.spans.iter_mut().filter(is_in).for_each(change);
    }

    /// Returns where in the message `bytes` are, a part of it.
    fn place(&self, bytes: &[u8]) -> Range<usize> {
        let start = bytes.as_ptr().addr().wrapping_sub(self.message.start);

        start..start.wrapping_add(bytes.len())
    }
}

impl Span {
    fn is_link(&self) -> bool {
        self.format == ValueFormat::Ifindex
    }

    /// Returns where it is in the message.
    #[inline]
    fn value(&self) -> Range<usize> {
        self.at.into()..self.end.into()
    }

    /// Returns where its text is.
    #[inline]
    fn text(&self) -> Range<usize> {
        let start = self.text as usize;

        start..start + self.text_len as usize
    }
}

impl Template {
    /// Says whether the message `bytes` differs in values only on which no other text depends.
    #[inline]
    fn fits(&mut self, key: &TemplateKey, bytes: &[u8]) -> bool {
        let is_alike = self.key == *key && self.bytes.len() == bytes.len();

        is_alike && (self.differs_as_before(bytes) || self.add_varying(bytes))
    }

    /// Says whether the message `bytes` differs in nothing but in values that have differed before.
    #[inline]
    fn differs_as_before(&self, bytes: &[u8]) -> bool {
        let words = self
            .bytes
            .chunks_exact(WORD)
            .zip(self.mask.chunks_exact(WORD));
        let words = words.zip(bytes.chunks_exact(WORD));
        let unmasked = |((one, mask), other)| (word(one) ^ word(other)) & word(mask);
        // The last word has what is behind the last whole one.
        let last = unmasked(((last(&self.bytes), last(&self.mask)), last(bytes)));
        words.fold(last, |differing, word| differing | unmasked(word)) == 0
    }

    /// Has the values in which the message `bytes` differs vary; returns whether nothing else differs.
    #[cold]
    fn add_varying(&mut self, bytes: &[u8]) -> bool {
        for (at, byte) in bytes.iter().enumerate() {
            if (self.bytes[at] ^ byte) & self.mask[at] == 0 {
                continue;
            }
            let index = self
                .spans
                .partition_point(|span| usize::from(span.end) <= at);
            match self.spans.get(index) {
                Some(span) if usize::from(span.at) <= at && !span.is_fixed => {
                    self.mask[span.value()].fill(0);
                    self.spans[index].is_ipv4 = self.is_ipv4(index);
                    match self.count(index) {
                        Some(count) => self.counts.push(count),
                        None => self.varying.push(index),
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// Says whether the span `index` is an IPv4 address, and its text nothing else: JSON has it in quotes.
    fn is_ipv4(&self, index: usize) -> bool {
        let span = &self.spans[index];
        let text = self.bytes[span.value()].try_into().map(ipv4);

        matches!(span.format, ValueFormat::Ip | ValueFormat::FamilyAddr)
            && text.is_ok_and(|(text, len)| text[..len] == self.text[span.text()])
    }

    /// Returns the span `index` as a number that is counted, if it is one.
    fn count(&self, index: usize) -> Option<Count> {
        let span = &self.spans[index];
        let value = number_at(&self.bytes, span.at.into())?;

        span.is_count.then(|| Count {
            index,
            at: span.at.into(),
            start: span.text().start,
            end: span.text().end,
            value,
        })
    }

    /// Has the text be that of the message `bytes`, which fits. Values are written to the end of `out`, and taken from there.
    #[inline]
    fn update(
        &mut self,
        out: &mut Vec<u8>,
        memory: &Memory,
        bytes: &[u8],
        write: &impl Fn(&mut Vec<u8>, SpanValue<'_>),
    ) {
        for at in 0..self.counts.len() {
            if !self.count_on(at, bytes) {
                self.write_anew(self.counts[at].index, out, memory, bytes, write);
            }
        }
        for at in 0..self.varying.len() {
            let index = self.varying[at];
            if !self.write_in_place(index, bytes) {
                self.write_anew(index, out, memory, bytes, write);
            }
        }
        if self.renames != memory.renames() {
            self.rename(out, memory, bytes, write);
        }
    }

    /// Writes a number that is counted, if it is a little more than before, and as long; returns whether that is so.
    #[inline]
    fn count_on(&mut self, at: usize, bytes: &[u8]) -> bool {
        let count = &mut self.counts[at];
        let value = number_at(bytes, count.at).unwrap_or_default();
        let before = mem::replace(&mut count.value, value);
        let more = value.checked_sub(before);

        more.is_some_and(|more| more == 0 || count_on(&mut self.text[count.start..count.end], more))
    }

    /// Writes the text of the span `index`, if its value is the same, or an address that it is the text of; returns whether
    /// that is so.
    #[inline(always)]
    fn write_in_place(&mut self, index: usize, bytes: &[u8]) -> bool {
        let value = self.spans[index].value();
        let (before, value) = (&mut self.bytes[value.clone()], &bytes[value]);
        if !set(before, value) {
            return true;
        }
        match value.try_into().map(ipv4) {
            Ok((text, len)) if self.spans[index].is_ipv4 => {
                self.set_text(index, &text[..len]);
                true
            }
            _ => false,
        }
    }

    /// Writes all links anew: one of them has another name.
    #[cold]
    fn rename(
        &mut self,
        out: &mut Vec<u8>,
        memory: &Memory,
        bytes: &[u8],
        write: &impl Fn(&mut Vec<u8>, SpanValue<'_>),
    ) {
        self.renames = memory.renames();
        for index in 0..self.spans.len() {
            if self.spans[index].is_link() {
                self.write_anew(index, out, memory, bytes, write);
            }
        }
    }

    /// Writes the text of the span `index` anew, whose value is another one now.
    #[inline(never)]
    fn write_anew(
        &mut self,
        index: usize,
        out: &mut Vec<u8>,
        memory: &Memory,
        bytes: &[u8],
        write: &impl Fn(&mut Vec<u8>, SpanValue<'_>),
    ) {
        let span = &self.spans[index];
        let start = out.len();
        let value = SpanValue {
            bytes: &bytes[span.value()],
            format: &span.format,
            family: span.family,
            memory,
        };
        write(out, value);
        self.set_text(index, &out[start..]);
        out.truncate(start);
    }

    /// Replaces the text of the span `index`.
    #[inline]
    fn set_text(&mut self, index: usize, text: &[u8]) {
        match &mut self.text[self.spans[index].text()] {
            before if before.len() == text.len() => before.copy_from_slice(text),
            _ => self.replace(index, text),
        }
    }

    /// Replaces the text of the span `index` by one that has another length.
    #[cold]
    fn replace(&mut self, index: usize, text: &[u8]) {
        let place = self.spans[index].text();
        self.text.splice(place.clone(), text.iter().copied());
        self.spans[index].text_len = text.len() as u32;
        for span in &mut self.spans[index + 1..] {
            span.text = (span.text as usize - place.len() + text.len()) as u32;
        }
        for count in &mut self.counts {
            let span = self.spans[count.index].text();
            (count.start, count.end) = (span.start, span.end);
        }
    }
}

/// Says whether the text of a value is the number that it is, in decimal.
fn is_count(format: ValueFormat) -> bool {
    let ValueFormat::Number(number) = format else {
        return false;
    };
    let is_plain = !(number.is_big_endian || number.is_signed || number.is_hex);

    is_plain && number.words.is_none()
}

/// Sets a value, which has as many bytes as before, most of them four; returns whether it differed.
#[inline]
fn set(before: &mut [u8], value: &[u8]) -> bool {
    if let (Ok(before), Ok(value)) = (<&mut [u8; 4]>::try_from(&mut *before), value.try_into()) {
        return mem::replace(before, value) != value;
    }
    let differs = before != value;
    before.copy_from_slice(value);
    differs
}

/// Size of the words that messages are compared by, in bytes: no message is shorter.
const WORD: usize = 8;

/// Returns the bytes of a word as a number.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_ne_bytes)
}

/// Returns the last word of `bytes`.
#[inline]
fn last(bytes: &[u8]) -> &[u8] {
    bytes.last_chunk::<WORD>().map_or(&[], |last| last)
}

/// Returns the number in the four bytes from `at` on.
#[inline]
fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    let number = bytes.get(at..)?.first_chunk()?;

    Some(u32::from_ne_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::super::text::TextSink;
    use super::super::{DatagramOrigin, Decoder, TraceForm};
    use super::*;
    use crate::output::buffer;
    use nlhello::wire::{put_attr, put_message, Nlmsghdr};

    /// Shows `datagrams` by one decoder; returns the text of the last, and whether there was a template for it.
    fn last(datagrams: &[Vec<u8>]) -> (String, bool) {
        let mut decoder = Decoder::new(TraceForm::Text);
        let (mut text, mut has_template) = (String::new(), false);
        for datagram in datagrams {
            has_template = by_template(&mut decoder, datagram);
            text = shown(&mut decoder, datagram);
        }
        (text, has_template)
    }

    fn by_template(decoder: &mut Decoder, datagram: &[u8]) -> bool {
        let message = Message::from_bytes(datagram).unwrap();
        let Decoder {
            memory, templates, ..
        } = decoder;
        let key = TemplateKey::new(memory, libc::NETLINK_ROUTE, &message);
        let write = |out: &mut Vec<u8>, value: SpanValue<'_>| {
            value.write(TextSink::new(out, "", false));
        };
        templates.show(&mut Vec::new(), memory, &key, message.bytes(), write)
    }

    fn shown(decoder: &mut Decoder, datagram: &[u8]) -> String {
        let origin = DatagramOrigin {
            arrow: "<",
            members: "",
        };
        buffer::tests::text(|out| {
            decoder
                .datagram(out, libc::NETLINK_ROUTE, origin, datagram)
                .unwrap();
        })
    }

    fn message(nlmsg_type: u16, nlmsg_seq: u32, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_seq,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    /// A route of this family to `dst`, with another attribute that has four bytes.
    fn route(family: u8, nlmsg_seq: u32, dst: [u8; 4], (nla_type, value): (u16, u32)) -> Vec<u8> {
        let mut payload = vec![family, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        put_attr(&mut payload, libc::RTA_DST, &dst).unwrap();
        put_attr(&mut payload, nla_type, &value.to_ne_bytes()).unwrap();
        message(libc::RTM_NEWROUTE, nlmsg_seq, &payload)
    }

    fn link(name: &[u8]) -> Vec<u8> {
        let mut payload = vec![0; 16];
        payload[4] = 7;
        put_attr(&mut payload, libc::IFLA_IFNAME, name).unwrap();
        message(libc::RTM_NEWLINK, 1, &payload)
    }

    const OIF: (u16, u32) = (libc::RTA_OIF, 7);
    const NET: [u8; 4] = [10, 0, 0, 0];

    #[test]
    fn a_message_that_came_twice_is_the_template_of_one_with_other_values() {
        let twice = [route(2, 1, NET, OIF), route(2, 2, NET, OIF)];
        let after = |next: Vec<u8>| last(&[&twice[..], &[next]].concat());
        let (_, has_template) = last(&twice);
        assert!(!has_template);

        let next = route(2, 1_000_000_000, [192, 168, 10, 0], (libc::RTA_OIF, 1234));
        let (text, has_template) = after(next.clone());
        assert!(has_template);
        assert_eq!(text, last(&[next]).0);
        assert!(text.contains("RTA_DST(1) 192.168.10.0\n    nlattr len=8 type=RTA_OIF(4) 1234\n"));
        for other in [
            route(28, 3, NET, OIF),
            route(2, 3, NET, (libc::RTA_PRIORITY, 7)),
            message(libc::RTM_NEWROUTE, 3, &[2; 28]),
            message(libc::RTM_NEWROUTE, 3, &[2; 24]),
            message(libc::RTM_DELROUTE, 3, &route(2, 3, NET, OIF)[16..]),
        ] {
            let (text, has_template) = after(other.clone());
            assert!(!has_template);
            assert_eq!(text, last(&[other]).0);
        }
    }

    #[test]
    fn a_link_has_the_name_that_it_has_now() {
        let routes = [1, 2, 3].map(|seq| route(2, seq, NET, OIF));
        let [first, second, third] = routes;
        let datagrams = [link(b"old\0"), first, second, link(b"new7\0"), third];
        let (text, has_template) = last(&datagrams);

        assert!(has_template);
        assert!(text.contains("RTA_OIF(4) new7(7)\n"), "{text}");
    }

    #[test]
    fn messages_of_one_length_may_have_templates_of_their_own() {
        let kinds = [OIF, (libc::RTA_PRIORITY, 7)];
        let datagrams = (0..8).map(|seq| route(2, seq, NET, kinds[seq as usize / 2 % 2]));
        let datagrams: Vec<_> = datagrams.collect();

        assert!(!last(&datagrams[..3]).1);
        assert!((4..=8).all(|count| last(&datagrams[..count]).1));
    }

    #[test]
    fn kinds_of_messages_that_take_turns_have_templates_in_one_set() {
        let set = |datagram: &Vec<u8>| {
            let message = Message::from_bytes(datagram).unwrap();
            TemplateKey::new(&Memory::default(), libc::NETLINK_ROUTE, &message).set()
        };
        let lengths = (3..500).map(|words| message(libc::RTM_NEWROUTE, 1, &vec![0; 4 * words]));
        let alike: Vec<_> = lengths.filter(|datagram| set(datagram) == 0).collect();
        let turns: Vec<_> = alike[..WAYS]
            .iter()
            .cycle()
            .take(4 * WAYS)
            .cloned()
            .collect();

        assert!((3 * WAYS + 1..=turns.len()).all(|count| last(&turns[..count]).1));
    }

    #[test]
    fn templates_that_are_of_no_use_are_made_seldom() {
        let kinds = 100..100 + 10 * WAYS as u16;
        let datagrams = kinds.map(|nla_type| route(2, 1, NET, (nla_type, 7)));
        let mut datagrams: Vec<_> = datagrams.collect();
        let mut decoder = Decoder::new(TraceForm::Text);
        for _ in 0..20 {
            for datagram in &datagrams {
                shown(&mut decoder, datagram);
            }
        }
        let is_known = |datagram: &&Vec<u8>| by_template(&mut decoder, datagram);
        assert_eq!(datagrams.iter().filter(is_known).count(), WAYS);

        let again = vec![datagrams[0].clone(); usize::from(PAUSE_MAX) + 3];
        datagrams.extend(again);
        assert!(last(&datagrams).1);
    }

    #[test]
    fn values_with_texts_of_any_length_follow_each_other() {
        for form in [TraceForm::Text, TraceForm::Json] {
            let mut decoder = Decoder::new(form);
            for round in 0..200u32 {
                let seq = [round, 1_000_000_000 + round, u32::MAX - round][round as usize % 3];
                let dst = round.wrapping_mul(0x0903_0b07).to_be_bytes();
                let datagram = route(2, seq, dst, (libc::RTA_PRIORITY, round.pow(3)));
                let alone = shown(&mut Decoder::new(form), &datagram);
                assert_eq!(shown(&mut decoder, &datagram), alone);
            }
        }
    }

    #[test]
    fn a_template_whose_text_has_become_long_is_forgotten() {
        let alias = |byte| {
            let mut payload = vec![0; 16];
            put_attr(&mut payload, libc::IFLA_IFALIAS, &[byte; 4050]).unwrap();
            message(libc::RTM_NEWLINK, 1, &payload)
        };
        let [short, long] = [alias(b'a'), alias(0xff)];
        let (text, has_template) = last(&[&short, &short, &long].map(Vec::clone));

        assert!(has_template);
        assert_eq!(text, last(std::slice::from_ref(&long)).0);
        assert!(!last(&[&short, &short, &long, &short].map(Vec::clone)).1);
    }

    #[test]
    fn a_long_message_is_no_template() {
        let long = |len: usize| {
            let mut payload = vec![0; 16];
            put_attr(&mut payload, 999, &vec![0; len]).unwrap();
            vec![message(libc::RTM_NEWLINK, 1, &payload); 3]
        };

        assert!(last(&long(BYTES_MAX - 36)).1);
        assert!(!last(&long(BYTES_MAX - 35)).1);
    }
}
