// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Points in time, and how long ago they were.

use super::record::digits::{six_digits, three_digits};
use jiff::tz::TimeZone;
use jiff::Timestamp;
use nlhello::netlink::since_1970;
use std::fmt::{self, Write as _};
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
    /// As [`Time`](TimeStyle::Time), to the microsecond: `21:26:54.897123`.
    Micros,
    /// As RFC 3339 has it, with the offset: `2026-11-21T21:26:54.897123+01:00`.
    Iso,
    /// As [`Utc`] shows it.
    Utc,
    /// Seconds since 1970: `1795292814.897123`.
    Epoch,
    /// Seconds since the program began: `3.000120`.
    Monotonic,
    /// Not at all.
    None,
}

/// A point in time, on two clocks.
#[derive(Clone, Copy, PartialEq)]
pub struct Stamp {
    since_1970: Duration,
    since_start: Duration,
}

impl Stamp {
    /// Returns this moment, in a program that began at `start`.
    pub fn now(start: Instant) -> Self {
        Self::of(SystemTime::now(), start.elapsed())
    }

    /// Returns this `time`, so long after the program began.
    pub fn of(time: SystemTime, since_start: Duration) -> Self {
        Self {
            since_1970: since_1970(time),
            since_start,
        }
    }

    /// Returns the time since the program began.
    pub fn since_start(&self) -> Duration {
        self.since_start
    }
}

/// Shows points in time in a style, one after the other: the second of one is most often that of the next.
pub struct Clock {
    style: TimeStyle,
    zone: TimeZone,
    /// The second that `text` is of.
    second: Option<u64>,
    text: Vec<u8>,
    /// Where in `text` the fraction of the second begins.
    fraction: usize,
}

impl Clock {
    /// Shows times in this `style`, those of the day in `zone`.
    pub fn new(style: TimeStyle, zone: TimeZone) -> Self {
        Self {
            style,
            zone,
            second: None,
            text: Vec::new(),
            fraction: 0,
        }
    }

    /// Shows times in this `style`, those of the day as they are here.
    pub fn here(style: TimeStyle) -> Self {
        Self::new(style, TimeZone::system())
    }

    /// Returns the style.
    pub fn style(&self) -> TimeStyle {
        self.style
    }

    /// Returns `stamp` as it is shown.
    #[inline]
    pub fn stamp(&mut self, stamp: &Stamp) -> &[u8] {
        self.text(match self.style {
            TimeStyle::Monotonic => stamp.since_start,
            _ => stamp.since_1970,
        })
    }

    /// Returns a moment as it is shown, which is this long after the beginning of what is counted: of 1970, or of the program.
    #[inline]
    pub fn text(&mut self, since: Duration) -> &[u8] {
        let second = since.as_secs();
        if self.second != Some(second) {
            self.set_second(second);
        }
        let nanos = since.subsec_nanos();
        let fraction = &mut self.text[self.fraction..];
        match self.style {
            TimeStyle::Time => put_digits(fraction, three_digits(nanos / 1_000_000)),
            _ => put_digits(fraction, six_digits(nanos / 1000)),
        }
        if self.style == TimeStyle::Utc {
            put_digits(&mut fraction[6..], three_digits(nanos % 1000));
        }
        &self.text
    }

    /// Begins the text with the `second`, counted from the beginning on.
    #[cold]
    fn set_second(&mut self, second: u64) {
        let offset = offset(second, &self.zone);
        let here = second.saturating_add_signed(offset.into());
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = match self.style {
            TimeStyle::Time | TimeStyle::Micros => write_time_of_day(&mut text, here),
            TimeStyle::Iso => write_second(&mut text, here),
            TimeStyle::Utc => write_second(&mut text, second),
            TimeStyle::Epoch | TimeStyle::Monotonic => write!(text, "{second}"),
            TimeStyle::None => return,
        };
        text.push('.');
        self.fraction = text.len();
        text.push_str(match self.style {
            TimeStyle::Time => "000",
            TimeStyle::Utc => "000000000Z",
            _ => "000000",
        });
        if self.style == TimeStyle::Iso {
            let _ = write_offset(&mut text, offset);
        }
        self.text = text.into_bytes();
        self.second = Some(second);
    }
}

fn put_digits<const N: usize>(text: &mut [u8], digits: [u8; N]) {
    if let Some(place) = text.first_chunk_mut() {
        *place = digits;
    }
}

/// Returns how far the time in `zone` is from UTC in the `second` after the beginning of 1970, in seconds.
fn offset(second: u64, zone: &TimeZone) -> i32 {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
    let time = Timestamp::try_from(time).unwrap_or_default();

    zone.to_offset(time).seconds()
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

    fn fixed(minutes: i32) -> TimeZone {
        TimeZone::fixed(jiff::tz::Offset::from_seconds(60 * minutes).unwrap())
    }

    fn shown(clock: &mut Clock, time: Duration, since_start: Duration) -> String {
        let stamp = Stamp::of(SystemTime::UNIX_EPOCH + time, since_start);
        String::from_utf8(clock.stamp(&stamp).to_vec()).unwrap()
    }

    #[test]
    fn a_clock_shows_each_second_as_it_comes() {
        let mut clock = Clock::new(TimeStyle::Micros, TimeZone::UTC);
        let mut utc_clock = Clock::new(TimeStyle::Utc, fixed(60));
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
        let time = Duration::new(1_795_222_923, 4_567_000);
        let all = |style, minutes| {
            let clock = &mut Clock::new(style, fixed(minutes));
            let before = shown(clock, time - Duration::from_secs(1), Duration::ZERO);
            let text = shown(clock, time, Duration::from_micros(3_000_120));
            assert!(before != text || style == TimeStyle::None);
            text
        };

        for (minutes, text) in [
            (0, "2026-11-21T01:02:03.004567+00:00"),
            (345, "2026-11-21T06:47:03.004567+05:45"),
            (-210, "2026-11-20T21:32:03.004567-03:30"),
        ] {
            assert_eq!(all(TimeStyle::Iso, minutes), text);
        }
        assert_eq!(all(TimeStyle::Time, -210), "21:32:03.004");
        assert_eq!(all(TimeStyle::Epoch, 60), "1795222923.004567");
        assert_eq!(all(TimeStyle::Monotonic, 60), "3.000120");
        assert_eq!(all(TimeStyle::None, 60), "");
    }

    #[test]
    fn summer_time_is_that_of_the_moment() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let clock = &mut Clock::new(TimeStyle::Iso, zone);
        for (secs, text) in [
            (1_795_222_923, "2026-11-21T02:02:03.000000+01:00"),
            (1_782_000_000, "2026-06-21T02:00:00.000000+02:00"),
        ] {
            assert_eq!(
                shown(clock, Duration::from_secs(secs), Duration::ZERO),
                text
            );
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
