/* What a Forward server has sent and was not read yet. */
#ifndef SIFT_FLEETGEN_INBOX_H
#define SIFT_FLEETGEN_INBOX_H

#include "tools/fleetgen/link.h"
#include "tools/fleetgen/reply.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_REPLY_BYTES_MAX = 4096 };

/* Zeroed is empty, as it must be for a new connection. */
struct sift_gen_inbox {
  char bytes[SIFT_GEN_REPLY_BYTES_MAX];
  size_t begin, end;
};

/* The next reply, borrowed until the next call; kind SHORT where none came before `deadline_ns` (0: look, do not wait).
 * SIFT_END: the peer is done; SIFT_EIO, SIFT_EFORMAT with a message in link->error. */
enum sift_status sift_gen_inbox_next(struct sift_gen_inbox *inbox, struct sift_gen_link *link, int64_t deadline_ns,
                                     struct sift_gen_reply *out);

#ifdef __cplusplus
}
#endif
#endif
