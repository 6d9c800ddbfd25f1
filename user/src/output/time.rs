// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Points in time, and how long ago they were.

use super::record::digits::{six_digits, three_digits};
use jiff::tz::TimeZone;
use jiff::Timestamp;
use nlhello::netlink::since_1970;
use std::fmt;
use std::time::{Duration, Instant, SystemTime};

const DAY: u64 = 86_400;

/// A time in UTC as RFC 3339 has it, to the nanosecond: `2026-11-21T01:02:03.000000004Z`.
pub struct Utc(pub SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = since_1970(self.0);

        write_second(f, since.as_secs())?;
        write!(f, ".{:09}Z", since.subsec_nanos())
    }
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// Of the day, here: `21:26:54.897`.
    Time,
    /// As RFC 3339 has it, with the offset: `2026-11-21T21:26:54.897123+01:00`.
    Iso,
    /// Seconds since 1970: `1795292814.897123`.
    Epoch,
    /// Seconds since the program began: `3.000120`.
    Monotonic,
    /// Not at all.
    None,
}

/// A point in time, on two clocks.
#[derive(Clone, PartialEq)]
pub struct Stamp {
    time: SystemTime,
    /// Of the time here from UTC, in seconds.
    offset: i32,
    since_start: Duration,
}

impl Stamp {
    /// Returns this moment, in a program that began at `start`, in the time `zone`.
    pub fn now(start: Instant, zone: &TimeZone) -> Self {
        Self::of(SystemTime::now(), start.elapsed(), zone)
    }

    /// Returns this `time`, so long after the program began, in the time `zone`.
    pub fn of(time: SystemTime, since_start: Duration, zone: &TimeZone) -> Self {
        Self {
            time,
            offset: offset(time, zone),
            since_start,
        }
    }

    /// Returns the time since the program began.
    pub fn since_start(&self) -> Duration {
        self.since_start
    }

    /// Returns it in this `style`.
    pub fn display(&self, style: TimeStyle) -> impl fmt::Display + '_ {
        Display(self, style)
    }
}

impl Stamp {
    /// Returns the second that it is in when it is shown in this `style`, with the offset from UTC, and the nanoseconds since
    /// that began.
    fn second(&self, style: TimeStyle) -> ((u64, i32), u32) {
        let since = match style {
            TimeStyle::Monotonic => self.since_start,
            _ => since_1970(self.time),
        };
        ((since.as_secs(), self.offset), since.subsec_nanos())
    }
}

/// Shows stamps in a style, one after the other: of most only the fraction of the second is new.
pub struct Stamps {
    style: TimeStyle,
    /// The stamp that `text` is of.
    last: Option<Stamp>,
    text: Vec<u8>,
    /// Where in `text` the fraction of the second begins.
    fraction: usize,
}

impl Stamps {
    /// Shows them in this `style`.
    pub fn new(style: TimeStyle) -> Self {
        Self {
            style,
            last: None,
            text: Vec::new(),
            fraction: 0,
        }
    }

    /// Returns the style.
    pub fn style(&self) -> TimeStyle {
        self.style
    }

    /// Returns `stamp` as it is shown.
    #[inline]
    pub fn text(&mut self, stamp: &Stamp) -> &[u8] {
        if self.last.as_ref() != Some(stamp) {
            self.set(stamp);
        }
        &self.text
    }

    fn set(&mut self, stamp: &Stamp) {
        let (second, nanos) = stamp.second(self.style);
        let last = self.last.replace(stamp.clone());
        if last.is_none_or(|last| last.second(self.style).0 != second) {
            self.text = stamp.display(self.style).to_string().into_bytes();
            let point = self.text.iter().position(|byte| *byte == b'.');
            self.fraction = point.map_or(self.text.len(), |point| point + 1);
        }
        let fraction = &mut self.text[self.fraction..];
        match self.style {
            TimeStyle::Time => put_digits(fraction, three_digits(nanos / 1_000_000)),
            _ => put_digits(fraction, six_digits(nanos / 1000)),
        }
    }
}

fn put_digits<const N: usize>(text: &mut [u8], digits: [u8; N]) {
    if let Some(place) = text.first_chunk_mut() {
        *place = digits;
    }
}

struct Display<'a>(&'a Stamp, TimeStyle);

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(stamp, style) = self;
        let since = since_1970(stamp.time);
        let here = local(since, stamp.offset);

        match style {
            TimeStyle::Time => {
                write_time_of_day(f, here)?;
                write!(f, ".{:03}", since.subsec_millis())
            }
            TimeStyle::Iso => {
                write_second(f, here)?;
                write!(f, ".{:06}", since.subsec_micros())?;
                write_offset(f, stamp.offset)
            }
            TimeStyle::Epoch => write_seconds(f, since),
            TimeStyle::Monotonic => write_seconds(f, stamp.since_start),
            TimeStyle::None => Ok(()),
        }
    }
}

