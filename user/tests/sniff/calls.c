// SPDX-License-Identifier: Apache-2.0 OR MIT
/*
 * Says something to itself over NETLINK_USERSOCK, in each way that there is: `calls WAY`. Messages are numbered, by type and by sequence
 * number. The exit status is 0 when all of it went as it should, 1 with the line that did not; 77 where this machine has no such call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define MISSING 77
#define need(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

struct message {
	struct nlmsghdr header;
	char text[4];
};

#define SIZE ((ssize_t)sizeof(struct message))

static int fd;
static struct sockaddr_nl self;

static struct message message(int number)
{
	struct message m = {
		.header = { sizeof(m), 0x100 + number, NLM_F_REQUEST, number, 0 },
		.text = "abc",
	};
	return m;
}

/* Opens a socket that is connected to itself. */
static int open_socket(void)
{
	int opened = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
	socklen_t len = sizeof(self);

	need(opened >= 0);
	self = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	need(bind(opened, (struct sockaddr *)&self, sizeof(self)) == 0);
	need(getsockname(opened, (struct sockaddr *)&self, &len) == 0);
	need(connect(opened, (struct sockaddr *)&self, sizeof(self)) == 0);
	return opened;
}

static void say_over(int to, int number)
{
	struct message m = message(number);

	need(send(to, &m, sizeof(m), 0) == SIZE);
}

static void say(int number)
{
	say_over(fd, number);
}

static void receive(void)
{
	struct message m;

	need(recv(fd, &m, sizeof(m), 0) == SIZE);
}

static void wait_for(pid_t child)
{
	int status;

	need(waitpid(child, &status, 0) == child);
	need(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Each call that sends, and its counterpart. */
static void calls(void)
{
	struct message m[2] = { message(1), message(2) };
	struct iovec halves[2] = { { m, 10 }, { (char *)m + 10, sizeof(m[0]) - 10 } };
	struct iovec whole[2] = { { &m[0], sizeof(m[0]) }, { &m[1], sizeof(m[1]) } };
	struct sockaddr_nl from;
	socklen_t len = sizeof(from);
	struct msghdr header = { .msg_name = &self, .msg_namelen = sizeof(self), .msg_iov = halves, .msg_iovlen = 2 };
	struct mmsghdr both[2] = { { .msg_hdr = { .msg_iov = &whole[0], .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = &whole[1], .msg_iovlen = 1 } } };

	need(send(fd, m, SIZE, 0) == SIZE);
	need(recv(fd, m, SIZE, 0) == SIZE);

	m[0] = message(2);
	need(sendto(fd, m, SIZE, 0, (struct sockaddr *)&self, sizeof(self)) == SIZE);
	need(recvfrom(fd, m, SIZE, 0, (struct sockaddr *)&from, &len) == SIZE);

	m[0] = message(3);
	need(sendmsg(fd, &header, 0) == SIZE);
	need(recvmsg(fd, &header, 0) == SIZE);

	m[0] = message(4), m[1] = message(5);
	need(sendmmsg(fd, both, 2, 0) == 2);
	need(recvmmsg(fd, both, 2, 0, NULL) == 2);

	m[0] = message(6);
	need(write(fd, m, SIZE) == SIZE);
	need(read(fd, m, SIZE) == SIZE);

	m[0] = message(7);
	need(writev(fd, halves, 2) == SIZE);
	need(readv(fd, halves, 2) == SIZE);

	m[0] = message(8);
	need(pwritev2(fd, halves, 2, -1, 0) == SIZE);
	need(preadv2(fd, halves, 2, -1, 0) == SIZE);

	/* These cannot. */
	need(pwrite(fd, m, SIZE, 0) < 0 && errno == ESPIPE);
	need(pwritev(fd, halves, 2, 0) < 0 && errno == ESPIPE);
	need(pread(fd, m, SIZE, 0) < 0 && errno == ESPIPE);
	need(preadv(fd, halves, 2, 0) < 0 && errno == ESPIPE);
}

static void peek(void)
{
	struct message m;

	say(1);
	need(recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC) == SIZE);
	need(recv(fd, &m, sizeof(m), MSG_PEEK) == SIZE);
	receive();
}

/* Receives into too little room, in each way that can tell. */
static void truncated(void)
{
	struct message m;
	struct iovec piece = { &m, 18 };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };

	for (int number = 1; number <= 4; number++)
		say(number);
	need(recv(fd, &m, 18, 0) == 18);
	need(recv(fd, &m, 18, MSG_TRUNC) == SIZE);
	need(recvmsg(fd, &header, 0) == 18 && header.msg_flags & MSG_TRUNC);
	need(read(fd, &m, 18) == 18);
}

