// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Statistics of a run of hellos.

use hdrhistogram::Histogram;
use std::time::{Duration, Instant};

/// Longest round trip that the histogram tells from longer ones, in nanoseconds: an hour.
const LONGEST: u64 = 3_600_000_000_000;

/// Decimal digits of a round trip that the histogram keeps.
const DIGITS: u8 = 3;

/// Counts hellos and replies, in bounded memory however long the run is.
pub struct RoundTrips {
    start: Instant,
    sent: u64,
    received: u64,
    errors: u64,
    min: Duration,
    max: Duration,
    sum: Duration,
    histogram: Histogram<u64>,
}

/// A run of hellos so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Hellos sent.
    pub sent: u64,
    /// Replies received in time.
    pub received: u64,
    /// Hellos that were answered, but by a refusal or by what is no reply.
    pub errors: u64,
    /// Hellos that were not answered.
    pub lost: u64,
    /// Since the run began.
    pub time: Duration,
    /// Round-trip times; none without a reply.
    pub rtt: Option<Rtt>,
}

/// Round-trip times of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtt {
    /// The shortest.
    pub min: Duration,
    /// The mean.
    pub avg: Duration,
    /// The longest.
    pub max: Duration,
    /// 99 of 100 were this short or shorter, give or take a thousandth.
    pub p99: Duration,
}

impl RoundTrips {
    /// Begins a run.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
            sent: 0,
            received: 0,
            errors: 0,
            min: Duration::MAX,
            max: Duration::ZERO,
            sum: Duration::ZERO,
            histogram: Histogram::new_with_max(LONGEST, DIGITS)
                .expect("the bounds are constants that it takes"),
        }
    }

    /// Counts hellos.
    pub fn sent(&mut self, number: u64) {
        self.sent += number;
    }

    /// Counts an answer that is no reply.
    pub fn error(&mut self) {
        self.errors += 1;
    }

    /// Counts a reply that took `time`.
    pub fn received(&mut self, time: Duration) {
        self.received += 1;
        self.min = self.min.min(time);
        self.max = self.max.max(time);
        self.sum += time;
        self.histogram
            .saturating_record(time.as_nanos().try_into().unwrap_or(u64::MAX));
    }

    /// Sums up the run so far.
    pub fn summary(&self) -> Summary {
        Summary {
            sent: self.sent,
            received: self.received,
            errors: self.errors,
            lost: self.sent.saturating_sub(self.received + self.errors),
            time: self.start.elapsed(),
            rtt: self.rtt(),
        }
    }

    fn rtt(&self) -> Option<Rtt> {
        let p99 = Duration::from_nanos(self.histogram.value_at_quantile(0.99));

        (self.received > 0).then(|| Rtt {
            min: self.min,
            avg: self.sum.div_f64(self.received as f64),
            max: self.max,
            // The histogram rounds, even beyond the extremes.
            p99: p99.clamp(self.min, self.max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_replies_has_no_round_trips() {
        let mut run = RoundTrips::start();
        run.sent(1);
        let summary = run.summary();

        assert_eq!((summary.sent, summary.received, summary.lost), (1, 0, 1));
        assert_eq!(summary.rtt, None);
    }

    #[test]
    fn a_refusal_is_neither_a_reply_nor_a_loss() {
        let mut run = RoundTrips::start();
        run.sent(3);
        run.received(Duration::from_micros(1));
        run.error();
        let summary = run.summary();

        assert_eq!((summary.received, summary.errors), (1, 1));
        assert_eq!(summary.lost, 1);
    }

    /// Returns the round-trip times of a run with these.
    fn rtt(times: impl IntoIterator<Item = Duration>) -> Rtt {
        let mut run = RoundTrips::start();
        for time in times {
            run.sent(1);
            run.received(time);
        }
        run.summary().rtt.unwrap()
    }

    #[test]
    fn the_extremes_and_the_mean_are_exact_and_the_percentile_nearly_so() {
        let rtt = rtt((1..=1000).map(Duration::from_micros));

        assert_eq!([rtt.min, rtt.max], [1, 1000].map(Duration::from_micros));
        assert_eq!(rtt.avg, Duration::from_nanos(500_500));
        assert!(rtt.p99.abs_diff(Duration::from_micros(990)) < Duration::from_micros(2));
    }

    #[test]
    fn a_percentile_never_leaves_the_extremes() {
        let rtt = rtt([Duration::from_nanos(12_345_677)]);

        assert_eq!((rtt.min, rtt.p99), (rtt.max, rtt.max));
    }

    #[test]
    fn a_round_trip_of_days_is_still_counted() {
        let days = Duration::from_secs(1_000_000);

        assert_eq!(rtt([days]).max, days);
    }
}
