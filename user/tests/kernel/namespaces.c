// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Leaves its network namespace for a new one, over and over, until its standard
 * input ends, and opens a socket of the protocol in each. Prints how many
 * namespaces that were, and in how many there was the protocol.
 */

#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETLINK_USER 31

/* The descriptor of a socket that is in the namespace before. */
#define KEPT 100

static int input_has_ended(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, 0) != 0;
}

int main(void)
{
	int namespaces = 0, sockets = 0;

	while (!input_has_ended()) {
		int fd;

		if (unshare(CLONE_NEWNET) < 0) {
			perror("unshare");
			return 1;
		}
		namespaces++;
		close(KEPT);
		fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);
		if (fd < 0)
			continue;
		/* Some outlive the process's stay in their namespace. */
		if (++sockets % 8 == 0)
			dup2(fd, KEPT);
		close(fd);
	}
	printf("%d %d\n", namespaces, sockets);
	return 0;
}
