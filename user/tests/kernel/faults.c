// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * faults N load MODULE, faults N unshare: loads a module, or makes a network
 * namespace, with an allocation that fails: the Nth of that system call. Prints
 * how many allocations were missing to that, 0 when it came to it, and the errno.
 * See Documentation/fault-injection/fault-injection.rst.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set(int fd, const char *text)
{
	if (pwrite(fd, text, strlen(text), 0) < 0)
		exit(2);
}

static int load(int module)
{
	return syscall(SYS_finit_module, module, "", 0);
}

int main(int argc, char **argv)
{
	int fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	char missing[32] = "";
	int module = -1, err;

	if (fail_nth < 0 || argc < 3)
		return 2;
	if (argc > 3)
		module = open(argv[3], O_RDONLY);
	set(fail_nth, argv[1]);
	err = (argc > 3 ? load(module) : unshare(CLONE_NEWNET)) < 0 ? errno : 0;
	if (pread(fail_nth, missing, sizeof(missing) - 1, 0) < 0)
		return 2;
	set(fail_nth, "0");
	printf("%d %d\n", atoi(missing), err);
	return 0;
}
