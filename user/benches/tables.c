// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Usage: tables null|pipe COMMAND [ARG...]	runs it, prints milliseconds and KiB of memory at its peak
//        tables bare				reads all IPv4 routes of the main table, and does nothing with them
//
// With pipe, the output goes through a pipe to a process that throws it away, else to /dev/null.

#define _GNU_SOURCE // pipe2()

#include <err.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void ask_for_routes(int sock)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attr;
		unsigned int table;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.route.rtm_family = AF_INET,
		.attr = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_TABLE },
		.table = RT_TABLE_MAIN,
	};
	int yes = 1;

	if (setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof(yes)) < 0)
		err(1, "NETLINK_GET_STRICT_CHK");
	if (send(sock, &request, sizeof(request), 0) < 0)
		err(1, "send");
}

// Returns whether the last message is there.
static int read_messages(const struct nlmsghdr *message, int len, long *routes)
{
	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type == NLMSG_ERROR)
			errx(1, "refused");
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		++*routes;
	}
	return 0;
}

static int bare(void)
{
	static char buf[32768];
	int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	long routes = 0;
	int len;

	if (sock < 0)
		err(1, "socket");
	ask_for_routes(sock);
	do {
		len = recv(sock, buf, sizeof(buf), 0);
		if (len < 0)
			err(1, "recv");
	} while (!read_messages((void *)buf, len, &routes));
	printf("%ld\n", routes);
	return 0;
}

static void drain(int fd)
{
	static char buf[65536];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

// Returns where the output of the command goes.
static int open_output(int through_pipe)
{
	int ends[2];

	if (!through_pipe)
		return open("/dev/null", O_WRONLY);
	if (pipe2(ends, O_CLOEXEC) < 0)
		err(1, "pipe");
	if (!fork()) {
		close(ends[1]);
		drain(ends[0]);
		_exit(0);
	}
	close(ends[0]);
	return ends[1];
}

static int measure(int through_pipe, char **argv)
{
	int out = open_output(through_pipe), status;
	double start = now_ms();
	struct rusage usage;
	pid_t child = fork();

	if (!child) {
		dup2(out, STDOUT_FILENO);
		execvp(*argv, argv);
		err(127, "%s", *argv);
	}
	if (wait4(child, &status, 0, &usage) < 0 || status)
		errx(1, "%s failed", *argv);
	printf("%.3f %ld\n", now_ms() - start, usage.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "bare"))
		return bare();
	if (argc > 2)
		return measure(!strcmp(argv[1], "pipe"), argv + 2);
	errx(2, "see the source for its usage");
}
