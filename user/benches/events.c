// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Usage: events bare BYTES COUNT		reads COUNT events of IPv4 routes, with BYTES of room, says so, and does nothing else
//        events drain OUT CHANGES COMMAND [ARG...]	runs it as a monitor of routes, with its output in the file OUT; stops it, makes
//							CHANGES (a file for ip -batch), lets it go on; prints the milliseconds from
//							then until its last output, lines of output, events dropped, KiB of memory at its peak
//        events latency COUNT COMMAND [ARG...]	runs it as a monitor of routes; makes COUNT changes, 2 ms between two, and prints the
//							microseconds from each until its line is read: median, 99th percentile, maximum

#define _GNU_SOURCE // recvmmsg()

#include <err.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 64
#define QUIET_MS 300

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int open_socket(int bytes)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int group = RTNLGRP_IPV4_ROUTE, half = bytes / 2;
	int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (sock < 0 || bind(sock, (void *)&addr, sizeof(addr)) < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &half, sizeof(half)) < 0)
		err(1, "SO_RCVBUFFORCE");
	if (setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		err(1, "NETLINK_ADD_MEMBERSHIP");
	return sock;
}

static int bare(int bytes, long count)
{
	static char bufs[AT_ONCE][8192];
	struct mmsghdr msgs[AT_ONCE] = { 0 };
	struct iovec iovs[AT_ONCE];
	int sock = open_socket(bytes);
	long seen = 0;

	for (int i = 0; i < AT_ONCE; i++) {
		iovs[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
		msgs[i].msg_hdr.msg_iov = &iovs[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	while (seen < count) {
		int some = recvmmsg(sock, msgs, AT_ONCE, MSG_WAITFORONE, NULL);

		if (some < 0)
			err(1, "recvmmsg");
		seen += some;
	}
	puts("done");
	fflush(stdout);
	pause();
	return 0;
}

struct subscriber {
	unsigned long room_taken, drops;
};

// Finds the socket of this network namespace that hears of IPv4 routes.
static int find_subscriber(struct subscriber *found)
{
	FILE *file = fopen("/proc/self/net/netlink", "r");
	unsigned long room_taken, drops;
	unsigned int protocol, groups;
	char line[256];
	int any = 0;

	if (!file)
		err(1, "/proc/self/net/netlink");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %u %*s %x %lu %*s %*s %*s %lu", &protocol, &groups, &room_taken, &drops) != 4)
			continue;
		if (protocol || !(groups & 1 << (RTNLGRP_IPV4_ROUTE - 1)))
			continue;
		*found = (struct subscriber){ room_taken, drops };
		any = 1;
	}
	fclose(file);
	return any;
}

static pid_t start(const char *out, char **argv)
{
	pid_t child = fork();

	if (!child) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), null = open("/dev/null", O_WRONLY);

		dup2(fd, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(*argv, argv);
		_exit(127);
	}
	return child;
}

static long size_of(const char *path)
{
	struct stat stat_;

	return stat(path, &stat_) < 0 ? 0 : stat_.st_size;
}

// Returns when the file grew last.
static double wait_until_quiet(const char *out, struct subscriber *subscriber)
{
	double last = now_ms();
	long size = size_of(out);

	do {
		usleep(500);
		if (size_of(out) != size) {
			last = now_ms();
			size = size_of(out);
		} else if (now_ms() - last > QUIET_MS) {
			find_subscriber(subscriber);
		}
	} while (now_ms() - last < QUIET_MS || subscriber->room_taken);
	return last;
}

static long lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	static char buf[65536];
	long lines = 0;
	size_t len;

	while (file && (len = fread(buf, 1, sizeof(buf), file)))
		for (size_t i = 0; i < len; i++)
			lines += buf[i] == '\n';
	if (file)
		fclose(file);
	return lines;
}

static void make_changes(const char *changes)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execlp("ip", "ip", "-batch", changes, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0 || status)
		errx(1, "ip -batch %s failed", changes);
}

// Adds a route that leads nowhere, or deletes it.
static void change_route(int sock, int type)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attr;
		unsigned char dst[4];
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | (type == RTM_NEWROUTE ? NLM_F_CREATE : 0),
		},
		.route = {
			.rtm_family = AF_INET,
			.rtm_dst_len = 24,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_UNIVERSE,
			.rtm_type = RTN_BLACKHOLE,
		},
		.attr = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_DST },
		.dst = { 198, 51, 100, 0 },
	};

	if (send(sock, &request, sizeof(request), 0) < 0)
		err(1, "send");
}

static void read_line(int fd)
{
	char byte;

	do {
		if (read(fd, &byte, 1) != 1)
			errx(1, "the monitor has ended");
	} while (byte != '\n');
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static int latency(long count, char **argv)
{
	double *times = calloc(count, sizeof(*times));
	int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), ends[2];
	struct subscriber subscriber;
	pid_t child;

	if (!times || sock < 0 || pipe2(ends, O_CLOEXEC) < 0)
		err(1, "latency");
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		execvp(*argv, argv);
		_exit(127);
	}
	while (!find_subscriber(&subscriber))
		usleep(10000);
	usleep(1000 * 1000);
	for (long i = 0; i < count; i++) {
		double began = now_ms();

		change_route(sock, i % 2 ? RTM_DELROUTE : RTM_NEWROUTE);
		read_line(ends[0]);
		times[i] = (now_ms() - began) * 1e3;
		usleep(2000);
	}
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	qsort(times, count, sizeof(*times), ascending);
	printf("%.0f %.0f %.0f\n", times[count / 2], times[count * 99 / 100], times[count - 1]);
	return 0;
}

static int drain(const char *out, const char *changes, char **argv)
{
	struct subscriber subscriber = { .room_taken = 1 };
	pid_t child = start(out, argv);
	struct rusage usage;
	double began, ended;

	while (!find_subscriber(&subscriber))
		usleep(10000);
	// It may have to read the state first.
	wait_until_quiet(out, &subscriber);
	usleep(1000 * 1000);
	kill(child, SIGSTOP);
	make_changes(changes);
	subscriber.room_taken = 1;
	began = now_ms();
	kill(child, SIGCONT);
	ended = wait_until_quiet(out, &subscriber);
	kill(child, SIGTERM);
	wait4(child, NULL, 0, &usage);
	printf("%.3f %ld %lu %ld\n", ended - began, lines_of(out), subscriber.drops, usage.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "bare"))
		return bare(atoi(argv[2]), atol(argv[3]));
	if (argc > 4 && !strcmp(argv[1], "drain"))
		return drain(argv[2], argv[3], argv + 4);
	if (argc > 3 && !strcmp(argv[1], "latency"))
		return latency(atol(argv[2]), argv + 3);
	errx(2, "see the source for its usage");
}