static void errors(void)
{
	struct message m = message(1), two = message(2);
	struct sockaddr_nl nobody = { .nl_family = AF_NETLINK, .nl_pid = 0x7ffffff0 };
	struct iovec pieces[2] = { { &m, sizeof(m) }, { &two, sizeof(two) } };
	struct mmsghdr both[2] = { { .msg_hdr = { .msg_iov = &pieces[0], .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_name = &nobody, .msg_namelen = sizeof(nobody), .msg_iov = &pieces[1], .msg_iovlen = 1 } } };

	need(sendto(fd, &m, sizeof(m), 0, (struct sockaddr *)&nobody, sizeof(nobody)) < 0 && errno == ECONNREFUSED);
	need(send(fd, (void *)8, sizeof(m), 0) < 0 && errno == EFAULT);
	need(sendmmsg(fd, both, 2, 0) == 1);
	receive();
	/* Nothing is there: that is no news. */
	need(recv(fd, &m, sizeof(m), MSG_DONTWAIT) < 0 && errno == EAGAIN);
	say(3);
	need(recv(fd, (void *)8, sizeof(m), 0) < 0 && errno == EFAULT);
}

static void *say_in_thread(void *number)
{
	say((int)(intptr_t)number);
	return NULL;
}

static void threads(void)
{
	pthread_t thread;

	for (int number = 1; number <= 8; number++) {
		/* The answer is waited for when it is sent. */
		need(pthread_create(&thread, NULL, say_in_thread, (void *)(intptr_t)number) == 0);
		receive();
		need(pthread_join(thread, NULL) == 0);
	}
}

static int say_in_clone(void *number)
{
	say((int)(intptr_t)number);
	return 0;
}

static void children(void)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	/* The first members of struct clone_args, version 0. */
	uint64_t args[8] = { 0 };
	pid_t child;

	child = fork();
	if (!child) {
		say(1);
		_exit(0);
	}
	wait_for(child);
	receive();

	child = vfork();
	if (!child) {
		struct message m = message(2);

		_exit(send(fd, &m, sizeof(m), 0) != SIZE);
	}
	wait_for(child);
	receive();

	child = clone(say_in_clone, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, (void *)3);
	wait_for(child);
	receive();

	args[4] = SIGCHLD;
	child = syscall(SYS_clone3, args, sizeof(args));
	need(child >= 0);
	if (!child) {
		say(4);
		_exit(0);
	}
	wait_for(child);
	receive();
}

/* The descriptor is there, and nothing is known of where it is from. */
static void inherited(char **argv)
{
	fd = atoi(argv[2]);
	say(atoi(argv[3]));
	receive();
}

static void exec(char **argv)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	say(1);
	receive();
	execl(argv[0], argv[0], "inherited", number, "2", NULL);
	need(0);
}

static void *exec_in_thread(void *argv)
{
	exec(argv);
	return NULL;
}

static void exec_by_thread(char **argv)
{
	pthread_t thread;

	need(pthread_create(&thread, NULL, exec_in_thread, argv) == 0);
	pause();
}

static void duplicates(void)
{
	int copies[] = { dup(fd), dup2(fd, 50), dup3(fd, 51, O_CLOEXEC), fcntl(fd, F_DUPFD, 60), fcntl(fd, F_DUPFD_CLOEXEC, 70) };

	for (int number = 1; number <= 5; number++) {
		say_over(copies[number - 1], number);
		receive();
	}
	/* Number 50 is something else from now on, and again. */
	int null = open("/dev/null", O_WRONLY);
	struct message m = message(6);
	need(dup2(null, 50) == 50);
	need(write(50, &m, sizeof(m)) == SIZE);
	need(dup2(fd, 50) == 50);
	say_over(50, 7);
	receive();
	close(50);
	need(write(50, &m, sizeof(m)) < 0 && errno == EBADF);
}

static void send_fd(int over, int sent)
{
	char byte = '!', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec piece = { &byte, 1 };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *message = CMSG_FIRSTHDR(&header);

	message->cmsg_level = SOL_SOCKET;
	message->cmsg_type = SCM_RIGHTS;
	message->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(message), &sent, sizeof(int));
	need(sendmsg(over, &header, 0) == 1);
}

static int receive_fd(int over)
{
	int received;
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec piece = { &byte, 1 };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };

	need(recvmsg(over, &header, 0) == 1);
	memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(int));
	return received;
}

/* The child gets a socket that was opened when it was there already. */
static void passed(void)
{
	int pair[2];

	close(fd);
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pid_t child = fork();
	if (!child) {
		say_over(receive_fd(pair[1]), 1);
		_exit(0);
	}
	fd = open_socket();
	send_fd(pair[0], fd);
	wait_for(child);
	receive();
}

