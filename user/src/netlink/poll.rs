// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Waiting for descriptors.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::time::{Duration, Instant};

/// Waits until one of `fds` is readable or in error, or `deadline` has passed.
///
/// Returns which of them are; none of them when time is up. A signal does not end the wait: what
/// should end it is a descriptor that its handler writes to.
///
/// # Errors
///
/// Those of `ppoll(2)`, but never `EINTR`.
pub fn wait_readable<const N: usize>(
    fds: [BorrowedFd<'_>; N],
    deadline: Instant,
) -> io::Result<[bool; N]> {
    let mut pollfds = fds.map(|fd| Awaited::Readable(fd).pollfd());
    poll(&mut pollfds, deadline)?;
    Ok(pollfds.map(|pollfd| pollfd.revents != 0))
}

/// What to wait for.
#[derive(Clone, Copy, Debug)]
pub enum Awaited<'a> {
    /// That this is readable, or in error.
    Readable(BorrowedFd<'a>),
    /// That this is another than when it was waited for last: a file of `/proc` that says so with
    /// `POLLPRI`, and can be read at any time.
    Changed(BorrowedFd<'a>),
}

impl Awaited<'_> {
    fn pollfd(self) -> libc::pollfd {
        let (fd, events) = match self {
            Self::Readable(fd) => (fd, libc::POLLIN),
            Self::Changed(fd) => (fd, libc::POLLPRI),
        };
        libc::pollfd {
            fd: fd.as_raw_fd(),
            events,
            revents: 0,
        }
    }
}

/// Waits until any of `all` has come, or `deadline` has passed; returns which of them have, in
/// order, as [`wait_readable`].
///
/// # Errors
///
/// As [`wait_readable`]; `EINVAL` where there are more than the process may have open.
pub fn wait_any(all: &[Awaited<'_>], deadline: Instant) -> io::Result<Vec<bool>> {
    let mut pollfds: Vec<_> = all.iter().map(|one| one.pollfd()).collect();
    poll(&mut pollfds, deadline)?;
    Ok(pollfds.iter().map(|pollfd| pollfd.revents != 0).collect())
}

/// Waits whatever signals come.
fn poll(pollfds: &mut [libc::pollfd], deadline: Instant) -> io::Result<()> {
    while let Err(error) = ppoll(pollfds, deadline.saturating_duration_since(Instant::now())) {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    Ok(())
}

/// `ppoll(2)`: the timeout of `poll(2)` counts whole milliseconds, too coarse for a round trip.
fn ppoll(pollfds: &mut [libc::pollfd], timeout: Duration) -> io::Result<()> {
    let timeout = timespec(timeout);
    // SAFETY: the pointer and the count are of one live, exclusively borrowed slice, which the
    // kernel writes `revents` of and forgets on return; `timeout` outlives the call; a null signal
    // mask leaves the mask alone.
    let ready = unsafe {
        libc::ppoll(
            pollfds.as_mut_ptr(),
            pollfds.len() as libc::nfds_t,
            &timeout,
            ptr::null(),
        )
    };
    if ready < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn timespec(duration: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn time_up_reports_no_descriptor() {
        let (quiet, _peer) = UnixStream::pair().unwrap();
        let start = Instant::now();
        let ready = wait_readable([quiet.as_fd()], start + Duration::from_millis(20)).unwrap();

        assert_eq!(ready, [false]);
        assert!(start.elapsed() >= Duration::from_millis(20));
    }

    #[test]
    fn only_the_readable_descriptor_is_reported() {
        let (quiet, _peer) = UnixStream::pair().unwrap();
        let (loud, mut writer) = UnixStream::pair().unwrap();
        writer.write_all(b"x").unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let ready = wait_readable([quiet.as_fd(), loud.as_fd()], deadline).unwrap();

        assert_eq!(ready, [false, true]);
    }

    #[test]
    fn of_any_number_those_are_reported_that_are_readable() {
        let pairs: Vec<_> = (0..9).map(|_| UnixStream::pair().unwrap()).collect();
        for at in [2, 7] {
            (&pairs[at].1).write_all(b"x").unwrap();
        }
        let all: Vec<_> = pairs
            .iter()
            .map(|(end, _)| Awaited::Readable(end.as_fd()))
            .collect();
        let ready = wait_any(&all, Instant::now() + Duration::from_secs(10)).unwrap();

        let ready: Vec<_> = (0..9).filter(|at| ready[*at]).collect();
        assert_eq!(ready, [2, 7]);
    }

    #[test]
    fn what_can_be_read_at_any_time_is_awaited_until_it_changes() {
        let mounts = std::fs::File::open("/proc/self/mountinfo").unwrap();
        let all = [Awaited::Changed(mounts.as_fd())];
        let deadline = Instant::now() + Duration::from_millis(20);

        assert_eq!(wait_any(&all, deadline).unwrap(), [false]);
    }

    #[test]
    fn a_deadline_in_the_past_does_not_wait() {
        let (quiet, _peer) = UnixStream::pair().unwrap();

        assert_eq!(
            wait_readable([quiet.as_fd()], Instant::now()).unwrap(),
            [false]
        );
    }
}
