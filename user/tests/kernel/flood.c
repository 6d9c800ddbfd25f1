// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Usage: flood TIMES
 *
 * Sends a datagram that is full of the message on its standard input, TIMES
 * times or, where that is no number, until it is killed. Before the first it
 * prints how many messages a datagram has.
 */

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETLINK_USER 31

/* What the kernel keeps of a socket's send buffer for itself. */
#define OVERHEAD 32

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Makes the send buffer as large as anybody may on every kernel; returns the longest datagram. */
static size_t widen(int fd)
{
	int size = 212992;
	socklen_t len = sizeof(size);

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &len) < 0)
		fail("SO_SNDBUF");
	return size - OVERHEAD;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);
	char message[256], *datagram;
	size_t len, count;
	long times;

	if (fd < 0 || argc != 2)
		fail("socket");
	len = fread(message, 1, sizeof(message), stdin);
	if (!len)
		return 1;
	count = widen(fd) / len;
	datagram = malloc(count * len);
	if (!datagram)
		return 1;
	for (size_t i = 0; i < count; i++)
		memcpy(datagram + i * len, message, len);
	printf("%zu\n", count);
	fflush(stdout);

	times = atol(argv[1]);
	do {
		if (send(fd, datagram, count * len, 0) < 0)
			fail("send");
	} while (--times != 0);
	return 0;
}
