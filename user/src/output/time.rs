// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Points in time, and how long ago they were.

use super::record::digits::{six_digits, three_digits};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nlhello::netlink::since_1970;
use std::fmt;
use std::time::{Duration, Instant, SystemTime};

const DAY: u64 = 86_400;

/// A time in UTC as RFC 3339 has it, to the nanosecond: `2026-11-21T01:02:03.000000004Z`.
pub struct Utc(pub SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.9}", timestamp(since_1970(self.0)))
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
        let time = timestamp(Duration::from_secs(second));
        let offset = self.zone.to_offset(time);
        let time_of_day = offset.to_datetime(time).time();
        let text = match self.style {
            TimeStyle::Time => format!("{time_of_day:.3}"),
            TimeStyle::Micros => format!("{time_of_day:.6}"),
            TimeStyle::Iso => format!("{:.6}", time.display_with_offset(offset)),
            TimeStyle::Utc => format!("{time:.9}"),
            TimeStyle::Epoch | TimeStyle::Monotonic => format!("{second}.000000"),
            TimeStyle::None => return,
        };
        self.fraction = text.find('.').map_or(text.len(), |point| point + 1);
        self.text = text.into_bytes();
        self.second = Some(second);
    }
}

/// Returns the moment so long after the beginning of 1970, or the last that has a date.
fn timestamp(since_1970: Duration) -> Timestamp {
    let since = SignedDuration::try_from(since_1970).unwrap_or(SignedDuration::MAX);

    Timestamp::from_duration(since).unwrap_or(Timestamp::MAX)
}

fn put_digits<const N: usize>(text: &mut [u8], digits: [u8; N]) {
    if let Some(place) = text.first_chunk_mut() {
        *place = digits;
    }
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
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (951_868_799, "2000-02-29T23:59:59"),
            (1_709_251_199, "2024-02-29T23:59:59"),
            (1_709_251_200, "2024-03-01T00:00:00"),
            (1_767_225_599, "2025-12-31T23:59:59"),
            (1_795_222_923, "2026-11-21T01:02:03"),
            (4_107_542_400, "2100-03-01T00:00:00"),
        ] {
            assert_eq!(utc(secs, 20), format!("{text}.000000020Z"));
        }
    }

    #[test]
    fn a_clock_before_1970_or_of_no_year_is_no_panic() {
        let time = SystemTime::UNIX_EPOCH - Duration::from_secs(1);

        assert_eq!(Utc(time).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert!(utc(1 << 50, 0).starts_with("9999-12-30T"));
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
        for (style, text) in [
            (TimeStyle::Time, "21:32:03.004"),
            (TimeStyle::Epoch, "1795222923.004567"),
            (TimeStyle::Monotonic, "3.000120"),
            (TimeStyle::None, ""),
        ] {
            assert_eq!(all(style, -210), text);
        }
    }

    #[test]
    fn summer_time_is_that_of_the_moment() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let clock = &mut Clock::new(TimeStyle::Iso, zone);
        for (secs, text) in [
            (1_795_222_923, "2026-11-21T02:02:03.000000+01:00"),
            (1_782_000_000, "2026-06-21T02:00:00.000000+02:00"),
        ] {
            let shown = shown(clock, Duration::from_secs(secs), Duration::ZERO);
            assert_eq!(shown, text);
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