/// Returns how far the time in `zone` is from UTC then, in seconds.
fn offset(time: SystemTime, zone: &TimeZone) -> i32 {
    let time = Timestamp::try_from(time).unwrap_or_default();

    zone.to_offset(time).seconds()
}

/// Returns the seconds that a clock counts which is `offset` seconds from UTC.
fn local(since_1970: Duration, offset: i32) -> u64 {
    since_1970.as_secs().saturating_add_signed(offset.into())
}

/// Writes the second that is `secs` after the beginning of 1970: `2026-11-21T01:02:03`.
fn write_second(f: &mut dyn fmt::Write, secs: u64) -> fmt::Result {
    let (year, month, day) = date(secs / DAY);

    write!(f, "{year:04}-{month:02}-{day:02}T")?;
    write_time_of_day(f, secs)
}

fn write_time_of_day(f: &mut dyn fmt::Write, secs: u64) -> fmt::Result {
    let [hour, minute, second] = [secs / 3600 % 24, secs / 60 % 60, secs % 60];

    write!(f, "{hour:02}:{minute:02}:{second:02}")
}

fn write_offset(f: &mut dyn fmt::Write, offset: i32) -> fmt::Result {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;

    write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn write_seconds(f: &mut dyn fmt::Write, time: Duration) -> fmt::Result {
    write!(f, "{}.{:06}", time.as_secs(), time.subsec_micros())
}

/// Shows points in time, one after the other: the second of one is most often that of the next.
pub struct Clock {
    face: Face,
    /// The second that `text` begins with.
    second: Option<u64>,
    text: Vec<u8>,
    /// Where in `text` the fraction of the second begins.
    fraction: usize,
}

/// Form in which a time is shown.
enum Face {
    /// The time of day in this zone, to the microsecond: `21:26:54.897123`.
    Day(TimeZone),
    /// A time as [`Utc`] shows it.
    Utc,
}

impl Clock {
    /// Shows the time of day in `zone`, to the microsecond: `21:26:54.897123`.
    pub fn of_day(zone: TimeZone) -> Self {
        Self::new(Face::Day(zone))
    }

    /// Shows times as [`Utc`] does.
    pub fn utc() -> Self {
        Self::new(Face::Utc)
    }

    fn new(face: Face) -> Self {
        Self {
            face,
            second: None,
            text: Vec::new(),
            fraction: 0,
        }
    }

    /// Returns the moment `since_1970` as it is shown.
    #[inline]
    pub fn text(&mut self, since_1970: Duration) -> &[u8] {
        let second = since_1970.as_secs();
        if self.second != Some(second) {
            self.set_second(second);
        }
        let nanos = since_1970.subsec_nanos();
        let fraction = &mut self.text[self.fraction..];
        if let Some((micros, nano)) = fraction.split_first_chunk_mut() {
            *micros = six_digits(nanos / 1000);
            put_digits(nano, three_digits(nanos % 1000));
        }
        &self.text
    }

    /// Begins the text with the `second`, counted from the beginning of 1970 on.
    #[cold]
    fn set_second(&mut self, second: u64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = match &self.face {
            Face::Day(zone) => {
                let offset = offset(time, zone).into();
                write_time_of_day(&mut text, second.saturating_add_signed(offset))
            }
            Face::Utc => write_second(&mut text, second),
        };
        text.push('.');
        self.second = Some(second);
        self.fraction = text.len();
        text.push_str(match self.face {
            Face::Day(_) => "000000",
            Face::Utc => "000000000Z",
        });
        self.text = text.into_bytes();
    }
}

/// Returns year, month and day of the day that is `days` after 1970-01-01.
///
/// Years are counted from March on, so that the leap day is the last: in 400 of them there are
/// 146,097 days, and in five months from March or August on 153. See
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = match month {
        0..=9 => (month + 3, 0),
        _ => (month - 9, 1),
    };

    (400 * era + year + next, month, day)
}

