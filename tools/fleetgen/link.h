/* One connection to where things are sent: TCP or a unix socket, with TLS or without; never waits longer than it was told. */
#ifndef SIFT_FLEETGEN_LINK_H
#define SIFT_FLEETGEN_LINK_H

#include <stdint.h>

#include "tools/fleetgen/tls.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_LINK_ERROR_BYTES = 256 };

/* One thread. `error` says what went wrong last, with what to type where that helps. */
struct sift_gen_link {
  const struct sift_gen_target *target;
  struct ssl_ctx_st *tls; /* shared by all links; NULL: none */
  int fd;                 /* -1: not open */
  struct ssl_st *session;
  char error[SIFT_GEN_LINK_ERROR_BYTES];
};

/* Nanoseconds of a clock that never goes back. */
int64_t sift_gen_link_now(void);

/* Borrows both. Not open yet. */
void sift_gen_link_init(struct sift_gen_link *link, const struct sift_gen_target *target, struct ssl_ctx_st *tls);

/* Connects, with TLS's handshake, before `deadline_ns` has come. SIFT_EIO. */
enum sift_status sift_gen_link_open(struct sift_gen_link *link, int64_t deadline_ns);

/* Closes at once; fine where it is closed. */
void sift_gen_link_close(struct sift_gen_link *link);

/* Sends all of `bytes`. SIFT_EIO: the connection broke, or the peer took nothing for `patience_ns`. */
enum sift_status sift_gen_link_send(struct sift_gen_link *link, const char *bytes, size_t len, int64_t patience_ns);

/* Receives what there is, waiting for it up to `deadline_ns` (0: not at all): *got is 0 where nothing came. SIFT_END: the peer is done. SIFT_EIO. */
enum sift_status sift_gen_link_receive(struct sift_gen_link *link, char *room, size_t size, int64_t deadline_ns, size_t *got);

/* Says that no more will come. SIFT_EIO. */
enum sift_status sift_gen_link_finish(struct sift_gen_link *link);

#ifdef __cplusplus
}
#endif
#endif
