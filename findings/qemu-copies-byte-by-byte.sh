#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# QEMU 7.2, emulated x86-64 (TCG): `-cpu max` announces ERMS (CPUID leaf 7, EBX bit 9: "rep movsb is fast"), and each byte that `rep movsb` moves is an
# instruction of its own, as each eight are with `rep movsq`. Linux copies to and from user space by `rep movsb` where the processor announces ERMS, so in
# such a guest all reading and writing of files is several times slower than with `-cpu max,-erms`; a netlink socket that is read, too.
#
# Seen: ERMS is announced; rep movsb takes 7 to 9 times as long as rep movsq for the same 256 MiB.
#
# Needed: gcc, and apt of Debian 12; qemu-user is unpacked in a temporary folder, and not installed.

set -euo pipefail
version='1:7.2+dfsg-7+deb12u18+b3'
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"

apt-get download "qemu-user=$version" >/dev/null 2>&1
dpkg -x qemu-user_*.deb .

cat >copy.c <<'EOF'
#include <cpuid.h>
#include <stdio.h>
#include <time.h>

static char from[1 << 20], to[1 << 20];

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void copy(int by_words)
{
	void *dst = to, *src = from;
	size_t count = by_words ? sizeof(to) / 8 : sizeof(to);

	if (by_words)
		asm volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(count) : : "memory");
	else
		asm volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(count) : : "memory");
}

static double seconds(int by_words)
{
	double began = now();

	for (int i = 0; i < 256; i++)
		copy(by_words);
	return now() - began;
}

int main(void)
{
	unsigned int a, b, c, d;

	__cpuid_count(7, 0, a, b, c, d);
	seconds(0);
	printf("%u %.1f\n", b >> 9 & 1, seconds(0) / seconds(1));
	return 0;
}
EOF
gcc -O1 -static -o copy copy.c
read -r erms ratio < <(usr/bin/qemu-x86_64 -cpu max ./copy)
echo "ERMS: $erms; rep movsb takes $ratio times as long as rep movsq"
((erms == 1))
awk -v ratio="$ratio" 'BEGIN { exit ratio < 3 }'
