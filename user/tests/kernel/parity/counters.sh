# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# A link whose hardware begins to count what it forwards, and ceases to: netdevsim only says that it has some.

id=10
hwstats=/sys/kernel/debug/netdevsim/netdevsim$id/hwstats/l3

mount -t debugfs debugfs /sys/kernel/debug
echo "$id 1" >/sys/bus/netdevsim/new_device
dev=$(ls /sys/bus/netdevsim/devices/netdevsim$id/net)
ip link set "$dev" name sim0 up
cat /sys/class/net/sim0/ifindex >$hwstats/enable_ifindex
ip stats set dev sim0 l3_stats on
ip stats set dev sim0 l3_stats off
echo $id >/sys/bus/netdevsim/del_device
