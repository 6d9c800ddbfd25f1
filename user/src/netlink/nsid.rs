// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams from other network namespaces.

use super::socket::retry_interrupted;
use super::{Datagram, Socket};
use std::io::{self, ErrorKind};

impl Socket {
    /// Receives the next datagram that is there, and the id of the network namespace that it is
    /// from, if that is another one; `None` when there is none. See [`Socket::listen_to_all`].
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`].
    pub fn recv_from_any<'b>(
        &self,
        buf: &'b mut [u8],
    ) -> io::Result<Option<(Datagram<'b>, Option<u32>)>> {
        match retry_interrupted(|| self.recvmsg(buf)) {
            Ok((envelope, control)) => Ok(Some((envelope.around(buf), control.nsid()))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::socket::tests::send_to;
    use super::*;

    #[test]
    fn what_comes_from_this_namespace_has_no_id() {
        let socket = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        let mut buf = [0; 8];
        assert_eq!(socket.recv_from_any(&mut buf).unwrap(), None);

        send_to(&socket, socket.portid(), b"x").unwrap();
        let (datagram, nsid) = socket.recv_from_any(&mut buf).unwrap().unwrap();
        assert_eq!((datagram.bytes, nsid), (&b"x"[..], None));
    }
}
