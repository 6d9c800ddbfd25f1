// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * The client of the textbooks, as everybody writes it first: a raw socket bound
 * to the process id, one message of type 0 without any flag, one answer printed
 * as a string. The module has to serve it as it is.
 */

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETLINK_USER 31
#define MAX_PAYLOAD 1024

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_socket(void)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_pid = getpid(),
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);

	if (fd < 0)
		fail("socket");
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		fail("bind");
	return fd;
}

int main(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *nlh = calloc(1, NLMSG_SPACE(MAX_PAYLOAD));
	struct iovec iov = {
		.iov_base = nlh,
		.iov_len = NLMSG_SPACE(MAX_PAYLOAD),
	};
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int fd = open_socket();

	if (!nlh)
		fail("calloc");
	nlh->nlmsg_len = NLMSG_SPACE(MAX_PAYLOAD);
	nlh->nlmsg_pid = getpid();
	nlh->nlmsg_flags = 0;
	strcpy(NLMSG_DATA(nlh), "Hello");
	if (sendmsg(fd, &msg, 0) < 0)
		fail("sendmsg");

	memset(nlh, 0xff, NLMSG_SPACE(MAX_PAYLOAD));
	if (recvmsg(fd, &msg, 0) < 0)
		fail("recvmsg");
	printf("Received message payload: %s\n", (char *)NLMSG_DATA(nlh));
	close(fd);
	free(nlh);
	return 0;
}
