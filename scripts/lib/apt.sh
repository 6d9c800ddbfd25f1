# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154 # what common.sh and the caller set
# Sourced after common.sh: packages fetched with a private apt configuration, so no root is needed and the system's apt stays as it is.
# Its sources are the machine's own and, on Debian's stable releases, backports from the same mirror. Signatures are checked as always.

apt_home=$cache/apt
apt_sources=write_sources
backports=trixie-backports
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Readers of the lists hold $apt_home.lock, as those who fetch them do: while another run fetches them, packages are missing there.
private_apt() { APT_CONFIG=$apt_home/apt.conf "$@"; }

# `BASE SUITE` of each of the machine's sources. Printed even where no list was ever fetched.
machine_sources() { apt-get --print-uris update | sed -nE "s|^'([^']*)/dists/([^']*)/InRelease'.*|\1 \2|p" | sort -u; }

# machine_mirror CODENAME: where the machine gets that release from.
machine_mirror() { machine_sources | awk -v suite="$1" 'NR == 1 || $2 == suite { mirror = $1 } END { print mirror }'; }

write_sources() {
    local codename=$1
    machine_sources | sed 's/.*/deb & main/'
    if [[ $codename == bookworm || $codename == trixie ]]; then
        # The Release file of backports may have expired where the mirror is a snapshot.
        echo "deb [signed-by=$keyring check-valid-until=no] $(machine_mirror "$codename") $backports main"
    fi
}

write_configuration() {
    mkdir -p "$apt_home"/{lists/partial,cache/archives/partial,empty}
    : >"$apt_home/status"
    # Proxies and the like are kept; hooks and pinning are not.
    apt-config dump --no-empty Acquire | grep -v ^Acquire::IndexTargets >"$apt_home/apt.conf"
    cat >>"$apt_home/apt.conf" <<EOF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$apt_home/empty";
Dir::Etc::sourcelist "$apt_home/sources.list";
Dir::Etc::sourceparts "$apt_home/empty";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$apt_home/empty";
Dir::State "$apt_home";
Dir::State::lists "$apt_home/lists";
Dir::State::status "$apt_home/status";
Dir::Cache "$apt_home/cache";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
    "$apt_sources" "$(os_codename)" >"$apt_home/sources.list"
}

# A source that is out of reach (a third party's, say) is no reason to stop: what is missing in the end shows when it is looked for.
update_lists() {
    write_configuration
    private_apt apt-get update || echo "apt-get update: status $?, going on with what it got"
}

# Lists that were fetched within the hour are not fetched again.
lists_are_new() { [[ $(find "$apt_home/updated" -mmin -60 2>/dev/null) ]]; }

update_old_lists() {
    if lists_are_new; then return; fi
    rm -f "$apt_home/updated"
    write_configuration
    private_apt apt-get -o APT::Update::Error-Mode=any update
    touch "$apt_home/updated"
}

# The X.Y of all packages linux-source-X.Y, the highest last.
offered_sources() { private_apt apt-cache pkgnames linux-source- | sed -nE 's/^linux-source-([0-9]+\.[0-9]+)$/\1/p' | sort -V; }

# Nothing where no source offers the package.
package_version() { private_apt apt-cache policy "$1" | sed -nE 's/^ +Candidate: ([0-9].*)/\1/p'; }

# fetch_package NAME FOLDER: downloads the package file into FOLDER.
fetch_package() {
    mkdir -p "$2"
    cd "$2" || return
    private_apt apt-get download "$1"
}
