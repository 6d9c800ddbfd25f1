# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Sourced after common.sh: whether KVM runs a guest here. /dev/kvm can exist, open, even make a processor, and still run none.

# boots_under_kvm BZIMAGE: without a root the kernel panics at once, which is all that is wanted of it.
boots_under_kvm() {
    local console status=0
    console=$(mktemp)
    # In a shell of its own, which waits for it and says nothing where it aborts.
    (
        timeout 5 qemu-system-x86_64 -machine q35 -accel kvm -cpu host -m 256M -no-reboot -nodefaults -display none -serial "file:$console" \
            -kernel "$1" -append 'console=ttyS0 panic=-1'
        exit
    ) >/dev/null 2>&1 && grep -q 'Unable to mount root' "$console" || status=$?
    rm -f "$console"
    return "$status"
}

# The answer holds until the host boots again, or somebody is given or denied the device.
kvm_works() {
    local answer_file=$cache/kvm question answer
    question="$(cat /proc/sys/kernel/random/boot_id) $(id -u) $([[ -w /dev/kvm ]] && echo writable || echo not)"
    if [[ $(head -n 1 "$answer_file" 2>/dev/null) == "$question" ]]; then
        answer=$(tail -n 1 "$answer_file")
    else
        if [[ -w /dev/kvm ]] && boots_under_kvm "$1"; then answer=yes; else answer=no; fi
        keep_answer 2>/dev/null || true
        if [[ $answer == yes ]]; then say "running under KVM"; else say "no guest boots under KVM here; running without it, slower"; fi
    fi
    [[ $answer == yes ]]
}

# Where nothing can be kept, the next run asks again.
keep_answer() { mkdir -p "$cache" && printf '%s\n%s\n' "$question" "$answer" >"$answer_file.$$" && mv "$answer_file.$$" "$answer_file"; }