/// A time span in its two largest units: `3m05s`.
pub struct Age(pub Duration);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();

        match secs {
            0 => write!(f, "{}ms", self.0.subsec_millis()),
            1..60 => write!(f, "{}.{}s", secs, self.0.subsec_millis() / 100),
            60..3600 => write!(f, "{}m{:02}s", secs / 60, secs % 60),
            3600..DAY => write!(f, "{}h{:02}m", secs / 3600, secs / 60 % 60),
            _ => write!(f, "{}d{:02}h", secs / DAY, secs / 3600 % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(secs: u64, nanos: u32) -> String {
        Utc(SystemTime::UNIX_EPOCH + Duration::new(secs, nanos)).to_string()
    }

    #[test]
    fn times_are_those_of_date_1() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000000Z"),
            (951_868_799, "2000-02-29T23:59:59.000000000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000000000Z"),
            (1_709_251_200, "2024-03-01T00:00:00.000000000Z"),
            (1_767_225_599, "2025-12-31T23:59:59.000000000Z"),
            (1_795_222_923, "2026-11-21T01:02:03.000000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
        ] {
            assert_eq!(utc(secs, 0), text);
        }
        assert_eq!(utc(1, 20), "1970-01-01T00:00:01.000000020Z");
    }

    #[test]
    fn a_clock_before_1970_is_no_panic() {
        let time = SystemTime::UNIX_EPOCH - Duration::from_secs(1);

        assert_eq!(Utc(time).to_string(), utc(0, 0));
    }

    #[test]
    fn a_clock_shows_each_second_as_it_comes() {
        let mut clock = Clock::of_day(TimeZone::UTC);
        let mut utc_clock = Clock::utc();
        for (secs, nanos, text) in [
            (0, 7_000, "00:00:00.000007"),
            (0, 999_999_999, "00:00:00.999999"),
            (86_399, 0, "23:59:59.000000"),
        ] {
            let time = Duration::new(secs, nanos);
            assert_eq!(clock.text(time), text.as_bytes());
            assert_eq!(utc_clock.text(time), utc(secs, nanos).as_bytes());
        }
    }

    #[test]
    fn a_time_is_that_of_the_zone_with_its_offset() {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_795_222_923, 4_567_000);
        let stamp = |minutes: i32| {
            let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(60 * minutes).unwrap());
            Stamp::of(time, Duration::from_micros(3_000_120), &zone)
        };

        for (minutes, text) in [
            (0, "2026-11-21T01:02:03.004567+00:00"),
            (345, "2026-11-21T06:47:03.004567+05:45"),
            (-210, "2026-11-20T21:32:03.004567-03:30"),
        ] {
            assert_eq!(stamp(minutes).display(TimeStyle::Iso).to_string(), text);
        }
        assert_eq!(
            stamp(-210).display(TimeStyle::Time).to_string(),
            "21:32:03.004"
        );
        assert_eq!(
            stamp(60).display(TimeStyle::Epoch).to_string(),
            "1795222923.004567"
        );
        assert_eq!(
            stamp(60).display(TimeStyle::Monotonic).to_string(),
            "3.000120"
        );
    }

    #[test]
    fn stamps_are_shown_as_each_alone_is() {
        let zones =
            [0, 3600].map(|secs| TimeZone::fixed(jiff::tz::Offset::from_seconds(secs).unwrap()));
        for style in [
            TimeStyle::Time,
            TimeStyle::Iso,
            TimeStyle::Epoch,
            TimeStyle::Monotonic,
            TimeStyle::None,
        ] {
            let mut stamps = Stamps::new(style);
            for (secs, nanos, zone) in [
                (0, 7_000, 0),
                (0, 999_999_999, 0),
                (0, 999_999_999, 1),
                (86_399, 0, 1),
                (86_400, 1_000_000, 0),
            ] {
                let time = Duration::new(secs, nanos);
                let since_start = time.saturating_sub(Duration::from_millis(500));
                let stamp = Stamp::of(SystemTime::UNIX_EPOCH + time, since_start, &zones[zone]);
                let text = stamp.display(style).to_string();
                assert_eq!(stamps.text(&stamp), text.as_bytes(), "{text}");
                assert_eq!(stamps.text(&stamp), text.as_bytes());
            }
        }
    }

    #[test]
    fn summer_time_is_that_of_the_moment() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (secs, text) in [
            (1_795_222_923, "2026-11-21T02:02:03.000000+01:00"),
            (1_782_000_000, "2026-06-21T02:00:00.000000+02:00"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
            let stamp = Stamp::of(time, Duration::ZERO, &zone);
            assert_eq!(stamp.display(TimeStyle::Iso).to_string(), text);
        }
    }

    #[test]
    fn an_age_has_its_two_largest_units() {
        for (millis, text) in [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1.0s"),
            (59_999, "59.9s"),
            (185_000, "3m05s"),
            (3_600_000, "1h00m"),
            (86_399_000, "23h59m"),
            (90_000_000, "1d01h"),
        ] {
            assert_eq!(Age(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
