// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Waiting for descriptors.

use super::errno::check;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
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

/// Condition that `poll(2)` waits for.
#[derive(Clone, Copy, Debug)]
pub enum Awaited<'a> {
    /// The descriptor is readable, or in error.
    Readable(BorrowedFd<'a>),
    /// The file has changed since it was waited for last: a file of `/proc` that says so with
    /// `POLLPRI`, and can be read at any time.
    Changed(BorrowedFd<'a>),
    /// The descriptor takes at least `PIPE_BUF` bytes, or is in error.
    Writable(BorrowedFd<'a>),
    /// The other end of the descriptor is closed.
    Closed(BorrowedFd<'a>),
}

impl Awaited<'_> {
    fn fd(self) -> RawFd {
        let (Self::Readable(fd) | Self::Changed(fd) | Self::Writable(fd) | Self::Closed(fd)) = self;
        fd.as_raw_fd()
    }

    fn events(self) -> libc::c_short {
        match self {
            Self::Readable(_) => libc::POLLIN,
            Self::Changed(_) => libc::POLLPRI,
            Self::Writable(_) => libc::POLLOUT,
            // `POLLERR` and `POLLHUP` are reported without being requested: `poll(2)`.
            Self::Closed(_) => 0,
        }
    }

    fn pollfd(self) -> libc::pollfd {
        libc::pollfd {
            fd: self.fd(),
            events: self.events(),
            revents: 0,
        }
    }
}

/// Many descriptors as one, which is readable as soon as one of them is as it is awaited: `epoll(7)`.
///
/// Of those that are closed meanwhile nothing comes any more.
pub struct AnyOf(OwnedFd);

impl AnyOf {
    /// Awaits `all`. A file that never has to wait for anything, and so cannot be awaited, is left out.
    ///
    /// # Errors
    ///
    /// Those of `epoll_create1(2)` and `epoll_ctl(2)`, but not `EPERM`.
    pub fn of(all: &[Awaited<'_>]) -> io::Result<Self> {
        // SAFETY: the call takes no pointer.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the kernel has just made it for us, and nobody else knows of it.
        let any = Self(unsafe { OwnedFd::from_raw_fd(fd) });
        for one in all {
            match any.add(*one) {
                Err(error) if error.raw_os_error() != Some(libc::EPERM) => return Err(error),
                _ => {}
            }
        }
        Ok(any)
    }

    fn add(&self, one: Awaited<'_>) -> io::Result<()> {
        let mut event = libc::epoll_event {
            // The bits are those of `poll(2)`, which are positive.
            events: one.events() as u32,
            u64: 0,
        };
        // SAFETY: both descriptors are open, and `event` outlives the call, which copies it.
        check(unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                libc::EPOLL_CTL_ADD,
                one.fd(),
                &mut event,
            )
        })
        .map(drop)
    }
}

impl AsFd for AnyOf {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
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
    check(unsafe {
        libc::ppoll(
            pollfds.as_mut_ptr(),
            pollfds.len() as libc::nfds_t,
            &timeout,
            ptr::null(),
        )
    })
    .map(drop)
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
    use std::io::{Read, Write};
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
    fn any_of_many_is_readable_when_one_is_as_it_is_awaited() {
        let (quiet, other_end) = UnixStream::pair().unwrap();
        let (loud, mut writer) = UnixStream::pair().unwrap();
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        let any = AnyOf::of(&[
            Awaited::Closed(quiet.as_fd()),
            Awaited::Closed(file.as_fd()),
            Awaited::Readable(loud.as_fd()),
        ])
        .unwrap();
        let is_ready = || wait_readable([any.as_fd()], Instant::now()).unwrap();

        (&other_end)
            .write_all(b"what can be read is no end")
            .unwrap();
        assert_eq!(is_ready(), [false]);
        writer.write_all(b"x").unwrap();
        assert_eq!(is_ready(), [true]);
        (&loud).read_exact(&mut [0]).unwrap();
        assert_eq!(is_ready(), [false]);
        drop(other_end);
        assert_eq!(is_ready(), [true]);
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
