// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Usage: ask PROTOCOL HEX
 *
 * Sends the bytes that HEX stands for to the kernel over a netlink socket, and
 * prints the payload of the first message of the answer, in hex.
 */

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static size_t from_hex(const char *hex, unsigned char *bytes, size_t size)
{
	size_t len = 0;

	while (len < size && sscanf(hex + 2 * len, "%2hhx", bytes + len) == 1)
		len++;
	return len;
}

int main(int argc, char **argv)
{
	unsigned char buf[4096];
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	int fd;

	if (argc != 3)
		return 2;
	fd = socket(AF_NETLINK, SOCK_RAW, atoi(argv[1]));
	if (fd < 0)
		fail("socket");
	if (send(fd, buf, from_hex(argv[2], buf, sizeof(buf)), 0) < 0)
		fail("send");
	if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0)
		fail("recv");
	for (unsigned int i = NLMSG_HDRLEN; i < nlh->nlmsg_len; i++)
		printf("%02x", buf[i]);
	printf("\n");
	return 0;
}
