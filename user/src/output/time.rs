// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Points in time, and how long ago they were.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime};

const DAY: u64 = 86_400;

/// A time in UTC as RFC 3339 has it, to the nanosecond: `2026-11-21T01:02:03.000000004Z`.
pub struct Utc(pub SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = since_1970(self.0);
        let (secs, nanos) = (since.as_secs(), since.subsec_nanos());
        let (year, month, day) = date(secs / DAY);
        let [hour, minute, second] = [secs / 3600 % 24, secs / 60 % 60, secs % 60];

        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        write!(f, "{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    }
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
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
    wall: Zoned,
    since_start: Duration,
}

impl Stamp {
    /// Returns this moment, in a program that began at `start`, in the time `zone`.
    pub fn now(start: Instant, zone: &TimeZone) -> Self {
        Self {
            wall: Timestamp::now().to_zoned(zone.clone()),
            since_start: start.elapsed(),
        }
    }

    /// Returns this `time`, so long after the program began, in the time `zone`.
    pub fn of(time: SystemTime, since_start: Duration, zone: &TimeZone) -> Self {
        let wall = Timestamp::try_from(time).unwrap_or_default();

        Self {
            wall: wall.to_zoned(zone.clone()),
            since_start,
        }
    }

    /// Returns the time `wall`, so long after the program began.
    #[cfg(test)]
    pub fn at(wall: Zoned, since_start: Duration) -> Self {
        Self { wall, since_start }
    }

    /// Returns it in this `style`.
    pub fn display(&self, style: Style) -> impl fmt::Display + '_ {
        Display(self, style)
    }
}

struct Display<'a>(&'a Stamp, Style);

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Stamp { wall, since_start }, style) = self;
        let micros = wall.timestamp().as_microsecond();

        match style {
            Style::Time => write!(f, "{}", wall.strftime("%H:%M:%S%.3f")),
            Style::Iso => write!(f, "{}", wall.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z")),
            Style::Epoch => write!(f, "{}.{:06}", micros / 1_000_000, micros % 1_000_000),
            Style::Monotonic => write!(
                f,
                "{}.{:06}",
                since_start.as_secs(),
                since_start.subsec_micros()
            ),
            Style::None => Ok(()),
        }
    }
}

/// Writes the time of day, to the microsecond: `21:26:54.897123`.
pub struct Clock {
    zone: TimeZone,
    /// The second that `text` is of: most often it is the next one's too.
    second: u64,
    text: String,
}

impl Clock {
    /// Of the time `zone`.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            second: 0,
            text: String::new(),
        }
    }

    /// Writes `time` to `out`.
    pub fn write(&mut self, out: &mut dyn Write, time: SystemTime) -> io::Result<()> {
        let since = since_1970(time);
        if since.as_secs() != self.second || self.text.is_empty() {
            let wall = Timestamp::try_from(time).unwrap_or_default();
            let wall = wall.to_zoned(self.zone.clone());
            self.second = since.as_secs();
            self.text = wall.strftime("%H:%M:%S").to_string();
        }
        write!(out, "{}.{:06}", self.text, since.subsec_micros())
    }
}

/// A clock that is set to before 1970 counts as that.
pub fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
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
    fn a_clock_writes_each_second_as_it_comes() {
        let mut clock = Clock::new(TimeZone::UTC);
        let mut out = Vec::new();
        for (secs, nanos) in [(0, 7_000), (0, 999_999_999), (86_399, 0)] {
            let time = SystemTime::UNIX_EPOCH + Duration::new(secs, nanos);
            clock.write(&mut out, time).unwrap();
            out.push(b' ');
        }

        assert_eq!(out, b"00:00:00.000007 00:00:00.999999 23:59:59.000000 ");
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
