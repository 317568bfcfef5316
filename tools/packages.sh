# Debian packages: what the project needs, and how to get it. To be sourced.

build_packages="build-essential cmake ninja-build pkg-config libhyperscan-dev libzstd-dev
libpcre2-dev libre2-dev libyaml-dev libisal-dev libsimdjson-dev libxxhash-dev zlib1g-dev libssl-dev libevent-dev libsqlite3-dev"

test_packages="clang clang-format clang-tidy libclang-rt-14-dev llvm libcmocka-dev libmsgpack-dev openssl zstd python3-pytest python3-msgpack
python3-zstandard python3-yaml python3-jsonschema python3-fluent-logger python3-scipy libbenchmark-tools bsdutils curl"

# What SIFT_BENCH=ON asks for. The greps are compared with where they are installed.
bench_packages="libbenchmark-dev zstd"
bench_packages_optional="ripgrep ugrep"

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing() {
  for package in "$@"; do
    installed "$package" || printf '%s ' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    return 127
  fi
}

# Installs what is missing of the packages named, or says plainly what could not be had and exits.
need() {
  wanted=$(missing "$@")
  [ -n "$wanted" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "These Debian packages are missing, and this system has no apt-get: $wanted" >&2
    echo "Install what corresponds to them, then run this again." >&2
    exit 2
  fi
  echo "Installing: $wanted"
  as_root apt-get update -qq || echo "apt-get update failed; trying with the lists at hand" >&2
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null || true
  still=$(missing "$@")
  if [ -n "$still" ]; then
    echo "These Debian packages could not be installed: $still" >&2
    echo "Install them as root (apt-get install $still), then run this again." >&2
    exit 2
  fi
}
