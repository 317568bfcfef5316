/* Where --send sends to, as its URL says. */
#ifndef SIFT_FLEETGEN_TARGET_H
#define SIFT_FLEETGEN_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_protocol { SIFT_GEN_LINES, SIFT_GEN_SYSLOG, SIFT_GEN_FORWARD };

enum { SIFT_GEN_HOST_MAX = 254, SIFT_GEN_SOCKET_PATH_MAX = 108 };

struct sift_gen_target {
  const char *url; /* as typed; borrowed */
  enum sift_gen_protocol protocol;
  bool tls;
  char host[SIFT_GEN_HOST_MAX]; /* a name or an address without brackets; "" for a unix socket */
  char port[6];
  char path[SIFT_GEN_SOCKET_PATH_MAX]; /* of a unix socket, else "" */
};

/* Reads tcp://HOST:PORT, syslog://… and forward://…, with +tls, or +unix:///PATH. HOST may be an IPv6 address in brackets.
 * SIFT_EINVAL with what to type instead in `error` (at least 200 bytes). */
enum sift_status sift_gen_target_parse(struct sift_gen_target *target, const char *url, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