static void taken(void)
{
	int pair[2];
	char number;
	pid_t parent = getpid();

	close(fd);
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pid_t child = fork();
	if (!child) {
		need(read(pair[1], &number, 1) == 1);
		int copy = syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, parent, 0), number, 0);
		if (copy < 0)
			_exit(MISSING);
		say_over(copy, 1);
		_exit(0);
	}
	fd = open_socket();
	number = fd;
	need(write(pair[0], &number, 1) == 1);
	wait_for(child);
	receive();
}

/* The kernel copies from file to file. */
static void copied(void)
{
	struct message m = message(1);
	int pipes[2];

	need(pipe(pipes) == 0);
	need(write(pipes[1], &m, sizeof(m)) == SIZE);
	need(splice(pipes[0], NULL, fd, NULL, SIZE, 0) == SIZE);
	need(splice(fd, NULL, pipes[1], NULL, SIZE, 0) == SIZE);
	need(read(pipes[0], &m, sizeof(m)) == SIZE);

	int file = memfd_create("file", 0);
	need(write(file, &m, sizeof(m)) == SIZE && lseek(file, 0, SEEK_SET) == 0);
	need(sendfile(fd, file, NULL, SIZE) == SIZE);
	receive();
	/* Neither end is a netlink socket. */
	need(lseek(file, 0, SEEK_SET) == 0 && sendfile(pipes[1], file, NULL, SIZE) == SIZE);
}

static void rings(void)
{
	need(syscall(SYS_io_uring_setup, 1, NULL) < 0);
	need(syscall(SYS_io_uring_setup, 1, NULL) < 0);
	need(syscall(SYS_io_submit, 0, 0, NULL) < 0);
	say(1);
	receive();
}

#ifdef __x86_64__
static long int80(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static void no_such_call(int signal)
{
	(void)signal;
	_exit(MISSING);
}

/* As a program for i386 has it: pointers of 32 bits, numbers of its own, and one call for many. */
static void i386(void)
{
	struct {
		struct message message;
		uint32_t vector[2], header[7], args[6];
	} *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	need(low != MAP_FAILED);
	signal(SIGSEGV, no_such_call);
	uint32_t address = (uint32_t)(uintptr_t)&low->message;
	memcpy(low->vector, (uint32_t[]){ address, SIZE }, sizeof(low->vector));
	memcpy(low->header, (uint32_t[]){ 0, 0, (uint32_t)(uintptr_t)low->vector, 1, 0, 0, 0 }, sizeof(low->header));
	memcpy(low->args, (uint32_t[]){ fd, address, SIZE, 0, 0, 0 }, sizeof(low->args));

	low->message = message(1);
	/* send and recv by socketcall. */
	long sent = int80(102, 9, (long)low->args, 0);
	if (sent == -ENOSYS)
		exit(MISSING);
	need(sent == SIZE);
	need(int80(102, 10, (long)low->args, 0) == SIZE);

	low->message = message(2);
	need(int80(370, fd, (long)low->header, 0) == SIZE);
	need(int80(372, fd, (long)low->header, 0) == SIZE);

	low->message = message(3);
	need(int80(4, fd, address, SIZE) == SIZE);
	need(int80(145, fd, (long)low->vector, 1) == SIZE);
}

/* The bit of x32. */
static void x32(void)
{
	struct message m = message(1);

	syscall(0x40000000 + SYS_write, fd, &m, sizeof(m));
	syscall(-1);
	syscall(0x40000000 + SYS_getpid);
}
#else
static void i386(void)
{
	exit(MISSING);
}

static void x32(void)
{
	exit(MISSING);
}
#endif

static void undumpable(void)
{
	need(prctl(PR_SET_DUMPABLE, 0) == 0);
	say(1);
	receive();
}

static volatile sig_atomic_t signals;

static void on_signal(int signal)
{
	(void)signal;
	signals++;
	if (signals == 2)
		say(1);
}

/* A wait that a signal interrupts goes on, and ends when the handler has spoken. */
static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pid_t parent = getpid();

	need(sigaction(SIGUSR1, &action, NULL) == 0);
	pid_t child = fork();
	if (!child) {
		usleep(100000);
		kill(parent, SIGUSR1);
		usleep(100000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	receive();
	need(signals == 2);
	wait_for(child);
}

/* Says something when it is told to, and ends when it is told to. */
static void waiting(void)
{
	sigset_t awaited;
	int signal;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGUSR1);
	sigaddset(&awaited, SIGTERM);
	need(sigprocmask(SIG_BLOCK, &awaited, NULL) == 0);
	printf("%d\n", getpid());
	fflush(stdout);
	for (int number = 1; sigwait(&awaited, &signal) == 0 && signal == SIGUSR1; number++) {
		say(number);
		receive();
		printf("said\n");
		fflush(stdout);
	}
	exit(3);
}

static void on_interrupt(int signal)
{
	(void)signal;
	signals++;
}

/* Waits for Ctrl-C, and for another one for a while; the exit status is how many came. */
static void counted(void)
{
	struct timespec left = { .tv_nsec = 300000000 };
	sigset_t awaited, before;

	need(signal(SIGINT, on_interrupt) != SIG_ERR);
	/* Blocked until the wait begins: what came before it would be waited for again. */
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	need(sigprocmask(SIG_BLOCK, &awaited, &before) == 0);
	printf("%d\n", getpid());
	fflush(stdout);
	sigsuspend(&before);
	need(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
	while (nanosleep(&left, &left) < 0)
		;
	exit(signals);
}

/* A descendant that nobody waits for says something when the command has ended already. */
static void outlived(void)
{
	if (fork())
		exit(4);
	usleep(200000);
	say(1);
	receive();
}

static void large(void)
{
	size_t size = 100000;
	struct message *m = calloc(1, size);

	*m = message(1);
	m->header.nlmsg_len = size;
	need(send(fd, m, size, 0) == (ssize_t)size);
	need(recv(fd, m, size, 0) == (ssize_t)size);
}

#define MANY 1500

static void *say_many(void *unused)
{
	(void)unused;
	for (int number = 1; number <= MANY; number++)
		say(number);
	return NULL;
}

/* More messages at once than sendmmsg(2) takes. */
static void many(void)
{
	static struct message m[MANY];
	static struct iovec pieces[MANY];
	static struct mmsghdr all[MANY];
	pthread_t thread;

	for (int i = 0; i < MANY; i++) {
		pieces[i] = (struct iovec){ &m[i], sizeof(m[i]) };
		all[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
	}
	/* Who sends waits for room. */
	need(pthread_create(&thread, NULL, say_many, NULL) == 0);
	need(recvmmsg(fd, all, MANY, 0, NULL) == MANY);
	need(pthread_join(thread, NULL) == 0);
}

static void *write_on(void *unused)
{
	int null = open("/dev/null", O_WRONLY);

	while (write(null, &unused, 1) == 1)
		;
	return NULL;
}

static void *say_behind_others(void *others)
{
	pthread_barrier_wait(others);
	for (int number = 1; number <= 100; number++) {
		say(number);
		receive();
	}
	return NULL;
}

/* A thread says something while others, which the kernel looks at before it, make calls that are looked at one after the other. */
static void busy(void)
{
	static pthread_barrier_t others;
	pthread_t first, thread;

	need(pthread_barrier_init(&others, NULL, 2) == 0);
	need(pthread_create(&first, NULL, say_behind_others, &others) == 0);
	for (int i = 0; i < 16; i++)
		need(pthread_create(&thread, NULL, write_on, NULL) == 0);
	pthread_barrier_wait(&others);
	need(pthread_join(first, NULL) == 0);
}

/* Gives a program a right of its own. */
static void give_right(const char *program)
{
	/* Numbers of this file system attribute are little-endian, as those of all machines that this runs on. */
	struct vfs_cap_data rights = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = { { .permitted = 1 << CAP_NET_RAW } },
	};

	if (setxattr(program, "security.capability", &rights, sizeof(rights), 0) < 0)
		exit(MISSING);
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "calls", calls }, { "peek", peek }, { "truncated", truncated }, { "errors", errors }, { "threads", threads },
	{ "children", children }, { "duplicates", duplicates }, { "passed", passed }, { "taken", taken }, { "copied", copied },
	{ "rings", rings }, { "i386", i386 }, { "x32", x32 }, { "undumpable", undumpable }, { "interrupted", interrupted },
	{ "waiting", waiting }, { "counted", counted }, { "outlived", outlived },
	{ "large", large }, { "many", many }, { "busy", busy },
};

int main(int argc, char **argv)
{
	need(argc >= 2);
	if (!strcmp(argv[1], "inherited")) {
		inherited(argv);
		return 0;
	}
	if (!strcmp(argv[1], "give_right")) {
		give_right(argv[2]);
		return 0;
	}
	fd = open_socket();
	if (!strcmp(argv[1], "exec"))
		exec(argv);
	if (!strcmp(argv[1], "exec_by_thread"))
		exec_by_thread(argv);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!strcmp(argv[1], ways[i].name)) {
			ways[i].run();
			return 0;
		}
	}
	return 1;
}
